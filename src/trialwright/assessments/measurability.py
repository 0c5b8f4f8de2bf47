"""What a lesion is at baseline: measurable, disease that cannot be measured, or no disease."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

__all__ = ["COLUMNS", "MEASURABLE", "NON_MEASURABLE", "NOT_DISEASE", "completed", "measurability"]

MEASURABLE: Final = "measurable"
NON_MEASURABLE: Final = "non-measurable"
NOT_DISEASE: Final = "not-disease"

COLUMNS: Final[Mapping[str, pl.DataType]] = {
    "NODAL": pl.Boolean(), "LENGTH": pl.Int64(), "METHOD": pl.String(), "SLICE": pl.Int64(), "KIND": pl.String(),
    "SUPERFICIAL": pl.Boolean(), "AERATED": pl.Boolean(), "PRIOR": pl.String(), "VIABLE": pl.Int64(),
    "ENHANCING": pl.Boolean(), "ORGAN": pl.String(),
}  # fmt: skip
"""Columns of a lesion; lengths and slices in tenths of a millimetre, ``PRIOR`` is PROGRESSED or NOT PROGRESSED."""

_NEVER: Final = (
    "BONE LYTIC", "BONE BLASTIC", "ASCITES", "EFFUSION", "LEPTOMENINGEAL", "LYMPHANGITIC", "INFLAMMATORY BREAST",
    "ORGANOMEGALY", "INFILTRATIVE", "PORTAL VEIN THROMBOSIS",
)  # fmt: skip
_CYST: Final = "SIMPLE CYST"
_MIN_LONGEST, _MIN_XRAY, _MIN_NODE, _MIN_NODAL_DISEASE, _MIN_PORTAL_NODE, _THICK = 100, 200, 150, 100, 200, 50


def completed(lesions: pl.DataFrame) -> pl.DataFrame:
    """Lesions with every column of `COLUMNS`, those that were not collected empty.

    Parameters
    ----------
    lesions : polars.DataFrame
        Any of the columns, and others.

    Returns
    -------
    polars.DataFrame
        All of them.

    Examples
    --------
    >>> completed(pl.DataFrame({"LENGTH": [100]})).width == len(COLUMNS)
    True
    """
    missing = [pl.lit(None, kind).alias(name) for name, kind in COLUMNS.items() if name not in lesions.columns]
    return lesions.with_columns(missing)


def measurability(*, viable: bool = False) -> pl.Expr:
    """What each lesion is at baseline.

    Parameters
    ----------
    viable : bool, default False
        Judge by the viable diameter (mRECIST): the lesion must enhance, an earlier treatment is no bar, and a node at
        the porta hepatis is malignant from 20 mm on (unverified).

    Returns
    -------
    polars.Expr
        `MEASURABLE`, `NON_MEASURABLE` or `NOT_DISEASE` of a frame with the columns `COLUMNS`.

    Notes
    -----
    Every limit is inclusive. Longest diameter from 10 mm by CT or MRI, on slices above 5 mm from twice the slice;
    superficial ones from 10 mm by calliper; 20 mm by chest X-ray within aerated lung; never by ultrasound. Nodes by
    their short axis: from 15 mm measurable, from 10 mm disease, whatever the slice. A lesion treated before counts when
    it grew since.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026, section 3; Lencioni and Llovet,
    Semin Liver Dis 2010;30:52-60, doi:10.1055/s-0030-1247132 (unverified).

    Examples
    --------
    >>> lesions = completed(pl.DataFrame({"LENGTH": [100, 99], "NODAL": [False, False], "METHOD": ["CT SCAN"] * 2}))
    >>> lesions.select(measurability()).to_series().to_list()
    ['measurable', 'non-measurable']
    """
    length = pl.col("VIABLE") if viable else pl.col("LENGTH")
    method = pl.col("METHOD").fill_null("CT SCAN")
    thick = (pl.col("SLICE") > _THICK).fill_null(value=False)
    imaged = length >= pl.when(thick).then(2 * pl.col("SLICE")).otherwise(_MIN_LONGEST)
    large = (
        pl.when(method.str.contains("ULTRASOUND"))
        .then(pl.lit(value=False))
        .when(method.str.contains("CALLIPER|CALIPER|PHYSICAL"))
        .then((length >= _MIN_LONGEST) & pl.col("SUPERFICIAL").fill_null(value=True))
        .when(method.str.contains("X-RAY|XRAY"))
        .then((length >= _MIN_XRAY) & pl.col("AERATED").fill_null(value=True))
        .otherwise(imaged)
        .fill_null(value=False)
    )
    barred = pl.col("KIND").is_in(list(_NEVER)).fill_null(value=False)
    if viable:
        barred = barred | ~pl.col("ENHANCING").fill_null(value=True)
    else:
        barred = barred | (pl.col("PRIOR") == "NOT PROGRESSED").fill_null(value=False)
    portal = pl.col("ORGAN").str.contains("PORTA HEPATIS").fill_null(value=False)
    small = pl.when(portal).then(_MIN_PORTAL_NODE).otherwise(_MIN_NODAL_DISEASE) if viable else _MIN_NODAL_DISEASE
    node = (
        pl.when(pl.col("LENGTH") < small)
        .then(pl.lit(NOT_DISEASE))
        .when((pl.col("LENGTH") >= _MIN_NODE) & ~barred)
        .then(pl.lit(MEASURABLE))
        .otherwise(pl.lit(NON_MEASURABLE))
    )
    return (
        pl.when((pl.col("KIND") == _CYST).fill_null(value=False))
        .then(pl.lit(NOT_DISEASE))
        .when(pl.col("NODAL").fill_null(value=False))
        .then(node)
        .when(large & ~barred)
        .then(pl.lit(MEASURABLE))
        .otherwise(pl.lit(NON_MEASURABLE))
    )
