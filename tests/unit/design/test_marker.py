"""The marker's course: against a numerical solution of its equation."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.integrate import solve_ivp

from tests.unit.design.studies import large, small
from trialwright.design.marker import MarkerCourse, marker_course, marker_values
from trialwright.errors import StudyError
from trialwright.model.scenario import MarkerDraw
from trialwright.numerics.sampling import Draws

pytestmark = pytest.mark.unvalidated


@pytest.mark.independent("numerical integration of the equation")
@pytest.mark.parametrize(
    ("ca0", "kelim", "beta", "kprod"),
    [
        (500, 0.06, 0.04, 6),
        (850, 0.02, 0.09, 40),
        (90, 0.05, 0.05, 6),
        (90, 0.05, 0.05 + 1e-13, 6),
        (35, 0.3, 0.001, 1),
    ],
)
def test_values_solve_the_equation(ca0: float, kelim: float, beta: float, kprod: float) -> None:
    times = np.array([0.0, 5, 21, 42, 63, 100])
    solved = solve_ivp(
        lambda t, c: kprod * np.exp(-beta * t) - kelim * c, (0, 100), [ca0], t_eval=times, rtol=1e-10, atol=1e-10
    )
    course = MarkerCourse(*(np.array([value]) for value in (ca0, kelim, beta, kprod)))
    assert marker_values(course, times[None, :])[0] == pytest.approx(solved.y[0], rel=1e-7)


def test_before_treatment_the_marker_stands_still() -> None:
    course = MarkerCourse(*(np.array([value]) for value in (500, 0.06, 0.04, 6)))
    assert marker_values(course, np.array([[-9.0, 0.0]])).tolist() == [[500.0, 500.0]]


@pytest.mark.independent("log-normal moments")
def test_parameters_are_log_normal_around_the_typical_values() -> None:
    truth = large().truth
    for column, typical, spread in (("KELIM", 0.06, 0.45), ("CA0", 500, 1.2), ("BETA", 0.04, 0.6), ("KPROD", 6, 1.0)):
        logs = np.log(truth[column].to_numpy() / typical)
        assert logs.mean() == pytest.approx(0, abs=5 * spread / np.sqrt(logs.size))
        assert logs.std() == pytest.approx(spread, rel=0.08)


def test_samples_are_taken_before_each_cycle_and_written_as_a_laboratory_does() -> None:
    frames = small().frames()
    samples, cycles = frames["LB"], frames["EX"].filter(pl.col("EXCAT") == "NEOADJUVANT")
    sampled = set(samples.select("USUBJID", "LBDTC").iter_rows())
    assert {(subject, day) for subject, day in cycles.select("USUBJID", "EXSTDTC").iter_rows()} <= sampled
    assert (samples["LBORRESU"] == "U/mL").all()
    assert (samples["LBORNRHI"].drop_nulls() == "35").all()
    given = samples.filter(pl.col("LBSTAT").is_null())
    assert given["LBORRES"].str.contains(r"^(<2\.0|[0-9]{1,2}\.[0-9]|[1-9][0-9]{2,})$").all()
    assert (samples.filter(pl.col("LBSTAT") == "NOT DONE")["LBORRES"].is_null()).all()


def test_a_marker_without_typical_values_is_refused() -> None:
    draw = MarkerDraw.model_validate_json('{"typical": {"ca0": 1, "kelim": 0, "beta": 1}, "spread": {}, "noise": 0}')
    with pytest.raises(StudyError, match="kelim"):
        marker_course(draw, Draws.first(1, 0, 1))
