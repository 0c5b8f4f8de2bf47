"""The data folder of an invented trial."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tests.unit.design.studies import ovarian, small
from trialwright.design.folder import write
from trialwright.design.simulate import simulate
from trialwright.errors import DataError
from trialwright.exchange.folder import read_folder
from trialwright.exchange.manifest import read_manifest

pytestmark = pytest.mark.unvalidated

HASH = "ab" * 32


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_is_written_is_read_back_without_a_finding_that_matters(tmp_path: Path, form: str) -> None:
    simulated = small()
    written = write(simulated, tmp_path / "data", study_sha256=HASH, form=form)  # type: ignore[arg-type]  # one of the two
    frames, findings = read_folder(tmp_path / "data", study=ovarian(), study_sha256=HASH)
    assert [finding for finding in findings if finding.severity in "EW"] == []
    assert frames.origin == "simulated"
    assert frames.cutoff == simulated.cutoff
    assert {frames.file_of(domain): frames[domain].height for domain in frames.tables} == dict(written.rows)
    for domain in frames.tables:
        assert frames[domain].equals(simulated.frames()[domain])


def test_folder_says_what_it_is_and_keeps_the_truth_apart(tmp_path: Path) -> None:
    written = write(small(), tmp_path / "data", study_sha256=HASH)
    assert (tmp_path / "data" / "README.txt").read_text(encoding="utf-8").startswith("SIMULATED DATA.")
    manifest = read_manifest(tmp_path / "data")
    assert manifest.origin == "simulated"
    assert {key: manifest.extra[key] for key in ("scenario", "seed", "trial")} == {
        "scenario": "base", "seed": "7", "trial": "0",
    }  # fmt: skip
    truth = pl.read_csv(tmp_path / "data" / "truth" / "truth.csv")
    assert truth.height == written.allocated == 160
    assert written.screened == small().tables["DM"].height


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    write(small(), tmp_path / "one", study_sha256=HASH)
    write(simulate(ovarian(), seed=7), tmp_path / "two", study_sha256=HASH)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_an_existing_folder_is_replaced_only_when_it_is_simulated_and_asked_for(tmp_path: Path) -> None:
    place = tmp_path / "data"
    write(small(), place, study_sha256=HASH)
    before = contents(place)
    with pytest.raises(DataError, match="exists already"):
        write(simulate(ovarian(), seed=8), place, study_sha256=HASH)
    assert contents(place) == before
    write(simulate(ovarian(), seed=8), place, study_sha256=HASH, replace=True)
    assert read_manifest(place).extra["seed"] == "8"
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("manifest", [None, '{"study": "x", "origin": "entered"}'])
def test_a_folder_of_anything_else_is_never_replaced(tmp_path: Path, manifest: str | None) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    if manifest:
        (tmp_path / "study.json").write_text(manifest, encoding="utf-8")
    before = contents(tmp_path)
    with pytest.raises(DataError, match="something else than simulated data"):
        write(small(), tmp_path, study_sha256=HASH, replace=True)
    assert contents(tmp_path) == before


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(pl.DataFrame, "write_csv", fail)
    with pytest.raises(DataError, match=f"{tmp_path / 'data'} cannot be written; no space left"):
        write(small(), tmp_path / "data", study_sha256=HASH)
    assert list(tmp_path.iterdir()) == []
