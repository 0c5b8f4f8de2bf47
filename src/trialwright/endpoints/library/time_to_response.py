"""Time to the first response."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="time to response",
    code="TTR",
    summary="Days to the first CR or PR.",
    measure="time to event",
    counts=("response",),
    never=(),
    origin="allocation or first treatment",
    without_event="last adequate assessment",
    competing="progression and death compete; otherwise responders only",
    unit="d",
    reference="a convention of ours",
    certainty="unverified",
    clause=(
        "{id: TTR, title: Time to response, role: secondary, measure: time to event, origin: allocation, events: "
        "[response], competing: [progression, death], assessment: scans, set: randomised, censor: {at: last adequate "
        "assessment}}"
    ),
)
"""The endpoint ``TTR``."""
