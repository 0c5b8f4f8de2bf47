"""Time to death from any cause."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="overall survival",
    code="OS",
    summary="Days to death from any cause.",
    measure="time to event",
    counts=("death",),
    never=("progression", "response", "complete_response", "best_response"),
    origin="allocation; with one arm the first treatment or registration",
    without_event="last day known alive",
    competing="never censored at progression or at a new therapy",
    unit="d",
    reference="US FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2007",
    certainty="unverified",
    clause=(
        "{id: OS, title: Overall survival, role: secondary, measure: time to event, origin: allocation, events: "
        "[death], set: randomised, censor: {at: last known alive}}"
    ),
)
"""The endpoint ``OS``."""
