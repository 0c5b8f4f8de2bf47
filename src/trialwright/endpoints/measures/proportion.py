"""Share of a set in which a condition holds: one yes, no or unknown a subject."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.measure import ADBIN, Measure, Request, Rows
from trialwright.endpoints.periods import span_of
from trialwright.endpoints.sources import Evidence, named_rows, subject_picks
from trialwright.endpoints.timeline import Flags, Picks

__all__ = ["MEASURE"]


def _derive(cohort: Cohort, request: Request) -> Rows:
    definition = request.definition
    member = cohort.members(definition.set, definition.arms)
    who = np.flatnonzero(member)
    answers = cohort.answers(request.success_path)
    chosen = cohort.unanswered[who] if answers is None else answers[who]
    verdict, reason = pl.col("VERDICT").fill_null("U"), pl.col("REASON").fill_null("")
    unknown = pl.lit("N") if definition.unknown == "failure" else pl.lit("U")
    why = pl.when(reason == "").then(pl.lit("not_judged")).otherwise(reason)
    first = pl.col("EVIDENCE").list.first()
    columns = {
        "STUDYID": pl.lit(cohort.study.id),
        "USUBJID": pl.col("USUBJID"),
        "PARAMCD": pl.lit(request.endpoint.id),
        "DEFID": pl.lit(request.name),
        "AVALC": pl.when(verdict == "T").then(pl.lit("Y")).when(verdict == "F").then(pl.lit("N")).otherwise(unknown),
        "REASON": pl.when(verdict == "U").then(why),
        "SRCDOM": first.str.extract(r"^row/([A-Za-z]{2})\.", 1).str.to_uppercase(),
        "SRCSEQ": first.str.extract(r"^row/[^:]*:.*:(\d+)$", 1).cast(pl.Int64),
    }
    return Rows(
        adbin=chosen.select(**{name: columns[name] for name in ADBIN}),
        named=named_rows(_roles(cohort, request, member), evidence=(Evidence(chosen),)),
    )


def _roles(cohort: Cohort, request: Request, member: Flags) -> list[tuple[str, Picks]]:
    roles = [("period", span_of(cohort, request.definition.period).start.where(member))]
    if request.definition.set is not None:
        roles.append(("set", cohort.sets[request.definition.set].reached.where(member)))
    return [*roles, ("subject", subject_picks(member))]


MEASURE: Final = Measure(
    id="proportion",
    summary="Whether a condition holds at the end of a period or at the cut-off. With unknown: failure a subject of "
    "whom it cannot be told counts as a failure and keeps the reason; otherwise the answer is U.",
    unit="1",
    reference="",
    certainty="verified",
    derive=_derive,
)
"""The measure ``proportion``."""
