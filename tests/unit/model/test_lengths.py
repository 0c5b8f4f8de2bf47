"""Tenths of a millimetre as millimetres."""

from __future__ import annotations

import polars as pl
import pytest

from trialwright.model.lengths import millimetres

pytestmark = pytest.mark.independent("Python's own division")


def test_every_length_up_to_a_metre_is_the_nearest_double() -> None:
    tenths = list(range(10_001))
    assert millimetres(pl.Series("AVAL", tenths)).to_list() == [value / 10 for value in tenths]


def test_what_is_missing_stays_missing_and_the_name_stays() -> None:
    found = millimetres(pl.Series("BASE", [None, 0], dtype=pl.Int64))
    assert (found.to_list(), found.name) == ([None, 0.0], "BASE")
