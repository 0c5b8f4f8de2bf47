"""What a measure is: from the definition of an endpoint to one row a subject, with the rows it rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.timeline import DOMAINS, Flags, Ints, Picks
from trialwright.model.endpoint import Definition, Endpoint
from trialwright.model.finding import Finding
from trialwright.model.frames import OUTPUTS, Frames

__all__ = [
    "ADBIN",
    "ADTTE",
    "GRADES",
    "SOURCES",
    "Measure",
    "Request",
    "Rows",
    "evidence_rows",
    "output_schema",
    "row_name",
    "source_rows",
    "subject_picks",
]

_TYPES: Final = {
    "text": pl.String(), "code": pl.String(), "date": pl.Date(), "int": pl.Int64(), "float": pl.Float64(),
}  # fmt: skip


def output_schema(table: str) -> dict[str, pl.DataType]:
    """Columns and types of a table the program writes.

    Parameters
    ----------
    table : str
        Name of the table.

    Returns
    -------
    dict of str to polars.DataType
        In the order declared.

    Examples
    --------
    >>> output_schema("ADBIN")["SRCSEQ"]
    Int64
    """
    return {column.name: _TYPES[column.kind] for column in OUTPUTS[table].columns}


ADTTE: Final = output_schema("ADTTE")
ADBIN: Final = output_schema("ADBIN")
GRADES: Final[dict[str, pl.DataType]] = {
    "USUBJID": pl.String(), "PARAMCD": pl.String(), "DEFID": pl.String(), "AVALC": pl.String(), "AVAL": pl.Int64(),
    "N": pl.Int64(), "CCI": pl.Float64(), "SRCDOM": pl.String(), "SRCSEQ": pl.Int64(), "RULEID": pl.String(),
}  # fmt: skip
SOURCES: Final[dict[str, pl.DataType]] = dict.fromkeys(("USUBJID", "PARAMCD", "DEFID", "ROLE", "ROW"), pl.String())


@dataclass(frozen=True, slots=True)
class Request:
    """One definition of one endpoint, to be derived.

    Parameters
    ----------
    endpoint : Endpoint
        The endpoint.
    name : str
        Name of the definition, ``used`` when the endpoint has one only.
    definition : Definition
        The definition, complete.
    analysed : bool
        Whether it is the one that is reported.
    """

    endpoint: Endpoint
    name: str
    definition: Definition
    analysed: bool

    @property
    def where(self) -> str:
        """Path of the endpoint, for findings."""
        return f"/endpoints/{self.endpoint.id}"

    @property
    def success_path(self) -> str:
        """Path of the predicate that makes a success."""
        return f"{self.where}/{self.name}/success"


@dataclass(frozen=True, slots=True)
class Rows:
    """What a measure yields.

    Parameters
    ----------
    adtte, adbin, grades, sources : polars.DataFrame, optional
        Rows for the frames of `Derived`; None when the measure makes none.
    findings : tuple of Finding
        What was noticed.

    Examples
    --------
    >>> Rows().findings
    ()
    """

    adtte: pl.DataFrame | None = None
    adbin: pl.DataFrame | None = None
    grades: pl.DataFrame | None = None
    sources: pl.DataFrame | None = None
    findings: tuple[Finding, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to turn a definition into rows; a file of the folder ``measures`` holds one.

    Parameters
    ----------
    id : str
        Name in the study file.
    summary : str
        What a row says, in one line.
    unit : str
        UCUM unit of the value, ``"1"`` for codes.
    reference : str
        Where the rules come from.
    certainty : {"verified", "computed", "unverified"}
        Whether the rules were checked against their source.
    derive : callable
        From subjects and a request to rows.

    Examples
    --------
    >>> Measure("listing", "nothing", "1", "", "verified", lambda cohort, request: Rows()).id
    'listing'
    """

    id: str
    summary: str
    unit: str
    reference: str
    certainty: str
    derive: Callable[[Cohort, Request], Rows]


def source_rows(
    cohort: Cohort, request: Request, roles: Sequence[tuple[str, Picks]], more: tuple[str, Picks, Ints] | None = None
) -> pl.DataFrame:
    """Data rows the subjects' results rest on.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    request : Request
        The definition.
    roles : sequence of (role, rows)
        Rows by what they are for, one a subject; a row with several roles keeps the first.
    more : tuple of (role, rows, subjects), optional
        Further rows, any number a subject; `subjects` gives each row's position in the roster.

    Returns
    -------
    polars.DataFrame
        ``USUBJID PARAMCD DEFID ROLE ROW``, by subject in the order of the roles.
    """
    named = [(role, picks, np.arange(len(picks.day))) for role, picks in roles]
    named += [more] if more is not None else []
    found = [np.flatnonzero(picks.found) for _, picks, _ in named]
    who = np.concatenate([subject[each] for each, (_, _, subject) in zip(found, named, strict=True)])
    role = np.repeat(np.arange(len(named)), [len(each) for each in found])
    domain = np.concatenate([picks.domain[each] for each, (_, picks, _) in zip(found, named, strict=True)])
    seq = np.concatenate([picks.seq[each] for each, (_, picks, _) in zip(found, named, strict=True)])
    order = np.lexsort((role, seq, domain, who))
    first = np.ones(len(order), np.bool_)
    same = (np.diff(who[order]) == 0) & (np.diff(domain[order]) == 0) & (np.diff(seq[order]) == 0)
    first[1:] = ~same
    one = order[first]
    one = one[np.lexsort((role[one], who[one]))]
    rows = pl.DataFrame({"ROLE": role[one], "DOMAIN": domain[one], "SEQ": seq[one]})
    return rows.select(
        USUBJID=cohort.roster.subjects[who[one]],
        PARAMCD=pl.lit(request.endpoint.id),
        DEFID=pl.lit(request.name),
        ROLE=pl.lit(pl.Series([name for name, _, _ in named], dtype=pl.String)).gather("ROLE"),
        ROW=row_name(cohort.frames, pl.lit(cohort.roster.subjects[who[one]])),
    )


def evidence_rows(request: Request, answers: pl.DataFrame) -> pl.DataFrame:
    """Data rows that decided the answers of a predicate.

    Parameters
    ----------
    request : Request
        The definition.
    answers : polars.DataFrame
        ``USUBJID`` and ``EVIDENCE`` (list of row ids) of those concerned.

    Returns
    -------
    polars.DataFrame
        ``USUBJID PARAMCD DEFID ROLE ROW`` with the role ``evidence``.
    """
    return (
        answers.select("USUBJID", ROW="EVIDENCE")
        .explode("ROW")
        .drop_nulls("ROW")
        .select(
            "USUBJID",
            PARAMCD=pl.lit(request.endpoint.id),
            DEFID=pl.lit(request.name),
            ROLE=pl.lit("evidence"),
            ROW="ROW",
        )
    )


def subject_picks(who: Flags) -> Picks:
    """The DM row of some subjects.

    Parameters
    ----------
    who : numpy.ndarray of bool
        Whose.

    Returns
    -------
    Picks
        Rows without a day, for naming only.
    """
    zeros = np.zeros(len(who), np.int64)
    return Picks(zeros, zeros, zeros, zeros).where(who)


def row_name(frames: Frames, subject: pl.Expr) -> pl.Expr:
    """Id of a data row, such as ``row/ds.csv:OV-01-001:2``.

    Parameters
    ----------
    frames : Frames
        Tables with their file names.
    subject : polars.Expr
        USUBJID of each row; its domain stands in ``DOMAIN`` as position in `DOMAINS`, its sequence number in ``SEQ``.

    Returns
    -------
    polars.Expr
        One id a row; a row of DM, whose ``SEQ`` is 0, has no sequence number.
    """
    files = pl.Series([f"row/{frames.file_of(name)}:" for name in DOMAINS])
    tail = pl.when(pl.col("SEQ") > 0).then(pl.format(":{}", "SEQ")).otherwise(pl.lit(""))
    return pl.concat_str(pl.lit(files).gather("DOMAIN"), subject, tail)
