"""Lengths as they leave the exact inner layer: millimetres, to the last digit of a double."""

from __future__ import annotations

import polars as pl

__all__ = ["millimetres"]


def millimetres(tenths: pl.Series) -> pl.Series:
    """Lengths in millimetres.

    Parameters
    ----------
    tenths : polars.Series
        Whole tenths of a millimetre; may hold nulls.

    Returns
    -------
    polars.Series
        Doubles, the nearest there are.

    Examples
    --------
    >>> millimetres(pl.Series("AVAL", [174, None])).to_list()
    [17.4, None]
    """
    # divided by numpy: polars multiplies by the reciprocal, which makes 17.400000000000002 of 174 tenths
    known = tenths.fill_null(0).cast(pl.Float64).to_numpy() / 10.0
    made = pl.DataFrame({"KNOWN": tenths.is_not_null(), "MM": known})
    return made.select(pl.when("KNOWN").then("MM").alias(tenths.name)).to_series()
