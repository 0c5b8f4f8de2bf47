"""A study file as plain data with the place of every part."""

from __future__ import annotations

import pytest
import ruamel.yaml

from tests.studies import EXAMPLE
from trialwright.protocol.plain import Plain
from trialwright.protocol.problems import StudyFileErrors
from trialwright.protocol.yaml_nodes import MAX_BYTES, MAX_DEPTH, read_tree
from trialwright.studies import FOLDER, SHIPPED

TEXTS = {"example": EXAMPLE, **{name: (FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in SHIPPED}}


def places(node: object, path: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], tuple[int, int]]:
    """Places of all keys and entries as ruamel's own loader has them."""
    found: dict[tuple[str | int, ...], tuple[int, int]] = {}
    if isinstance(node, ruamel.yaml.comments.CommentedMap):
        for key, value in node.items():
            line, column = node.lc.key(key)
            found[(*path, key)] = (line + 1, column + 1)
            found |= places(value, (*path, key))
    elif isinstance(node, ruamel.yaml.comments.CommentedSeq):
        for index, value in enumerate(node):
            line, column = node.lc.item(index)
            found[(*path, index)] = (line + 1, column + 1)
            found |= places(value, (*path, index))
    return found


def as_text(node: object) -> object:
    """Scalars as text, so that only structure and spelling are compared."""
    if isinstance(node, dict):
        return {str(key): as_text(value) for key, value in node.items()}
    if isinstance(node, list):
        return [as_text(value) for value in node]
    return str(node)


@pytest.mark.independent("ruamel.yaml, round-trip loader")
@pytest.mark.parametrize("name", TEXTS)
def test_every_part_has_the_place_another_loader_gives_it(name: str) -> None:
    expected = places(ruamel.yaml.YAML(typ="rt").load(TEXTS[name]))
    marks = dict(read_tree(TEXTS[name], name=name).marks)
    assert len(expected) > 300
    del marks[()]
    assert marks == expected


@pytest.mark.independent("ruamel.yaml, loader without types")
@pytest.mark.parametrize("name", TEXTS)
def test_the_data_are_those_another_loader_reads(name: str) -> None:
    loader = ruamel.yaml.YAML(typ="safe", pure=True)
    loader.Constructor = ruamel.yaml.constructor.BaseConstructor
    ours = as_text(read_tree(TEXTS[name], name=name).plain)
    assert ours == as_text(_flags(loader.load(TEXTS[name])))


def _flags(node: object) -> object:
    """The one change of spelling: a flag is True or False in Python."""
    if isinstance(node, dict):
        return {key: _flags(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_flags(value) for value in node]
    return {"true": True, "false": False}.get(str(node), node)


@pytest.mark.unvalidated
def test_numbers_keep_their_digits() -> None:
    plain = read_tree("a: 0.10\nb: 1.0\nc: 3", name="x").plain
    assert plain == {"a": "0.10", "b": "1.0", "c": 3}


@pytest.mark.unvalidated
def test_all_faults_of_scalars_and_keys_come_at_once() -> None:
    with pytest.raises(StudyFileErrors) as refused:
        read_tree("a: 0012\nb: {c: yes, c: 1}\n1: x\n", name="x")
    assert [(problem.line, problem.path) for problem in refused.value.problems] == [
        (1, "/a"),
        (2, "/b/c"),
        (2, "/b/c"),
        (3, "/"),
    ]


@pytest.mark.unvalidated
def test_a_fault_in_a_list_is_named_by_the_entrys_id_though_the_id_comes_later() -> None:
    with pytest.raises(StudyFileErrors) as refused:
        read_tree("arms:\n  - {ratio: 01, id: A}\n", name="x")
    assert refused.value.problems[0].path == "/arms/A/ratio"


def nested(depth: int) -> str:
    return "a: " + "[" * depth + "]" * depth


@pytest.mark.unvalidated
def test_depth_just_inside_and_just_outside_the_limit() -> None:
    inside: Plain = read_tree(nested(MAX_DEPTH), name="x").plain
    assert isinstance(inside, dict)
    with pytest.raises(StudyFileErrors, match="levels lie inside each other"):
        read_tree(nested(MAX_DEPTH + 1), name="x")


@pytest.mark.unvalidated
def test_size_just_inside_and_just_outside_the_limit() -> None:
    head = "a: 1 #"
    assert read_tree(head + "x" * (MAX_BYTES - len(head)), name="x").plain == {"a": 1}
    with pytest.raises(StudyFileErrors, match="the limit is 5 MB"):
        read_tree(head + "x" * (MAX_BYTES - len(head) + 1), name="x")


@pytest.mark.unvalidated
def test_size_is_counted_in_bytes() -> None:
    with pytest.raises(StudyFileErrors, match="the limit is 5 MB"):
        read_tree("a: 1 #" + "한" * (MAX_BYTES // 3 + 1), name="x")


@pytest.mark.unvalidated
def test_very_deep_nesting_ends_in_a_message_and_not_in_recursion() -> None:
    with pytest.raises(StudyFileErrors):
        read_tree(nested(20_000), name="x")


@pytest.mark.unvalidated
def test_on_is_a_key_and_no_flag() -> None:
    assert read_tree("when: {on: registration}", name="x").plain == {"when": {"on": "registration"}}
