"""The list of broken lines is in order, and its runner tells red, survived and error apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.canary.flock import CanaryError, Mutant, broken_text, check_sound, judge, judge_all, read_mutants

pytestmark = pytest.mark.unvalidated

ROW = '[[mutant]]\nid="a"\nmeaning="m"\nfile="f.py"\nold="1"\nnew="2"\ntests=["t"]\n'


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    root = tmp_path / "toy"
    (root / "src").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / "src" / "toy_sum.py").write_text(
        "def add(a, b):\n    return a + b\n\n\nUNUSED = 'never read'\n", encoding="utf-8"
    )
    (root / "tests" / "test_sum.py").write_text(
        "from toy_sum import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n", encoding="utf-8"
    )
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", encoding="utf-8")
    return root


def mutant(name: str, old: str, new: str, tests: str = "tests/test_sum.py") -> Mutant:
    return Mutant(name, "a toy", "src/toy_sum.py", old, new, (tests,))


def test_every_listed_line_stands_once_and_its_tests_exist(repository: Path) -> None:
    mutants = read_mutants(repository / "tests" / "canary" / "mutants.toml")
    assert mutants
    for each in mutants:
        assert broken_text(each, repository)
        for selection in each.tests:
            assert (repository / selection.split("::")[0]).exists(), f"{each.id}: no {selection}"


def test_red_survived_and_error_are_told_apart(toy: Path) -> None:
    flock = (
        mutant("sign", "a + b", "a - b"),
        mutant("unread", "never read", "still not"),
        mutant("absent", "a * b", "a / b"),
        mutant("twice", "a", "c"),
        mutant("no-test", "a + b", "a - b", "tests/test_nothing.py"),
        mutant("not-python", "return a + b", "return a +"),
    )
    check_sound(toy, toy.parent, flock[:2])
    assert [judge(toy, toy.parent / "work", each).verdict for each in flock] == [
        "red",
        "SURVIVED",
        "ERROR",
        "ERROR",
        "ERROR",
        "ERROR",
    ]
    assert "a + b" in (toy / "src" / "toy_sum.py").read_text(encoding="utf-8"), "the tree itself is never touched"


def test_a_tree_that_is_red_before_anything_is_broken_is_refused(toy: Path) -> None:
    (toy / "src" / "toy_sum.py").write_text("def add(a, b):\n    return 0\n", encoding="utf-8")
    with pytest.raises(CanaryError, match="fail on the unbroken tree"):
        list(judge_all(toy, (mutant("sign", "return 0", "return 1"),), jobs=1))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROW + ROW, "ids used twice: a"),
        (ROW.replace('meaning="m"\n', ""), "mutant 1 lacks meaning"),
        (ROW.replace('new="2"', 'new="1"'), "mutant a changes nothing"),
        (ROW + 'wy="x"\n', "unknown keys"),
    ],
)
def test_a_wrong_list_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "list.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CanaryError, match=message):
        read_mutants(tmp_path / "list.toml")
