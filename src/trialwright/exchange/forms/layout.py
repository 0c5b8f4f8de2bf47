"""The forms of a study: which sheets, which columns, and which table row each answer becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from trialwright.exchange.forms.entries import FormPart, form_part
from trialwright.exchange.forms.fields import DATE, SUBJECT, Entry, Field, Layout, Sheet
from trialwright.model.asked import Asked, asked_at, facts_behind
from trialwright.model.items import item_place
from trialwright.model.schedule import Visit
from trialwright.model.study import Study
from trialwright.model.tables import TABLES

__all__ = ["Layout", "layout_of"]

_LONGEST_TITLE: Final = 31  # a spreadsheet allows no more
_TAKEN: Final = ("Read me", "Lists", "Subjects", "Unscheduled")
_SUBJECT_COLUMNS: Final = ("SUBJID", "SITEID", "RFICDTC", "BRTHDTC", "AGE", "SEX", "ARMCD", "ACTARMCD", "DTHDTC")
_DATE_HINT: Final = "2026-03-18, or the part that is known: 2026-03, 2026"
_LABELS: Final = {
    "F": "female", "M": "male", "U": "not known", "UNDIFFERENTIATED": "undifferentiated", "ALIVE": "alive",
    "DEAD": "dead", "UNKNOWN": "not known",
}  # fmt: skip
_ENDS: Final = (
    "COMPLETED", "LOST TO FOLLOW-UP", "WITHDRAWAL BY SUBJECT", "PHYSICIAN DECISION", "PROTOCOL VIOLATION",
    "SCREEN FAILURE", "STUDY TERMINATED BY SPONSOR", "DEATH",
)  # fmt: skip


def layout_of(study: Study, responses: Mapping[str, tuple[str, ...]]) -> Layout:
    """The forms of a study.

    Parameters
    ----------
    study : Study
        The study; its items give the questions, its visits the sheets.
    responses : mapping of str to tuple of str
        Response criteria to the responses they know.

    Returns
    -------
    Layout
        Subjects, one sheet a visit, and a sheet for what belongs to no visit: milestones, facts that criteria ask for
        and no visit does, survival contacts and the end of participation.
    """
    titles = _titles(study)
    sheets = [_subjects(study)]
    asked: set[str] = set()
    for visit in study.visits:
        facts = [fact for fact in asked_at(study, visit) if fact.places[0].domain != "DM"]
        asked.update(fact.name for fact in facts)
        sheets.append(_sheet(study, titles[visit.id], _about(visit), facts, responses, visit.id))
    rest = [
        fact
        for name in study.items
        if name not in asked
        for fact in facts_behind(study, name)
        if fact.places[0].domain != "DM"
    ]
    about = "What belongs to no visit: milestones, earlier treatment, contacts, the end of participation."
    plain = _sheet(study, "Unscheduled", about, rest, responses, "")
    sheets.append(_with(plain, (_contact(), _end())))
    return Layout(tuple(sheets))


def _titles(study: Study) -> dict[str, str]:
    """A sheet name for each visit, without regard to case unlike every other."""
    used = {name.lower() for name in _TAKEN}
    found: dict[str, str] = {}
    for visit in study.visits:
        words = re.sub("_+", " ", visit.id).capitalize()
        number, title = 1, words[:_LONGEST_TITLE]
        while title.lower() in used:
            number += 1
            title = f"{words[: _LONGEST_TITLE - 4]} {number}"
        used.add(title.lower())
        found[visit.id] = title
    return found


def _about(visit: Visit) -> str:
    when = visit.when
    if when.on is not None:
        said = f"On {when.on}"
    else:
        steps = [f"{when.first.text} after {when.after}" if when.first else f"After {when.after}"]
        steps += [f"then every {when.every.text}"] if when.every else []
        steps += [f"{when.times} times"] if when.times else []
        steps += [f"until {when.until}"] if when.until else []
        said = ", ".join(steps)
    if visit.window is not None:
        said += f"; from {visit.window.before.text} before to {visit.window.after.text} after that day"
    arms = f"; arm {', '.join(visit.arms)} only" if visit.arms else ""
    return f"{said}{arms}. One row a subject and day; what was established on another day stands in a row of its own."


def _subjects(study: Study) -> Sheet:
    table = TABLES["DM"].by_name
    asks = {}
    for name, item in study.items.items():
        place = item_place(study, name)
        if place.domain == "DM":
            asks[place.column] = item.ask
    arms = tuple((arm.id, arm.label) for arm in study.arms)
    fields = [Field(SUBJECT, "Subject", "one row a subject, unique in the trial", "subject")]
    for name in dict.fromkeys((*_SUBJECT_COLUMNS, *(name for name in asks if name in table))):
        if name in ("ARMCD", "ACTARMCD") and study.allocation is None:
            continue
        column = table[name]
        terms = arms if name in ("ARMCD", "ACTARMCD") else tuple((term, _LABELS.get(term, "")) for term in column.terms)
        kind = {"date": "date", "int": "number", "code": "code"}.get(column.kind, "text")
        hint = {"date": _DATE_HINT, "int": "whole number"}.get(column.kind, "")
        fields.append(Field(name, asks.get(name, column.label), hint, kind, terms))  # type: ignore[arg-type]  # a literal
    parts = ((SUBJECT, "USUBJID"), *((field.key, field.key) for field in fields[1:]))
    entry = Entry(SUBJECT, "DM", (), parts)
    return Sheet("Subjects", "Everybody who was asked for consent, screened ones too.", tuple(fields), (entry,))


def _sheet(
    study: Study, title: str, about: str, facts: list[Asked], responses: Mapping[str, tuple[str, ...]], visit: str
) -> Sheet:
    date = Field(DATE, "Day of these answers", _DATE_HINT, "date")
    lead = (Field(SUBJECT, "Subject", "as on the sheet Subjects", "subject"), date)
    sheet = Sheet(title, about, lead, (), visit)
    return _with(sheet, tuple(form_part(study, fact, responses) for fact in facts))


def _with(sheet: Sheet, parts: tuple[FormPart, ...]) -> Sheet:
    """The sheet with more columns; the reason for what was not done stands last, once."""
    fields = [field for field in sheet.fields if field.key != "reason"]
    fields += [field for part in parts for field in part.fields]
    entries = (*sheet.entries, *(part.entry for part in parts))
    if any(entry.reason_column for entry in entries):
        fields.append(Field("reason", "Why not done", "for what is marked NOT DONE in this row", "text"))
    return Sheet(sheet.title, sheet.about, tuple(fields), entries, sheet.visit)


def _terms(codes: Iterator[str] | tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((code, _LABELS.get(code, "")) for code in codes)


def _contact() -> FormPart:
    codes = _terms(TABLES["SS"].by_name["SSORRES"].terms)
    ask, hint = "How was the subject at this contact?", "the day of the row is that of the contact"
    parts = (("contact", "SSORRES"), (DATE, "SSDTC"))
    entry = Entry("contact", "SS", (("SSTESTCD", "SURVSTAT"),), parts)
    return FormPart((Field("contact", ask, hint, "code", codes),), entry)


def _end() -> FormPart:
    fields = (
        Field("end", "What ended?", "the day of the row is that of the end", "code", _terms(_ENDS)),
        Field("end.scope", "Of what?", "", "code", _terms(TABLES["DS"].by_name["DSSCOPE"].terms)),
        Field("end.term", "In your own words", "", "text"),
    )
    parts = (("end", "DSDECOD"), (DATE, "DSSTDTC"), ("end.scope", "DSSCOPE"), ("end.term", "DSTERM"))
    return FormPart(fields, Entry("end", "DS", (("DSCAT", "DISPOSITION EVENT"),), parts))
