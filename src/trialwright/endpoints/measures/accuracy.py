"""How well a marker foretells other endpoints: the figures rest on the marker's rows and on those of the endpoints."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.measure import Measure, Request, Rows

__all__ = ["MEASURE"]


def _of_others(cohort: Cohort, request: Request) -> Rows:
    return Rows()


MEASURE: Final = Measure(
    "accuracy",
    "Each subject's figure of the marker beside its outcome; the outcome stands in the rows of the endpoint foretold.",
    "1",
    "",
    "verified",
    _of_others,
)
"""The measure ``accuracy``."""
