"""The study's own heading: a title nobody can mistake, dates in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from trialwright.protocol.problems import Fault
from trialwright.protocol.scope import Scope

__all__ = ["check"]

_ORGANS: Final = re.compile(
    r"\b(adrenal|anal|anus|bile|biliary|bladder|blood|bone|bowel|brain|breast|cervi\w+|colon|colorectal|endometri\w+|"
    r"gastric|h(?:a)?ematolog\w+|hepat\w+|kidney|leuk(?:a)?emia|liver|lung|lymphoma|melanoma|mesotheli\w+|myeloma|"
    r"neuroendocrine|o?esophag\w+|oral|ovar\w+|pancrea\w+|periton\w+|prostate|rectal|rectum|renal|retroperiton\w+|"
    r"sarcoma|skin|stomach|testi\w+|thym\w+|thyroid|urothelial|uter\w+|vulva\w*)\b",
    re.IGNORECASE,
)
_DATES: Final = ("start", "primary_completion", "completion")


def check(scope: Scope) -> Iterator[Fault]:
    """Faults of the heading.

    Parameters
    ----------
    scope : Scope
        The study.

    Yields
    ------
    Fault
        Of the title, of what the planned number counts, of the dates.
    """
    head = scope.study.study
    if head.registry.id.casefold() not in head.title.casefold() and not _ORGANS.search(head.title):
        what = "the title names neither the organ nor the registry number"
        yield Fault(("study", "title"), what, f"add {head.registry.id}; two trials may share an acronym")
    if head.enrolment is not None and head.enrolment.counts is not None:
        yield from scope.named(("study", "enrolment", "counts"), head.enrolment.counts, "time point")
    if head.dates is not None:
        given = [(key, getattr(head.dates, key)) for key in _DATES if getattr(head.dates, key) is not None]
        for (before, early), (after, late) in pairwise(given):
            if early > late:
                yield Fault(("study", "dates", after), f"{after} lies before {before}", "correct one of the two dates")
