"""The manifest of a data folder: which study, which cut-off, where the data come from and what each file hashes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

__all__ = ["FileRecord", "Manifest", "Origin"]

Origin = Literal["entered", "imported", "simulated"]


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What the manifest says about one file.

    Parameters
    ----------
    sha256 : str
        SHA-256 of the file's bytes, 64 hexadecimal digits; empty when not given.
    rows : int or None
        Rows of the table; None when not given.

    Examples
    --------
    >>> FileRecord("", 2).rows
    2
    """

    sha256: str
    rows: int | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``study.json`` says about a data folder.

    Parameters
    ----------
    study : str
        Id of the study the data belong to.
    origin : {"entered", "imported", "simulated"}
        Where the data come from; carried into every result.
    version : str, default ""
        Version of the study file.
    canonical_sha256 : str, default ""
        Hash of the study file the folder was made for.
    cutoff : datetime.date or None
        Day up to which the data are complete.
    produced : str, default ""
        Moment the folder was made, ISO 8601.
    by : str, default ""
        Program or site system and its version.
    dictionaries : mapping of str to str
        Coding dictionaries and their versions.
    files : mapping of str to FileRecord
        File name to hash and number of rows.
    types : mapping of str to str
        Column types for formats that lose them.
    extra : mapping of str to str
        What simulated folders add: scenario, seed, program.

    Examples
    --------
    >>> Manifest(study="nct07295132", origin="entered").cutoff is None
    True
    """

    study: str
    origin: Origin
    version: str = ""
    canonical_sha256: str = ""
    cutoff: date | None = None
    produced: str = ""
    by: str = ""
    dictionaries: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
