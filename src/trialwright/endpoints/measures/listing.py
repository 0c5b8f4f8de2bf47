"""Endpoints that are stated and not estimated."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.measure import Measure, Request, Rows

__all__ = ["MEASURE"]


def _nothing(cohort: Cohort, request: Request) -> Rows:
    return Rows()


MEASURE: Final = Measure("listing", "Stated and not estimated: no rows are made.", "1", "", "verified", _nothing)
"""The measure ``listing``."""
