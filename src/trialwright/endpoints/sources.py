"""The data rows each result rests on, gathered as arrays and named at the end, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.timeline import DOMAINS, Flags, Ints, Picks

__all__ = ["SOURCES", "Evidence", "Named", "named_rows", "source_frame", "subject_picks"]

SOURCES: Final[dict[str, pl.DataType]] = dict.fromkeys(
    ("USUBJID", "PARAMCD", "DEFID", "ROLE", "ROW", "LESION"), pl.String()
)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Answers whose evidence a definition's results rest on.

    Parameters
    ----------
    answers : polars.DataFrame
        ``USUBJID`` and ``EVIDENCE`` (list of row ids) of those concerned, and ``LESION`` where they are lesions.
    """

    answers: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """Rows of one definition: whose, what for, and which.

    Parameters
    ----------
    subject : numpy.ndarray of int64
        Position in the roster.
    role : numpy.ndarray of int64
        Position in `roles`.
    domain, seq : numpy.ndarray of int64
        Position of the domain in `DOMAINS`, sequence number (0 in DM).
    roles : tuple of str
        Names of the roles.
    evidence : tuple of Evidence
        Further rows, named by the answers of predicates.
    lesion : polars.Series, optional
        Lesion of each row, where a result is that of a lesion.
    """

    subject: Ints
    role: Ints
    domain: Ints
    seq: Ints
    roles: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    lesion: pl.Series | None = None


def named_rows(
    roles: Sequence[tuple[str, Picks]],
    more: tuple[str, Picks, Ints] | None = None,
    evidence: tuple[Evidence, ...] = (),
) -> Named:
    """Rows of one definition, each subject's row once.

    Parameters
    ----------
    roles : sequence of (role, rows)
        Rows by what they are for, one a subject; a row with several roles keeps the first.
    more : tuple of (role, rows, subjects), optional
        Further rows, any number a subject; `subjects` gives each row's position in the roster.
    evidence : tuple of Evidence
        Rows named by the answers of predicates.

    Returns
    -------
    Named
        By subject in the order of the roles.
    """
    given = [(role, picks, np.arange(len(picks.day))) for role, picks in roles]
    given += [more] if more is not None else []
    found = [np.flatnonzero(picks.found) for _, picks, _ in given]
    who = np.concatenate([subject[each] for each, (_, _, subject) in zip(found, given, strict=True)])
    role = np.repeat(np.arange(len(given)), [len(each) for each in found])
    domain = np.concatenate([picks.domain[each] for each, (_, picks, _) in zip(found, given, strict=True)])
    seq = np.concatenate([picks.seq[each] for each, (_, picks, _) in zip(found, given, strict=True)])
    order = np.lexsort((role, seq, domain, who))
    same = (np.diff(who[order]) == 0) & (np.diff(domain[order]) == 0) & (np.diff(seq[order]) == 0)
    one = order[np.concatenate([[True], ~same])] if len(order) else order
    one = one[np.lexsort((role[one], who[one]))]
    return Named(who[one], role[one], domain[one], seq[one], tuple(name for name, _, _ in given), evidence)


def subject_picks(who: Flags) -> Picks:
    """The DM row of some subjects.

    Parameters
    ----------
    who : numpy.ndarray of bool
        Whose.

    Returns
    -------
    Picks
        Rows without a day, for naming only.
    """
    zeros = np.zeros(len(who), np.int64)
    return Picks(zeros, zeros, zeros, zeros).where(who)


def source_frame(cohort: Cohort, parts: Sequence[tuple[str, str, Named]]) -> pl.DataFrame:
    """Rows of all definitions with their names.

    Parameters
    ----------
    cohort : Cohort
        The subjects.
    parts : sequence of (endpoint, definition, rows)
        Rows of each definition.

    Returns
    -------
    polars.DataFrame
        ``USUBJID PARAMCD DEFID ROLE ROW LESION``, sorted by the first three and the lesion, then in the order of the
        roles; a row once. ``LESION`` is null where the result is that of the subject.
    """
    if not parts:
        return pl.DataFrame(schema=SOURCES)
    subject = np.concatenate([named.subject for _, _, named in parts])
    part = np.repeat(np.arange(len(parts)), [len(named.subject) for _, _, named in parts])
    rows = pl.DataFrame(
        {
            "PART": part,
            "ROLE": np.concatenate([named.role for _, _, named in parts]) + _starts(parts)[part],
            "DOMAIN": np.concatenate([named.domain for _, _, named in parts]),
            "SEQ": np.concatenate([named.seq for _, _, named in parts]),
            "USUBJID": cohort.roster.subjects[subject],
            "LESION": pl.concat([_lesions(named) for _, _, named in parts]),
        }
    )
    files = pl.Series([f"row/{cohort.frames.file_of(name)}:" for name in DOMAINS])
    tail = pl.when(pl.col("SEQ") > 0).then(pl.format(":{}", "SEQ")).otherwise(pl.lit(""))
    roles = pl.Series([role for _, _, named in parts for role in named.roles], dtype=pl.String)
    key = [pl.col(name) for name in ("USUBJID", "PARAMCD", "DEFID", "LESION")]
    found = rows.lazy().select(
        "USUBJID",
        PARAMCD=pl.lit(pl.Series([endpoint for endpoint, _, _ in parts])).gather("PART"),
        DEFID=pl.lit(pl.Series([name for _, name, _ in parts])).gather("PART"),
        ROLE=pl.lit(roles).gather("ROLE"),
        ROW=pl.concat_str(pl.lit(files).gather("DOMAIN"), "USUBJID", tail),
        LESION="LESION",
    )
    evidence = [
        each.answers.lazy()
        .select(
            "USUBJID",
            PARAMCD=pl.lit(endpoint),
            DEFID=pl.lit(name),
            ROLE=pl.lit("evidence"),
            ROW="EVIDENCE",
            LESION="LESION" if "LESION" in each.answers.columns else pl.lit(None, pl.String),
        )
        .explode("ROW")
        .drop_nulls("ROW")
        for endpoint, name, named in parts
        for each in named.evidence
    ]
    if not evidence:
        return found.sort(key, maintain_order=True).collect()
    both = pl.concat([*evidence, found]).unique(
        ["USUBJID", "PARAMCD", "DEFID", "LESION", "ROW"], keep="first", maintain_order=True
    )
    return both.sort(key, maintain_order=True).collect()


def _lesions(named: Named) -> pl.Series:
    return pl.Series([None] * len(named.subject), dtype=pl.String) if named.lesion is None else named.lesion


def _starts(parts: Sequence[tuple[str, str, Named]]) -> Ints:
    return np.cumsum([0, *(len(named.roles) for _, _, named in parts)])[:-1].astype(np.int64)
