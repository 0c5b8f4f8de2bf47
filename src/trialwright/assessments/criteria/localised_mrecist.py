"""Localised mRECIST: viable diameters of the treated lesions alone.

No published definition settles what happens with several lesions; this is a proposal that a protocol must confirm.
"""

from typing import Final

from trialwright.assessments.criterion import RECIST, Criterion

__all__ = ["CRITERION"]

CRITERION: Final = Criterion(
    "localised-mrecist",
    "Response of the treated lesions by their viable diameters; what lies outside the treated volume does not count.",
    "Proposal, to be confirmed by the protocol; after Salem et al., Hepatology 2021;74(5) (definition not given there)",
    RECIST._replace(min_new=100, min_new_growth=100, only_targets=1),
    diameter="VDIAM",
    certainty="unverified",
    growth="by switch",
    only_treated=True,
    also_written=("LOCALIZED MRECIST",),
)
"""The entry."""
