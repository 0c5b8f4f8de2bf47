"""``import`` on the command line: what it shows, its shape, its exit codes, and no contact anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from tests.unit.registry.records import PAGE, study, text_of
from trialwright import cli

pytestmark = pytest.mark.unvalidated

PERSONAL = ("Body", "Her Name", "555", "@", "Somebody", "One Person")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
PHONE = re.compile(r"(?<![\w.-])(?:\+\d{2}[ -]\d|\(?\d{3}\)?[ -]\d{3}-\d{4}(?!\d))")


def ran(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in arguments])


@pytest.fixture(params=["record.json", "page.txt"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    place: Path = tmp_path / request.param
    place.write_text(text_of(study()) if place.suffix == ".json" else PAGE, encoding="utf-8")
    return place


def shape_of(output: str) -> dict[str, object]:
    schema = json.loads(ran("schema", "--command", "import").stdout)
    plain: dict[str, object] = json.loads(output)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(plain)
    return plain


def test_a_record_becomes_a_draft(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "draft.yaml"
    ended = ran("import", source, "-o", out)
    assert ended.exit_code == 0, ended.output
    lines = ended.stdout.splitlines()
    assert lines[-1].startswith(f"draft    {out}, ")
    found = re.fullmatch(r"values   (\d+): (\d+) read, (\d+) kept without an address, (\d+) dropped", lines[1])
    assert found is not None
    whole, *parts = map(int, found.groups())
    assert whole == sum(parts)
    assert sum(line.startswith("dropped  ") for line in lines) == parts[-1]
    assert ran("lint", out).exit_code == 1


def test_everything_read_as_json(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "draft.yaml"
    shown = shape_of(ran("import", source, "-o", out, "--json").stdout)
    assert shown["draft"] == str(out)
    alone = shape_of(ran("import", source, "--json").stdout)
    assert alone["draft"] is None
    assert alone["statements"] == shown["statements"]


def test_no_contact_is_shown_or_written(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "draft.yaml"
    shown = [ran("import", source).output, ran("import", source, "--json").output]
    ran("import", source, "-o", out)
    for text in (*shown, out.read_text(encoding="utf-8")):
        assert [word for word in PERSONAL if word in text] == []


@pytest.mark.slow
def test_no_contact_of_real_records_is_shown_or_written(shared_data: Path, shared_seeds: Path, tmp_path: Path) -> None:
    files = [*sorted((shared_data / "ctgov").glob("*.json"))[::5], shared_seeds / "NCT07295132.txt"]
    for number, file in enumerate(files):
        out = tmp_path / f"{number}.yaml"
        shown = shape_of(ran("import", file, "-o", out, "--json").stdout)
        text = out.read_text(encoding="utf-8")
        read = "\n".join(str(entry) for entry in shown["statements"])  # type: ignore[attr-defined]
        assert not EMAIL.search(text + json.dumps(shown))
        assert not PHONE.search(text + read)
        assert "name removed" not in text + json.dumps(shown)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty"),
        (text_of(study()).encode()[:200], "cut off"),
        (b"<!doctype html><title>503</title>", "a web page"),
        (b"<clinical_study/>", "XML"),
        (b"dear registry", "no registry record"),
        (b'{"studies": []}', "no record of the registry's API"),
        (b"\xff\xfe\x00x", "not UTF-8"),
        (b"null", "no registry record"),
    ],
)
def test_bad_input_ends_with_2_and_writes_nothing(content: bytes, what: str, tmp_path: Path) -> None:
    place = tmp_path / "record"
    place.write_bytes(content)
    ended = ran("import", place, "-o", tmp_path / "draft.yaml")
    assert ended.exit_code == 2
    assert what in ended.stderr
    assert "(to mend: " in ended.stderr
    assert ended.stdout == ""
    assert not (tmp_path / "draft.yaml").exists()


def test_a_file_of_several_needs_a_number(tmp_path: Path) -> None:
    place = tmp_path / "page.json"
    place.write_text(json.dumps([study("NCT00000001"), study("NCT00000002")]), encoding="utf-8")
    assert ran("import", place).exit_code == 2
    assert ran("import", place, "--id", "NCT00000002").stdout.startswith("NCT00000002  ")


def test_an_existing_draft_is_replaced_only_when_told(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "draft.yaml"
    out.write_text("mine", encoding="utf-8")
    assert ran("import", source, "-o", out).exit_code == 2
    assert out.read_text(encoding="utf-8") == "mine"
    assert ran("import", source, "-o", out, "--force").exit_code == 0
