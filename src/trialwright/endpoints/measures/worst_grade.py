"""Worst grade of a subject's complications in a period, how many there were, and the index that adds them up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.measure import GRADES, Measure, Request, Rows, row_names, source_rows
from trialwright.endpoints.periods import Span, span_of
from trialwright.endpoints.timeline import DOMAINS, NEVER, Flags, Ints, Picks, as_days
from trialwright.errors import NotAllowedError
from trialwright.model.derivation import derivation_finding, subject_findings
from trialwright.model.finding import SHOWN_PER_COLUMN, Finding
from trialwright.model.items import Place, date_stem, item_place
from trialwright.numerics.complications import CLAVIEN_RANK, CLAVIEN_WEIGHT, complication_index, read_clavien

__all__ = ["MEASURE"]

_FATAL: Final = CLAVIEN_RANK["V"]
_UNREADABLE: Final = "grade '{}' is not used"
_UNDATED: Final = "complication of grade {} without a date is not counted"
_DOUBTFUL: Final = "complication of grade {} may lie outside the period; it is counted"


@dataclass(frozen=True, slots=True, eq=False)
class _Complications:
    """Graded rows inside the period: position of the subject, grade and the rows they stand in."""

    rows: pl.DataFrame
    findings: tuple[Finding, ...]


def _derive(cohort: Cohort, request: Request) -> Rows:
    definition = request.definition
    if definition.of is None or definition.of not in cohort.study.items:
        raise NotAllowedError(
            "a worst grade needs an item", where=f"{request.where}/of", mend="name the item that holds the grades"
        )
    member = cohort.members(definition.set, definition.arms)
    span = span_of(cohort, definition.period)
    place = item_place(cohort.study, definition.of)
    found = _complications(cohort, request, place, member, span)
    who = np.flatnonzero(member)
    frame = _grades(cohort, request, found.rows, who, span)
    return Rows(
        grades=frame,
        sources=pl.concat(
            [
                _rows_named(cohort, request, found.rows, place),
                source_rows(cohort, request, _roles(cohort, request, frame, member, span)),
            ]
        ),
        findings=(*found.findings, *_doubts(cohort, request, frame, span)),
    )


def _complications(cohort: Cohort, request: Request, place: Place, member: Flags, span: Span) -> _Complications:
    frames, stem = cohort.frames, date_stem(place.date_column)
    keep = pl.col(place.column).is_not_null()
    for column, allowed in place.where:
        keep = keep & pl.col(column).is_in(list(allowed))
    rows = frames[place.domain].filter(keep)
    sequence = f"{place.domain}SEQ"
    link = (
        pl.col("FALNKID").str.extract(r"^AE\.(\d+)$", 1).cast(pl.Int64)
        if place.domain == "FA"
        else pl.lit(None, pl.Int64)
    )
    rows = rows.select(
        "USUBJID", "LINE", SEQ=sequence, TEXT=place.column, AESEQ=link, LO=f"{stem}LO", HI=f"{stem}HI"
    )  # fmt: skip
    rows = rows.with_columns(WHO=pl.Series(cohort.roster.position(rows["USUBJID"])))
    events = frames["AE"].select("USUBJID", "AESEQ", AELO="AESTLO", AEHI="AESTHI")
    rows = rows.join(events, on=["USUBJID", "AESEQ"], how="left", maintain_order="left")
    linked = pl.col("AESEQ").is_not_null()
    rows = rows.with_columns(
        LO=pl.when(linked).then("AELO").otherwise("LO"), HI=pl.when(linked).then("AEHI").otherwise("HI")
    )
    known = {text: read_clavien(text) for text in rows["TEXT"].unique().to_list()}
    grade = pl.col("TEXT").replace_strict(list(known), list(known.values()), default=None, return_dtype=pl.String)
    rows = rows.with_columns(GRADE=grade).filter(
        pl.Series(member[rows["WHO"].to_numpy()] & (rows["WHO"].to_numpy() >= 0))
    )
    who = rows["WHO"].to_numpy()
    low, high = as_days(rows["LO"]), as_days(rows["HI"])
    since, until = span.since[who], span.until[who]
    placed = (low > NEVER) & (until > NEVER)
    inside = placed & (high >= since) & (low <= until)
    partly = inside & ((low < since) | (high > until))
    readable = rows["GRADE"].is_not_null().to_numpy()
    file = frames.file_of(place.domain)
    findings = [
        *_listed("T12", file, rows.filter(pl.Series(~readable & (inside | ~placed))), _UNREADABLE),
        *_listed("T13", file, rows.filter(pl.Series(readable & (low == NEVER))), _UNDATED),
        *_listed("T13", file, rows.filter(pl.Series(readable & partly)), _DOUBTFUL),
    ]  # fmt: skip
    return _Complications(rows.filter(pl.Series(inside & readable)), tuple(findings))


def _listed(rule: str, file: str, rows: pl.DataFrame, text: str) -> list[Finding]:
    found = [
        derivation_finding(rule, f"{file}:{line}", text.format(cell), subject=subject)
        for subject, line, cell in rows.head(SHOWN_PER_COLUMN).select("USUBJID", "LINE", "TEXT").iter_rows()
    ]
    if rows.height > len(found):
        found.append(derivation_finding(rule, file, f"{rows.height - len(found)} more rows of this kind"))
    return found


def _grades(cohort: Cohort, request: Request, rows: pl.DataFrame, who: Ints, span: Span) -> pl.DataFrame:
    rank = pl.col("GRADE").replace_strict(dict(CLAVIEN_RANK), return_dtype=pl.Int64)
    weight = pl.col("GRADE").replace_strict(dict(CLAVIEN_WEIGHT), default=0, return_dtype=pl.Int64)
    ordered = rows.with_columns(RANK=rank, WEIGHT=weight).sort(
        ["WHO", "RANK", "LO", "SEQ"], descending=[False, True, False, False]
    )
    one = ordered.group_by("WHO", maintain_order=True).agg(
        pl.col("GRADE").first(), pl.col("RANK").first(), pl.col("SEQ").first(), N=pl.len(), SUM=pl.col("WEIGHT").sum()
    )
    n = cohort.roster.size
    worst, count, total, seq = (np.zeros(n, np.int64) for _ in range(4))
    place = one["WHO"].to_numpy()
    for target, column in ((worst, "RANK"), (count, "N"), (total, "SUM"), (seq, "SEQ")):
        target[place] = one[column].to_numpy()
    # no row is no complication only where complications were looked for until the period was over
    ended = cohort.observation
    gone = np.where(ended.lost.found | ended.withdrawn.found, np.maximum(ended.lost.day, ended.withdrawn.day), NEVER)
    left = (gone > NEVER) & (gone < span.until)
    dead = cohort.observation.deaths.found & (cohort.observation.deaths.day <= span.until)
    collected = cohort.frames.collected("AE")
    begun = span.until > NEVER
    followed = begun & (span.closed | dead) & ~(left & ~dead)
    none = collected & followed & (count == 0)
    known = (count > 0) | none
    rule = np.select(
        [count > 0, none, ~begun, np.full(n, not collected), ~(span.closed | dead)],
        ["worst", "none-recorded", "not-begun", "not-collected", "period-open"],
        "not-followed",
    )
    rule = np.where((count > 0) & ~(span.closed | dead), "worst-so-far", rule)
    names = pl.Series(list(CLAVIEN_RANK))
    found = pl.Series(known[who])
    index = pl.Series(complication_index(total, worst == _FATAL)[who])
    number = pl.Series(seq[who])
    item = item_place(cohort.study, str(request.definition.of))
    return pl.DataFrame({"USUBJID": cohort.roster.subjects.gather(who)}).with_columns(
        PARAMCD=pl.lit(request.endpoint.id),
        DEFID=pl.lit(request.name),
        AVALC=pl.when(found).then(names.gather(worst[who])),
        AVAL=pl.when(found).then(pl.Series(worst[who])),
        N=pl.when(found).then(pl.Series(count[who])),
        CCI=pl.when(found).then(index),
        SRCDOM=pl.when(number > 0).then(pl.lit(item.domain)),
        SRCSEQ=pl.when(number > 0).then(number),
        RULEID=pl.format("{}.{}", pl.lit(request.endpoint.id), pl.Series(rule[who])),
    ).select(pl.col(name).cast(kind) for name, kind in GRADES.items())  # fmt: skip


def _rows_named(cohort: Cohort, request: Request, rows: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Every graded row that counts, with the adverse event it is linked to."""
    linked = rows.filter(pl.col("AESEQ").is_not_null())
    subjects = pl.concat([rows["USUBJID"], linked["USUBJID"]])
    domain = pl.Series(
        [DOMAINS.index(place.domain)] * rows.height + [DOMAINS.index("AE")] * linked.height, dtype=pl.Int64
    )
    named = row_names(cohort.frames, subjects, domain, pl.concat([rows["SEQ"], linked["AESEQ"]]))
    return pl.DataFrame({"USUBJID": subjects, "ROW": named}).select(
        "USUBJID",
        PARAMCD=pl.lit(request.endpoint.id),
        DEFID=pl.lit(request.name),
        ROLE=pl.lit("complication"),
        ROW="ROW",
    )


def _roles(cohort: Cohort, request: Request, frame: pl.DataFrame, member: Flags, span: Span) -> list[tuple[str, Picks]]:
    n = cohort.roster.size
    zeros = np.zeros(n, np.int64)
    gone = np.zeros(n, np.bool_)
    left = frame.filter(pl.col("RULEID").str.ends_with(".not-followed"))["USUBJID"]
    gone[cohort.roster.position(left)] = True
    ended = cohort.observation
    roles = [
        ("period", span.start.where(member)),
        ("stop", ended.lost.where(gone & (ended.lost.day >= ended.withdrawn.day), ended.withdrawn).where(gone)),
    ]
    if request.definition.set is not None:
        roles.append(("set", cohort.sets[request.definition.set].reached.where(member)))
    return [*roles, ("subject", Picks(zeros, zeros, zeros, zeros).where(member))]


def _doubts(cohort: Cohort, request: Request, frame: pl.DataFrame, span: Span) -> list[Finding]:
    deaths = cohort.observation.deaths
    inside = deaths.found & (deaths.day >= span.since) & (deaths.day <= span.until)
    died = frame.filter((pl.col("AVAL") < _FATAL) | pl.col("AVAL").is_null())["USUBJID"]
    names = cohort.roster.subjects.filter(pl.Series(inside))
    fatal = names.filter(names.is_in(died.implode())).to_list()
    without = frame.filter(pl.col("AVAL") == 0).height
    found = subject_findings(
        "T14", request.where, fatal, "died in the period, and no complication of grade V is recorded"
    )
    if without:
        text = (
            f"{without} subjects have no complication in the period; as adverse events were collected, none is assumed"
        )
        found.append(derivation_finding("T11", request.where, text))
    return found


MEASURE: Final = Measure(
    id="worst grade",
    summary="Worst Clavien-Dindo grade in the period, number of complications and complication index. A subject "
    "without a row counts as free of complications only if adverse events were collected and the period was observed "
    "to its end.",
    unit="1",
    reference="Dindo, Demartines, Clavien, Ann Surg 2004;240:205-213, doi:10.1097/01.sla.0000133083.54934.ae (DOI "
    "unverified); index: Slankamenac et al., Ann Surg 2013;258:1-7, doi:10.1097/SLA.0b013e318296c732",
    certainty="verified",
    derive=_derive,
)
"""The measure ``worst grade``."""
