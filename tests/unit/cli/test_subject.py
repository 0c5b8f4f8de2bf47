"""The command that shows one subject's course: lines, JSON of the shipped shape, and a page."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.e2e.rude import STUDY, TWO_SUBJECTS, call
from trialwright.cli.subject import command

pytestmark = pytest.mark.unvalidated

SUBJECT = "OV-02-001"


def arguments(*more: object) -> list[object]:
    return ["subject", STUDY, SUBJECT, "--data", TWO_SUBJECTS, "--cutoff", "2027-03-31", *more]


@pytest.fixture(scope="module")
def shape() -> dict[str, object]:
    done = call(*arguments("--json", "--by-arm"))
    assert done.code == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_json_is_of_the_shipped_shape(shape: dict[str, object]) -> None:
    schema = json.loads(call("schema", "--command", "subject").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(shape, schema, format_checker=jsonschema.FormatChecker())
    assert shape["subject"] == SUBJECT


def test_the_event_of_progression_free_survival_is_the_one_the_trial_counts(shape: dict[str, object]) -> None:
    ends = {end["endpoint"]: end for end in shape["endpoints"] if end["reported"]}  # type: ignore[attr-defined]
    assert (ends["PFS"]["ending"], ends["PFS"]["days"]) == ("event", 182)
    assert ends["PFS"]["source"].startswith("row/")


def test_lines_and_page(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    done = call(*arguments("--out", out))
    assert done.code == 0, done.stderr
    assert SUBJECT in done.stdout
    assert "PFS: event" in done.stdout
    assert "--by-arm shows them" in done.stdout
    assert f"the page stands in {out}" in done.stderr
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    again = call(*arguments("--out", out))
    assert again.code == 2
    assert "something stands there" in again.stderr


def test_an_unknown_subject_is_bad_input() -> None:
    done = call("subject", STUDY, "nobody", "--data", TWO_SUBJECTS)
    assert done.code == 2
    assert "no subject nobody" in done.stderr
    assert command.name == "subject"
