"""Share with a complete or partial best response."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="objective response",
    code="ORR",
    summary="Whether the best response is CR or PR.",
    measure="proportion",
    counts=(),
    never=(),
    origin="none",
    without_event="a subject without an assessment, or not evaluable, is no responder",
    competing="all treated or all allocated are counted; confirmation where one arm is judged by its responses",
    unit="1",
    reference="Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026",
    certainty="unverified",
    clause=(
        "{id: ORR, title: Objective response, role: secondary, measure: proportion, success: {response: {of: scans, "
        "take: confirmed best}, in: [CR, PR]}, unknown: failure, set: randomised}"
    ),
)
"""The endpoint ``ORR``."""
