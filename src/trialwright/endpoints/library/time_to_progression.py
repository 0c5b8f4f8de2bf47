"""Time to progression, with death as a competing event."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="time to progression",
    code="TTP",
    summary="Days to progression; a death before it is no progression.",
    measure="time to event",
    counts=("progression",),
    never=("death",),
    origin="as progression-free survival",
    without_event="last adequate assessment",
    competing="death without progression competes, so that an incidence can be estimated; without that it is censored",
    unit="d",
    reference="US FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2007",
    certainty="unverified",
    clause=(
        "{id: TTP, title: Time to progression, role: secondary, measure: time to event, origin: allocation, events: "
        "[progression], competing: [death], assessment: scans, set: randomised, censor: {at: last adequate "
        "assessment}}"
    ),
)
"""The endpoint ``TTP``."""
