"""Two independent readers and an adjudicator: where the readers differ, and whose reading counts."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from trialwright.assessments.best_response import LABELS
from trialwright.assessments.policy import Policy
from trialwright.assessments.response_rows import RESPONSE_CODES
from trialwright.assessments.series_rows import with_best

__all__ = ["Readings", "adjudicated"]


@dataclass(frozen=True, slots=True)
class Readings:
    """What two readers found of each subject, and whose reading counts.

    Parameters
    ----------
    subjects : polars.DataFrame
        ``USUBJID BEST_1 BEST_2 PROGRESSION_1 PROGRESSION_2 DIFFER CHOSEN``, sorted. ``DIFFER`` names what differs:
        best response, progression or both, empty when nothing does; ``CHOSEN`` is the reader the adjudicator took, the
        first reader where nothing differs, empty where the adjudicator is still to decide.
    responses : polars.DataFrame
        ``USUBJID ADT AVALC READER``: overall responses of the chosen readers.
    """

    subjects: pl.DataFrame
    responses: pl.DataFrame

    @property
    def adjudication_rate(self) -> float | None:
        """Share of the subjects on whom the readers differ; None without subjects."""
        if not self.subjects.height:
            return None
        return float((self.subjects["DIFFER"] != "").sum() / self.subjects.height)


def adjudicated(
    responses: pl.DataFrame, chosen: pl.DataFrame, origin: pl.DataFrame, policy: Policy, readers: tuple[str, str]
) -> Readings:
    """Readings of two readers with the adjudicator's choices.

    Parameters
    ----------
    responses : polars.DataFrame
        ``USUBJID READER ADT AVALC``: overall responses of both readers, one a day and reader; they are never mixed.
    chosen : polars.DataFrame
        ``USUBJID READER``: the reader whose reading the adjudicator accepted, where one was asked.
    origin : polars.DataFrame
        ``USUBJID ADT``: day from which stable disease is counted.
    policy : Policy
        The switches; best responses are confirmed ones when it asks for confirmation.
    readers : pair of str
        Names of the two readers.

    Returns
    -------
    Readings
        One row a subject.

    Examples
    --------
    >>> from datetime import date
    >>> rows = pl.DataFrame(
    ...     {"USUBJID": ["A", "A"], "READER": ["1", "2"], "ADT": [date(2026, 3, 1)] * 2, "AVALC": ["SD", "PD"]}
    ... )
    >>> start = pl.DataFrame({"USUBJID": ["A"], "ADT": [date(2026, 1, 1)]})
    >>> nobody = pl.DataFrame(schema={"USUBJID": pl.String, "READER": pl.String})
    >>> adjudicated(rows, nobody, start, Policy(), ("1", "2")).subjects["DIFFER"].to_list()
    ['best response and progression']
    """
    places = origin.sort("USUBJID").unique("USUBJID", keep="first", maintain_order=True).with_row_index("S")
    first, second = (_read(responses, places, policy, reader) for reader in readers)
    both = first.join(second, on="USUBJID", how="full", coalesce=True, suffix="_2").sort("USUBJID")
    best, end = (
        pl.col(name).ne_missing(pl.col(f"{name}_2")) for name in ("BEST", "PROGRESSION")
    )  # fmt: skip
    words = (
        pl.when(best & end)
        .then(pl.lit("best response and progression"))
        .when(best)
        .then(pl.lit("best response"))
        .when(end)
        .then(pl.lit("progression"))
        .otherwise(pl.lit(""))
    )
    judged = both.with_columns(DIFFER=words).join(chosen.rename({"READER": "TAKEN"}), on="USUBJID", how="left")
    asked = pl.when(pl.col("DIFFER") == "").then(pl.lit(readers[0])).otherwise("TAKEN")
    subjects = judged.select(
        "USUBJID", BEST_1="BEST", BEST_2="BEST_2", PROGRESSION_1="PROGRESSION", PROGRESSION_2="PROGRESSION_2",
        DIFFER="DIFFER", CHOSEN=asked,
    )  # fmt: skip
    taken = subjects.select("USUBJID", READER="CHOSEN").drop_nulls()
    kept = responses.join(taken, on=["USUBJID", "READER"], how="semi").select("USUBJID", "ADT", "AVALC", "READER")
    return Readings(subjects, kept.sort("USUBJID", "ADT"))


def _read(responses: pl.DataFrame, places: pl.DataFrame, policy: Policy, reader: str) -> pl.DataFrame:
    """Best response and first progression of each subject by one reader."""
    own = responses.filter(pl.col("READER") == reader).join(places.select("USUBJID", "S"), on="USUBJID")
    given = own.select(
        "S", DAY=pl.col("ADT").to_physical().cast(pl.Int64),
        CODE=pl.col("AVALC").replace_strict(dict(RESPONSE_CODES), return_dtype=pl.Int8),
        SRCDOM=pl.lit("RS"), SRCSEQ=pl.lit(0, pl.Int64),
    )  # fmt: skip
    origin = places["ADT"].to_physical().cast(pl.Int64).to_numpy().copy()
    rows = with_best(given, origin, origin + 10**6, policy)
    name = "CBOR" if policy.confirmation else "BOR"
    best = rows.filter((pl.col("PARAMCD") == name) & (pl.col("AVALC") != LABELS[-1])).select("S", BEST="AVALC")
    end = rows.filter((pl.col("PARAMCD") == "PD") & (pl.col("AVALC") == "Y")).select(
        "S", PROGRESSION=pl.col("DAY").cast(pl.Int32).cast(pl.Date)
    )
    seen = places.select("S", "USUBJID").join(best.cast({"S": pl.UInt32}), on="S")
    return seen.join(end.cast({"S": pl.UInt32}), on="S", how="left").select("USUBJID", "BEST", "PROGRESSION")
