"""Results found by what they are, and printed in the unit a reader expects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trialwright.model.dossier import Dossier
from trialwright.model.result import Result
from trialwright.report.table import Cell, cell_of
from trialwright.report.typeset import decimal, interval, months, p_value

__all__ = [
    "POOLED",
    "Estimates",
    "bounds_in_months",
    "in_months",
    "in_percent",
    "in_ratio",
    "in_words",
    "p_of",
    "whole",
]

POOLED = "ALL"
_MILESTONE = re.compile(r"rate_(?P<time>[0-9.]+)(?P<unit>d|wk|mo|a)")
_UNITS = {"d": "day", "wk": "week", "mo": "month", "a": "year"}


@dataclass(frozen=True, slots=True)
class Estimates:
    """The results of a run by their ids.

    Parameters
    ----------
    by_id : dict of str to Result
        Every result.
    """

    by_id: dict[str, Result]

    @classmethod
    def of(cls, dossier: Dossier) -> Estimates:
        """Return the results of a dossier.

        Parameters
        ----------
        dossier : Dossier
            What the report is made from.

        Returns
        -------
        Estimates
            Its results.
        """
        return cls({result.id: result for result in dossier.results})

    def find(self, stem: str, figure: str, level: str = "") -> Result | None:
        """Return one figure of one definition.

        Parameters
        ----------
        stem : str
            ``PFS`` or ``OS~record``.
        figure : str
            ``hr``, ``median`` and the like.
        level : str, default ""
            Arm, or ``ALL`` for the pooled figure.

        Returns
        -------
        Result or None
            None when the run has no such figure.
        """
        at = self.by_id.get(f"{stem}/{figure}@{level}") if level else None
        if at is None and level in ("", POOLED):
            return self.by_id.get(f"{stem}/{figure}")
        return at

    def cell(self, stem: str, figure: str, shown: Callable[[Result], str], level: str = "") -> Cell:
        """Return one figure as a cell.

        Parameters
        ----------
        stem, figure, level : str
            As for `find`.
        shown : callable
            How the figure is printed.

        Returns
        -------
        Cell
            The figure, why there is none, or an empty cell when the run has no such figure.
        """
        result = self.find(stem, figure, level)
        if result is None:
            return Cell("", kind="absent")
        if result.value is None:
            return cell_of(result, bounds_in_months(result))
        return cell_of(result, shown(result))

    def level(self, stem: str, figure: str) -> str:
        """Return the confidence level of a figure in words.

        Parameters
        ----------
        stem, figure : str
            As for `find`; the figure of any group will do, an analysis states one level for all.

        Returns
        -------
        str
            For example ``95%``, also when the run has no such figure.
        """
        prefix = f"{stem}/{figure}"
        levels = (r.level for key, r in self.by_id.items() if key == prefix or key.startswith(f"{prefix}@"))
        return f"{100 * next((level for level in levels if level is not None), 0.95):g}%"

    def milestones(self, stem: str) -> tuple[tuple[str, str], ...]:
        """Return the milestones of a definition in the order of their times.

        Parameters
        ----------
        stem : str
            ``PFS`` or ``OS~record``.

        Returns
        -------
        tuple of (figure, words)
            For example ``("rate_12mo", "12 months")``.
        """
        found: dict[str, tuple[float, str]] = {}
        for name in self._figures(stem):
            match = _MILESTONE.fullmatch(name)
            if match:
                unit = _UNITS[match["unit"]]
                found[name] = (float(match["time"]), f"{match['time']} {unit}{'' if match['time'] == '1' else 's'}")
        return tuple((name, words) for name, (_, words) in sorted(found.items(), key=lambda item: item[1][0]))

    def _figures(self, stem: str) -> Iterable[str]:
        prefix = f"{stem}/"
        return (key.removeprefix(prefix).split("@")[0] for key in self.by_id if key.startswith(prefix))


def in_months(result: Result) -> str:
    """Return a length of time in months with its confidence limits.

    Parameters
    ----------
    result : Result
        A figure in days (``d``) or months (``mo``).

    Returns
    -------
    str
        For example ``11.4 (8.9 to 15.2)``.

    Examples
    --------
    >>> in_months(Result("PFS/median", value=365.25, low=304.375, unit="d", level=0.95))
    '12.0 (10.0 to not reached)'
    """
    low, value, high = result.low, result.value, result.high
    if result.unit == "d":
        low, value, high = months(low), months(value), months(high)
    return f"{decimal(value, 1)} ({interval(low, high, 1)})" if result.level else decimal(value, 1)


def in_percent(result: Result) -> str:
    """Return a fraction in percent with its confidence limits.

    Parameters
    ----------
    result : Result
        A fraction (unit ``1``) or a percentage (unit ``%``).

    Returns
    -------
    str
        For example ``45.7 (34.0 to 56.6)``.

    Examples
    --------
    >>> in_percent(Result("R0/rate", value=0.75, low=0.6, high=0.875, unit="1"))
    '75.0 (60.0 to 87.5)'
    """
    factor = 1.0 if result.unit == "%" else 100.0
    low, value, high = (None if x is None else factor * x for x in (result.low, result.value, result.high))
    if low is None and high is None:
        return decimal(value, 1)
    return f"{decimal(value, 1)} ({interval(low, high, 1)})"


def in_ratio(result: Result) -> str:
    """Return a ratio with its confidence limits, two decimals.

    Parameters
    ----------
    result : Result
        A hazard ratio or a ratio of means.

    Returns
    -------
    str
        For example ``0.71 (0.47 to 1.06)``.

    Examples
    --------
    >>> in_ratio(Result("PFS/hr", value=0.7123, low=0.47, high=1.062))
    '0.71 (0.47 to 1.06)'
    """
    if result.low is None and result.high is None:
        return decimal(result.value, 2)
    return f"{decimal(result.value, 2)} ({interval(result.low, result.high, 2)})"


def bounds_in_months(result: Result) -> str:
    """Return the limits of a time that was not reached itself.

    Parameters
    ----------
    result : Result
        A figure without a value.

    Returns
    -------
    str
        The limits in months, empty where neither was reached or the figure is no time.

    Examples
    --------
    >>> bounds_in_months(Result("OS/median", low=1095.75, unit="d", level=0.95))
    '36.0 to not reached'
    """
    if result.unit != "d" or (result.low is None and result.high is None):
        return ""
    return interval(months(result.low), months(result.high), 1)


def p_of(result: Result) -> str:
    """Return a p-value as printed.

    Parameters
    ----------
    result : Result
        A p-value.

    Returns
    -------
    str
        For example ``<0.001``.
    """
    return p_value(result.value)


def whole(result: Result) -> str:
    """Return a count.

    Parameters
    ----------
    result : Result
        A count.

    Returns
    -------
    str
        Without decimals.
    """
    return decimal(result.value, 0)


def in_words(result: Result) -> str:
    """Return a figure of any kind, printed by what its id says it is.

    Parameters
    ----------
    result : Result
        The figure.

    Returns
    -------
    str
        The figure in the unit a reader expects.

    Examples
    --------
    >>> in_words(Result("PFS/p_logrank", value=0.0001)), in_words(Result("CCI/median@SCS", value=20.9, unit="1"))
    ('<0.001', '20.9')
    >>> in_words(Result("ACC/auc:R0", value=0.8656, low=0.7193, high=1.0))
    '0.87 (0.72 to 1.00)'
    """
    figure = result.id.partition("/")[2].split("@")[0]
    if figure.startswith("p_"):
        return p_of(result)
    if figure == "n" or figure.startswith("n_"):
        return whole(result)
    if figure in ("rate", "difference", "cif") or figure.startswith("rate_"):
        return in_percent(result) + " %"
    if result.unit in ("d", "mo"):
        return in_months(result) + " months"
    if figure in ("hr", "shr") or ":" in figure or figure.endswith("ratio"):
        return in_ratio(result)
    limits = "" if result.low is None and result.high is None else f" ({interval(result.low, result.high, 1)})"
    return decimal(result.value, 1) + limits
