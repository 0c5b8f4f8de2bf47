"""The rows an answer rests on, written as ids a reader can follow into the data folder."""

from __future__ import annotations

import numpy as np
import polars as pl

from trialwright.screening.answer import Answer, Ints
from trialwright.screening.session import RESPONSES, Session

__all__ = ["evidence", "row_ids"]


def evidence(answer: Answer, session: Session) -> pl.Series:
    """Ids of the deciding rows of every subject.

    Parameters
    ----------
    answer : Answer
        Any answer.
    session : Session
        The data it was given on.

    Returns
    -------
    polars.Series of list of str
        ``row/<file>:<USUBJID>:<SEQ>`` (without a number for DM), each once, by file and number; empty where no row
        decided.
    """
    parts = [
        _ids(source.domain, answer.subject[answer.table == number], answer.row[answer.table == number], session)
        for number, source in session.sources.items()
    ]
    everyone = pl.DataFrame({"SUBJECT": np.arange(answer.verdict.size, dtype=np.int64)})
    if not parts:
        return pl.Series("EVIDENCE", [[]] * answer.verdict.size, dtype=pl.List(pl.String))
    listed = pl.concat(parts).unique().sort("SUBJECT", "FILE", "SEQ").group_by("SUBJECT").agg(EVIDENCE=pl.col("ID"))
    joined = everyone.join(listed, on="SUBJECT", how="left", maintain_order="left")
    return joined["EVIDENCE"].fill_null([])


def _ids(domain: str, subject: Ints, row: Ints, session: Session) -> pl.DataFrame:
    frame = session.frame(domain)
    file = session.context.file_of("RS" if domain == RESPONSES else domain)
    pairs = pl.DataFrame({"SUBJECT": subject, "ROW": row}).unique()
    return pairs.select(
        "SUBJECT",
        SEQ=_numbers(domain, frame).gather(pairs["ROW"]),
        FILE=pl.lit(file),
        ID=row_ids(domain, pairs["ROW"].to_numpy(), session),
    )


def row_ids(domain: str, rows: Ints, session: Session) -> pl.Series:
    """Ids of rows of a table.

    Parameters
    ----------
    domain : str
        CDISC domain, or ``RESPONSES``.
    rows : int64 array
        Positions of rows.
    session : Session
        The data.

    Returns
    -------
    polars.Series of str
        ``row/<file>:<USUBJID>:<SEQ>``, without a number for DM.
    """
    frame = session.frame(domain)
    file = session.context.file_of("RS" if domain == RESPONSES else domain)
    start = pl.lit(f"row/{file}:") + pl.col("USUBJID")
    number = pl.col("SEQ").cast(pl.String)
    taken = pl.DataFrame({"USUBJID": frame["USUBJID"].gather(rows), "SEQ": _numbers(domain, frame).gather(rows)})
    return taken.select(ID=pl.when(number.is_null()).then(start).otherwise(start + ":" + number))["ID"]


def _numbers(domain: str, frame: pl.DataFrame) -> pl.Series:
    names = ("RSSEQ", "SRCSEQ") if domain == RESPONSES else (f"{domain}SEQ",)
    for name in names:
        if name in frame.columns:
            return frame[name].cast(pl.Int64)
    return pl.Series([None] * frame.height, dtype=pl.Int64)
