"""Walk a figure of a report back to the results, rows and clauses it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from trialwright.conduct.blinding import ARM_COLUMNS, asks_for_an_arm
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.run_record import RunRecord, read_run
from trialwright.errors import DataError, InputError, NotAllowedError
from trialwright.exchange.folder import read_text_table
from trialwright.protocol.load import load
from trialwright.protocol.paths import clause_line, clause_lines

__all__ = ["Step", "Trace", "trace"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a result rests on.

    Parameters
    ----------
    id : str
        Id of a result, a row or a clause.
    depth : int
        How far below the result asked for.
    shown : str
        Its value, its cells, or the line of the study file.
    """

    id: str
    depth: int
    shown: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A result and all it rests on, in the order of the walk.

    Parameters
    ----------
    result : mapping
        The result as ``results.json`` holds it.
    steps : tuple of Step
        What it rests on, each named once.
    """

    result: Mapping[str, object]
    steps: tuple[Step, ...]


def trace(run: Path, wanted: str, *, data: Path | None = None, depth: int = 9) -> Trace:
    """Walk from one result to what it rests on.

    Parameters
    ----------
    run : Path
        Directory written by a run.
    wanted : str
        Id of a result, such as ``PFS/hr`` or ``PFS/OV-01-001``.
    data : Path, optional
        The data folder, to show the cells of each row; its files are checked against the run's hashes.
    depth : int
        How many levels to walk.

    Returns
    -------
    Trace
        The result and the steps below it.

    Raises
    ------
    InputError
        If there is no such result, or the data folder is not the one the run read.
    NotAllowedError
        If it is a figure by arm and the run withheld them.
    """
    record = read_run(run)
    if not record.by_arm:
        _refuse_arms(record, run, wanted)
    if wanted not in record.results:
        by_letters = {name.casefold(): name for name in record.results}
        near = [by_letters[found] for found in get_close_matches(wanted.casefold(), by_letters, n=3)]
        mend = f"did you mean {', '.join(near)}?" if near else "see the ids in results.json"
        raise InputError(f"no result is called {wanted!r}", where=str(run), mend=mend)
    shown = _Shown(record, data)
    steps: list[Step] = []
    seen = {wanted}
    waiting = [(1, node) for node in reversed(record.below.get(wanted, ()))]
    while waiting:
        level, node = waiting.pop()
        if node in seen or level > depth:
            continue
        seen.add(node)
        steps.append(Step(node, level, shown.beside(node)))
        waiting.extend((level + 1, child) for child in reversed(record.below.get(node, ())))
    return Trace(record.results[wanted], tuple(steps))


def _refuse_arms(record: RunRecord, run: Path, wanted: str) -> None:
    withheld = [name for name, entry in record.results.items() if entry.get("status") == "withheld"]
    known = wanted in record.results and wanted not in withheld
    if not known and asks_for_an_arm(load(record.study_text, catalogue(), name="study.yaml"), wanted, withheld):
        why = "the run was made without leave to show them, so that a trial under way does not leak its comparison"
        mend = "run the trial again with --by-arm, if you may see them"
        raise NotAllowedError(f"{wanted} is a figure by arm and withheld", where=str(run), why=why, mend=mend)


class _Shown:
    """What is shown beside a node: a figure's value, a row's cells, a clause's line in the study file."""

    def __init__(self, record: RunRecord, data: Path | None) -> None:
        self._record, self._data = record, data
        self._clauses = clause_lines(record.study_text)
        self._tables: dict[str, Mapping[str, str]] = {}

    def beside(self, node: str) -> str:
        kind, _, rest = node.partition("/")
        if kind == "row":
            return self._row(rest) if self._data is not None else ""
        if kind == "clause":
            position = clause_line(self._clauses, f"/{rest}")
            return f"study.yaml line {position[0]}" if position else ""
        entry = self._record.results.get(node, {})
        parts = [str(entry[key]) for key in ("value", "unit", "status", "rule") if entry.get(key) not in (None, "")]
        return " ".join(parts)

    def _row(self, address: str) -> str:
        file, _, key = address.partition(":")
        if file not in self._tables:
            self._tables[file] = self._read(file)
        return self._tables[file].get(key, "")

    def _read(self, file: str) -> Mapping[str, str]:
        path = (self._data or Path()) / file
        table, digest = read_text_table(path)
        if digest != self._record.inputs.get(file):
            mend = "name the folder the run has read, or run the trial again"
            raise DataError("not the file the run has read", where=str(path), why="its SHA-256 differs", mend=mend)
        sequence = f"{path.stem.upper()}SEQ"
        hidden = {"USUBJID", "LINE", *(() if self._record.by_arm else ARM_COLUMNS)}
        shown: dict[str, str] = {}
        for row in table.iter_rows(named=True):
            key = f"{row['USUBJID']}:{row[sequence]}" if sequence in row else row["USUBJID"]
            cells = ((name, cell) for name, cell in row.items() if cell and name not in hidden)
            shown[key] = ", ".join(f"{name} {cell}" for name, cell in cells)
        return shown
