"""Time to death from the cancer, other deaths competing."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="cancer-specific survival",
    code="CSS",
    summary="Days to death from the cancer.",
    measure="time to event",
    counts=("death",),
    never=("progression",),
    origin="allocation or first treatment",
    without_event="last day known alive",
    competing=(
        "death from another cause; an unknown cause counts as the cancer, and as another in a sensitivity analysis"
    ),
    unit="d",
    reference="a convention of ours",
    certainty="unverified",
    clause=(
        "{id: CSS, title: Cancer-specific survival, role: secondary, measure: time to event, origin: allocation, "
        "events: [{event: death, when: {item: death_cause, in: [CANCER, UNKNOWN]}}], competing: [{event: death, when:"
        " {item: death_cause, in: [TREATMENT, OTHER]}}], set: randomised, censor: {at: last known alive}}"
    ),
)
"""The endpoint ``CSS``."""
