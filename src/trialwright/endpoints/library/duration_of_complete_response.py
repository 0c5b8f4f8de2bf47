"""Time from the first complete response to its end or death."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="duration of complete response",
    code="DOCR",
    summary="Days from the first complete response, of those who reached one.",
    measure="time to event",
    counts=("progression", "death"),
    never=("response", "complete_response"),
    origin="first CR, of a confirmed one where confirmation is needed",
    without_event="as progression-free survival",
    competing=(
        "disease after a complete response is progression under the rule for it, in this and in every other endpoint"
    ),
    unit="d",
    reference="Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026",
    certainty="unverified",
    clause=(
        "{id: DOCR, title: Duration of complete response, role: secondary, measure: time to event, origin: {first: "
        "[CR], of: scans, confirmed: true}, events: [progression, death], assessment: scans, set: randomised, censor:"
        " {at: last adequate assessment}}"
    ),
)
"""The endpoint ``DOCR``."""
