"""Rules on registration, allocation and arms: G01, G02, G03, G09, G10.

No finding names the arm of a subject: findings are printed where results by arm are not.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from trialwright.exchange.rules.scene import Check, Scene
from trialwright.model.finding import Finding, finding
from trialwright.model.items import date_stem

__all__ = ["CHECKS"]


def _allocations(scene: Scene) -> pl.DataFrame:
    """First allocation row of each subject."""
    rows = scene.frames["DS"].filter(pl.col("DSDECOD") == "RANDOMIZED")
    return rows.sort("DSSTLO", "DSSEQ", nulls_last=True).unique("USUBJID", keep="first", maintain_order=True)


def _reached(scene: Scene, time_point: str) -> pl.DataFrame:
    """Subject and first date of a time point: ``USUBJID AT_LO AT_HI``."""
    place = scene.place(scene.study.time_points[time_point].item)
    stem = date_stem(place.column)
    rows = scene.dated(place, place.column)
    return rows.group_by("USUBJID").agg(AT_LO=pl.col(f"{stem}LO").min(), AT_HI=pl.col(f"{stem}HI").min())


def _allocation_and_arm(scene: Scene) -> Iterator[Finding]:
    subjects, study = scene.frames["DM"], scene.study
    for column in ("ARMCD", "ACTARMCD"):
        strange = subjects.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(study.arm_ids))
        mend = f"write the id of an arm of the study: {', '.join(study.arm_ids)}"
        yield from scene.report("G01", "DM", strange, column, "'{}' is no arm of the study".format, mend=mend)
    if study.allocation is None or not scene.frames.collected("DM") or not scene.frames.collected("DS"):
        return
    drawn = _allocations(scene)
    armed = subjects.filter(pl.col("ARMCD").is_not_null())
    undrawn = armed.join(drawn, on="USUBJID", how="anti")
    yield from scene.report(
        "G01", "DM", undrawn, "ARMCD", "the subject has an arm, and DS has no row RANDOMIZED for it".format
    )
    known = subjects.select("USUBJID")
    unarmed = drawn.join(known, on="USUBJID", how="semi").join(armed, on="USUBJID", how="anti")
    yield from scene.report("G01", "DS", unarmed, "DSSTDTC", "RANDOMIZED on {}, and DM names no arm".format)


def _allocation_too_early(scene: Scene) -> Iterator[Finding]:
    if scene.study.allocation is None:
        return
    drawn = _allocations(scene)
    consent = scene.frames["DM"].select("USUBJID", "RFICDTC", "RFICLO").drop_nulls().unique("USUBJID")
    early = drawn.join(consent, on="USUBJID", how="inner").filter(pl.col("DSSTHI") < pl.col("RFICLO"))
    words = pl.format("allocated on {}, before consent on {}", "DSSTDTC", "RFICDTC")
    yield from scene.report("G02", "DS", early.with_columns(words.alias("TEXT")), "DSSTDTC", "{}".format)
    for gate in scene.study.gates:
        if gate == scene.study.allocation.at:
            break
        early = drawn.join(_reached(scene, gate), on="USUBJID", how="inner").filter(pl.col("DSSTHI") < pl.col("AT_LO"))
        words = pl.format("allocated on {}, before {} on {}", "DSSTDTC", pl.lit(gate), "AT_LO")
        yield from scene.report("G02", "DS", early.with_columns(words.alias("TEXT")), "DSSTDTC", "{}".format)
    yield from _facts_after_allocation(scene, drawn)


def _facts_after_allocation(scene: Scene, drawn: pl.DataFrame) -> Iterator[Finding]:
    """Facts that a criterion of the allocation gate asks for and that were first given after the allocation."""
    study = scene.study
    gate = study.allocation.at if study.allocation else ""
    asked = ""
    for criterion in (*study.inclusion, *study.exclusion):
        at = criterion.at or study.gates[:1]
        if gate in ((at,) if isinstance(at, str) else at):
            asked += criterion.model_dump_json()
    for name, item in study.items.items():
        if item.is_ not in ("attestation", "code", "number") or f'"{name}"' not in asked:
            continue
        place = scene.place(name)
        stem = date_stem(place.date_column)
        rows = scene.dated(place, place.date_column)
        first = rows.sort(f"{stem}LO", "LINE").unique("USUBJID", keep="first", maintain_order=True)
        limit = drawn.select("USUBJID", AT=pl.col("DSSTDTC"), AT_HI=pl.col("DSSTHI"))
        late = first.join(limit, on="USUBJID", how="inner").filter(pl.col(f"{stem}LO") > pl.col("AT_HI"))
        words = pl.format(
            "'{}' was first answered on {}, after the allocation on {}", pl.lit(name), place.date_column, "AT"
        )
        late = late.with_columns(words.alias("TEXT"))
        yield from scene.report("G02", place.domain, late, place.date_column, "{}".format)


def _other_arm(scene: Scene) -> Iterator[Finding]:
    differ = scene.frames["DM"].filter(pl.col("ACTARMCD") != pl.col("ARMCD"))
    yield from scene.report("G03", "DM", differ, "ACTARMCD", "the subject received another arm than allocated".format)


def _twice_or_not_due(scene: Scene) -> Iterator[Finding]:
    drawn = scene.frames["DS"].filter(pl.col("DSDECOD") == "RANDOMIZED").sort("DSSTLO", "DSSEQ", nulls_last=True)
    again = drawn.filter(~pl.col("USUBJID").is_first_distinct())
    yield from scene.report("G09", "DS", again, "DSSTDTC", "a second allocation on {}; the first one counts".format)
    arms = scene.frames["DM"].select("USUBJID", "ARMCD").drop_nulls().unique("USUBJID")
    start = _allocations(scene).select("USUBJID", "DSSTHI")
    for regimen in scene.study.regimens:
        if regimen.procedure is None:
            continue
        without = [arm.id for arm in scene.study.arms if isinstance(arm.gives, tuple) and regimen.id not in arm.gives]
        place = scene.place(regimen.procedure)
        stem = date_stem(place.date_column)
        rows = scene.dated(place, place.date_column).join(
            arms.filter(pl.col("ARMCD").is_in(without)), on="USUBJID", how="inner"
        )
        rows = rows.join(start, on="USUBJID", how="inner").filter(pl.col(f"{stem}HI") >= pl.col("DSSTHI"))
        words = pl.format("{} on {} in an arm that has none", pl.lit(regimen.label), place.date_column)
        yield from scene.report(
            "G09", place.domain, rows.with_columns(words.alias("TEXT")), place.date_column, "{}".format
        )


def _no_reason(scene: Scene) -> Iterator[Finding]:
    study = scene.study
    if study.allocation is None or not study.gates or not scene.frames.collected("DS"):
        return
    ended = scene.frames["DS"].filter(
        (pl.col("DSDECOD") == "RANDOMIZED") | (pl.col("DSCAT") == "DISPOSITION EVENT") | pl.col("DSSCOPE").is_not_null()
    )
    waiting = _reached(scene, study.gates[0]).join(ended, on="USUBJID", how="anti").sort("USUBJID")
    where = scene.frames.file_of("DS")
    for subject, day in waiting.select("USUBJID", "AT_LO").head(100).iter_rows():
        text = f"{study.gates[0]} on {day}, no allocation, and no row that says why"
        yield finding("G10", where, text, subject=subject)
    if waiting.height > 100:
        yield finding(
            "G10", where, f"{waiting.height - 100} more subjects were registered and not allocated, without a reason"
        )


CHECKS = (
    Check("G01", _allocation_and_arm),
    Check("G02", _allocation_too_early),
    Check("G03", _other_arm),
    Check("G09", _twice_or_not_due),
    Check("G10", _no_reason),
)
"""Checks of this module."""
