"""Best and confirmed best response, response yes or no and first progression as rows, one a subject and parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.assessments.response_rows import DERIVED, RESPONSE_CODES
from trialwright.numerics.response_sequence import NO_DAY, SequenceRules, best_responses

__all__ = ["LABELS", "Sequences", "best_rows", "labels"]

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int8]

LABELS: Final = pl.Series(list(RESPONSE_CODES), dtype=pl.String)
"""Responses by their numbers."""

_YES_NO: Final = pl.Series(["N", "Y"])


@dataclass(frozen=True, slots=True, eq=False)
class Sequences:
    """Overall responses of subjects, one behind the other, those of one subject in the order of their days.

    Parameters
    ----------
    start : numpy.ndarray of int64
        First row of each subject, and the number of rows.
    day : numpy.ndarray of int64
        Day of each row, since 1970.
    code : numpy.ndarray of int8
        Response, as in AVAL.
    domain : polars.Series
        Table of the deciding row.
    seq : numpy.ndarray of int64
        Its sequence number.
    """

    start: Ints
    day: Ints
    code: Small
    domain: pl.Series
    seq: Ints


def labels(code: Small) -> pl.Series:
    """Responses in words.

    Parameters
    ----------
    code : numpy.ndarray of int8
        Numbers, as in AVAL.

    Returns
    -------
    polars.Series
        Codes as in AVALC.

    Examples
    --------
    >>> labels(np.array([1, 5], np.int8)).to_list()
    ['CR', 'PD']
    """
    return LABELS.gather(code.astype(np.uint32))


def best_rows(sequences: Sequences, origin: Ints, last: Ints, rules: SequenceRules) -> pl.DataFrame:
    """Best responses of each subject as rows.

    Parameters
    ----------
    sequences : Sequences
        Overall responses, as they are read for this purpose.
    origin, last : numpy.ndarray of int64
        First and last day that counts, one a subject; a subject without an origin (``-NO_DAY``) has no rows.
    rules : SequenceRules
        The rules.

    Returns
    -------
    polars.DataFrame
        ``S PARAMCD DAY AVALC AVAL RULEID SRCDOM SRCSEQ DTYPE``: BOR and CBOR; RSP and CRSP, whether there was a
        response and a confirmed one; PD, whether there was a progression. ``DAY`` and source are empty where nothing
        dates the row.

    Examples
    --------
    >>> from trialwright.numerics.response_sequence import SequenceRules
    >>> tables, seq = pl.Series(["RS", "RS"]), np.array([1, 2])
    >>> given = Sequences(np.array([0, 2]), np.array([42, 70]), np.array([2, 2], np.int8), tables, seq)
    >>> rows = best_rows(given, np.array([0]), np.array([NO_DAY]), SequenceRules(42, 28, 1, False, 0))
    >>> rows.select("PARAMCD", "AVALC", "DAY").rows()[:2]
    [('BOR', 'PR', 42), ('CBOR', 'PR', 42)]
    """
    kept = np.flatnonzero(origin > -NO_DAY)
    found = best_responses(sequences.start, sequences.day, sequences.code, (origin, last), rules)
    parts = [
        _part("BOR", kept, labels(found.best), found.best.astype(np.int64), found.best_row),
        _part("CBOR", kept, labels(found.confirmed), found.confirmed.astype(np.int64), found.confirmed_row),
        _flag("RSP", kept, found.response_row),
        _flag("CRSP", kept, found.confirmed_response_row),
        _flag("PD", kept, found.progression),
    ]
    every = pl.concat(parts)
    row = every["ROW"].to_numpy()
    dated = row >= 0
    place = np.maximum(row, 0)
    if not len(sequences.day):
        nothing = pl.lit(None)
        return every.drop("ROW").with_columns(
            DAY=nothing.cast(pl.Int64), SRCDOM=nothing.cast(pl.String), SRCSEQ=nothing.cast(pl.Int64),
            DTYPE=pl.lit(DERIVED),
        )  # fmt: skip
    day = pl.Series(sequences.day[place])
    return every.drop("ROW").with_columns(
        DAY=pl.when(pl.Series(dated)).then(day),
        SRCDOM=pl.when(pl.Series(dated)).then(sequences.domain.gather(place.astype(np.uint32))),
        SRCSEQ=pl.when(pl.Series(dated)).then(pl.Series(sequences.seq[place])),
        DTYPE=pl.lit(DERIVED),
    )


def _part(name: str, kept: Ints, words: pl.Series, number: Ints, row: Ints) -> pl.DataFrame:
    cells = {"S": kept, "AVALC": words.gather(kept.astype(np.uint32)), "AVAL": number[kept], "ROW": row[kept]}
    return pl.DataFrame(cells).with_columns(PARAMCD=pl.lit(name), RULEID=pl.lit(f"response.{_RULES[name]}"))


def _flag(name: str, kept: Ints, row: Ints) -> pl.DataFrame:
    yes = (row >= 0).astype(np.int64)
    return _part(name, kept, _YES_NO.gather(yes.astype(np.uint32)), yes, row)


_RULES: Final = {
    "BOR": "best", "CBOR": "confirmed-best", "RSP": "first-response", "CRSP": "first-confirmed-response",
    "PD": "first-progression",
}  # fmt: skip
