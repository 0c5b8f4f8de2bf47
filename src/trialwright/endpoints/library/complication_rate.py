"""Worst complication of an operation in a period."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="worst complication",
    code="COMPL",
    summary="Highest grade of a subject's complications in a period, and how many there are.",
    measure="worst grade",
    counts=(),
    never=(),
    origin="the operation",
    without_event="an operated subject without a record of one has none where adverse events were collected",
    competing="whoever was not operated is not counted",
    unit="1",
    reference=(
        "Dindo, Demartines and Clavien, Ann Surg 2004;240:205-213 (grades), doi:10.1097/01.sla.0000133083.54934.ae "
        "(unverified)"
    ),
    certainty="unverified",
    clause=(
        "{id: COMPL, title: Worst complication of the operation, role: secondary, measure: worst grade, of: "
        "complication, set: operated, period: {from: surgery, within: 2 months}}"
    ),
)
"""The endpoint ``COMPL``."""
