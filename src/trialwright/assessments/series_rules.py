"""The rules by which samples of a serial marker are chosen, and the words for what does not count and what is odd."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from trialwright.errors import InputError, UnitError
from trialwright.units import conversion_factor

__all__ = ["ERRORS", "FLAGS", "REASONS", "RULE_SETTINGS", "SeriesRules", "same_unit", "with_rules"]

ERRORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "day unreadable": "the day is missing or no whole number",
        "value missing": "there is no value",
        "value unreadable": "the value is no plain number, with < or > before it at most",
        "value not positive": "zero or a negative number is no concentration of this marker",
        "unit missing": "a number without a unit is no measurement",
        "unit refused": "only units that are equal in size to that of the parameter set are taken",
    }
)
"""What is wrong with a sample, so that the subject's figure waits until it is corrected."""

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **ERRORS,
        "no start": "the day the treatment began is not known",
        "incomplete date": "the day of the sample is not known",
        "before window": "taken before the first day that counts",
        "after window": "taken after the last day that counts",
        "after until": "taken after the moment up to which samples count",
        "earlier pre-treatment": "a later sample before the treatment stands for the start",
        "same day, assays differ": "values of one day by different assays, or by one that is not named",
        "same day, limits": "several values of one day, not all of them numbers",
        "same day": "several values of one day",
        "interference": "taken shortly after an intervention that raises the marker",
    }
)
"""Why a sample does not count."""

FLAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "same_day_mean": "the geometric mean of several values of one day was taken",
        "assay_change": "the assay changed within the window",
        "low_information": "no sample around the start of treatment",
        "low_baseline": "the value at the start is below twice the upper limit of normal",
        "no_upper_limit": "no upper limit of normal, so the value at the start could not be compared with it",
        "interference": "a sample was taken shortly after an intervention that raises the marker",
        "implausible_rate": "the rate is faster than the marker itself is thought to leave the body",
        "multimodal": "two sets of parameters fit the samples nearly as well; both are given",
        "class_below_half": "the class given is less probable than the other",
        "simulated": "the subject is invented",
    }
)
"""What a reader has to know about a figure that is given all the same."""

Interference: TypeAlias = Literal["flag", "drop"]
SameDay: TypeAlias = Literal["mean", "reject"]
Wrong: TypeAlias = Literal["refuse", "leave out"]


@dataclass(frozen=True, slots=True)
class SeriesRules:
    """How the samples of a series are chosen.

    Parameters
    ----------
    unit, analyte : str
        Unit of the parameter set and code of the marker.
    first_day, last_day : int
        Days since the start of treatment that count, both ends inside.
    min_values, min_uncensored : int
        Fewest usable values, and fewest of them that are numbers and not limits.
    min_span_days : int
        Fewest days between the first and the last usable value, counted from day 0.
    last_baseline_day : int
        A usable value from `first_day` to this day tells about the start.
    uln : float or None
        Upper limit of normal where the sample has none; None takes the sample's own only.
    min_baseline_x_uln : float
        A start below this multiple of the upper limit is flagged.
    interference : {"flag", "drop"}
        What is done with a sample within `interference_days` after an intervention.
    interference_days : int
        28: the 28th day after it is still within.
    same_day : {"mean", "reject"}
        Several values of one day by one assay: geometric mean, or none of them.
    errors : {"refuse", "leave out"}
        A sample that is wrong in itself: the subject waits for its correction, or does without it.

    Examples
    --------
    >>> SeriesRules().last_day
    100
    """

    unit: str = "U/mL"
    analyte: str = "CA125"
    first_day: int = -14
    last_day: int = 100
    min_values: int = 3
    min_uncensored: int = 2
    min_span_days: int = 14
    last_baseline_day: int = 7
    uln: float | None = 35.0
    min_baseline_x_uln: float = 2.0
    interference: Interference = "flag"
    interference_days: int = 28
    same_day: SameDay = "mean"
    errors: Wrong = "refuse"


_WORDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"interference": get_args(Interference), "same_day": get_args(SameDay), "errors": get_args(Wrong)}
)
_OF_THE_SET: Final = ("unit", "analyte")

RULE_SETTINGS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {each.name: _WORDS.get(each.name, ()) for each in fields(SeriesRules) if each.name not in (*_OF_THE_SET, "uln")}
)
"""Rules a study file may set for its marker, with their words; the upper limit there is that of each sample."""


def with_rules(rules: SeriesRules, changes: Iterable[tuple[str, str]], *, where: str = "--rule") -> SeriesRules:
    """Return rules with some of them set otherwise.

    Parameters
    ----------
    rules : SeriesRules
        The rules.
    changes : iterable of (str, str)
        Name of a rule and its value as written; ``none`` takes the upper limit of each sample only.
    where : str, default "--rule"
        Where the changes stand, for messages.

    Returns
    -------
    SeriesRules
        The rules that are used.

    Raises
    ------
    InputError
        If there is no such rule, or the value is none of those it takes.

    Examples
    --------
    >>> with_rules(SeriesRules(), [("last_day", "50"), ("interference", "drop")]).last_day
    50
    """
    names = [each.name for each in fields(SeriesRules) if each.name not in _OF_THE_SET]
    made: dict[str, object] = {}
    for name, text in changes:
        if name not in names:
            raise InputError(f"there is no rule {name!r}", where=where, mend=f"the rules are {', '.join(names)}")
        made[name] = _rule_value(name, text, where)
    changed: SeriesRules = replace(rules, **made)  # type: ignore[arg-type]  # each value was read as its rule takes it
    if changed.first_day > 0 or changed.last_day < 1 or changed.min_values < 1 or changed.min_baseline_x_uln < 0:
        raise InputError("the rules leave no sample", where=where, mend="first_day 0 or less, last_day 1 or more")
    return changed


def _rule_value(name: str, text: str, where: str) -> object:
    if name in _WORDS:
        if text not in _WORDS[name]:
            raise InputError(f"{name} is not {text!r}", where=where, mend=f"write {' or '.join(_WORDS[name])}")
        return text
    if name == "uln" and text == "none":
        return None
    is_fraction = name in ("uln", "min_baseline_x_uln")
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?" if is_fraction else r"-?[0-9]{1,9}", text):
        raise InputError(f"{name} is not {text!r}", where=where, mend="write a plain number")
    return float(text) if is_fraction else int(text)


def same_unit(unit: str, of: SeriesRules) -> bool:
    """Return whether a unit is of the same size as that of the parameter set.

    Parameters
    ----------
    unit : str
        Unit as written.
    of : SeriesRules
        The rules.

    Returns
    -------
    bool
        True for kU/L and IU/mL where U/mL is due; no value is ever multiplied.

    Examples
    --------
    >>> same_unit("kU/L", SeriesRules()), same_unit("U/L", SeriesRules())
    (True, False)
    """
    try:
        return conversion_factor(from_unit=unit, to_unit=of.unit, analyte=of.analyte) == 1
    except UnitError:
        return False
