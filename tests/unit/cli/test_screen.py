"""``screen`` on the command line: its lines, its shape, its files and its ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
from click.testing import CliRunner, Result

from trialwright import cli

pytestmark = pytest.mark.unvalidated


def ran(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, ["screen", "nct07295132", *(str(word) for word in arguments)])


@pytest.fixture
def data(repository: Path) -> Path:
    return repository / "tests" / "fixtures" / "two_subjects"


@pytest.fixture
def doubtful(data: Path, tmp_path: Path) -> Path:
    """The two subjects, the first without her histology and the surgeon's answer, the second a second recurrence."""
    place = tmp_path / "doubtful"
    shutil.copytree(data, place)
    lines = (place / "fa.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("OV-01-001,2,", "OV-01-001,11,"))]
    kept = [line.replace("RECURNUM,,1,", "RECURNUM,,2,") if line.startswith("OV-02-001,4,") else line for line in kept]
    (place / "fa.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    manifest = json.loads((place / "study.json").read_text(encoding="utf-8"))
    manifest["files"].pop("fa.csv", None)
    (place / "study.json").write_text(json.dumps(manifest), encoding="utf-8")
    return place


def test_both_worked_subjects_are_eligible_at_both_gates(data: Path) -> None:
    ended = ran("--data", data)
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.splitlines()[1:] == [
        "registration: 2 judged, 2 eligible, 0 not eligible, 0 cannot tell yet",
        "allocation: 2 judged, 2 eligible, 0 not eligible, 0 cannot tell yet",
    ]


def test_whoever_is_not_clearly_eligible_is_listed_with_the_reason(doubtful: Path) -> None:
    ended = ran("--data", doubtful)
    assert ended.exit_code == 1, ended.output
    assert ended.stdout.splitlines()[3:] == [
        "OV-01-001  registration  cannot tell yet: I1 unknown (missing); E2 unknown (missing)",
        "OV-02-001  registration  not eligible: I1 not met; E3 excludes",
        "OV-01-001  allocation  cannot tell yet: I5 unknown (needs_attestation)",
        "OV-02-001  allocation  not eligible: as at an earlier gate",
    ]
    assert ran("--data", doubtful, "--gate", "allocation", "--subject", "OV-01-001").stdout.splitlines()[1:] == [
        "allocation: 1 judged, 0 eligible, 0 not eligible, 1 cannot tell yet",
        "OV-01-001  allocation  cannot tell yet: I5 unknown (needs_attestation)",
    ]


def shown(*arguments: str | Path) -> dict[str, Any]:
    schema = json.loads(CliRunner().invoke(cli.app, ["schema", "--command", "screen"]).stdout)
    found: dict[str, Any] = json.loads(ran(*arguments, "--json").stdout)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(found)
    return found


def test_the_shape_is_the_one_that_is_published(data: Path, doubtful: Path) -> None:
    found = shown("--data", data)
    assert [(each["subject"], each["gate"], each["verdict"]) for each in found["subjects"]] == [
        (subject, gate, "ELIGIBLE") for gate in ("registration", "allocation") for subject in ("OV-01-001", "OV-02-001")
    ]
    second = found["subjects"][0]["criteria"][1]
    assert (second["id"], second["margin"]) == ("I2", "357 d (last_platinum to recurred_on)")
    assert second["comparisons"][0]["threshold"] == "2024-12-28"
    assert [row["row"] for row in second["evidence"]] == ["row/cm.csv:OV-01-001:1", "row/mh.csv:OV-01-001:1"]
    first = shown("--data", doubtful)["subjects"][0]
    assert (first["unknown"], first["not_met"]) == (["I1", "E2"], [])
    assert [(each["kind"], each["ask"], each["criteria"]) for each in first["fetch"]] == [
        ("entry", "Histological type", ["I1", "E2"])
    ]
    nobody = shown("--data", data, "--on", "2026-01-04")
    assert nobody["subjects"] == []


def test_as_of_a_day_only_what_was_known_counts(data: Path) -> None:
    ended = ran("--data", data, "--on", "2026-01-05")
    # she has consented and nothing else is entered yet
    assert ended.stdout.splitlines()[1] == "registration: 1 judged, 0 eligible, 0 not eligible, 1 cannot tell yet"
    assert "I4 unknown" not in ended.stdout
    assert "I1 unknown (missing)" in ended.stdout


def test_tables_and_pages_are_written_whole_or_not_at_all(doubtful: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert ran("--data", doubtful, "--out", out).exit_code == 1
    names = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert names == [
        "define.json", "screen.csv", "screen.parquet",
        *(f"subjects/OV-0{n}-001-{gate}.html" for n in (1, 2) for gate in ("allocation", "registration")),
    ]  # fmt: skip
    table = pl.read_parquet(out / "screen.parquet")
    assert table.height == 2 * (11 + 7)
    assert table.filter(pl.col("VERDICT") == "UNKNOWN")["CRITID"].to_list() == ["I5", "E2", "I1"]
    page = (out / "subjects" / "OV-01-001-registration.html").read_text(encoding="utf-8")
    assert "Histological type" in page
    assert "Cannot tell yet" in page
    refused = ran("--data", doubtful, "--out", out)
    assert (refused.exit_code, str(out) in refused.stderr) == (2, True)
    assert ran("--data", doubtful, "--gate", "allocation", "--out", out, "--force").exit_code == 1
    assert sorted(path.name for path in (out / "subjects").iterdir()) == [
        "OV-01-001-allocation.html", "OV-02-001-allocation.html",
    ]  # fmt: skip
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("x", encoding="utf-8")
    assert ran("--data", doubtful, "--out", other, "--force").exit_code == 2
    assert (other / "mine.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("--gate", "surgery"), 3, "surgery is not a gate"), (("--subject", "nobody"), 2, "no subject nobody"),
        (("--on", "2026-02-30"), 2, "does not exist"), (("--on", "soon"), 2, "is no day"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(data: Path, arguments: tuple[str, ...], code: int, what: str) -> None:
    ended = ran("--data", data, *arguments)
    assert ended.exit_code == code
    assert what in ended.stderr


def test_a_folder_without_a_last_day_needs_one_named(data: Path, tmp_path: Path) -> None:
    place = tmp_path / "undated"
    shutil.copytree(data, place)
    manifest = json.loads((place / "study.json").read_text(encoding="utf-8"))
    manifest.pop("cutoff")
    (place / "study.json").write_text(json.dumps(manifest), encoding="utf-8")
    ended = ran("--data", place)
    assert ended.exit_code == 2, ended.output
    assert ran("--data", place, "--on", "2027-03-31").exit_code == 0
