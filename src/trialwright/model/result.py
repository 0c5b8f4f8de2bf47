"""What an analysis yields: figures with their method, certainty and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import polars as pl

from trialwright.model.catalogue import Certainty
from trialwright.model.finding import Finding

__all__ = ["Derived", "Result", "Status"]

Status = Literal["estimated", "not estimable", "event", "censored", "withheld", "not computed"]


@dataclass(frozen=True, slots=True)
class Result:
    """One figure of the report.

    Parameters
    ----------
    id : str
        Stable between runs: ``PFS/hr``, ``OS~record/hr``, ``figure/km-pfs``.
    endpoint, definition, analysis, method, set : str
        What was estimated, how, and in whom.
    settings : mapping of str to str
        Options of the method.
    n, events : int, optional
        Subjects and events used.
    value, low, high, level : float, optional
        Estimate, limits and confidence level.
    unit : str
        UCUM unit of the value.
    status : Status
        Whether there is an estimate.
    reason : str
        Why there is none.
    level_of : str
        Arm or level the figure belongs to; empty for a comparison or a pooled figure.
    certainty : Certainty
        Of the method and the constants behind it.
    rests_on : tuple of str
        Ids of results, rows and clauses.

    Examples
    --------
    >>> Result("PFS/hr", endpoint="PFS", status="estimated", value=0.7).value
    0.7
    """

    id: str
    endpoint: str = ""
    definition: str = ""
    analysis: str = ""
    method: str = ""
    set: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    n: int | None = None
    events: int | None = None
    value: float | int | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    unit: str = ""
    status: Status = "estimated"
    reason: str = ""
    level_of: str = ""
    certainty: Certainty = "verified"
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Derived:
    """Frames derived from a study's data at a cutoff.

    Parameters
    ----------
    adsl, adrs, adtte, adbin : polars.DataFrame
        Subject level, responses, time to event and yes-or-no endpoints, shaped as declared in ``model.frames.OUTPUTS``.
    grades : polars.DataFrame
        Worst grade a subject: ``USUBJID PARAMCD DEFID AVALC AVAL N CCI SRCDOM SRCSEQ RULEID``.
    sources : polars.DataFrame
        ``USUBJID PARAMCD DEFID ROLE ROW LESION``: every data row a subject's endpoint, or that of one of its lesions,
        rests on, ROW as ``row/ds.csv:ID:2``.
    findings : tuple of Finding
        What was noticed while deriving.
    lesion_times : polars.DataFrame
        Times of lesions, one row a lesion, shaped as ``ADTTEL``.
    values : polars.DataFrame
        Values listed and changes from the beginning of a period, shaped as ``ADVAL``.
    """

    adsl: pl.DataFrame
    adrs: pl.DataFrame
    adtte: pl.DataFrame
    adbin: pl.DataFrame
    grades: pl.DataFrame
    sources: pl.DataFrame
    findings: tuple[Finding, ...]
    values: pl.DataFrame = field(default_factory=pl.DataFrame)
    lesion_times: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Tables that are written, by their names in ``model.frames.OUTPUTS``.

        Returns
        -------
        dict of str to polars.DataFrame
            ADVAL and ADTTEL only where an endpoint lists values or counts lesions.

        Examples
        --------
        >>> none = pl.DataFrame()
        >>> list(Derived(none, none, none, none, none, none, ()).tables)
        ['ADSL', 'ADRS', 'ADTTE', 'ADBIN']
        """
        tables = {"ADSL": self.adsl, "ADRS": self.adrs, "ADTTE": self.adtte, "ADBIN": self.adbin}
        further = {"ADVAL": self.values, "ADTTEL": self.lesion_times}
        return {**tables, **{name: frame for name, frame in further.items() if frame.height}}
