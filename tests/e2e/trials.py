"""Invented trials in folders, and runs of them, for the tests of the whole path."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.conduct.run import run
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.design.folder import write
from trialwright.design.simulate import simulate
from trialwright.exchange.folder import read_text_table, write_folder
from trialwright.exchange.manifest import read_manifest
from trialwright.studies import FOLDER

OVARIAN = "nct07295132"

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Ran:
    """A data folder and what a run of it has written."""

    data: Path
    out: Path
    cutoff: date

    @property
    def results(self) -> dict[str, Any]:
        """Content of ``results.json``."""
        loaded: dict[str, Any] = json.loads((self.out / "results.json").read_text(encoding="utf-8"))
        return loaded


def run_of(opened: OpenedStudy, data: Path, out: Path) -> Ran:
    """The folder run with figures by arm, at the cutoff it declares."""
    cutoff = read_manifest(data).cutoff
    assert cutoff is not None
    run(opened, data, cutoff=cutoff, out=out, by_arm=True)
    return Ran(data, out, cutoff)


def with_the_demo_set(place: Path) -> Path:
    """The ovarian study file with a parameter set that is there already, where nothing is asked of a fit of seconds."""
    text = (FOLDER / f"{OVARIAN}.yaml").read_text(encoding="utf-8")
    assert text.count("parameters: study-fit") == 1
    path = place / "study.yaml"
    path.write_text(text.replace("parameters: study-fit", "parameters: demo"), encoding="utf-8")
    return path


def invented(place: Path, *, seed: int, study: str = OVARIAN) -> Ran:
    """A trial of 160 written to a folder and run."""
    opened = open_study(study)
    place.mkdir()
    write(simulate(opened.study, seed=seed), place / "data", study_sha256=opened.sha256)
    return run_of(opened, place / "data", place / "run")


def text_tables(data: Path) -> dict[str, pl.DataFrame]:
    """Tables of a folder as text, by domain."""
    return {path.stem.upper(): read_text_table(path)[0].drop("LINE") for path in sorted(data.glob("*.csv"))}


def edited(ran: Ran, place: Path, edit: Callable[[Tables], Tables]) -> Ran:
    """The same data with an edit, written with fresh hashes and run again."""
    place.mkdir()
    shutil.copytree(ran.data, place / "data", ignore=shutil.ignore_patterns("??.csv", "study.json"))
    write_folder(place / "tables", edit(text_tables(ran.data)), read_manifest(ran.data))
    for file in (place / "tables").iterdir():
        file.rename(place / "data" / file.name)
    return run_of(open_study(OVARIAN), place / "data", place / "run")
