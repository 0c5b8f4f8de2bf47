"""Rows a result rests on through calculated responses, worked out by hand for one subject each."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from trialwright.conduct.left_out import ROLE, with_lesions_named
from trialwright.conduct.outcomes import endpoints_from
from trialwright.conduct.studies import open_study
from trialwright.model.frames import Frames, frames_from_text
from trialwright.model.result import Derived

pytestmark = pytest.mark.independent("which rows decide is read off the sums by hand")

STUDY = open_study("nct05844813").study
START, CUTOFF = date(2026, 3, 2), date(2029, 3, 1)
Looks = dict[str, tuple[float, ...]]


def frames_of(looks: Looks, *, reviews: tuple[int, ...] = (), new: int | None = None) -> Frames:
    """One subject allocated on day 0, targets measured on days -7, 90, 180 …; TRSEQ counts lesion by lesion."""
    days = [-7, *range(90, 1000, 90)]
    rows = [(lesion, days[visit], size) for lesion, sizes in looks.items() for visit, size in enumerate(sizes)]
    tables = {
        "DM": {"USUBJID": ["1"], "SITEID": ["01"], "ARMCD": ["SURGERY"]},
        "DS": {"USUBJID": ["1"], "DSSEQ": ["1"], "DSCAT": ["PROTOCOL MILESTONE"], "DSDECOD": ["RANDOMIZED"],
               "DSSTDTC": [START.isoformat()]},
        "TU": {"TULNKID": [*looks, *(["N1"] if new is not None else [])],
               "TUORRES": ["TARGET"] * len(looks) + ["NEW"] * (new is not None),
               "TUDTC": [day_of(-7)] * len(looks) + ([day_of(new)] if new is not None else [])},
        "TR": {"TRLNKID": [each[0] for each in rows], "TRTESTCD": ["LDIAM"] * len(rows),
               "TRORRES": [str(each[2]) for each in rows], "TRORRESU": ["mm"] * len(rows),
               "TRDTC": [day_of(each[1]) for each in rows]},
    }  # fmt: skip
    if reviews:
        tables["FA"] = {"FATESTCD": ["LESREVEW"] * len(reviews), "FASTRESC": ["Y"] * len(reviews),
                        "FADTC": [day_of(day) for day in reviews]}  # fmt: skip
    for domain in ("TU", "TR", "FA"):
        if domain in tables:
            count = len(next(iter(tables[domain].values())))
            tables[domain] |= {"USUBJID": ["1"] * count, f"{domain}SEQ": [str(n + 1) for n in range(count)]}
    return frames_from_text({name: pl.DataFrame(table) for name, table in tables.items()}, "entered", study=STUDY.id)[0]


def day_of(day: int) -> str:
    return (START + timedelta(day)).isoformat()


def derived_of(frames: Frames, most: int = 10) -> Derived:
    known = frames.until(CUTOFF)
    derived = endpoints_from(STUDY, known, cutoff=CUTOFF)
    return with_lesions_named(STUDY, known, derived, cutoff=CUTOFF, most=most)


def scans_of(derived: Derived) -> set[str]:
    own = derived.sources.filter((pl.col("PARAMCD") == "PFS") & (pl.col("DEFID") == "corrected"))
    rows = own.select(pl.col("ROW").str.strip_prefix("row/").str.replace(".csv:1:", ":", literal=True))["ROW"]
    return {row for row in rows.to_list() if row[:2] in ("tr", "tu", "fa")}


def test_growth_that_needs_both_targets_rests_on_both_and_on_the_baseline() -> None:
    """80 → 85 → 110 mm; either target alone stays below 80 · 1.2."""
    found = derived_of(frames_of({"A": (50, 50, 70), "B": (30, 35, 40)}))
    assert scans_of(found) == {"tr:1", "tr:4", "tr:3", "tr:6", "tu:1", "tu:2"}


def test_growth_from_the_smallest_sum_rests_on_the_visit_that_had_it() -> None:
    """80 → 40 → 50 mm is growth from 40 alone: from 80 it would be a partial response."""
    found = derived_of(frames_of({"A": (40, 20, 25), "B": (40, 20, 25)}))
    assert scans_of(found) == {f"tr:{seq}" for seq in range(1, 7)} | {"tu:1", "tu:2"}


def test_growth_that_one_target_proves_does_not_rest_on_the_other() -> None:
    """60 → 130 mm, and 100 mm of one target are above 60 · 1.2 whatever the other measures."""
    found = derived_of(frames_of({"A": (30, 100), "B": (30, 30)}))
    assert scans_of(found) == {"tr:1", "tr:3", "tr:2", "tu:1", "tu:2"}


def test_a_censored_time_rests_on_the_last_scan_and_on_what_it_is_compared_with() -> None:
    """80 → 82 → 84 mm: the scan between changes nothing, because the baseline is the smallest sum."""
    found = derived_of(frames_of({"A": (50, 51, 52), "B": (30, 31, 32)}))
    assert scans_of(found) == {"tr:1", "tr:4", "tr:3", "tr:6", "tu:1", "tu:2"}


def test_a_new_lesion_is_a_progression_whatever_the_targets_do() -> None:
    """Only a baseline must be there; the targets of the scan and of those before it are not needed."""
    found = derived_of(frames_of({"A": (50, 50, 50)}, new=180))
    assert scans_of(found) == {"tr:1", "tu:1", "tu:2"}


def test_a_review_counts_where_the_scan_shows_nothing_else() -> None:
    idle = derived_of(frames_of({"A": (50, 50)}, reviews=(90,)))
    assert scans_of(idle) == {"tr:1", "tr:2", "tu:1"}


def test_one_figure_is_named_once_and_as_what_it_was_before() -> None:
    sources = derived_of(frames_of({"A": (50, 80)})).sources
    key = ["USUBJID", "PARAMCD", "DEFID", "ROW"]
    assert sources.select(key).is_unique().all()
    own = sources.filter((pl.col("PARAMCD") == "PFS") & (pl.col("DEFID") == "corrected"))
    roles = dict(own.select("ROW", "ROLE").iter_rows())
    assert roles["row/tr.csv:1:2"] == "event"
    assert roles["row/tr.csv:1:1"] == roles["row/tu.csv:1:1"] == ROLE


def test_of_very_many_subjects_the_deciding_row_alone_is_named_and_a_finding_says_so() -> None:
    frames = frames_of({"A": (50, 80)})
    found = derived_of(frames, most=0)
    assert scans_of(found) == {"tr:2"}
    assert [each.id for each in found.findings if each.where == "/assessments"] == ["T50"]


def test_a_study_of_recorded_responses_stays_as_it_is() -> None:
    study = open_study("nct07295132").study
    empty, _ = frames_from_text({"DM": pl.DataFrame({"USUBJID": ["1"], "SITEID": ["01"]})}, "entered", study=study.id)
    derived = endpoints_from(study, empty, cutoff=CUTOFF)
    assert with_lesions_named(study, empty, derived, cutoff=CUTOFF, most=10) is derived
