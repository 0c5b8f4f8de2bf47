"""Share of operations that leave no tumour."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="complete resection",
    code="R0",
    summary="Whether the operation left no tumour.",
    measure="proportion",
    counts=(),
    never=(),
    origin="the operation",
    without_event="all allocated to surgery (a subject not operated is a failure), or the operated alone",
    competing="R0 of the ovary (nothing visible) and of a sarcoma (free margin) are two things and never pooled",
    unit="1",
    reference="a convention of ours",
    certainty="unverified",
    clause=(
        "{id: R0, title: Complete resection, role: secondary, measure: proportion, success: {item: residual, equals: "
        "GYN_R0}, unknown: failure, set: randomised, arms: [SCS], period: {from: surgery, within: 2 months}}"
    ),
)
"""The endpoint ``R0``."""
