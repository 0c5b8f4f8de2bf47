"""``lesions``: number, organs, largest or summed size of the lesions on the latest matching examination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import polars as pl

from trialwright.errors import StudyError, UnitError
from trialwright.model.criteria import Lesions
from trialwright.screening.answer import UNKNOWN, Answer, Flags, Ints, Reasons, Verdicts, reason_bit
from trialwright.screening.calendar import EARLIEST
from trialwright.screening.kind import Kind
from trialwright.screening.lesions import Examined, examined
from trialwright.screening.margin import Margin, Told, exact_text, range_margin
from trialwright.screening.numbers import Demand, demands_of, number_bound, span_verdict
from trialwright.screening.session import Facts, Source
from trialwright.screening.setting import Setting
from trialwright.units import conversion_factor

__all__ = ["KIND"]

_MILLION: Final = 10**6
_UNLIMITED: Final = 2**62
_COUNTED: Final = ("count", "organs")


@dataclass(frozen=True, slots=True)
class _Amount:
    """What is taken from the lesions: least and most it can be, and why it is not known exactly."""

    low: Ints
    high: Ints
    reason: Reasons


def _judge(node: Lesions, setting: Setting) -> Answer:
    asked = node.lesions
    found = examined(setting, asked)
    reviews = None if asked.reviewed is None else setting.session.facts(setting.place(asked.reviewed))
    review_day = _last_review(reviews, setting)
    since = np.where(found.reason == 0, found.day, setting.window.low)
    reviewed = (review_day > EARLIEST) & (review_day >= since)
    absent = np.where(found.blank & reviewed, np.uint32(0), found.reason)
    amount = _amount(found, asked.take, reviewed, setting.size)
    demands = demands_of(node)
    said = [span_verdict(demand, _bounds(demand, asked.take), amount.low, amount.high) for demand in demands]
    verdict = np.where(absent > 0, UNKNOWN, np.minimum.reduce(said)).astype(np.int8)
    reason = np.where(absent > 0, absent, amount.reason)
    alone = _decided_alone(demands, amount, asked.take, verdict)
    subject, table, row = _rows(found, setting, asked.take, amount, alone)
    closed = _closing(reviews, review_day, verdict, setting, asked.take)
    margins = tuple(
        _margin(node, demand, amount, np.where(verdict == UNKNOWN, UNKNOWN, holds).astype(np.int8))
        for demand, holds in zip(demands, said, strict=True)
        if demand.relation != "in"
    )
    return Answer(
        verdict,
        np.where(verdict == UNKNOWN, reason, np.uint32(0)).astype(np.uint32),
        np.concatenate([subject, closed[0]]),
        np.concatenate([table, closed[1]]),
        np.concatenate([row, closed[2]]),
        margins,
    )


def _last_review(reviews: Facts | None, setting: Setting) -> Ints:
    """Last day by the moment on which all lesions were listed."""
    last = np.full(setting.size, EARLIEST, np.int64)
    if reviews is not None:
        known = reviews.kept(reviews.high <= setting.at[reviews.subject])
        np.maximum.at(last, known.subject, known.low)
    return last


def _amount(found: Examined, take: str, reviewed: Flags, n: int) -> _Amount:
    sure, size = pl.col("STATE") == 1, pl.col("SIZE")
    unsized = (~sure | size.is_null() | pl.col("CLASH")).any()
    measured = size.filter(sure & ~pl.col("CLASH"))
    per = found.lesions.group_by("SUBJECT").agg(
        COUNT=sure.sum(), MOST=pl.len(), ORGANS=pl.col("LOC").filter(sure).drop_nulls().n_unique(),
        PLACES=pl.col("LOC").drop_nulls().n_unique() + pl.col("LOC").null_count(), LARGEST=measured.max(),
        SUM=measured.sum(), OPEN=unsized, CLASH=pl.col("CLASH").any(),
    )  # fmt: skip
    where = per["SUBJECT"].to_numpy()

    def spread(name: str) -> Ints:
        whole = np.zeros(n, np.int64)
        whole[where] = per[name].cast(pl.Int64).fill_null(0).to_numpy()
        return whole

    some = spread("MOST") > 0
    if take in _COUNTED:
        least, most = ("COUNT", "MOST") if take == "count" else ("ORGANS", "PLACES")
        low, high = _MILLION * spread(least), _MILLION * spread(most)
        unlimited = ~reviewed
        reason = np.where(reviewed, reason_bit("not_evaluable"), reason_bit("not_reviewed"))
    else:
        low = spread("LARGEST" if take == "largest" else "SUM")
        high, unlimited = low, np.where(some, spread("OPEN") > 0, ~reviewed)
        lacking = np.where(spread("CLASH") > 0, reason_bit("conflict"), reason_bit("missing"))
        reason = np.where(some, lacking, reason_bit("not_reviewed"))
    return _Amount(low, np.where(unlimited, _UNLIMITED, high), reason.astype(np.uint32))


def _bounds(demand: Demand, take: str) -> list[Fraction]:
    return [_bound(text, take)[0] for text in demand.bounds]


def _bound(text: str, take: str) -> tuple[Fraction, Fraction, str]:
    """A bound in millimetres or as a number, the factor from there to its own unit, and its own unit."""
    if take in _COUNTED:
        return number_bound(text), Fraction(1), ""
    number, _, unit = text.partition(" ")
    try:
        factor = conversion_factor(from_unit=unit, to_unit="mm")
    except UnitError as error:
        raise StudyError(f"the bound {text!r} of a size is no length", mend="state it in mm or cm") from error
    return number_bound(number) * factor, 1 / factor, unit


def _margin(node: Lesions, demand: Demand, amount: _Amount, holds: Verdicts) -> Margin:
    take = node.lesions.take
    who = np.flatnonzero(holds != UNKNOWN)
    bound, factor, unit = _bound(demand.bounds[0], take)
    low, high = amount.low[who], amount.high[who]
    away = int(bound * _MILLION)

    def inverse(distance: Ints) -> Ints:
        # lengths are whole tenths of a millimetre, so a hundredth of a bound's unit is exact
        scaled = distance * factor.numerator // factor.denominator
        return np.where(np.abs(distance) >= _UNLIMITED // 2, _UNLIMITED, scaled)

    def told(position: int) -> Told:
        first, last = int(low[position]), int(high[position])
        own = "" if take in _COUNTED else "mm"
        words = [exact_text(first)] + ([] if first == last or last >= _UNLIMITED else [exact_text(last)])
        value = f"at least {words[0]}" if last >= _UNLIMITED else " to ".join(words)
        return Told(value, own, "", f"{exact_text(away)} {own}".strip())

    ends = (inverse(low - away), inverse(high - away))
    scale = np.full(who.size, float(bound * factor))
    named = (demand.relation, demand.bounds[0], unit)
    return range_margin((f"lesions {take}", node.id or ""), named, who, ends, scale, holds[who], told)


def _decided_alone(demands: Sequence[Demand], amount: _Amount, take: str, verdict: Verdicts) -> Flags:
    """Whether the largest lesion decides whatever the others measure."""
    beyond = np.full(amount.low.size, _UNLIMITED, np.int64)
    said = [span_verdict(demand, _bounds(demand, take), amount.low, beyond) for demand in demands]
    found: Flags = (verdict != UNKNOWN) & (np.minimum.reduce(said) == verdict)
    return found


def _rows(found: Examined, setting: Setting, take: str, amount: _Amount, alone: Flags) -> tuple[Ints, Ints, Ints]:
    """Rows of the lesions that decide: all of them, but only the largest where its size has passed a bound."""
    rows, session = found.rows, setting.session
    if take == "largest":
        limit = pl.DataFrame({"SUBJECT": np.arange(setting.size), "TOP": amount.low, "ALONE": alone})
        biggest = found.lesions.join(limit, on="SUBJECT").filter(~pl.col("ALONE") | (pl.col("SIZE") == pl.col("TOP")))
        rows = rows.join(biggest, on=["SUBJECT", "LESION"], how="semi")
    table = np.zeros(rows.height, np.int64)
    for domain in ("TU", "TR"):
        source = Source(domain, f"{domain}ORRES", f"{domain}DTC")
        table[(rows["DOMAIN"] == domain).to_numpy()] = session.number_of(source)
    return rows["SUBJECT"].to_numpy(), table, rows["ROW"].to_numpy()


def _closing(
    reviews: Facts | None, day: Ints, verdict: Verdicts, setting: Setting, take: str
) -> tuple[Ints, Ints, Ints]:
    """Rows of the review where it closes a count."""
    none = np.zeros(0, np.int64)
    if reviews is None or take not in _COUNTED:
        return none, none, none
    kept = reviews.kept((reviews.low == day[reviews.subject]) & (verdict[reviews.subject] != UNKNOWN))
    return kept.subject, np.full(kept.row.size, setting.session.number_of(kept), np.int64), kept.row


KIND = Kind("lesions", Lesions, _judge, "number, organs or size of the lesions on the latest matching examination")
