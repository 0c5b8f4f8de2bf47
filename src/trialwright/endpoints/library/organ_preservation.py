"""Time to the loss of an organ."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.endpoint_kind import EndpointKind

__all__ = ["ENDPOINT"]

ENDPOINT: Final = EndpointKind(
    id="organ preservation",
    code="ORGAN",
    summary="Days to the loss of the organ, by removal or by a regrowth that cannot be saved.",
    measure="time to event",
    counts=(),
    never=("progression",),
    origin="allocation or start of radiotherapy",
    without_event="last day known alive with the organ",
    competing="which losses count must be stated; death competes",
    unit="d",
    reference="Fokas et al., Nat Rev Clin Oncol 2021;18:805-816, doi:10.1038/s41571-021-00538-5 (items unverified)",
    certainty="unverified",
    clause=(
        "{id: ORGAN, title: Organ preservation, role: secondary, measure: time to event, origin: allocation, events: "
        "[resected_on], competing: [death], set: randomised, censor: {at: last known alive}}"
    ),
)
"""The endpoint ``ORGAN``."""
