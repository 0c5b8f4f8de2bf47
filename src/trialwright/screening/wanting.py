"""What would decide an unknown node: whom to ask, what to look up, which sample or scan to take."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np

from trialwright.model.criteria import (
    Age,
    Attest,
    History,
    Interval,
    ItemIs,
    Lab,
    Lesions,
    Node,
    QuantityIs,
    Response,
    Score,
    Sex,
)
from trialwright.model.items import item_place
from trialwright.model.screened import Want
from trialwright.model.study import Study
from trialwright.screening.answer import reason_text
from trialwright.screening.calendar import EARLIEST
from trialwright.screening.gap import Gap

__all__ = ["EASE", "wants_of"]

EASE: Final = ("attestation", "entry", "review", "sample", "imaging", "waiting", "not computed")
"""Kinds of what is wanting, the easiest first."""

_SAMPLED: Final = ("LB", "VS", "QS", "AE")
_IMAGED: Final = ("TU", "TR", "RS", "XP", "XD")
_AT_HAND: Final = ("conflict", "bad_code", "bad_value", "unit_mismatch", "imprecise_date", "no_reference_range")
"""Reasons that a look at what was entered may mend."""


def wants_of(gap: Gap, subject: int, study: Study) -> tuple[Want, ...]:
    """What would decide a node for one subject.

    Parameters
    ----------
    gap : Gap
        The node and why it is unknown.
    subject : int
        Position of the subject.
    study : Study
        Declares what the node names.

    Returns
    -------
    tuple of Want
        One a reason; empty where the node is known or would not decide.
    """
    reasons = reason_text(int(gap.reason[subject]))
    low, high = int(gap.since[subject]), int(gap.until[subject])
    since = _day(low) if EARLIEST < low < high else None
    until = _day(high) if since is not None else None
    found = []
    for reason in reasons.split("; ") if reasons else ():
        kind = _kind(gap.node, reason, study)
        found.append(Want(EASE.index(kind), kind, _ask(gap.node, reason, study), reason, since, until))
    return tuple(found)


def _day(number: int) -> date:
    day: date = np.datetime64(number, "D").item()
    return day


def _kind(node: Node, reason: str, study: Study) -> str:
    match reason:
        case "not_reached":
            return "waiting"
        case "not_computed":
            return "not computed"
        case "not_reviewed":
            return "review"
        case _ if reason in _AT_HAND:
            return "entry"
    match node:
        case Attest():
            return "attestation"
        case Response() if _marker_item(node, study) is not None:
            return "sample"
        case Lesions() | Response():
            return "imaging"
        case Lab():
            return "sample"
        case ItemIs():
            domain = item_place(study, node.item).domain
            return "sample" if domain in _SAMPLED else "imaging" if domain in _IMAGED else "entry"
        case Score() if (use := _score_item(node, study)) is not None:
            return "sample" if item_place(study, use).domain in _SAMPLED else "entry"
        case _:
            return "entry"


def _score_item(node: Score, study: Study) -> str | None:
    return next((use.item for use in study.scores if use.id == node.score), None)


def _marker_item(node: Response, study: Study) -> str | None:
    return next((marker.item for marker in study.markers if marker.id == node.response.of), None)


def _ask(node: Node, reason: str, study: Study) -> str:
    match node:
        case Attest():
            item = study.items[node.attest]
            return f"{item.ask} ({item.by})" if item.by else item.ask
        case ItemIs():
            return study.items[node.item].ask
        case Lab():
            return study.items[node.lab].ask
        case History():
            asked = node.history
            review = asked.reviewed if reason == "not_reviewed" and asked.reviewed is not None else asked.of
            return study.items[review].ask
        case Interval():
            names = (node.interval.from_, node.interval.to)
            return "; ".join(_date_ask(name, study) for name in names)
        case Age():
            return "Date of birth"
        case Sex():
            return "Sex"
        case Lesions():
            return _lesions_ask(node, reason, study)
        case Response() if (marker := _marker_item(node, study)) is not None:
            return study.items[marker].ask
        case Response():
            return f"Response of {node.response.of.replace('_', ' ')}"
        case QuantityIs():
            return f"{node.quantity.name.replace('_', ' ')} of {node.quantity.of}"
        case Score():
            recorded = _score_item(node, study)
            return f"score {node.score.replace('_', ' ')}" if recorded is None else study.items[recorded].ask
        case _:
            return node.text or node.kind


def _date_ask(name: str, study: Study) -> str:
    point = study.time_points.get(name)
    return study.items[name if point is None else point.item].ask


def _lesions_ask(node: Lesions, reason: str, study: Study) -> str:
    asked = node.lesions
    if reason == "not_reviewed" and asked.reviewed is not None:
        return study.items[asked.reviewed].ask
    methods = " or ".join(asked.on.method) if asked.on is not None and asked.on.method else "any method"
    places = f" of {', '.join(asked.on.location).lower()}" if asked.on is not None and asked.on.location else ""
    return f"Lesions{places} by {methods}: {asked.take}"
