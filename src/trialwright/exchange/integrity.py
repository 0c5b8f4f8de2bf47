"""Integrity of a study's tables: every rule applied, every doubt listed."""

from __future__ import annotations

from typing import Final

from trialwright.exchange.rules import arms, codes, dates, deaths, keys, lesions, limits
from trialwright.exchange.rules.scene import Check, Scene
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.study import Study

__all__ = ["CHECKS", "check"]

CHECKS: Final[tuple[Check, ...]] = (
    *keys.CHECKS,
    *codes.CHECKS,
    *limits.CHECKS,
    *dates.CHECKS,
    *arms.CHECKS,
    *lesions.CHECKS,
    *deaths.CHECKS,
)
"""Every check, in the order findings are listed."""


def check(study: Study, frames: Frames, *, study_sha256: str = "", activated: bool = False) -> list[Finding]:
    """Return everything that is wrong or doubtful in a study's tables.

    Parameters
    ----------
    study : Study
        The study the tables belong to.
    frames : Frames
        Its typed tables.
    study_sha256 : str, default ""
        Hash of the study file, compared with the one the tables were made for.
    activated : bool, default False
        Whether the study file is activated; a differing hash is an error then.

    Returns
    -------
    list of Finding
        In the order of the rules, then of the lines.
    """
    scene = Scene(study, frames, study_sha256, activated)
    return [found for entry in CHECKS for found in entry.look(scene)]
