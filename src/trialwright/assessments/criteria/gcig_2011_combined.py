"""GCIG: response and progression by RECIST 1.1 and CA-125 together.

The table of combinations was recalled and not seen in the paper.
"""

from typing import Final

from trialwright.assessments.criterion import RECIST, Criterion

__all__ = ["CRITERION"]

CRITERION: Final = Criterion(
    "gcig-2011-combined",
    "Response and progression by RECIST 1.1 and by CA-125 together, each dated by whichever shows it first.",
    "Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17 (table unverified)",
    RECIST,
    certainty="unverified",
    with_ca125=True,
    also_written=("RECIST 1.1 - CA125",),
)
"""The entry."""
