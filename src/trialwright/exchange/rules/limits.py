"""Rule U03: results that a living adult does not have, mostly a wrong unit or a slipped decimal point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from trialwright.errors import UnitError
from trialwright.exchange.rules.scene import Check, Scene
from trialwright.model.cells import TERM
from trialwright.model.finding import Finding
from trialwright.units import conversion_factor

__all__ = ["CHECKS", "LIMITS", "Limit"]


@dataclass(frozen=True, slots=True)
class Limit:
    """Plausible limits of a test in adults; both ends are plausible.

    Parameters
    ----------
    low, high : float
        Limits in `unit`.
    unit : str
        UCUM unit.

    Examples
    --------
    >>> LIMITS["CA125"].high
    100000.0
    """

    low: float
    high: float
    unit: str


_SHARED: Final = {"NEUT": (0, 150), "PLAT": (1, 3000), "WBC": (0, 600)}

LIMITS: Final = {
    "ALB": Limit(5, 70, "g/L"),
    "BILI": Limit(0.05, 60, "mg/dL"),
    "CREAT": Limit(0.1, 25, "mg/dL"),
    "INR": Limit(0.5, 20, "1"),
    "SODIUM": Limit(95, 190, "mmol/L"),
    "K": Limit(1, 12, "mmol/L"),
    "HGB": Limit(20, 250, "g/L"),
    "CA125": Limit(0.1, 100000.0, "U/mL"),
    **{code: Limit(low, high, "10*9/L") for code, (low, high) in _SHARED.items()},
    **{code: Limit(1, 30000, "U/L") for code in ("ALT", "AST", "ALP", "GGT")},
    "HEIGHT": Limit(100, 230, "cm"),
    "WEIGHT": Limit(20, 350, "kg"),
}
"""Our assumption, not a reference range: results outside are looked at twice, never changed."""


def _implausible(scene: Scene) -> Iterator[Finding]:
    for domain in ("LB", "VS"):
        frame = scene.frames[domain]
        test, unit, value = f"{domain}TESTCD", f"{domain}ORRESU", f"{domain}VAL"
        known = frame.filter(pl.col(value).is_not_null() & pl.col(test).is_in(list(LIMITS)))
        bounds = _bounds(known.select(test, unit).unique(), test, unit)
        if bounds.is_empty():
            continue
        judged = (
            known.lazy()
            .join(bounds.lazy(), on=[test, unit], how="inner")
            .filter(~pl.col(value).cast(pl.Float64).is_between("_LOW", "_HIGH"))
        )
        cell = pl.format("{} {} {} lies outside {}", test, f"{domain}ORRES", unit, "_SAID")
        yield from scene.report(
            "U03",
            domain,
            judged.with_columns(cell.alias("TEXT")).collect(),
            f"{domain}ORRES",
            "{}; is the unit right?".format,
        )
    age = pl.col("AGE")
    old = scene.frames["DM"].filter((age < 0) | (age > 120))
    yield from scene.report("U03", "DM", old, "AGE", "an age of {} years lies outside 0 to 120".format)


def _bounds(pairs: pl.DataFrame, test: str, unit: str) -> pl.DataFrame:
    """Limits in the unit of each (test, unit) pair that occurs; pairs that cannot be converted are told elsewhere."""
    rows: list[tuple[str, str, float, float, str]] = []
    for code, written in pairs.iter_rows():
        limit = LIMITS[code]
        try:
            factor = float(conversion_factor(from_unit=limit.unit, to_unit=written or "", analyte=code))
        except UnitError:
            continue
        rows.append(
            (code, written, limit.low * factor, limit.high * factor, f"{limit.low:g} to {limit.high:g} {limit.unit}")
        )
    schema = {test: TERM, unit: pl.String(), "_LOW": pl.Float64(), "_HIGH": pl.Float64(), "_SAID": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row")


CHECKS = (Check("U03", _implausible),)
"""Checks of this module."""
