"""Share with a complete best response."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="complete response",
    code="CRR",
    summary="Whether the best response is CR.",
    measure="proportion",
    counts=(),
    never=(),
    origin="none",
    without_event="a subject without an assessment, or not evaluable, is no responder",
    competing="as the objective response rate",
    unit="1",
    reference="Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026",
    certainty="unverified",
    clause=(
        "{id: CRR, title: Complete response, role: secondary, measure: proportion, success: {response: {of: scans, "
        "take: confirmed best}, in: [CR]}, unknown: failure, set: randomised}"
    ),
)
"""The endpoint ``CRR``."""
