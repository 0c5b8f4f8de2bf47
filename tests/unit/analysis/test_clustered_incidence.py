"""Incidence and hazard ratio of lesions: the lesions of one subject are never so many subjects."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from trialwright.analysis.clustered_incidence import clustered_incidence
from trialwright.analysis.incidence import cumulative_incidence
from trialwright.analysis.method import Request
from trialwright.analysis.methods import lesion_cox, lesion_incidence
from trialwright.dates import Duration
from trialwright.errors import NumericsError
from trialwright.model.endpoint import Analysis

pytestmark = pytest.mark.independent("doubled lesions and single clusters, where the answer is known")

RNG = np.random.default_rng(8)
TIME = np.round(RNG.exponential(200.0, 40)).clip(1.0)
CAUSE = RNG.integers(0, 3, 40)
WHOSE = [f"S{number // 2}" for number in range(40)]


def lesions(copies: int = 1) -> pl.DataFrame:
    """Lesions of forty subjects, each lesion so many times."""
    rows = [
        (f"S{n:02d}", f"T{copy}", float(t), int(c == 1), int(c), "A" if n % 2 else "B", None)
        for n, (t, c) in enumerate(zip(TIME, CAUSE, strict=True))
        for copy in range(copies)
    ]
    names = ["USUBJID", "LESION", "TIME", "EVENT", "CAUSE", "ARM", "STRATUM"]
    return pl.DataFrame(rows, schema=names, orient="row")


def asked(rows: pl.DataFrame, method: str, **keys: object) -> Request:
    analysis = Analysis.model_construct(id="one", endpoint="LTPL", method=method, role="supporting", **keys)
    return Request("LTPL", "LTPL", "used", "all", analysis, rows)


def test_the_estimate_is_that_of_all_rows_and_the_error_that_of_the_clusters() -> None:
    found = clustered_incidence(TIME, CAUSE, WHOSE, times=[150.0, 300.0])
    plain = cumulative_incidence(TIME, CAUSE, times=[150.0, 300.0], variance="greenwood").groups[0].causes[0]
    assert found is not None
    assert (found.n, found.clusters) == (40, 20)
    np.testing.assert_allclose(found.cif, plain.cif)
    assert (np.abs(found.se - plain.se) > 1e-4).all()


def test_a_row_without_an_owner_is_refused() -> None:
    with pytest.raises(NumericsError, match="whose"):
        clustered_incidence([1.0, 2.0], [1, 0], ["A", None])


def test_without_the_event_there_is_no_curve() -> None:
    assert clustered_incidence([1.0, 2.0], [2, 0], ["A", "B"]) is None


@pytest.mark.parametrize(("method", "figure"), [(lesion_incidence, "cif"), (lesion_cox, "hr")])
def test_lesions_doubled_within_subjects_move_no_limit(method: object, figure: str) -> None:
    limits = []
    for copies in (1, 2):
        keys: dict[str, object] = {"tau": Duration.parse("300 days")}
        keys |= {"compare": ("A", "B"), "settings": {"ties": "breslow"}} if figure == "hr" else {}
        estimates = method.METHOD.estimate(asked(lesions(copies), method.METHOD.id, **keys))  # type: ignore[attr-defined]  # a module of the folder
        one = next(each for each in estimates.results if each.id == f"LTPL/{figure}")
        assert one.n == 40
        assert one.rests_on[:copies] == tuple(f"LTPL/S00/T{copy}" for copy in range(copies))
        limits.append((one.value, one.low, one.high))
    assert limits[0] == pytest.approx(limits[1], rel=1e-6)


def test_counts_tell_lesions_and_subjects_apart() -> None:
    results = lesion_incidence.METHOD.estimate(
        asked(lesions(3), "lesion-incidence", tau=Duration.parse("300 days"))
    ).results
    counts = {each.id.removeprefix("LTPL/"): each.value for each in results if each.method == "count"}
    events = int((CAUSE == 1).sum())
    assert counts == {"n_subjects": 40, "n_lesions": 120, "n_events": 3 * events, "n_subjects_with_event": events}


def test_one_subject_alone_has_an_incidence_and_no_limits() -> None:
    rows = (
        lesions(3).filter(pl.col("USUBJID") == "S00").with_columns(EVENT=1, CAUSE=1, TIME=pl.Series([5.0, 9.0, 400.0]))
    )
    results = lesion_incidence.METHOD.estimate(asked(rows, "lesion-incidence", tau=Duration.parse("300 days"))).results
    one = next(each for each in results if each.id == "LTPL/cif")
    assert one.value == pytest.approx(2 / 3)
    assert (one.low, one.high) == (None, None)


def test_an_arm_of_one_subject_has_no_hazard_ratio() -> None:
    rows = lesions(2).filter((pl.col("ARM") == "A") | (pl.col("USUBJID") == "S00"))
    results = lesion_cox.METHOD.estimate(asked(rows, "lesion-cox", compare=("A", "B"))).results
    assert {each.status for each in results} == {"not estimable"}
