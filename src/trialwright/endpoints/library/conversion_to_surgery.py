"""Share brought to a curative resection or transplant."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="conversion to resection or transplant",
    code="CONV",
    summary="Whether a curative resection or transplant was done.",
    measure="proportion",
    counts=(),
    never=(),
    origin="first treatment",
    without_event="all treated; whoever was not operated is a failure",
    competing="death and progression compete where a time is wanted instead",
    unit="1",
    reference="a convention of ours",
    certainty="unverified",
    clause=(
        "{id: CONV, title: Conversion to resection or transplant, role: secondary, measure: proportion, success: "
        "{item: surgery_kind, in: [RESECTION, TRANSPLANT]}, unknown: failure, set: randomised}"
    ),
)
"""The endpoint ``CONV``."""
