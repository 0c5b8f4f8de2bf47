"""One date edited, one row deleted: everything that rests on it changes, and not a leaf beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from tests.e2e.test_causal_trace import row_ids
from tests.e2e.trials import Ran, Tables, edited, invented, text_tables, with_the_demo_set

pytestmark = [
    pytest.mark.independent("the rows edited, and the edges that rest on them, are found without the derivation"),
    pytest.mark.slow,
    pytest.mark.xdist_group("leaf by leaf"),
]

LATER = timedelta(days=45)


@dataclass(frozen=True)
class Death:
    """A death after documented progression, and the day it is moved to."""

    subject: str
    day: date

    @property
    def moved(self) -> date:
        """Some weeks later."""
        return self.day + LATER


def seen_dead(tables: Tables, cutoff: date) -> Iterator[Death]:
    """Deaths known to the day, documented progression before them, and other deaths in the weeks after them."""
    progressed = set(tables["RS"].filter(pl.col("RSORRES") == "PD")["USUBJID"])
    dead = tables["DM"].filter(pl.col("DTHDTC").str.len_chars() == 10, pl.col("USUBJID").is_in(list(progressed)))
    for subject, day in dead.select("USUBJID", "DTHDTC").iter_rows():
        death = Death(subject, date.fromisoformat(day))
        if death.moved < cutoff:
            yield death


def with_death_moved(tables: Tables, death: Death) -> Tables:
    """The tables with the death on its later day in every row that dates it."""
    rows = {
        "DM": ("DTHDTC", pl.col("DTHFL") == "Y"),
        "DS": ("DSSTDTC", pl.col("DSDECOD") == "DEATH"),
        "SS": ("SSDTC", pl.col("SSORRES") == "DEAD"),
    }
    changed = dict(tables)
    for domain, (column, told) in rows.items():
        here = told & (pl.col("USUBJID") == death.subject)
        assert changed[domain].filter(here)[column].to_list() == [death.day.isoformat()], domain
        moved = pl.when(here).then(pl.lit(death.moved.isoformat())).otherwise(column).alias(column)
        changed[domain] = changed[domain].with_columns(moved)
    return changed


def leaves(value: object, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    """Every leaf of an object by its path; entries of a list that have an id stand under it."""
    parts: list[tuple[str, object]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        named = path == ("results",)
        parts = [(each["id"] if named else str(number), each) for number, each in enumerate(value)]
    if not parts:
        return {path: value}
    return {key: leaf for name, part in parts for key, leaf in leaves(part, (*path, name)).items()}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return invented(tmp_path_factory.mktemp("leaf") / "seed7", seed=7)


@pytest.fixture(scope="module")
def death(before: Ran) -> Death:
    """The first one whose later day lies behind that of other deaths, so that ranks change."""
    times = {entry["id"]: entry for entry in before.results["results"] if entry["id"].startswith("OS/SIM")}
    for found in seen_dead(text_tables(before.data), before.cutoff):
        mine = times[f"OS/{found.subject}"]["value"]
        if any(e["status"] == "event" and mine < e["value"] < mine + LATER.days for e in times.values()):
            return found
    raise AssertionError("nobody dies so in this trial; take another seed")


@pytest.fixture(scope="module")
def after(before: Ran, death: Death, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    place = tmp_path_factory.mktemp("leaf") / "edited"
    return edited(before, place, lambda tables: with_death_moved(tables, death))


@pytest.fixture(scope="module")
def changed(before: Ran, after: Ran) -> set[tuple[str, ...]]:
    old, new = leaves(before.results), leaves(after.results)
    assert old.keys() == new.keys()
    return {path for path, leaf in old.items() if new[path] != leaf}


def test_the_subjects_survival_changes_by_the_days_moved(before: Ran, after: Ran, death: Death) -> None:
    entry, later = (
        next(e for e in ran.results["results"] if e["id"] == f"OS/{death.subject}") for ran in (before, after)
    )
    assert entry["status"] == later["status"] == "event"
    assert later["value"] - entry["value"] == LATER.days


def test_only_what_rests_on_the_death_changes(before: Ran, death: Death, changed: set[tuple[str, ...]]) -> None:
    subject = f"OS/{death.subject}"
    resting = {start for start, end in before.results["edges"] if end == subject}
    touched = {path[1] for path in changed if path[0] == "results"}
    assert touched - resting == {subject}
    assert {path for path in changed if path[0] != "results"} == {
        ("inputs", file) for file in ("dm.csv", "ds.csv", "ss.csv", "study.json")
    }


def test_of_the_subject_only_the_value_changes(death: Death, changed: set[tuple[str, ...]]) -> None:
    assert {path for path in changed if path[1].endswith(death.subject)} == {
        ("results", f"OS/{death.subject}", "value")
    }


def test_the_comparison_that_rests_on_it_changes(changed: set[tuple[str, ...]]) -> None:
    """Its order among the deaths is another one, so rank statistics cannot stay."""
    for figure in ("OS/hr", "OS/chisq_logrank", "OS/p_logrank", "OS/p_cox"):
        assert ("results", figure, "value") in changed


def test_results_name_the_hash_of_every_file_read(before: Ran) -> None:
    files = {path.name for path in before.data.iterdir() if path.suffix in (".csv", ".json")}
    assert before.results["inputs"] == {
        name: hashlib.sha256((before.data / name).read_bytes()).hexdigest() for name in files
    }


def test_another_seed_gives_other_figures(before: Ran, tmp_path: Path) -> None:
    other = invented(tmp_path / "seed8", seed=8, study=str(with_the_demo_set(tmp_path)))
    for figure in ("PFS/hr", "OS/hr", "PFS/median", "R0/rate"):
        mine, theirs = (
            next(e["value"] for e in ran.results["results"] if e["id"] == figure) for ran in (before, other)
        )
        assert mine != theirs, figure
    assert not set(before.results["inputs"].values()) & set(other.results["inputs"].values())


def test_without_the_scan_that_showed_progression_the_result_is_another_one(before: Ran, tmp_path: Path) -> None:
    """The row is found by the run's own edges and deleted from the folder."""
    content = before.results
    entry = next(e for e in content["results"] if e["id"].startswith("PFS/SIM") and e["source"].startswith("RS:")
                 and e["status"] == "event")  # fmt: skip
    row = f"row/rs.csv:{entry['id'].split('/')[1]}:{entry['source'].split(':')[1]}"
    assert [entry["id"], row] in content["edges"]

    def dropped(tables: Tables) -> Tables:
        return {**tables, "RS": tables["RS"].filter(row_ids("RS", tables["RS"]) != row)}

    again = edited(before, tmp_path / "without", dropped)
    assert text_tables(again.data)["RS"].height == text_tables(before.data)["RS"].height - 1
    later = next(e for e in again.results["results"] if e["id"] == entry["id"])
    assert (later["value"], later["source"]) != (entry["value"], entry["source"])
    others = {e["id"]: e for e in content["results"] if "/SIM" in e["id"] and not e["id"].endswith(row.split(":")[1])}
    assert others == {e["id"]: e for e in again.results["results"] if e["id"] in others}
