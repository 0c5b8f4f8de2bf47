"""How well a marker foretells an outcome, in one place: every estimator of accuracy.

Functions take plain arrays, one value a subject, and return frozen results whose ``to_dict()`` is plain data. Cut-off
and direction are stated beforehand; none is looked for in the data.
"""

from __future__ import annotations

from trialwright.analysis.calibration import Calibration, calibration, cross_fitted
from trialwright.analysis.class_weights import ClassHazardRatio, ClassShares, class_hazard_ratio, class_shares
from trialwright.analysis.decision_curve import DecisionCurve, decision_curve, decision_curve_by
from trialwright.analysis.marker_by_arm import MarkerByArm, marker_by_arm
from trialwright.analysis.roc import AreaDifference, Classification, RocCurve, classification, roc, roc_difference
from trialwright.analysis.time_accuracy import (
    Concordance,
    TimeAreas,
    TimeClassification,
    time_auc,
    time_classification,
    uno_c,
)

__all__ = [
    "roc",
    "roc_difference",
    "classification",
    "calibration",
    "cross_fitted",
    "decision_curve",
    "decision_curve_by",
    "time_auc",
    "uno_c",
    "time_classification",
    "class_shares",
    "class_hazard_ratio",
    "marker_by_arm",
    "RocCurve",
    "AreaDifference",
    "Classification",
    "Calibration",
    "DecisionCurve",
    "TimeAreas",
    "Concordance",
    "TimeClassification",
    "ClassShares",
    "ClassHazardRatio",
    "MarkerByArm",
]
