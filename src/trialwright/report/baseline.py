"""Who the allocated subjects were: the characteristics the study's own criteria speak of, by arm where allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from trialwright.model.criteria import Exclusion, Inclusion, Interval, ItemIs, Node, children_of
from trialwright.model.items import Place, date_stem, item_place, rows_at
from trialwright.model.study import Study
from trialwright.report.accrual import earliest_dates
from trialwright.report.context import Context
from trialwright.report.estimates import POOLED
from trialwright.report.marker_courses import courses_of
from trialwright.report.table import Cell, Column, Row, Table, text_cells
from trialwright.report.typeset import decimal, sentence, share, share_digits, thousands

__all__ = ["baseline_table"]

SEX_WORDS: Final = {"F": "Female", "M": "Male", "U": "Unknown", "UNDIFFERENTIATED": "Undifferentiated"}
MAX_LEVELS: Final = 12
MAX_DISTINCT_NUMBERS: Final = 4


@dataclass(frozen=True, slots=True)
class _Characteristic:
    """Values of one characteristic, one row a subject that has one."""

    label: str
    values: pl.DataFrame
    words: dict[str, str] | None
    digits: int = 0


def baseline_table(context: Context) -> Table | None:
    """Return the table of baseline characteristics.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table or None
        Age, sex, site, and every fact an eligibility criterion compares; medians with quartiles and ranges, counts
        with percentages of the subjects that have a value, and the number without one. No tests: differences between
        allocated groups are chance by design. None when nobody is allocated.

    References
    ----------
    Hopewell et al., PLOS Med 2025;22:e1004587, doi:10.1371/journal.pmed.1004587 (CONSORT 2025, baseline data).
    """
    last_gate = context.dossier.study.gates[-1] if context.dossier.study.gates else None
    if last_gate is None:
        return None
    place = item_place(context.dossier.study, context.dossier.study.time_points[last_gate].item)
    reached = rows_at(place, context.dossier.frames).select("USUBJID").unique()
    groups = _groups(context, reached)
    if reached.is_empty():
        return None
    rows: list[Row] = []
    shown, same = _told_apart(list(_characteristics(context, reached)))
    digits = share_digits([subjects.height for _, subjects in groups])
    for characteristic in shown:
        rows += _rows(characteristic, groups, digits)
    columns = [Column("Characteristic")]
    columns += [Column(label, f"n = {thousands(subjects.height)}", numeric=True) for label, subjects in groups]
    notes = (
        "Count (% of the subjects of the column that have a value, its n less those missing).",
        "Missing values are counted, never filled in.",
        f"Each fact is the last known on or before {context.point_words(last_gate)}.",
        *same,
    )
    caption = f"Baseline characteristics of subjects at {context.point_words(last_gate)}"
    return Table("baseline", caption, tuple(columns), tuple(rows), notes)


def _told_apart(found: list[_Characteristic]) -> tuple[list[_Characteristic], list[str]]:
    """Characteristics without those that repeat another in every subject, and a note on each of these."""
    shown: list[_Characteristic] = []
    notes: list[str] = []
    for each in found:
        twin = next((other for other in shown if each.words is None and _same(each.values, other.values)), None)
        if twin is None:
            shown.append(each)
        else:
            notes.append(f"Not repeated, because equal in every subject: {each.label[:1].lower()}{each.label[1:]}.")
    return shown, notes


def _same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    if one.height == 0 or one.schema != other.schema:
        return False
    return one.sort("USUBJID", "value").equals(other.sort("USUBJID", "value"))


def _groups(context: Context, reached: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    if not context.dossier.by_arm or len(context.dossier.study.arms) == 1:
        return [("All subjects", reached)]
    arms = context.dossier.frames["DM"].join(reached, on="USUBJID", how="semi").select("USUBJID", "ARMCD")
    split = [(level.id, arms.filter(pl.col("ARMCD") == level.id).select("USUBJID")) for level in context.levels]
    return [*split, ("All subjects" if POOLED else "", reached)]


def _characteristics(context: Context, reached: pl.DataFrame) -> Iterator[_Characteristic]:
    dm = context.dossier.frames["DM"].join(reached, on="USUBJID", how="semi")
    yield _Characteristic("Age, years", dm.select("USUBJID", value=pl.col("AGE").cast(pl.Float64)), None)
    yield _Characteristic("Sex", dm.select("USUBJID", value=pl.col("SEX")), SEX_WORDS)
    yield _Characteristic("Site", dm.select("USUBJID", value=pl.col("SITEID")), {})
    study = context.dossier.study
    for name in _compared_items(study):
        made = _of_item(context, name, item_place(study, name), reached)
        if made is not None:
            yield made
    for interval in _compared_intervals(study):
        yield _of_interval(context, interval, reached)
    for marker in {marker.item: marker for marker in study.markers}.values():
        courses = courses_of(context, marker)
        first = courses.values.filter(pl.col("day") <= 0).sort("USUBJID", "day").group_by("USUBJID").last()
        label = f"{_label(study, marker.item)} before {context.point_words(marker.from_)}, {courses.unit}"
        yield _Characteristic(label, first.join(reached, on="USUBJID", how="semi").select("USUBJID", "value"), None)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in children_of(node):
        yield from _nodes(child)


def _all_nodes(study: Study) -> Iterator[Node]:
    criteria: tuple[Inclusion | Exclusion, ...] = (*study.inclusion, *study.exclusion)
    for criterion in criteria:
        yield from _nodes(criterion.when)


def _compared_items(study: Study) -> list[str]:
    names = [node.item for node in _all_nodes(study) if isinstance(node, ItemIs)]
    return [name for name in dict.fromkeys(names) if name in study.items]


def _compared_intervals(study: Study) -> list[Interval]:
    found = {(n.interval.from_, n.interval.to): n for n in _all_nodes(study) if isinstance(n, Interval)}
    return [n for (start, end), n in found.items() if start in study.items and end in study.items]


def _label(study: Study, name: str) -> str:
    """What an item is called in a row: its own wording, or its name where the wording is a question."""
    ask = study.items[name].ask
    return name.replace("_", " ") if "?" in ask else ask


def _of_item(context: Context, name: str, place: Place, reached: pl.DataFrame) -> _Characteristic | None:
    item = context.dossier.study.items[name]
    rows = rows_at(place, context.dossier.frames).join(reached, on="USUBJID", how="semi")
    gate = context.dossier.study.gates[-1]
    allocated = earliest_dates(context, gate).rename({"ADT": "GATEDT"})
    low = f"{date_stem(place.date_column)}LO"
    known = rows.join(allocated, on="USUBJID", how="left").filter(
        pl.col(low).is_null() | pl.col("GATEDT").is_null() | (pl.col(low) <= pl.col("GATEDT"))
    )
    last = known.sort("USUBJID", low, nulls_last=False).group_by("USUBJID", maintain_order=True).last()
    label = _label(context.dossier.study, name)
    if item.is_ == "code":
        return _Characteristic(label, last.select("USUBJID", value=pl.col(place.column)), dict(item.values or {}))
    value_column = {"LBORRES": "LBVAL", "FAORRES": "FAVAL", "QSORRES": "QSVAL"}.get(place.column)
    if item.is_ != "number" or value_column is None:
        return None
    values = last.select("USUBJID", value=pl.col(value_column).cast(pl.Float64))
    if values["value"].drop_nulls().n_unique() <= MAX_DISTINCT_NUMBERS:
        texts = values.with_columns(pl.col("value").cast(pl.Decimal(18, 0)).cast(pl.String))
        return _Characteristic(label, texts, {})
    unit = "" if item.unit in (None, "1") else f", {item.unit}"
    return _Characteristic(label + unit, values, None)


def _of_interval(context: Context, node: Interval, reached: pl.DataFrame) -> _Characteristic:
    study, frames = context.dossier.study, context.dossier.frames
    dates = []
    for name in (node.interval.from_, node.interval.to):
        place = item_place(study, name)
        stem = date_stem(place.column)
        rows = rows_at(place, frames).filter(pl.col(f"{stem}LO") == pl.col(f"{stem}HI"))
        pick = pl.col(f"{stem}LO").min() if place.take == "first" else pl.col(f"{stem}LO").max()
        dates.append(rows.group_by("USUBJID").agg(pick.alias(name)))
    joined = reached.join(dates[0], on="USUBJID").join(dates[1], on="USUBJID")
    length = (pl.col(node.interval.to) - pl.col(node.interval.from_)).dt.total_days() / 30.4375
    start, end = (_label(study, name) for name in (node.interval.from_, node.interval.to))
    label = f"From {start[:1].lower()}{start[1:]} to {end[:1].lower()}{end[1:]}, months"
    return _Characteristic(label, joined.select("USUBJID", value=length), None, digits=1)


def _rows(characteristic: _Characteristic, groups: list[tuple[str, pl.DataFrame]], digits: int) -> list[Row]:
    own = [characteristic.values.join(subjects, on="USUBJID", how="semi").drop_nulls("value") for _, subjects in groups]
    missing = [
        subjects.height - values["USUBJID"].n_unique() for (_, subjects), values in zip(groups, own, strict=True)
    ]
    label = sentence(characteristic.label)
    rows: list[Row]
    if characteristic.words is None:
        numbers = [values["value"].cast(pl.Float64) for values in own]
        quartiles, ranges = (
            [shown(column, characteristic.digits) for column in numbers] for shown in (_quartiles, _range)
        )
        rows = [
            Row(Cell(label)),
            Row(Cell("Median (quartiles)"), text_cells(quartiles), level=1),
            Row(Cell("Range"), text_cells(ranges), level=1),
        ]
    else:
        rows = [Row(Cell(label)), *_levels(characteristic.words, own, digits)]
    if any(missing):
        rows.append(Row(Cell("Missing"), text_cells([thousands(n) for n in missing]), level=1))
    return rows


def _levels(words: dict[str, str], own: list[pl.DataFrame], digits: int) -> list[Row]:
    counts = [dict(values.group_by("value").len().iter_rows()) for values in own]
    seen = sorted({level for group in counts for level in group}, key=lambda level: _order(level, words))
    if not words and len(seen) > MAX_LEVELS:
        totals = {level: sum(group.get(level, 0) for group in counts) for level in seen}
        largest = sorted(seen, key=lambda level: (-totals[level], level))[: MAX_LEVELS - 1]
        rest = [level for level in seen if level not in largest]
        rows = _level_rows([level for level in seen if level in largest], words, counts, digits)
        numbers = [share(sum(group.get(level, 0) for level in rest), sum(group.values()), digits) for group in counts]
        return [*rows, Row(Cell(f"{len(rest)} others"), text_cells(numbers), level=1)]
    return _level_rows(seen, words, counts, digits)


def _order(level: str, words: dict[str, str]) -> tuple[int, str]:
    listed = list(words)
    return (listed.index(level) if level in listed else len(listed), level)


def _level_rows(levels: list[str], words: dict[str, str], counts: list[dict[str, int]], digits: int) -> list[Row]:
    return [
        Row(
            Cell(sentence(words.get(level, level))),
            text_cells([share(group.get(level, 0), sum(group.values()), digits) for group in counts]),
            level=1,
        )
        for level in levels
    ]


def _quartiles(values: pl.Series, digits: int) -> str:
    if values.len() == 0:
        return "–"
    median, low, high = (decimal(values.quantile(q, "linear"), digits) for q in (0.5, 0.25, 0.75))
    return f"{median} ({low} to {high})"


def _range(values: pl.Series, digits: int) -> str:
    if values.len() == 0:
        return "–"
    return " to ".join(decimal(values.quantile(q, "linear"), digits) for q in (0.0, 1.0))
