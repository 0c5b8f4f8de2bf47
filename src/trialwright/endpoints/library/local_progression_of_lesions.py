"""Time to viable tumour in or at the zone of each treated lesion."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="local progression of lesions",
    code="LTPL",
    summary="Days from the ablation of a lesion to viable tumour in or at its zone, lesion by lesion.",
    measure="time to event of lesions",
    counts=("progression",),
    never=("death",),
    origin="the last ablation of the lesion before the scan that first showed its zone clear",
    without_event="last scan of that zone",
    competing=(
        "death and a resection or transplant compete, one that names a lesion in that lesion alone; lesions of one "
        "subject are not independent, so an analysis takes them together"
    ),
    unit="d",
    reference="Ahmed et al., Radiology 2014;273:241-260; Puijk et al., Radiology 2021 (abstract only)",
    certainty="unverified",
    clause=(
        "{id: LTPL, title: Local progression of lesions, role: secondary, measure: time to event of lesions, origin: "
        "ablation, events: [progression], competing: [death, resected_on], assessment: zone, set: cleared, censor: "
        "{at: last scan of the zone}}"
    ),
)
"""The endpoint ``LTPL``."""
