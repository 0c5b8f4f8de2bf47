"""The figures of the GCIG criteria, each of which a trial may set otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trialwright.assessments.gcig.amounts import Ratio

__all__ = ["HALF", "PUBLISHED", "TEN_PERCENT_UP", "TWICE", "WITHIN_NORMAL", "GcigRules"]

TWICE: Final = Ratio(2, 1)
HALF: Final = Ratio(1, 2)
TEN_PERCENT_UP: Final = Ratio(11, 10)
WITHIN_NORMAL: Final = Ratio(1, 1)
"""A value within the normal range is at most once its upper limit."""


@dataclass(frozen=True, slots=True)
class GcigRules:
    """Thresholds and switches of response and progression by CA-125.

    Parameters
    ----------
    evaluable_factor : Ratio
        A response can be judged from a pre-treatment value of at least this many times the upper limit of normal.
    max_baseline_days : int
        That value is taken at most so many days before treatment starts.
    response_factor : Ratio
        A response is a value of at most this share of the pre-treatment one.
    rise_factor : Ratio
        Later values are at most this many times the value before them; within the normal range they are free.
    min_confirm_days : int
        The confirming value comes at least so many days after the first.
    lenient_confirm : bool
        Whether a confirming value above half of the pre-treatment one may confirm.
    cr_confirmed : bool
        Whether a normal value must be confirmed, too.
    max_interference_days : int
        Values up to so many days after an interference with peritoneum or pleura, its own day included, do not count.
    assay_unaffected : bool
        Whether the assay was shown to be unaffected by mouse antibodies.
    factor_uln : Ratio
        Progression of a marker that was normal: at least this many times the upper limit of normal.
    factor_nadir : Ratio
        Progression of a marker that never was: at least this many times its lowest value.
    min_apart_days : int
        The two values that show progression are at least so many days apart.

    Notes
    -----
    The factors and days are those of the criteria. Taken from secondary accounts and recalled tables: that assays shown
    to be unaffected by mouse antibodies are exempt, and the complete response. Readings of this program: days 0 to 14
    and 0 to 28 both inclusive, the confirming value at half or less, the complete response without confirmation.

    References
    ----------
    Rustin et al., Int J Gynecol Cancer 2011;21:419-423, doi:10.1097/IGC.0b013e3182070f17.

    Examples
    --------
    >>> GcigRules().min_confirm_days
    28
    """

    evaluable_factor: Ratio = TWICE
    max_baseline_days: int = 14
    response_factor: Ratio = HALF
    rise_factor: Ratio = TEN_PERCENT_UP
    min_confirm_days: int = 28
    lenient_confirm: bool = False
    cr_confirmed: bool = False
    max_interference_days: int = 28
    assay_unaffected: bool = False
    factor_uln: Ratio = TWICE
    factor_nadir: Ratio = TWICE
    min_apart_days: int = 7


PUBLISHED: Final = GcigRules()
"""The criteria as published, with the readings of this program where the text leaves room."""
