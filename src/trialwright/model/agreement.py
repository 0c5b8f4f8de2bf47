"""How far two judgements of response agree: recorded against calculated, one reader against another."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

__all__ = ["Agreement", "ReaderAgreement"]


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


@dataclass(frozen=True, slots=True)
class ReaderAgreement:
    """Two independent readers of one series, and whose reading counts.

    Parameters
    ----------
    readers : pair of str
        Names of the two.
    shifts : polars.DataFrame
        ``FIRST SECOND N``, sorted: assessments of the two by their responses; one without a partner beside ``-``.
    pairs, agree : int
        Assessments both judged, and those they judged alike.
    kappa : float or None
        Cohen's kappa over the pairs, unweighted; None where chance alone would agree always.
    best : str
        ``CBOR`` where the best response must be confirmed, else ``BOR``.
    best_pairs, best_agree : int
        Subjects of whom both have a best response, and those of whom it is the same.
    best_kappa : float or None
        Cohen's kappa over the best responses, unweighted.
    subjects : polars.DataFrame
        ``USUBJID BEST_1 BEST_2 PROGRESSION_1 PROGRESSION_2 DIFFER CHOSEN BY``, sorted. ``DIFFER`` names what differs:
        best response, progression or both, empty when nothing does. ``CHOSEN`` is the reading that counts, empty where
        the adjudicator is still to decide; ``BY`` says why it does: accepted record, adjudicator, agreement.
    """

    readers: tuple[str, str]
    shifts: pl.DataFrame
    pairs: int
    agree: int
    kappa: float | None
    best: str
    best_pairs: int
    best_agree: int
    best_kappa: float | None
    subjects: pl.DataFrame

    @property
    def differ(self) -> int:
        """Subjects on whom the readers differ."""
        return int((self.subjects["DIFFER"] != "").sum())

    @property
    def awaiting(self) -> int:
        """Subjects on whom the adjudicator is still to decide."""
        return self.subjects["CHOSEN"].null_count()

    @property
    def adjudication_rate(self) -> float | None:
        """Share of the subjects on whom the readers differ; None without subjects."""
        return self.differ / self.subjects.height if self.subjects.height else None
