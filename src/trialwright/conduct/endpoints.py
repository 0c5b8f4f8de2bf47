"""Endpoints alone: every definition of every endpoint derived from a data folder, one row a subject, and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from trialwright.conduct.analyse import derive_endpoints
from trialwright.conduct.blinding import conceal
from trialwright.conduct.run import read_data, refuse_nobody
from trialwright.conduct.studies import OpenedStudy
from trialwright.endpoints.rules import applies, known_set
from trialwright.exchange.folder import whole_or_nothing
from trialwright.exchange.tables_out import write_tables
from trialwright.model.arm_bound import arm_bound
from trialwright.model.dossier import Dossier
from trialwright.model.endpoint import LESION_TIMES, Definition, Endpoint
from trialwright.model.finding import Finding
from trialwright.model.result import Derived

__all__ = ["Counted", "EndpointsSummary", "derive_trial"]

REASONS: Final[Mapping[int, str]] = {
    1: "event-free", 2: "new therapy", 3: "missed assessments", 4: "nothing seen", 5: "lost or withdrawn",
    6: "treatment stopped",
}  # fmt: skip
"""Why a time was censored, by CNSR; 9 is a competing event."""

_COMPETING: Final = 9


@dataclass(frozen=True, slots=True)
class Counted:
    """What one definition of an endpoint came to, over all subjects.

    Parameters
    ----------
    endpoint, title, definition : str
        PARAMCD, PARAM and the definition's name.
    is_reported : bool
        Whether it is the definition that is reported.
    measure : str
        Its measure.
    rules : str
        Name of the censoring rule set it was derived by; empty for its own rules.
    is_withheld : bool
        Whether its rows would tell the arm of a subject and are left out.
    subjects : int
        Subjects with a row.
    lesions : int
        Lesions with a row, where the measure counts lesions; events and censored times are then theirs.
    events, competing : int
        Events of its own and competing ones.
    censored : mapping of str to int
        Censored times by reason.
    answers : mapping of str to int
        Subjects by answer: ``Y N U`` of a proportion, the grade of a worst grade.
    """

    endpoint: str
    title: str
    definition: str
    is_reported: bool
    measure: str
    rules: str = ""
    is_withheld: bool = False
    subjects: int = 0
    lesions: int = 0
    events: int = 0
    competing: int = 0
    censored: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndpointsSummary:
    """What was derived and written.

    Parameters
    ----------
    opened : OpenedStudy
        The study.
    origin : str
        Where the data come from.
    cutoff : date
        Last day that counts.
    censoring : str
        Name of the rule set that was asked for; empty when the study file's own rules held.
    by_arm : bool
        Whether arms stand in what was written.
    counted : tuple of Counted
        One a definition, in the order of the study file.
    findings : tuple of Finding
        Of reading, checking and deriving.
    files : tuple of str
        Files written, relative to the directory.
    """

    opened: OpenedStudy
    origin: str
    cutoff: date
    censoring: str
    by_arm: bool
    counted: tuple[Counted, ...]
    findings: tuple[Finding, ...]
    files: tuple[str, ...]


def derive_trial(
    opened: OpenedStudy,
    data: Path,
    *,
    cutoff: date,
    out: Path,
    censoring: str | None = None,
    by_arm: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> EndpointsSummary:
    """Derive the endpoints of a trial and write their tables, whole or not at all.

    Parameters
    ----------
    opened : OpenedStudy
        The study with its state.
    data : Path
        Its data folder.
    cutoff : date
        Last day that counts.
    out : Path
        Directory to write; it must not exist or be empty.
    censoring : str, optional
        Name of a censoring rule set that holds in place of the definitions' own rules.
    by_arm : bool
        Whether arms may stand in the tables; without it nothing written tells who is in which arm.
    say : callable
        Told what is being done.

    Returns
    -------
    EndpointsSummary
        Counts of every definition.

    Raises
    ------
    DataError
        If the data cannot be read, a finding of severity E stops the derivation, or the directory is not empty.
    InputError
        If no rule set has that name.
    """
    if censoring is not None:
        known_set(censoring)
    with whole_or_nothing(out, replaces=lambda _: False) as folder:
        say("reading the data folder")
        frames, noticed = read_data(data, opened)
        refuse_nobody(frames, data, cutoff)
        say("deriving endpoints")
        derived = derive_endpoints(opened.study, frames, cutoff=cutoff, by_arm=by_arm, censoring=censoring)
        dossier = Dossier(
            study=opened.study,
            state=opened.state,
            study_sha256=opened.sha256,
            origin=frames.origin,
            cutoff=cutoff,
            by_arm=by_arm,
            frames=frames.until(cutoff),
            derived=derived,
            results=(),
            curves={},
            findings=(*noticed, *derived.findings),
            provenance=(),
            software={},
        )
        shown = dossier if by_arm else conceal(dossier)
        say("writing the tables")
        write_tables(folder, shown.derived.tables)
        files = tuple(sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()))
    counted = tuple(_counted(shown, censoring or ""))
    return EndpointsSummary(opened, frames.origin, cutoff, censoring or "", by_arm, counted, shown.findings, files)


def _counted(dossier: Dossier, censoring: str) -> Iterator[Counted]:
    hidden = frozenset[tuple[str, str]]() if dossier.by_arm else arm_bound(dossier.study).endpoints
    for endpoint in dossier.study.endpoints:
        for number, (name, definition) in enumerate(endpoint.resolved().items()):
            withheld = (endpoint.id, name) in hidden
            yield _of_one(dossier.derived, endpoint, (name, number == 0, withheld), definition, censoring)


def _of_one(
    derived: Derived, endpoint: Endpoint, which: tuple[str, bool, bool], definition: Definition, censoring: str
) -> Counted:
    name, reported, withheld = which
    here = (pl.col("PARAMCD") == endpoint.id) & (pl.col("DEFID") == name)
    times = derived.adtte.filter(here, pl.col("CNSR").is_not_null())
    lesions = 0
    if definition.measure == LESION_TIMES:
        times = derived.lesion_times.filter(here, pl.col("AVAL").is_not_null())
        lesions = times.height
    codes = dict(times["CNSR"].value_counts().iter_rows())
    own = definition.censor.rules or "" if definition.censor is not None else ""
    answers = pl.concat([derived.adbin.filter(here)["AVALC"], derived.grades.filter(here)["AVALC"]])
    shown = answers.drop_nulls().value_counts().sort("AVALC")
    values = derived.values.filter(here).height if derived.values.width else 0
    return Counted(
        endpoint=endpoint.id,
        title=endpoint.title,
        definition=name,
        is_reported=reported,
        measure=definition.measure or "",
        rules=(censoring or own) if applies(definition) else own,
        is_withheld=withheld,
        subjects=times["USUBJID"].n_unique() or len(answers) or values,
        lesions=lesions,
        events=codes.get(0, 0),
        competing=codes.get(_COMPETING, 0),
        censored={reason: codes[code] for code, reason in REASONS.items() if code in codes},
        answers=dict(shown.iter_rows()),
    )
