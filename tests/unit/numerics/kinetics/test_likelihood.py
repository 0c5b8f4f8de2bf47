"""Error models and limits of detection against the normal distribution of scipy, slopes against differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from trialwright.numerics.kinetics.likelihood import ln_normal_cdf, minus_ln_likelihood, scored
from trialwright.numerics.kinetics.series import ErrorModel

pytestmark = pytest.mark.independent("scipy.special.log_ndtr, erfcx and scipy.stats.norm; differences")

ERRORS = [
    ErrorModel("log_additive", 0.2),
    ErrorModel("proportional", 0.3),
    ErrorModel("combined", 0.15, additive=4.0),
    ErrorModel("boxcox_additive", 0.165, exponent=-0.16),
    ErrorModel("boxcox_additive", 0.4, exponent=0.5),
    ErrorModel("boxcox_additive", 0.2, exponent=0.0),
]


def one(error: ErrorModel, ln_c: float, ln_value: float, censor: int) -> float:
    out, who = np.zeros(1), np.zeros(1, dtype=np.int64)
    value, code = np.array([ln_value]), np.array([censor])
    minus_ln_likelihood(who, np.array([0, 1]), value, code, np.array([ln_c]), error.code, error.constants, out)
    return float(out[0])


def with_slopes(error: ErrorModel, ln_c: float, ln_value: float, censor: int) -> np.ndarray:
    out, who = np.zeros((1, 3)), np.zeros(1, dtype=np.int64)
    curve = np.array([[ln_c, 1.0, 0.0]])
    value, code = np.array([ln_value]), np.array([censor])
    scored(who, np.array([0, 1]), value, code, curve, (error.code, error.constants), (1,), out)
    return out[0]


def scale(error: ErrorModel, ln_c: float) -> tuple[float, float, float]:
    """Transformed curve, its SD, and exponent of the transform (nan for none)."""
    c = np.exp(ln_c)
    if error.kind == "proportional":
        return c, error.sigma * c, np.nan
    if error.kind == "combined":
        return c, np.hypot(error.additive, error.sigma * c), np.nan
    power = 0.0 if error.kind == "log_additive" else error.exponent
    return (ln_c if power == 0 else (c**power - 1) / power), error.sigma, power


def shown(ln_value: float, power: float) -> float:
    value = np.exp(ln_value)
    if np.isnan(power):
        return value
    return ln_value if power == 0 else (value**power - 1) / power


@pytest.mark.parametrize(
    "z", [-1e30, -1e6, -300.0, -38.0, -36.0, -12.0, -8.0, -6.0, -5.01, -4.99, -1.0, 0.0, 0.3, 2.0, 7.0, 30.0]
)
def test_tails_of_the_normal_distribution(z: float) -> None:
    ln_phi, hazard, excess = ln_normal_cdf(z)
    assert ln_phi == pytest.approx(special.log_ndtr(z), rel=1e-13, abs=1e-300)
    mills = np.sqrt(np.pi / 2) * special.erfcx(-z / np.sqrt(2)) if z < 26 else np.inf
    assert hazard == pytest.approx(1 / mills, rel=1e-12, abs=1e-90)
    if z < -30:
        # λ + z → 1/x − 2/x³ + 10/x⁵
        x = -z
        assert excess == pytest.approx(1 / x - 2 / x**3 + 10 / x**5, rel=1e-6)


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: f"{e.kind}{e.exponent:g}")
@pytest.mark.parametrize("away", [-1.1, -0.1, 0.05, 0.7])
def test_measured_values_and_limits(error: ErrorModel, away: float) -> None:
    ln_c = 3.4
    ln_value = ln_c + away
    centre, sd, power = scale(error, ln_c)
    at = shown(ln_value, power)
    density = -stats.norm.logpdf(at, centre, sd) - 0.5 * np.log(2 * np.pi)
    if error.kind not in ("proportional", "combined"):
        density -= np.log(sd)
    assert one(error, ln_c, ln_value, 0) == pytest.approx(density, rel=1e-11)
    assert one(error, ln_c, ln_value, -1) == pytest.approx(-stats.norm.logcdf(at, centre, sd), rel=1e-10)
    assert one(error, ln_c, ln_value, 1) == pytest.approx(-stats.norm.logsf(at, centre, sd), rel=1e-10)


@pytest.mark.parametrize("censor", [-1, 0, 1])
@pytest.mark.parametrize("error", ERRORS, ids=lambda e: f"{e.kind}{e.exponent:g}")
@pytest.mark.parametrize("away", [-2.5, -0.4, 0.0, 0.3, 1.0])
def test_slopes_agree_with_differences(error: ErrorModel, censor: int, away: float) -> None:
    ln_c = 3.4

    def slope(h: float) -> np.ndarray:
        up, down = (with_slopes(error, ln_c + s * h, ln_c + away, censor)[:2] for s in (1, -1))
        return (up - down) / (2 * h)

    expected = (4 * slope(5e-4) - slope(1e-3)) / 3
    found = with_slopes(error, ln_c, ln_c + away, censor)
    assert found[0] == pytest.approx(one(error, ln_c, ln_c + away, censor), rel=1e-14)
    np.testing.assert_allclose(found[1:], expected, rtol=2e-6, atol=1e-7)


def test_curvature_of_the_curve_enters_too() -> None:
    error = ErrorModel("log_additive", 0.5)
    out, who = np.zeros((1, 6)), np.zeros(1, dtype=np.int64)
    curve = np.array([[2.0, 3.0, -1.0, 0.7, 0.2, -0.4]])
    described = (error.code, error.constants)
    scored(who, np.array([0, 1]), np.array([2.5]), np.array([0]), curve, described, (1, 1), out)
    # z = 1, dz/du = −2: slope −2, bend 4
    np.testing.assert_allclose(out[0], [0.5, -6.0, 2.0, 36 - 1.4, -12 - 0.4, 4 + 0.8])


def test_sums_run_over_each_patient_alone() -> None:
    error, out = ErrorModel("log_additive", 1.0), np.full(3, -1.0)
    values, curve = np.array([1.0, 2.0, 3.0]), np.zeros(3)
    who, offsets, code = np.array([0, 2]), np.array([0, 1, 2, 3]), np.zeros(3, dtype=np.int64)
    minus_ln_likelihood(who, offsets, values, code, curve, error.code, error.constants, out)
    assert out.tolist() == [0.5, -1.0, 4.5]
