"""Efron's biased coin: the arm that lags is favoured."""

from __future__ import annotations

from fractions import Fraction

from trialwright.allocation.chances import by_chances, favouring, loads, lowest, probability_fault
from trialwright.allocation.design import Design, Method, State, Subject

__all__ = ["METHOD"]


def _chances(design: Design, state: State, subject: Subject) -> tuple[Fraction, ...]:
    here = state.in_cell(subject.cell, len(design.arms))
    return favouring(design, lowest(loads(here, design.ratio)))


METHOD = Method(
    "biased-coin",
    "Efron's biased coin: the arm that lags is drawn with a fixed probability, tied arms by equal chances.",
    "Efron B. Biometrika 1971;58:403-417 (unverified)",
    by_chances(_chances),
    check=probability_fault,
    default_probability=Fraction(2, 3),
)
