"""Share without the event at a fixed time."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="milestone rate",
    code="RATE",
    summary="Kaplan-Meier estimate of a parent endpoint at fixed times.",
    measure="time to event",
    counts=(),
    never=(),
    origin="that of the parent, counted for each subject",
    without_event="as the parent; a rate at three years is no share of subjects",
    competing="an event on the very day of the milestone has happened by then",
    unit="d",
    reference="Kaplan and Meier, J Am Stat Assoc 1958;53:457-481, doi:10.1080/01621459.1958.10501452 (unverified)",
    certainty="unverified",
    clause=(
        "{id: RATE, title: Milestone rate of progression-free survival, role: secondary, measure: time to event, "
        "origin: allocation, events: [progression, death], milestones: [12 months, 24 months], assessment: scans, "
        "set: randomised, censor: {at: last adequate assessment}}"
    ),
)
"""The endpoint ``RATE``."""
