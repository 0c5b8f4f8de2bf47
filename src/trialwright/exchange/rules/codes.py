"""Rules on codes and values that need the study: C01 for items and verdicts, V02, U01 and U02 for numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from trialwright.errors import UnitError
from trialwright.exchange.rules.scene import Check, Scene
from trialwright.model.finding import Finding
from trialwright.model.items import Place
from trialwright.model.study import Item
from trialwright.units import conversion_factor, is_known

__all__ = ["CHECKS"]

_ANSWERS: Final = ("Y", "N")
_VERDICTS: Final = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "NED", "ND", "MISSING")


def _item_codes(scene: Scene) -> Iterator[Finding]:
    for name, item in scene.study.items.items():
        allowed = tuple(item.values or ()) if item.is_ == "code" else _ANSWERS if item.is_ == "attestation" else ()
        place = scene.place(name)
        if not allowed or not scene.frames.collected(place.domain) or place.column not in scene.frames[place.domain]:
            continue
        cell = pl.col(place.column)
        outside = scene.at(place).filter(cell.is_not_null() & ~cell.is_in([*allowed, "UNKNOWN"]))
        words = f"'{{}}' is not one of {', '.join(allowed)} for item '{name}'; the fact is unknown".format
        yield from scene.report("C01", place.domain, outside, place.column, words)


def _verdicts(scene: Scene) -> Iterator[Finding]:
    cell = pl.col("RSORRES")
    outside = scene.frames["RS"].filter(
        (pl.col("RSTESTCD") == "OVRLRESP")
        & pl.col("RSCAT").cast(pl.String).str.starts_with("RECIST")
        & cell.is_not_null()
        & ~cell.is_in(_VERDICTS)
    )
    words = f"'{{}}' is not one of {', '.join(_VERDICTS)}; the response is unknown".format
    yield from scene.report("C01", "RS", outside, "RSORRES", words)


def _numbers(scene: Scene) -> Iterator[tuple[str, Item, Place, str]]:
    """Number items whose column is a measure that may be text: name, item, place and the column of the value."""
    for name, item in scene.study.items.items():
        place = scene.place(name)
        if item.is_ == "number" and place.column == "FAORRES" and scene.frames.collected("FA"):
            yield name, item, place, "FAVAL"


def _unreadable_numbers(scene: Scene) -> Iterator[Finding]:
    for name, _, place, value in _numbers(scene):
        rows = scene.at(place)
        # A filled unit column has the cell reported when the table is typed.
        unread = rows.filter(
            pl.col(place.column).is_not_null() & pl.col(value).is_null() & pl.col("FAORRESU").is_null()
        )
        words = f"'{{}}' cannot be read as a number; item '{name}' is one".format
        yield from scene.report("V02", place.domain, unread, place.column, words)


def _numbers_without_unit(scene: Scene) -> Iterator[Finding]:
    for name, item, place, value in _numbers(scene):
        rows = scene.at(place).filter(pl.col(value).is_not_null() & pl.col("FAORRESU").is_null())
        words = f"'{{}}' has no unit; item '{name}' is entered in {item.unit}".format
        yield from scene.report("U02", place.domain, rows, place.column, words, mend=f"write the unit, {item.unit}")


def _wrong_units(scene: Scene) -> Iterator[Finding]:
    for name, item in scene.study.items.items():
        place = scene.place(name)
        unit_column = {"LBORRES": "LBORRESU", "FAORRES": "FAORRESU", "VSORRES": "VSORRESU"}.get(place.column)
        if item.is_ != "number" or item.unit is None or unit_column is None:
            continue
        rows = scene.at(place).filter(pl.col(unit_column).is_not_null())
        wrong = [
            unit
            for unit in rows.get_column(unit_column).unique().to_list()
            if is_known(unit) and not _convertible(unit, item.unit, item.analyte or "")
        ]
        if wrong:
            words = f"unit '{{}}' cannot be turned into {item.unit}, the unit of item '{name}'".format
            bad = rows.filter(pl.col(unit_column).is_in(wrong))
            yield from scene.report(
                "U01", place.domain, bad, unit_column, words, mend=f"give the result in {item.unit}"
            )


def _convertible(unit: str, wanted: str, analyte: str) -> bool:
    try:
        conversion_factor(from_unit=unit, to_unit=wanted, analyte=analyte)
    except UnitError:
        return False
    return True


CHECKS = (
    Check("C01", _item_codes),
    Check("C01", _verdicts),
    Check("V02", _unreadable_numbers),
    Check("U01", _wrong_units),
    Check("U02", _numbers_without_unit),
)
"""Checks of this module."""
