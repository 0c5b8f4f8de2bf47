"""Time to progression or death."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="progression-free survival",
    code="PFS",
    summary="Days to progression or death from any cause, whichever comes first.",
    measure="time to event",
    counts=("progression", "death"),
    never=("response", "complete_response", "best_response"),
    origin="allocation; with one arm the first treatment or registration",
    without_event="last adequate assessment, by a censoring rule set",
    competing="a new therapy: hypothetical (FDA) against treatment policy (EMA)",
    unit="d",
    reference=(
        "US FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2007; EMA, CHMP/27994/2008 "
        "Rev 1"
    ),
    certainty="unverified",
    clause=(
        "{id: PFS, title: Progression-free survival, role: secondary, measure: time to event, origin: allocation, "
        "events: [progression, death], assessment: scans, set: randomised, censor: {at: last adequate assessment, "
        "missed_assessments: 2, new_therapy: {is: next_therapy, then: censor}}}"
    ),
)
"""The endpoint ``PFS``."""
