"""A judged series as rows of ADRS: what was assessed, and beside it what later knowledge makes of it."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from trialwright.assessments.best_response import Sequences, best_rows, labels
from trialwright.assessments.derived import Judged
from trialwright.assessments.immune_rows import immune_rows
from trialwright.assessments.policy import Policy
from trialwright.assessments.response_rows import AS_ASSESSED, DERIVED, ROWS
from trialwright.numerics.lesion_records import NO_DAY, SETTLED, TARGET_RULES
from trialwright.numerics.response_sequence import CODES, read_again

__all__ = ["finished", "series_rows", "with_best"]

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int8]

_STATE_WORDS: Final = pl.Series([None, "CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"], dtype=pl.String)
_STATE_CODES: Final = np.array([-1, CODES.cr, CODES.pr, CODES.sd, CODES.non, CODES.pd, CODES.ne], np.int64)
_FOUND_WORDS: Final = pl.Series([None, "EQUIVOCAL", "UNEQUIVOCAL", "NOT ASSESSED"], dtype=pl.String)


def series_rows(judged: Judged, policy: Policy, study: str, series: str, *, immune: bool = False) -> pl.DataFrame:
    """Rows of one series derived from lesions.

    Parameters
    ----------
    judged : Judged
        The visits.
    policy : Policy
        The switches.
    study, series : str
        Id of the study and of the series.
    immune : bool, default False
        Whether a progression must be confirmed (iRECIST); then OVR is a progression only where it counts, IOVR, IBOR
        and IPD hold the words of iRECIST, and TRG, NTRG, NEW stay those of RECIST 1.1.

    Returns
    -------
    polars.DataFrame
        Columns `ROWS`, sorted by subject, parameter and day. ``PARAMCD`` OVR, TRG, NTRG and NEW, as assessed; OVR once
        more, derived, where a later scan dates a progression back or a complete response is read again; BOR, CBOR,
        RSP, CRSP and PD once a subject.
    """
    assessed = pl.DataFrame(
        {
            "S": judged.subject, "DAY": judged.day, "LOW": judged.low, "AVALC": labels(judged.overall),
            "AVAL": judged.overall.astype(np.int64), "RULEID": judged.rule, "SRCDOM": judged.domain,
            "SRCSEQ": judged.seq,
        }
    )  # fmt: skip
    if immune:
        settled, code = immune_rows(judged, policy)
        plain = assessed.with_columns(AVALC=labels(code), AVAL=pl.Series(code.astype(np.int64)), PARAMCD=pl.lit("OVR"))
        parts = [plain.with_columns(DTYPE=pl.lit(AS_ASSESSED)), *_parts(assessed, judged), settled]
        known = settled.filter(pl.col("PARAMCD") == "OVR").select("S", "DAY", "AVAL", "SRCDOM", "SRCSEQ")
        rows = pl.concat([*parts, _best(judged, code, known, policy)], how="diagonal_relaxed")
        return finished(rows, judged.tables.subjects, policy, study, series)
    overall = assessed.with_columns(PARAMCD=pl.lit("OVR"), DTYPE=pl.lit(AS_ASSESSED))
    code = judged.strict
    if policy.cr_then_disease == "downgrade_to_pr":
        code = read_again(judged.start, judged.day, code, policy.sequence)
    extra = [_reread(assessed, code, judged.strict), _back_dated(judged)]
    rows = pl.concat([overall, *_parts(assessed, judged), *extra], how="diagonal_relaxed")
    best = _best(judged, code, extra[1], policy)
    return finished(pl.concat([rows, best], how="diagonal_relaxed"), judged.tables.subjects, policy, study, series)


def _parts(assessed: pl.DataFrame, judged: Judged) -> list[pl.DataFrame]:
    here = judged.course[judged.rows]
    judged_parts = pl.Series((here["settled"] != SETTLED.no_baseline) & (here["settled"] != SETTLED.awaiting))
    target_rule = pl.Series(list(TARGET_RULES)).gather(here["rule"].astype(np.uint32))
    described = (
        ("TRG", _STATE_WORDS.gather(judged.target.astype(np.uint32)), _STATE_CODES[judged.target], target_rule),
        ("NTRG", _STATE_WORDS.gather(here["non_target"].astype(np.uint32)), _STATE_CODES[here["non_target"]], None),
        ("NEW", _FOUND_WORDS.gather(here["new"].astype(np.uint32)), None, None),
    )
    parts = []
    for name, words, number, rule in described:
        rule_column = pl.lit(f"{name.lower()}.state") if rule is None else pl.format("target.{}", rule)
        number_column = pl.lit(None, pl.Int64) if number is None else pl.Series(number)
        part = assessed.with_columns(
            PARAMCD=pl.lit(name), DTYPE=pl.lit(AS_ASSESSED), AVALC=words, AVAL=number_column, RULEID=rule_column
        )
        parts.append(part.filter(judged_parts & words.is_not_null() if name != "NEW" else words.is_not_null()))
    return parts


def _reread(assessed: pl.DataFrame, code: Small, strict: Small) -> pl.DataFrame:
    """Rows whose response means something else once the next one is known."""
    changed = pl.Series(code != strict)
    return assessed.with_columns(
        AVALC=labels(code), AVAL=pl.Series(code.astype(np.int64)), PARAMCD=pl.lit("OVR"), DTYPE=pl.lit(DERIVED),
        RULEID=pl.lit("complete-response-read-again"),
    ).filter(changed)  # fmt: skip


def _back_dated(judged: Judged) -> pl.DataFrame:
    """Progression on the day a lesion was first seen that a later scan of the series settled."""
    back, at = judged.ends["back"], judged.ends["settled_at"]
    inside = np.isin(at, judged.rows[judged.overall == CODES.pd]) & (back >= 0)
    who = np.flatnonzero(inside)
    first = np.full(len(back), NO_DAY, np.int64)
    progressed = judged.overall == CODES.pd
    np.minimum.at(first, judged.subject[progressed], judged.day[progressed])
    lesion = back[who]
    seen = judged.tables.lesions["FIRST"].to_numpy()[lesion] if len(who) else np.zeros(0, np.int64)
    seq = judged.tables.lesions["SEQ"].to_numpy()[lesion] if len(who) else np.zeros(0, np.int64)
    earlier = seen < first[who]
    n = int(earlier.sum())
    return pl.DataFrame(
        {
            "S": who[earlier], "DAY": seen[earlier], "LOW": seen[earlier], "AVALC": ["PD"] * n, "AVAL": [CODES.pd] * n,
            "RULEID": ["new-lesion-dated-back"] * n, "SRCDOM": ["TU"] * n, "SRCSEQ": seq[earlier],
            "PARAMCD": ["OVR"] * n, "DTYPE": [DERIVED] * n,
        },
        schema={
            "S": pl.Int64, "DAY": pl.Int64, "LOW": pl.Int64, "AVALC": pl.String, "AVAL": pl.Int64, "RULEID": pl.String,
            "SRCDOM": pl.String, "SRCSEQ": pl.Int64, "PARAMCD": pl.String, "DTYPE": pl.String,
        },
    )  # fmt: skip


def _best(judged: Judged, code: Small, back: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Best responses: rows after a planned removal count only as free of disease or as progression."""
    counts = ~judged.after_removal | np.isin(code, (CODES.ned, CODES.pd, CODES.ne))
    given = pl.DataFrame(
        {"S": judged.subject, "DAY": judged.day, "CODE": code, "SRCDOM": judged.domain, "SRCSEQ": judged.seq}
    ).filter(pl.Series(counts))
    more = back.select("S", "DAY", pl.col("AVAL").cast(pl.Int8).alias("CODE"), "SRCDOM", "SRCSEQ")
    return with_best(pl.concat([more, given]), judged.windows.since, judged.windows.therapy, policy)


def with_best(given: pl.DataFrame, origin: Ints, therapy: Ints, policy: Policy) -> pl.DataFrame:
    """Best responses from overall responses.

    Parameters
    ----------
    given : polars.DataFrame
        ``S DAY CODE SRCDOM SRCSEQ``; of one subject and day a progression counts before the rest.
    origin, therapy : numpy.ndarray of int64
        Origin and start of a new therapy, one a subject.
    policy : Policy
        The switches.

    Returns
    -------
    polars.DataFrame
        As `trialwright.assessments.best_response.best_rows`.
    """
    ordered = given.sort("S", "DAY", pl.col("CODE") != CODES.pd, maintain_order=True)
    start = np.searchsorted(ordered["S"].to_numpy(), np.arange(len(origin) + 1)).astype(np.int64)
    day, code, seq = (ordered[name].to_numpy().copy() for name in ("DAY", "CODE", "SRCSEQ"))
    sequences = Sequences(start, day, code, ordered["SRCDOM"], seq)
    last = therapy if policy.new_therapy_day == "counts" else therapy - 1
    return best_rows(sequences, origin, last, policy.sequence)


def finished(rows: pl.DataFrame, subjects: pl.Series, policy: Policy, study: str, series: str) -> pl.DataFrame:
    """Rows with the columns and the order of ADRS.

    Parameters
    ----------
    rows : polars.DataFrame
        ``S PARAMCD DAY AVALC AVAL DTYPE RULEID SRCDOM SRCSEQ``, and ``LOW`` where the date is known in part.
    subjects : polars.Series
        USUBJID by ``S``.
    policy : Policy
        The switches.
    study, series : str
        Id of the study and of the series.

    Returns
    -------
    polars.DataFrame
        Columns `ROWS`. A progression whose date is known in part stands at its first possible day, but not before the
        day after the assessment before it.
    """
    placed = _first_possible(rows) if "LOW" in rows.columns and (rows["LOW"] < rows["DAY"]).any() else rows
    flagged = "ADTF" in placed.columns
    replaced = placed.filter((pl.col("DTYPE") == DERIVED) & (pl.col("PARAMCD") == "OVR")).select("S", "DAY").unique()
    marked = placed.join(replaced.with_columns(REPLACED=True), on=["S", "DAY"], how="left", maintain_order="left")
    superseded = (
        pl.col("REPLACED").fill_null(value=False) & (pl.col("PARAMCD") == "OVR") & (pl.col("DTYPE") == AS_ASSESSED)
    )
    made = marked.select(
        S="S",
        STUDYID=pl.lit(study),
        USUBJID=pl.lit(subjects).gather("S"),
        ASSESSID=pl.lit(series),
        PARAMCD="PARAMCD",
        ADT=pl.col("DAY").cast(pl.Int32).cast(pl.Date),
        AVALC="AVALC",
        AVAL="AVAL",
        ADEQUATE=pl.when(pl.col("PARAMCD") == "OVR").then(
            pl.when(pl.col("AVALC") == "NE").then(pl.lit("N")).otherwise(pl.lit("Y"))
        ),
        ANL01FL=pl.when(~superseded).then(pl.lit("Y")),
        DTYPE="DTYPE",
        RULEID=pl.when(pl.col("RULEID").str.starts_with("response.")).then("RULEID").otherwise(
            pl.format("response.{}", "RULEID")
        ),
        POLICY=pl.lit(policy.text),
        SRCDOM="SRCDOM",
        SRCSEQ="SRCSEQ",
        ADTF=pl.col("ADTF") if flagged else pl.lit(None, pl.String),
    )  # fmt: skip
    return made.sort("S", "PARAMCD", "ADT", "DTYPE").select(pl.col(name).cast(kind) for name, kind in ROWS.items())


def _first_possible(rows: pl.DataFrame) -> pl.DataFrame:
    """Put a progression without a day at its first possible one, and flag what was not written."""
    earlier = rows.filter(pl.col("PARAMCD") == "OVR").sort("S", "DAY").with_columns(
        BEFORE=pl.col("DAY").shift(1).over("S")
    ).select("S", "DAY", "BEFORE").unique(["S", "DAY"], keep="first")  # fmt: skip
    joined = rows.join(earlier, on=["S", "DAY"], how="left", maintain_order="left")
    partial = pl.col("LOW") < pl.col("DAY")
    first = pl.max_horizontal("LOW", pl.col("BEFORE") + 1)
    moved = partial & (pl.col("AVALC") == "PD") & pl.col("PARAMCD").is_in(["OVR", "TRG", "NTRG"])
    flag = pl.when(partial).then(pl.when(pl.col("DAY") - pl.col("LOW") > 31).then(pl.lit("M")).otherwise(pl.lit("D")))
    return joined.with_columns(DAY=pl.when(moved).then(first).otherwise("DAY"), ADTF=flag).drop("BEFORE")
