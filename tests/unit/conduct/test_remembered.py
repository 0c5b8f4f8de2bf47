"""Answers that are kept: given again, made anew when damaged, and never in the way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from trialwright.conduct.remembered import MOST_KEPT, key_of, program_key, remembered, where_kept

pytestmark = pytest.mark.unvalidated


class Asked:
    """Counts how often an answer is made."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Mapping[str, bytes]:
        self.times += 1
        return {"a": b"one", "b": b"two"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIALWRIGHT_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_the_same_question_is_answered_once(folder: Path) -> None:
    asked = Asked()
    first, second = remembered("q", asked), remembered("q", asked)
    assert first == second == {"a": b"one", "b": b"two"}
    assert asked.times == 1
    assert [path.name for path in folder.iterdir()] == ["q"]


@pytest.mark.parametrize("damage", ["changed", "missing", "added"])
def test_a_damaged_answer_is_made_anew(folder: Path, damage: str) -> None:
    asked = Asked()
    remembered("q", asked)
    if damage == "changed":
        (folder / "q" / "a").write_bytes(b"on3")
    elif damage == "missing":
        (folder / "q" / "b").unlink()
    else:
        (folder / "q" / "c").write_bytes(b"")
    assert remembered("q", asked) == {"a": b"one", "b": b"two"}
    assert asked.times == 2
    assert remembered("q", asked)["a"] == b"one"
    assert asked.times == 2


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("TRIALWRIGHT_CACHE", str(tmp_path / "file"))
    asked = Asked()
    assert remembered("q", asked)["a"] == b"one"
    assert remembered("q", asked)["a"] == b"one"
    assert asked.times == 2


def test_only_so_many_are_kept(folder: Path) -> None:
    for number in range(MOST_KEPT + 3):
        remembered(f"q{number}", Asked())
    assert len(list(folder.iterdir())) == MOST_KEPT


def test_the_users_cache_folder_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TRIALWRIGHT_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert where_kept() == tmp_path / "trialwright"


def test_a_key_tells_parts_apart() -> None:
    assert len({key_of(b"ab", b"c"), key_of(b"a", b"bc"), key_of(b"abc"), key_of(b"abc", b"")}) == 4


def test_changed_source_is_another_program() -> None:
    assert program_key("numerics/kinetics/*.py") != program_key("numerics/*.py")
