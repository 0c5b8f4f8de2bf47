"""What a study file may name as the method of an analysis: the methods built here, and those only stated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trialwright.analysis.plan import METHODS
from trialwright.model.catalogue import Spec

__all__ = ["CATALOGUE"]

_STATED_ONLY: Final = (
    Spec(
        "auc-delong",
        "method",
        "Area under the ROC curve; may be stated, is not computed by this version.",
        "DeLong et al., Biometrics 1988;44:837-845, doi:10.2307/2531595 (DOI unverified)",
        certainty="unverified",
        computed=False,
        measures=("accuracy",),
    ),
)

CATALOGUE: Final[Sequence[Spec]] = (*(method.spec for method in METHODS.values()), *_STATED_ONLY)
"""Methods of analysis."""
