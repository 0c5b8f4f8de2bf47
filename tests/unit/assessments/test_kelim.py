"""Rates, classes and probabilities of patients: worked figures, and prints that never contradict a class."""

from __future__ import annotations

import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.assessments.kelim import ROW_SCHEMA, KelimOptions, kelim_rows, population_of
from trialwright.assessments.marker_series import prepare_series
from trialwright.assessments.series_rules import SeriesRules
from trialwright.errors import InputError
from trialwright.model.kelim_words import class_words, shown_probability, shown_ratio
from trialwright.model.parameter_set import ParameterSet, SetUse, status_of

DEMO = {
    "id": "demo", "version": "1.0.0", "status": "demo", "marker": "CA125", "unit": "U/mL",
    "structural_model": "biexponential", "theta": {"kelim": 0.06, "beta": 0.04, "kprod": 6, "ca0": 500},
    "omega": {"kelim": 0.45, "beta": 0.6, "kprod": 1.0, "ca0": 1.2}, "error": {"type": "log_additive", "sigma": 0.2},
    "cutoff": {"value": 0.06, "origin": "demo"}, "setting": {"line": "any", "regimen": "none"},
    "provenance": {"citation": "invented"},
}  # fmt: skip
WORKED = {
    "P2": ((0, "850"), (21, "640"), (42, "470"), (63, "350")),
    "P4": ((0, "410"), (22, "180"), (44, "90")),
    "P8": ((5, "2600"), (26, "1500"), (47, "800"), (68, "430"), (89, "240")),
}
FIGURES = {  # objective, KELIM, SD of ln KELIM; posterior low, high, probability
    "P2": (2.170133, 0.0349461, 0.4229, 0.0172, 0.0591, 0.047),
    "P4": (0.134860, 0.0531717, 0.3168, 0.0338, 0.0858, 0.255),
    "P8": (2.309572, 0.0307198, 0.1224, 0.0256, 0.0428, 0.005),
}


def used(**changes: object) -> SetUse:
    plain = {**DEMO, **changes}
    if "cutoff" in changes:
        plain["status"] = "transcribed"
    return status_of(ParameterSet.model_validate_json(json.dumps(plain)), None)


def samples(patients: dict[str, tuple[tuple[int, str], ...]] | None = None) -> pl.DataFrame:
    rows = [
        (f"{name}:{place}", name, day, value, "U/mL")
        for name, series in (patients or WORKED).items()
        for place, (day, value) in enumerate(series)
    ]
    return pl.DataFrame(rows, schema=["ROW", "USUBJID", "DAY", "VALUE", "UNIT"], orient="row")


def rows(use: SetUse, options: KelimOptions | None = None, covariates: pl.DataFrame | None = None) -> pl.DataFrame:
    return kelim_rows(prepare_series(samples(), SeriesRules()), use, options or KelimOptions(), covariates)


@pytest.mark.independent("two implementations written apart from the program, agreeing in seven digits")
def test_the_worked_patients_have_the_worked_figures() -> None:
    found = rows(used())
    assert dict(found.schema) == dict(ROW_SCHEMA)
    for row in found.iter_rows(named=True):
        objective, rate, sd, *_ = FIGURES[row["USUBJID"]]
        assert row["OBJECTIVE"] == pytest.approx(objective, abs=1e-6)
        assert row["KELIM_PER_DAY"] == pytest.approx(rate, rel=1e-5)
        assert row["STD_KELIM"] == pytest.approx(rate / 0.06, rel=1e-5)
        assert row["SD_LN_KELIM"] == pytest.approx(sd, abs=1e-4)
        assert (row["CLASS"], row["UNCERTAINTY"], row["N_MODES"]) == ("UNFAVOURABLE", "laplace", 1)


@pytest.mark.independent("two implementations written apart from the program, agreeing in seven digits")
def test_the_worked_patients_have_the_worked_posteriors() -> None:
    for row in rows(used(), KelimOptions(posterior=True, seed=1)).iter_rows(named=True):
        _, rate, _, low, high, probability = FIGURES[row["USUBJID"]]
        assert row["KELIM_PER_DAY"] == pytest.approx(rate, rel=1e-5)
        assert row["KELIM_LOW"] == pytest.approx(low, rel=0.04)
        assert row["KELIM_HIGH"] == pytest.approx(high, rel=0.04)
        assert abs(row["P_FAVOURABLE"] - probability) < 0.001 + 4 * row["P_ERROR"]
        assert row["UNCERTAINTY"] == "posterior"


@pytest.mark.unvalidated
def test_a_patient_keeps_her_figures_whoever_else_is_in_the_table() -> None:
    options = KelimOptions(posterior=True, seed=5)
    alone = kelim_rows(prepare_series(samples({"P4": WORKED["P4"]}), SeriesRules()), used(), options)
    among = rows(used(), options).filter(pl.col("USUBJID") == "P4")
    assert alone.equals(among)


@pytest.mark.unvalidated
def test_without_a_cutoff_there_is_no_class() -> None:
    for options in (KelimOptions(), KelimOptions(posterior=True)):
        found = rows(used(cutoff=None), options)
        assert found.select("STD_KELIM", "CLASS", "P_FAVOURABLE").null_count().row(0) == (3, 3, 3)
        assert found["KELIM_LOW"].null_count() == 0


@pytest.mark.unvalidated
@pytest.mark.parametrize(("above", "word"), [(0.0, "FAVOURABLE"), (1e-12, "UNFAVOURABLE")])
def test_the_unrounded_ratio_decides(above: float, word: str) -> None:
    rate = rows(used())["KELIM_PER_DAY"][1]
    found = rows(used(cutoff={"value": rate * (1 + above), "origin": "published"}))
    assert found["CLASS"][1] == word


@pytest.mark.unvalidated
def test_a_class_less_probable_than_the_other_is_flagged() -> None:
    # P2: the mode lies above the median of the posterior, so just above the median the two disagree
    found = rows(used(cutoff={"value": 0.0345, "origin": "published"}), KelimOptions(posterior=True))
    row = found.row(0, named=True)
    assert row["CLASS"] == "FAVOURABLE"
    assert row["P_FAVOURABLE"] < 0.5
    assert "class_below_half" in row["FLAGS"]


@pytest.mark.unvalidated
def test_a_rate_faster_than_plausible_is_flagged() -> None:
    fast = samples({"F": ((0, "9000"), (7, "1500"), (14, "300"), (21, "60"))})
    found = kelim_rows(prepare_series(fast, SeriesRules()), used(), KelimOptions())
    assert found["KELIM_PER_DAY"][0] > 0.15
    assert found["FLAGS"][0].to_list() == ["implausible_rate"]
    assert "implausible_rate" not in rows(used())["FLAGS"].explode().drop_nulls().to_list()


@pytest.mark.unvalidated
def test_two_modes_are_both_given() -> None:
    wide = used(
        omega={"kelim": 1.5, "beta": 1.5, "kprod": 1.0, "ca0": 1.2}, cutoff={"value": 0.06, "origin": "published"}
    )
    early = samples({"R": ((0, "50"), (7, "151"), (14, "157"), (28, "126"), (56, "73"), (84, "41"))})
    row = kelim_rows(prepare_series(early, SeriesRules()), wide, KelimOptions()).row(0, named=True)
    assert row["N_MODES"] == 2
    assert "multimodal" in row["FLAGS"]
    assert row["OTHER_MODE_PER_DAY"] < 0.06 < row["KELIM_PER_DAY"], "on either side of the cutoff"


@pytest.mark.unvalidated
def test_covariates_move_typical_values() -> None:
    effect = {"name": "AGE", "on": "kelim", "slope": math.log(2.0) / 10, "centre": 60.0}
    moved = used(covariates=[effect])
    ages = pl.DataFrame({"USUBJID": ["P8", "P2"], "AGE": [60.0, 70.0]})
    found = rows(moved, covariates=ages)
    plain = rows(used())
    faster = rows(used(theta={"kelim": 0.12, "beta": 0.04, "kprod": 6, "ca0": 500}))
    assert found["KELIM_PER_DAY"][0] == pytest.approx(faster["KELIM_PER_DAY"][0], rel=1e-9)
    assert found["KELIM_PER_DAY"][2] == pytest.approx(plain["KELIM_PER_DAY"][2], rel=1e-9)
    assert (found["STATUS"][1], found["REASON"][1]) == ("NOT CALCULABLE", "a covariate of the parameter set is missing")
    with pytest.raises(InputError, match="asks for AGE"):
        rows(moved)


@pytest.mark.unvalidated
def test_correlations_stand_in_the_covariance() -> None:
    population = population_of(used(corr=[{"between": ["kelim", "kprod"], "value": -0.5}]).content)
    assert population.omega[0, 2] == population.omega[2, 0] == pytest.approx(-0.5 * 0.45 * 1.0)
    assert np.allclose(np.diag(population.omega), np.square([0.45, 0.6, 1.0, 1.2]))


@pytest.mark.unvalidated
def test_an_empty_table_has_no_rows() -> None:
    none = prepare_series(samples().clear(), SeriesRules())
    assert kelim_rows(none, used(), KelimOptions(posterior=True)).height == 0


@pytest.mark.unvalidated
@given(st.floats(1e-3, 100) | st.floats(0.9, 1.1) | st.floats(1 - 1e-12, 1 + 1e-12))
def test_a_printed_ratio_never_contradicts_its_class(ratio: float) -> None:
    text = shown_ratio(ratio)
    assert (float(text) >= 1) == (ratio >= 1)
    if abs(ratio - 1) < 0.05:
        assert len(text.partition(".")[2]) >= 3


@pytest.mark.unvalidated
@given(st.floats(0.005, 0.995) | st.floats(0.5 - 1e-12, 0.5 + 1e-12))
def test_a_printed_probability_stays_on_its_side_of_one_half(probability: float) -> None:
    assert (float(shown_probability(probability)) >= 0.5) == (probability >= 0.5)


@pytest.mark.unvalidated
@pytest.mark.parametrize(
    ("ratio", "probability", "uncertainty", "words"),
    [
        (0.9964, 0.47, "posterior", "unfavourable (0.996), probability 0.53"),
        (0.9964, 0.53, "posterior", "unfavourable (0.996), probability 0.47: the other class is more probable"),
        (1.0, 0.51, "laplace", "favourable (1.000), probability about 0.51"),
        (0.5, 0.001, "laplace", "unfavourable (0.50), probability >0.99"),
        (2.0, None, "laplace", "favourable (2.00), probability not known"),
    ],
)
def test_a_class_is_told_with_its_probability(
    ratio: float, probability: float | None, uncertainty: str, words: str
) -> None:
    assert class_words(ratio, probability, uncertainty=uncertainty) == words


@pytest.mark.unvalidated
def test_slope_half_life_nadir_and_normal_day_stand_under_their_own_names() -> None:
    falls = samples({"S": ((0, "400"), (10, "200"), (20, "100"), (40, "25"))})
    row = kelim_rows(prepare_series(falls, SeriesRules()), used(), KelimOptions()).row(0, named=True)
    assert row["LOG_SLOPE_PER_DAY"] == pytest.approx(-math.log(2) / 10)
    assert row["HALF_LIFE_DAYS"] == pytest.approx(10)
    assert (row["NADIR"], row["NADIR_DAY"], row["NORMAL_DAY"]) == (pytest.approx(25), 40, 40)
    assert row["KELIM_PER_DAY"] != pytest.approx(-row["LOG_SLOPE_PER_DAY"], rel=0.01)
    without = kelim_rows(prepare_series(falls, SeriesRules(uln=None)), used(), KelimOptions())
    assert without["NORMAL_DAY"][0] is None
