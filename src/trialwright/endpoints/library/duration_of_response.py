"""Time from the first response to progression or death."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="duration of response",
    code="DOR",
    summary="Days from the first response, of those who responded.",
    measure="time to event",
    counts=("progression", "death"),
    never=("response",),
    origin="first CR or PR, of a confirmed response where confirmation is needed",
    without_event="as progression-free survival",
    competing="responders only, so no comparison of what was allocated; a duration of one day is possible",
    unit="d",
    reference="US FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2007",
    certainty="unverified",
    clause=(
        "{id: DOR, title: Duration of response, role: secondary, measure: time to event, origin: {first: [CR, PR], "
        "of: scans, confirmed: true}, events: [progression, death], assessment: scans, set: randomised, censor: {at: "
        "last adequate assessment}}"
    ),
)
"""The endpoint ``DOR``."""
