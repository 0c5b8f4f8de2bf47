"""Constants carry what is needed to judge them."""

from __future__ import annotations

import dataclasses

import pytest

from trialwright.numerics import constants
from trialwright.numerics.constants import DAYS_PER_MONTH, DAYS_PER_YEAR, TIE_TOLERANCE, Constant

pytestmark = [pytest.mark.unvalidated]


def test_each_says_its_unit_its_source_and_how_sure_it_is() -> None:
    found = [value for value in vars(constants).values() if isinstance(value, Constant)]
    assert len(found) >= 4
    for constant in found:
        assert constant.unit
        assert len(constant.source) > 10


def test_a_month_is_a_twelfth_of_a_year() -> None:
    assert DAYS_PER_MONTH.value * 12 == DAYS_PER_YEAR.value


def test_times_are_merged_within_the_square_root_of_the_spacing_at_1() -> None:
    assert TIE_TOLERANCE.value == 2.0**-26


def test_a_constant_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        DAYS_PER_MONTH.value = 30.0  # type: ignore[misc]
