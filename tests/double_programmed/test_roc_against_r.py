"""A ROC curve that R pROC printed for made-up data, computed here from the same rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trialwright.analysis.accuracy import classification, roc

pytestmark = pytest.mark.double_programmed("R 4.2.2: pROC 1.18.0")


@pytest.fixture(scope="module")
def case(shared_data: Path) -> dict[str, object]:
    text = (shared_data / "survival" / "misc_expected_r.json").read_text(encoding="utf-8")
    return json.loads(text)["toy_kelim_roc"]


def test_area_and_limits(case: dict[str, object]) -> None:
    rows = case["data"]
    found = roc([r["r0"] for r in rows], [r["kelim"] for r in rows])
    lower, area, upper = case["delong_ci"]
    assert found.area == pytest.approx(case["auc"], rel=1e-13)
    assert (found.lower, found.area, found.upper) == pytest.approx((lower, area, upper), rel=1e-12)


def test_the_table_at_the_cut_off(case: dict[str, object]) -> None:
    rows = case["data"]
    found = classification([r["r0"] for r in rows], [r["kelim"] for r in rows], cut=1.0)
    counts = case["at_1.0"]
    assert {k: getattr(found, k) for k in ("tp", "fn", "fp", "tn")} == {k: counts[k] for k in ("tp", "fn", "fp", "tn")}
