"""Complete randomisation: every subject by the same chance, whatever came before."""

from __future__ import annotations

from fractions import Fraction

from trialwright.allocation.chances import by_chances
from trialwright.allocation.design import Design, Method, State, Subject

__all__ = ["METHOD"]


def _chances(design: Design, _state: State, _subject: Subject) -> tuple[Fraction, ...]:
    return design.shares


METHOD = Method(
    "simple",
    "Complete randomisation: every subject by the same chance; nothing can be guessed, imbalance is not held.",
    "Rosenberger WF, Lachin JM. Randomization in Clinical Trials. 2nd ed. Wiley 2016 (unverified)",
    by_chances(_chances),
)
