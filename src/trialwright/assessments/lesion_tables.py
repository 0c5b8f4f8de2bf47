"""Lesions of one response series as tables of numbers: who is read, which diameter counts, what is one visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.assessments.criterion import Criterion
from trialwright.model.frames import Frames
from trialwright.model.schedule import AssessmentSeries
from trialwright.numerics.lesion_records import KINDS, LESIONS, LOOKS, Table, table

__all__ = ["NODAL_PLACES", "STATE_KINDS", "LesionTables", "lesion_tables", "roster", "state_word"]

Ints = npt.NDArray[np.int64]

NODAL_PLACES: Final = "LYMPH NODE"
"""How TULOC begins for a lymph node."""

_READER: Final = "INVESTIGATOR"
_ORIGINS: Final[Mapping[str, int]] = {
    "MEASURED": KINDS.measured, "TOO SMALL": KINDS.too_small, "ABSENT": KINDS.absent, "MERGED": KINDS.merged,
    "REMOVED": KINDS.removed, "NOT EVALUABLE": KINDS.not_evaluable,
}  # fmt: skip
STATE_KINDS: Final[Mapping[str, int]] = {
    "PRESENT": KINDS.present, "ABSENT": KINDS.absent, "EQUIVOCAL": KINDS.equivocal,
    "UNEQUIVOCAL": KINDS.unequivocal, "UNEQUIVOCAL PROGRESSION": KINDS.progression,
}  # fmt: skip
"""States of a lesion, and what they say of it."""

_GROUPS: Final[Mapping[str, int]] = {"TARGET": 0, "NON-TARGET": 1, "NEW": 2}


@dataclass(frozen=True, slots=True, eq=False)
class LesionTables:
    """Lesions, looks and visits of one series, sorted by subject.

    Parameters
    ----------
    subjects : polars.Series
        USUBJID, sorted; a subject's number is its place.
    lesions : polars.DataFrame
        ``S LNK GROUP NODAL FIRST CERTAIN ORGAN METHOD SEQ LINE DIAMETER``, one row a lesion; ``S`` is the subject.
    looks : polars.DataFrame
        ``VISIT L KIND VALUE DAY LOW METHOD SEQ LINE``, one row a look, sorted by visit, lesion, day.
    visits : polars.DataFrame
        ``S FIRST LAST LOW REVIEW SEQ LNKGRP``, one row a visit; ``SEQ`` is that of the FA row of its review.
    lesion_array, look_array : numpy.ndarray
        Lesions and looks as the kernels read them.
    """

    subjects: pl.Series
    lesions: pl.DataFrame
    looks: pl.DataFrame
    visits: pl.DataFrame
    lesion_array: Table
    look_array: Table

    def apart(self) -> LesionTables:
        """The same tables with arrays of their own, which one series may change.

        Returns
        -------
        LesionTables
            A new object.
        """
        return replace(self, lesion_array=self.lesion_array.copy(), look_array=self.look_array.copy())

    def spans(self, frame: pl.DataFrame) -> tuple[Ints, Ints]:
        """First row of each subject and the one after its last, in lesions or visits.

        Parameters
        ----------
        frame : polars.DataFrame
            `lesions` or `visits`.

        Returns
        -------
        start, stop : numpy.ndarray of int64
            One entry a subject.
        """
        owner, who = frame["S"].to_numpy(), np.arange(len(self.subjects))
        return np.searchsorted(owner, who, "left"), np.searchsorted(owner, who, "right")


def roster(frames: Frames) -> pl.Series:
    """Subjects of a folder, sorted.

    Parameters
    ----------
    frames : Frames
        The tables.

    Returns
    -------
    polars.Series
        USUBJID of everybody in DM, and of those with lesions.

    Examples
    --------
    >>> roster(Frames({}, "entered")).to_list()
    []
    """
    return pl.concat([frames["DM"]["USUBJID"], frames["TU"]["USUBJID"].unique()]).unique().sort()


def _day(name: str) -> pl.Expr:
    return pl.col(name).to_physical().cast(pl.Int64)


def _read_by(frame: pl.DataFrame, domain: str, evaluator: str) -> pl.LazyFrame:
    """Rows of one reader; of independent readers those whose record was accepted, where that is written."""
    own = pl.col(f"{domain}EVAL") == evaluator
    if evaluator == _READER:
        own = own | pl.col(f"{domain}EVAL").is_null()
    flag = f"{domain}ACPTFL"
    if flag in frame.columns and evaluator != _READER and frame[flag].is_not_null().any():
        own = own & (pl.col(flag) == "Y")
    return frame.lazy().filter(own & pl.col(f"{domain}LO").is_not_null())


def _lesions(frames: Frames, series: AssessmentSeries, criterion: Criterion, who: pl.LazyFrame) -> pl.DataFrame:
    seen = _read_by(frames["TU"], "TU", series.evaluator).filter(pl.col("TUORRES").is_in(list(_GROUPS)))
    scope = series.lesions
    if scope is not None and scope.location is not None:
        seen = seen.filter(pl.col("TULOC").is_in(list(scope.location)))
    if scope is not None and scope.method is not None:
        seen = seen.filter(pl.col("TUMETHOD").is_in(list(scope.method)))
    only = "treated" if criterion.only_treated else series.only
    if only is not None:
        seen = seen.filter(pl.col("TUTRT") == only.upper())
    rows = seen.join(who, on="USUBJID").select(
        "S",
        LNK="TULNKID",
        GROUP=pl.col("TUORRES").replace_strict(dict(_GROUPS), return_dtype=pl.Int8),
        NODAL=pl.col("TULOC").cast(pl.String).str.starts_with(NODAL_PLACES).fill_null(value=False),
        FIRST=_day("TUHI"),
        CERTAIN=(pl.col("TUCERT") != "EQUIVOCAL").fill_null(value=True),
        ORGAN=pl.col("TULOC").cast(pl.String),
        METHOD=pl.col("TUMETHOD").cast(pl.String),
        SEQ="TUSEQ",
        LINE="LINE",
    )
    one = rows.sort("S", "LNK", "FIRST", "SEQ").unique(["S", "LNK"], keep="first", maintain_order=True)
    return one.collect().with_row_index("L")


def _without_fragments(lesions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lesions without the parts of a split one (``T04.1`` of ``T04``), and the lesion each id belongs to."""
    whole = lesions.select("S", "GROUP", PARENT="LNK", OWN="L")
    named = lesions.with_columns(PARENT=pl.col("LNK").str.extract(r"^(.+)\.[0-9]+$"))
    found = named.join(whole, on=["S", "GROUP", "PARENT"], how="left", maintain_order="left")
    split = pl.col("OWN").is_not_null()
    kept = found.filter(~split).drop("PARENT", "OWN", "L").with_row_index("L")
    own = kept.select("S", "LNK", "L", FRAGMENT=pl.lit(value=False))
    parts = found.filter(split).select("S", "LNK", "PARENT").join(
        own.select("S", PARENT="LNK", L="L"), on=["S", "PARENT"], how="inner"
    )  # fmt: skip
    return kept, pl.concat([own, parts.select("S", "LNK", "L", FRAGMENT=pl.lit(value=True))])


def _added(looks: pl.DataFrame, criterion: Criterion) -> pl.DataFrame:
    """Looks with the parts of a split lesion added up, visit by visit; one that cannot be read spoils the sum."""
    if not looks["FRAGMENT"].any():
        return looks.drop("FRAGMENT")
    parts = looks.filter("FRAGMENT")
    small = (pl.col("KIND") == KINDS.too_small) & (pl.col("VALUE") < 0)
    length = pl.when(small).then(criterion.limits.too_small).otherwise(pl.max_horizontal("VALUE", pl.lit(0)))
    read = pl.col("KIND").is_in([KINDS.measured, KINDS.too_small, KINDS.absent, KINDS.merged]).all()
    one = parts.sort("VISIT", "L", "DAY", "SEQ").group_by("VISIT", "L", maintain_order=True).agg(
        KIND=pl.when(read).then(KINDS.measured).otherwise(KINDS.not_evaluable).cast(pl.Int8),
        VALUE=pl.when(read).then(length.sum()).otherwise(-1).cast(pl.Int32),
        DAY=pl.col("DAY").last(), LOW=pl.col("LOW").last(), METHOD=pl.col("METHOD").last(), SEQ=pl.col("SEQ").last(),
        LINE=pl.col("LINE").last(),
    )  # fmt: skip
    rest = looks.filter(~pl.col("FRAGMENT")).drop("FRAGMENT")
    return pl.concat([rest, one.select(rest.columns)]).sort("VISIT", "L", "DAY", "SEQ")


def _diameters(looks: pl.LazyFrame, lesions: pl.DataFrame, criterion: Criterion) -> pl.DataFrame:
    """Which test gives each lesion's length, and lesions that are no targets by these criteria.

    Where nothing viable was measured of a subject, the whole diameters count; where it was of some targets only, the
    others do not enhance and are non-targets.
    """
    nodal = pl.when(pl.col("NODAL")).then(pl.lit("LPERP"))
    if criterion.diameter == "LDIAM":
        return lesions.with_columns(DIAMETER=nodal.otherwise(pl.lit("LDIAM")))
    viable = looks.filter(pl.col("TRTESTCD") == "VDIAM").select("L").unique().collect().with_columns(VIABLE=True)
    marked = lesions.join(viable, on="L", how="left", maintain_order="left").with_columns(
        pl.col("VIABLE").fill_null(value=False)
    )
    target = (pl.col("GROUP") == 0) & ~pl.col("NODAL")
    some = (pl.col("VIABLE") & target).any().over("S")
    marked = marked.with_columns(DIAMETER=nodal.when(some | pl.col("VIABLE")).then(pl.lit("VDIAM")).otherwise(
        pl.lit("LDIAM")
    ))  # fmt: skip
    dull = target & some & ~pl.col("VIABLE")
    return marked.with_columns(
        GROUP=pl.when(dull).then(pl.lit(1, pl.Int8)).otherwise("GROUP"),
        DIAMETER=pl.when(~pl.col("VIABLE") & (pl.col("GROUP") > 0) | dull)
        .then(nodal.otherwise(pl.lit("LDIAM")))
        .otherwise("DIAMETER"),
    ).drop("VIABLE")


def state_word() -> pl.Expr:
    """State of a lesion as its row of TR words it, in capitals.

    Returns
    -------
    polars.Expr
        Text of a table TR; one that is no key of `STATE_KINDS` says nothing of the lesion.

    Examples
    --------
    >>> pl.DataFrame({"TRORRES": ["Absent ", "GONE?"]}).select(state_word())["TRORRES"].is_in(STATE_KINDS).to_list()
    [True, False]
    """
    return pl.col("TRORRES").cast(pl.String).str.strip_chars().str.to_uppercase()


def _kind() -> pl.Expr:
    """What a row of TR says, from its status, its state and how its figure arose; never from the figure."""
    state = state_word().replace_strict(dict(STATE_KINDS), default=KINDS.not_evaluable, return_dtype=pl.Int8)
    arose = pl.col("TRORIG").replace_strict(dict(_ORIGINS), default=None, return_dtype=pl.Int8)
    measured = pl.when(pl.col("TRVAL").is_not_null()).then(pl.lit(KINDS.measured, pl.Int8))
    plain = measured.otherwise(pl.lit(KINDS.not_evaluable, pl.Int8))
    unread = (pl.col("TRORIG") == "MEASURED") & pl.col("TRVAL").is_null()
    return (
        pl.when(pl.col("TRORIG") == "NOT EVALUABLE")
        .then(pl.lit(KINDS.not_evaluable, pl.Int8))
        .when(pl.col("TRSTAT") == "NOT DONE")
        .then(pl.lit(KINDS.not_done, pl.Int8))
        .when((pl.col("TRTESTCD") == "TUMSTATE") & pl.col("TRORRES").is_not_null())
        .then(state)
        .when(unread)
        .then(pl.lit(KINDS.not_evaluable, pl.Int8))
        .otherwise(pl.coalesce(arose, plain))
    )


def _visits(looks: pl.LazyFrame, others: pl.LazyFrame) -> pl.DataFrame:
    """Visits: rows of one link group, or of one day; a day without a group belongs to the group that spans it.

    Parameters
    ----------
    looks, others : polars.LazyFrame
        ``S DAY LOW GRP REVIEW SEQ``: looks, and what else shows that a scan was made.
    """
    days = pl.concat([looks, others]).group_by("S", "DAY", "GRP").agg(
        pl.col("LOW").min(), pl.col("REVIEW").max(), pl.col("SEQ").max()
    )  # fmt: skip
    named = days.filter(pl.col("GRP").is_not_null()).group_by("S", "GRP").agg(
        pl.col("DAY").min().alias("FIRST"), pl.col("DAY").max().alias("LAST")
    ).sort("S", "FIRST")  # fmt: skip
    loose = days.filter(pl.col("GRP").is_null()).sort("S", "DAY")
    found = loose.join_asof(
        named.rename({"GRP": "SPAN"}), left_on="DAY", right_on="FIRST", by="S", check_sortedness=False
    ).with_columns(GRP=pl.when(pl.col("DAY") <= pl.col("LAST")).then("SPAN"))
    every = pl.concat(
        [days.filter(pl.col("GRP").is_not_null()), found.select("S", "DAY", "GRP", "LOW", "REVIEW", "SEQ")]
    )
    alone = pl.when(pl.col("GRP").is_null()).then("DAY")
    return (
        every.with_columns(ALONE=alone)
        .group_by("S", "GRP", "ALONE")
        .agg(
            FIRST=pl.col("DAY").min(),
            LAST=pl.col("DAY").max(),
            LOW=pl.col("LOW").min(),
            REVIEW=pl.col("REVIEW").max(),
            SEQ=pl.col("SEQ").max(),
        )
        .sort("S", "LAST", "FIRST", "GRP", nulls_last=True)
        .collect()
        .with_row_index("VISIT")
    )


def _reviews(frames: Frames, who: pl.LazyFrame) -> pl.LazyFrame:
    """Scans gone through for lesions, and those that were not (answer N)."""
    asked = frames["FA"].lazy().filter((pl.col("FATESTCD") == "LESREVEW") & pl.col("FALO").is_not_null())
    done = pl.when(pl.col("FASTRESC") == "N").then(2).otherwise(1).cast(pl.Int8)
    return asked.join(who, on="USUBJID").select(
        "S", DAY=_day("FAHI"), LOW=_day("FALO"), GRP=pl.lit(None, pl.String), REVIEW=done, SEQ="FASEQ"
    )


def lesion_tables(frames: Frames, series: AssessmentSeries, criterion: Criterion, subjects: pl.Series) -> LesionTables:
    """Tables of numbers for one series.

    Parameters
    ----------
    frames : Frames
        The study's tables; TU, TR and the reviews of FA are read.
    series : AssessmentSeries
        The series: its reader, its lesions.
    criterion : Criterion
        Its criteria: which diameter counts.
    subjects : polars.Series
        USUBJID, sorted, as `roster` gives them.

    Returns
    -------
    LesionTables
        One row a lesion, a look, a visit. A date without a day stands at its last possible day.
    """
    who = pl.LazyFrame({"USUBJID": subjects, "S": np.arange(len(subjects))})
    lesions = _lesions(frames, series, criterion, who)
    reads = _read_by(frames["TR"], "TR", series.evaluator).join(who, on="USUBJID")
    lesions, parents = _without_fragments(lesions)
    tr = reads.join(parents.lazy(), left_on=["S", "TRLNKID"], right_on=["S", "LNK"])
    lesions = _diameters(tr, lesions, criterion)
    state = pl.col("TRTESTCD") == "TUMSTATE"
    tr = tr.join(lesions.lazy().select("L", "DIAMETER", "METHOD"), on="L").filter(
        state | (pl.col("TRTESTCD") == pl.col("DIAMETER"))
    )
    looks = tr.select(
        "S",
        "FRAGMENT",
        L=pl.col("L").cast(pl.Int32),
        KIND=_kind(),
        VALUE=pl.when(state).then(None).otherwise("TRVAL").fill_null(-1).cast(pl.Int32),
        DAY=_day("TRHI"),
        LOW=_day("TRLO"),
        GRP="TRLNKGRP",
        METHOD=pl.coalesce(pl.col("TRMETHOD").cast(pl.String), "METHOD"),
        SEQ="TRSEQ",
        LINE="LINE",
    ).collect()
    fresh = lesions.lazy().filter(pl.col("GROUP") == 2)
    others = pl.concat(
        [
            fresh.select(
                "S", DAY="FIRST", LOW="FIRST", GRP=pl.lit(None, pl.String), REVIEW=pl.lit(0, pl.Int8),
                SEQ=pl.lit(None, pl.Int64),
            ),
            _reviews(frames, who),
        ]
    )  # fmt: skip
    dated = looks.lazy().select("S", "DAY", "LOW", "GRP", REVIEW=pl.lit(0, pl.Int8), SEQ=pl.lit(None, pl.Int64))
    visits = _visits(dated, others)
    placed = _added(_placed(looks, visits), criterion)
    return LesionTables(
        subjects,
        lesions,
        placed,
        visits.rename({"GRP": "LNKGRP"}),
        table(
            LESIONS, lesions.height, group=lesions["GROUP"], nodal=lesions["NODAL"], first=lesions["FIRST"],
            certain=lesions["CERTAIN"],
        ),
        table(LOOKS, placed.height, lesion=placed["L"], kind=placed["KIND"], value=placed["VALUE"], day=placed["DAY"]),
    )  # fmt: skip


def _placed(looks: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """Looks with their visit, sorted."""
    grouped = looks["GRP"].is_not_null().any()
    days = visits.lazy().filter(pl.col("GRP").is_null()).select("S", "VISIT", DAY="FIRST")
    found = looks.lazy().join(days, on=["S", "DAY"], how="left")
    if grouped:
        groups = visits.lazy().filter(pl.col("GRP").is_not_null()).select("S", "GRP", NAMED="VISIT")
        spans = visits.lazy().filter(pl.col("GRP").is_not_null()).select("S", "LAST", SPAN="VISIT", START="FIRST")
        loose = found.filter(pl.col("GRP").is_null()).sort("S", "DAY")
        loose = loose.join_asof(
            spans.sort("S", "START"), left_on="DAY", right_on="START", by="S", check_sortedness=False
        ).with_columns(VISIT=pl.when(pl.col("DAY") <= pl.col("LAST")).then("SPAN").otherwise("VISIT"))
        columns = [*looks.columns, "VISIT"]
        named = found.filter(pl.col("GRP").is_not_null()).join(groups, on=["S", "GRP"]).with_columns(VISIT="NAMED")
        found = pl.concat([named.select(columns), loose.select(columns)])
    return found.drop("S", "GRP").sort("VISIT", "L", "DAY", "SEQ").collect()
