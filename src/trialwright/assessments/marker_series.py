"""Which samples of a serial marker count: every rule can be set, every sample left out is listed with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import polars as pl

from trialwright.assessments.series_rules import ERRORS, SeriesRules, same_unit

__all__ = ["PreparedSeries", "prepare_series"]

_NUMBER: Final = r"^(<=|>=|<|>)?\s*[0-9]+(\.[0-9]+)?$"
_NEGATIVE: Final = r"^(<=|>=|<|>)?\s*-[0-9]+(\.[0-9]+)?$"


@dataclass(frozen=True, slots=True, eq=False)
class PreparedSeries:
    """The samples that count, and why the others do not.

    Parameters
    ----------
    subjects : polars.DataFrame
        ``SUBJ USUBJID STATUS REASON N_USED N_CENSORED SPAN_DAYS BASELINE FLAGS EXCLUDED``, a row for each subject in
        the order of the samples. ``STATUS`` is USABLE, NOT CALCULABLE or ERROR; ``FLAGS`` a list; ``EXCLUDED`` text.
    used : polars.DataFrame
        ``SUBJ DAY T_DAYS VALUE CENSOR ROWS ULN``, a row for each subject and day that counts, in order.
        ``CENSOR`` is -1 below a limit, 1 above one, 0 a number.
    excluded : polars.DataFrame
        ``USUBJID ROW DAY VALUE REASON``.
    """

    subjects: pl.DataFrame
    used: pl.DataFrame
    excluded: pl.DataFrame


def prepare_series(samples: pl.DataFrame, rules: SeriesRules, events: pl.DataFrame | None = None) -> PreparedSeries:
    """Return the samples that count, and why the others do not.

    Parameters
    ----------
    samples : polars.DataFrame
        ``ROW`` text naming the sample, ``USUBJID``, ``DAY`` whole days since the start of treatment (null where it
        cannot be told), ``VALUE`` text as the laboratory wrote it, ``UNIT``; where there are any, ``ASSAY``, ``ULN``
        (float), ``UNTIL`` (last day that counts for this subject) and ``DOUBT`` (a reason known beforehand).
    rules : SeriesRules
        The rules.
    events : polars.DataFrame, optional
        ``USUBJID DAY`` of interventions that raise the marker; ``END`` is the last day on which they do, by default
        ``DAY`` + `interference_days`.

    Returns
    -------
    PreparedSeries
        The samples that count.

    Notes
    -----
    Of several pre-treatment days the last stands for the start; before day 0 the model is evaluated at 0, because its
    decline begins with the treatment. A value ``<5`` is a limit, never half of it.

    Examples
    --------
    >>> samples = pl.DataFrame(
    ...     {
    ...         "ROW": ["1", "2", "3", "4"],
    ...         "USUBJID": ["P"] * 4,
    ...         "DAY": [0, 21, 42, 101],
    ...         "VALUE": ["850", "640", "470", "<5"],
    ...         "UNIT": ["U/mL"] * 4,
    ...     }
    ... )
    >>> prepared = prepare_series(samples, SeriesRules())
    >>> prepared.subjects.select("STATUS", "N_USED", "EXCLUDED").row(0)
    ('USABLE', 3, '4: after window')
    """
    frame = _judged(_complete(samples), rules)
    frame = _after_interference(frame, rules, events)
    days = _days(frame.filter(pl.col("REASON").is_null()), rules)
    days = days.with_columns(REASON=_superseded(), T_DAYS=pl.col("DAY").clip(lower_bound=0))
    rejected = days.filter(pl.col("REASON").is_not_null()).select("SUBJ", "DAY", LATER="REASON")
    if rejected.height:
        frame = frame.join(rejected, on=["SUBJ", "DAY"], how="left", maintain_order="left").with_columns(
            REASON=pl.coalesce("REASON", "LATER")
        )
    used = days.filter(pl.col("REASON").is_null())
    left_out = frame.filter(pl.col("REASON").is_not_null())
    return PreparedSeries(
        _subjects(frame, used, left_out, rules),
        used.select("SUBJ", "DAY", "T_DAYS", "VALUE", "CENSOR", "ROWS", ULN=_limit(rules)),
        left_out.select("USUBJID", "ROW", "DAY", "VALUE", "REASON"),
    )


_OPTIONAL: Final[Mapping[str, type[pl.DataType]]] = MappingProxyType(
    {"ASSAY": pl.String, "ULN": pl.Float64, "UNTIL": pl.Int64, "DOUBT": pl.String}
)


def _complete(samples: pl.DataFrame) -> pl.DataFrame:
    """Samples with all columns, the rows of a subject together and numbered by subject."""
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in _OPTIONAL.items() if name not in samples.columns]
    frame = samples.with_columns(absent).with_columns(SUBJ=pl.col("USUBJID").rle_id())
    subjects = frame["SUBJ"].max()
    if subjects is not None and frame["USUBJID"].n_unique() != int(str(subjects)) + 1:
        order = frame.select("USUBJID").unique(maintain_order=True).with_row_index("PLACE")
        frame = frame.join(order, on="USUBJID", how="left", maintain_order="left").sort("PLACE", maintain_order=True)
        frame = frame.with_columns(SUBJ=pl.col("USUBJID").rle_id())
    return frame


def _judged(frame: pl.DataFrame, rules: SeriesRules) -> pl.DataFrame:
    """Each sample's number, its kind of limit, and what speaks against it taken by itself."""
    text = pl.col("VALUE").str.strip_chars()
    frame = frame.with_columns(
        PLAIN=text.str.contains(_NUMBER),
        BELOW0=text.str.contains(_NEGATIVE),
        NUMBER=text.str.strip_chars_start("<>= \t").cast(pl.Float64, strict=False),
        CENSOR=pl.when(text.str.starts_with("<")).then(-1).when(text.str.starts_with(">")).then(1).otherwise(0),
    )
    equal = [unit for unit in frame["UNIT"].drop_nulls().unique().to_list() if same_unit(unit.strip(), rules)]
    day, blank = pl.col("DAY"), pl.col("VALUE").is_null() | (text == "")
    reason = (
        pl.when(pl.col("DOUBT").is_not_null()).then(pl.col("DOUBT"))
        .when(day.is_null()).then(pl.lit("day unreadable"))
        .when(day < rules.first_day).then(pl.lit("before window"))
        .when(day > pl.col("UNTIL")).then(pl.lit("after until"))
        .when(day > rules.last_day).then(pl.lit("after window"))
        .when(blank).then(pl.lit("value missing"))
        .when(pl.col("BELOW0") | (pl.col("PLAIN") & (pl.col("NUMBER") <= 0))).then(pl.lit("value not positive"))
        .when(~pl.col("PLAIN") | ~pl.col("NUMBER").is_finite()).then(pl.lit("value unreadable"))
        .when(pl.col("UNIT").is_null() | (pl.col("UNIT").str.strip_chars() == "")).then(pl.lit("unit missing"))
        .when(~pl.col("UNIT").is_in(equal)).then(pl.lit("unit refused"))
    )  # fmt: skip
    return frame.with_columns(REASON=reason)


def _after_interference(frame: pl.DataFrame, rules: SeriesRules, events: pl.DataFrame | None) -> pl.DataFrame:
    if events is None or events.is_empty():
        return frame.with_columns(DISTURBED=pl.lit(value=False))
    known = _reaching(events, rules)
    frame = frame.with_row_index("PLACE").with_columns(pl.col("DAY").cast(pl.Int64))
    dated = frame.filter(pl.col("DAY").is_not_null()).sort("DAY")
    nearest = dated.select("PLACE", "USUBJID", "DAY").join_asof(
        known, on="DAY", by="USUBJID", strategy="backward", check_sortedness=False
    )
    disturbed = nearest.filter(pl.col("DAY") <= pl.col("END")).get_column("PLACE").implode()
    frame = frame.with_columns(DISTURBED=pl.col("PLACE").is_in(disturbed)).drop("PLACE")
    if rules.interference == "flag":
        return frame
    drops = pl.col("REASON").is_null() & pl.col("DISTURBED")
    return frame.with_columns(REASON=pl.when(drops).then(pl.lit("interference")).otherwise("REASON"))


def _reaching(events: pl.DataFrame, rules: SeriesRules) -> pl.DataFrame:
    """Interventions by day, each with the last day on which it or an earlier one still disturbs."""
    given = pl.col("END") if "END" in events.columns else pl.lit(None, pl.Int64)
    day = pl.col("DAY").cast(pl.Int64)
    dated = events.drop_nulls(["USUBJID", "DAY"]).select(
        "USUBJID", DAY=day, END=pl.coalesce(given.cast(pl.Int64), day + rules.interference_days)
    )
    return dated.sort("DAY").with_columns(pl.col("END").cum_max().over("USUBJID"))


def _days(usable: pl.DataFrame, rules: SeriesRules) -> pl.DataFrame:
    """One row for each subject and day: the one value, or the geometric mean of several by one assay."""
    plain = usable.select(
        "SUBJ", "DAY", "CENSOR", "ASSAY", "ULN", "DISTURBED",
        VALUE="NUMBER", ROWS="ROW", TOGETHER=pl.lit(1), REASON=pl.lit(None, pl.String),
    ).sort("SUBJ", "DAY", maintain_order=True)  # fmt: skip
    again = plain.select(pl.struct("SUBJ", "DAY").is_duplicated())[:, 0]
    if not again.any():
        return plain
    several = plain.filter(again).group_by("SUBJ", "DAY", maintain_order=True).agg(
        pl.col("CENSOR").first(),
        pl.col("ASSAY").first(),
        pl.col("ULN").max(),
        pl.col("DISTURBED").any(),
        pl.col("VALUE").log().mean().exp().alias("VALUE"),
        pl.col("ROWS").str.join("+"),
        pl.len().cast(pl.Int32).alias("TOGETHER"),
        pl.col("ASSAY").n_unique().alias("ASSAYS"),
        ((pl.col("CENSOR").n_unique() > 1) | ((pl.col("CENSOR") != 0).any() & (pl.col("VALUE").n_unique() > 1)))
        .alias("LIMITS"),
    )  # fmt: skip
    reason = (
        pl.when(pl.col("ASSAYS") > 1).then(pl.lit("same day, assays differ"))
        .when(rules.same_day == "reject").then(pl.lit("same day"))
        .when(pl.col("LIMITS")).then(pl.lit("same day, limits"))
    )  # fmt: skip
    merged = several.with_columns(REASON=reason).select(plain.columns)
    return pl.concat([plain.filter(~again), merged]).sort("SUBJ", "DAY")


def _superseded() -> pl.Expr:
    """Reasons of days, those before the last pre-treatment day added."""
    standing = pl.when(pl.col("REASON").is_null() & (pl.col("DAY") < 0)).then(pl.col("DAY"))
    last_before = standing.max().over("SUBJ")
    earlier = pl.col("REASON").is_null() & (pl.col("DAY") < 0) & (pl.col("DAY") < last_before)
    return pl.when(earlier).then(pl.lit("earlier pre-treatment")).otherwise("REASON")


def _limit(rules: SeriesRules) -> pl.Expr:
    return pl.col("ULN") if rules.uln is None else pl.col("ULN").fill_null(rules.uln)


def _subjects(frame: pl.DataFrame, used: pl.DataFrame, left_out: pl.DataFrame, rules: SeriesRules) -> pl.DataFrame:
    start = pl.col("DAY") <= rules.last_baseline_day
    at_start = (pl.col("DAY") <= 0) & start
    first_of = {
        name: pl.coalesce(value.filter(at_start).last(), value.filter(start).first())
        for name, value in (("BASELINE", pl.col("VALUE")), ("LIMIT", _limit(rules)))
    }
    figures = used.group_by("SUBJ", maintain_order=True).agg(
        pl.len().cast(pl.Int32).alias("N_USED"),
        (pl.col("CENSOR") != 0).sum().cast(pl.Int32).alias("N_CENSORED"),
        (pl.col("T_DAYS").max() - pl.col("T_DAYS").min()).alias("SPAN_DAYS"),
        start.any().alias("STARTS"),
        (pl.col("ASSAY").drop_nulls().n_unique() > 1).alias("assay_change"),
        (pl.col("TOGETHER") > 1).any().alias("same_day_mean"),
        pl.col("DISTURBED").any().alias("interference"),
        **first_of,
    )
    errors = left_out.filter(pl.col("REASON").is_in(list(ERRORS)))
    wrong = errors.group_by("SUBJ", maintain_order=True).agg(pl.col("REASON").first().alias("WRONG"))
    listed = left_out.group_by("SUBJ", maintain_order=True).agg(
        pl.format("{}: {}", "ROW", "REASON").str.join("; ").alias("EXCLUDED")
    )
    everybody = frame.select("SUBJ", "USUBJID").unique("SUBJ", maintain_order=True)
    for part in (figures, wrong, listed):
        everybody = everybody.join(part, on="SUBJ", how="left", maintain_order="left")
    everybody = everybody.with_columns(
        pl.col("N_USED", "N_CENSORED").fill_null(0), low_information=~pl.col("STARTS"), EXCLUDED=pl.col("EXCLUDED")
    ).with_columns(
        low_baseline=pl.col("BASELINE") < rules.min_baseline_x_uln * pl.col("LIMIT"),
        no_upper_limit=pl.col("BASELINE").is_not_null() & pl.col("LIMIT").is_null(),
    )
    return everybody.with_columns(REASON=_not_calculable(rules)).select(
        "SUBJ", "USUBJID", STATUS=_status(rules), REASON="REASON", N_USED="N_USED", N_CENSORED="N_CENSORED",
        SPAN_DAYS="SPAN_DAYS", BASELINE="BASELINE", FLAGS=_flags(), EXCLUDED="EXCLUDED",
    )  # fmt: skip


def _not_calculable(rules: SeriesRules) -> pl.Expr:
    refused = pl.col("WRONG") if rules.errors == "refuse" else pl.lit(None, pl.String)
    return (
        pl.when(refused.is_not_null()).then(refused)
        .when(pl.col("N_USED") < rules.min_values)
        .then(pl.format("{} usable values, {} are due", "N_USED", pl.lit(rules.min_values)))
        .when(pl.col("N_USED") - pl.col("N_CENSORED") < rules.min_uncensored)
        .then(pl.format("{} values that are no limits, {} are due", pl.col("N_USED") - pl.col("N_CENSORED"),
                        pl.lit(rules.min_uncensored)))
        .when(pl.col("SPAN_DAYS") < rules.min_span_days)
        .then(pl.format("samples span {} days, {} are due", "SPAN_DAYS", pl.lit(rules.min_span_days)))
    )  # fmt: skip


def _status(rules: SeriesRules) -> pl.Expr:
    refused = pl.col("WRONG").is_not_null() & pl.lit(rules.errors == "refuse")
    return (
        pl.when(refused).then(pl.lit("ERROR"))
        .when(pl.col("REASON").is_not_null()).then(pl.lit("NOT CALCULABLE"))
        .otherwise(pl.lit("USABLE"))
    )  # fmt: skip


def _flags() -> pl.Expr:
    names: Iterable[str] = (
        "same_day_mean", "assay_change", "low_information", "low_baseline", "no_upper_limit", "interference",
    )  # fmt: skip
    return pl.concat_list(pl.when(pl.col(name)).then(pl.lit(name)) for name in names).list.drop_nulls()
