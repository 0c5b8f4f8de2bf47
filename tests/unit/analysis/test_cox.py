"""The public face of Cox's model."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from statsmodels.duration.hazard_regression import PHReg

from tests.oracles import OVARIAN, cox_rows
from trialwright.analysis.survival import cox, cox_zph, logrank
from trialwright.errors import EstimationError, NumericsError

pytestmark = pytest.mark.independent("statsmodels PHReg; R survival 3.5-3 for the ovarian figures")


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("late", [False, True])
def test_against_statsmodels(ties: str, late: bool) -> None:
    time, event, x, entry = cox_rows(41, 120)
    stratum = np.random.default_rng(1).integers(0, 3, 120)
    # Half a day off the exits, because it counts a subject that enters at an event time as at risk there.
    entry = np.maximum(entry + 0.5, 0.0) if late else None
    theirs = PHReg(time, x, status=event, ties=ties, strata=stratum, entry=entry).fit(disp=False)
    found = cox(time, event, {"arm": x[:, 0], "age": x[:, 1]}, strata=stratum, entry=entry, ties=ties)
    assert [t.coef for t in found.terms] == pytest.approx(theirs.params, abs=1e-6)
    assert found.loglik[1] == pytest.approx(theirs.llf, abs=1e-6)
    assert [t.se for t in found.terms] == pytest.approx(theirs.bse, abs=1e-6)


def test_ovarian_figures() -> None:
    found = cox(OVARIAN[:, 0], OVARIAN[:, 1], {"rx": OVARIAN[:, 2]})
    (term,) = found.terms
    assert (term.hr, term.lower, term.upper) == pytest.approx((0.550801907277936, 0.17432073353539, 1.74037095248581))
    assert (found.score, found.wald, found.lrt) == pytest.approx((1.06273986129141, 1.03225146722768, 1.05145314884901))
    assert found.p_of("lrt") == pytest.approx(0.305178, abs=1e-5)


def test_text_becomes_a_factor_whose_reference_is_the_first_by_alphabet() -> None:
    rng = np.random.default_rng(3)
    time, cell = rng.permutation(60) + 1.0, rng.choice(["squamous", "adeno", "large"], 60)
    found = cox(time, np.ones(60), {"cell": cell})
    assert [t.term for t in found.terms] == ["celllarge", "cellsquamous"]
    other = cox(time, np.ones(60), {"cell": cell}, references={"cell": "squamous"})
    assert [t.term for t in other.terms] == ["celladeno", "celllarge"]
    assert other.terms[0].coef == pytest.approx(-found.terms[1].coef)
    assert other.loglik == pytest.approx(found.loglik)


def test_naming_a_reference_makes_a_factor_of_codes() -> None:
    time, code = np.arange(1.0, 31.0), np.tile([1, 2, 10], 10)
    assert [t.term for t in cox(time, np.ones(30), {"stage": code}).terms] == ["stage"]
    found = cox(time, np.ones(30), {"stage": code}, references={"stage": "2"})
    assert [t.term for t in found.terms] == ["stage1", "stage10"]


def test_rows_with_a_missing_covariate_are_left_out_of_this_model_and_counted() -> None:
    time, event, x, _ = cox_rows(42)
    age = x[:, 1].copy()
    age[[3, 9]] = np.nan
    found = cox(time, event, {"arm": x[:, 0], "age": pl.Series(age, nan_to_null=True)})
    assert (found.n, {d.reason: d.n for d in found.dropped}) == (48, {"missing age": 2})
    assert cox(time, event, {"arm": x[:, 0]}).n == 50


def test_an_arm_without_events_is_not_estimable_but_the_tests_stand() -> None:
    time, event, arm = np.arange(1, 21), np.tile([1, 0], 10), ["A", "B"] * 10
    found = cox(time, event, {"arm": arm})
    (term,) = found.terms
    assert (term.coef, term.hr, term.p, term.status) == (None, None, None, "infinite")
    assert not found.is_estimable
    assert "armB" in found.reason
    assert found.wald is None
    assert found.score == pytest.approx(logrank(time, event, arm).chisq)
    assert found.p_of("lrt") < 0.001
    with pytest.raises(EstimationError, match="armB"):
        cox_zph(found)


def test_no_events_are_an_error_of_estimation() -> None:
    with pytest.raises(EstimationError, match="hold none"):
        cox([1, 2], [0, 0], {"arm": ["A", "B"]})


def test_a_factor_with_one_level_is_an_error_of_estimation() -> None:
    with pytest.raises(EstimationError, match="one level only"):
        cox([1, 2], [1, 1], {"arm": ["A", "A"]})


def test_robust_limits_and_wald_rest_on_the_robust_error() -> None:
    time, event, x, _ = cox_rows(43)
    given = {"arm": x[:, 0], "age": x[:, 1]}
    plain, robust = cox(time, event, given), cox(time, event, given, robust=True)
    term = robust.terms[0]
    assert (term.coef, term.se) == (plain.terms[0].coef, plain.terms[0].se)
    assert np.log(term.upper / term.hr) == pytest.approx(1.959963984540054 * term.robust_se)
    assert robust.wald != pytest.approx(plain.wald, rel=1e-3)
    assert (robust.score, robust.lrt) == (plain.score, plain.lrt)


def test_a_factor_is_one_term_of_the_drift_test() -> None:
    time, event, x, _ = cox_rows(44, 90)
    cell = np.random.default_rng(0).choice(["a", "b", "c"], 90)
    found = cox_zph(cox(time, event, {"arm": x[:, 0], "cell": cell}))
    assert [(t.term, t.df) for t in (*found.terms, found.overall)] == [("arm", 1), ("cell", 2), ("GLOBAL", 3)]
    assert list(found.to_dict()) == ["terms", "global"]


def test_shape() -> None:
    time, event, x, _ = cox_rows(45)
    shape = cox(time, event, {"arm": x[:, 0]}).to_dict()
    assert list(shape) == ["terms", "loglik", "score", "wald", "lrt", "n", "events"]
    assert list(shape["terms"][0]) == ["term", "coef", "se", "robust_se", "hr", "lower", "upper", "p"]


def test_the_unit_of_a_covariate_changes_the_coefficient_and_breaks_nothing() -> None:
    time, event, x, _ = cox_rows(41, 120)
    coarse, fine = (cox(time, event, {"x": x[:, 1] * unit}).terms[0] for unit in (1.0, 1e-6))
    assert fine.coef == pytest.approx(coarse.coef * 1e6, rel=1e-9)
    assert fine.p == pytest.approx(coarse.p)
    huge = cox(time, event, {"x": x[:, 1] * 1e-12 * np.sign(coarse.coef)}).terms[0]
    assert (huge.status, huge.hr, huge.upper) == ("estimated", None, None)
    assert huge.p == pytest.approx(coarse.p)


def test_what_is_no_covariate_is_refused() -> None:
    with pytest.raises(NumericsError, match="no covariate"):
        cox([1, 2], [1, 1], {})
    with pytest.raises(NumericsError, match="'cell'"):
        cox([1, 2], [1, 1], {"arm": ["A", "B"]}, references={"cell": "x"})
    with pytest.raises(NumericsError, match="does not occur"):
        cox([1, 2], [1, 1], {"arm": ["A", "B"]}, references={"arm": "C"})
    with pytest.raises(NumericsError, match="age has 1 rows"):
        cox([1, 2], [1, 1], {"age": [50.0]})


def test_a_column_of_names_is_no_factor() -> None:
    with pytest.raises(NumericsError, match="300 levels"):
        cox(np.arange(300), np.ones(300), {"name": [f"s{i}" for i in range(300)]})
