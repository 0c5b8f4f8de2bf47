"""From a study and its data at a cutoff to endpoints and estimates, in the order of the trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import polars as pl

from trialwright.analysis.plan import estimate
from trialwright.assessments.adjudication import adjudicated
from trialwright.assessments.compare import agreements
from trialwright.assessments.lesion_rows import study_lesions
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.eligibility import MOST_WHOLE, gate_screens, moments_of, screening_of, with_eligibility
from trialwright.conduct.left_out import with_lesions_named
from trialwright.conduct.outcomes import endpoints_from
from trialwright.conduct.provenance import provenance_of
from trialwright.conduct.software import software
from trialwright.conduct.studies import OpenedStudy
from trialwright.endpoints.moments import time_point_dates
from trialwright.endpoints.roster import forget_roster
from trialwright.model.dossier import Dossier
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.marker_figures import MarkerFigures
from trialwright.model.result import Derived
from trialwright.model.study import Study

__all__ = ["Kinetics", "analyse", "derive_endpoints"]

Kinetics = Callable[[Frames, pl.DataFrame], Mapping[str, MarkerFigures]]
"""Figures of marker models from the data and the dates of the time points."""


def derive_endpoints(
    study: Study, frames: Frames, *, cutoff: date, by_arm: bool, censoring: str | None = None
) -> Derived:
    """One row a subject and endpoint definition, as the study's clauses say.

    Parameters
    ----------
    study : Study
        The study.
    frames : Frames
        Its data, of any origin; what is dated after `cutoff` is left aside.
    cutoff : date
        Last day that counts.
    by_arm : bool
        Whether arms may stand in the frames.
    censoring : str, optional
        Name of a censoring rule set that holds in place of the definitions' own rules.

    Returns
    -------
    Derived
        Subject level, responses, endpoint rows and the data rows each rests on.
    """
    known = frames.until(cutoff)
    points = time_point_dates(study, known)
    read = adjudicated(study, known, points)
    derived = endpoints_from(study, read.frames, cutoff=cutoff, by_arm=by_arm, censoring=censoring)
    return replace(derived, findings=(*read.findings, *derived.findings))


def analyse(
    opened: OpenedStudy,
    frames: Frames,
    findings: Sequence[Finding],
    *,
    cutoff: date,
    by_arm: bool,
    kinetics: Kinetics = lambda _frames, _dates: {},
    say: Callable[[str], None] = lambda _: None,
) -> Dossier:
    """Everything a report is made from.

    Parameters
    ----------
    opened : OpenedStudy
        The study with its state and hash.
    frames : Frames
        Its data.
    findings : sequence of Finding
        What reading and checking them found.
    cutoff : date
        Last day that counts.
    by_arm : bool
        Whether figures by arm may be shown.
    kinetics : callable
        Makes the figures of the study's marker models; without it there are none, and what rests on them says so.
    say : callable
        Told what is being done.

    Returns
    -------
    Dossier
        Frames, endpoints, estimates, findings and provenance.
    """
    say("deriving endpoints")
    known = frames.until(cutoff)
    points = time_point_dates(opened.study, known)
    read = adjudicated(opened.study, known, points)
    known = read.frames
    with ThreadPoolExecutor(1) as beside:  # needs a second processor and hardly the interpreter
        rates = beside.submit(kinetics, known, points)
        lesions = beside.submit(study_lesions, opened.study, known, points, most_whole=MOST_WHOLE)
        derived = endpoints_from(opened.study, known, cutoff=cutoff, by_arm=by_arm)
        forget_roster()
        named = beside.submit(with_lesions_named, opened.study, known, derived, cutoff=cutoff, most=MOST_WHOLE)
        say("judging eligibility")
        moments = moments_of(opened.study, known, points, cutoff)
        screens = gate_screens(opened.study, known, moments, derived.adrs)
        screening = screening_of(screens, moments, most_whole=MOST_WHOLE)
        derived = replace(derived, adsl=with_eligibility(derived.adsl, opened.study, screening))
        markers = rates.result()
        say("estimating")
        figures = {name: made.rows for name, made in markers.items() if made.rows.width}
        estimates = estimate(opened.study, derived, known, by_arm=by_arm, markers=figures)
    derived = replace(derived, sources=named.result().sources, findings=named.result().findings)
    return Dossier(
        study=opened.study,
        state=opened.state,
        study_sha256=opened.sha256,
        origin=frames.origin,
        cutoff=cutoff,
        by_arm=by_arm,
        frames=known,
        derived=derived,
        results=estimates.results,
        curves=estimates.curves,
        findings=(*findings, *read.findings, *derived.findings),
        provenance=provenance_of(opened.study, catalogue()),
        software=software(),
        screening=screening,
        markers=markers,
        agreements=agreements(opened.study, known, points, derived.adrs),
        readings=read.agreements,
        lesions=lesions.result(),
    )
