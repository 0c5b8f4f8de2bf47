"""The workbook of forms, saved by LibreOffice Calc: nothing a person has typed may change on the way."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest

from tests.unit.exchange.forms.filled import NOW, SUBJECT, fill
from trialwright.conduct.forms import read_forms, write_forms
from trialwright.conduct.studies import open_study
from trialwright.exchange.folder import read_folder

OPENED = open_study("nct07295132")
OFFICE = shutil.which("soffice")
CYCLE = {"subject": "0012", "date": "2026-03", "ca125": "<5", "ca125.unit": "U/mL", "ca125.upper": "35.0"}

pytestmark = [
    pytest.mark.independent("LibreOffice opens and saves the workbook"),
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice Calc is not installed (package libreoffice-calc)"),
]


def through_calc(path: Path, folder: Path) -> Path:
    """The workbook as LibreOffice saves it, with a profile of its own."""
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [str(OFFICE), profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
    subprocess.run([*command, str(folder), str(path)], check=True, capture_output=True, timeout=240)
    return folder / path.name


def saved(tmp_path: Path, **cycle: str) -> Path:
    """Forms filled by a program, opened and saved by LibreOffice."""
    forms = tmp_path / "forms.xlsx"
    write_forms(OPENED, forms)
    fill(forms, {"Subjects": [{**SUBJECT, "SITEID": "서울병원", "BRTHDTC": "1966"}], "Cycle": [{**CYCLE, **cycle}]})
    return through_calc(forms, tmp_path / "saved")


def test_calc_keeps_leading_zeros_partial_dates_comparators_and_hangul(tmp_path: Path) -> None:
    read = read_forms(OPENED, saved(tmp_path), tmp_path / "data", now=NOW)
    assert read.is_written
    frames, _ = read_folder(tmp_path / "data", study=OPENED.study)
    assert frames["DM"].select("USUBJID", "SITEID", "BRTHDTC").row(0) == ("0012", "서울병원", "1966")
    kept = frames["LB"].filter(pl.col("LBTESTCD") == "CA125").select("USUBJID", "LBORRES", "LBORNRHI", "LBDTC")
    assert kept.rows() == [("0012", "<5", "35.0", "2026-03")]


def test_a_wrong_cell_is_still_told_by_sheet_and_cell(tmp_path: Path) -> None:
    read = read_forms(OPENED, saved(tmp_path, date="2026-02-30"), tmp_path / "data", now=NOW)
    assert not read.is_written
    assert [(found.id, found.where) for found in read.findings if found.severity == "E"] == [("D01", "Cycle!B5")]
    assert not (tmp_path / "data").exists()
