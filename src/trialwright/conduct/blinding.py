"""What is not written while the comparison of a live trial is withheld: anything that tells who is in which arm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from trialwright.model.dossier import Dossier
from trialwright.model.endpoint import Definition
from trialwright.model.finding import Finding
from trialwright.model.study import Study

__all__ = ["conceal"]


def conceal(dossier: Dossier) -> Dossier:
    """The same dossier without anything that tells a subject's arm.

    Parameters
    ----------
    dossier : Dossier
        What a report is made from.

    Returns
    -------
    Dossier
        Without arm columns, without rows of endpoints and flags of sets that exist in some arms only, and with the
        text of findings about arms cut to their rule.

    Notes
    -----
    That a subject has a row in an endpoint of one arm, or a flag of a set of one arm, says as much as the arm itself.
    """
    study, derived = dossier.study, dossier.derived
    keys = pl.DataFrame(list(_confined(study)), schema={"PARAMCD": pl.String, "DEFID": pl.String}, orient="row")
    flags = [f"{entry.id.upper()[:6]}FL" for entry in study.analysis_sets if entry.arms]
    hidden = [name for name in (*flags, "ARMCD", "ARM", "ACTARMCD") if name in derived.adsl.columns]

    def open_to_all(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(keys, on=["PARAMCD", "DEFID"], how="anti")

    return replace(
        dossier,
        derived=replace(
            derived,
            adsl=derived.adsl.drop(hidden),
            adtte=open_to_all(derived.adtte),
            adbin=open_to_all(derived.adbin),
            grades=open_to_all(derived.grades),
            sources=open_to_all(derived.sources),
        ),
        findings=tuple(_without_arm(finding, study) for finding in dossier.findings),
    )


def _confined(study: Study) -> Iterator[tuple[str, str]]:
    """Endpoint definitions that exist in some arms only."""
    for endpoint in study.endpoints:
        for name, definition in endpoint.resolved().items():
            if _arms(study, definition):
                yield endpoint.id, name


def _arms(study: Study, definition: Definition) -> tuple[str, ...]:
    return definition.arms or (study.analysis_set(definition.set).arms if definition.set else ())


def _without_arm(finding: Finding, study: Study) -> Finding:
    """The finding, its text withheld when it names an arm."""
    names = (*study.arm_ids, *(arm.label for arm in study.arms))
    if any(name in finding.text for name in names):
        return replace(finding, text="withheld, because it names an arm", where="", subject="")
    return finding
