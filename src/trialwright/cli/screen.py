"""``trialwright screen``: who is eligible, who is not, and what to fetch next."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

import click

from trialwright.cli.run import day_of, say
from trialwright.conduct.screen import Screened, ScreenRequest, screen, write_screened
from trialwright.conduct.studies import open_study
from trialwright.model.screened import CriterionAnswer, SubjectAnswers

__all__ = ["command"]

_EXIT_NOT_ALL_ELIGIBLE: Final = 1
_WORDS: Final = {"ELIGIBLE": "eligible", "NOT ELIGIBLE": "not eligible", "CANNOT TELL": "cannot tell yet"}


def _day_or_none(context: click.Context, parameter: click.Parameter, text: str | None) -> date | None:
    return None if text is None else day_of(context, parameter, text)


def _criterion(found: CriterionAnswer) -> dict[str, object]:
    return {
        "id": found.id,
        "kind": "exclusion" if found.excludes else "inclusion",
        "text": found.text,
        "record": found.record,
        "reading": found.reading,
        "verdict": found.verdict,
        "reasons": list(found.reasons),
        "margin": found.margin or None,
        "near": found.near,
        "comparisons": [
            {
                "about": held.about,
                "node": held.node or None,
                "relation": held.relation,
                "bound": held.bound,
                "value": held.value,
                "unit": held.unit or None,
                "day": held.day or None,
                "threshold": held.threshold,
                "margin": held.margin,
                "holds": held.holds,
                "decides": held.decides,
                "opposed": held.opposed,
            }
            for held in found.held
        ],
        "evidence": [
            {"row": row.id, "column": row.column, "value": row.value or None, "day": row.day or None}
            for row in found.rows
        ],
    }


def _subject(answers: SubjectAnswers) -> dict[str, object]:
    return {
        "subject": answers.subject,
        "site": answers.site or None,
        "gate": answers.gate,
        "at": answers.at.isoformat() if answers.at else None,
        "reached": answers.reached,
        "verdict": answers.verdict,
        "not_met": [each.id for each in answers.not_met],
        "unknown": [each.id for each in answers.unknown],
        "near": [each.id for each in answers.criteria if each.near],
        "earlier": list(answers.before),
        "fetch": [
            {
                "kind": want.kind,
                "ask": want.ask,
                "reason": want.reason,
                "since": want.since.isoformat() if want.since else None,
                "until": want.until.isoformat() if want.until else None,
                "criteria": list(criteria),
            }
            for want, criteria in answers.fetch
        ],
        "criteria": [_criterion(each) for each in answers.criteria],
    }


def _shape(found: Screened) -> Iterator[str]:
    """The answer as JSON, one subject at a time, so that very many need no more memory than one."""
    opened = found.opened
    head = {
        "study": opened.study.id,
        "version": opened.study.study.version,
        "state": opened.state,
        "sha256": opened.sha256,
        "origin": found.frames.origin,
        "on": found.on.isoformat(),
        "counts": _counts(found),
    }
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "subjects": ['
    separator = "\n  "
    for answers in found.answers():
        yield separator + json.dumps(_subject(answers), ensure_ascii=False)
        separator = ",\n  "
    yield "]\n}\n"


def _counts(found: Screened) -> list[dict[str, object]]:
    rows = []
    for gate in found.gates:
        judged = found.screening.subjects.filter(found.screening.subjects["GATE"] == gate)
        counted = Counter(judged["VERDICT"].to_list())
        numbers = {code.lower().replace(" ", "_"): counted[code] for code in _WORDS}
        rows.append({"gate": gate, "judged": judged.height, **numbers})
    return rows


def _lines(found: Screened) -> Iterator[str]:
    state = "" if found.opened.state == "activated" else f" {found.opened.state.upper()}"
    origin = " SIMULATED" if found.frames.origin == "simulated" else ""
    yield f"{found.opened.study.study.title}{state}{origin}"
    for counts in _counts(found):
        parts = ", ".join(f"{counts[code.lower().replace(' ', '_')]} {word}" for code, word in _WORDS.items())
        yield f"{counts['gate']}: {counts['judged']} judged, {parts}"
    listed = found.screening.verdicts.filter(found.screening.verdicts["VERDICT"] != "MET")
    excluding = {each.id for each in found.opened.study.exclusion}
    wanting: dict[tuple[str, str], list[str]] = {}
    for subject, gate, criterion, verdict, reason in listed.select(
        "USUBJID", "GATE", "CRITID", "VERDICT", "REASON"
    ).iter_rows():
        failed = f"{criterion} excludes" if criterion in excluding else f"{criterion} not met"
        said = failed if verdict == "NOT_MET" else f"{criterion} unknown ({reason})"
        wanting.setdefault((subject, gate), []).append(said)
    doubtful = found.screening.subjects.filter(found.screening.subjects["VERDICT"] != "ELIGIBLE")
    for subject, gate, verdict in doubtful.select("USUBJID", "GATE", "VERDICT").iter_rows():
        said = "; ".join(wanting.get((subject, gate), ["as at an earlier gate"]))
        yield f"{subject}  {gate}  {_WORDS[verdict]}: {said}"


@click.command("screen")
@click.argument("study")
@click.option("--data", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The data folder.")
@click.option(
    "--on",
    callback=_day_or_none,
    metavar="DATE",
    help="Day on which those are judged who wait for a gate, YYYY-MM-DD; the data's own last day when left out.",
)
@click.option("--gate", metavar="NAME", help="Only this gate.")
@click.option("--subject", "subjects", multiple=True, metavar="ID", help="Only this subject; may be given again.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="New directory: table and pages.")
@click.option("--force", is_flag=True, help="Replace the directory of an earlier screening, nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Show everything as JSON.")
def command(
    *,
    study: str,
    data: Path,
    on: date | None,
    gate: str | None,
    subjects: tuple[str, ...],
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Judge who of a data folder is eligible for STUDY.

    STUDY is the id of a study that comes with the program, or the path of a study file. A subject is judged at every
    gate it has reached, and at its next gate as things stand. With --out a table of all verdicts is written and, for
    each subject, a page to print that says what to fetch next. The exit code is 0 when everybody is eligible, 1 when
    somebody is not or cannot be told yet.
    """
    found = screen(open_study(study), data, ScreenRequest(on, gate, subjects))
    if out is not None:
        files = write_screened(found, out, force=force, say=say)
        say(f"{len(files)} files stand in {out}")
    for line in _shape(found) if as_json else _lines(found):
        click.echo(line, nl=not as_json)
    if not found.all_eligible:
        click.get_current_context().exit(_EXIT_NOT_ALL_ELIGIBLE)
