"""What the rules of response say, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["CRITERIA_WORDS", "RULE_WORDS", "criteria_words", "rule_words"]

CRITERIA_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "recist-1.1": "RECIST 1.1",
        "irecist": "iRECIST",
        "mrecist": "mRECIST",
        "localised-mrecist": "localised mRECIST",
        "gcig-2011-combined": "RECIST 1.1 and CA-125 (GCIG)",
        "gcig-2011-response": "CA-125 (GCIG)",
        "ablation-zone": "the state of the ablated zone",
    }
)
"""Criteria as they are written in the literature, by their names in a study file."""

RULE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "new-lesion": "a new lesion beyond doubt is progression, whatever the others do",
        "target-progression": "the sum of targets grew by 20% from its smallest, and by 5 mm if the criteria ask it",
        "non-target-progression": "lesions that are not measured grew beyond doubt",
        "new-lesions-not-assessed": "nobody looked for new lesions, so a complete response cannot be told",
        "target-complete": "all targets are gone, nothing else is left and nothing is new",
        "non-target-persists": "all targets are gone but other lesions, or the marker, are not",
        "non-target-not-evaluated": "all targets are gone and the other lesions were not all looked at",
        "target-partial": "the sum of targets fell by 30% from the baseline and nothing else grew",
        "target-stable": "the sum of targets neither fell by 30% nor grew enough for progression",
        "target-not-evaluable": "not every target was measured and no other part shows progression",
        "non-target-complete": "there were no targets and all other lesions are gone",
        "non-target-only": "there were no targets and other lesions are still there",
        "non-target-only-not-evaluated": "there were no targets and the other lesions were not all looked at",
        "no-disease": "there was no lesion at the baseline and none is new",
        "no-baseline": "there is no baseline to compare with",
        "not-examined": "the visit holds no look at any lesion",
        "awaiting-new-baseline": "a planned removal has to be followed by a new baseline first",
        "late-new-baseline": "the new baseline after a planned removal came too late",
        "reappearance": "a lesion came back that was gone or removed",
        "new-lesion-dated-back": "a later scan settled a doubtful new lesion, which counts from when it was first seen",
        "complete-response-read-again": "a complete response was followed by disease, so it is read as partial",
        "recorded": "as the reader recorded it",
        "best": "the best response up to progression or a new therapy",
        "confirmed-best": "the best response that a later assessment confirmed",
        "first-response": "the first response",
        "first-confirmed-response": "the first response that was confirmed later",
        "first-progression": "the first progression",
        "benefit": "a response, or disease that stayed stable long enough",
        "confirmed-benefit": "a confirmed response, or disease that stayed stable long enough",
        "last-assessment": "the last assessment that could be judged",
        "no-origin": "the subject has no day from which to count",
        "death": "death",
        "target.none": "there are no targets",
        "target.missing": "not every target was measured",
        "target.growth-of-part": "the targets that were measured alone prove the growth",
        "target.growth": "the sum grew by 20% from its smallest, and by 5 mm if the criteria ask it",
        "target.disappearance": "all targets are gone",
        "target.nodes-normal": "all targets are gone or nodes of normal size",
        "target.decrease": "the sum fell by 30% from the baseline",
        "target.neither": "neither a fall of 30% nor a rise that is progression",
        "target.new-baseline": "the new baseline after a planned removal",
        "target.removed": "targets were removed by plan",
        "gcig.combined.ca125-response": "CA-125 began to respond, which a later sample confirmed",
        "gcig.combined.pd-ca125": "CA-125 progressed, which a second sample confirmed",
        "gcig.combined.cr-persisting": "all targets are gone, other lesions are not",
        "gcig.combined.cr-cr-above-normal": "all lesions are gone and CA-125 responded but is not normal",
        "gcig.combined.cr-not-evaluated": "all targets are gone, others were not all looked at, and CA-125 responded",
        "gcig.combined.not-evaluated-ca125": "the targets were not all measured and CA-125 responded",
        "gcig.combined.sd-ca125": "the lesions are stable and CA-125 responded",
        "gcig.combined.ca125-only-cr": "there were no targets, other lesions are gone and CA-125 is normal",
        "gcig.combined.ca125-only-pr": "there were no targets, other lesions are still there and CA-125 responded",
        "gcig.combined.ca125-only-sd": "there were no targets, nothing grew and CA-125 did neither",
        "gcig.combined.cr-cr-normal": "all lesions are gone and CA-125 is normal, but nobody looked for new ones",
        "gcig.combined.unnamed-marker-above-normal": "all lesions are gone and CA-125 is not known to be normal",
        "gcig.combined.unnamed-ca125-only-above-normal": "there were no targets, others are gone, CA-125 is not normal",
        "ntrg.state": "the state of the lesions that are not measured",
        "new.state": "whether something new was seen",
    }
)
"""Rule to words, without the leading ``response.``."""


def criteria_words(criteria: str) -> str:
    """Return how criteria are written in the literature.

    Parameters
    ----------
    criteria : str
        Their name in a study file.

    Returns
    -------
    str
        The words; the name itself where there are none.

    Examples
    --------
    >>> criteria_words("recist-1.1")
    'RECIST 1.1'
    """
    return CRITERIA_WORDS.get(criteria, criteria)


def rule_words(rule: str) -> str:
    """Return what a rule says.

    Parameters
    ----------
    rule : str
        Its id.

    Returns
    -------
    str
        The words; the id itself where a rule has none.

    Examples
    --------
    >>> rule_words("response.target-partial")
    'the sum of targets fell by 30% from the baseline and nothing else grew'
    """
    return RULE_WORDS.get(rule.removeprefix("response."), rule)
