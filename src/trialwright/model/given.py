"""Which answers the data hold to what was asked: of which day, by whom, and whether they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from trialwright.model.asked import Asked
from trialwright.model.items import Place, date_stem
from trialwright.model.slots import FAR, NEVER

__all__ = ["Given", "answers_to"]

_EPOCH: Final = date(1970, 1, 1)
_NOT_EVALUABLE: Final = "NE"


@dataclass(frozen=True, slots=True)
class Given:
    """One answer, or what stands in its place.

    Parameters
    ----------
    low, high : int
        Earliest and latest day it can be of, in days from 1 January 1970; the whole of time when it has no date.
    text : str
        Its date as written; empty when there is none.
    doubt : str, default ""
        Why it does not count; empty when it does. A fact that was recorded as not done counts as answered.
    is_examination : bool, default False
        The examination was made, and what it showed was not judged.

    Examples
    --------
    >>> Given(1, 1, "1970-01-02").counts
    True
    """

    low: int
    high: int
    text: str
    doubt: str = ""
    is_examination: bool = False

    @property
    def counts(self) -> bool:
        """Whether it answers the question."""
        return not self.doubt

    def can_lie(self, opens: int, closes: int) -> bool:
        """Whether it can be of one of some days.

        Parameters
        ----------
        opens, closes : int
            First and last day.

        Returns
        -------
        bool
            True as soon as one completion of its date lies inside.
        """
        return self.low <= closes and self.high >= opens


def answers_to(
    asked: Iterable[Asked], frames: Mapping[str, pl.DataFrame]
) -> Mapping[str, Mapping[str, tuple[Given, ...]]]:
    """Answers to some questions.

    Parameters
    ----------
    asked : iterable of Asked
        The questions; of one name once is enough.
    frames : mapping of domain to typed frame
        The study's tables.

    Returns
    -------
    mapping of str to mapping of str to tuple of Given
        By name of the fact and subject.
    """
    found: dict[str, dict[str, tuple[Given, ...]]] = {}
    for one in asked:
        if one.name not in found:
            found[one.name] = _answers(one, frames)
    return found


def _answers(asked: Asked, frames: Mapping[str, pl.DataFrame]) -> dict[str, tuple[Given, ...]]:
    by_subject: dict[str, list[Given]] = {}
    for place in asked.places:
        for subject, low, high, text, value, role in _rows(place, frames):
            doubt = ""
            if asked.kind == "attestation" and role != asked.by:
                doubt = f"answered by {role or 'nobody named'}, not by {asked.by}"
            elif asked.kind == "response" and value == _NOT_EVALUABLE:
                doubt = "not evaluable"
            by_subject.setdefault(subject, []).append(_given(low, high, text, doubt))
    for place in asked.seen_in:
        for subject, low, high, text, _, _ in _rows(place, frames):
            seen = replace(_given(low, high, text, "examined, no response recorded"), is_examination=True)
            by_subject.setdefault(subject, []).append(seen)
    return {subject: tuple(sorted(given, key=lambda one: one.low)) for subject, given in by_subject.items()}


def _given(low: date | None, high: date | None, text: str | None, doubt: str) -> Given:
    if low is None or high is None:
        return Given(NEVER, FAR, "", doubt or "answered without a date")
    return Given((low - _EPOCH).days, (high - _EPOCH).days, text or "", doubt)


def _rows(
    place: Place, frames: Mapping[str, pl.DataFrame]
) -> list[tuple[str, date | None, date | None, str | None, str | None, str | None]]:
    """Rows of a place that hold a value or say that nothing was done: subject, days, date, value and role."""
    frame, none = frames[place.domain], pl.lit(None, pl.String)
    names = set(frame.columns)
    if place.column not in names:
        return []
    keep = pl.col(place.column).is_not_null()
    status, role = f"{place.domain}STAT", f"{place.domain}EVAL"
    if status in names:
        keep = keep | (pl.col(status) == "NOT DONE").fill_null(value=False)
    for column, allowed in place.where:
        keep = keep & (pl.col(column).is_in(list(allowed)) if column in names else pl.lit(value=False))
    stem = date_stem(place.date_column)
    return frame.filter(keep).select(
        "USUBJID",
        f"{stem}LO",
        f"{stem}HI",
        place.date_column,
        pl.col(place.column).cast(pl.String).alias("VALUE"),
        (pl.col(role) if role in names else none).alias("ROLE"),
    ).rows()  # fmt: skip
