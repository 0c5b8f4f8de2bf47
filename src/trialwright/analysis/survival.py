"""Survival analysis in one place: every estimator of times to an event.

Functions take plain arrays (numpy, lists, polars or pandas Series), one value a subject, and return frozen results
whose ``to_dict()`` is plain data.
"""

from __future__ import annotations

from trialwright.analysis.cox import CoxModel, CoxTerm, ProportionalHazardsTest, cox, cox_zph
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
    "KaplanMeier",
    "Quantiles",
    "Milestones",
    "AtRisk",
    "LogrankTest",
    "CoxModel",
    "CoxTerm",
    "ProportionalHazardsTest",
    "RestrictedMeans",
]
