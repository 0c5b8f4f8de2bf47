"""Elimination rates among the results: every subject, every sample, the clause."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from tests.unit.report.marker_kit import figures, with_rates
from trialwright.model.dossier import Dossier
from trialwright.report.figure_edges import figure_edges
from trialwright.report.marker_results import MOST_LISTED, marker_edges, marker_results

pytestmark = pytest.mark.unvalidated


def test_each_subject_is_a_result_or_says_why_not(by_arm: Dossier) -> None:
    dossier = with_rates(by_arm)
    marker = dossier.study.markers[0].id
    found = marker_results(dossier)
    assert found["id"].to_list() == [f"{marker}/{who}" for who in "ABCDEF"]
    assert found.row(0)[2:] == ("0.09", "0.06", "0.13", "per day", "estimated", None, "FAVOURABLE", "unverified")
    assert found.row(4)[6:8] == ("not estimable", "2 usable values, 3 are due")


def test_a_rate_rests_on_its_samples_and_its_clause(by_arm: Dossier) -> None:
    dossier = with_rates(by_arm)
    marker = dossier.study.markers[0].id
    below = [end for start, end in marker_edges(dossier).iter_rows() if start == f"{marker}/B"]
    assert below == ["row/lb.csv:B:1", "row/lb.csv:B:2", "row/lb.csv:B:3", f"clause/markers/{marker}"]


def test_a_set_fitted_in_the_run_rests_on_all_samples(by_arm: Dossier) -> None:
    dossier = with_rates(by_arm, fitted_subjects=4)
    marker = dossier.study.markers[0].id
    pairs = set(marker_edges(dossier).iter_rows())
    assert (f"{marker}/D", f"group/{marker}-samples") in pairs
    assert {end for start, end in pairs if start == f"group/{marker}-samples"} == {
        "row/lb.csv:A:1", "row/lb.csv:B:1", "row/lb.csv:B:2", "row/lb.csv:B:3",
    }  # fmt: skip


def test_pictures_rest_on_the_rates_they_show(by_arm: Dossier) -> None:
    dossier = with_rates(by_arm)
    marker = dossier.study.markers[0].id
    part = marker.replace("_", "-")
    pairs = list(figure_edges(dossier, [f"kinetics-{part}-subject", f"kinetics-{part}-cohort"]).iter_rows())
    assert [end for start, end in pairs if start.endswith("subject")] == [f"clause/markers/{marker}", f"{marker}/B"]
    assert [end for start, end in pairs if start.endswith("cohort")][1:] == [f"{marker}/{who}" for who in "ABCD"]


def test_of_very_many_subjects_the_table_alone_holds_the_rates(by_arm: Dossier) -> None:
    one = figures("x").rows
    dossier = with_rates(by_arm, rows=pl.concat([one] * (MOST_LISTED // 6 + 1)))
    part = dossier.study.markers[0].id.replace("_", "-")
    assert marker_results(dossier).is_empty()
    assert marker_edges(dossier).is_empty()
    clause = f"clause/markers/{dossier.study.markers[0].id}"
    assert figure_edges(dossier, [f"kinetics-{part}-subject"])["to"].to_list() == [clause]


def test_without_rates_there_are_none(by_arm: Dossier) -> None:
    empty = replace(by_arm, markers={})
    assert marker_results(empty).is_empty()
    assert marker_edges(empty).is_empty()
