"""Partial dates in derived endpoints: every day that was not written comes from a rule with a name, and is flagged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import polars as pl

__all__ = ["DATE_RULES", "DateRule", "imputed_part"]


@dataclass(frozen=True, slots=True)
class DateRule:
    """How a day is taken from a date of which only the year or the month is known.

    Parameters
    ----------
    id : str
        Name of the rule.
    holds_for : str
        Dates it is used for.
    meaning : str
        Which day is taken.
    certainty : {"verified", "computed", "unverified"}
        Conventions of ours are ``computed``: they follow from the reasoning given, not from a source.

    Examples
    --------
    >>> DATE_RULES["event-earliest"].holds_for
    'progression, death'
    """

    id: str
    holds_for: str
    meaning: str
    certainty: str = "computed"


_RULES: Final = (
    DateRule(
        "event-earliest",
        "progression, death",
        "first possible day, but not before the day after the last assessment without progression (progression) or "
        "the last contact (death) in the possible span, nor before the series begins or a time point was reached",
    ),
    DateRule("assessment-latest", "assessments without progression", "last possible day, not after the cut-off"),
    DateRule(
        "therapy-earliest",
        "start of a new cancer therapy",
        "first possible day, but not before the last dose of the trial's treatment that lies in the possible span",
    ),
    DateRule("contact-earliest", "contacts, loss to follow-up, withdrawal", "first possible day"),
    DateRule(
        "point-earliest",
        "time points such as allocation or surgery",
        "first possible day; no time begins at one known to the year only",
    ),
)

DATE_RULES: Final[Mapping[str, DateRule]] = MappingProxyType({rule.id: rule for rule in _RULES})
"""Rules for partial dates by their names."""


def imputed_part(precision: pl.Expr) -> pl.Expr:
    """Flag that says which part of a date was not written.

    Parameters
    ----------
    precision : polars.Expr
        ``Y``, ``M``, ``D`` or ``T``, as typed tables hold it.

    Returns
    -------
    polars.Expr
        ``D`` when the day was imputed, ``M`` when month and day were, otherwise null.

    Examples
    --------
    >>> pl.select(imputed_part(pl.Series(["Y", "M", "D"]).implode().explode())).to_series().to_list()
    ['M', 'D', None]
    """
    return precision.replace_strict({"M": "D", "Y": "M"}, default=None, return_dtype=pl.String)
