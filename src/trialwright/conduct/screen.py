"""Screen subjects of a data folder: verdicts, what to fetch next, tables and one page a subject."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import quote

import polars as pl

from trialwright.assessments.adjudication import adjudicated
from trialwright.assessments.responses import study_responses
from trialwright.conduct.eligibility import gate_screens, moments_of, screen_table, screening_of
from trialwright.conduct.run import read_data
from trialwright.conduct.software import software
from trialwright.conduct.studies import OpenedStudy
from trialwright.endpoints.moments import time_point_dates
from trialwright.errors import InputError, StudyError
from trialwright.exchange.folder import whole_or_nothing
from trialwright.exchange.tables_out import write_tables
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.screened import Screening, SubjectAnswers
from trialwright.report.subject_page import PageHead, subject_page
from trialwright.screening.explain import Explainer
from trialwright.screening.screen import GateScreen

__all__ = ["MOST_PAGES", "ScreenRequest", "Screened", "screen", "write_screened"]

MOST_PAGES: Final = 2000
"""With more subjects pages are written only for those who are named."""


@dataclass(frozen=True, slots=True)
class ScreenRequest:
    """Whom a screening is asked about, and when.

    Parameters
    ----------
    on : date, optional
        Day on which those are judged who have not reached their next gate; the day the data are complete to when
        absent.
    gate : str, optional
        Only this gate.
    subjects : tuple of str
        Only these; everybody when empty.
    """

    on: date | None = None
    gate: str | None = None
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Screened:
    """What a screening has found.

    Parameters
    ----------
    opened : OpenedStudy
        The study with its state and hash.
    frames : Frames
        The data as known on `on`.
    on : date
        Day on which those were judged who have not reached their next gate.
    everything : Screening
        Verdicts at every gate, without the rows that are met.
    screens : tuple of GateScreen
        Answers of every gate.
    gates : tuple of str
        Gates that were asked about.
    findings : tuple of Finding
        What reading the data found.
    named : bool
        Whether subjects were named.
    """

    opened: OpenedStudy
    frames: Frames
    on: date
    everything: Screening
    screens: tuple[GateScreen, ...]
    gates: tuple[str, ...]
    findings: tuple[Finding, ...]
    named: bool

    @property
    def all_eligible(self) -> bool:
        """Whether everybody who was asked about is eligible."""
        return not (self.screening.subjects["VERDICT"] != "ELIGIBLE").any()

    @property
    def screening(self) -> Screening:
        """Verdicts at the gates that were asked about, without the rows that are met."""
        here, whole = pl.col("GATE").is_in(list(self.gates)), self.everything
        return replace(
            whole,
            verdicts=whole.verdicts.filter(here),
            subjects=whole.subjects.filter(here),
            counts=whole.counts.filter(here),
        )

    def table(self) -> pl.DataFrame:
        """The table SCREEN of the gates that were asked about.

        Returns
        -------
        polars.DataFrame
            One row a subject, gate and criterion.
        """
        verdicts = [gate.verdicts() for gate in self.screens if gate.gate in self.gates]
        return screen_table(self.opened.study, verdicts)

    def answers(self) -> Iterator[SubjectAnswers]:
        """Every subject at every gate it was judged at, explained.

        Yields
        ------
        SubjectAnswers
            Gate by gate, subjects in the order of their ids.
        """
        sites = dict(self.frames["DM"].select("USUBJID", "SITEID").iter_rows())
        before: dict[str, tuple[str, ...]] = {}
        for gate in self.screens:
            explain = Explainer(gate)
            judged = self.everything.subjects.filter(pl.col("GATE") == gate.gate)
            rows = judged.select("USUBJID", "AT", "REACHED", "VERDICT").iter_rows()
            for position, (subject, at, reached, verdict) in enumerate(rows):
                criteria, earlier = explain.of(position), before.get(subject, ())
                site = sites.get(subject) or ""
                if gate.gate in self.gates:
                    yield SubjectAnswers(subject, site, gate.gate, at, reached, verdict, criteria, earlier)
                open_here = tuple(f"{each.id} ({gate.gate})" for each in criteria if each.verdict != "MET")
                before[subject] = (*earlier, *open_here)


EVERYBODY: Final = ScreenRequest()
"""Everybody, at every gate, on the day the data are complete to."""


def screen(opened: OpenedStudy, data: Path, asked: ScreenRequest = EVERYBODY) -> Screened:
    """Eligibility of the subjects of a data folder.

    Parameters
    ----------
    opened : OpenedStudy
        The study with its state and hash.
    data : Path
        The data folder.
    asked : ScreenRequest
        Whom it is about, and when.

    Returns
    -------
    Screened
        Verdicts with everything they rest on.

    Raises
    ------
    InputError
        If a subject is not in the data, or no day can be taken from them.
    StudyError
        If the gate is not one of the study.
    """
    study = opened.study
    if asked.gate is not None and asked.gate not in study.gates:
        raise StudyError(f"{asked.gate} is not a gate of {study.id}", mend=f"name one of {', '.join(study.gates)}")
    frames, findings = read_data(data, opened)
    on = asked.on or frames.cutoff
    if on is None:
        why = "study.json does not say to which day the data are complete"
        raise InputError("no day to judge on", where="--on", why=why, mend="give --on YYYY-MM-DD")
    known = frames.until(on)
    unknown = sorted(set(asked.subjects) - set(known["DM"]["USUBJID"]))
    if unknown:
        raise InputError(f"no subject {unknown[0]} on {on}", where=str(data), mend="see the ids in DM")
    points = time_point_dates(study, known)
    read = adjudicated(study, known, points)
    known = read.frames
    responses, noticed = study_responses(study, known, points)
    moments = moments_of(study, known, points, on)
    if asked.subjects:
        moments = moments.filter(pl.col("USUBJID").is_in(list(asked.subjects)))
    screens = tuple(gate_screens(study, known, moments, responses))
    gates = study.gates if asked.gate is None else (asked.gate,)
    everything = screening_of(screens, moments, most_whole=0)
    told = (*findings, *read.findings, *noticed)
    return Screened(opened, known, on, everything, screens, gates, told, bool(asked.subjects))


def write_screened(
    found: Screened, out: Path, *, force: bool = False, say: Callable[[str], None] = lambda _: None
) -> tuple[str, ...]:
    """Write the table SCREEN and one page a subject and gate, whole or not at all.

    Parameters
    ----------
    found : Screened
        What a screening has found.
    out : Path
        Directory to write; it must not exist or be empty.
    force : bool
        Replace the directory of an earlier screening.
    say : callable
        Told what is being done.

    Returns
    -------
    tuple of str
        Files written, relative to the directory. With more than 2,000 subjects pages are written only for subjects that
        were named.
    """
    with whole_or_nothing(out, replaces=_is_screening if force else _is_nothing) as folder:
        write_tables(folder, {"SCREEN": found.table()})
        if found.named or found.screening.subjects["USUBJID"].n_unique() <= MOST_PAGES:
            say("writing one page a subject")
            for name, page in _pages(found).items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(page, encoding="utf-8")
        else:
            say(f"more than {MOST_PAGES} subjects: pages are written for subjects that are named with --subject")
        return tuple(sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()))


def _pages(found: Screened) -> Mapping[str, str]:
    opened = found.opened
    program = f"trialwright {software()['trialwright']}"
    head = PageHead(opened.study, opened.state, found.frames.origin, program, opened.sha256)
    return {
        f"subjects/{quote(each.subject, safe='')}-{each.gate}.html": subject_page(each, head)
        for each in found.answers()
    }


def _is_screening(path: Path) -> bool:
    return (path / "screen.csv").is_file() and (path / "define.json").is_file()


def _is_nothing(_path: Path) -> bool:
    return False
