"""``trialwright gcig``: response and progression by CA-125 of every patient of a table."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Final, cast

import click
import polars as pl

from trialwright import __version__
from trialwright.assessments.gcig.amounts import Ratio
from trialwright.assessments.gcig.rules import GcigRules
from trialwright.cli import EXIT_FINDINGS
from trialwright.cli.run import say
from trialwright.conduct.gcig import NOT_JUDGED, UNIT, GcigRequest, JudgedSubject, judge_table
from trialwright.errors import InputError
from trialwright.exchange.rows_out import rows_out

__all__ = ["command"]

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_PIECE: Final = 20_000
_CERTAINTY: Final = "unverified"
_TEXT, _WHOLE = pl.String(), pl.Int64()
_SCHEMA: Final[dict[str, pl.DataType]] = {
    "USUBJID": _TEXT, "EVALUABLE": _TEXT, "BASELINE_DAY": _WHOLE, "BASELINE": _TEXT, "RESPONSE": _TEXT,
    "RESPONSE_RULE": _TEXT, "RESPONSE_DAY": _WHOLE, "RESPONSE_KNOWN_DAY": _WHOLE, "COMPLETE_RESPONSE": _TEXT,
    "COMPLETE_RESPONSE_DAY": _WHOLE, "COMPLETE_RESPONSE_KNOWN_DAY": _WHOLE, "PROGRESSION": _TEXT,
    "PROGRESSION_RULE": _TEXT, "PROGRESSION_CATEGORY": _TEXT, "PROGRESSION_DAY": _WHOLE,
    "PROGRESSION_KNOWN_DAY": _WHOLE, "N_USED": _WHOLE, "EXCLUDED": _TEXT, "FLAGS": _TEXT, "ERRORS": _TEXT,
}  # fmt: skip
_YES_NO: Final = {True: "Y", False: "N", None: "U"}


def _factor(context: click.Context, parameter: click.Parameter, text: str) -> Ratio:
    try:
        return Ratio.of(text)
    except InputError as refused:
        raise click.BadParameter(str(refused), context, parameter) from None


def _row(found: JudgedSubject) -> dict[str, object]:
    """A subject as a row of the table; a day that is not certain is empty and stands among the flags."""
    verdict = found.verdict
    if verdict is None:
        states = {"RESPONSE": NOT_JUDGED, "PROGRESSION": NOT_JUDGED, "ERRORS": "; ".join(found.errors)}
        return {**dict.fromkeys(_SCHEMA), "USUBJID": found.subject, **states}
    response, progression = verdict.response, verdict.progression
    spans = {
        "RESPONSE_DAY": response.days,
        "RESPONSE_KNOWN_DAY": response.known_days,
        "COMPLETE_RESPONSE_DAY": response.complete_days,
        "COMPLETE_RESPONSE_KNOWN_DAY": response.complete_known_days,
        "PROGRESSION_DAY": progression.days,
        "PROGRESSION_KNOWN_DAY": progression.known_days,
    }
    opened = (
        f"{name.lower()}_{span.first + found.start_day}_to_{span.last + found.start_day}"
        for name, span in spans.items()
        if span is not None and span.day is None
    )
    baseline = response.baseline
    cells: dict[str, object] = {
        "USUBJID": found.subject,
        "EVALUABLE": _YES_NO[response.evaluable],
        "BASELINE_DAY": None if baseline is None else baseline.day + found.start_day,
        "BASELINE": None if baseline is None else str(baseline.value),
        "RESPONSE": response.state,
        "RESPONSE_RULE": response.rule,
        "COMPLETE_RESPONSE": _YES_NO[response.complete],
        "PROGRESSION": progression.state,
        "PROGRESSION_RULE": progression.rule,
        "PROGRESSION_CATEGORY": progression.category,
        **{name: found.day(span) for name, span in spans.items()},
        "N_USED": len(verdict.samples),
        "EXCLUDED": "; ".join(f"line {each.sample.number}: {each.reason}" for each in verdict.excluded),
        "FLAGS": " ".join((*verdict.flags, *opened)),
        "ERRORS": "",
    }
    return {name: cells[name] for name in _SCHEMA}


def _counted(rows: Iterator[dict[str, object]], counted: Counter[str]) -> Iterator[dict[str, object]]:
    for row in rows:
        counted["subjects"] += 1
        counted["not_judged"] += row["RESPONSE"] == NOT_JUDGED
        counted["evaluable"] += row["EVALUABLE"] == "Y"
        counted["responses"] += row["RESPONSE"] == "RESPONSE"
        counted["complete_responses"] += row["COMPLETE_RESPONSE"] == "Y"
        counted["undecided"] += "UNDECIDED" in (row["RESPONSE"], row["PROGRESSION"])
        counted["progressions"] += row["PROGRESSION"] == "PD"
        counted["unconfirmed_progressions"] += row["PROGRESSION"] == "PD_unconfirmed"
        yield row


_COUNTS: Final = (
    "subjects", "not_judged", "evaluable", "responses", "complete_responses", "undecided", "progressions",
    "unconfirmed_progressions",
)  # fmt: skip


def _counts(counted: Counter[str]) -> dict[str, int]:
    return {name: counted[name] for name in _COUNTS}


def _head(request: GcigRequest) -> dict[str, object]:
    rules = {
        name: f"{value[0]}/{value[1]}" if isinstance(value, tuple | list) else value
        for name, value in asdict(request.rules).items()
    }
    return {
        "criteria": "gcig-2011",
        "certainty": _CERTAINTY,
        "software": f"trialwright {__version__}",
        "unit": UNIT,
        "uln": request.uln,
        "rules": rules,
    }


def _shape(rows: Iterator[dict[str, object]], request: GcigRequest, counted: Counter[str]) -> Iterator[str]:
    """The answer as JSON, one subject at a time."""
    yield json.dumps(_head(request), ensure_ascii=False, indent=1)[:-2] + ',\n "subjects": ['
    separator = "\n  "
    for row in rows:
        yield separator + json.dumps({name.lower(): value for name, value in row.items()}, ensure_ascii=False)
        separator = ",\n  "
    yield "],\n " + f'"counts": {json.dumps(_counts(counted))}\n}}\n'


def _lines(rows: Iterator[dict[str, object]], counted: Counter[str]) -> Iterator[str]:
    for row in rows:
        yield f"{_line(row)}\n"
    yield f"{_summary(counted)}\n"


def _line(row: dict[str, object]) -> str:
    if row["RESPONSE"] == NOT_JUDGED:
        return f"{row['USUBJID']}  not judged: {row['ERRORS']}"
    said = str(row["RESPONSE"]).lower()
    if row["RESPONSE_DAY"] is not None:
        said += f" on day {row['RESPONSE_DAY']}, known on day {row['RESPONSE_KNOWN_DAY']}"
    if row["COMPLETE_RESPONSE"] == "Y":
        said += f", complete on day {row['COMPLETE_RESPONSE_DAY']}"
    progression = f"{row['PROGRESSION']}".replace("_", " ")
    if row["PROGRESSION_DAY"] is not None:
        progression += f" from day {row['PROGRESSION_DAY']} (category {row['PROGRESSION_CATEGORY']})"
    noted = "".join(f"; {row[name]}" for name in ("FLAGS", "EXCLUDED") if row[name])
    return f"{row['USUBJID']}  {said} ({row['RESPONSE_RULE']}); {progression}{noted}"


def _summary(counted: Counter[str]) -> str:
    of = f"{counted['responses']} of {counted['evaluable']} evaluable responded"
    return (
        f"{counted['subjects']} subjects: {of}, {counted['complete_responses']} completely; "
        f"{counted['progressions']} progressed, {counted['unconfirmed_progressions']} unconfirmed; "
        f"{counted['undecided']} undecided, {counted['not_judged']} not judged"
    )


def _write(rows: Iterator[dict[str, object]], out: Path, *, replace: bool) -> None:
    with rows_out(out, _SCHEMA, replace=replace) as sink:
        while piece := list(islice(rows, _PIECE)):
            sink(pl.DataFrame(piece, schema=_SCHEMA))


@click.command("gcig")
@click.option("--data", required=True, type=_FILE, metavar="SERIES", help="USUBJID, DAY, VALUE, UNIT, ASSAY, ULN.")
@click.option("--uln", metavar="NUMBER", help="Upper limit of normal, U/mL, of samples without one of their own.")
@click.option("--events", type=_FILE, metavar="EVENTS", help="USUBJID, DAY, KIND: what disturbs the marker.")
@click.option("--lenient-confirm", is_flag=True, help="A confirming value above half of the first may confirm.")
@click.option("--cr-confirmed", is_flag=True, help="A normal value must be confirmed after 28 days.")
@click.option("--assay-unaffected", is_flag=True, help="The assay is unaffected by mouse antibodies.")
@click.option(
    "--factor-uln", default="2", callback=_factor, show_default=True, metavar="NUMBER", help="Categories A, C."
)
@click.option("--factor-nadir", default="2", callback=_factor, show_default=True, metavar="NUMBER", help="Category B.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Table to write, .csv or .parquet.")
@click.option("--force", is_flag=True, help="Replace the file that stands there.")
@click.option("--json", "as_json", is_flag=True, help="Show everything as JSON.")
def command(
    *,
    data: Path,
    uln: str | None,
    events: Path | None,
    out: Path | None,
    force: bool,
    as_json: bool,
    **given: object,
) -> None:
    """Judge response and progression by CA-125 (GCIG) in every patient of a table.

    SERIES holds one sample a row; day 0 is the start of treatment unless EVENTS gives another day for it. Values are
    in U/mL, kU/L or IU/mL; limits such as <5 count, and an answer they leave open is called undecided. Kinds of events:
    peritoneal, pleural, paracentesis, thoracentesis, pleurodesis, laparotomy, laparoscopy, mouse antibodies, treatment
    start. The exit code is 1 when a subject could not be judged because a sample is wrong in itself.
    """
    rules = GcigRules(
        lenient_confirm=bool(given["lenient_confirm"]),
        cr_confirmed=bool(given["cr_confirmed"]),
        assay_unaffected=bool(given["assay_unaffected"]),
        factor_uln=cast("Ratio", given["factor_uln"]),
        factor_nadir=cast("Ratio", given["factor_nadir"]),
    )
    request = GcigRequest(data, uln, events, rules)
    counted: Counter[str] = Counter()
    rows = _counted((_row(found) for found in judge_table(request, say=say)), counted)
    if out is not None:
        _write(rows, out, replace=force)
        say(f"{_summary(counted)}; the table stands in {out}")
        if as_json:
            shape = {**_head(request), "out": str(out), "counts": _counts(counted)}
            click.echo(json.dumps(shape, ensure_ascii=False, indent=1))
    else:
        for text in _shape(rows, request, counted) if as_json else _lines(rows, counted):
            click.echo(text, nl=False)
    if counted["not_judged"]:
        click.get_current_context().exit(EXIT_FINDINGS)
