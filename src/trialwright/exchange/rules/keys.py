"""Rules on keys and on what must be there: K02 to K05, F07, F09."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from trialwright.exchange.rules.scene import Check, Scene
from trialwright.model.finding import Finding, finding
from trialwright.model.frames import TABLES

__all__ = ["CHECKS"]


def _other_study(scene: Scene) -> Iterator[Finding]:
    folder, study = scene.frames.study, scene.study.id
    if folder and folder != study:
        yield finding("F07", "study.json", f"the folder belongs to study '{folder}', not to '{study}'")


def _other_version(scene: Scene) -> Iterator[Finding]:
    made_for, now = scene.frames.study_sha256, scene.study_sha256
    if made_for and now and made_for != now:
        text = f"the folder was made for a study file with hash {made_for[:12]}..., this one has {now[:12]}..."
        found = finding("F09", "study.json", text)
        yield replace(found, severity="E") if scene.activated else found


def _doubled_key(scene: Scene) -> Iterator[Finding]:
    for domain, frame in scene.frames.tables.items():
        key = list(TABLES[domain].key)
        if frame.select(key).hash_rows().n_unique() == frame.height:  # different hashes are different keys
            continue
        doubled = frame.drop_nulls(key).group_by(key).agg(pl.len().alias("N"), pl.col("LINE").min().alias("FIRST"))
        doubled = doubled.filter(pl.col("N") > 1)
        if doubled.is_empty():
            continue
        again = frame.join(doubled, on=key, how="inner").filter(pl.col("LINE") != pl.col("FIRST"))
        shown = [pl.format("{} {}", pl.lit(name), pl.col(name)) for name in key[1:]]
        words = pl.concat_str([*shown, pl.format("line {}", "FIRST")], separator=" stands already in ")
        mend = ""
        if domain == "DM":
            words, mend = pl.format("the subject stands already in line {}", "FIRST"), "keep one row for each subject"
        rows = again.with_columns(words.alias("TEXT"))
        yield from scene.report("K02", domain, rows, key[-1], "{}".format, mend=mend)
    yield from _doubled_lesion(scene)


def _doubled_lesion(scene: Scene) -> Iterator[Finding]:
    key = ["USUBJID", "TUEVAL", "TUEVALID", "TULNKID"]
    lesions = scene.frames["TU"].filter(pl.col("TULNKID").is_not_null())
    again = lesions.filter(~pl.struct(key).is_first_distinct())
    yield from scene.report("K02", "TU", again, "TULNKID", "lesion {} was first seen in an earlier row".format)


def _not_in_dm(scene: Scene) -> Iterator[Finding]:
    if not scene.frames.collected("DM"):
        return
    subjects = scene.frames["DM"].select("USUBJID").unique()
    for domain, frame in scene.frames.tables.items():
        if domain != "DM":
            stranger = frame.filter(pl.col("USUBJID").is_not_null()).join(subjects, on="USUBJID", how="anti")
            stranger = stranger.unique("USUBJID", keep="first", maintain_order=True)
            yield from scene.report("K03", domain, stranger, "USUBJID", "subject {} has no row in DM".format)


def _needed(scene: Scene) -> Iterator[Finding]:
    frames, study = scene.frames, scene.study
    if not frames.collected("DM"):
        yield finding("K04", "study.json", "the folder has no DM table, so no subject is known", mend="add dm.csv")
    if study.allocation is not None and not frames.collected("DS"):
        text = "the folder has no DS table, so nobody is known to be registered or allocated"
        yield finding("K04", "study.json", text, mend="add ds.csv")
    recorded = [series.id for series in study.assessments if series.settings.get("rows") == "recorded"]
    if recorded and not frames.collected("RS"):
        text = f"the folder has no RS table; the series {', '.join(recorded)} reads the recorded responses"
        yield finding("K04", "study.json", text, mend="add rs.csv")
    yield from _needed_columns(scene)


def _needed_columns(scene: Scene) -> Iterator[Finding]:
    """One finding for each column that items need and a file lacks."""
    frames = scene.frames
    needed: dict[tuple[str, str], list[str]] = {}
    for name in scene.study.items:
        place = scene.place(name)
        if not frames.collected(place.domain):
            continue
        told = _told_when_typed(place.domain)
        for column in dict.fromkeys((place.column, place.date_column, *(column for column, _ in place.where))):
            if column not in frames.columns.get(place.domain, (column,)) and column not in told:
                needed.setdefault((place.domain, column), []).append(name)
    later = scene.study.model_dump_json(include={"time_points", "endpoints", "analysis_sets", "analyses"})
    for (domain, column), names in needed.items():
        stage = "endpoints" if any(f'"{name}"' in later for name in names) else "screening"
        text = f"column {column} is missing; {stage} needs it for the items {', '.join(names)}"
        where = f"{frames.file_of(domain)}:1"
        yield finding("K04", where, text, column=column, mend=f"add the column {column} to {domain}")


def _told_when_typed(domain: str) -> frozenset[str]:
    """Columns whose absence was told when the table was typed."""
    return frozenset(column.name for column in TABLES[domain].columns if column.required)


def _equal_rows(scene: Scene) -> Iterator[Finding]:
    for domain, frame in scene.frames.tables.items():
        if domain == "DM" or frame.height < 2:
            continue
        own = [name for name in frame.columns if name in TABLES[domain].by_name and name != f"{domain}SEQ"]
        own += [name for name in scene.frames.columns.get(domain, ()) if name not in TABLES[domain].by_name]
        alike = frame.select(own).hash_rows().is_duplicated()
        if not alike.any():
            continue
        again = frame.filter(alike).filter(~pl.struct(own).is_first_distinct())
        words = f"the row equals an earlier one of the subject but for {domain}SEQ {{}}".format
        yield from scene.report("K05", domain, again, f"{domain}SEQ", words)


CHECKS = (
    Check("F07", _other_study),
    Check("F09", _other_version),
    Check("K02", _doubled_key),
    Check("K03", _not_in_dm),
    Check("K04", _needed),
    Check("K05", _equal_rows),
)
"""Checks of this module."""
