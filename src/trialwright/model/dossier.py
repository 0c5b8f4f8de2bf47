"""Everything a report is made from, in one immutable bundle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from trialwright.model.agreement import Agreement, ReaderAgreement
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.marker_figures import MarkerFigures
from trialwright.model.result import Derived, Result
from trialwright.model.screened import Screening
from trialwright.model.study import Study

__all__ = ["Dossier", "Provenance"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """One line of the report's method appendix.

    Parameters
    ----------
    subject : str
        Method or constant.
    version : str
        Version or value with its unit.
    reference : str
        Authors, journal, year, DOI, or the convention's reason.
    certainty : str
        ``verified``, ``computed`` or ``unverified``.
    """

    subject: str
    version: str
    reference: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """What a report is made from.

    Parameters
    ----------
    study : Study
        The study.
    state : {"draft", "confirmed", "activated"}
        Its state; anything but activated is printed on every page.
    study_sha256 : str
        Hash of its canonical form.
    origin : {"entered", "imported", "simulated"}
        Where the data come from.
    cutoff : date
        Last day that counts.
    by_arm : bool
        Whether figures by arm may be shown.
    frames : Frames
        Data up to the cutoff.
    derived : Derived
        Endpoint frames.
    results : tuple of Result
        Estimates.
    curves : mapping of str to polars.DataFrame
        ``km-pfs`` and the like: ``level time n_risk n_event n_censor surv se lower upper``; ``risk-pfs``:
        ``level time n_risk``; ``forest-pfs``: ``factor level n events hr lower upper p_interaction status``.
    findings : tuple of Finding
        Of reading, checking and deriving.
    provenance : tuple of Provenance
        Methods and constants with certainty.
    software : mapping of str to str
        Program and library versions.
    screening : Screening, optional
        Eligibility at every gate; None where it was not judged.
    markers : mapping of str to MarkerFigures
        Figures of marker models by the id of the marker; empty where none were computed.
    agreements : mapping of str to Agreement
        Recorded against calculated responses, by series.
    readings : mapping of str to ReaderAgreement
        One independent reader against another, by series; empty where there are no two.
    lesions : polars.DataFrame, optional
        Diameters and sums of targets of each response series, shaped as ``ADTR``; None where no lesions were collected.
    """

    study: Study
    state: str
    study_sha256: str
    origin: str
    cutoff: date
    by_arm: bool
    frames: Frames
    derived: Derived
    results: tuple[Result, ...]
    curves: Mapping[str, pl.DataFrame]
    findings: tuple[Finding, ...]
    provenance: tuple[Provenance, ...]
    software: Mapping[str, str]
    screening: Screening | None = None
    markers: Mapping[str, MarkerFigures] = field(default_factory=dict)
    agreements: Mapping[str, Agreement] = field(default_factory=dict)
    readings: Mapping[str, ReaderAgreement] = field(default_factory=dict)
    lesions: pl.DataFrame | None = None
