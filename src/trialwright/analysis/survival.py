"""Survival analysis in one place: every estimator of times to an event.

Functions take plain arrays (numpy, lists, polars or pandas Series), one value a subject, and return frozen results
whose ``to_dict()`` is plain data.
"""

from __future__ import annotations

from trialwright.analysis.coefficients import CoxTerm
from trialwright.analysis.cox import CoxModel, ProportionalHazardsTest, cox, cox_zph
from trialwright.analysis.fine_gray import FineGrayModel, fine_gray
from trialwright.analysis.gray import GrayTest, gray
from trialwright.analysis.incidence import CumulativeIncidence, cumulative_incidence
from trialwright.analysis.kaplan_meier import (
    AtRisk,
    KaplanMeier,
    Milestones,
    Quantiles,
    kaplan_meier,
    median_follow_up,
    milestones,
    n_at_risk,
    quantiles,
)
from trialwright.analysis.logrank import LogrankTest, logrank
from trialwright.analysis.rmst import RestrictedMeans, rmst

__all__ = [
    "kaplan_meier",
    "quantiles",
    "milestones",
    "n_at_risk",
    "median_follow_up",
    "logrank",
    "cox",
    "cox_zph",
    "rmst",
    "cumulative_incidence",
    "gray",
    "fine_gray",
    "KaplanMeier",
    "Quantiles",
    "Milestones",
    "AtRisk",
    "LogrankTest",
    "CoxModel",
    "CoxTerm",
    "ProportionalHazardsTest",
    "RestrictedMeans",
    "CumulativeIncidence",
    "GrayTest",
    "FineGrayModel",
]
