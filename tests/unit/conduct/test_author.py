"""Files of records: found, read as text, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.registry.records import PAGE, study, text_of
from trialwright.conduct import author
from trialwright.conduct.author import import_record, read_record
from trialwright.errors import InputError

pytestmark = pytest.mark.unvalidated


@pytest.fixture
def single(tmp_path: Path) -> Path:
    place = tmp_path / "record.json"
    place.write_text(text_of(study()), encoding="utf-8")
    return place


def test_a_draft_is_written_once(single: Path, tmp_path: Path) -> None:
    out = tmp_path / "draft.yaml"
    imported = import_record(single, out=out)
    assert out.read_text(encoding="utf-8") == imported.text
    assert (imported.record.id, imported.out) == ("NCT00000001", out)
    with pytest.raises(InputError, match="stands there already"):
        import_record(single, out=out)
    out.write_text("mine", encoding="utf-8")
    assert import_record(single, out=out, replace=True).text == out.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["draft.yaml", "record.json"]


def test_without_out_nothing_is_written(single: Path, tmp_path: Path) -> None:
    assert import_record(single).out is None
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


def test_a_record_is_chosen_by_its_number(tmp_path: Path) -> None:
    place = tmp_path / "page.json"
    place.write_text(json.dumps({"studies": [study("NCT00000001"), study("NCT00000002")]}), encoding="utf-8")
    assert read_record(place, number="nct00000002").id == "NCT00000002"
    with pytest.raises(InputError, match=r"holds 2 records .*--id: NCT00000001, NCT00000002"):
        read_record(place)
    with pytest.raises(InputError, match="stands 0 times"):
        read_record(place, number="NCT00000003")


def test_the_same_number_twice_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "page.json"
    place.write_text(json.dumps([study(), study()]), encoding="utf-8")
    with pytest.raises(InputError, match="stands 2 times"):
        read_record(place, number="NCT00000001")


def test_what_is_no_file_of_a_record_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latin = tmp_path / "latin.txt"
    latin.write_bytes(PAGE.replace("knife", "couteau é").encode("latin-1"))
    cases = [(tmp_path, "this is a folder"), (tmp_path / "no.json", "no such file"), (latin, "is not UTF-8")]
    for place, what in cases:
        with pytest.raises(InputError, match=what):
            read_record(place)
    monkeypatch.setattr(author, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="the limit is"):
        read_record(latin)


@pytest.mark.parametrize(("name", "what"), [(".", "this is a folder"), ("no/draft.yaml", "no such folder")])
def test_a_place_that_cannot_be_written_is_refused(single: Path, tmp_path: Path, name: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        import_record(single, out=tmp_path / name)


def test_an_interrupted_write_leaves_nothing(single: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        import_record(single, out=tmp_path / "draft.yaml")
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]
