"""Endpoints that are listed and not estimated: a value or a best response of each subject."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.best import RESPONSES, best_of, needs_confirmation
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.measure import ADVAL, Measure, Request, Rows
from trialwright.endpoints.periods import span_of
from trialwright.endpoints.sources import named_rows, subject_picks
from trialwright.endpoints.timeline import DOMAINS, Ints, Picks, as_dates
from trialwright.endpoints.values import value_picks, with_values
from trialwright.model.items import item_of

__all__ = ["MEASURE"]


def _derive(cohort: Cohort, request: Request) -> Rows:
    definition = request.definition
    span = span_of(cohort, definition.period)
    name = item_of(cohort.study, definition.of or "")
    if name:
        picks = value_picks(cohort, name, span.since, span.until)
        found = with_values(cohort, name, picks)
    elif definition.assessment is not None:
        picks, found = _best(cohort, definition.assessment, span.until)
    else:
        return Rows()
    member = cohort.members(definition.set, definition.arms)
    who = np.flatnonzero(member)
    nothing = pl.lit(None, pl.Float64)
    rows = pl.DataFrame(
        {
            "USUBJID": cohort.roster.subjects[who],
            "ADT": as_dates(picks.day[who]),
            "SRCDOM": pl.Series([DOMAINS[each] if each >= 0 else None for each in picks.domain[who]], dtype=pl.String),
            "SRCSEQ": np.where(picks.found, picks.seq, 0)[who],
        }
    ).hstack(found[who])
    columns = {
        "STUDYID": pl.lit(cohort.study.id),
        "PARAMCD": pl.lit(request.endpoint.id),
        "DEFID": pl.lit(request.name),
        **{name: pl.col(name) for name in ("USUBJID", "AVALC", "AVAL", "ADT", "SRCDOM")},
        "BASE": nothing,
        "BASEDT": pl.lit(None, pl.Date),
        "CHG": nothing,
        "REASON": pl.when(pl.col("AVALC").is_null()).then(pl.lit("missing")),
        "SRCSEQ": pl.when(pl.col("SRCSEQ") > 0).then("SRCSEQ"),
    }
    roles = [("value", picks.where(member)), ("period", span.start.where(member))]
    if definition.set is not None:
        roles.append(("set", cohort.sets[definition.set].reached.where(member)))
    return Rows(
        values=rows.select(**{name: columns[name] for name in ADVAL}),
        named=named_rows([*roles, ("subject", subject_picks(member))]),
    )


def _best(cohort: Cohort, series: str, until: Ints) -> tuple[Picks, pl.DataFrame]:
    best = best_of(cohort, series, until)
    confirmed = needs_confirmation(cohort.study.series(series))
    code = best.found.confirmed if confirmed else best.found.best
    picks = best.at(best.found.confirmed_row if confirmed else best.found.best_row)
    words = [RESPONSES[number] if there else None for number, there in zip(code, picks.found, strict=True)]
    frame = pl.DataFrame({"AVALC": words, "AVAL": [None] * len(words)})
    return picks, frame.cast({"AVALC": pl.String, "AVAL": pl.Float64})


MEASURE: Final = Measure(
    "listing",
    "The value of an item, or the best response of a series, of each subject; nothing is estimated.",
    "1",
    "",
    "verified",
    _derive,
)
"""The measure ``listing``."""
