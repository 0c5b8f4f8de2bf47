"""The public face of shares and their differences."""

from __future__ import annotations

import pytest

from trialwright.analysis.proportions import proportion, proportion_difference
from trialwright.errors import NumericsError

pytestmark = pytest.mark.double_programmed("R 4.2.2 and ratesci 1.0.0")


def test_exact_limits_are_the_default() -> None:
    found = proportion(18, 30)
    assert (found.estimate, found.lower, found.upper) == pytest.approx((0.6, 0.4060349, 0.7734424), abs=5e-8)
    assert found.to_dict()["method"] == "clopper-pearson"


def test_score_limits() -> None:
    assert proportion(18, 30, method="wilson").lower == pytest.approx(0.4232036, abs=5e-8)


@pytest.mark.parametrize(
    ("method", "lower", "upper"),
    [
        ("miettinen-nurminen", 0.0528297, 0.3381729),
        ("mee", 0.0533338, 0.3377295),
        ("newcombe", 0.0524315, 0.3338727),
    ],
)
def test_difference(method: str, lower: float, upper: float) -> None:
    found = proportion_difference(56, 70, 48, 80, method=method)
    assert (found.estimate, found.lower, found.upper) == pytest.approx((0.2, lower, upper), abs=1e-7)
    assert found.to_dict()["x1"] == 56


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(NumericsError, match="wald"):
        proportion(1, 2, method="wald")
    with pytest.raises(NumericsError, match="wald"):
        proportion_difference(1, 2, 1, 2, method="wald")
    with pytest.raises(NumericsError, match="3 of 2"):
        proportion(3, 2)
    with pytest.raises(NumericsError, match="0 of 0"):
        proportion_difference(0, 0, 1, 2)
