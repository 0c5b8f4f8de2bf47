"""Competing risks that R cmprsk printed for the colon data, computed here from the same file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from trialwright.analysis import survival

pytestmark = pytest.mark.double_programmed("R 4.2.2: cmprsk 2.2-11, survival 3.5-3")


@dataclass(frozen=True)
class Colon:
    """One row a patient: time to recurrence (1), to death before it (2), or to the end of observation (0)."""

    table: pl.DataFrame
    expected: dict[str, dict[str, object]]


@pytest.fixture(scope="module")
def colon(shared_data: Path) -> Colon:
    folder = shared_data / "survival"
    rows = pl.read_csv(folder / "colon.csv")
    first = rows.filter(pl.col("etype") == 1).join(
        rows.filter(pl.col("etype") == 2).select("id", death="status", end="time"), on="id"
    )
    cause = pl.when(pl.col("status") == 1).then(1).when(pl.col("death") == 1).then(2).otherwise(0)
    time = pl.when(pl.col("status") == 0).then(pl.col("end")).otherwise(pl.col("time"))
    expected = json.loads((folder / "colon_expected_r.json").read_text(encoding="utf-8"))
    return Colon(first.select("rx", time=time, cause=cause), expected)


def test_the_events_are_counted_alike(colon: Colon) -> None:
    counts = {str(k): n for k, n in colon.table["cause"].value_counts().iter_rows()}
    assert counts == colon.expected["competing_counts"]


def test_incidences_and_aalens_variances(colon: Colon) -> None:
    theirs = colon.expected["cuminc"]
    found = survival.cumulative_incidence(
        colon.table["time"], colon.table["cause"], arm=colon.table["rx"], times=theirs["times"]
    )
    curves = {f"{g.level} {c.cause}": c for g in found.groups for c in g.causes}
    assert set(curves) == set(theirs["labels"])
    for label, estimate, variance in zip(theirs["labels"], theirs["est"], theirs["var"], strict=True):
        np.testing.assert_allclose(curves[label].cif, estimate, rtol=1e-13, atol=1e-15)
        np.testing.assert_allclose(curves[label].se ** 2, variance, rtol=1e-12, atol=1e-18)


def test_the_other_variance_differs_in_the_third_digit(colon: Colon) -> None:
    theirs = colon.expected["cuminc"]
    found = survival.cumulative_incidence(
        colon.table["time"], colon.table["cause"], arm=colon.table["rx"], times=theirs["times"], variance="greenwood"
    )
    curve = next(g for g in found.groups if g.level == "Obs").causes[0]
    ratio = curve.se**2 / np.array(theirs["var"][theirs["labels"].index("Obs 1")])
    assert (np.abs(ratio - 1) > 1e-3).all()
    assert (np.abs(ratio - 1) < 1e-2).all()


@pytest.mark.parametrize("place", [0, 1])
def test_grays_test(colon: Colon, place: int) -> None:
    theirs = colon.expected["cuminc"]["gray"]
    found = survival.gray(colon.table["time"], colon.table["cause"], colon.table["rx"], cause=theirs["cause"][place])
    assert found.chisq == pytest.approx(theirs["stat"][place], rel=1e-11)
    assert found.p == pytest.approx(theirs["p"][place], rel=1e-10)
    assert found.df == theirs["df"][place]


def test_fine_and_gray(colon: Colon) -> None:
    theirs = colon.expected["finegray_recurrence"]
    found = survival.fine_gray(
        colon.table["time"], colon.table["cause"], {"rx": colon.table["rx"]}, references={"rx": "Obs"}
    )
    assert [t.term for t in found.terms] == ["rxLev", "rxLev+5FU"]
    # cmprsk stops its search at a gradient of 1e-6, which leaves the last digits of its coefficients open.
    np.testing.assert_allclose([t.coef for t in found.terms], theirs["coef"], atol=1e-7)
    np.testing.assert_allclose([t.robust_se for t in found.terms], theirs["robust_se"], rtol=3e-7)
    assert found.loglik == pytest.approx((theirs["loglik_null"], theirs["loglik"]), rel=1e-12)


def test_taking_the_other_cause_as_censored_gives_the_cause_specific_hazard_not_this_one(colon: Colon) -> None:
    event = colon.table["cause"] == 1
    specific = survival.cox(
        colon.table["time"], event, {"rx": colon.table["rx"]}, references={"rx": "Obs"}, ties="breslow"
    )
    sub = survival.fine_gray(
        colon.table["time"], colon.table["cause"], {"rx": colon.table["rx"]}, references={"rx": "Obs"}
    )
    differences = [abs(a.coef - b.coef) for a, b in zip(specific.terms, sub.terms, strict=True)]
    assert all(1e-4 < d < 0.05 for d in differences)
