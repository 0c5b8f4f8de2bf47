"""What a study file may name as the method of an analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trialwright.model.catalogue import Spec

__all__ = ["CATALOGUE"]

_TIME: Final = ("time to event",)
_SHARE: Final = ("proportion",)
_CONF_TYPES: Final = ("log-log", "log", "plain", "logit", "arcsin")
_TIES: Final = ("efron", "breslow")

CATALOGUE: Final[Sequence[Spec]] = (
    Spec(
        "kaplan-meier",
        "method",
        "Product-limit estimate with quantiles, milestones and reverse-censoring follow-up.",
        "Kaplan and Meier, J Am Stat Assoc 1958;53:457-481, doi:10.1080/01621459.1958.10501452 (DOI unverified)",
        settings={"conf_type": _CONF_TYPES},
        measures=_TIME,
    ),
    Spec(
        "logrank",
        "method",
        "Log-rank test of two or more arms, stratified or weighted by Fleming and Harrington.",
        "Mantel, Cancer Chemother Rep 1966;50:163-170",
        settings={"rho": (), "gamma": ()},
        measures=_TIME,
    ),
    Spec(
        "cox",
        "method",
        "Hazard ratio by proportional hazards regression.",
        "Cox, J R Stat Soc B 1972;34:187-220, doi:10.1111/j.2517-6161.1972.tb00899.x (DOI unverified)",
        settings={"ties": _TIES},
        measures=_TIME,
    ),
    Spec(
        "zph",
        "method",
        "Score test of proportional hazards.",
        "Grambsch and Therneau, Biometrika 1994;81:515-526, doi:10.1093/biomet/81.3.515 (DOI unverified)",
        settings={"transform": ("km", "identity", "rank"), "ties": _TIES},
        measures=_TIME,
    ),
    Spec(
        "rmst",
        "method",
        "Restricted mean survival time to a fixed time, with difference and ratio between arms.",
        "Royston and Parmar, BMC Med Res Methodol 2013;13:152, doi:10.1186/1471-2288-13-152 (DOI unverified)",
        measures=_TIME,
    ),
    Spec(
        "forest",
        "method",
        "Hazard ratio within each level of the covariates, each with a test of interaction.",
        "Wang et al., N Engl J Med 2007;357:2189-2194, doi:10.1056/NEJMsr077003 (DOI unverified)",
        settings={"ties": _TIES},
        measures=_TIME,
    ),
    Spec(
        "clopper-pearson",
        "method",
        "Exact confidence limits of one proportion.",
        "Clopper and Pearson, Biometrika 1934;26:404-413, doi:10.1093/biomet/26.4.404 (DOI unverified)",
        measures=_SHARE,
    ),
    Spec(
        "wilson",
        "method",
        "Score confidence limits of one proportion.",
        "Wilson, J Am Stat Assoc 1927;22:209-212, doi:10.1080/01621459.1927.10502953 (DOI unverified)",
        measures=_SHARE,
    ),
    Spec(
        "newcombe",
        "method",
        "Difference of two proportions with limits from the two score intervals.",
        "Newcombe, Stat Med 1998;17:873-890, method 10 (DOI unverified)",
        measures=_SHARE,
    ),
    Spec(
        "miettinen-nurminen",
        "method",
        "Difference of two proportions with score limits.",
        "Miettinen and Nurminen, Stat Med 1985;4:213-226, doi:10.1002/sim.4780040211 (DOI unverified)",
        measures=_SHARE,
    ),
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
"""Methods of analysis."""
