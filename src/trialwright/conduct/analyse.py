"""From a study and its data at a cutoff to endpoints and estimates, in the order of the trial."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from trialwright.analysis.plan import estimate
from trialwright.assessments.recorded import recorded_responses
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.eligibility import MOST_WHOLE, gate_screens, moments_of, screening_of, with_eligibility
from trialwright.conduct.provenance import provenance_of
from trialwright.conduct.software import software
from trialwright.conduct.studies import OpenedStudy
from trialwright.endpoints.derive import derive
from trialwright.endpoints.moments import time_point_dates
from trialwright.endpoints.questions import questions
from trialwright.model.dossier import Dossier
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.result import Derived
from trialwright.model.screened import Screening
from trialwright.model.study import Study
from trialwright.screening.judge import Context, judge

__all__ = ["analyse", "derive_endpoints", "screen_at"]


def derive_endpoints(study: Study, frames: Frames, *, cutoff: date, by_arm: bool) -> Derived:
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

    Returns
    -------
    Derived
        Subject level, responses, endpoint rows and the data rows each rests on.
    """
    known = frames.until(cutoff)
    points = time_point_dates(study, known)
    responses, noticed = recorded_responses(study, known, points)
    verdicts = {
        question.path: judge(question.node, question.moments, Context(study, question.frames, responses))
        for question in questions(study, known, cutoff, responses)
    }
    derived = derive(study, known, responses, verdicts, cutoff=cutoff, by_arm=by_arm)
    return replace(derived, findings=(*noticed, *derived.findings))


def analyse(
    opened: OpenedStudy,
    frames: Frames,
    findings: Sequence[Finding],
    *,
    cutoff: date,
    by_arm: bool,
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
    say : callable
        Told what is being done.

    Returns
    -------
    Dossier
        Frames, endpoints, estimates, findings and provenance.
    """
    say("deriving endpoints")
    derived = derive_endpoints(opened.study, frames, cutoff=cutoff, by_arm=by_arm)
    known = frames.until(cutoff)
    say("judging eligibility")
    screening = screen_at(opened.study, known, derived.adrs, cutoff)
    derived = replace(derived, adsl=with_eligibility(derived.adsl, opened.study, screening))
    say("estimating")
    estimates = estimate(opened.study, derived, known, by_arm=by_arm)
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
        findings=(*findings, *derived.findings),
        provenance=provenance_of(opened.study, catalogue()),
        software=software(),
        screening=screening,
    )


def screen_at(study: Study, known: Frames, responses: pl.DataFrame, cutoff: date) -> Screening:
    """Eligibility of all subjects at every gate they have reached or are waiting for.

    Parameters
    ----------
    study : Study
        The study.
    known : Frames
        Its data up to the cutoff.
    responses : polars.DataFrame
        Responses of the assessment series.
    cutoff : date
        Last day that counts.

    Returns
    -------
    Screening
        Without the rows that are met where there are very many subjects.
    """
    moments = moments_of(study, known, time_point_dates(study, known), cutoff)
    return screening_of(gate_screens(study, known, moments, responses), moments, most_whole=MOST_WHOLE)
