"""Time to the first day of the best response."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="time to best response",
    code="TTBR",
    summary="Days to the first day on which the best response was reached.",
    measure="time to event",
    counts=("best_response",),
    never=(),
    origin="allocation or first treatment",
    without_event="last adequate assessment",
    competing="progression and death compete; the day is that of the first attainment and not of the confirmation",
    unit="d",
    reference="a convention of ours",
    certainty="unverified",
    clause=(
        "{id: TTBR, title: Time to best response, role: secondary, measure: time to event, origin: allocation, "
        "events: [best_response], competing: [progression, death], assessment: scans, set: randomised, censor: {at: "
        "last adequate assessment}}"
    ),
)
"""The endpoint ``TTBR``."""
