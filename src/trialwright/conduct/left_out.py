"""Rows that a result rests on through calculated responses: those without which it is another one.

A response calculated from lesions rests on many rows: the targets of its visit, those of the baseline, those of the
visit with the smallest sum, and on some of them only as far as the rest does not say the same. Which of them a result
rests on is asked of the derivation itself: each row is left out in turn, all else stays, and the result is derived
again. A row is named exactly when the result is then another one or none. A measurement also names the row that
identified its lesion, because the one cannot be read without the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from trialwright.assessments.criterion import criteria
from trialwright.assessments.gcig.study_rows import DISTURBING
from trialwright.assessments.recorded import is_recorded
from trialwright.assessments.responses import overall_rows
from trialwright.conduct.outcomes import endpoints_from, outcomes
from trialwright.endpoints.moments import time_point_dates
from trialwright.endpoints.questions import names_in
from trialwright.model.derivation import derivation_finding
from trialwright.model.endpoint import Endpoint, FirstResponse
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.items import Place, item_place, place_of
from trialwright.model.result import Derived
from trialwright.model.schedule import AssessmentSeries
from trialwright.model.study import Study

__all__ = ["ROLE", "with_lesions_named"]

ROLE: Final = "assessed"
"""Role of the rows that are found here, among the sources of a result."""

_SCANS: Final = ("TU", "TR", "FA")
_THERAPY: Final = Place("CM", "CMCAT", (("CMCAT", ("SUBSEQUENT CANCER THERAPY",)),), "CMSTDTC", "all")
_REVIEW: Final = Place("FA", "FATESTCD", (("FATESTCD", ("LESREVEW",)),), "FADTC", "all")
_UNREAD: Final = ("TRG", "NTRG", "NEW", "CB", "CCB", "LSTA", "DEATH")
"""Responses that no endpoint reads."""
_KEY: Final = ("USUBJID", "PARAMCD", "DEFID")
_OWN_ROLES: Final = ("observed", "evidence")
"""Roles in which a result may name the deciding row of a response although another row says the same."""


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """A trial at a cut-off, its series that are calculated, and the study with the endpoints that read them alone."""

    study: Study
    asked: Study
    frames: Frames
    series: tuple[AssessmentSeries, ...]
    cutoff: date

    def places(self) -> Iterator[Place]:
        """Rows other than lesions and scans that a calculated response is bounded by or reads."""
        names: set[str] = set()
        for series in self.series:
            points = {series.baseline.last_before, series.from_, series.until} - {None}
            names |= {self.study.time_points[str(point)].item for point in points}
            if series.planned_removal is not None:
                names.add(series.planned_removal.procedure)
            if series.marker is not None:
                marker = next(each for each in self.study.markers if each.id == series.marker)
                names.add(marker.item)
                if series.criteria in criteria() and criteria()[series.criteria].with_ca125:
                    bounds = [self.study.time_points[point] for point in (marker.from_, marker.until) if point]
                    names |= {point.item for point in bounds} | {pause.item for pause in marker.ignore_after}
                    yield from DISTURBING
        yield _THERAPY
        for name in sorted(names):
            yield place_of(name, self.study.items[name])


def with_lesions_named(study: Study, known: Frames, derived: Derived, *, cutoff: date, most: int) -> Derived:
    """Derived results that name every row they rest on through calculated responses.

    Parameters
    ----------
    study : Study
        The study.
    known : Frames
        Its data, up to the cut-off.
    derived : Derived
        What was derived from them.
    cutoff : datetime.date
        Last day that counts.
    most : int
        Of more subjects no row is left out; each result then names the deciding row of a calculated response alone,
        and a finding says so.

    Returns
    -------
    Derived
        With other `sources`, and unchanged where every series takes recorded responses.

    Notes
    -----
    Scans are left out of the calculation of responses first; what gives the same responses is not tried further, and
    rows of one subject that give the same other responses are tried once. Time points, the planned removal, a new
    therapy and samples of a marker that a complete response needs are left out of the whole derivation.
    """
    series = tuple(each for each in study.assessments if not is_recorded(each))
    asked = _reading(study, frozenset(each.id for each in series))
    trial = _Trial(study, study.model_copy(update={"endpoints": asked}), known, series, cutoff)
    if not asked or derived.sources.is_empty():
        return derived
    if known["DM"].height > most:
        return replace(derived, findings=(*derived.findings, _too_many(most)))
    subjects = derived.sources.select("USUBJID").unique()
    scans = _numbered(_rows_of_scans(known, subjects))
    before = outcomes(derived).filter(pl.col("PARAMCD").is_in([endpoint.id for endpoint in asked]))
    changed = _by_scan(trial, derived, scans, before)
    others = _numbered(_other_rows(trial, subjects))
    named = pl.concat([changed, _by_row(trial, others, before)]).unique()
    named = pl.concat([named, _identified(named, known)]).unique()
    rows = named.sort(*_KEY, "DOMAIN", "SEQ").select(
        *_KEY, ROLE=pl.lit(ROLE), ROW=_row_id(known, pl.col("DOMAIN"), pl.col("USUBJID"), pl.col("SEQ"))
    )
    kept = _without_idle(trial, derived, rows, others)
    key = [name for name in derived.sources.columns if name != "ROLE"]
    both = pl.concat([kept, rows], how="diagonal").unique(key, keep="first", maintain_order=True)
    return replace(derived, sources=both.sort(_KEY, maintain_order=True))


def _too_many(most: int) -> Finding:
    text = f"with more than {most:,} subjects a result names the deciding row of a calculated response alone"
    return derivation_finding("T50", "/assessments", text)


def _rows_of_scans(known: Frames, subjects: pl.DataFrame) -> pl.DataFrame:
    """``USUBJID DOMAIN SEQ`` of lesions, looks at them and reviews of scans."""
    parts = [_picked(known, domain, None) for domain in ("TU", "TR")] + [_picked(known, "FA", _REVIEW)]
    return pl.concat(parts).join(subjects, on="USUBJID", how="semi")


def _other_rows(trial: _Trial, subjects: pl.DataFrame) -> pl.DataFrame:
    """``USUBJID DOMAIN SEQ`` of what else a calculated response reads."""
    parts = [_picked(trial.frames, place.domain, place) for place in trial.places() if place.domain != "DM"]
    return pl.concat(parts).unique().join(subjects, on="USUBJID", how="semi").sort("USUBJID", "DOMAIN", "SEQ")


def _picked(frames: Frames, domain: str, place: Place | None) -> pl.DataFrame:
    rows = frames[domain] if place is None else frames[domain].filter(_belongs(place))
    return rows.select("USUBJID", DOMAIN=pl.lit(domain), SEQ=pl.col(f"{domain}SEQ").cast(pl.Int64))


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with ``COPY``, the id of the copy of their subject that does without them."""
    return rows.with_columns(COPY=pl.format("{}#{}", "USUBJID", pl.int_range(pl.len()).over("USUBJID")))


def _copied(frames: Frames, copies: pl.DataFrame, domains: tuple[str, ...] | None = None) -> Frames:
    """Tables of copies of subjects, each without the row it does without.

    Parameters
    ----------
    frames : Frames
        The tables.
    copies : polars.DataFrame
        ``COPY USUBJID DOMAIN SEQ``.
    domains : tuple of str, optional
        Tables that are needed; all that were collected when left out.
    """
    made = {}
    for domain in domains or tuple(frames.tables):
        table = frames[domain]
        columns = table.columns
        wide = table.join(copies.select("USUBJID", "COPY", "DOMAIN", "SEQ"), on="USUBJID")
        if f"{domain}SEQ" in columns:
            gone = (pl.col("DOMAIN") == domain) & (pl.col(f"{domain}SEQ").cast(pl.Int64) == pl.col("SEQ"))
            wide = wide.filter(~gone.fill_null(value=False))
        made[domain] = wide.with_columns(USUBJID="COPY").select(columns)
    return replace(frames, tables=made)


def _beside(frames: Frames, copies: Frames) -> Frames:
    """Copies beside the subjects themselves, whose enrolment may set the horizon of all."""
    return replace(
        frames,
        tables={name: pl.concat([table, copies[name]]) if name in copies.tables else table
                for name, table in frames.tables.items()},
    )  # fmt: skip


def _by_scan(trial: _Trial, derived: Derived, scans: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """``USUBJID PARAMCD DEFID DOMAIN SEQ`` of scans without which a result is another one."""
    responses = _responses_without(trial, scans)
    own = derived.adrs.filter(pl.col("ASSESSID").is_in([series.id for series in trial.series]))
    now = _fingerprints(responses, "COPY")
    was = _fingerprints(own.rename({"USUBJID": "COPY"}), "COPY").rename({"COPY": "USUBJID"})
    tried = scans.join(now, on="COPY", how="left").join(was, on="USUBJID", how="left", suffix="_WAS")
    tried = tried.filter(pl.col("MARK").ne_missing(pl.col("MARK_WAS")))
    one = tried.unique(["USUBJID", "MARK"], keep="first", maintain_order=True)
    if one.is_empty():
        return _none()
    frames = _copied(trial.frames, one.with_columns(DOMAIN=pl.lit("")))
    kept = derived.adrs.filter(~pl.col("ASSESSID").is_in([series.id for series in trial.series]))
    same = kept.join(one.select("USUBJID", "COPY"), on="USUBJID").with_columns(USUBJID="COPY").select(kept.columns)
    changed = responses.join(one.select("COPY"), on="COPY", how="semi").rename({"COPY": "USUBJID"})
    adrs = pl.concat([derived.adrs, same, changed], how="diagonal_relaxed").sort(
        "USUBJID", "ASSESSID", "PARAMCD", "ADT"
    )
    after = outcomes(endpoints_from(trial.asked, _beside(trial.frames, frames), adrs, cutoff=trial.cutoff))
    differing = _differing(one, before, after).select("USUBJID", "MARK", "PARAMCD", "DEFID")
    return differing.join(tried, on=["USUBJID", "MARK"], nulls_equal=True).select(*_KEY, "DOMAIN", "SEQ")


def _responses_without(trial: _Trial, scans: pl.DataFrame) -> pl.DataFrame:
    """Calculated responses of each copy, named by ``COPY``."""
    needed = {"DM", "TU", "TR", "FA", "CM", *(place.domain for place in trial.places())}
    points = {item_place(trial.study, point.item).domain for point in trial.study.time_points.values()}
    frames = _copied(_slim(trial), scans, tuple(sorted(needed | points)))
    rows = overall_rows(trial.study, frames, time_point_dates(trial.study, frames))
    return rows.filter(~pl.col("PARAMCD").is_in(list(_UNREAD))).rename({"USUBJID": "COPY"})


def _slim(trial: _Trial) -> Frames:
    """Tables with the rows that a calculated response can read, and no others."""
    places = [_REVIEW, *trial.places()]
    places += [place_of(point.item, trial.study.items[point.item]) for point in trial.study.time_points.values()]
    kept = {"DM": trial.frames["DM"], "TU": trial.frames["TU"], "TR": trial.frames["TR"]}
    for domain in {place.domain for place in places} - kept.keys():
        read = pl.any_horizontal(_belongs(each) for each in places if each.domain == domain)
        kept[domain] = trial.frames[domain].filter(read)
    return replace(trial.frames, tables=kept)


def _belongs(place: Place) -> pl.Expr:
    return pl.all_horizontal(pl.lit(value=True), *(pl.col(name).is_in(list(allowed)) for name, allowed in place.where))


def _fingerprints(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """One number a subject for all responses an endpoint can read."""
    told = ("ASSESSID", "PARAMCD", "ADT", "AVALC", "ADEQUATE", "ANL01FL", "DTYPE", "SRCDOM", "SRCSEQ", "ADTF")
    used = rows.filter(~pl.col("PARAMCD").is_in(list(_UNREAD)))
    cells = used.select(key, MARK=pl.struct(pl.col(told).cast(pl.String)).hash())
    return cells.group_by(key).agg(pl.col("MARK").sort().implode().hash().first())


def _by_row(trial: _Trial, others: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The same of rows that are no scans, each left out of the whole derivation."""
    if others.is_empty():
        return _none()
    frames = _beside(trial.frames, _copied(trial.frames, others))
    after = outcomes(endpoints_from(trial.asked, frames, cutoff=trial.cutoff))
    return _differing(others, before, after).select(*_KEY, "DOMAIN", "SEQ")


def _differing(copies: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Results of copies that are not those of their subject."""
    expected = copies.join(before, on="USUBJID")
    found = after.rename({"USUBJID": "COPY", "OUTCOME": "FOUND"})
    both = expected.join(found, on=["COPY", "PARAMCD", "DEFID"], how="left")
    return both.filter(pl.col("OUTCOME").ne_missing(pl.col("FOUND")))


def _none() -> pl.DataFrame:
    names = (*_KEY, "DOMAIN")
    return pl.DataFrame(schema={**dict.fromkeys(names, pl.String()), "SEQ": pl.Int64()})


def _identified(named: pl.DataFrame, known: Frames) -> pl.DataFrame:
    """Rows that identified the lesions whose measurements are named."""
    looks = known["TR"].select("USUBJID", "TRLNKID", "TREVAL", SEQ=pl.col("TRSEQ").cast(pl.Int64))
    lesions = known["TU"].select("USUBJID", TRLNKID="TULNKID", TREVAL="TUEVAL", TUSEQ=pl.col("TUSEQ").cast(pl.Int64))
    measured = named.filter(pl.col("DOMAIN") == "TR").join(looks, on=["USUBJID", "SEQ"])
    found = measured.join(lesions, on=["USUBJID", "TRLNKID", "TREVAL"], nulls_equal=True)
    return found.select(*_KEY, DOMAIN=pl.lit("TU"), SEQ="TUSEQ").unique()


def _row_id(frames: Frames, domain: pl.Expr, subject: pl.Expr, seq: pl.Expr) -> pl.Expr:
    files = {name: frames.file_of(name) for name in frames}
    return pl.format("row/{}:{}:{}", domain.replace_strict(files, return_dtype=pl.String), subject, seq)


def _without_idle(trial: _Trial, derived: Derived, rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Sources without rows that were left out and on which the result does not rest.

    A further look or a review of the same scan may say the same as the row that gave a response its source, and a time
    that is cut at a horizon does not rest on what came after it.
    """
    own = derived.adrs.filter(
        pl.col("ASSESSID").is_in([series.id for series in trial.series]) & pl.col("SRCDOM").is_in(list(_SCANS))
    ).drop_nulls("SRCSEQ")
    tried = pl.concat(
        [own.select("USUBJID", DOMAIN="SRCDOM", SEQ="SRCSEQ"), others.select("USUBJID", "DOMAIN", "SEQ")],
        how="vertical_relaxed",
    )
    ids = _row_id(trial.frames, pl.col("DOMAIN"), pl.col("USUBJID"), pl.col("SEQ"))
    tried = tried.select("USUBJID", ROW=ids).unique()
    asked = trial.asked.endpoints
    read = pl.col("ROLE").is_in(list(_OWN_ROLES)) & pl.col("PARAMCD").is_in([endpoint.id for endpoint in asked])
    cut_off = pl.col("PARAMCD").is_in([endpoint.id for endpoint in asked if endpoint.measure == "restricted mean"])
    doubtful = derived.sources.filter(read | cut_off).join(tried, on=["USUBJID", "ROW"], how="semi")
    idle = doubtful.join(rows, on=[*_KEY, "ROW"], how="anti").select(*_KEY, "ROLE", "ROW")
    return derived.sources.join(idle, on=[*_KEY, "ROLE", "ROW"], how="anti", maintain_order="left")


def _reading(study: Study, series: frozenset[str]) -> tuple[Endpoint, ...]:
    """Endpoints that read one of some series, and those that are made of such an endpoint."""
    found = {endpoint.id for endpoint in study.endpoints if any(map(series.intersection, _series_of(endpoint)))}
    found |= {
        endpoint.id
        for endpoint in study.endpoints
        if any(definition.of in found for definition in endpoint.resolved().values())
    }
    return tuple(endpoint for endpoint in study.endpoints if endpoint.id in found)


def _series_of(endpoint: Endpoint) -> Iterator[frozenset[str]]:
    """Series that each definition of an endpoint reads, among other names."""
    for definition in endpoint.resolved().values():
        names = {str(definition.assessment)}
        if isinstance(definition.origin, FirstResponse):
            names.add(definition.origin.of)
        if definition.success is not None:
            names |= names_in(definition.success)
        yield frozenset(names)
