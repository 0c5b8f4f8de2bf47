"""Time to progression inside the liver or death."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="hepatic progression-free survival",
    code="HPFS",
    summary="Days to progression inside the liver or death.",
    measure="time to event",
    counts=("progression", "death"),
    never=("response", "complete_response", "best_response"),
    origin="first treatment",
    without_event="last adequate assessment of the liver",
    competing=(
        "progression outside the liver alone is ignored here; censoring at it, or letting it compete, must be stated"
    ),
    unit="d",
    reference="a convention of ours",
    certainty="unverified",
    clause=(
        "{id: HPFS, title: Hepatic progression-free survival, role: secondary, measure: time to event, origin: "
        "allocation, events: [progression, death], assessment: hepatic, set: randomised, censor: {at: last adequate "
        "assessment}}"
    ),
)
"""The endpoint ``HPFS``."""
