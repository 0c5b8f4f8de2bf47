"""Response and progression by CA-125 for a whole table of patients, read and given in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

import polars as pl

from trialwright.assessments.gcig.amounts import UNKNOWN, Amount, amount
from trialwright.assessments.gcig.judge import Span, Verdict, judge
from trialwright.assessments.gcig.rules import PUBLISHED, GcigRules
from trialwright.assessments.gcig.samples import INTERFERENCES, MOUSE_ANTIBODIES, Event, Sample
from trialwright.errors import InputError, UnitError
from trialwright.exchange.event_table import read_event_table
from trialwright.exchange.series_in import BLOCK_BYTES, SeriesColumns, series_blocks
from trialwright.units import conversion_factor

__all__ = ["EVENT_KINDS", "NOT_JUDGED", "UNIT", "GcigRequest", "JudgedSubject", "judge_table"]

UNIT: Final = "U/mL"
NOT_JUDGED: Final = "NOT JUDGED"
TREATMENT_START: Final = "treatment start"
EVENT_KINDS: Final = (*INTERFERENCES, MOUSE_ANTIBODIES, TREATMENT_START)
"""Kinds of events a table may hold."""

_COLUMNS: Final = SeriesColumns(text=("ASSAY", "ULN"), numbers=())


@dataclass(frozen=True, slots=True)
class GcigRequest:
    """What is asked of `judge_table`.

    Parameters
    ----------
    data : pathlib.Path
        Table of samples, ``.csv`` or ``.parquet``: USUBJID, DAY, VALUE, UNIT, and ASSAY and ULN where it has them.
    uln : str or None
        Upper limit of normal of samples that have none of their own.
    events : pathlib.Path or None
        Table of events: USUBJID, DAY, KIND.
    rules : GcigRules
        Thresholds and switches.
    block_bytes : int
        Text read at a time.
    """

    data: Path
    uln: str | None = None
    events: Path | None = None
    rules: GcigRules = PUBLISHED
    block_bytes: int = BLOCK_BYTES


@dataclass(frozen=True, slots=True)
class JudgedSubject:
    """One subject with its verdict.

    Parameters
    ----------
    subject : str
        Its id.
    verdict : Verdict or None
        None where a sample is wrong in itself, so that the subject waits for its correction.
    start_day : int
        Day treatment began; the verdict counts its days from there.
    errors : tuple of str
        What is wrong, with the line of the file.
    """

    subject: str
    verdict: Verdict | None
    start_day: int = 0
    errors: tuple[str, ...] = ()

    def day(self, span: Span | None) -> int | None:
        """Day of the table on which something was.

        Parameters
        ----------
        span : Span or None
            As the verdict gives it.

        Returns
        -------
        int or None
            None where there is none, or where it is not certain which.
        """
        return None if span is None or span.day is None else span.day + self.start_day


def judge_table(request: GcigRequest, *, say: Callable[[str], None] = lambda message: None) -> Iterator[JudgedSubject]:
    """Response and progression of every subject of a table.

    Parameters
    ----------
    request : GcigRequest
        The table and how it is judged.
    say : callable
        Told how far it is.

    Yields
    ------
    JudgedSubject
        In the order of the table; of a table of several blocks only one block is in memory.

    Raises
    ------
    DataError
        If a file is no such table.
    InputError
        If the upper limit of normal is no number above 0.
    """
    limit = UNKNOWN if request.uln is None else _limit(request.uln)
    if limit is None:
        mend = "write it in U/mL, such as 35"
        raise InputError(f"{request.uln!r} is no upper limit of normal", where="--uln", mend=mend)
    events = {} if request.events is None else _events(read_event_table(request.events, EVENT_KINDS))
    told = 0
    for block in series_blocks(request.data, _COLUMNS, block_bytes=request.block_bytes):
        units = {text: _is_same(text) for text in block.samples["UNIT"].drop_nulls().unique()}
        for subject, rows in _subjects(block.samples):
            yield _judged(subject, rows, units, limit, events.get(subject, ()), request.rules)
        if block.done < 1.0 and int(block.done * 10) > told:
            told = int(block.done * 10)
            say(f"{block.done:.0%} of the table judged")


Row = tuple[str, int | None, str | None, str | None, str | None, str | None, str]


def _subjects(samples: pl.DataFrame) -> Iterator[tuple[str, list[Row]]]:
    absent = [pl.lit(None, pl.String).alias(name) for name in ("ASSAY", "ULN") if name not in samples.columns]
    ordered = samples.with_columns(absent).sort("USUBJID", maintain_order=True)
    rows = ordered.select("USUBJID", "DAY", "VALUE", "UNIT", "ASSAY", "ULN", "ROW").iter_rows()
    for subject, group in groupby(rows, key=itemgetter(0)):
        yield subject, list(group)


def _judged(
    subject: str,
    rows: Sequence[Row],
    units: Mapping[str, bool],
    limit: Amount,
    events: Sequence[tuple[int, str]],
    rules: GcigRules,
) -> JudgedSubject:
    starts = [day for day, kind in events if kind == TREATMENT_START]
    start = min(starts, default=0)
    errors: list[str] = []
    samples: list[Sample] = []
    for _, day, value, unit, assay, uln, place in rows:
        line = int(place.rpartition(" ")[2])
        taken, own = amount(value or ""), limit if uln is None or not uln.strip() else _limit(uln)
        wrong = _wrong(day, taken, own, units.get(unit or ""), (value, unit, uln))
        if wrong or day is None or taken is None or own is None:
            errors.append(f"line {line}: {wrong}")
        else:
            samples.append(Sample(day - start, taken, own, (assay or "").strip(), line))
    if len(set(starts)) > 1:
        errors.append("treatment starts on more than one day")
    if errors:
        return JudgedSubject(subject, None, start, tuple(errors))
    happened = [_event(day - start, kind) for day, kind in events if kind != TREATMENT_START]
    return JudgedSubject(subject, judge(samples, happened, rules), start)


def _wrong(
    day: int | None,
    taken: Amount | None,
    own: Amount | None,
    same_unit: bool | None,
    written: tuple[str | None, str | None, str | None],
) -> str:
    """What is wrong with a sample, or nothing."""
    value, unit, uln = written
    if day is None:
        return "the day is missing or no whole number"
    if taken is None:
        return f"{value or 'an empty cell'!r} is no concentration above 0"
    if not same_unit:
        return f"{unit!r} is not {UNIT}, kU/L or IU/mL" if unit else "the value has no unit"
    if own is None:
        return f"{uln!r} is no upper limit of normal"
    return ""


def _limit(text: str) -> Amount | None:
    found = amount(text)
    return found if found is not None and found.is_exact else None


def _is_same(unit: str) -> bool:
    try:
        return conversion_factor(from_unit=unit, to_unit=UNIT) == 1
    except UnitError:
        return False


def _event(day: int, kind: str) -> Event:
    return Event(day, "mouse antibodies") if kind == MOUSE_ANTIBODIES else Event(day, "interference", name=kind)


def _events(table: pl.DataFrame) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for subject, day, kind in table.select("USUBJID", "DAY", "KIND").iter_rows():
        found.setdefault(subject, []).append((day, kind))
    return found
