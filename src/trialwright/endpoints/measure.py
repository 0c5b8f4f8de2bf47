"""What a measure is: from the definition of an endpoint to one row a subject, with the rows it rests on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.sources import Named
from trialwright.model.endpoint import Definition, Endpoint
from trialwright.model.finding import Finding
from trialwright.model.frames import OUTPUTS

__all__ = ["ADBIN", "ADTTE", "ADTTEL", "ADVAL", "GRADES", "Measure", "Request", "Rows", "output_schema"]

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
ADTTEL: Final = output_schema("ADTTEL")
ADBIN: Final = output_schema("ADBIN")
ADVAL: Final = output_schema("ADVAL")
GRADES: Final[dict[str, pl.DataType]] = {
    "USUBJID": pl.String(), "PARAMCD": pl.String(), "DEFID": pl.String(), "AVALC": pl.String(), "AVAL": pl.Int64(),
    "N": pl.Int64(), "CCI": pl.Float64(), "SRCDOM": pl.String(), "SRCSEQ": pl.Int64(), "RULEID": pl.String(),
}  # fmt: skip


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
    adtte, adbin, grades, values, lesions : polars.DataFrame, optional
        Rows for the frames of `Derived`; None when the measure makes none.
    named : Named, optional
        The data rows they rest on.
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
    values: pl.DataFrame | None = None
    lesions: pl.DataFrame | None = None
    named: Named | None = None
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
