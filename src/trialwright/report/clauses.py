"""The study's clauses behind a time to an event, one short definition each, for the foot of its table."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR
from typing import Final

from trialwright.model.endpoint import Censor, Definition, Endpoint, Horizon
from trialwright.model.schedule import Visit
from trialwright.report.context import Context
from trialwright.report.typeset import enumeration

__all__ = ["ADEQUATE", "CONTACTS", "clause_terms"]

ADEQUATE: Final = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NED")
"""Responses of an adequate assessment, those the derivation takes."""

CONTACTS: Final = {
    "LB": "laboratory value",
    "TR": "lesion measured",
    "FA": "finding",
    "QS": "questionnaire",
    "PR": "procedure done",
    "RS": "response judged",
    "TU": "lesion identified",
    "VS": "vital sign",
    "EX": "dose given",
    "AE": "adverse event",
}
"""Tables whose rows show a subject alive, in words."""

Term = tuple[str, str]


def clause_terms(context: Context, endpoint: Endpoint, definition: str) -> tuple[Term, ...]:
    """Return what the words of a definition mean, as the study's clauses have it.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        The endpoint.
    definition : str
        Name of the definition.

    Returns
    -------
    tuple of (term, meaning)
        Those that apply: adequate assessment, missed assessments, new therapy, last known alive, loss and withdrawal,
        end of counting. Of a definition that is not reported only those that differ from the reported one.
    """
    resolved = endpoint.resolved()
    own = tuple(_terms(context, resolved[definition]))
    if definition in ("used", endpoint.use):
        return own
    reported = set(_terms(context, resolved[endpoint.use or "used"]))
    return tuple(term for term in own if term not in reported)


def _terms(context: Context, definition: Definition) -> Iterator[Term]:
    censor = definition.censor
    if censor is None:
        return
    yield from _counting(context, definition, censor)
    yield from _adequate(context, definition, censor)
    yield from _missed(context, definition, censor)
    yield from _new_therapy(context, censor)
    if censor.at == "last known alive":
        yield "Last known alive", _alive_words()
    if censor.at == "last score":
        yield "Last score", f"The last value of “{definition.of}”; no other row of the subject counts."
    if censor.at == "last survival contact":
        yield "Last survival contact", "The last day somebody recorded the subject as alive; no other contact counts."
    if censor.at == "last assessment":
        yield "Last assessment", "The last of the series whatever it says; one that could not be evaluated counts too."
    if censor.codes == "one":
        yield "Code of a censored time", "1 for every reason; the description tells which."
    ends = censor.treatment_stop == "censor"
    stops = "Stopping treatment ends counting too." if ends else "Leaving treatment alone ends nothing."
    yield (
        "Loss and withdrawal",
        (
            "An event after the day of loss to follow-up, or of withdrawal from follow-up or of the data, does not "
            f"count; the time ends at the {_end_words(censor)} up to that day. {stops}"
        ),
    )
    if definition.horizon is not None:
        yield "Followed for", _horizon_words(definition.horizon)


def _counting(context: Context, definition: Definition, censor: Censor) -> Iterator[Term]:
    if definition.add_one is False:
        yield "Days", "The day of the origin is day 0; elsewhere it is day 1."
    if censor.year_of_death == "midpoint":
        yield "Death known to the year", "It counts on the middle one of the days that it can have been."
    clause = definition.never_free
    if clause is None:
        return
    point = context.point_words(clause.reached)
    within = f" within {clause.within.text}" if clause.within is not None else ""
    words = f"Who does not reach {point[:1].lower()}{point[1:]}{within}"
    if clause.then == "first event":
        yield "Never free of disease", f"{words} counts up to the first event, as anybody."
        return
    yield (
        "Never free of disease",
        f"{words} has the event on the day of the origin. Who still may is censored on that day.",
    )


def _end_words(censor: Censor) -> str:
    return censor.at.replace("last known alive", "last day known alive")


def _adequate(context: Context, definition: Definition, censor: Censor) -> Iterator[Term]:
    series = next((s for s in context.dossier.study.assessments if s.id == definition.assessment), None)
    if series is None or censor.at != "last adequate assessment":
        return
    criteria = series.criteria.replace("recist", "RECIST").replace("gcig", "GCIG").replace("-", " ")
    responses = enumeration(
        [r if r.isalpha() else r.lower().replace("cr", "CR").replace("pd", "PD") for r in ADEQUATE], "or"
    )
    origin = context.point_words(definition.origin) if isinstance(definition.origin, str) else "the origin"
    yield (
        "Adequate assessment",
        (
            f"One of the series “{series.id}” ({criteria}, {series.evaluator.lower()}) with the response {responses}; "
            f"one that could not be evaluated is not. Who has none after {origin} and no event is censored on day 1."
        ),
    )


def _missed(context: Context, definition: Definition, censor: Censor) -> Iterator[Term]:
    number = censor.missed_assessments
    if number is None:
        return
    planned = [
        visit
        for visit in context.dossier.study.visits
        if definition.assessment in visit.do and visit.when.after is not None
    ]
    rule = (
        f"An event after {number} or more planned assessments missed in a row does not count; the time ends at the "
        "last adequate assessment before them."
    )
    if not planned:
        yield "Missed assessments", f"{rule} No visit plans assessments at intervals, so nobody is censored by it."
        return
    slots = enumeration([_slot_words(context, visit) for visit in planned])
    yield (
        "Missed assessments",
        (
            f"{rule} Planned: {slots}. One is missed when its whole window lies between the last adequate "
            "assessment and the event."
        ),
    )


def _slot_words(context: Context, visit: Visit) -> str:
    every = f"every {visit.when.every.text}" if visit.when.every is not None else "once"
    first = f", first at {visit.when.first.text}" if visit.when.first is not None else ""
    window = (
        f", window {visit.window.before.text} before to {visit.window.after.text} after"
        if visit.window is not None
        else ", on the day itself"
    )
    return f"{every} after {context.point_words(str(visit.when.after))}{first}{window}"


def _new_therapy(context: Context, censor: Censor) -> Iterator[Term]:
    if censor.new_therapy is None:
        return
    ask = context.dossier.study.items[censor.new_therapy.is_].ask
    does = {
        "censor": f"It ends counting: the time ends at the {_end_words(censor)} up to that day, unless the event comes "
        "first or on the same day.",
        "ignore": "Counting goes on after it.",
        "event": "It counts as an event.",
    }
    yield "New therapy", f"{ask}. {does[censor.new_therapy.then]}"


def _alive_words() -> str:
    return (
        "The latest day on which the data show a contact: survival status “alive”, "
        f"{enumeration(list(CONTACTS.values()), 'or')}, or the last contact before a loss. What was planned and not "
        "done shows none, nor does a cause of death; of a date without a day the first possible day counts."
    )


def _horizon_words(horizon: Horizon) -> str:
    length = horizon.of.text
    if horizon.is_ == "follow-up only":
        return f"{length} is the planned length of follow-up; later events count too."
    if horizon.from_ != "origin":
        return f"{length} from the {horizon.from_}; later events do not count."
    days = horizon.of.days
    last = int(days.to_integral_value(ROUND_FLOOR))
    words = f"Counting ends on day {last}, the last whole day within {length}"
    if days == last:
        return f"{words}; later events do not count."
    return (
        f"{words} ({days.normalize():f} days), with the origin as day 1; later events do not count. Everybody leaves "
        f"observation on that day at the latest, so at {length} itself no rate can be estimated while the curve is "
        "above zero."
    )
