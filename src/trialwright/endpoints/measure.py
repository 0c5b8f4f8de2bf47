"""What a measure is: from the definition of an endpoint to one row a subject, with the rows it rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.timeline import DOMAINS, Picks
from trialwright.model.endpoint import Definition, Endpoint
from trialwright.model.finding import Finding
from trialwright.model.frames import OUTPUTS, Frames

__all__ = ["ADBIN", "ADTTE", "GRADES", "SOURCES", "Measure", "Request", "Rows", "output_schema", "source_rows"]

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


def source_rows(cohort: Cohort, request: Request, roles: Sequence[tuple[str, Picks]]) -> pl.DataFrame:
    """Data rows the subjects' results rest on.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    request : Request
        The definition.
    roles : sequence of (role, rows)
        Rows by what they are for; a row with several roles keeps the first.

    Returns
    -------
    polars.DataFrame
        ``USUBJID PARAMCD DEFID ROLE ROW``, by subject in the order of the roles.
    """
    who, role, domain, seq = [], [], [], []
    for number, (_, picks) in enumerate(roles):
        found = np.flatnonzero(picks.found)
        who.append(found)
        role.append(np.full(len(found), number))
        domain.append(picks.domain[found])
        seq.append(picks.seq[found])
    return _source_frame(
        cohort,
        request,
        pl.DataFrame(
            {
                "WHO": np.concatenate(who),
                "ROLE": np.concatenate(role),
                "DOMAIN": np.concatenate(domain),
                "SEQ": np.concatenate(seq),
            }
        ),
        [name for name, _ in roles],
    )


def _source_frame(cohort: Cohort, request: Request, rows: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    one = rows.sort("WHO", "ROLE").unique(["WHO", "DOMAIN", "SEQ"], keep="first", maintain_order=True)
    return one.select(
        USUBJID=cohort.roster.subjects.gather(one["WHO"]),
        PARAMCD=pl.lit(request.endpoint.id),
        DEFID=pl.lit(request.name),
        ROLE=pl.Series(names, dtype=pl.String).gather(one["ROLE"]),
        ROW=row_names(cohort.frames, cohort.roster.subjects.gather(one["WHO"]), one["DOMAIN"], one["SEQ"]),
    )


def row_names(frames: Frames, subjects: pl.Series, domain: pl.Series, seq: pl.Series) -> pl.Series:
    """Ids of data rows, such as ``row/ds.csv:OV-01-001:2``.

    Parameters
    ----------
    frames : Frames
        Tables with their file names.
    subjects : polars.Series
        USUBJID of each row.
    domain : polars.Series
        Position of its domain in `DOMAINS`.
    seq : polars.Series
        Sequence number, 0 in DM.

    Returns
    -------
    polars.Series
        One id a row; a row of DM has no sequence number.
    """
    files = pl.Series([f"row/{frames.file_of(name)}:" for name in DOMAINS]).gather(domain)
    tail = pl.when(seq > 0).then(pl.format(":{}", seq)).otherwise(pl.lit(""))
    return pl.select(pl.concat_str(files, subjects, tail)).to_series()
