"""A library folder is read as promised, and a bad entry is refused by name."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from trialwright.errors import DataError
from trialwright.model.library import discover, load_object

pytestmark = pytest.mark.unvalidated


@dataclass(frozen=True, slots=True)
class Rule:
    id: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "toy_rules"
    place.mkdir()
    (place / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield place
    for name in [name for name in sys.modules if name.split(".")[0] == "toy_rules"]:
        del sys.modules[name]


def write(folder: Path, name: str, rule_id: str | None) -> None:
    line = "" if rule_id is None else f"RULE = Rule({rule_id!r})\n"
    (folder / f"{name}.py").write_text(
        f"from dataclasses import dataclass\nfrom {__name__} import Rule\n{line}", encoding="utf-8"
    )


@pytest.fixture(autouse=True)
def this_module_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    module = type(sys)(__name__)
    module.__dict__["Rule"] = Rule
    monkeypatch.setitem(sys.modules, __name__, module)


def test_entries_come_sorted_by_id_whatever_their_files_are_called(folder: Path) -> None:
    write(folder, "zebra", "a")
    write(folder, "ant", "c")
    write(folder, "_private", "b")
    assert [(key, rule.id) for key, rule in discover("toy_rules", "RULE", Rule).items()] == [("a", "a"), ("c", "c")]


def test_a_module_without_the_constant_is_refused(folder: Path) -> None:
    write(folder, "empty", None)
    with pytest.raises(LookupError, match=r"toy_rules\.empty: every module of toy_rules must define RULE"):
        discover("toy_rules", "RULE", Rule)


def test_two_entries_of_one_id_are_refused_naming_both(folder: Path) -> None:
    write(folder, "first", "x")
    write(folder, "second", "x")
    with pytest.raises(LookupError, match=r"toy_rules\.second: the id 'x' is already taken by toy_rules\.first"):
        discover("toy_rules", "RULE", Rule)


def test_an_entry_of_another_kind_is_refused(folder: Path) -> None:
    write(folder, "odd", "x")
    with pytest.raises(TypeError, match="is a Rule, must be a DataError"):
        discover("toy_rules", "RULE", DataError)


def test_the_catalogue_cannot_be_changed(folder: Path) -> None:
    write(folder, "one", "x")
    with pytest.raises(TypeError):
        discover("toy_rules", "RULE", Rule)["y"] = Rule("y")


def test_an_object_is_loaded_from_its_place() -> None:
    assert load_object("trialwright.errors:DataError") is DataError


@pytest.mark.parametrize("place", ["trialwright.errors", "trialwright.errors:", ":x", "trialwright.errors:Nothing"])
def test_a_bad_place_is_refused(place: str) -> None:
    with pytest.raises(LookupError):
        load_object(place)
