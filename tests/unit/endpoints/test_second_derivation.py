"""Random folders derived twice, by the program and by a slow derivation written apart from it; and laws that hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.unit.endpoints.slow import OS_RULES, PFS_RULES, RECORD_RULES, Facts, time_to_event
from tests.unit.endpoints.trial import OS, PFS, SURGCOMP, derived, folder, row, study
from trialwright.model.frames import Frames
from trialwright.model.result import Derived

pytestmark = pytest.mark.independent("a derivation one subject at a time, written from the censoring table")

T = TypeVar("T")
BEGIN = date(2024, 1, 31)
CODES = ("SD", "SD", "SD", "PR", "CR", "NED", "NE", "NON-CR/NON-PD", "PD")


@st.composite
def written(draw: st.DrawFn, low: int = -20, high: int = 420, partial: int = 6) -> str:
    """A date as text, now and then without its day or month."""
    day = (BEGIN + timedelta(days=draw(st.integers(low, high)))).isoformat()
    kind = draw(st.integers(0, partial * 3))
    return day[:4] if kind == 1 and partial < 20 else day[:7] if kind in (2, 3) else day


def some(each: st.SearchStrategy[T], most: int, by: Callable[[T], object] | None = None) -> st.SearchStrategy[list[T]]:
    return st.lists(each, max_size=most, unique_by=by)


def _month(day: str) -> str:
    return day[:7]


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    scope = st.sampled_from(["TREATMENT", "FOLLOW-UP", "DATA"])
    gone = draw(st.integers(0, 3)) == 0
    return Facts(
        allocated=(BEGIN + timedelta(days=draw(st.integers(0, 40)))).isoformat(),
        responses=draw(some(st.tuples(st.sampled_from(CODES), written(partial=30)), 7)),
        died=draw(st.one_of(st.just(""), written(low=5))),
        # of two rows that say the same neither decides, so that no two start in one month
        therapies=draw(some(written(low=5, partial=20), 2, by=_month)) if draw(st.booleans()) else [],
        lost=draw(some(written(low=0), 1)) if gone else [],
        withdrawn=draw(some(st.tuples(scope, written(low=0)), 2, by=lambda each: _month(each[1]))) if gone else [],
        alive=draw(some(written(), 2)),
        labs=draw(some(written(), 2)),
        doses=draw(some(written(high=100), 2)),
    )


STEPS = st.sampled_from([(42, "days", 7), (28, "days", 3), (3, "months", 14), (1, "months", 5)])


@settings(max_examples=80, report_multiple_bugs=False)
@given(st.lists(facts(), min_size=1, max_size=6), STEPS, st.integers(60, 430))
def test_both_derivations_agree(people: list[Facts], step: tuple[int, str, int], cut: int) -> None:
    text = "\n".join(person.line(f"S{number}") for number, person in enumerate(people))
    every = f"{step[0]} {step[1]}"
    when = {"after": "allocation", "first": every, "every": every}
    window = {"before": f"{step[2]} days", "after": f"{step[2]} days"}
    trial = study(PFS, OS, when=when, window=window)
    cutoff = BEGIN + timedelta(days=cut)
    result = derived(trial, folder(text), cutoff=cutoff)
    for number, person in enumerate(people):
        if date.fromisoformat(person.allocated) > cutoff:
            continue
        for endpoint, definition, rules in (
            ("PFS", "used", PFS_RULES),
            ("OS", "corrected", OS_RULES),
            ("OS", "record", RECORD_RULES),
        ):
            found = row(result, f"S{number}", endpoint, definition)
            expected = time_to_event(person, cutoff, rules, step[:2], (step[2], step[2]))
            assert (found["ADT"], found["AVAL"], found["CNSR"]) == expected, (person.line("S"), endpoint, definition)


def _keyed(result: Derived) -> dict[tuple[object, ...], dict[str, object]]:
    keys = ("USUBJID", "PARAMCD", "DEFID")
    return {tuple(found[key] for key in keys): found for found in result.adtte.iter_rows(named=True)}


@settings(max_examples=40)
@given(st.lists(facts(), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_laws_between_endpoints(people: list[Facts], chance: object) -> None:
    trial = study(PFS, OS, SURGCOMP)
    frames = folder("\n".join(person.line(f"S{number}") for number, person in enumerate(people)))
    cutoff = BEGIN + timedelta(days=400)
    result = derived(trial, frames, cutoff=cutoff)
    rows = _keyed(result)
    for (subject, endpoint, _), found in rows.items():
        if found["AVAL"] is None:
            continue
        assert found["ADT"] <= cutoff
        assert found["AVAL"] >= 1
        if endpoint != "PFS":
            continue
        alive = rows[subject, "OS", "corrected"]
        # loss of an event behind the end of observation may stop OS earlier than PFS's own evidence, never otherwise
        if alive["AVAL"] is not None and alive["CNSR"] != 5:
            assert found["ADT"] <= alive["ADT"] or found["CNSR"] == 0
        if found["RULEID"] == "PFS.death":
            assert (alive["CNSR"], alive["ADT"]) == (0, found["ADT"])
    assert (result.adsl["LSTALVDT"].drop_nulls() <= cutoff).all()


@settings(max_examples=25)
@given(st.lists(facts(), min_size=1, max_size=4), st.integers(0, 10**6))
def test_the_order_of_rows_changes_nothing(people: list[Facts], seed: int) -> None:
    trial = study(PFS, OS)
    frames = folder("\n".join(person.line(f"S{number}") for number, person in enumerate(people)))
    shuffled = frames
    for domain in list(frames.tables):
        shuffled = shuffled.replace(domain, frames[domain].sample(fraction=1.0, shuffle=True, seed=seed))
    first, second = derived(trial, frames), derived(trial, shuffled)
    for name in ("adsl", "adrs", "adtte", "sources"):
        assert getattr(first, name).equals(getattr(second, name)), name


def _without(frames: Frames, name: str) -> Frames:
    """The tables without one named row."""
    file, subject, *seq = name.removeprefix("row/").split(":")
    domain = file[:2].upper()
    frame = frames[domain]
    gone = pl.col("USUBJID") == subject
    if seq:
        gone = gone & (pl.col(f"{domain}SEQ") == int(seq[0]))
    return frames.replace(domain, frame.filter(~gone))


def _names(frames: Frames) -> list[str]:
    found = []
    for domain in frames.tables:
        seq = pl.format(":{}", f"{domain}SEQ") if domain != "DM" else pl.lit("")
        name = pl.concat_str(pl.lit(f"row/{domain.lower()}.csv:"), "USUBJID", seq)
        found += frames[domain].select(name).to_series().to_list()
    return found


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate], report_multiple_bugs=False)
@given(st.lists(facts(), min_size=1, max_size=2))
def test_named_rows_decide_and_unnamed_rows_do_not(people: list[Facts]) -> None:
    trial = study(PFS, OS)
    frames = folder("\n".join(person.line(f"S{number}") for number, person in enumerate(people)))
    cutoff = BEGIN + timedelta(days=400)
    whole = derived(trial, frames, cutoff=cutoff)
    before = _keyed(whole)
    named: dict[tuple[object, ...], set[str]] = {key: set() for key in before}
    for subject, endpoint, definition, name in whole.sources.select("USUBJID", "PARAMCD", "DEFID", "ROW").iter_rows():
        named[subject, endpoint, definition].add(name)
    for name in _names(frames):
        after = _keyed(derived(trial, _without(frames, name), cutoff=cutoff))
        for key, found in before.items():
            changed = after.get(key) != found
            assert changed == (name in named[key]), (name, key, found, after.get(key))
