"""mRECIST for hepatocellular carcinoma: the sum of what enhances in the arterial phase."""

from typing import Final

from trialwright.assessments.criterion import RECIST, Criterion

__all__ = ["CRITERION"]

CRITERION: Final = Criterion(
    "mrecist",
    "Response of hepatocellular carcinoma by the sum of viable diameters; a new nodule counts from 10 mm on.",
    "Lencioni and Llovet, Semin Liver Dis 2010;30:52-60, doi:10.1055/s-0030-1247132 (unverified)",
    RECIST._replace(min_new=100, min_new_growth=100),
    diameter="VDIAM",
    certainty="unverified",
    growth="by switch",
)
"""The entry."""
