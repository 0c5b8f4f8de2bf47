"""Data folders: one study at one cut-off, read as typed tables and written whole or not at all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal
from uuid import uuid4

import polars as pl

from trialwright.errors import DataError
from trialwright.exchange.csv_text import MAX_BYTES
from trialwright.exchange.integrity import check
from trialwright.exchange.manifest import MANIFEST_FILE, manifest_json, read_manifest, sha256_of
from trialwright.exchange.sdtm_in import FORMATS, read_text
from trialwright.model.finding import Finding, finding
from trialwright.model.frames import TABLES, Frames, typed
from trialwright.model.manifest import FileRecord, Manifest
from trialwright.model.study import Study

__all__ = ["read_folder", "read_text_table", "refuse_held", "whole_or_nothing", "write_folder"]

_BESIDE_INVENTED: Final = ("README.txt", "truth")
"""What stands beside invented tables: a warning and the truth; neither is data."""
_AT_ONCE: Final = 2
"""Files read side by side: much of the work on one is that of a single processor."""
_SCRATCH: Final = re.compile(r"\..+-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class _Read:
    """One file of a folder: its table, its hash and what was found in it."""

    frame: pl.DataFrame | None
    sha256: str
    columns: tuple[str, ...]
    findings: tuple[Finding, ...]


def read_folder(
    path: Path, *, study: Study | None = None, study_sha256: str = "", activated: bool = False
) -> tuple[Frames, list[Finding]]:
    """Return the typed tables of a data folder, and everything that is wrong or doubtful in it.

    Parameters
    ----------
    path : pathlib.Path
        The folder; it holds ``study.json`` and one table a domain: CSV, Parquet, SAS transport or Dataset-JSON.
    study : Study or None
        When given, the integrity rules are applied too.
    study_sha256 : str, default ""
        Hash of the study file, compared with the one the folder was made for.
    activated : bool, default False
        The study is activated: a folder made for another study file is then an error.

    Returns
    -------
    frames : Frames
        The tables. A file that cannot be read is left out; its finding says so.
    findings : list of Finding
        Findings of severity ``E`` must stop an analysis.

    Raises
    ------
    DataError
        If there is no such folder, or its ``study.json`` is missing or cannot be read.
    """
    if not path.is_dir():
        kind = "is not a folder" if path.exists() else "does not exist"
        raise DataError(f"{path} {kind}", mend="name a folder that holds study.json and one table a domain")
    manifest = read_manifest(path)
    chosen, findings = _files_of(path, manifest)
    tables: dict[str, pl.DataFrame] = {}
    inputs = {MANIFEST_FILE: sha256_of((path / MANIFEST_FILE).read_bytes())}
    columns: dict[str, tuple[str, ...]] = {}
    with ThreadPoolExecutor(_AT_ONCE) as readers:
        reads = readers.map(lambda domain: _read_file(path / chosen[domain], domain, manifest), chosen)
    for (domain, name), read in zip(chosen.items(), reads, strict=True):
        findings.extend(read.findings)
        if read.sha256:
            inputs[name] = read.sha256
        if read.frame is not None:
            tables[domain], columns[domain] = read.frame, read.columns
    frames = Frames(
        {domain: tables[domain] for domain in TABLES if domain in tables},
        manifest.origin,
        cutoff=manifest.cutoff,
        files=chosen,
        inputs=inputs,
        study=manifest.study,
        study_sha256=manifest.canonical_sha256,
        produced=_day_of(manifest.produced),
        columns=columns,
    )
    if study is not None:
        findings.extend(check(study, frames, study_sha256=study_sha256, activated=activated))
    return frames, findings


def _day_of(moment: str) -> date | None:
    return datetime.fromisoformat(moment).date() if moment else None


def _files_of(path: Path, manifest: Manifest) -> tuple[dict[str, str], list[Finding]]:
    """Domain to file name, in the order of the declared tables, and what is odd about the folder's files."""
    findings: list[Finding] = []
    by_domain: dict[str, list[str]] = {}
    names = sorted(entry.name for entry in path.iterdir() if not entry.name.startswith("."))
    for name in names:
        domain, suffix = Path(name).stem.upper(), Path(name).suffix.lower()
        if domain in TABLES and suffix in FORMATS and (path / name).is_file():
            by_domain.setdefault(domain, []).append(name)
        elif name != MANIFEST_FILE and not (manifest.origin == "simulated" and name in _BESIDE_INVENTED):
            findings.append(finding("F05", name, f"{name} is no table of a data folder; it is not read"))
    findings.extend(
        finding("F01", MANIFEST_FILE, f"{name} is named in {MANIFEST_FILE} and not in the folder")
        for name in manifest.files
        if name not in names
    )
    for domain, files in by_domain.items():
        if len(files) > 1:
            findings.append(finding("F06", files[0], f"{' and '.join(files)} both hold {domain}; {files[0]} is read"))
    return {domain: by_domain[domain][0] for domain in TABLES if domain in by_domain}, findings


def _read_file(path: Path, domain: str, manifest: Manifest) -> _Read:
    file, table = path.name, TABLES[domain]
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            text = f"the file has {size / 1e9:.1f} GB; files above {MAX_BYTES / 1e9:.1f} GB are not read"
            return _Read(
                None, "", (), (finding("F02", file, text, mend="split the study's data, or leave columns out"),)
            )
        data = path.read_bytes()
    except OSError as error:
        text = f"the file cannot be opened: {error.strerror}"
        return _Read(None, "", (), (finding("F02", file, text, mend="give the reading account the right to open it"),))
    digest = sha256_of(data)
    findings = _hash_findings(manifest, file, digest)
    text_frame, faults = read_text(data, table, file, manifest.origin)
    findings.extend(faults)
    if text_frame is None:
        return _Read(None, digest, (), tuple(findings))
    findings.extend(_row_count(manifest, file, text_frame.height))
    columns = tuple(name for name in text_frame.columns if name != "LINE")
    unknown = [name for name in columns if name not in table.by_name]
    findings.extend(
        finding("F05", f"{file}:1", f"column {name} is not declared for {domain}; it is kept as text", column=name)
        for name in unknown
    )
    findings.extend(_other_study(text_frame, file, manifest.study))
    if "STUDYID" not in text_frame.columns:
        text_frame = text_frame.with_columns(pl.lit(manifest.study).alias("STUDYID"))
    frame, cell_findings = typed(table, text_frame, file)
    return _Read(frame, digest, columns, (*findings, *cell_findings))


def read_text_table(path: Path) -> tuple[pl.DataFrame, str]:
    """Return one file of a data folder as text, and its SHA-256.

    Parameters
    ----------
    path : pathlib.Path
        A file named as its domain, in a format of a data folder.

    Returns
    -------
    frame : polars.DataFrame
        Text columns, and ``LINE``.
    sha256 : str
        SHA-256 of the file's bytes.

    Raises
    ------
    DataError
        If it cannot be opened or holds no readable table.
    """
    domain = path.stem.upper()
    if domain not in TABLES:
        raise DataError(f"{path.name} is no table of a data folder", mend=f"name one of {', '.join(TABLES)}")
    try:
        data = path.read_bytes()
    except OSError as error:
        mend = "name the data folder the run has read"
        raise DataError(f"{path} cannot be opened", why=str(error.strerror), mend=mend) from error
    frame, faults = read_text(data, TABLES[domain], path.name, "simulated")
    if frame is None:
        raise DataError(faults[0].text, where=faults[0].where, mend=faults[0].mend)
    return frame, sha256_of(data)


def _hash_findings(manifest: Manifest, file: str, digest: str) -> list[Finding]:
    record = manifest.files.get(file)
    if record is None or not record.sha256:
        return [finding("F10", file, f"{MANIFEST_FILE} gives no SHA-256 for {file}; a change would not be noticed")]
    if record.sha256 != digest:
        text = (
            f"SHA-256 of {file} is {digest[:12]}..., {MANIFEST_FILE} says {record.sha256[:12]}...: the file was changed"
        )
        return [finding("F08", file, text)]
    return []


def _row_count(manifest: Manifest, file: str, height: int) -> list[Finding]:
    record = manifest.files.get(file)
    if record is None or record.rows is None or record.rows == height:
        return []
    return [finding("F08", file, f"{file} has {height} rows, {MANIFEST_FILE} says {record.rows}")]


def _other_study(frame: pl.DataFrame, file: str, study: str) -> Iterator[Finding]:
    if "STUDYID" not in frame.columns:
        return
    other = frame.filter(pl.col("STUDYID").is_not_null() & (pl.col("STUDYID").str.to_lowercase() != study.lower()))
    if other.height:
        line, name = other.select("LINE", "STUDYID").row(0)
        text = f"{other.height} rows belong to study '{name}', the folder to '{study}'"
        yield finding("F07", f"{file}:{line}", text, column="STUDYID")


@contextmanager
def whole_or_nothing(path: Path, *, replaces: Callable[[Path], bool] = lambda _: False) -> Iterator[Path]:
    """Give a temporary folder that becomes `path` when the block ends well, and vanishes when it does not.

    Parameters
    ----------
    path : pathlib.Path
        Folder to make. It must not exist, be empty, or be one that may be replaced.
    replaces : callable
        Whether a folder that stands at `path` may be replaced; none may unless this says so.

    Yields
    ------
    pathlib.Path
        A folder beside `path` to write into.

    Raises
    ------
    DataError
        If `path` is a file, a folder that holds something, or cannot be written.
    """
    refuse_held(path, replaces=replaces)
    if path.is_symlink():
        path = path.resolve()  # A folder cannot be renamed onto a link.
    missing = [parent for parent in path.parents if not parent.exists()]
    scratch = path.parent / f".{path.name}-{uuid4().hex}"
    try:
        _make(scratch, path)
        yield scratch
        _put(scratch, path)
    except OSError as error:
        elsewhere = error.filename is not None and not Path(error.filename).is_relative_to(scratch)
        # A folder written into another's temporary one: that one knows the name people gave.
        if elsewhere or _SCRATCH.fullmatch(path.parent.name):
            raise
        mend = "make room there, or name another folder; nothing was left behind"
        raise DataError(f"{path} cannot be written", why=error.strerror or str(error), mend=mend) from error
    finally:
        if scratch.exists():
            shutil.rmtree(scratch)
        for parent in missing:
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()


def refuse_held(path: Path, *, replaces: Callable[[Path], bool] = lambda _: False) -> None:
    """Refuse a folder that holds something.

    Parameters
    ----------
    path : pathlib.Path
        Folder somebody wants to make.
    replaces : callable
        Whether a folder that stands there may be replaced.

    Raises
    ------
    DataError
        If `path` is a file, or a folder that holds something and may not be replaced.

    Examples
    --------
    >>> refuse_held(Path("nowhere"))
    """
    held = path.exists() and (not path.is_dir() or any(path.iterdir()))
    if held and not (path.is_dir() and replaces(path)):
        raise DataError(f"{path} exists already", why="nothing is overwritten", mend="name a new folder, or remove it")


def _make(scratch: Path, path: Path) -> None:
    try:
        scratch.mkdir(parents=True)
    except OSError as error:
        blocking = next((parent for parent in path.parents if parent.exists() and not parent.is_dir()), None)
        why = f"{blocking} is a file" if blocking else error.strerror
        mend = "name a folder in a place you may write to"
        raise DataError(f"{path} cannot be made", why=str(why), mend=mend) from error


def _put(scratch: Path, path: Path) -> None:
    """Rename the finished folder; one that stands there goes only once the new one stands in its place."""
    if not path.exists() or not any(path.iterdir()):
        scratch.rename(path)
        return
    earlier = path.parent / f".{path.name}-{uuid4().hex}"
    path.rename(earlier)
    try:
        scratch.rename(path)
    except OSError:
        earlier.rename(path)
        raise
    shutil.rmtree(earlier)


def write_folder(
    path: Path,
    frames_text: Mapping[str, pl.DataFrame],
    manifest: Manifest,
    *,
    format: Literal["csv", "parquet"] = "csv",  # noqa: A002 - the word everybody looks for
) -> None:
    """Write a data folder: the tables as text, and ``study.json`` with their hashes.

    Parameters
    ----------
    path : pathlib.Path
        Folder to make; it appears whole or not at all.
    frames_text : mapping of str to polars.DataFrame
        Domain to its table, all columns text.
    manifest : Manifest
        What ``study.json`` says; hashes and row counts are filled in.
    format : {"csv", "parquet"}, default "csv"
        Format of the tables.

    Raises
    ------
    DataError
        If the folder exists already, a domain is not declared, or a column is not text.
    """
    for domain, frame in frames_text.items():
        if domain not in TABLES:
            raise DataError(f"'{domain}' is no domain of a data folder", mend=f"use one of {', '.join(TABLES)}")
        lossy = [name for name, dtype in frame.schema.items() if dtype != pl.String]
        if lossy:
            raise DataError(f"column {lossy[0]} of {domain} is not text", why="text keeps every digit as entered")
    records: dict[str, FileRecord] = {}
    with whole_or_nothing(path) as folder:
        for domain, frame in frames_text.items():
            file = folder / f"{domain.lower()}.{format}"
            if format == "csv":
                frame.write_csv(file)
            else:
                frame.write_parquet(file)
            records[file.name] = FileRecord(sha256_of(file.read_bytes()), frame.height)
        (folder / MANIFEST_FILE).write_text(manifest_json(replace(manifest, files=records)), encoding="utf-8")
