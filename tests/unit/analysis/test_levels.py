"""Labels as codes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from trialwright.analysis.levels import Labels, encode, joined
from trialwright.errors import NumericsError

pytestmark = pytest.mark.unvalidated


@pytest.mark.parametrize(
    ("values", "codes", "names"),
    [
        (["b", "a", None, ""], [1, 0, -1, -1], ("a", "b")),
        (np.array([10, 2, 10]), [1, 0, 1], ("2", "10")),
        (np.array([-3, 10**9, -3]), [0, 1, 0], ("-3", "1000000000")),
        ([1.0, float("nan"), 2.0], [0, -1, 1], ("1", "2")),
        ([0.5, 2, None], [0, 1, -1], ("0.5", "2")),
        ([True, False], [1, 0], ("False", "True")),
        (pl.Series(["x", None, "w"]), [1, -1, 0], ("w", "x")),
        (pl.Series([3, None, 1]), [1, -1, 0], ("1", "3")),
        (pl.Series([True, None]), [0, -1], ("True",)),
        (np.array(["한국", "서울"]), [1, 0], ("서울", "한국")),
        (["a", float("nan"), "b"], [0, -1, 1], ("a", "b")),
        (pd.Series(["a", None, float("nan"), "b"]), [0, -1, -1, 1], ("a", "b")),
        (pd.Series(["a", pd.NA, "b"], dtype="string"), [0, -1, 1], ("a", "b")),
        (pd.Categorical(["x", "y", None]), [0, 1, -1], ("x", "y")),
        (pd.Series([4, None], dtype="Int64"), [0, -1], ("4",)),
        (pl.Series(["b", "a"]).cast(pl.Categorical), [1, 0], ("a", "b")),
        ([], [], ()),
    ],
)
def test_codes_and_names(values: Labels, codes: list[int], names: tuple[str, ...]) -> None:
    found = encode(values)
    assert found.codes.tolist() == codes
    assert found.names == names


def test_a_reference_moves_to_the_front_and_the_others_keep_their_order() -> None:
    found = encode(["b", "a", "c", None]).led_by("b")
    assert found.names == ("b", "a", "c")
    assert found.codes.tolist() == [0, 1, 2, -1]
    with pytest.raises(NumericsError, match="'z' does not occur"):
        found.led_by("z")


def test_levels_that_no_longer_occur_are_left_out() -> None:
    found = encode(["a", "b", "c"]).kept(np.array([True, False, True]))
    assert (found.names, found.codes.tolist()) == (("a", "c"), [0, 1])


def test_combinations_that_do_not_occur_are_no_levels() -> None:
    found = joined([encode(["a", "a", "b", None]), encode([1, 2, 2, 1])])
    assert found.names == ("a, 1", "a, 2", "b, 2")
    assert found.codes.tolist() == [0, 1, 2, -1]
