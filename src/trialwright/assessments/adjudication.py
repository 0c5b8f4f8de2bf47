"""The reading of independent readers that counts: each reader judged apart, then one reading of each subject kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from trialwright.assessments.policy import policy_of
from trialwright.assessments.readers import BY_VISIT, chosen_readings, differences, reader_agreement
from trialwright.assessments.recorded import is_recorded, recorded_responses
from trialwright.assessments.recorded_best import recorded_best
from trialwright.assessments.responses import derived_responses
from trialwright.errors import StudyError
from trialwright.model.agreement import ReaderAgreement
from trialwright.model.derivation import derivation_finding, subject_findings
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.schedule import AssessmentSeries
from trialwright.model.study import Study

__all__ = ["INDEPENDENT", "Adjudication", "adjudicated"]

INDEPENDENT: Final = "INDEPENDENT ASSESSOR"
"""Evaluator of an independent reading, of which there may be several readers."""

_ADJUDICATOR: Final = "ADJUDICATOR"
_DOMAINS: Final = ("TU", "TR", "RS")
_TWO: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Adjudication:
    """Tables with one independent reading a subject, and how the readers came out.

    Parameters
    ----------
    frames : Frames
        The tables; of the independent readings only the one that counts is left, without its marks of acceptance.
    agreements : mapping of str to ReaderAgreement
        By series; empty where there are no two readers.
    rows : polars.DataFrame
        ``READER`` and the ADRS rows of each series by that reader.
    findings : tuple of Finding
        Subjects who wait for the adjudicator (R17), and rows that name no reader (R18).
    """

    frames: Frames
    agreements: Mapping[str, ReaderAgreement] = field(default_factory=dict)
    rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    findings: tuple[Finding, ...] = ()


def adjudicated(
    study: Study, frames: Frames, points: pl.DataFrame, switches: Mapping[str, str] | None = None
) -> Adjudication:
    """Tables with one independent reading a subject.

    Parameters
    ----------
    study : Study
        The study; series whose evaluator is the independent assessor are read.
    frames : Frames
        Its tables; TUEVALID, TREVALID and RSEVALID name the readers, TUACPTFL, TRACPTFL and RSACPTFL what was accepted.
    points : polars.DataFrame
        ``USUBJID POINT ADT``: dates of the time points that bound a series.
    switches : mapping of str to str, optional
        Switches that stand above the study file.

    Returns
    -------
    Adjudication
        The tables as they are where no series asks for an independent reading or there is one reader only.

    Raises
    ------
    StudyError
        If there are more than two readers and the study does not say which two they are.

    Notes
    -----
    Each reader is judged apart, with a baseline and a nadir of that reader's own. Of a subject the reader counts whose
    record was accepted; else the adjudicator, where there is a reading of that name; else the first reader, where
    the two agree on best response and day of progression in every series. On the others nobody has decided: no
    independent reading of them is left. Where records of both readers were accepted, recorded responses are taken
    visit by visit, and lesions of two readers are never put together.

    Examples
    --------
    >>> study = Study.model_validate_json(
    ...     '{"language": 1, "study": {"id": "x", "title": "X", "version": "0.1.0",'
    ...     ' "registry": {"name": "R", "id": "1"}},'
    ...     '"items": {"began": {"is": "date", "ask": "Start?", "domain": "DM", "column": "RFICDTC"}},'
    ...     '"time_points": {"start": {"item": "began"}}, "arms": [{"id": "A", "label": "a", "role": "single"}]}'
    ... )
    >>> dict(adjudicated(study, Frames({}, "entered"), pl.DataFrame()).agreements)
    {}
    """
    series = [each for each in study.assessments if each.evaluator == INDEPENDENT]
    readings = _readings(frames) if series else pl.DataFrame()
    names = readings["READER"].drop_nulls().unique().sort().to_list() if readings.width else []
    if len(names) < _TWO:
        return Adjudication(frames)
    first, second, judge = _roles(series, names)
    alone = study.model_copy(update={"assessments": tuple(series)})
    rows = {
        reader: _rows(alone, _reading_of(frames, pl.col("EVALID") == reader), points, switches)
        for reader in (first, second)
    }
    read = readings["USUBJID"].unique()
    found = {each.id: _compared(each, rows[first], rows[second], read, switches) for each in series}
    differ = pl.concat([one.select("USUBJID", "DIFFER") for _, one in found.values()])
    doubted = differ.group_by("USUBJID").agg((pl.col("DIFFER") != "").any())
    subjects = dict.fromkeys(read.to_list(), False) | dict(doubted.iter_rows())
    accepted = readings.filter("ACCEPTED").select("USUBJID", "READER").drop_nulls().unique()
    decided = frozenset(readings.filter(pl.col("READER") == judge)["USUBJID"])
    chosen = chosen_readings(subjects, accepted, decided, (first, second, judge))
    agreements = {
        each.id: reader_agreement(
            (first, second), (_of(rows[first], each), _of(rows[second], each)), found[each.id][1], chosen,
            found[each.id][0],
        )
        for each in series
    }  # fmt: skip
    every = pl.concat([one.select(pl.lit(reader).alias("READER"), pl.all()) for reader, one in rows.items()])
    nameless = readings.filter(pl.col("READER").is_null()).height
    return Adjudication(_kept(frames, chosen), agreements, every, tuple(_findings(chosen, series, nameless)))


def _readings(frames: Frames) -> pl.DataFrame:
    """``USUBJID READER ACCEPTED`` of the rows of independent readings."""
    parts = []
    for domain in _DOMAINS:
        own = frames[domain].filter(pl.col(f"{domain}EVAL") == INDEPENDENT)
        parts.append(
            own.select(
                "USUBJID", READER=f"{domain}EVALID", ACCEPTED=(pl.col(f"{domain}ACPTFL") == "Y").fill_null(value=False)
            )
        )
    return pl.concat(parts).unique()


def _roles(series: Sequence[AssessmentSeries], names: Sequence[str]) -> tuple[str, str, str]:
    """Names of the first reader, the second and the adjudicator, as the series state them or the data tell."""
    stated = {(_texts(each.settings.get("readers")), str(each.settings.get("adjudicator", ""))) for each in series}
    where = f"/assessments/{series[0].id}/settings"
    if len(stated) > 1:
        why = "one reading of a subject counts for all of them"
        mend = "name the same readers and the same adjudicator in each"
        raise StudyError("two series name different readers", where=where, why=why, mend=mend)
    (given, named) = stated.pop()
    judge = named or next((name for name in names if name.startswith(_ADJUDICATOR)), _ADJUDICATOR)
    readers = given or tuple(name for name in names if name != judge)
    if len(readers) != _TWO:
        raise StudyError(
            f"independent readers beside the adjudicator: {', '.join(readers)}",
            where=where,
            why="readings are adjudicated between two readers",
            mend="name the two under settings readers, and who decides between them under settings adjudicator",
        )
    return readers[0], readers[1], judge


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(each) for each in value) if isinstance(value, tuple) else (str(value),)


def _reading_of(frames: Frames, kept: pl.Expr) -> Frames:
    """Tables of which, among the rows of independent readings, those are left that are asked for, unmarked."""
    tables = dict(frames.tables)
    for domain in _DOMAINS:
        if domain in tables:
            names = {f"{domain}EVALID": "EVALID", f"{domain}ACPTFL": "ACPTFL"}
            other = (pl.col(f"{domain}EVAL") != INDEPENDENT).fill_null(value=True)
            own = tables[domain].rename(names).filter(other | kept.fill_null(value=False))
            back = {new: old for old, new in names.items()}
            tables[domain] = own.with_columns(ACPTFL=pl.lit(None, pl.String)).rename(back)
    return replace(frames, tables=tables)


def _kept(frames: Frames, chosen: pl.DataFrame) -> Frames:
    """Tables with the reading that counts of each subject."""
    apart = [f"{subject}\t{reader}" for subject, reader in chosen.select("USUBJID", "READER").drop_nulls().iter_rows()]
    mixed = chosen.filter(pl.col("READER") == BY_VISIT)["USUBJID"].to_list()
    taken = pl.concat_str("USUBJID", "EVALID", separator="\t").is_in(apart)
    # lesions of two readers are never put together, so only recorded responses can be taken visit by visit
    by_visit = pl.col("USUBJID").is_in(mixed) & (pl.col("ACPTFL") == "Y")
    kept = _reading_of(frames, taken)
    recorded = _reading_of(frames, taken | by_visit)
    if "RS" not in kept.tables:
        return kept
    return replace(kept, tables={**kept.tables, "RS": recorded.tables["RS"]})


def _rows(
    study: Study, frames: Frames, points: pl.DataFrame, switches: Mapping[str, str] | None
) -> pl.DataFrame:  # fmt: skip
    """ADRS rows of every series of one reader; what is doubtful in them is told of the reading that counts."""
    written, _ = recorded_responses(study, frames, points)
    recorded, _ = recorded_best(study, frames, points, written, switches)
    derived, _ = derived_responses(study, frames, points, switches)
    return pl.concat([part for part in (recorded, derived) if part.width], how="diagonal_relaxed")


def _of(rows: pl.DataFrame, series: AssessmentSeries) -> pl.DataFrame:
    return rows.filter(pl.col("ASSESSID") == series.id)


def _compared(
    series: AssessmentSeries, first: pl.DataFrame, second: pl.DataFrame, read: pl.Series,
    switches: Mapping[str, str] | None,
) -> tuple[str, pl.DataFrame]:  # fmt: skip
    """Which best response is compared, and what the readers found of each subject that was read."""
    best = "CBOR" if policy_of(series, switches).confirmation else "BOR"
    found = differences(_of(first, series), _of(second, series), best)
    return best, found.filter(pl.col("USUBJID").is_in(read.to_list()))


def _findings(chosen: pl.DataFrame, series: Sequence[AssessmentSeries], nameless: int) -> list[Finding]:
    where = f"/assessments/{series[0].id}"
    waiting = chosen.filter(pl.col("READER").is_null())["USUBJID"].to_list()
    text = "the two readers differ and nobody has decided between them, so no independent reading counts"
    found = subject_findings("R17", where, waiting, text)
    if not all(is_recorded(each) for each in series):
        mixed = chosen.filter(pl.col("READER") == BY_VISIT)["USUBJID"].to_list()
        text = "records of both readers are accepted; lesions of two readers are not put together, so none count"
        found += subject_findings("R17", where, mixed, text)
    if nameless:
        text = "independent readings without the name of the reader are not used"
        found.append(derivation_finding("R18", where, text, column="RSEVALID"))
    return found
