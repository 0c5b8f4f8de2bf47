"""Study files under random changes: what does not count never changes the hash, and nothing crashes the loader."""

from __future__ import annotations

import json
import re
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.studies import EXAMPLE, OFFERED
from trialwright.errors import StudyError
from trialwright.protocol.canonical import sha256_of
from trialwright.protocol.lint import lint
from trialwright.protocol.load import load
from trialwright.protocol.plain import Plain
from trialwright.protocol.provenance import origins, silences, unreasoned
from trialwright.protocol.yaml_nodes import read_tree

pytestmark = pytest.mark.unvalidated

PLAIN: Final = read_tree(EXAMPLE, name="example.yaml").plain
BASE: Final = sha256_of(load(EXAMPLE, OFFERED))
WORDS: Final = sorted(set(re.findall(r"[A-Za-z_][A-Za-z_0-9-]*|\d+", EXAMPLE)))
JUNK: Final = (
    *"{}[]:,&*!|>'\"%@`#?-\t\n .~",
    "null",
    "{}",
    "[]",
    "0012",
    "1e400",
    "\x00",
    "\u2028",
    "ü",
    "한",
    "[[x]]",
)
TINY: Final = """\
language: 1
study: {id: x, title: Liver, version: 0.0.1, registry: {name: a, id: b}}
items: {d: {is: date, domain: DM, column: RFICDTC, ask: q}, c: {is: code, ask: q, values: {A: a}}}
time_points: {t: {item: d, gate: true}}
arms: [{id: A, label: a, role: single}]
inclusion: [{id: I1, text: x, met_when: {all: [{age: {at_least: 18}}, {item: c, equals: A}, {sex: F}]}}]
"""


def shuffled(part: Plain, draw: st.DrawFn, path: tuple[str, ...] = ()) -> Plain:
    """The same data with the keys of every mapping in another order, but for the gates, whose order counts."""
    if isinstance(part, list):
        return [shuffled(entry, draw, path) for entry in part]
    if not isinstance(part, dict):
        return part
    keys = list(part) if path == ("time_points",) else draw(st.permutations(list(part)))
    return {key: shuffled(part[key], draw, (*path, key)) for key in keys}


@st.composite
def reordered(draw: st.DrawFn) -> Plain:
    return shuffled(PLAIN, draw)


@given(reordered(), st.sampled_from([None, 1, 4]))
@settings(max_examples=25)
def test_order_of_keys_and_line_breaks_never_change_the_hash(plain: Plain, indent: int | None) -> None:
    assert sha256_of(load(json.dumps(plain, indent=indent), OFFERED)) == BASE


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(0, len(text) - 1)))
        match draw(st.sampled_from(["insert", "delete", "word", "line out", "line twice"])):
            case "insert":
                text = text[:place] + draw(st.sampled_from(JUNK)) + text[place:]
            case "delete":
                text = text[:place] + text[place + draw(st.integers(1, 6)) :]
            case "word":
                found = list(re.finditer(r"[A-Za-z_][A-Za-z_0-9-]*|\d+(\.\d+)?", text))
                if found:
                    word = found[draw(st.integers(0, len(found) - 1))]
                    text = text[: word.start()] + draw(st.sampled_from([*WORDS, *JUNK])) + text[word.end() :]
            case line:
                lines = text.split("\n")
                chosen = draw(st.integers(0, len(lines) - 1))
                text = "\n".join(
                    [*lines[:chosen], *([lines[chosen]] * (2 if line == "line twice" else 0)), *lines[chosen + 1 :]]
                )
    return text


def survives(text: str) -> None:
    """Load whatever it is: a study whose every view can be made, or a study error with places in the file."""
    try:
        study = load(text, OFFERED)
    except StudyError as refused:
        problems = getattr(refused, "problems", ())
        assert problems
        assert all(1 <= problem.line <= text.count("\n") + 2 and problem.path.startswith("/") for problem in problems)
    else:
        assert len(sha256_of(study)) == 64
        lint(study, OFFERED)
        assert set(unreasoned(study)) <= set(origins(study))
        silences(study)


@given(mutated(TINY))
@settings(max_examples=250)
def test_nothing_done_to_a_small_file_crashes_the_loader(text: str) -> None:
    survives(text)


@given(mutated(EXAMPLE))
@settings(max_examples=40)
def test_nothing_done_to_a_large_file_crashes_the_loader(text: str) -> None:
    survives(text)


@given(st.text(max_size=60))
@settings(max_examples=150)
def test_no_text_whatever_crashes_the_loader(text: str) -> None:
    survives(text)
