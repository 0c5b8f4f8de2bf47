"""The program's own tables as analysis datasets: ADSL, ADTR, ADRS and ADTTE with CDISC's names and terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from trialwright.exchange.adam_table import AnalysisTable, Variable, VariableType, analysis_table, short_name
from trialwright.exchange.adam_terms import (
    ADRS_PARAMS,
    ADTR_PARAMS,
    ONCE,
    PROGRESSIVE,
    READERS,
    SOURCE_COLUMNS,
    VARIABLES,
)
from trialwright.model.cells import TERM
from trialwright.model.lengths import millimetres
from trialwright.model.study import Study

__all__ = ["Sources", "analysis_tables"]

_TENTHS: Final = ("AVAL", "BASE", "NADIR", "CHG", "CHGNAD")
_MAX_LABEL: Final = 40


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Tables the analysis datasets are made from, shaped as declared in ``model.frames.OUTPUTS``.

    Parameters
    ----------
    adsl, adrs, adtte : polars.DataFrame
        Subjects, responses and times to events.
    adtr : polars.DataFrame or None
        Lesions and their sums; None where no lesions were read.
    """

    adsl: pl.DataFrame
    adrs: pl.DataFrame
    adtte: pl.DataFrame
    adtr: pl.DataFrame | None = None


def analysis_tables(study: Study, sources: Sources) -> tuple[AnalysisTable, ...]:
    """Analysis datasets of a study.

    Parameters
    ----------
    study : Study
        The study; its series give reader and criteria of each response.
    sources : Sources
        The tables; arms stand in the datasets only where they stand in ADSL.

    Returns
    -------
    tuple of AnalysisTable
        ADSL, ADTR where there are lesions, ADRS, ADTTE.

    Raises
    ------
    DataError
        If a value is no term of its variable, or two columns cannot be told apart by eight characters.

    References
    ----------
    CDISC, Analysis Data Model Implementation Guide 1.3 and its basic data structure for time-to-event analyses; the
    terms were recalled and are unverified against the current terminology.

    Examples
    --------
    >>> from trialwright.model.frames import OUTPUTS
    >>> def empty(name):
    ...     kinds = {"date": pl.Date, "int": pl.Int64, "float": pl.Float64}
    ...     return pl.DataFrame(schema={c.name: kinds.get(c.kind, pl.String) for c in OUTPUTS[name].columns})
    >>> text = '{"language": 1, "study": {"id": "x", "title": "X", "version": "0.1.0", "registry": {"name": "R",'
    >>> text += ' "id": "1"}}, "items": {"began": {"is": "date", "ask": "Start?", "domain": "DS"}},'
    >>> text += ' "time_points": {"start": {"item": "began"}}, "arms": [{"id": "A", "label": "a", "role": "single"}]}'
    >>> study = Study.model_validate_json(text)
    >>> made = analysis_tables(study, Sources(empty("ADSL"), empty("ADRS"), empty("ADTTE")))
    >>> [each.name for each in made]
    ['ADSL', 'ADRS', 'ADTTE']
    """
    parts = [_subjects(sources.adsl)]
    arms = sources.adsl.select("USUBJID", TRTP="ARM") if "ARM" in sources.adsl.columns else None
    if sources.adtr is not None:
        parts.append(_lesions(study, _planned(sources.adtr, arms)))
    words = sources.adrs.with_columns(pl.col(TERM).cast(pl.String))
    parts.append(_responses(study, _planned(words, arms)))
    parts.append(_times(_planned(sources.adtte, arms)))
    return tuple(parts)


def _planned(rows: pl.DataFrame, arms: pl.DataFrame | None) -> pl.DataFrame:
    return rows if arms is None else rows.join(arms, on="USUBJID", how="left", maintain_order="left")


def _subjects(adsl: pl.DataFrame) -> AnalysisTable:
    known = VARIABLES["ADSL"]
    names = {variable.name for variable in known}
    started = pl.when(pl.col("EOSSTT").is_in(["COMPLETED", "DISCONTINUED", "ONGOING"]))
    rows = adsl.rename({"DTHCAUSE": "DTHCAUS"}, strict=False).with_columns(
        AGEU=pl.when(pl.col("AGE").is_not_null()).then(pl.lit("YEARS")),
        DTHFL=pl.when(pl.col("DTHDT").is_not_null()).then(pl.lit("Y")),
        EOSSTT=started.then("EOSSTT"),
    )
    if "ARM" in rows.columns:
        rows = rows.with_columns(TRT01P="ARM")
    more: list[Variable] = []
    renamed: dict[str, str] = {}
    for column in rows.columns:
        if column in names:
            continue
        short = short_name(column, [*names, *(variable.name for variable in more)])
        renamed[column] = short
        more.append(_of_the_study(column, short, rows.schema[column]))
    return analysis_table("ADSL", "Subject-Level Analysis Dataset", (*known, *more), ["USUBJID"], rows.rename(renamed))


def _of_the_study(column: str, short: str, dtype: pl.DataType) -> Variable:
    """Variable of a column that is named after a part of the study: a gate, an analysis set, a stratum."""
    plain: VariableType = "date" if dtype == pl.Date else "text"
    terms: tuple[str, ...] = ()
    if column.endswith("ELIG"):
        label, short_label = f"Eligibility at {column.removesuffix('ELIG').lower()}", "Eligibility at This Gate"
        terms = ("ELIGIBLE", "NOT ELIGIBLE", "CANNOT TELL")
    elif column.endswith("FL"):
        label, short_label = f"Member of {column.removesuffix('FL').lower()}", "Member of This Analysis Set"
        terms = ("Y", "N", "U")
    elif column.endswith("DT"):
        label, short_label = f"Date of {column.removesuffix('DT').lower()}", "Date of This Time Point"
    else:
        label, short_label = f"Stratum {column}", "Stratum"
    fits = len(label.encode()) <= _MAX_LABEL
    return Variable(short, label if fits else short_label, plain, terms, "" if short == column else column)


def _categories(study: Study) -> pl.DataFrame:
    """Category, reader and criteria of each series and marker."""
    series = [
        (each.id, "Tumor Response", READERS[each.evaluator], each.criteria.replace("-", " ").upper())
        for each in study.assessments
    ]
    markers = [(each.id, "Marker Response", "", (each.criteria or "").upper()) for each in study.markers]
    names = ("ASSESSID", "PARCAT1", "PARCAT2", "PARCAT3")
    found = pl.DataFrame([*series, *markers], schema=dict.fromkeys(names, pl.String), orient="row")
    return found.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in names)


def _with_parameters(study: Study, rows: pl.DataFrame, words: Mapping[str, str]) -> pl.DataFrame:
    placed = rows.join(_categories(study), on="ASSESSID", how="left", maintain_order="left")
    return placed.with_columns(
        PARAM=pl.col("PARAMCD").replace_strict(dict(words), return_dtype=pl.String),
        SRCVAR=pl.col("SRCDOM").replace_strict(dict(SOURCE_COLUMNS), default=None, return_dtype=pl.String),
    )


def _responses(study: Study, adrs: pl.DataFrame) -> AnalysisTable:
    rows = _with_parameters(study, adrs, ADRS_PARAMS)
    once = pl.col("PARAMCD").is_in(list(ONCE))
    progressed = (pl.col("PARAMCD") == "OVR") & (pl.col("AVALC") == "PD") & (pl.col("ANL01FL") == "Y")
    first = rows.filter(progressed).group_by("USUBJID", "ASSESSID").agg(FIRST=pl.col("ADT").min())
    rows = rows.join(first, on=["USUBJID", "ASSESSID"], how="left", maintain_order="left")
    used = (pl.col("ANL01FL") == "Y") & pl.col("ADT").is_not_null()
    until = used & (pl.col("FIRST").is_null() | (pl.col("ADT") <= pl.col("FIRST")))
    derived = pl.col("PARAMCD").is_in(list(PROGRESSIVE)) & (pl.col("DTYPE") == "DERIVED")
    rows = rows.with_columns(
        PARAMTYP=pl.when(once).then(pl.lit("DERIVED")),
        DTYPE=pl.when(derived).then(pl.lit("DERIVED")),
        ADEQFL="ADEQUATE",
        ANL02FL=pl.when(until).then(pl.lit("Y")),
    )
    key = ["USUBJID", "ASSESSID", "PARAMCD", "ADT", "DTYPE"]
    return analysis_table("ADRS", "Response Analysis Dataset", VARIABLES["ADRS"], key, rows, numbered="ASEQ")


def _lesions(study: Study, adtr: pl.DataFrame) -> AnalysisTable:
    rows = _with_parameters(study, adtr, ADTR_PARAMS)
    whole = pl.col("AVAL").is_not_null() & (pl.col("COMPLETE").fill_null("Y") == "Y")
    rows = rows.with_columns(
        *(millimetres(adtr[name]) for name in _TENTHS),
        AVALU=pl.lit("mm"),
        ANL01FL=pl.when(whole).then(pl.lit("Y")),
        SRCDOM=pl.coalesce("SRCDOM", pl.lit("TR")),
        SRCVAR=pl.coalesce("SRCVAR", pl.lit(SOURCE_COLUMNS["TR"])),
    )
    key = ["USUBJID", "ASSESSID", "PARAMCD", "TRLNKID", "ADT"]
    return analysis_table("ADTR", "Tumor Results Analysis Dataset", VARIABLES["ADTR"], key, rows, numbered="ASEQ")


def _times(adtte: pl.DataFrame) -> AnalysisTable:
    rows = adtte.with_columns(AVALU=pl.when(pl.col("AVAL").is_not_null()).then(pl.lit("DAYS")))
    key = ["USUBJID", "PARAMCD", "DEFID"]
    return analysis_table("ADTTE", "Time-to-Event Analysis Dataset", VARIABLES["ADTTE"], key, rows, numbered="ASEQ")
