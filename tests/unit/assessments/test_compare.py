"""Recorded against calculated responses."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from trialwright.assessments.compare import compared

pytestmark = pytest.mark.independent("counted by hand")


def rows(*said: tuple[int, str], subject: str = "A") -> pl.DataFrame:
    start = date(2026, 1, 1)
    cells = [(subject, start + timedelta(days=day), code, "rule") for day, code in said]
    schema = {"USUBJID": pl.String, "ADT": pl.Date, "AVALC": pl.String, "RULEID": pl.String}
    return pl.DataFrame(cells, schema=schema, orient="row")


def test_pairs_lie_at_most_seven_days_apart_and_the_rest_stands_alone() -> None:
    found = compared(rows((42, "SD"), (84, "PD")), rows((49, "SD"), (92, "PD")))
    assert (found.pairs, found.agree) == (1, 1)
    assert found.shifts.rows() == [("-", "PD", 1), ("PD", "-", 1), ("SD", "SD", 1)]


def test_of_two_recorded_responses_near_one_the_nearer_is_its_partner() -> None:
    found = compared(rows((40, "SD"), (43, "PR")), rows((42, "PR")))
    assert found.shifts.rows() == [("PR", "PR", 1), ("SD", "-", 1)]


def test_kappa_of_a_table_counted_by_hand() -> None:
    # 2 of 4 alike; margins PD 2/1, SD 2/3: chance (2·1 + 2·3)/16 = 0.5, so kappa 0 for 2/4 and 0.5 for 3/4
    half = compared(
        rows((1, "PD"), (50, "PD"), (100, "SD"), (150, "SD")), rows((1, "PD"), (50, "SD"), (100, "SD"), (150, "SD"))
    )
    assert half.agree == 3
    assert half.kappa == pytest.approx((3 / 4 - 1 / 2) / (1 - 1 / 2))


def test_kappa_is_none_without_pairs_and_where_all_are_one_response() -> None:
    assert compared(rows(), rows((1, "SD"))).kappa is None
    assert compared(rows((1, "SD")), rows((1, "SD"))).kappa is None


def test_disagreements_name_the_rule() -> None:
    found = compared(rows((42, "SD")), rows((44, "PD")))
    assert found.disagreements.drop("ADT").rows() == [("A", "SD", "PD", "rule", 2)]
