"""Analysis datasets of a run or of a study's data, in a format that others read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import polars as pl

from trialwright import __version__
from trialwright.assessments.lesion_rows import study_lesions
from trialwright.conduct.analyse import derive_endpoints
from trialwright.conduct.blinding import conceal
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.eligibility import MOST_WHOLE, gate_screens, moments_of, screening_of, with_eligibility
from trialwright.conduct.run import read_data, refuse_nobody
from trialwright.conduct.run_record import RunRecord, read_run
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.endpoints.moments import time_point_dates
from trialwright.errors import DataError, InputError, NotAllowedError
from trialwright.exchange.adam import Sources, analysis_tables
from trialwright.exchange.adam_table import AnalysisTable, byte_length
from trialwright.exchange.dataset_json_out import FileOrigin, write_cdisc_json
from trialwright.exchange.folder import whole_or_nothing
from trialwright.exchange.xpt_out import write_xpt, xpt_changes
from trialwright.model.arm_bound import arm_bound
from trialwright.model.dossier import Dossier
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.study import Study
from trialwright.protocol.load import load

__all__ = ["DESCRIPTION", "FORMATS", "ExportRequest", "Exported", "export"]

FORMATS: Final = ("csv", "parquet", "xpt", "dataset-json")
DESCRIPTION: Final = "export.json"
_ENDINGS: Final[Mapping[str, str]] = {"csv": "csv", "parquet": "parquet", "xpt": "xpt", "dataset-json": "json"}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is asked of `export`.

    Parameters
    ----------
    what : str
        Directory written by a run, id of a shipped study, or path of a study file.
    out : pathlib.Path
        Directory to write; it must not exist or be empty.
    format : {"csv", "parquet", "xpt", "dataset-json"}
        Format of the datasets.
    data : pathlib.Path, optional
        The data folder; a study needs it, a run needs it for its lesions.
    cutoff : datetime.date, optional
        Last day that counts; a study needs it, a run has its own.
    by_arm : bool, default False
        Whether arms may stand in what is written.
    """

    what: str
    out: Path
    format: str
    data: Path | None = None
    cutoff: date | None = None
    by_arm: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported.

    Parameters
    ----------
    study, state, origin : str
        Id of the study, its state, and where the data come from.
    cutoff : str
        Last day that counts.
    by_arm : bool
        Whether arms stand in the datasets.
    format : str
        The format.
    datasets : tuple of AnalysisTable
        The datasets.
    notes : tuple of str
        What was left out, named otherwise, or reads otherwise in this format.
    findings : tuple of Finding
        Of reading and deriving.
    files : tuple of str
        Files written.
    """

    study: str
    state: str
    origin: str
    cutoff: str
    by_arm: bool
    format: str
    datasets: tuple[AnalysisTable, ...]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """Tables to export and where they come from."""

    study: Study
    state: str
    origin: str
    cutoff: str
    tables: Sources
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def export(
    request: ExportRequest, *, now: datetime | None = None, say: Callable[[str], None] = lambda _: None
) -> Exported:
    """Write ADSL, ADTR, ADRS and ADTTE, and ``export.json`` that describes them, whole or not at all.

    Parameters
    ----------
    request : ExportRequest
        What is asked.
    now : datetime.datetime, optional
        Moment to write into files that hold one; the present one without it.
    say : callable
        Told what is being done.

    Returns
    -------
    Exported
        What was written.

    Raises
    ------
    InputError
        If the format is not known, or a study is exported without data or cutoff.
    DataError
        If the data cannot be read, are not those the run has read, or do not fit the format.
    NotAllowedError
        If a run that shows arms is exported without leave to show them, or the reverse.
    """
    if request.format not in FORMATS:
        mend = f"use one of {', '.join(FORMATS)}"
        raise InputError(f"no format {request.format!r}", where="--format", mend=mend)
    with whole_or_nothing(request.out) as folder:
        made = _of_run(request, say) if _is_run(request.what) else _of_study(request, say)
        datasets = analysis_tables(made.study, made.tables)
        say("writing the datasets")
        moment = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for each in datasets:
            _write(each, folder / f"{each.name.lower()}.{_ENDINGS[request.format]}", made.study, moment)
        notes = (*made.notes, *_notes(datasets, request.format))
        exported = Exported(
            made.study.id, made.state, made.origin, made.cutoff, request.by_arm, request.format, datasets, notes,
            made.findings, (*(f"{each.name.lower()}.{_ENDINGS[request.format]}" for each in datasets), DESCRIPTION),
        )  # fmt: skip
        text = json.dumps(_described(exported), ensure_ascii=False, indent=2)
        (folder / DESCRIPTION).write_text(text + "\n", encoding="utf-8")
    return exported


def _is_run(what: str) -> bool:
    return (Path(what) / "results.json").is_file()


def _of_study(request: ExportRequest, say: Callable[[str], None]) -> _Made:
    opened = open_study(request.what)
    if request.data is None or request.cutoff is None:
        absent = "--data" if request.data is None else "--cutoff"
        mend = "name the data folder and the last day that counts, or the directory of a run"
        raise InputError("a study is exported from its data at a cutoff", where=absent, mend=mend)
    say("reading the data folder")
    frames, noticed = read_data(request.data, opened)
    refuse_nobody(frames, request.data, request.cutoff)
    say("deriving endpoints")
    shown = _dossier(opened, frames, noticed, request.cutoff, by_arm=request.by_arm)
    lesions = _lesions(opened.study, frames, request.cutoff, by_arm=request.by_arm)
    tables = Sources(shown.derived.adsl, shown.derived.adrs, shown.derived.adtte, lesions)
    notes = () if lesions is not None else ("ADTR is left out: no lesions were collected for a series that reads them",)
    cutoff = request.cutoff.isoformat()
    return _Made(opened.study, opened.state, frames.origin, cutoff, tables, notes, shown.findings)


def _dossier(opened: OpenedStudy, frames: Frames, noticed: list[Finding], cutoff: date, *, by_arm: bool) -> Dossier:
    derived = derive_endpoints(opened.study, frames, cutoff=cutoff, by_arm=by_arm)
    known = frames.until(cutoff)
    moments = moments_of(opened.study, known, time_point_dates(opened.study, known), cutoff)
    screening = screening_of(gate_screens(opened.study, known, moments, derived.adrs), moments, most_whole=MOST_WHOLE)
    derived = replace(derived, adsl=with_eligibility(derived.adsl, opened.study, screening))
    dossier = Dossier(
        study=opened.study, state=opened.state, study_sha256=opened.sha256, origin=frames.origin, cutoff=cutoff,
        by_arm=by_arm, frames=known, derived=derived, results=(), curves={},
        findings=(*noticed, *derived.findings), provenance=(), software={},
    )  # fmt: skip
    return dossier if by_arm else conceal(dossier)


def _lesions(study: Study, frames: Frames, cutoff: date, *, by_arm: bool) -> pl.DataFrame | None:
    known = frames.until(cutoff)
    found = study_lesions(study, known, time_point_dates(study, known))
    if found is None or by_arm:
        return found
    return found.filter(~pl.col("ASSESSID").is_in(list(arm_bound(study).series)))


def _of_run(request: ExportRequest, say: Callable[[str], None]) -> _Made:
    place = Path(request.what)
    record = read_run(place)
    _refuse_other_view(record, request)
    say("reading the run")
    tables = {name: _frame(place, name) for name in ("adsl", "adrs", "adtte")}
    results = json.loads((place / "results.json").read_text(encoding="utf-8"))
    study = load(record.study_text, catalogue(), name="study.yaml")
    cutoff, lesions, notes = (
        str(results["cutoff"]),
        None,
        ["ADTR is left out: --data names the folder with the lesions"],
    )
    if request.cutoff is not None and request.cutoff.isoformat() != cutoff:
        mend = f"leave it out, or give {cutoff}"
        raise InputError(f"the run was made at the cutoff {cutoff}", where="--cutoff", mend=mend)
    if request.data is not None:
        say("reading the lesions")
        opened = OpenedStudy(study, "draft", "", place / "study.yaml", record.study_text)
        frames, _ = read_data(request.data, opened)
        _refuse_other_data(record, frames, request.data)
        lesions = _lesions(study, frames, date.fromisoformat(cutoff), by_arm=request.by_arm)
        notes = [] if lesions is not None else ["ADTR is left out: no lesions were collected for a series"]
    sources = Sources(tables["adsl"], tables["adrs"], tables["adtte"], lesions)
    return _Made(study, str(results["study"]["state"]), str(results["origin"]), cutoff, sources, tuple(notes))


def _frame(run: Path, name: str) -> pl.DataFrame:
    path = run / "frames" / f"{name}.parquet"
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        why = str(error).splitlines()[0]
        raise DataError("a table of the run cannot be read", where=str(path), why=why, mend="run again") from error


def _refuse_other_view(record: RunRecord, request: ExportRequest) -> None:
    if record.by_arm == request.by_arm:
        return
    if record.by_arm:
        what, mend = "the tables of this run tell arms", "say --by-arm if you may see them, or export a run without"
        raise NotAllowedError(what, where=request.what, why="a live trial's comparison must not leak", mend=mend)
    what, mend = "this run was made without arms", "run the trial again with --by-arm, if you may see them"
    raise NotAllowedError(what, where=request.what, mend=mend)


def _refuse_other_data(record: RunRecord, frames: Frames, data: Path) -> None:
    for file, digest in frames.inputs.items():
        if record.inputs.get(file) != digest:
            mend = "name the folder the run has read, or run the trial again"
            raise DataError("not the file the run has read", where=str(data / file), why="SHA-256 differs", mend=mend)


def _write(each: AnalysisTable, path: Path, study: Study, moment: str) -> None:
    if path.suffix == ".csv":
        each.frame.write_csv(path)
    elif path.suffix == ".parquet":
        each.frame.write_parquet(path)
    elif path.suffix == ".xpt":
        write_xpt(each, path)
    else:
        origin = FileOrigin(study.id, study.study.version, "trialwright", __version__, moment)
        write_cdisc_json(each, path, origin)


def _notes(datasets: tuple[AnalysisTable, ...], form: str) -> list[str]:
    renamed = [
        f"{each.name}.{variable.name} holds {variable.made_from}, whose name has more than eight characters"
        for each in datasets
        for variable in each.variables
        if variable.made_from
    ]
    changes = [line for each in datasets for line in xpt_changes(each)] if form == "xpt" else []
    return [*renamed, *changes]


def _described(exported: Exported) -> dict[str, object]:
    return {
        "study": exported.study,
        "state": exported.state,
        "origin": exported.origin,
        "cutoff": exported.cutoff,
        "by_arm": exported.by_arm,
        "format": exported.format,
        "program": f"trialwright {__version__}",
        "datasets": {each.name: _shape_of(each) for each in exported.datasets},
        "notes": list(exported.notes),
    }


def _shape_of(each: AnalysisTable) -> dict[str, object]:
    return {
        "label": each.label,
        "key": list(each.key),
        "rows": each.frame.height,
        "variables": [
            {
                "name": variable.name,
                "label": variable.label,
                "type": variable.type,
                "length": byte_length(each.frame[variable.name]) if variable.type == "text" else 8,
                **({"terms": list(variable.terms)} if variable.terms else {}),
                **({"from": variable.made_from} if variable.made_from else {}),
            }
            for variable in each.variables
        ],
    }
