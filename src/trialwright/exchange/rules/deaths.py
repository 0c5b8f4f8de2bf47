"""Rules on death, loss and what cannot come after them: G06, G07, G08."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from trialwright.exchange.rules.scene import Check, Scene, high, low
from trialwright.model.finding import Finding
from trialwright.model.frames import TABLES

__all__ = ["CHECKS"]

_EVENT_TABLES: Final = ("CM", "EX", "PR", "LB", "TU", "TR", "RS", "AE", "QS", "VS")
_VISIT_TABLES: Final = ("EX", "PR", "LB", "TR", "RS", "QS", "VS")


def _deaths(scene: Scene) -> pl.DataFrame:
    return (
        scene.frames["DM"]
        .filter(pl.col("DTHLO").is_not_null())
        .select("USUBJID", "DTHDTC", "DTHLO", "DTHHI")
        .unique("USUBJID")
    )


def _after_death(scene: Scene) -> Iterator[Finding]:
    deaths = _deaths(scene)
    if deaths.is_empty():
        return
    for domain in _EVENT_TABLES:
        column = TABLES[domain].date_column or ""
        late = scene.frames[domain].join(deaths, on="USUBJID", how="inner").filter(low(column) > pl.col("DTHHI"))
        words = pl.format("{} lies after the death on {}", column, "DTHDTC")
        yield from scene.report("G06", domain, late.with_columns(words.alias("TEXT")), column, "{}".format)


def _disagree(scene: Scene) -> Iterator[Finding]:
    if not scene.frames.collected("DM"):
        return
    yield from _flag_and_date(scene)
    deaths = _deaths(scene)
    fact = {
        "DS": (scene.frames["DS"].filter(pl.col("DSDECOD") == "DEATH"), "DSSTDTC", "DS says DEATH"),
        "SS": (scene.frames["SS"].filter(pl.col("SSORRES") == "DEAD"), "SSDTC", "SS says DEAD"),
        "AE": (
            scene.frames["AE"].filter((pl.col("AEOUT") == "FATAL") | (pl.col("AETOXGR") == "5")),
            "AESTDTC",
            "AE has a fatal event",
        ),
    }
    for domain, (rows, column, says) in fact.items():
        alive = rows.join(deaths, on="USUBJID", how="anti")
        yield from scene.report("G07", domain, alive, column, f"{says} ({{}}), and DM has no date of death".format)
    reported, column, _ = fact["DS"]
    other_day = reported.join(deaths, on="USUBJID", how="inner").filter(
        (high(column) < pl.col("DTHLO")) | (low(column) > pl.col("DTHHI"))
    )
    words = pl.format("DS says DEATH on {}, DM on {}", column, "DTHDTC")
    yield from scene.report("G07", "DS", other_day.with_columns(words.alias("TEXT")), column, "{}".format)
    contacts = scene.frames["SS"].join(deaths, on="USUBJID", how="inner")
    early = contacts.filter((pl.col("SSORRES") == "DEAD") & (pl.col("SSHI") < pl.col("DTHLO")))
    words = pl.format("SS says DEAD on {}, DM has the death on {}", "SSDTC", "DTHDTC")
    yield from scene.report("G07", "SS", early.with_columns(words.alias("TEXT")), "SSDTC", "{}".format)
    late = contacts.filter((pl.col("SSORRES") == "ALIVE") & (pl.col("SSLO") > pl.col("DTHHI")))
    words = pl.format("SS says ALIVE on {}, DM has the death on {}", "SSDTC", "DTHDTC")
    yield from scene.report("G07", "SS", late.with_columns(words.alias("TEXT")), "SSDTC", "{}".format)


def _flag_and_date(scene: Scene) -> Iterator[Finding]:
    subjects = scene.frames["DM"]
    undated = subjects.filter((pl.col("DTHFL") == "Y") & pl.col("DTHDTC").is_null())
    yield from scene.report(
        "G07",
        "DM",
        undated,
        "DTHDTC",
        "DTHFL says Y, and no date of death is given".format,
        mend="write at least the year",
    )
    if "DTHFL" in scene.frames.columns.get("DM", ()):
        unflagged = subjects.filter(pl.col("DTHFL").ne_missing("Y") & pl.col("DTHDTC").is_not_null())
        yield from scene.report("G07", "DM", unflagged, "DTHDTC", "died on {}, and DTHFL does not say Y".format)


def _after_end_of_observation(scene: Scene) -> Iterator[Finding]:
    lost = pl.col("DSDECOD") == "LOST TO FOLLOW-UP"
    withdrawn = (pl.col("DSDECOD") == "WITHDRAWAL BY SUBJECT") & pl.col("DSSCOPE").is_in(["FOLLOW-UP", "DATA"])
    ended = scene.frames["DS"].filter((lost | withdrawn) & pl.col("DSSTHI").is_not_null())
    ended = ended.select("USUBJID", "DSDECOD", "DSSTDTC", "DSSTHI").sort("DSSTHI").unique("USUBJID", keep="first")
    if ended.is_empty():
        return
    seen = {domain: scene.frames[domain] for domain in _VISIT_TABLES}
    seen["SS"] = scene.frames["SS"].filter(pl.col("SSORRES") == "ALIVE")
    for domain, frame in seen.items():
        column = TABLES[domain].date_column or ""
        late = frame.join(ended, on="USUBJID", how="inner").filter(low(column) > pl.col("DSSTHI"))
        words = pl.format("{} lies after {} on {}", column, "DSDECOD", "DSSTDTC")
        yield from scene.report("G08", domain, late.with_columns(words.alias("TEXT")), column, "{}".format)


CHECKS = (
    Check("G06", _after_death),
    Check("G07", _disagree),
    Check("G08", _after_end_of_observation),
)
"""Checks of this module."""
