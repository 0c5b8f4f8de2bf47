"""Time to viable tumour in or at a treated zone."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="local tumour progression",
    code="LTP",
    summary="Days from complete ablation to viable tumour in or at the zone, of a subject.",
    measure="time to event",
    counts=("progression",),
    never=("death",),
    origin="the scan that first showed complete ablation",
    without_event="last scan of the zone",
    competing=(
        "death and a resection or transplant compete; incomplete ablation is a failure of technique and not progression"
    ),
    unit="d",
    reference="Ahmed et al., Radiology 2014;273:241-260; Puijk et al., Radiology 2021 (abstract only)",
    certainty="unverified",
    clause=(
        "{id: LTP, title: Local tumour progression, role: secondary, measure: time to event, origin: cleared, "
        "events: [progression], competing: [death, resected_on], assessment: zone, set: cleared, censor: {at: last "
        "scan of the zone}}"
    ),
)
"""The endpoint ``LTP``."""
