"""The bi-exponential curve and its derivatives against the naive quotient in 60-digit arithmetic."""

from __future__ import annotations

from decimal import Decimal, getcontext
from itertools import combinations_with_replacement, product

import numpy as np
import pytest

from trialwright.errors import NumericsError
from trialwright.numerics.kinetics.biexponential import BIEXPONENTIAL

pytestmark = pytest.mark.independent("closed form and central differences in 60-digit decimal arithmetic")

getcontext().prec = 60
NAMES = ("KELIM", "BETA", "KPROD", "CA0")
TRIANGLE = list(combinations_with_replacement(range(4), 2))


def exact_ln(ln_theta: list[Decimal], t: Decimal, sign: int) -> Decimal:
    k, rate, production, start = (part.exp() for part in ln_theta)
    b = -sign * rate
    made = t * (-k * t).exp() if k == b else ((-b * t).exp() - (-k * t).exp()) / (k - b)
    return (start * (-k * t).exp() + production * made).ln()


def derivatives(theta: tuple[float, ...], t: float, sign: float = -1.0) -> np.ndarray:
    out = np.empty((1, BIEXPONENTIAL.width))
    one = np.zeros(1, dtype=np.int64)
    offsets = np.array([0, 1])
    BIEXPONENTIAL.ln_derivatives(one, offsets, np.array([t]), np.log(np.array([theta])), sign, out)
    return out[0]


def exact_derivatives(theta: tuple[float, ...], t: float, sign: int) -> tuple[list[float], list[float]]:
    # np.log, because that is what the kernel is given
    at = [Decimal(float(np.log(part))) for part in theta]
    h, day = Decimal("1e-14"), Decimal(t)

    def moved(steps: dict[int, Decimal]) -> Decimal:
        return exact_ln([x + steps.get(i, Decimal(0)) for i, x in enumerate(at)], day, sign)

    gradient = [float((moved({i: h}) - moved({i: -h})) / (2 * h)) for i in range(4)]
    second = []
    for i, j in TRIANGLE:
        if i == j:
            second.append(float((moved({i: h}) - 2 * moved({}) + moved({i: -h})) / (h * h)))
        else:
            corners = moved({i: h, j: h}) - moved({i: h, j: -h}) - moved({i: -h, j: h}) + moved({i: -h, j: -h})
            second.append(float(corners / (4 * h * h)))
    return gradient, second


@pytest.mark.parametrize(
    ("theta", "day", "level"),
    [
        ((0.06, 0.04, 6, 500), 21, 186.24396233),
        ((0.06, 0.04, 6, 500), 42, 72.004114162),
        ((0.06, 0.04, 6, 500), 100, 5.9904421020),
        ((0.06, 0.06, 6, 500), 42, 60.505624276),
        ((0.06, 0.0600001, 6, 500), 42, 60.505581696),
        ((0.03, 0.09, 25, 100), 21, 212.22584351),
    ],
)
def test_levels_worked_out_by_hand(theta: tuple[float, ...], day: float, level: float) -> None:
    found = BIEXPONENTIAL.curve(np.array([day], dtype=float), np.log(np.array([theta])))[0, 0]
    assert found == pytest.approx(level, rel=6e-11)


EQUAL = [(k, k * (1 + gap)) for k in (0.02, 0.3) for gap in (0.0, 1e-13, -1e-9, 1e-6, 1e-3, -0.05, 0.3)]
APART = [(0.06, 0.04), (0.01, 0.5), (0.5, 0.001), (2.0, 0.03), (0.0005, 0.0003)]


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(("k", "b"), EQUAL + APART)
def test_levels_to_twelve_digits(k: float, b: float, sign: int) -> None:
    days = np.array([0.0, 0.5, 7.0, 21.0, 42.0, 100.0, 400.0])
    for production, start in product((1e-3, 6.0, 1e4), (1.0, 5e4)):
        ln_theta = np.log(np.array([k, b, production, start]))
        got = BIEXPONENTIAL.curve(days, ln_theta[None], float(sign))[0]
        exact = [float(exact_ln([Decimal(float(x)) for x in ln_theta], Decimal(float(t)), sign).exp()) for t in days]
        np.testing.assert_allclose(got, exact, rtol=1e-12)


def test_gradient_worked_out_by_hand() -> None:
    found = derivatives((0.06, 0.04, 6, 500), 42.0)
    assert found[1:5] == pytest.approx([-1.88703903582, -0.421973976122, 0.441284656535, 0.558715343465], rel=1e-11)


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(("k", "b"), EQUAL + APART[:3])
@pytest.mark.parametrize("t", [0.0, 3.0, 42.0])
def test_derivatives_agree_with_differences(k: float, b: float, sign: int, t: float) -> None:
    theta = (k, b, 6.0, 500.0)
    found = derivatives(theta, t, float(sign))
    gradient, second = exact_derivatives(theta, t, sign)
    np.testing.assert_allclose(found[1:5], gradient, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(found[5:], second, rtol=1e-10, atol=1e-12)


def test_value_and_derivative_kernels_give_the_same_level() -> None:
    theta = (0.05, 0.02, 9.0, 300.0)
    for t in (0.0, 1e-7, 4.0, 33.0):
        level = BIEXPONENTIAL.curve(np.array([t]), np.log(np.array([theta])))[0, 0]
        assert derivatives(theta, t)[0] == pytest.approx(np.log(level), abs=1e-14)


def test_exchanged_parameters_give_the_same_curve_and_come_back() -> None:
    theta = np.array([[0.03, 0.09, 25.0, 100.0], [0.08, 0.05, 9.0, 50.0]])
    others, admissible, _ = BIEXPONENTIAL.exchanged(np.log(theta), -1.0)
    assert admissible.tolist() == [True, True]
    days = np.linspace(0, 100, 11)
    np.testing.assert_allclose(BIEXPONENTIAL.curve(days, others), BIEXPONENTIAL.curve(days, np.log(theta)), rtol=1e-12)
    np.testing.assert_allclose(BIEXPONENTIAL.exchanged(others, -1.0)[0], np.log(theta), atol=1e-12)
    assert np.exp(others[0]) == pytest.approx([0.09, 0.03, 25 + 100 * 0.06, 100])


def test_no_exchange_where_production_would_be_negative_or_grows() -> None:
    falls_convexly = np.log(np.array([[0.06, 0.04, 6.0, 500.0]]))
    assert not BIEXPONENTIAL.exchanged(falls_convexly, -1.0)[1].any()
    shoulder = np.log(np.array([[0.03, 0.09, 25.0, 100.0]]))
    unchanged, admissible, _ = BIEXPONENTIAL.exchanged(shoulder, 1.0)
    assert not admissible.any()
    np.testing.assert_array_equal(unchanged, shoulder)


def test_jacobian_of_the_exchange() -> None:
    at, h = np.log(np.array([0.03, 0.09, 25.0, 100.0])), 1e-6
    columns = [
        (
            BIEXPONENTIAL.exchanged((at + h * e)[None], -1.0)[0][0]
            - BIEXPONENTIAL.exchanged((at - h * e)[None], -1.0)[0][0]
        )
        / (2 * h)
        for e in np.eye(4)
    ]
    ln_jacobian = BIEXPONENTIAL.exchanged(at[None], -1.0)[2][0]
    assert ln_jacobian == pytest.approx(np.log(abs(np.linalg.det(np.array(columns)))), abs=1e-8)


def test_names_of_the_parameters() -> None:
    assert BIEXPONENTIAL.parameters == NAMES
    assert [BIEXPONENTIAL.position(name) for name in NAMES] == [0, 1, 2, 3]
    with pytest.raises(NumericsError, match="no parameter 'K'"):
        BIEXPONENTIAL.position("K")
