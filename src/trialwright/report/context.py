"""What every part of the report needs to know: the dossier, its estimates, and whose curves may be shown."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.model.dossier import Dossier
from trialwright.model.endpoint import Definition
from trialwright.report.estimates import POOLED, Estimates

__all__ = ["WITHHELD", "Context", "Level"]

WITHHELD = "withheld; run with --by-arm"


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
    """

    dossier: Dossier
    estimates: Estimates

    @classmethod
    def of(cls, dossier: Dossier) -> Context:
        """Return the context of a dossier.

        Parameters
        ----------
        dossier : Dossier
            What the report is made from.

        Returns
        -------
        Context
            The dossier with its results indexed.
        """
        return cls(dossier, Estimates.of(dossier))

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
            True when the definition or its analysis set names some of the study's arms.
        """
        study = self.dossier.study
        arms = definition.arms or (study.analysis_set(definition.set).arms if definition.set else ())
        return bool(arms) and set(arms) != set(study.arm_ids)

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
