"""Share with a response or stable disease."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="disease control",
    code="DCR",
    summary="Whether the best response is CR, PR or lasting SD.",
    measure="proportion",
    counts=(),
    never=(),
    origin="none",
    without_event="as the objective response rate",
    competing="how long a stable disease must last is the series' stable_from",
    unit="1",
    reference="Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026",
    certainty="unverified",
    clause=(
        "{id: DCR, title: Disease control, role: secondary, measure: proportion, success: {response: {of: scans, "
        "take: best}, in: [CR, PR, SD]}, unknown: failure, set: randomised}"
    ),
)
"""The endpoint ``DCR``."""
