"""Minimisation after Pocock and Simon: the arm that leaves the factors most alike is favoured.

With unequal arms the ratio is reached over the trial, not at every place: the very first subject is likely to get the
arm with the largest part, because that leaves the smallest imbalance over the ratio.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from trialwright.allocation.chances import by_chances, favouring, loads, probability_fault
from trialwright.allocation.design import Design, Method, State, Subject

__all__ = ["METHOD", "imbalances"]

# Standard deviations are not rational, so equal ones may differ in their last digits.
_TIED: Final = 1e-9


def _spread(full: Sequence[Fraction], measure: str) -> Fraction:
    if measure == "range":
        return max(full) - min(full)
    mean = sum(full, Fraction(0)) / len(full)
    variance = sum(((load - mean) ** 2 for load in full), Fraction(0)) / (len(full) - 1)
    return variance if measure == "variance" else Fraction(math.sqrt(variance))


def imbalances(design: Design, state: State, subject: Subject) -> tuple[Fraction, ...]:
    """Imbalance the factors would have with the subject in each arm in turn.

    Parameters
    ----------
    design : Design
        Factors, weights, ratio and measure.
    state : State
        What has been drawn so far.
    subject : Subject
        The next subject.

    Returns
    -------
    tuple of Fraction
        One entry an arm.

    Notes
    -----
    G_k = Σ_f w_f · D(counts at the subject's level of factor f, over the ratio, with the subject added to k), D being
    the range, the variance (divisor arms less one) or its square root.
    """
    arms = len(design.arms)
    at_levels = [state.at_level(place, level, arms) for place, level in enumerate(subject.cell)]
    found = []
    for k in range(arms):
        total = Fraction(0)
        for counts, weight in zip(at_levels, design.factor_weights, strict=True):
            added = [count + (place == k) for place, count in enumerate(counts)]
            total += weight * _spread(loads(added, design.ratio), design.measure)
        found.append(total)
    return tuple(found)


def _chances(design: Design, state: State, subject: Subject) -> tuple[Fraction, ...]:
    found = imbalances(design, state, subject)
    least = min(found)
    return favouring(design, [k for k, value in enumerate(found) if value - least <= _TIED * (1 + least)])


def _check(design: Design) -> str:
    if not design.factors:
        return "minimisation needs a factor: name at least one under strata"
    if len(design.factor_weights) != len(design.factors) or min(design.factor_weights) <= 0:
        return "every factor needs a weight above 0"
    return probability_fault(design)


METHOD = Method(
    "minimisation",
    "Minimisation: the arm that leaves the factors most alike is drawn with a fixed probability.",
    "Pocock SJ, Simon R. Biometrics 1975;31:103-115 (pages unverified)",
    by_chances(_chances),
    check=_check,
    by_cell=False,
    default_probability=Fraction(4, 5),
)
