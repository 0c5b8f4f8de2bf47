"""Rules on dates: order, time zones, the future and the cut-off (D02 to D06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import polars as pl

from trialwright.exchange.rules.scene import Check, Scene, date_columns, high, low
from trialwright.model.finding import Finding
from trialwright.model.frames import TABLES

__all__ = ["CHECKS"]

_PAIRS: Final = (
    ("MH", "MHSTDTC", "MHENDTC"),
    ("CM", "CMSTDTC", "CMENDTC"),
    ("EX", "EXSTDTC", "EXENDTC"),
    ("AE", "AESTDTC", "AEENDTC"),
    ("DM", "BRTHDTC", "RFICDTC"),
    ("DM", "BRTHDTC", "DTHDTC"),
    ("DM", "RFICDTC", "DTHDTC"),
)
_ZONE: Final = r"T.*(Z|[+-][0-9]{2}:[0-9]{2})$"
_ACTIVITY_UNITS: Final = ("GBq", "MBq", "kBq", "Bq", "Ci", "mCi")


def _end_before_start(scene: Scene) -> Iterator[Finding]:
    for domain, start, end in _PAIRS:
        wrong = scene.frames[domain].filter(high(end) < low(start))
        words = pl.format("{} lies before {} {}", end, pl.lit(start), start)
        yield from scene.report("D02", domain, wrong.with_columns(words.alias("TEXT")), end, "{}".format)
    birth = scene.frames["DM"].select("USUBJID", "BRTHDTC", "BRTHLO").drop_nulls().unique("USUBJID")
    for domain, frame in scene.frames.tables.items():
        column = TABLES[domain].date_column
        if column is None or birth.is_empty():
            continue
        possible = frame.filter(high(column) < birth["BRTHLO"].max())
        early = possible.join(birth, on="USUBJID", how="inner").filter(high(column) < pl.col("BRTHLO"))
        words = pl.format("{} lies before the subject's birth, {}", column, "BRTHDTC")
        yield from scene.report("D02", domain, early.with_columns(words.alias("TEXT")), column, "{}".format)


def _order_unknown(scene: Scene) -> Iterator[Finding]:
    for domain, start, end in _PAIRS:
        whole = (low(start) == high(start)) & (low(end) == high(end))
        either = (low(end) < high(start)) & (high(end) >= low(start)) & ~whole
        words = pl.format("{} {} may lie before or after {} {}", pl.lit(end), end, pl.lit(start), start)
        rows = scene.frames[domain].filter(either).with_columns(words.alias("TEXT"))
        yield from scene.report("D03", domain, rows, end, "{}".format)


def _time_zone(scene: Scene) -> Iterator[Finding]:
    activity = scene.frames["EX"].filter(
        pl.col("EXDOSU").is_in(_ACTIVITY_UNITS)
        & pl.col("EXSTLO").is_not_null()
        & ~pl.col("EXSTDTC").str.contains(_ZONE)
    )
    words = "'{}' has no time of day with a zone; the activity decays by the hour".format
    yield from scene.report("D04", "EX", activity, "EXSTDTC", words)
    samples = scene.frames["LB"].filter(pl.col("LBPREC").is_in(["D", "T"]) & pl.col("LBVAL").is_not_null())
    timed = samples.filter(pl.col("LBPREC") == "T").select("USUBJID", "LBTESTCD", "LBLO").unique()
    if timed.is_empty():
        return
    same_day = samples.join(timed, on=["USUBJID", "LBTESTCD", "LBLO"], how="semi")
    doubled = same_day.filter(pl.struct("USUBJID", "LBTESTCD", "LBLO").is_duplicated())
    unzoned = doubled.filter(~pl.col("LBDTC").str.contains(_ZONE))
    words = "'{}' has no time of day with a zone; another sample of that day has".format
    yield from scene.report("D04", "LB", unzoned, "LBDTC", words)


def _after(scene: Scene, rule: str, day: date, words: str) -> Iterator[Finding]:
    for domain, frame in scene.frames.tables.items():
        for column in date_columns(domain):
            rows = frame.filter(low(column) > day)
            yield from scene.report(rule, domain, rows, column, f"'{{}}' lies after {words}, {day}".format)


def _in_the_future(scene: Scene) -> Iterator[Finding]:
    if scene.frames.produced is not None:
        yield from _after(scene, "D05", scene.frames.produced, "the day the folder was made")


def _after_cutoff(scene: Scene) -> Iterator[Finding]:
    if scene.frames.cutoff is not None:
        yield from _after(scene, "D06", scene.frames.cutoff, "the cut-off")


CHECKS = (
    Check("D02", _end_before_start),
    Check("D03", _order_unknown),
    Check("D04", _time_zone),
    Check("D05", _in_the_future),
    Check("D06", _after_cutoff),
)
"""Checks of this module."""
