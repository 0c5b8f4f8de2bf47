"""Time to recurrence or death, for subjects rendered free of disease."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="disease-free survival",
    code="DFS",
    summary="Days to recurrence or death from any cause.",
    measure="time to event",
    counts=("progression", "death"),
    never=("response", "complete_response", "best_response"),
    origin="allocation, or the day a subject was rendered free of disease",
    without_event="last assessment free of disease",
    competing=(
        "whether deaths from other causes count must be stated, and with a clock that starts before, by never_free, "
        "what becomes of a subject never free of disease"
    ),
    unit="d",
    reference="US FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2007",
    certainty="unverified",
    clause=(
        "{id: DFS, title: Disease-free survival, role: secondary, measure: time to event, origin: cleared, events:"
        " [progression, death], assessment: scans, set: cleared, censor: {at: last adequate assessment}}"
    ),
)
"""The endpoint ``DFS``."""
