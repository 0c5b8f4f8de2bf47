"""Whole gates: every criterion of a gate for many subjects, with margins, what is wanting, and the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from trialwright.model.criteria import Exclusion, Inclusion
from trialwright.screening.answer import TRUE, UNKNOWN, Answer, Flags, Ints, Verdicts, reason_text, stacked
from trialwright.screening.evidence import evidence
from trialwright.screening.margin import NEAR_SHARE, Margin, margin_text
from trialwright.screening.session import Context, Session

__all__ = ["GateScreen", "margin_texts", "nearest_margins"]

_STANDING: Final = {1: "MET", -1: "NOT_MET", 0: "UNKNOWN"}
_TEXTS: Final = ("USUBJID", "GATE", "CRITID", "VERDICT", "REASON", "MARGIN")
_SCHEMA: Final = pl.Schema(
    {**dict.fromkeys(_TEXTS, pl.String()), "NEAR": pl.Boolean(), "EVIDENCE": pl.List(pl.String())}
)


@dataclass(frozen=True, eq=False)
class GateScreen:
    """Answers of all criteria of a gate.

    Parameters
    ----------
    gate : str
        The gate.
    moments : polars.DataFrame
        ``USUBJID`` and ``AT`` of everyone asked about.
    answers : mapping of criterion to Answer
        In the sense of eligibility, in the order of the study file, inclusion first.
    criteria : mapping of criterion to Inclusion or Exclusion
        As stated.
    session : Session
        The data they were given on.
    """

    gate: str
    moments: pl.DataFrame
    answers: Mapping[str, Answer]
    criteria: Mapping[str, Inclusion | Exclusion]
    session: Session

    @property
    def passed(self) -> Verdicts:
        """Verdict of each subject at this gate alone: 1 all met, -1 one not met, otherwise 0.

        Returns
        -------
        int8 array, shape (n,)
            Zero where the study states no inclusion and nothing excludes.
        """
        found = np.full(self.moments.height, TRUE if self.context.study.inclusion else UNKNOWN, np.int8)
        for answer in self.answers.values():
            found = np.minimum(found, answer.verdict)
        return found

    @cached_property
    def nearest(self) -> Mapping[str, tuple[Ints, Flags]]:
        """Nearest comparison and nearness of each criterion, as :func:`nearest_margins` gives them."""
        return {name: nearest_margins(answer) for name, answer in self.answers.items()}

    @property
    def near(self) -> Mapping[str, Flags]:
        """Who meets each criterion near a bound."""
        return {name: near for name, (_, near) in self.nearest.items()}

    @property
    def context(self) -> Context:
        """Study and data."""
        return self.session.context

    def verdicts(self, *, met: bool = True) -> pl.DataFrame:
        """One row a subject and criterion.

        Parameters
        ----------
        met : bool, default True
            With the rows that are met; without them much less is written for very many subjects.

        Returns
        -------
        polars.DataFrame
            ``USUBJID GATE CRITID VERDICT REASON MARGIN NEAR EVIDENCE``: MARGIN is that of the deciding comparison
            nearest to its bound, NEAR whether the criterion is met within a twentieth of it, EVIDENCE the ids of the
            rows that decided.
        """
        if not self.answers:
            return pl.DataFrame(schema=_SCHEMA)
        subjects = self.moments["USUBJID"]
        kept = {
            name: np.ones(a.verdict.size, np.bool_) if met else a.verdict != TRUE for name, a in self.answers.items()
        }
        parts = []
        for name, answer in self.answers.items():
            chosen, near = self.nearest[name]
            parts.append(
                pl.DataFrame(
                    {
                        "USUBJID": subjects,
                        "GATE": pl.repeat(self.gate, subjects.len(), eager=True),
                        "CRITID": pl.repeat(name, subjects.len(), eager=True),
                        "VERDICT": pl.Series(answer.verdict).replace_strict(_STANDING, return_dtype=pl.String),
                        "REASON": _reasons(answer),
                        "MARGIN": margin_texts(answer, chosen, kept[name]),
                        "NEAR": near,
                    }
                ).filter(pl.Series(kept[name]))
            )
        rests = evidence(stacked([_kept(answer, kept[name]) for name, answer in self.answers.items()]), self.session)
        rests = rests.filter(pl.Series(np.concatenate(list(kept.values()))))
        return pl.concat(parts).with_columns(EVIDENCE=rests).cast(dict(_SCHEMA.items()))


def _kept(answer: Answer, flags: Flags) -> Answer:
    """The answer without the rows of subjects that are left out."""
    keep = flags[answer.subject]
    return replace(answer, subject=answer.subject[keep], table=answer.table[keep], row=answer.row[keep])


def _reasons(answer: Answer) -> pl.Series:
    bits = pl.Series(answer.reason)
    return bits.replace_strict({value: reason_text(value) for value in bits.unique().to_list()}, return_dtype=pl.String)


def nearest_margins(answer: Answer) -> tuple[Ints, Flags]:
    """The deciding comparison nearest to its bound, of every subject.

    Parameters
    ----------
    answer : Answer
        Of a criterion.

    Returns
    -------
    chosen : int64 array, shape (n,)
        Position among the answer's margins; -1 where nothing that decided has a bound.
    near : bool array, shape (n,)
        Whether the answer is true and that margin within a twentieth of its bound.
    """
    n = answer.verdict.size
    best, chosen = np.full(n, np.inf), np.full(n, -1, np.int64)
    for number, margin in enumerate(answer.margins):
        counts = margin.decides & (answer.verdict[margin.subject] != UNKNOWN)
        who, share = margin.subject[counts], margin.share[counts]
        nearer = (chosen[who] < 0) | (share < best[who])
        best[who[nearer]], chosen[who[nearer]] = share[nearer], number
    return chosen, (answer.verdict == TRUE) & (chosen >= 0) & (best <= NEAR_SHARE)


def margin_texts(answer: Answer, chosen: Ints, keep: Flags) -> pl.Series:
    """Margins of chosen comparisons as written.

    Parameters
    ----------
    answer : Answer
        Of a criterion.
    chosen : int64 array, shape (n,)
        Which of its margins, as :func:`nearest_margins` gives it.
    keep : bool array, shape (n,)
        Subjects whose margin is written.

    Returns
    -------
    polars.Series of str
        The margin and, in brackets, what lies so far; null where there is none.
    """
    text = np.full(answer.verdict.size, None, np.object_)
    for number, margin in enumerate(answer.margins):
        mine = np.flatnonzero((chosen[margin.subject] == number) & margin.decides & keep[margin.subject])
        text[margin.subject[mine]] = _texts(margin, mine)
    return pl.Series(text.tolist(), dtype=pl.String)


def _texts(margin: Margin, positions: Ints) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Margins in words, each distinct one written once."""
    keys = np.stack([getattr(margin, name)[positions] for name in ("low", "high", "sign", "unit")], axis=1)
    unique, inverse = np.unique(keys, axis=0, return_inverse=True)
    words = [
        f"{margin_text(int(low), int(high), int(sign), margin.units[int(unit)])} ({margin.about})"
        for low, high, sign, unit in unique
    ]
    return np.array([*words, ""], np.object_)[inverse.reshape(-1)]
