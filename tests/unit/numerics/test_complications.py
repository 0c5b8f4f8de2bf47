"""Complication grades and the complication index."""

from __future__ import annotations

import numpy as np
import pytest

from trialwright.errors import NumericsError
from trialwright.numerics.complications import CLAVIEN_RANK, CLAVIEN_WEIGHT, complication_index, read_clavien

pytestmark = pytest.mark.published("Slankamenac et al., Ann Surg 2013;258:1-7: single grades and worked combinations")


@pytest.mark.parametrize(
    ("grades", "index"),
    [
        ("", 0.0), ("I", 8.7), ("II", 20.9), ("IIIA", 26.2), ("IIIB", 33.7), ("IVA", 42.4), ("IVB", 46.2), ("V", 100.0),
        ("II IIIB", 39.7), ("I II IIIA", 34.6), ("I I II IIIB IVA", 59.4), ("I IIIA IIIB", 43.6), ("IVA IVB", 62.7),
        ("IVB IVB IVB IVB IVB", 100.0), ("I V", 100.0),
    ],
)  # fmt: skip
def test_index(grades: str, index: float) -> None:
    each = grades.split()
    weights = np.array([sum(CLAVIEN_WEIGHT.get(grade, 0) for grade in each)])
    assert complication_index(weights, np.array(["V" in each])).tolist() == [index]


def test_a_negative_sum_is_refused() -> None:
    with pytest.raises(NumericsError):
        complication_index(np.array([-1]), np.array([False]))


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("I", "I"), ("1", "I"), ("II", "II"), ("IIIa", "IIIA"), ("3a", "IIIA"), ("IIIa-d", "IIIA"), ("IIIad", "IIIA"),
        ("IIIB", "IIIB"), ("4b", "IVB"), ("IVA", "IVA"), ("V", "V"), ("5", "V"), ("Id", "I"), (" ii ", "II"),
        ("III", None), ("IV", None), ("3", None), ("IIIc", None), ("VI", None), ("0", None), ("6", None), ("", None),
        ("Va", None), ("IIa", None), ("NONE", None),
    ],
)  # fmt: skip
def test_grades_that_can_and_cannot_be_read(text: str, grade: str | None) -> None:
    assert read_clavien(text) == grade


def test_ranks_rise_with_severity() -> None:
    assert list(CLAVIEN_RANK.values()) == list(range(8))
    assert sorted(CLAVIEN_WEIGHT.values()) == list(CLAVIEN_WEIGHT.values())
