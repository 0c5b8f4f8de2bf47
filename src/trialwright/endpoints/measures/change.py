"""Change of a number from the beginning of a period."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.measure import ADVAL, Measure, Request, Rows
from trialwright.endpoints.periods import span_of
from trialwright.endpoints.sources import named_rows, subject_picks
from trialwright.endpoints.timeline import DOMAINS, NEVER, Picks, as_dates, limit_of
from trialwright.endpoints.values import value_picks, with_values
from trialwright.model.derivation import derivation_finding
from trialwright.model.items import item_of

__all__ = ["MEASURE"]


def _derive(cohort: Cohort, request: Request) -> Rows:
    definition = request.definition
    name = item_of(cohort.study, definition.of or "")
    if name not in cohort.study.items or cohort.study.items[name].is_ != "number":
        text = f"the change of '{definition.of}' is stated, and this version computes that of recorded numbers"
        return Rows(findings=(derivation_finding("T10", request.where, text),))
    before, after = _moments(cohort, request, name)
    first, last = with_values(cohort, name, before), with_values(cohort, name, after)
    member = cohort.members(definition.set, definition.arms)
    who = np.flatnonzero(member)
    rows = pl.DataFrame(
        {
            "USUBJID": cohort.roster.subjects,
            "AVALC": last["AVALC"],
            "AVAL": last["AVAL"],
            "ADT": as_dates(after.day),
            "BASE": first["AVAL"],
            "BASEDT": as_dates(before.day),
            "SRCDOM": pl.Series([DOMAINS[each] if each >= 0 else None for each in after.domain], dtype=pl.String),
            "SRCSEQ": after.seq,
        }
    )[who]
    why = (
        pl.when(pl.col("BASE").is_null())
        .then(pl.lit("no_baseline"))
        .when(pl.col("AVAL").is_null())
        .then(pl.lit("missing"))
    )
    columns = {
        "STUDYID": pl.lit(cohort.study.id),
        "PARAMCD": pl.lit(request.endpoint.id),
        "DEFID": pl.lit(request.name),
        **{column: pl.col(column) for column in rows.columns},
        "CHG": pl.col("AVAL") - pl.col("BASE"),
        "REASON": why,
        "SRCSEQ": pl.when(pl.col("SRCSEQ") > 0).then("SRCSEQ"),
    }
    roles = [("value", after.where(member)), ("baseline", before.where(member))]
    return Rows(
        values=rows.select(**{column: columns[column] for column in ADVAL}),
        named=named_rows([*roles, ("subject", subject_picks(member))]),
    )


def _moments(cohort: Cohort, request: Request, name: str) -> tuple[Picks, Picks]:
    """Last value up to the beginning of the period, and last value in it."""
    never = limit_of(cohort.roster.size, NEVER)
    span = span_of(cohort, request.definition.period)
    before = value_picks(cohort, name, never, span.start.day)
    since = np.where(span.start.found, span.start.day + 1, NEVER)
    return before, value_picks(cohort, name, since, np.where(span.start.found, span.until, NEVER))


MEASURE: Final = Measure(
    "change",
    "The last value up to the beginning of a period taken from the last value in the period; a subject that lacks one "
    "of them has no change.",
    "1",
    "",
    "verified",
    _derive,
)
"""The measure ``change``."""
