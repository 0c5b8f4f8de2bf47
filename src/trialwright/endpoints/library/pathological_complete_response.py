"""Share without tumour in what was removed."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="pathological complete response",
    code="PCR",
    summary="Whether no tumour was left in what was removed.",
    measure="proportion",
    counts=(),
    never=(),
    origin="the operation",
    without_event="whoever was not operated has no such response",
    competing=(
        "watching and waiting after a clinical complete response is another category, or part of a composite of its own"
    ),
    unit="1",
    reference="a convention of ours",
    certainty="unverified",
    clause=(
        "{id: PCR, title: Pathological complete response, role: secondary, measure: proportion, success: {item: "
        "necrosis, at_least: 100 %}, unknown: failure, set: randomised}"
    ),
)
"""The endpoint ``PCR``."""
