"""The figures of a marker model in every subject of a trial, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from trialwright.model.parameter_set import SetUse

__all__ = ["MarkerFigures", "MarkerPictures", "marker_table"]


@dataclass(frozen=True, slots=True, eq=False)
class MarkerPictures:
    """Numbers behind the pictures of a marker model.

    Parameters
    ----------
    check : polars.DataFrame
        Visual predictive check: ``what values day measured low median high``; ``what`` is a percentile, or ``below``
        for the share under the limit of the assay.
    subject : str
        Subject whose series is drawn: of those with a figure, the one whose class is least sure.
    band : polars.DataFrame
        Curve of that subject: ``day median low high``.
    gain : polars.DataFrame
        What a sample on a day is expected to change for that subject: ``day expected_change expected_misclassified``;
        empty without a cut-off.
    """

    check: pl.DataFrame
    subject: str
    band: pl.DataFrame
    gain: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class MarkerFigures:
    """A marker model's figures in a trial.

    Parameters
    ----------
    marker : str
        Id of the marker in the study file.
    rows : polars.DataFrame
        ``USUBJID STATUS REASON KELIM_PER_DAY …``, a row for each subject of DM; empty when nothing could be computed.
    used : polars.DataFrame
        Samples that count: ``USUBJID T_DAYS VALUE CENSOR SEQ``; ``SEQ`` is the row of LB.
    excluded : polars.DataFrame
        Samples that do not count: ``USUBJID SEQ DAY VALUE REASON``.
    parameters : SetUse or None
        The parameter set; None when there is none, and `reason` says why.
    fitted_subjects : int
        Subjects the set was fitted to in this run; 0 when it was given.
    eligible_subjects : int
        Subjects it could have been fitted to.
    doubts : tuple of str
        Why the fit should not be relied on yet.
    reason : str
        Why there are no figures; empty when there are.
    pictures : MarkerPictures or None
        None when there is nothing to draw.

    Examples
    --------
    >>> MarkerFigures("kelim", reason="no subject has enough samples").parameters is None
    True
    """

    marker: str
    rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    used: pl.DataFrame = field(default_factory=pl.DataFrame)
    excluded: pl.DataFrame = field(default_factory=pl.DataFrame)
    parameters: SetUse | None = None
    fitted_subjects: int = 0
    eligible_subjects: int = 0
    doubts: tuple[str, ...] = ()
    reason: str = ""
    pictures: MarkerPictures | None = None


def marker_table(study: str, markers: Iterable[MarkerFigures]) -> pl.DataFrame | None:
    """Return the figures of all marker models as one table.

    Parameters
    ----------
    study : str
        Id of the study.
    markers : iterable of MarkerFigures
        The figures.

    Returns
    -------
    polars.DataFrame or None
        The columns of the table ``ADMARK``; None when no model has figures.

    Examples
    --------
    >>> marker_table("x", [MarkerFigures("kelim", reason="there is no sample")]) is None
    True
    """
    made = [
        figures.rows.with_columns(STUDYID=pl.lit(study), MARKID=pl.lit(figures.marker))
        for figures in markers
        if figures.rows.width
    ]
    return pl.concat(made) if made else None
