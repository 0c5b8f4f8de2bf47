"""Endpoints of a study: every definition of every endpoint derived, one row a subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

import polars as pl

from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.invariants import invariant_findings
from trialwright.endpoints.measure import ADBIN, ADTTE, ADTTEL, ADVAL, GRADES, Measure, Request, Rows
from trialwright.endpoints.questions import requests
from trialwright.endpoints.sources import source_frame
from trialwright.endpoints.strategies import strategy_refusals
from trialwright.endpoints.subjects import subject_rows
from trialwright.model.derivation import derivation_finding
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.library import discover
from trialwright.model.result import Derived
from trialwright.model.study import Study

__all__ = ["derive", "measures"]

_KEY: Final = ("USUBJID", "PARAMCD", "DEFID")


@cache
def measures() -> Mapping[str, Measure]:
    """Measures this version derives, by their names in the study file.

    Returns
    -------
    mapping of str to Measure
        One for each file of the folder ``measures``.

    Examples
    --------
    >>> sorted(measures())
    ['accuracy', 'change', 'listing', 'proportion', 'restricted mean', 'time to event', 'time to event of lesions',
    'worst grade']
    """
    return discover("trialwright.endpoints.measures", "MEASURE", Measure)


def derive(
    study: Study,
    frames: Frames,
    adrs: pl.DataFrame,
    verdicts: Mapping[str, pl.DataFrame],
    *,
    cutoff: date,
    by_arm: bool,
    censoring: str | None = None,
) -> Derived:
    """Frames of all endpoints of a study at a cut-off.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its tables, up to the cut-off.
    adrs : polars.DataFrame
        Responses, as made by the assessments.
    verdicts : mapping of str to polars.DataFrame
        Answers to `trialwright.endpoints.questions.questions` by path: ``USUBJID VERDICT REASON EVIDENCE``.
    cutoff : datetime.date
        Last day that counts.
    by_arm : bool
        Whether arms may be shown in ADSL.
    censoring : str, optional
        Name of a censoring rule set that holds in place of the definitions' own rules.

    Returns
    -------
    Derived
        ADSL, ADRS, ADTTE, ADTTEL, ADBIN, worst grades, the rows each result rests on, and findings; all sorted by
        their keys.

    Notes
    -----
    An endpoint whose measure this version does not compute gets a finding and no rows, and so does one whose estimand
    asks for a strategy that its clauses do not follow.
    """
    cohort = Cohort(study, frames, adrs, verdicts, cutoff, censoring)
    made: list[tuple[Request, Rows]] = []
    findings: list[Finding] = [
        *cohort.observation.findings,
        *(each for membership in cohort.sets.values() for each in membership.findings),
    ]
    for request in requests(study):
        measure = measures().get(request.definition.measure or "")
        if measure is None:
            text = f"'{request.definition.measure or 'no measure'}' is stated and not computed by this version"
            findings.append(derivation_finding("T10", request.where, text))
            continue
        refused = strategy_refusals(cohort, request)
        if refused:
            findings.extend(refused)
            continue
        rows = measure.derive(cohort, request)
        made.append((request, rows))
        findings.extend(rows.findings)
    findings.extend(invariant_findings(cohort, made))
    return Derived(
        adsl=subject_rows(cohort, by_arm=by_arm),
        adrs=adrs,
        adtte=_joined([rows.adtte for _, rows in made], ADTTE),
        adbin=_joined([rows.adbin for _, rows in made], ADBIN),
        grades=_joined([rows.grades for _, rows in made], GRADES),
        values=_joined([rows.values for _, rows in made], ADVAL),
        lesion_times=_joined([rows.lesions for _, rows in made], ADTTEL, "TRLNKID"),
        sources=source_frame(
            cohort,
            [(request.endpoint.id, request.name, rows.named) for request, rows in made if rows.named is not None],
        ),
        findings=tuple(dict.fromkeys(findings)),
    )


def _joined(parts: Sequence[pl.DataFrame | None], schema: Mapping[str, pl.DataType], *more: str) -> pl.DataFrame:
    there = [part for part in parts if part is not None]
    return pl.concat(there).sort(*_KEY, *more) if there else pl.DataFrame(schema=dict(schema))
