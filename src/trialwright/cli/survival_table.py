"""A CSV table of one row a subject, read into the columns a survival command asks for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import polars as pl

from trialwright.errors import DataError
from trialwright.exchange.csv_text import MAX_BYTES, read_csv_text
from trialwright.model.doubts import MISSING_WORDS

__all__ = ["LARGEST", "SurvivalTable", "TableRequest", "code_of", "read_table"]

LARGEST: Final = 1e100
"""Largest figure that is taken; the square of one beyond it is no number any more."""

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class TableRequest:
    """What a command was told about its table.

    Parameters
    ----------
    data : Path
        The CSV file.
    time, event : str
        Columns of times and of event codes.
    event_code : str or None
        Code that means an event; None when the column holds 1 and 0.
    censor_code : str or None
        Code that means censored where every other code is a cause of its own; None when it is 0.
    competing : bool
        Whether the codes of the events are causes.
    entry, arm : str or None
        Columns of entry times and of arms.
    strata : tuple of str
        Columns whose combinations are the strata.
    """

    data: Path
    time: str
    event: str
    event_code: str | None = None
    censor_code: str | None = None
    competing: bool = False
    entry: str | None = None
    arm: str | None = None
    strata: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SurvivalTable:
    """Columns of a table, one value a row, missing ones null.

    Parameters
    ----------
    name : str
        Name of the file, for messages.
    sha256 : str
        Hash of its bytes.
    frame : polars.DataFrame
        All columns as text, with LINE, the row's line in the file.
    time, event : polars.Series
        Times, and events as 1 and 0, or as codes of causes.
    entry, arm, strata : polars.Series or None
        Entry times, arms, strata.
    notes : tuple of str
        What a person should know about how the table was read.
    """

    name: str
    sha256: str
    frame: pl.DataFrame
    time: pl.Series
    event: pl.Series
    entry: pl.Series | None
    arm: pl.Series | None
    strata: pl.Series | None
    notes: tuple[str, ...]

    def numbers(self, column: str) -> pl.Series:
        """Values of a column as numbers; anything else is refused with its line."""
        return _numbers(self.frame, column, self.name)

    def labels(self, column: str) -> pl.Series:
        """Values of a column as labels; whole numbers stay numbers, so that 10 comes after 2."""
        return _labels(self.frame, column, self.name)

    def covariate(self, column: str) -> pl.Series:
        """Values of a column as numbers when all are, as labels when none is; a mixture is refused."""
        text = _column(self.frame, column, self.name)
        numeric = _as_numbers(text)
        if numeric.null_count() == text.null_count():
            return numeric
        if numeric.null_count() == len(numeric) and not text.is_in(MISSING_WORDS).any():
            return text
        odd = (numeric.is_null() & text.is_not_null()).arg_true()
        where = f"{self.name}:{self.frame['LINE'][odd[0]]}"
        if numeric.null_count() == len(numeric):
            raise _missing_word(self.frame, column, self.name, f"leave the cell empty, or say --factor {column}")
        raise DataError(
            f"column {column} holds numbers and text, such as {text[odd[0]]!r}",
            where=where,
            why="it is not clear whether it is a number or a factor",
            mend=f"correct the cell, or say --factor {column}",
        )


def read_table(request: TableRequest) -> SurvivalTable:
    """Columns of a CSV file as a survival command needs them.

    Parameters
    ----------
    request : TableRequest
        File and names of columns.

    Returns
    -------
    SurvivalTable
        The columns.

    Raises
    ------
    DataError
        When the file is no table, a column is not there, or a cell cannot be what its column says.
    """
    name = request.data.name
    if request.data.stat().st_size > MAX_BYTES:
        raise DataError(f"the file is larger than {MAX_BYTES} bytes", where=name, mend="keep the columns needed only")
    content = request.data.read_bytes()
    frame, findings = read_csv_text(content, name)
    if frame is None:
        first = findings[0]
        raise DataError(first.text, where=first.where, mend=first.mend)
    if frame.height == 0:
        raise DataError("the table has a header and no rows", where=name, mend="add a row for each subject")
    time = _numbers(frame, request.time, name)
    _refuse(frame, name, time < 0, f"column {request.time} is negative", "correct the dates it was made from")
    entry = None if request.entry is None else _numbers(frame, request.entry, name)
    if entry is not None:
        problem = f"column {request.entry} is not before {request.time}"
        _refuse(frame, name, entry >= time, problem, "correct the times, or leave the subject out")
    event, notes = _causes(frame, request, name) if request.competing else _events(frame, request, name)
    strata = [_labels(frame, column, name) for column in request.strata]
    arm = None if request.arm is None else _labels(frame, request.arm, name)
    return SurvivalTable(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        frame=frame,
        time=time,
        event=event,
        entry=entry,
        arm=arm,
        strata=_together(strata),
        notes=(*notes, *_words_kept(frame, request)),
    )


def _column(frame: pl.DataFrame, column: str, name: str) -> pl.Series:
    if column not in frame.columns or column == "LINE":
        there = [c for c in frame.columns if c != "LINE"]
        near = _meant(column, there)
        hint = f"did you mean {near}? " if near else ""
        raise DataError(f"there is no column {column!r}", where=name, mend=f"{hint}the columns are {', '.join(there)}")
    return frame[column]


def _meant(word: str, options: Sequence[str]) -> str | None:
    """The option a person who wrote a word may have had in mind, letters large or small."""
    by_letters = {option.strip().casefold(): option for option in options}
    near = get_close_matches(word.strip().casefold(), by_letters, n=1, cutoff=0.75)
    return by_letters[near[0]] if near else None


def _as_numbers(text: pl.Series) -> pl.Series:
    """Numbers where the text is one, null elsewhere; inf, nan and what is beyond all measure are no numbers here."""
    numeric = text.cast(pl.Float64, strict=False)
    return numeric.set(~(numeric.abs() <= LARGEST), None)


def _numbers(frame: pl.DataFrame, column: str, name: str) -> pl.Series:
    text = _column(frame, column, name)
    numeric = _as_numbers(text)
    wrong = (numeric.is_null() & text.is_not_null()).arg_true()
    if len(wrong):
        raise DataError(
            f"column {column} holds {text[wrong[0]]!r}, which is not a number",
            where=f"{name}:{frame['LINE'][wrong[0]]}",
            mend="write a number, or leave the cell empty when it is missing",
        )
    return numeric


def _labels(frame: pl.DataFrame, column: str, name: str) -> pl.Series:
    text = _column(frame, column, name)
    whole = text.cast(pl.Int64, strict=False)
    # Only where nothing is lost: the code 01 is not the number 1.
    return whole if bool((whole.cast(pl.String) == text).fill_null(text.is_null()).all()) else text


def _together(parts: Sequence[pl.Series]) -> pl.Series | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    columns = [part.cast(pl.String).alias(str(i)) for i, part in enumerate(parts)]
    return pl.DataFrame(columns).select(pl.concat_str(pl.all(), separator=", ").alias("strata"))["strata"]


def _words_kept(frame: pl.DataFrame, request: TableRequest) -> Iterator[str]:
    """What to say of arms and strata that may have been meant as missing."""
    for column in (*(() if request.arm is None else (request.arm,)), *request.strata):
        words = frame[column].filter(frame[column].is_in(MISSING_WORDS)).unique().sort().to_list()
        for word in words:
            yield f"column {column} holds {word!r}, kept as a level of its own; leave cells empty that are missing"


def _missing_word(frame: pl.DataFrame, column: str, name: str, mend: str, known: str | None = None) -> DataError:
    row = (frame[column].is_in(MISSING_WORDS) & (frame[column] != (known or ""))).arg_true()[0]
    return DataError(
        f"column {column} holds {frame[column][row]!r}",
        where=f"{name}:{frame['LINE'][row]}",
        why="a word that stands for a missing value is no code",
        mend=mend,
    )


def _refuse(frame: pl.DataFrame, name: str, wrong: pl.Series, problem: str, mend: str) -> None:
    rows = wrong.fill_null(value=False).arg_true()
    if len(rows) == 0:
        return
    lines = [str(frame["LINE"][i]) for i in rows.head(_SHOWN).to_list()]
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    raise DataError(f"{problem} in line {', '.join(lines)}{more}", where=f"{name}:{lines[0]}", mend=mend)


def _causes(frame: pl.DataFrame, request: TableRequest, name: str) -> tuple[pl.Series, tuple[str, ...]]:
    text = _column(frame, request.event, name)
    if (text.is_in(MISSING_WORDS) & (text != (request.censor_code or ""))).any():
        raise _missing_word(frame, request.event, name, "leave the cell empty where it is missing", request.censor_code)
    numeric = _as_numbers(text)
    codes = numeric if numeric.null_count() == text.null_count() else text
    shown = [str(_whole(code)) for code in codes.drop_nulls().unique().sort().to_list()]
    if request.censor_code is None and "0" not in shown and shown != ["1"]:
        raise DataError(
            f"column {request.event} holds the codes {', '.join(shown[:_SHOWN])} and no 0",
            where=name,
            why="without a declared code only 0 = censored is understood, and some tables write 1 for censored",
            mend=f"say which code means censored, such as --censor-code {shown[0] if shown else '0'}",
        )
    absent = request.censor_code is not None and code_of(codes, request.censor_code) not in shown
    note = f"code {request.censor_code} does not occur in column {request.event} (codes: {', '.join(shown[:_SHOWN])})"
    return codes, (note,) if absent else ()


def _whole(code: float | str) -> float | str:
    return int(code) if isinstance(code, float) and code.is_integer() else code


def code_of(codes: pl.Series, text: str) -> str:
    """A code as the column of codes has it: 1.0 is 1 where all of them are numbers.

    Parameters
    ----------
    codes : polars.Series
        The column.
    text : str
        The code as it was given.

    Returns
    -------
    str
        Its name.
    """
    given = pl.Series([text]).cast(pl.Float64, strict=False)[0]
    return text if given is None or not codes.dtype.is_numeric() else str(_whole(given))


def _events(frame: pl.DataFrame, request: TableRequest, name: str) -> tuple[pl.Series, tuple[str, ...]]:
    text = _column(frame, request.event, name)
    numeric = _as_numbers(text)
    codes = text.drop_nulls().unique().sort().to_list()
    shown = ", ".join(codes[:_SHOWN]) + (" …" if len(codes) > _SHOWN else "")
    if any(code in MISSING_WORDS and code != request.event_code for code in codes):
        raise _missing_word(frame, request.event, name, "leave the cell empty where it is missing", request.event_code)
    if request.event_code is None:
        # A word is no number: without the filling it would pass for a missing cell.
        if not (numeric.is_in([0.0, 1.0]).fill_null(value=False) | text.is_null()).all():
            raise DataError(
                f"column {request.event} holds the codes {shown}",
                where=name,
                why="without a declared code only 1 = event and 0 = censored is understood, and some tables write "
                "1 for censored and 2 for event",
                mend=f"say which code is the event, such as --event-code {_likely_event(codes)}",
            )
        return numeric, ()
    given = pl.Series([request.event_code]).cast(pl.Float64, strict=False)[0]
    is_event = text == request.event_code if given is None else (text == request.event_code) | (numeric == given)
    is_event = is_event.set(text.is_null(), None)
    notes = []
    if not is_event.any():
        same = next((code for code in codes if code.strip().casefold() == request.event_code.strip().casefold()), None)
        if same is not None:
            raise DataError(
                f"code {request.event_code!r} does not occur in column {request.event}",
                where=name,
                why="codes are compared letter by letter",
                mend=f"did you mean --event-code {same!r}?",
            )
        notes.append(f"code {request.event_code} does not occur in column {request.event} (codes: {shown})")
    others = text.filter(~is_event.fill_null(value=True)).unique().sort().to_list()
    if len(others) > 1:
        notes.append(f"codes {', '.join(others[:_SHOWN])} of column {request.event} were taken as censored")
    return is_event.cast(pl.Float64), tuple(notes)


def _likely_event(codes: Sequence[str]) -> str:
    """A code to name in an example: what many tables write for an event, else the last."""
    return next((code for code in codes if code.casefold() in {"true", "dead", "event", "y", "yes"}), codes[-1])
