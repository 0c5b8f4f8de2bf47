"""What every part of the report needs to know: the dossier, its estimates, and whose curves may be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from trialwright.model.arm_bound import arm_bound
from trialwright.model.dossier import Dossier
from trialwright.model.endpoint import Definition
from trialwright.model.result import Result
from trialwright.report.engine import Engine, at_once
from trialwright.report.estimates import POOLED, Estimates

__all__ = ["WITHHELD", "Context", "Level"]

WITHHELD: Final = "withheld; run with --by-arm"
BETWEEN_ARMS: Final = (
    "hr", "p_cox", "p_logrank", "chisq_logrank", "p_zph", "p_interaction", "rmst_difference", "rmst_ratio",
    "difference", "p_gray", "chisq_gray", "shr", "p_fine_gray", "hr_doubling_ratio",
)  # fmt: skip
"""Figures that only exist between arms."""


@dataclass(frozen=True, slots=True)
class Level:
    """A group of subjects that has a column or a curve of its own.

    Parameters
    ----------
    id : str
        Arm, or ``ALL``.
    label : str
        What it is called in a legend.
    """

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Context:
    """The dossier, ready to be shown.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.
    estimates : Estimates
        Its results by id.
    engine : callable
        Who draws its figures.
    """

    dossier: Dossier
    estimates: Estimates
    engine: Engine = at_once

    @classmethod
    def of(cls, dossier: Dossier, engine: Engine = at_once) -> Context:
        """Return the context of a dossier.

        Parameters
        ----------
        dossier : Dossier
            What the report is made from.
        engine : callable
            Who draws its figures.

        Returns
        -------
        Context
            The dossier with its results indexed. While figures by arm may not be shown, a result that compares arms or
            counts some of them is withheld here once more, whatever the dossier brings.
        """
        if not dossier.by_arm:
            dossier = replace(dossier, results=tuple(_pooled(dossier)))
        return cls(dossier, Estimates.of(dossier), engine)

    @property
    def warnings(self) -> tuple[str, ...]:
        """State and origin, where a reader must be told: ``simulated data``, ``draft study file``."""
        simulated = ("simulated data",) if self.dossier.origin == "simulated" else ()
        unsigned = () if self.dossier.state == "activated" else (f"{self.dossier.state} study file",)
        return simulated + unsigned

    @property
    def tag(self) -> str:
        """The warnings as they stand in every figure and table; empty when there is none."""
        return " · ".join(self.warnings).upper()

    @property
    def levels(self) -> tuple[Level, ...]:
        """Arms when figures by arm may be shown, else all subjects together."""
        if not self.dossier.by_arm:
            return (Level(POOLED, "All subjects"),)
        return tuple(Level(arm.id, f"{arm.id}: {arm.label}") for arm in self.dossier.study.arms)

    def is_of_some_arms(self, definition: Definition) -> bool:
        """Whether a definition counts the subjects of some arms only, so that its figures are figures by arm.

        Parameters
        ----------
        definition : Definition
            A complete definition of an endpoint.

        Returns
        -------
        bool
            True when the definition, its analysis set or what it counts exists in some of the study's arms only.
        """
        study = self.dossier.study
        bound = arm_bound(study).endpoints
        return any(definition == study.endpoint(endpoint).resolved()[name] for endpoint, name in bound)

    def point_words(self, point: str) -> str:
        """Return a time point in words.

        Parameters
        ----------
        point : str
            Its name in the study file.

        Returns
        -------
        str
            For example ``chemotherapy start``.
        """
        return point.replace("_", " ")


def _pooled(dossier: Dossier) -> Iterator[Result]:
    """Results without those of one arm, and without the value of those that compare arms."""
    study = dossier.study
    comparing = {analysis.id for analysis in study.analyses if analysis.compare is not None}
    confined = {study.endpoint(endpoint).stem(name) for endpoint, name in arm_bound(study).endpoints}
    accuracies = {e.stem(n) for e in study.endpoints for n, d in e.resolved().items() if d.measure == "accuracy"}
    for result in dossier.results:
        stem, _, figure = result.id.partition("/")
        if result.level_of in study.arm_ids or figure.rpartition("@")[2] in study.arm_ids:
            continue
        foretold = figure.partition(":")[2].partition("=")[0] if stem in accuracies else ""
        if (
            stem in confined
            or foretold in confined
            or result.analysis in comparing
            or figure.split("@")[0].split(":")[0] in BETWEEN_ARMS
        ):
            yield replace(
                result, value=None, low=None, high=None, n=None, events=None, status="withheld", reason=WITHHELD
            )
        else:
            yield result
