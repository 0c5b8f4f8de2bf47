"""Best response inside a period."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="best response",
    code="BEST",
    summary="Whether the best response inside a period is one of those named.",
    measure="proportion",
    counts=(),
    never=(),
    origin="the start of the period",
    without_event="as the objective response rate",
    competing="assessments after the period count for nothing, even where they would be better",
    unit="1",
    reference="a convention of ours",
    certainty="unverified",
    clause=(
        "{id: BEST, title: Best response within two years, role: secondary, measure: proportion, success: {response: "
        "{of: scans, take: best}, in: [CR, PR]}, unknown: failure, set: randomised, period: {from: allocation, "
        "within: 2 years}}"
    ),
)
"""The endpoint ``BEST``."""
