"""The pre-treatment value: from which one a response is judged, and from which one progression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trialwright.assessments.gcig.amounts import at_least, raised
from trialwright.assessments.gcig.rules import GcigRules
from trialwright.assessments.gcig.samples import Sample

__all__ = ["progression_baseline", "response_baselines"]


def response_baselines(samples: Sequence[Sample], rules: GcigRules) -> tuple[Sample | None, ...]:
    """Pre-treatment values a response may be judged from.

    Parameters
    ----------
    samples : sequence of Sample
        Usable samples, by day; day 0 is the start of treatment.
    rules : GcigRules
        How high and how late the value must be.

    Returns
    -------
    tuple of Sample or None
        The latest value within two weeks before treatment (days -14 to 0) that is at least twice its upper limit of
        normal; None when there is none. Several where it cannot be told which one qualifies,
        each as far as it does.

    References
    ----------
    Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17.

    Examples
    --------
    >>> from trialwright.assessments.gcig.amounts import amount
    >>> taken = [Sample(-5, amount("70"), amount("35")), Sample(-2, amount("69"), amount("35"))]
    >>> [each.day for each in response_baselines(taken, GcigRules())]
    [-5]
    """
    possible: list[Sample | None] = []
    for sample in reversed(samples):
        if sample.day > 0:
            continue
        if sample.day < -rules.max_baseline_days:
            break
        qualifies = at_least(sample.value, rules.evaluable_factor, sample.uln)
        if qualifies:
            return (*possible, sample)
        if qualifies is None:
            possible.append(replace(sample, value=raised(sample.value, rules.evaluable_factor, sample.uln)))
    return (*possible, None)


def progression_baseline(samples: Sequence[Sample]) -> int | None:
    """Position of the value progression is judged from.

    Parameters
    ----------
    samples : sequence of Sample
        Usable samples, by day; day 0 is the start of treatment.

    Returns
    -------
    int or None
        The last one at or before the start of treatment, whatever its level and its age; None when there is none.

    Examples
    --------
    >>> from trialwright.assessments.gcig.amounts import amount
    >>> progression_baseline([Sample(-30, amount("20")), Sample(14, amount("18"))])
    0
    """
    before = [place for place, sample in enumerate(samples) if sample.day <= 0]
    return before[-1] if before else None
