"""Two independent readers and an adjudicator: where the readers differ, and whose reading counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from trialwright.assessments.best_response import LABELS
from trialwright.assessments.compare import compared, kappa
from trialwright.assessments.response_rows import AS_ASSESSED
from trialwright.model.agreement import ReaderAgreement

__all__ = ["BY_VISIT", "chosen_readings", "differences", "reader_agreement"]

BY_VISIT: Final = "visit by visit"
"""Stands for a reader where the accepted records of a subject are of both."""

_CHOICE: Final = {"USUBJID": pl.String(), "READER": pl.String(), "BY": pl.String()}


def differences(first: pl.DataFrame, second: pl.DataFrame, best: str) -> pl.DataFrame:
    """What two readers found of each subject in one series, and in what they differ.

    Parameters
    ----------
    first, second : polars.DataFrame
        ADRS rows of the series by each reader, never mixed.
    best : {"BOR", "CBOR"}
        Which best response is compared.

    Returns
    -------
    polars.DataFrame
        ``USUBJID BEST_1 BEST_2 PROGRESSION_1 PROGRESSION_2 DIFFER``, sorted. A best response is empty for a reader who
        assessed nothing, a progression where there was none. ``DIFFER`` is ``best response``, ``progression``, both
        joined by ``and``, or empty; a progression on another day differs.

    Examples
    --------
    >>> one = pl.DataFrame({"USUBJID": ["A"], "PARAMCD": ["BOR"], "AVALC": ["SD"], "ADT": [None]})
    >>> differences(one, one.with_columns(AVALC=pl.lit("PR")), "BOR")["DIFFER"].to_list()
    ['best response']
    """
    left, right = _found(first, best), _found(second, best)
    both = left.join(right, on="USUBJID", how="full", coalesce=True, suffix="_2").sort("USUBJID")
    other, end = (pl.col(name).ne_missing(pl.col(f"{name}_2")) for name in ("BEST", "PROGRESSION"))
    words = (
        pl.when(other & end)
        .then(pl.lit("best response and progression"))
        .when(other)
        .then(pl.lit("best response"))
        .when(end)
        .then(pl.lit("progression"))
        .otherwise(pl.lit(""))
    )
    return both.select(
        "USUBJID", BEST_1="BEST", BEST_2="BEST_2", PROGRESSION_1="PROGRESSION", PROGRESSION_2="PROGRESSION_2",
        DIFFER=words,
    )  # fmt: skip


def _found(rows: pl.DataFrame, best: str) -> pl.DataFrame:
    """Best response and first progression of each subject."""
    who = rows.select("USUBJID").unique()
    response = rows.filter((pl.col("PARAMCD") == best) & (pl.col("AVALC") != LABELS[-1]))
    end = rows.filter((pl.col("PARAMCD") == "PD") & (pl.col("AVALC") == "Y"))
    found = who.join(response.select("USUBJID", BEST="AVALC"), on="USUBJID", how="left")
    return found.join(end.select("USUBJID", PROGRESSION=pl.col("ADT").cast(pl.Date)), on="USUBJID", how="left")


def chosen_readings(
    subjects: Mapping[str, bool], accepted: pl.DataFrame, decided: frozenset[str], readers: tuple[str, str, str]
) -> pl.DataFrame:
    """Whose reading of each subject counts.

    Parameters
    ----------
    subjects : mapping of str to bool
        USUBJID to whether the readers differ in any series.
    accepted : polars.DataFrame
        ``USUBJID READER``: readers of whom a record is marked as accepted.
    decided : frozenset of str
        Subjects of whom there is a reading of the adjudicator's own.
    readers : tuple of str
        Names of the first reader, the second and the adjudicator.

    Returns
    -------
    polars.DataFrame
        ``USUBJID READER BY``, one row a subject. The accepted record counts before the adjudicator's own reading, and
        that before the first reader's, which counts where nothing differs. ``READER`` is empty where the adjudicator
        is still to decide, `BY_VISIT` where records of both are accepted.

    Examples
    --------
    >>> nobody = pl.DataFrame(schema={"USUBJID": pl.String, "READER": pl.String})
    >>> found = chosen_readings({"A": False, "B": True}, nobody, frozenset(), ("R1", "R2", "R3"))
    >>> found.rows()
    [('A', 'R1', 'agreement'), ('B', None, None)]
    """
    marked: dict[str, set[str]] = {}
    for subject, reader in accepted.select("USUBJID", "READER").iter_rows():
        marked.setdefault(subject, set()).add(reader)
    rows: list[tuple[str, str | None, str | None]] = []
    for subject, differs in sorted(subjects.items()):
        taken = marked.get(subject, set())
        if taken:
            rows.append((subject, next(iter(taken)) if len(taken) == 1 else BY_VISIT, "accepted record"))
        elif subject in decided:
            rows.append((subject, readers[2], "adjudicator"))
        elif not differs:
            rows.append((subject, readers[0], "agreement"))
        else:
            rows.append((subject, None, None))
    return pl.DataFrame(rows, schema=_CHOICE, orient="row")


def reader_agreement(
    readers: tuple[str, str], rows: tuple[pl.DataFrame, pl.DataFrame], found: pl.DataFrame, chosen: pl.DataFrame,
    best: str,
) -> ReaderAgreement:  # fmt: skip
    """How far two readers of a series agree, and whose reading counts.

    Parameters
    ----------
    readers : pair of str
        Their names.
    rows : pair of polars.DataFrame
        ADRS rows of the series by each.
    found : polars.DataFrame
        As `differences` gives it.
    chosen : polars.DataFrame
        As `chosen_readings` gives it.
    best : {"BOR", "CBOR"}
        Which best response was compared.

    Returns
    -------
    ReaderAgreement
        Assessments are paired as in `trialwright.assessments.compare.compared`.

    References
    ----------
    Cohen J, Educ Psychol Meas 1960;20:37-46, doi:10.1177/001316446002000104 (unverified).
    """
    assessed = (pl.col("PARAMCD") == "OVR") & (pl.col("DTYPE") == AS_ASSESSED)
    pairs = compared(rows[0].filter(assessed), rows[1].filter(assessed))
    known = found.drop_nulls(["BEST_1", "BEST_2"])
    table = {(one, two): n for one, two, n in known.group_by("BEST_1", "BEST_2").len().iter_rows()}
    subjects = found.join(chosen.rename({"READER": "CHOSEN"}), on="USUBJID", how="left", maintain_order="left")
    return ReaderAgreement(
        readers,
        pairs.shifts.rename({"RECORDED": "FIRST", "CALCULATED": "SECOND"}),
        pairs.pairs,
        pairs.agree,
        pairs.kappa,
        best,
        known.height,
        sum(n for (one, two), n in table.items() if one == two),
        kappa(table),
        subjects,
    )
