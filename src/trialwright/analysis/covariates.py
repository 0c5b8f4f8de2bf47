"""Covariates of a regression as columns of numbers: numbers as they are, text as indicators of its levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trialwright.analysis.levels import Labels, Levels, encode
from trialwright.analysis.rows import numbers
from trialwright.errors import EstimationError, NumericsError

__all__ = ["Covariate", "Covariates", "Term", "covariate_columns", "read_covariates"]

_MAX_LEVELS = 200


@dataclass(frozen=True, slots=True)
class Term:
    """One covariate and the columns that stand for it.

    Parameters
    ----------
    name : str
        The covariate.
    columns : tuple of int
        Its columns.
    reference : str
        Level the others are compared with; empty for a number.

    Examples
    --------
    >>> Term("age", (0,)).reference
    ''
    """

    name: str
    columns: tuple[int, ...]
    reference: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Covariate:
    """One covariate as it was given: numbers, or labels.

    Parameters
    ----------
    name : str
        The covariate.
    values : (n,) float or Levels
        Numbers with not-a-number for missing, or labels.
    """

    name: str
    values: NDArray[np.float64] | Levels

    @property
    def is_missing(self) -> NDArray[np.bool_]:
        """Where the value is missing."""
        return self.values.is_missing if isinstance(self.values, Levels) else np.isnan(self.values)


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """Columns of a regression with their names and the covariates they stand for.

    Parameters
    ----------
    x : (n, p) float
        The columns.
    names : tuple of str
        Name of each column; a factor's columns are named covariate and level, run together.
    terms : tuple of Term
        The covariates.
    """

    x: NDArray[np.float64]
    names: tuple[str, ...]
    terms: tuple[Term, ...]


def _is_text(values: Labels) -> bool:
    if isinstance(values, pl.Series):
        return not (values.dtype.is_numeric() or values.dtype in (pl.Boolean, pl.Null))
    array = np.asarray(values)
    if array.dtype.kind == "O":
        return any(isinstance(v, str) for v in array)
    return array.dtype.kind in "US"


def read_covariates(given: Mapping[str, Labels], references: Mapping[str, str] | None = None) -> tuple[Covariate, ...]:
    """Covariates as numbers or labels.

    Parameters
    ----------
    given : mapping of str to (n,) array
        Values by name; text becomes a factor.
    references : mapping of str to str, optional
        Reference level by covariate; naming one makes a factor of a covariate of numbers too.

    Returns
    -------
    tuple of Covariate
        In the order given.

    Raises
    ------
    NumericsError
        When there is none, or a reference belongs to no covariate or is no level of its own.

    Examples
    --------
    >>> read_covariates({"cell": ["small", "large"]})[0].values.names
    ('large', 'small')
    """
    references = references or {}
    if not given:
        raise NumericsError("no covariate was given", mend="name at least one")
    for name in references:
        if name not in given:
            raise NumericsError(f"reference for {name!r}, which is no covariate", mend=f"use {', '.join(given)}")
    found = []
    for name, values in given.items():
        if _is_text(values) or name in references:
            levels = encode(values)
            found.append(Covariate(name, levels.led_by(references[name]) if name in references else levels))
        else:
            found.append(
                Covariate(name, numbers(values if isinstance(values, pl.Series) else np.asarray(values), name))
            )
    return tuple(found)


def covariate_columns(covariates: tuple[Covariate, ...], kept: NDArray[np.bool_] | None) -> Covariates:
    """Columns of the rows used.

    Parameters
    ----------
    covariates : tuple of Covariate
        The covariates.
    kept : (n,) bool or None
        Rows to use; None for all of them.

    Returns
    -------
    Covariates
        One column a number, one a level but the reference.

    Raises
    ------
    EstimationError
        When a factor has one level only among the rows used.
    NumericsError
        When a factor has more levels than a model can mean.

    Examples
    --------
    >>> columns = covariate_columns(read_covariates({"age": [60, 70], "cell": ["small", "large"]}), None)
    >>> columns.names, columns.x.tolist()
    (('age', 'cellsmall'), [[60.0, 1.0], [70.0, 0.0]])
    """
    columns: list[NDArray[np.float64]] = []
    names: list[str] = []
    terms: list[Term] = []
    for covariate in covariates:
        first = len(columns)
        if isinstance(covariate.values, Levels):
            levels = covariate.values if kept is None else covariate.values.kept(kept)
            if len(levels.names) < 2:
                raise EstimationError(
                    f"{covariate.name} has one level only among the rows used ({', '.join(levels.names)})",
                    mend="leave it out of the model",
                )
            if len(levels.names) > _MAX_LEVELS:
                raise NumericsError(
                    f"{covariate.name} has {len(levels.names)} levels, more than {_MAX_LEVELS}",
                    mend="check that it is a factor and not a name or a date of each subject",
                )
            for code, name in enumerate(levels.names[1:], start=1):
                columns.append((levels.codes == code).astype(np.float64))
                names.append(f"{covariate.name}{name}")
            terms.append(Term(covariate.name, tuple(range(first, len(columns))), levels.names[0]))
        else:
            columns.append(covariate.values if kept is None else covariate.values[kept])
            names.append(covariate.name)
            terms.append(Term(covariate.name, (first,)))
    return Covariates(np.column_stack(columns), tuple(names), tuple(terms))
