"""Time to the next unplanned therapy against the cancer."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="time to next therapy",
    code="TTNT",
    summary="Days to the first day of the next cancer therapy.",
    measure="time to event",
    counts=(),
    never=("progression",),
    origin="first treatment",
    without_event="last day known alive",
    competing="death competes, or is an event under the name of its own, next therapy or death",
    unit="d",
    reference="a convention of ours",
    certainty="unverified",
    clause=(
        "{id: TTNT, title: Time to next therapy, role: secondary, measure: time to event, origin: allocation, events:"
        " [next_therapy], competing: [death], set: randomised, censor: {at: last known alive}}"
    ),
)
"""The endpoint ``TTNT``."""
