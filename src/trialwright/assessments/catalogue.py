"""What a study file may name for responses and markers: criteria of the literature and marker models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from trialwright.model.catalogue import Spec

__all__ = ["CATALOGUE"]

CATALOGUE: Final[Sequence[Spec]] = (
    Spec(
        "recist-1.1",
        "response criteria",
        "Response of solid tumours, read from the recorded verdict of each assessment.",
        "Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026",
        settings={"rows": ("recorded",)},
        outputs=("CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD", "NE"),
    ),
    Spec(
        "gcig-2011-response",
        "marker criteria",
        "Response by a fall of CA-125 to half that lasts 28 days; may be stated, is not computed by this version.",
        "Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17",
        certainty="unverified",
        computed=False,
        outputs=("RESPONSE", "NO RESPONSE"),
    ),
    Spec(
        "kelim",
        "marker model",
        "Elimination rate constant of CA-125 during chemotherapy; may be stated, is not computed by this version.",
        "You et al., Clin Cancer Res 2020;26:4625-4632 (figures of the paper unverified)",
        certainty="unverified",
        computed=False,
        settings={"parameters": ("study-fit", "demo")},
        outputs=("kelim", "beta", "kprod", "ca0"),
    ),
)
"""Response criteria, marker criteria and marker models."""
