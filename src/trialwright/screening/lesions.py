"""Lesions present on the latest matching examination, of many subjects at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from trialwright.model.criteria import LesionsTake
from trialwright.screening.answer import Flags, Ints, Reasons, reason_bit
from trialwright.screening.session import Session
from trialwright.screening.setting import Setting

__all__ = ["Examined", "examined"]

_READER: Final = "INVESTIGATOR"
_TESTS: Final = {"longest": "LDIAM", "short axis": "LPERP", "enhancing": "VDIAM"}
_STATES: Final = {"ABSENT": -1, "REMOVED": -1, "EQUIVOCAL": 0, "NOT EVALUABLE": 0, "MERGED": 0}
"""What is said of a lesion: -1 not there, 0 not sure; anything else means that it is there."""


@dataclass(frozen=True, slots=True)
class Examined:
    """The latest matching examination of every subject and the lesions seen on it.

    Parameters
    ----------
    day : int64 array, shape (n,)
        Day of the examination since 1970-01-01; meaningless where `reason` says why there is none.
    reason : uint32 array, shape (n,)
        Why there is none, as bits; 0 where there is one.
    blank : bool array, shape (n,)
        Who has no row about any lesion, by whatever method.
    lesions : polars.DataFrame
        ``SUBJECT LESION LOC STATE SIZE CLASH``: one row a lesion that may be there; STATE 1 there, 0 not sure; SIZE in
        millionths of a millimetre, null where it was not measured.
    rows : polars.DataFrame
        ``SUBJECT LESION DOMAIN ROW``: the rows they were read from.
    """

    day: Ints
    reason: Reasons
    blank: Flags
    lesions: pl.DataFrame
    rows: pl.DataFrame


def examined(setting: Setting, asked: LesionsTake) -> Examined:
    """Lesions on the latest examination inside the window that matches the method.

    Parameters
    ----------
    setting : Setting
        Subjects, moments, window.
    asked : LesionsTake
        Method, organs, group and dimension.

    Returns
    -------
    Examined
        As the investigator reads them; a measurement without a method was made with the method of its lesion.
    """
    seen = _seen(setting.session, asked)
    window = pl.DataFrame({"SUBJECT": np.arange(setting.size), "SINCE": setting.window.low, "AT": setting.window.high})
    seen = seen.join(window, on="SUBJECT").filter(pl.col("LOW") <= pl.col("AT"))
    exact = pl.col("LOW") == pl.col("HIGH")
    inside = exact & (pl.col("LOW") >= pl.col("SINCE"))
    blank = np.ones(setting.size, np.bool_)
    blank[seen["SUBJECT"].to_numpy()] = False
    matching = seen.filter("MATCHES")
    days = matching.filter(inside).group_by("SUBJECT").agg(DAY=pl.col("LOW").max())
    blurred = matching.filter(~exact & (pl.col("HIGH") >= pl.col("SINCE"))).join(days, on="SUBJECT", how="left")
    blurred = blurred.filter(pl.col("DAY").is_null() | (pl.col("HIGH") >= pl.col("DAY")))
    day, reason = np.zeros(setting.size, np.int64), np.full(setting.size, reason_bit("missing"), np.uint32)
    reason[matching["SUBJECT"].to_numpy()] = reason_bit("stale")
    found = days["SUBJECT"].to_numpy()
    day[found], reason[found] = days["DAY"].to_numpy(), 0
    reason[blurred["SUBJECT"].to_numpy()] = reason_bit("imprecise_date")
    known = seen.filter(exact).join(days, on="SUBJECT").filter(pl.col("LOW") <= pl.col("DAY"))
    lesions = _present(known)
    if asked.on is not None and asked.on.location is not None:
        here = pl.col("LOC").is_in(list(asked.on.location))
        # a lesion of an unknown organ may be one of these
        lesions = lesions.with_columns(STATE=pl.when(pl.col("LOC").is_null()).then(0).otherwise("STATE"))
        lesions = lesions.filter(here | pl.col("LOC").is_null())
    if asked.group is not None:
        lesions = lesions.filter(pl.col("GROUP") == asked.group.upper())
    rows = known.filter(pl.col("LOW") == pl.col("DAY")).select("SUBJECT", "LESION", "DOMAIN", "ROW")
    return Examined(day, reason, blank, lesions, rows.join(lesions, on=["SUBJECT", "LESION"], how="semi"))


def _seen(session: Session, asked: LesionsTake) -> pl.DataFrame:
    """Rows about lesions: first sights and later looks, each with its lesion's organ, method and group."""
    first = _rows(session, "TU", ("TULNKID", "TUORRES", "TULOC", "TUMETHOD", "TUCERT"), "TUEVAL")
    looks = _rows(session, "TR", ("TRLNKID", "TRTESTCD", "TRORRES", "TRMETHOD", "TRSTAT", "TRORIG"), "TREVAL")
    number = session.numbers("TR", "TRORRES")
    test = _TESTS[asked.dimension]
    kind = ("SUBJECT", "LESION", "LOC", "METHOD", "GROUP")
    first = first.select(
        "SUBJECT", "ROW", "LOW", "HIGH", DOMAIN=pl.lit("TU"), LESION="TULNKID", LOC="TULOC", METHOD="TUMETHOD",
        GROUP="TUORRES", STATE=pl.when(pl.col("TUCERT") == "EQUIVOCAL").then(0).otherwise(1).cast(pl.Int64),
        SIZE=pl.lit(None, pl.Int64),
    )  # fmt: skip
    lesions = first.sort("LOW", "ROW").unique(["SUBJECT", "LESION"], keep="first", maintain_order=True).select(kind)
    measured = pl.DataFrame({"ROW": np.arange(number.value.size), "MM": number.value, "READ": number.readable})
    looks = looks.join(measured, on="ROW", how="left").rename({"TRLNKID": "LESION"})
    looks = looks.join(lesions, on=["SUBJECT", "LESION"], how="left")
    word = pl.when(pl.col("TRTESTCD") == "TUMSTATE").then("TRORRES").otherwise("TRORIG")
    state = word.replace_strict(_STATES, default=1, return_dtype=pl.Int64).fill_null(1)
    state = pl.when(pl.col("TRSTAT") == "NOT DONE").then(0).otherwise(state)
    state = pl.when(pl.col("READ") & (pl.col("MM") == 0)).then(-1).otherwise(state)
    sized = pl.col("READ") & (pl.col("TRTESTCD") == test) & (state == 1)
    looks = looks.select(
        "SUBJECT", "ROW", "LOW", "HIGH", DOMAIN=pl.lit("TR"), LESION="LESION", LOC="LOC",
        METHOD=pl.coalesce("TRMETHOD", "METHOD"), GROUP="GROUP", STATE=state.cast(pl.Int64),
        SIZE=pl.when(sized).then("MM"),
    )  # fmt: skip
    method = asked.on.method if asked.on is not None else None
    matches = pl.lit(value=True) if method is None else pl.col("METHOD").is_in(list(method)).fill_null(value=False)
    columns = ["SUBJECT", "LESION", "LOC", "GROUP", "DOMAIN", "ROW", "LOW", "HIGH", "STATE", "SIZE"]
    both = pl.concat([first.select(*columns, "METHOD"), looks.select(*columns, "METHOD")])
    return both.with_columns(MATCHES=matches)


def _rows(session: Session, domain: str, columns: tuple[str, ...], reader: str) -> pl.DataFrame:
    """Rows of the investigator, one for each moment of their subject."""
    subject, row = session.owners(domain)
    frame = session.frame(domain)
    frame = frame.with_columns(
        pl.lit(None, pl.String).alias(name) for name in (*columns, reader) if name not in frame.columns
    )
    span = session.span(domain, f"{domain}DTC")
    found = frame.select(*(pl.col(name).cast(pl.String) for name in columns), reader)[row]
    found = found.with_columns(
        SUBJECT=pl.Series(subject, dtype=pl.Int64), ROW=pl.Series(row, dtype=pl.Int64),
        LOW=pl.Series(span.low[row], dtype=pl.Int64), HIGH=pl.Series(span.high[row], dtype=pl.Int64),
    )  # fmt: skip
    return found.filter(pl.col(reader).is_null() | (pl.col(reader) == _READER))


def _present(known: pl.DataFrame) -> pl.DataFrame:
    """Lesions that are there, or may be there, on the day: those looked at then, and those nobody looked at again."""
    on_day = pl.col("LOW") == pl.col("DAY")
    last = known.sort("LOW").group_by("SUBJECT", "LESION", maintain_order=True).agg(
        LOC=pl.col("LOC").drop_nulls().first(),
        GROUP=pl.col("GROUP").drop_nulls().first(),
        THEN=pl.col("STATE").filter(on_day).min(),
        SURE=pl.col("STATE").filter(on_day).max(),
        BEFORE=pl.col("STATE").last(),
        SIZE=pl.col("SIZE").filter(on_day).drop_nulls().max(),
        CLASH=pl.col("SIZE").filter(on_day).drop_nulls().n_unique() > 1,
    )  # fmt: skip
    gone = pl.when(pl.col("THEN").is_null()).then(pl.col("BEFORE") == -1).otherwise(pl.col("THEN") == -1)
    state = pl.when(pl.col("THEN").is_null()).then(0).otherwise(pl.col("SURE"))
    return last.filter(~gone).select("SUBJECT", "LESION", "LOC", "GROUP", "SIZE", "CLASH", STATE=state)
