"""Time to a progression that rules out surgery, recurrence or death."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="event-free survival",
    code="EFS",
    summary="Days to progression before surgery, recurrence after it, or death.",
    measure="time to event",
    counts=("progression", "death"),
    never=("response", "complete_response", "best_response"),
    origin="allocation",
    without_event="last adequate assessment",
    competing=(
        "takes the place of times that start at the operation where surgery belongs to the strategy; never_free says "
        "what becomes of a subject never free of disease"
    ),
    unit="d",
    reference="a convention of ours",
    certainty="unverified",
    clause=(
        "{id: EFS, title: Event-free survival, role: secondary, measure: time to event, origin: allocation, events: "
        "[progression, death], assessment: scans, set: randomised, censor: {at: last adequate assessment}}"
    ),
)
"""The endpoint ``EFS``."""
