"""What a study file may name for responses and markers: criteria of the literature and marker models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trialwright.assessments.criterion import criteria
from trialwright.assessments.gcig.study_rows import CRITERIA as GCIG
from trialwright.assessments.gcig.study_rows import SETTINGS as GCIG_SETTINGS
from trialwright.assessments.series_rules import RULE_SETTINGS
from trialwright.model.catalogue import Spec

__all__ = ["CATALOGUE"]

CATALOGUE: Final[Sequence[Spec]] = (
    *(criterion.spec for criterion in criteria().values()),
    Spec(
        "ablation-zone",
        "response criteria",
        "State of an ablated zone as its reader recorded it, never calculated: PD is viable tumour in or at the zone.",
        "Ahmed et al., Radiology 2014;273:241-260 (unverified)",
        certainty="unverified",
        settings={"rows": ("recorded",), "category": (), "readers": (), "adjudicator": ()},
        outputs=("CR", "NED", "PD", "NE"),
    ),
    Spec(
        GCIG,
        "marker criteria",
        "Response by a fall of CA-125 to half that lasts 28 days, with progression by CA-125 beside it.",
        "Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17",
        certainty="unverified",
        settings=GCIG_SETTINGS,
        outputs=("RESPONSE", "NO RESPONSE"),
    ),
    Spec(
        "kelim",
        "marker model",
        "Elimination rate constant of CA-125 during chemotherapy, with its interval and the probability of its class.",
        "You et al., Clin Cancer Res 2020;26:4625-4632 (unverified; no published set of parameters could be confirmed)",
        certainty="unverified",
        settings={"parameters": ("study-fit", "demo"), **RULE_SETTINGS},
        outputs=("kelim", "beta", "kprod", "ca0"),
    ),
)
"""Response criteria, marker criteria and marker models."""
