"""iRECIST: RECIST 1.1 with a progression that must be confirmed."""

from typing import Final

from trialwright.assessments.criterion import RECIST, Criterion

__all__ = ["CRITERION"]

CRITERION: Final = Criterion(
    "irecist",
    "Response under immunotherapy: RECIST 1.1 whose progression is unconfirmed until further growth confirms it.",
    "Seymour et al., Lancet Oncol 2017;18:e143-e152, doi:10.1016/S1470-2045(17)30074-8",
    RECIST,
    immune=True,
)
"""The entry."""
