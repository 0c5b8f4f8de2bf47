"""What a run left behind, read back: results, what they rest on, and the hashes of the files it read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trialwright.errors import InputError

__all__ = ["RunRecord", "read_run"]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Content of a run's directory that a trace needs.

    Parameters
    ----------
    results : mapping of str to mapping
        Results by id, as ``results.json`` holds them.
    below : mapping of str to tuple of str
        Ids each result rests on directly.
    inputs : mapping of str to str
        SHA-256 of every file the run read.
    study_text : str
        The study file as it was.
    by_arm : bool
        Whether figures by arm were shown.
    """

    results: Mapping[str, Mapping[str, object]]
    below: Mapping[str, tuple[str, ...]]
    inputs: Mapping[str, str]
    study_text: str
    by_arm: bool


def read_run(run: Path) -> RunRecord:
    """Results a run has written, ready to be walked.

    Parameters
    ----------
    run : Path
        Directory written by a run.

    Returns
    -------
    RunRecord
        Results, edges and hashes.

    Raises
    ------
    InputError
        If the directory holds no readable results.

    Examples
    --------
    >>> read_run(Path("nowhere"))
    Traceback (most recent call last):
        ...
    trialwright.errors.InputError: nowhere/results.json: no results here; No such file or directory (to mend: ...)
    """
    path = run / "results.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        study_text = (run / "study.yaml").read_text(encoding="utf-8")
    except OSError as error:
        mend = "name a directory written by run"
        where = str(error.filename or path)
        raise InputError("no results here", where=where, why=str(error.strerror), mend=mend) from error
    except ValueError as error:
        raise InputError("not readable as JSON", where=str(path), why=str(error), mend="run the trial again") from error
    try:
        below: dict[str, list[str]] = {}
        for start, end in content["edges"]:
            below.setdefault(start, []).append(end)
        results = {entry["id"]: entry for entry in content["results"]}
        ends = {start: tuple(found) for start, found in below.items()}
        return RunRecord(results, ends, dict(content["inputs"]), study_text, bool(content["by_arm"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("not the results of a run", where=str(path), mend="run the trial again") from error
