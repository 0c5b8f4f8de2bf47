"""The rows an answer rests on, written as ids a reader can follow into the data folder."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.screening.answer import Answer, Ints
from trialwright.screening.session import RESPONSES, Session

__all__ = ["evidence", "row_ids"]

_START: Final = pl.lit("row/") + pl.col("FILE") + ":" + pl.col("USUBJID")
_ID: Final = pl.when(pl.col("SEQ").is_null()).then(_START).otherwise(_START + ":" + pl.col("SEQ").cast(pl.String))


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
    pairs = pl.DataFrame({"SUBJECT": subject, "ROW": row}).unique()
    rows = _named(domain, frame, pairs["ROW"].to_numpy(), session)
    return pl.concat([pairs.select("SUBJECT"), rows.select("SEQ", "FILE", ID=_ID)], how="horizontal")


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
    return _named(domain, session.frame(domain), rows, session).select(ID=_ID)["ID"]


def _named(domain: str, frame: pl.DataFrame, rows: Ints, session: Session) -> pl.DataFrame:
    """``USUBJID SEQ FILE`` of some rows; a response names the domain of the row it rests on."""
    columns = [name for name in ("USUBJID", "RSSEQ", "SRCSEQ", "SRCDOM", f"{domain}SEQ") if name in frame.columns]
    part = frame.select(columns)[rows]
    return part.select("USUBJID", SEQ=_numbers(domain, part), FILE=_files(domain, part, session))


def _files(domain: str, part: pl.DataFrame, session: Session) -> pl.Series:
    if domain == RESPONSES and "SRCDOM" in part.columns:
        domains = part["SRCDOM"].cast(pl.String).fill_null("RS")
        return domains.replace({each: session.context.file_of(each) for each in domains.unique().to_list()})
    file = session.context.file_of("RS" if domain == RESPONSES else domain)
    return pl.repeat(file, part.height, dtype=pl.String, eager=True)


def _numbers(domain: str, frame: pl.DataFrame) -> pl.Series:
    names = ("RSSEQ", "SRCSEQ") if domain == RESPONSES else (f"{domain}SEQ",)
    for name in names:
        if name in frame.columns:
            return frame[name].cast(pl.Int64)
    return pl.Series([None] * frame.height, dtype=pl.Int64)
