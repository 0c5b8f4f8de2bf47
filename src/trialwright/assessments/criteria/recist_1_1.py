"""RECIST 1.1: sums of longest diameters, short axes of nodes."""

from typing import Final

from trialwright.assessments.criterion import RECIST, Criterion

__all__ = ["CRITERION"]

CRITERION: Final = Criterion(
    "recist-1.1",
    "Response of solid tumours by the sum of target diameters, non-target lesions and new lesions.",
    "Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026",
    RECIST,
)
"""The entry."""
