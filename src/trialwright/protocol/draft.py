"""A draft study file from a registry record: what the record says, and a question for everything it does not say.

Nothing is invented. Where the language needs something no record holds (a place in the data, a moment at which
eligibility is judged) the draft proposes it as an assumption and asks; where even that would be an invention the block
is left out and asked for, so that such a draft is not loaded before its questions are answered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from trialwright.dates import PartialDate
from trialwright.model.record import Absent, Record, Statement
from trialwright.model.study import OpenPoint
from trialwright.protocol.draft_criteria import UNREAD, Reading, age_limits, by_fields, read_criteria, whole_text
from trialwright.protocol.draft_questions import Questions, contradictions, note_questions
from trialwright.protocol.plain import Plain
from trialwright.protocol.yaml_text import written

__all__ = ["Draft", "draft_from"]

_BY: Final = "importer"
_ROLES: Final = {
    "EXPERIMENTAL": "experimental",
    "ACTIVE_COMPARATOR": "control",
    "PLACEBO_COMPARATOR": "control",
    "SHAM_COMPARATOR": "control",
    "NO_INTERVENTION": "control",
}
_MOST_SUBJECTS: Final = 999_999_999
_WORDS: Final = {
    "I": ("inclusion", "met_when", "Is", "met"),
    "E": ("exclusion", "excluded_when", "Does", "hold"),
}
_DATES: Final = {"start": "start", "primary_completion": "primaryCompletion", "completion": "completion"}
_ENDPOINT_ROLES: Final = {"P": "primary", "S": "secondary", "O": "other"}
_ABSENT_BLOCKS: Final = (
    ("assessments", "By which criteria, on which scans and from which baseline is the disease judged?"),
    ("regimens", "Which drugs, doses, cycles, operations or radiation does each arm get?"),
    ("visits", "When is each fact gathered?"),
    ("analysis_sets", "Which subjects count in the analyses?"),
    ("analyses", "Which analysis decides, at which level, and on which effect and power does the number rest?"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft study file.

    Parameters
    ----------
    text : str
        The file.
    open_points : tuple of OpenPoint
        Its questions.

    Examples
    --------
    >>> Draft("", ()).open_points
    ()
    """

    text: str
    open_points: tuple[OpenPoint, ...]


@dataclass(slots=True)
class _Drafting:
    record: Record
    questions: Questions = field(default_factory=Questions)
    items: dict[str, Plain] = field(default_factory=dict)

    @property
    def randomised(self) -> bool:
        return self.record.value("design.allocation") == "RANDOMIZED"


def draft_from(record: Record) -> Draft:
    """Draft study file of a record.

    Parameters
    ----------
    record : Record
        The record.

    Returns
    -------
    Draft
        Every statement with its address in the record; each question about a path that is in the file, or is to be
        filled in.

    Examples
    --------
    >>> print(draft_from(Record("NCT00000001", "ClinicalTrials.gov", "f", "", {})).text.splitlines()[6])
      title: Trial NCT00000001
    """
    drafting = _Drafting(record)
    plain: dict[str, Plain] = {"language": 1, "study": _header(drafting)}
    plain["items"] = drafting.items
    plain["time_points"] = _time_points(drafting)
    blocks = {"arms": _arms(drafting), "inclusion": _inclusion(drafting), "exclusion": _exclusion(drafting)}
    plain.update({block: entries for block, entries in blocks.items() if entries})
    if drafting.randomised:
        plain["allocation"] = _allocation(drafting)
    endpoints = _endpoints(drafting)
    if endpoints:
        plain["endpoints"] = endpoints
    for block, question in _ABSENT_BLOCKS:
        drafting.questions.ask(f"/{block}", question, "nothing")
    _ask_about_record(drafting, plain)
    plain["open_points"] = drafting.questions.plain()
    return Draft(f"{_heading(record)}{written(plain)}", tuple(drafting.questions.points))


def _heading(record: Record) -> str:
    return (
        f"# Draft study file of {record.id}, made from a record ({record.format}).\n"
        "# What the record says carries its address; what is assumed says so; what is missing stands in open_points.\n"
        "# Texts of criteria and endpoints are those of the registry.\n"
    )


def _assumed(why: str, *covers: str) -> dict[str, Plain]:
    source: dict[str, Plain] = {"assumption": why, "by": _BY}
    return {**source, "covers": list(covers)} if covers else source


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _header(drafting: _Drafting) -> dict[str, Plain]:
    record = drafting.record
    name = re.sub(r"[^a-z0-9_-]+", "-", record.id.lower()).strip("-")
    title = _one_line(record.statement("identification.briefTitle"))
    header: dict[str, Plain] = {
        "id": name if name[:1].isalpha() else f"study-{name}",
        "title": f"{title} ({record.id})" if title else f"Trial {record.id}",
        "version": "0.1.0",
        "registry": {"name": record.registry, "id": record.id},
    }
    sources: list[Plain] = []
    stated = {address: str(record.value(address)) for address, _ in record.numbered("design.phase")}
    phases = list(stated.values())
    if phases and all(re.fullmatch(r"(EARLY_)?PHASE\d", phase) for phase in phases):
        header["phase"] = "/".join(phase.replace("EARLY_PHASE", "early ").replace("PHASE", "") for phase in phases)
        sources.append({"record": next(iter(stated)), "covers": ["phase"]})
    elif record.value("design.phase1") not in ("NA", Absent("not_applicable")):
        drafting.questions.ask("/study/phase", "Which phase is this trial?", "not stated", None)
    masking = record.value("design.masking")
    if isinstance(masking, str):
        header["masking"] = masking.lower()
        sources.append({"record": "design.masking", "covers": ["masking"]})
    else:
        drafting.questions.ask("/study/masking", "Who is blinded?", "not stated", None)
    _enrolment(drafting, header)
    _dates(drafting, header)
    if sources:
        header["source"] = sources
    return header


def _enrolment(drafting: _Drafting, header: dict[str, Plain]) -> None:
    count = drafting.record.value("enrollment.count")
    if isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= _MOST_SUBJECTS:
        header["enrolment"] = {"planned": count, "source": {"record": "enrollment.count", "covers": ["planned"]}}
        question = f"Which time point do the {count} subjects have to reach to count?"
        drafting.questions.ask("/study/enrolment/counts", question, "not stated")
    else:
        drafting.questions.ask("/study/enrolment", "How many subjects are planned?", "not stated")


def _dates(drafting: _Drafting, header: dict[str, Plain]) -> None:
    """Whole dates in their order; a partial or misplaced one is asked for."""
    dates: dict[str, Plain] = {}
    sources: list[Plain] = []
    asked: list[tuple[str, str, str]] = []
    latest = ""
    for key, name in _DATES.items():
        value = drafting.record.value(f"dates.{name}")
        day = value.text if isinstance(value, PartialDate) and value.precision == "D" else ""
        if day and day >= latest:
            dates[key] = latest = day
            sources.append({"record": f"dates.{name}", "covers": [key]})
            continue
        label = key.replace("_", " ")
        if isinstance(value, Absent):
            asked.append((key, f"On which day is the {label} planned? The record does not say.", "not stated"))
        else:
            said = value.text if isinstance(value, PartialDate) else str(value)
            why = "which lies before an earlier date" if day else "which is no whole date"
            asked.append((key, f"On which day is the {label}? The record says {said}, {why}.", "left out"))
    if dates:
        header["dates"] = {**dates, "source": sources}
    for key, question, taken in asked:
        drafting.questions.ask(f"/study/dates/{key}" if dates else "/study/dates", question, taken, None)


def _time_points(drafting: _Drafting) -> dict[str, Plain]:
    drafting.items["entered_on"] = _date_item("ENTERED INTO TRIAL", "Date of entry into the trial")
    why = "the record names no time points; entry is proposed as the moment at which eligibility is judged"
    points: dict[str, Plain] = {"entry": {"item": "entered_on", "gate": True, "source": _assumed(why)}}
    if drafting.randomised:
        drafting.items["allocated_on"] = _date_item("RANDOMIZED", "Date of allocation")
        points["allocation"] = {"item": "allocated_on", "source": {"record": "design.allocation"}}
    question = "Which moments does a subject pass, and at which of them is eligibility judged?"
    drafting.questions.ask("/time_points", question, "eligibility is judged once, at entry")
    return points


def _date_item(term: str, ask: str) -> dict[str, Plain]:
    return {"is": "date", "domain": "DS", "where": {"DSDECOD": term}, "take": "first", "column": "DSSTDTC", "ask": ask}


def _arms(drafting: _Drafting) -> list[Plain]:
    entries = list(drafting.record.numbered("arm"))
    if not entries:
        drafting.questions.ask(
            "/arms", "Which arms are there? The record lists none.", "none; the file loads with them"
        )
    arms: list[Plain] = []
    for address, _ in entries:
        number = address.removeprefix("arm")
        kind = drafting.record.value(f"{address}.type")
        role = "single" if len(entries) == 1 else _ROLES.get(str(kind), "unspecified")
        label = _one_line(drafting.record.statement(f"{address}.label")) or f"Arm {number}"
        sources: list[Plain] = [{"record": address, "covers": ["label"]}]
        if isinstance(kind, str) and len(entries) > 1:
            read = f"the record's type {kind.lower().replace('_', ' ')} is read as this role"
            sources.append({"inferred": read, "from": f"{address}.type", "covers": ["role"]})
        else:
            sources.append(_assumed("the only arm" if len(entries) == 1 else "the record gives no type", "role"))
        sources.append(_assumed("no regimen is stated yet", "gives"))
        arm: dict[str, Plain] = {"id": f"A{number}", "label": label, "role": role, "gives": "unspecified"}
        arms.append({**arm, "source": sources})
        if role == "unspecified":
            drafting.questions.ask(f"/arms/A{number}/role", f"Is arm {number} experimental or control?", "unspecified")
        if len(entries) > 1:
            question = f"In which ratio are subjects allocated to arm {number}?"
            drafting.questions.ask(f"/arms/A{number}/ratio", question, "not stated")
    return arms


def _inclusion(drafting: _Drafting) -> list[Plain]:
    read = read_criteria(drafting.record)
    covered = frozenset(word for reading in read.values() for word in reading.covers)
    criteria = [*by_fields(drafting.record, covered), *_criteria(drafting, "I", read)]
    _ask_about_age(drafting, criteria)
    return criteria


def _exclusion(drafting: _Drafting) -> list[Plain]:
    return _criteria(drafting, "E", {})


def _criteria(drafting: _Drafting, letter: str, read: Mapping[str, Reading]) -> list[Plain]:
    block, key, word, state = _WORDS[letter]
    criteria: list[Plain] = []
    for address, statements in drafting.record.numbered(letter):
        if all(isinstance(statement.value, Absent) for statement in statements):
            continue
        reading = read.get(address, UNREAD)
        criterion: dict[str, Plain] = {"id": address, "text": whole_text(statements), "source": {"record": address}}
        if reading.node is not None:
            criteria.append({**criterion, key: reading.node})
            continue
        name = address.lower()
        ask = f"{word} {block} criterion {address} {state}?"
        drafting.items[name] = {"is": "attestation", "by": "investigator", "ask": ask}
        criteria.append({**criterion, key: {"attest": name}})
        question = f"From which facts does {address} follow, and who judges it?{_nested(statements)}"
        if reading.doubt:
            question += f" It speaks of age, but {reading.doubt}."
        drafting.questions.ask(f"/{block}/{address}/{key}", question, "the investigator's answer", None)
    if not criteria:
        drafting.questions.ask(f"/{block}", f"What are the {block} criteria? The record lists none.", "none")
    return criteria


def _nested(statements: tuple[Statement, ...]) -> str:
    return f" Must all of its {len(statements) - 1} parts hold, or any?" if len(statements) > 1 else ""


def _ask_about_age(drafting: _Drafting, criteria: list[Plain]) -> None:
    low, high, in_years = age_limits(drafting.record)
    if not in_years:
        drafting.questions.ask("/inclusion", "Which limits of age hold? The record gives them in other units.", "none")
    if high is not None and any(isinstance(entry, dict) and entry["id"] == "I0a" for entry in criteria):
        question = f"Is a subject of {high} completed years still eligible, and one of {low or 0} already?"
        drafting.questions.ask("/inclusion/I0a/met_when", question, "yes", None)


def _allocation(drafting: _Drafting) -> dict[str, Plain]:
    drafting.questions.ask("/allocation/method", "By which method are subjects allocated?", "unstated")
    drafting.questions.ask("/allocation/strata", "By which strata are subjects allocated?", "not stated")
    unstated = _assumed("the record does not name the method", "method")
    return {
        "at": "allocation",
        "method": "unstated",
        "source": [{"record": "design.allocation", "covers": ["at"]}, unstated],
    }


def _endpoints(drafting: _Drafting) -> list[Plain]:
    endpoints: list[Plain] = []
    for letter, role in _ENDPOINT_ROLES.items():
        for address, _ in drafting.record.numbered(letter):
            measure = drafting.record.statement(f"{address}.measure") or drafting.record.statement(address)
            sources: list[Plain] = [{"record": address, "covers": ["title", "role"]}]
            sources.append(_assumed("how it is measured is not settled yet", "measure"))
            endpoint: dict[str, Plain] = {"id": address, "title": _one_line(measure) or address, "role": role}
            endpoints.append({**endpoint, "measure": "listing", "source": sources})
            question = f"How is {address} measured: from when, by which events, in whom, up to when?"
            drafting.questions.ask(f"/endpoints/{address}/measure", question, "nothing is estimated")
            if role == "primary":
                question = f"What is the estimand of {address}? The record states none, and a file without it is not"
                drafting.questions.ask(f"/endpoints/{address}/estimand", f"{question} loaded.", "not stated")
    if not any(isinstance(entry, dict) and entry["role"] == "primary" for entry in endpoints):
        drafting.questions.ask("/endpoints", "What is the primary endpoint? The record lists none.", "none")
    return endpoints


def _ask_about_record(drafting: _Drafting, plain: dict[str, Plain]) -> None:
    ids = {block: _ids(plain.get(block)) for block in ("inclusion", "exclusion", "endpoints", "arms")}
    for address, question, taken in contradictions(drafting.record):
        drafting.questions.ask(_path_of(address, ids), question, taken)
    for address, question, blocks in note_questions(drafting.record):
        drafting.questions.ask(_path_of(address, ids), question, "as the record has it", blocks)


def _ids(entries: Plain | None) -> set[str]:
    listed = entries if isinstance(entries, list) else []
    return {str(entry["id"]) for entry in listed if isinstance(entry, dict)}


def _path_of(address: str, ids: dict[str, set[str]]) -> str:
    """Where in the draft stands what a record's address speaks of."""
    stem = address.partition(".")[0]
    for block in ("inclusion", "exclusion", "endpoints"):
        if stem in ids[block]:
            return f"/{block}/{stem}"
    number = re.fullmatch(r"arm(\d+)", stem)
    if number and f"A{number[1]}" in ids["arms"]:
        return f"/arms/A{number[1]}"
    for start, path in (("design.phase", "/study/phase"), ("enrollment", "/study/enrolment"), ("dates", "/study/dates"),
                        ("eligibility", "/inclusion"), ("inclusion", "/inclusion"), ("exclusion", "/exclusion"),
                        ("design.masking", "/study/masking")):  # fmt: skip
        if address.startswith(start):
            return path
    return "/study"
