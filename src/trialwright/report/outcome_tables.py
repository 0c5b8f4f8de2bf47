"""Tables of the endpoints that are no times: shares by definition, worst grades of complications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from trialwright.model.endpoint import Definition, Endpoint
from trialwright.model.items import item_place, rows_at
from trialwright.model.result import Result
from trialwright.report.context import WITHHELD, Context
from trialwright.report.estimates import in_percent
from trialwright.report.procedures import not_done
from trialwright.report.table import Cell, Column, Row, Table, cell_of, text_cells
from trialwright.report.typeset import count, decimal, sentence, share, share_digits, thousands

__all__ = ["complication_tables", "proportion_table"]

GRADE_WORDS: Final = {
    "NONE": "No complication recorded", "I": "I", "II": "II", "IIIA": "IIIa", "IIIB": "IIIb", "IVA": "IVa",
    "IVB": "IVb", "V": "V (death)",
}  # fmt: skip
NOT_KNOWN_WORDS: Final = {
    "period-open": "not over at the cutoff",
    "not-followed": "lost, withdrawn or not seen to its end",
    "not-begun": "not begun",
    "not-collected": "adverse events not collected",
}
UNKNOWN_WORDS: Final = {
    "failure": "A subject whose outcome is not known counts as a failure.",
    "left out": "A subject whose outcome is not known is left out.",
}
MAJOR: Final = ("IIIA", "IIIB", "IVA", "IVB", "V")


def proportion_table(context: Context, endpoint: Endpoint) -> Table | None:
    """Return the shares of one endpoint, one row a definition.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        An endpoint whose measure is a proportion.

    Returns
    -------
    Table or None
        Successes, failures, subjects whose outcome is not known with the reasons, subjects and the share with its
        limits; None when the run has none.
    """
    rows: list[Row] = []
    is_split = False
    for name, definition in endpoint.resolved().items():
        stem = endpoint.stem(name)
        pattern = f"{stem}/rate"
        found = [r for key, r in context.estimates.by_id.items() if key == pattern or key.startswith(pattern + "@")]
        for result in found:
            words = _set_words(context, definition) + (f", {result.level_of}" if result.level_of else "")
            label = words if len(endpoint.resolved()) == 1 else f"{sentence(name)}: {words[:1].lower()}{words[1:]}"
            shown = cell_of(result, in_percent(result) if result.value is not None else "")
            own = _answers(context, endpoint, name, result)
            unknown = own.filter(pl.col("REASON").is_not_null())
            rows.append(Row(Cell(label), (*text_cells(_share_counts(own, unknown, result)), shown)))
            parts = _unknown_parts(context, definition, unknown)
            is_split = is_split or bool(parts)
            rows += [Row(Cell(part), text_cells(["", "", thousands(n), "", ""]), 1) for part, n in parts]
    if not rows:
        return None
    used = next(iter(endpoint.resolved().values()))
    counted = "counted as failures" if used.unknown == "failure" else "left out"
    columns = (
        Column("Counted in"), Column("Successes", numeric=True), Column("Failures", numeric=True),
        Column("Not known,", counted, numeric=True), Column("Subjects", numeric=True),
        Column("Share, %", f"({context.estimates.level(endpoint.id, 'rate')} CI)", numeric=True),
    )  # fmt: skip
    return Table(
        endpoint.id.lower(), endpoint.title, columns, tuple(rows), tuple(_share_notes(context, used, is_split))
    )


def _share_notes(context: Context, used: Definition, is_split: bool) -> Iterator[str]:
    if used.unknown in UNKNOWN_WORDS:
        yield UNKNOWN_WORDS[used.unknown]
    if is_split and used.unknown == "failure":
        yield "Whose outcome can still become known makes the share too low until then."
    if is_split and used.period is not None:
        yield f"The study states no day by which {context.point_words(used.period.from_)} is due."


def _answers(context: Context, endpoint: Endpoint, name: str, result: Result) -> pl.DataFrame:
    """``USUBJID AVALC REASON`` of one share; none where the share is withheld."""
    own = context.dossier.derived.adbin.filter((pl.col("PARAMCD") == endpoint.id) & (pl.col("DEFID") == name))
    if result.status == "withheld":
        own = own.clear()
    if result.level_of:
        arms = context.dossier.frames["DM"].filter(pl.col("ARMCD") == result.level_of)
        own = own.join(arms, on="USUBJID", how="semi")
    return own.select("USUBJID", "AVALC", "REASON")


def _share_counts(own: pl.DataFrame, unknown: pl.DataFrame, result: Result) -> list[str]:
    if own.is_empty():
        return ["", "", "", ""]
    known = own.filter(pl.col("REASON").is_null())
    counts = [known.filter(pl.col("AVALC") == answer).height for answer in ("Y", "N")]
    return [thousands(n) for n in (*counts, unknown.height, own.height if result.n is None else result.n)]


def _unknown_parts(context: Context, definition: Definition, unknown: pl.DataFrame) -> list[tuple[str, int]]:
    """Why an outcome is not known: the procedure was not done, is not recorded, or was done without its result."""
    if unknown.is_empty():
        return []
    study, point = context.dossier.study, definition.period.from_ if definition.period is not None else ""
    place = item_place(study, study.time_points[point].item) if point in study.time_points else None
    if place is None or place.domain != "PR":
        counts = unknown.group_by("REASON").len().sort("len", "REASON", descending=[True, False])
        return [(sentence(reason.replace("_", " ")), int(n)) for reason, n in counts.iter_rows()]
    what = sentence(context.point_words(point))
    done = rows_at(place, context.dossier.frames).select("USUBJID")
    rest = unknown.join(done, on="USUBJID", how="anti")
    refused = rest.join(not_done(context.dossier.frames, place), on="USUBJID", how="inner")
    reasons = refused.group_by("PRREASND").len().sort("len", "PRREASND", descending=[True, False])
    parts = [
        (f"{what} not done: {'no reason recorded' if why is None else why.lower()}", int(n))
        for why, n in reasons.iter_rows()
    ]
    parts.append((f"{what} neither done nor ruled out by the cutoff", rest.height - refused.height))
    parts.append((f"{what} done, result not recorded", unknown.height - rest.height))
    return [part for part in parts if part[1]]


def _set_words(context: Context, definition: Definition) -> str:
    words = f"{definition.set} subjects" if definition.set else "all subjects"
    if definition.arms and context.is_of_some_arms(definition):
        words += f" of arm {' and '.join(definition.arms)}"
    return sentence(words.replace("_", " "))


def complication_tables(context: Context, endpoint: Endpoint) -> tuple[Table, ...]:
    """Return the worst grades of one endpoint with the complication index, one table a definition.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        An endpoint whose measure is the worst grade.

    Returns
    -------
    tuple of Table
        Empty when there are no graded subjects; a definition that counts some arms only is withheld unless figures
        by arm may be shown.

    References
    ----------
    Dindo et al., Ann Surg 2004;240:205, doi:10.1097/01.sla.0000133083.54934.ae (DOI unverified); Slankamenac et al.,
    Ann Surg 2013;258:1, doi:10.1097/SLA.0b013e318296c732.
    """
    tables = []
    for name, definition in endpoint.resolved().items():
        own = context.dossier.derived.grades.filter((pl.col("PARAMCD") == endpoint.id) & (pl.col("DEFID") == name))
        stem = endpoint.stem(name)
        columns = (
            Column("Worst grade a subject"),
            Column(_set_words(context, definition), f"n = {thousands(own.height)}", numeric=True),
        )
        if context.is_of_some_arms(definition) and not context.dossier.by_arm:
            row = Row(Cell("Grades"), (Cell(WITHHELD, kind="withheld"),))
            plain = (Column("Worst grade a subject"), Column(_set_words(context, definition), numeric=True))
            tables.append(Table(stem.lower().replace("~", "-"), endpoint.title, plain, (row,)))
        elif own.height:
            notes = (*_unfinished_notes(context, definition, own), *_grade_notes())
            tables.append(Table(stem.lower().replace("~", "-"), endpoint.title, columns, _grade_rows(own), notes))
    return tuple(tables)


def _grade_rows(own: pl.DataFrame) -> tuple[Row, ...]:
    counts = dict(own.group_by("AVALC").len().iter_rows())
    digits = share_digits([own.height])
    known = sum(n for grade, n in counts.items() if grade is not None)
    listed = [*GRADE_WORDS, *sorted(g for g in counts if g is not None and g not in GRADE_WORDS)]
    rows = [
        Row(Cell(GRADE_WORDS.get(grade, grade)), text_cells([share(counts.get(grade, 0), known, digits)]))
        for grade in listed
    ]
    rows.append(
        Row(Cell("Major: IIIa or worse"), text_cells([share(sum(counts.get(g, 0) for g in MAJOR), known, digits)]))
    )
    if counts.get(None):
        rows.append(Row(Cell("Not known"), text_cells([thousands(counts[None])])))
    index = own["CCI"].cast(pl.Float64).drop_nulls()
    if index.len():
        median, low, high = (decimal(index.quantile(q, "linear"), 1) for q in (0.5, 0.25, 0.75))
        rows.append(
            Row(
                Cell("Comprehensive Complication Index, median (quartiles)"),
                text_cells([f"{median} ({low} to {high})"]),
            )
        )
    return tuple(rows)


def _unfinished_notes(context: Context, definition: Definition, own: pl.DataFrame) -> Iterator[str]:
    """Why a worst grade is not known, or not yet the last word."""
    rules = own.select(pl.col("RULEID").str.replace(r"^.*\.", ""))
    counts = dict(rules.group_by("RULEID").len().iter_rows())
    why = [f"{thousands(counts[rule])} {words}" for rule, words in NOT_KNOWN_WORDS.items() if counts.get(rule)]
    period = ""
    if definition.period is not None:
        period = f" of {definition.period.within.text} from {context.point_words(definition.period.from_)}"
    if why:
        yield (
            f"Not known: no complication is recorded and the period{period} was not observed to its end "
            f"({'; '.join(why)}). Only after that is none recorded taken as none."
        )
    if ungraded := counts.get("not-graded"):
        yield f"Not known of {thousands(ungraded)}: a complication is recorded without a usable grade or day."
    if so_far := counts.get("worst-so-far"):
        yield f"{count(so_far, 'grade')} may still become worse: the period{period} was not over."


def _grade_notes() -> tuple[str, ...]:
    return (
        "Count (% of those with a known grade, the n of the heading less “Not known”).",
        "A subject counts once, under the worst grade.",
        "Grades after Dindo et al., Ann Surg 2004;240:205.",
        "Index after Slankamenac et al., Ann Surg 2013;258:1, from 0 to 100; higher is worse.",
    )
