"""Mean time in response up to a fixed time, of all subjects."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="restricted mean duration of response",
    code="RMDOR",
    summary="Days to the first of response and the parent's event; with the parent it gives the mean time in response.",
    measure="restricted mean",
    counts=(),
    never=(),
    origin="that of the parent",
    without_event="as the parent",
    competing=(
        "counts every subject, a non-responder with no time in response: the mean of the parent to the time less the "
        "mean of these rows"
    ),
    unit="d",
    reference="Huang and Tian, Pharm Stat 2022;21:865-878, doi:10.1002/pst.2198",
    certainty="computed",
    clause=(
        "{id: RMDOR, title: Restricted mean duration of response, role: secondary, measure: restricted mean, of: PFS,"
        " origin: {first: [CR, PR], of: scans}, set: randomised, horizon: {of: 24 months, is: administrative "
        "censoring}}"
    ),
)
"""The endpoint ``RMDOR``."""
