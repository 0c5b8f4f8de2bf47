"""Run a trial: read its data, analyse it, and write the report, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from trialwright.conduct.analyse import analyse
from trialwright.conduct.blinding import conceal
from trialwright.conduct.drawing import drawing_engine
from trialwright.conduct.eligibility import screen_table
from trialwright.conduct.kelim_sets import check_parameter_sets
from trialwright.conduct.markers import marker_figures
from trialwright.conduct.studies import OpenedStudy
from trialwright.errors import DataError
from trialwright.exchange.folder import read_folder, refuse_held, whole_or_nothing
from trialwright.exchange.tables_out import write_tables
from trialwright.model.dossier import Dossier
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.marker_figures import marker_table
from trialwright.protocol.provenance import silences
from trialwright.report.build import build
from trialwright.report.results_json import results_json

__all__ = ["RunSummary", "read_data", "refuse_nobody", "refuse_taken", "run"]

SHOWN = 20


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run has written.

    Parameters
    ----------
    out : Path
        The directory.
    dossier : Dossier
        What the report was made from.
    files : tuple of str
        Files written, relative to the directory.
    """

    out: Path
    dossier: Dossier
    files: tuple[str, ...]


def run(
    opened: OpenedStudy,
    data: Path,
    *,
    cutoff: date,
    out: Path,
    by_arm: bool = False,
    replace: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> RunSummary:
    """Report of a trial at a cutoff, with its results, frames, pictures and study file in one directory.

    Parameters
    ----------
    opened : OpenedStudy
        The study with its state and hash.
    data : Path
        Its data folder.
    cutoff : date
        Last day that counts.
    out : Path
        Directory to write; it must not exist or be empty.
    by_arm : bool
        Show figures by arm; without it comparisons are withheld and nothing written tells who is in which arm.
    replace : bool
        Replace the directory of an earlier run; any other directory is left alone.
    say : callable
        Told what is being done.

    Returns
    -------
    RunSummary
        What was written.

    Raises
    ------
    DataError
        If the data cannot be read, a finding of severity E stops the run, or the directory is not empty.
    NotAllowedError
        If the study is activated and names a parameter set that is invented.
    """
    check_parameter_sets(opened)
    with whole_or_nothing(out, replaces=_replaced(replace)) as folder:
        say("reading the data folder")
        drawing_engine()  # it starts while the data are read
        frames, findings = read_data(data, opened)
        refuse_nobody(frames, data, cutoff)
        kinetics = partial(marker_figures, opened, say=say)
        dossier = analyse(opened, frames, findings, cutoff=cutoff, by_arm=by_arm, kinetics=kinetics, say=say)
        shown = dossier if by_arm else conceal(dossier)
        say("writing the frames and drawing the report")
        with ThreadPoolExecutor(1) as beside:
            frames_written = beside.submit(_write_frames, folder, shown)
            _write_report(folder, shown, opened)
            frames_written.result()
        files = tuple(sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()))
    return RunSummary(out, shown, files)


def read_data(data: Path, opened: OpenedStudy) -> tuple[Frames, list[Finding]]:
    """Data of a study, checked; findings that must stop an analysis are raised together.

    Parameters
    ----------
    data : Path
        The data folder.
    opened : OpenedStudy
        Its study.

    Returns
    -------
    frames : Frames
        The tables.
    findings : list of Finding
        What is doubtful and does not stop the analysis.

    Raises
    ------
    DataError
        With every finding of severity E.
    """
    frames, findings = read_folder(
        data, study=opened.study, study_sha256=opened.sha256, activated=opened.state == "activated"
    )
    stopping = [finding for finding in findings if finding.severity == "E"]
    if stopping:
        raise DataError(_listed(stopping), where=str(data))
    return frames, findings


def refuse_nobody(frames: Frames, data: Path, cutoff: date) -> None:
    """Refuse a cutoff the data cannot serve: nobody is in the trial yet, or the data end before it.

    Parameters
    ----------
    frames : Frames
        The tables.
    data : Path
        The data folder, for the message.
    cutoff : date
        Last day that counts.

    Raises
    ------
    DataError
        If no subject is known by the cutoff, or the data are complete to an earlier day.
    """
    if frames["DM"].is_empty():
        what, mend = "the table has a header and no rows", "have the subjects exported too, or wait for the first one"
        raise DataError(what, where=str(data / frames.file_of("DM")), why="no subject is known", mend=mend)
    if frames.until(cutoff)["DM"].is_empty():
        first = min(frames["DM"]["RFICDTC"])
        what = f"nobody was in the trial on {cutoff}: the first consent is dated {first}"
        raise DataError(what, where="--cutoff", mend="give a later cutoff, or correct the year")
    if frames.cutoff is not None and cutoff > frames.cutoff:
        what = f"the cutoff {cutoff} lies after the day the data are complete to, {frames.cutoff}"
        why = "subjects would count as free of events on days nobody has reported on"
        mend = f"give --cutoff {frames.cutoff} or an earlier day, or export the data anew"
        raise DataError(what, where=str(data / "study.json"), why=why, mend=mend)


def _listed(findings: Sequence[Finding]) -> str:
    lines = [_line(finding) for finding in findings[:SHOWN]]
    more = [f"and {len(findings) - SHOWN} more"] if len(findings) > SHOWN else []
    head = "1 finding stops the run" if len(findings) == 1 else f"{len(findings)} findings stop the run"
    return "\n  ".join([f"{head}; correct the data where they are kept and export them again", *lines, *more])


def _line(finding: Finding) -> str:
    place = " ".join(part for part in (finding.id, finding.where, finding.subject, finding.column) if part)
    return f"{place}: {finding.text} (to mend: {finding.mend})"


def _figures(content: dict[str, bytes]) -> dict[str, tuple[str, str]]:
    """Drawn pictures by name, each with the table it was drawn from."""
    names = [Path(name).stem for name in content if name.startswith("figures/") and name.endswith(".svg")]
    return {name: (f"figures/{name}.svg", f"figures/{name}.csv") for name in names}


def _write_report(folder: Path, dossier: Dossier, opened: OpenedStudy) -> None:
    """Write the report with its figures, the study file and the results."""
    content = {**build(dossier, silences(opened.study), drawing_engine()), "study.yaml": opened.text.encode()}
    for name, body in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    with (folder / "results.json").open("wb") as results:
        results.writelines(results_json(dossier, _figures(content)))


def _write_frames(folder: Path, dossier: Dossier) -> None:
    frames = folder / "frames"
    frames.mkdir()
    tables = dossier.derived.tables
    markers = marker_table(dossier.study.id, dossier.markers.values())
    if markers is not None:
        tables["ADMARK"] = markers
    if dossier.screening is not None:
        tables["SCREEN"] = screen_table(dossier.study, [dossier.screening.verdicts])
    write_tables(frames, tables)


def refuse_taken(out: Path, *, replace: bool) -> None:
    """Refuse the directory of a run early, before long work.

    Parameters
    ----------
    out : Path
        Directory to write.
    replace : bool
        Whether the directory of an earlier run may be replaced.

    Raises
    ------
    DataError
        If something stands there that may not be replaced.
    """
    refuse_held(out, replaces=_replaced(replace))


def _replaced(replace: bool) -> Callable[[Path], bool]:
    return _is_run if replace else _is_nothing


def _is_run(path: Path) -> bool:
    return (path / "results.json").is_file() and (path / "report.html").is_file()


def _is_nothing(_path: Path) -> bool:
    return False
