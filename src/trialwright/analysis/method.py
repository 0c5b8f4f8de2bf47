"""What a method of analysis is: its entry in the catalogue, and how it turns subjects' rows into results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

from trialwright.dates import Duration
from trialwright.errors import StudyError
from trialwright.model.catalogue import Spec
from trialwright.model.endpoint import Analysis
from trialwright.model.result import Result

__all__ = ["LESION", "Estimates", "Foretold", "Method", "Request"]

LESION = "LESION"
"""Column of rows that are lesions and not subjects; `n` of a result is the number of subjects all the same."""


@dataclass(frozen=True, slots=True)
class Foretold:
    """The endpoint whose outcome a marker is to foretell.

    Parameters
    ----------
    endpoint, stem : str
        The endpoint, and the first part of the ids of its definition's results.
    is_timed : bool
        Whether the outcome is a time to an event; otherwise it is a yes or no.
    times : tuple of Duration
        Times by which an event is to be foretold.
    reference : str
        Arm that the other is compared with when arms may be shown; empty when they may not, or there are not two.
    """

    endpoint: str
    stem: str
    is_timed: bool
    times: tuple[Duration, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One analysis of one endpoint definition, ready to be carried out.

    Parameters
    ----------
    stem : str
        First part of the results' ids, ``PFS`` or ``OS~record``.
    endpoint, definition, set : str
        What is estimated and in whom.
    analysis : Analysis
        The analysis as the study file states it.
    rows : polars.DataFrame
        One row a subject. For times to an event ``USUBJID TIME EVENT CAUSE ARM STRATUM`` (days; 1 for an event; 1 for
        an event, 2 for one that competes, 0 for a censoring) and the covariates; for proportions ``USUBJID SUCCESS
        ARM`` (null where it is unknown and left out); for times of lesions the columns of times and ``LESION``, one row
        a lesion; for the accuracy of a marker either, with ``KELIM_PER_DAY
        STD_KELIM P_FAVOURABLE``.
    suffix : str
        Put behind the ids when the method is used a second time on the same definition.
    foretold : Foretold, optional
        For the accuracy of a marker: the endpoint it is to foretell, whose results the figures rest on.
    """

    stem: str
    endpoint: str
    definition: str
    set: str
    analysis: Analysis
    rows: pl.DataFrame
    suffix: str = ""
    foretold: Foretold | None = None
    _compared: list[pl.DataFrame] = field(default_factory=list, init=False, repr=False, compare=False)
    _named: dict[int, tuple[pl.DataFrame, tuple[str, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def level(self) -> float:
        """Two-sided confidence level; 0.95 unless the analysis states another."""
        return float(self.analysis.level) if self.analysis.level is not None else 0.95

    @property
    def compared(self) -> pl.DataFrame:
        """Rows of the two arms that are compared; all rows when nothing is."""
        if self.analysis.compare is None:
            return self.rows
        if not self._compared:
            self._compared.append(self.rows.filter(pl.col("ARM").is_in(list(self.analysis.compare))))
        return self._compared[0]

    @property
    def arms(self) -> tuple[str, str]:
        """The two arms compared, the reference second."""
        if self.analysis.compare is None:
            raise StudyError(
                f"analysis {self.analysis.id} compares no arms",
                where=f"/analyses/{self.analysis.id}",
                mend="add compare: [A, B]",
            )
        return self.analysis.compare

    @property
    def strata(self) -> pl.Series | None:
        """Stratum of each compared subject; None when the analysis has no strata."""
        stratum = self.compared["STRATUM"]
        return None if stratum.null_count() == stratum.len() else stratum

    @property
    def known(self) -> pl.DataFrame:
        """Compared rows of a proportion whose outcome counts."""
        return self.compared.filter(pl.col("SUCCESS").is_not_null())

    def failed(self, figure: str, reason: str) -> Result:
        """Result that says why there is no estimate.

        Parameters
        ----------
        figure : str
            Second part of its id.
        reason : str
            Why there is none.

        Returns
        -------
        Result
            Without a value.
        """
        return self.result(figure, status="not estimable", reason=reason)

    def setting(self, key: str, default: str) -> str:
        """Setting of the analysis, as text.

        Parameters
        ----------
        key : str
            Name of the setting.
        default : str
            Value when the analysis does not state it.

        Returns
        -------
        str
            The value.
        """
        return str(self.analysis.settings.get(key, default))

    def result(self, figure: str, *, of: pl.DataFrame | None = None, **fields: object) -> Result:
        """Result of this analysis.

        Parameters
        ----------
        figure : str
            Second part of its id, such as ``hr`` or ``median@SCS``.
        of : polars.DataFrame, optional
            Rows it rests on; the compared rows when not given.
        **fields
            Further fields of :class:`~trialwright.model.result.Result`.

        Returns
        -------
        Result
            With what was estimated, in whom, and what it rests on filled in.
        """
        rows = self.compared if of is None else of
        named: dict[str, object] = {
            "endpoint": self.endpoint,
            "definition": self.definition,
            "analysis": self.analysis.id,
            "method": self.analysis.method,
            "set": self.set,
            "settings": {key: str(value) for key, value in self.analysis.settings.items()},
            "n": rows["USUBJID"].n_unique() if LESION in rows.columns else rows.height,
            "rests_on": self._subjects(rows),
        }
        if "EVENT" in rows.columns:
            named["events"] = int(rows["EVENT"].sum())
        return Result(id=f"{self.stem}/{figure}{self.suffix}", **{**named, **fields})  # type: ignore[arg-type]  # checked by Result's own fields

    def _subjects(self, rows: pl.DataFrame) -> tuple[str, ...]:
        """Ids of the rows' own results; the same rows give the same object, since there may be very many."""
        held = self._named.get(id(rows))
        if held is None:
            stem = self.stem if self.foretold is None else self.foretold.stem
            lesion = "/" + rows[LESION] if LESION in rows.columns else ""
            held = (rows, tuple((f"{stem}/" + rows["USUBJID"] + lesion).to_list()))
            self._named[id(rows)] = held
        return held[1]


@dataclass(frozen=True, slots=True)
class Estimates:
    """What a method yields.

    Parameters
    ----------
    results : tuple of Result
        Figures.
    curves : mapping of str to polars.DataFrame
        Tables that pictures are drawn from, by name.
    """

    results: tuple[Result, ...] = ()
    curves: Mapping[str, pl.DataFrame] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Method:
    """A method of analysis.

    Parameters
    ----------
    spec : Spec
        Its entry in the catalogue.
    figures : tuple of str
        Ids' second parts of what it yields for a comparison; named when they are withheld.
    estimate : callable
        Turns a request into estimates.
    """

    spec: Spec
    figures: tuple[str, ...]
    estimate: Callable[[Request], Estimates]

    @property
    def id(self) -> str:
        """Name used in a study file."""
        return self.spec.id
