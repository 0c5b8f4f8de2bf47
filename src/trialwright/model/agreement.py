"""Responses as a reader wrote them against those calculated from the lesions."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

__all__ = ["Agreement"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Recorded against calculated responses of one series.

    Parameters
    ----------
    shifts : polars.DataFrame
        ``RECORDED CALCULATED N``, sorted; a response without a partner stands beside ``-``.
    disagreements : polars.DataFrame
        ``USUBJID ADT RECORDED CALCULATED RULEID DAYS``, sorted: assessments on which the two differ; ``DAYS`` is how
        far apart they were dated.
    pairs, agree : int
        Assessments both judged, and those they judged alike.
    kappa : float or None
        Cohen's kappa over the pairs, unweighted; None where chance alone would agree always.
    """

    shifts: pl.DataFrame
    disagreements: pl.DataFrame
    pairs: int
    agree: int
    kappa: float | None
