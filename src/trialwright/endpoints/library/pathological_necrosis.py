"""Necrosis found in what was removed."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="pathological necrosis",
    code="NECR",
    summary="Percentage of necrosis of each subject whose tumour was removed; nothing is estimated.",
    measure="listing",
    counts=(),
    never=(),
    origin="the operation",
    without_event="subjects without an operation have no value and are not counted as 0",
    competing="several nodules: by volume or the worst one, to be stated",
    unit="%",
    reference="a convention of ours",
    certainty="unverified",
    clause="{id: NECR, title: Pathological necrosis, role: secondary, measure: listing, of: necrosis, set: operated}",
)
"""The endpoint ``NECR``."""
