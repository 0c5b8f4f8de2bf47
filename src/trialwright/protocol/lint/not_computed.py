"""Statements this version carries and does not compute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from trialwright.model.catalogue import SpecKind
from trialwright.model.study import Study
from trialwright.protocol.lint._rule import Hit, LintRule
from trialwright.protocol.problems import Path
from trialwright.protocol.scope import Scope

__all__ = ["RULE"]


def _named(study: Study) -> Iterator[tuple[Path, SpecKind, str]]:
    for place, marker in enumerate(study.markers):
        if marker.model is not None:
            yield ("markers", place, "model"), "marker model", marker.model
        if marker.criteria is not None:
            yield ("markers", place, "criteria"), "marker criteria", marker.criteria
    for place, score in enumerate(study.scores):
        yield ("scores", place, "name"), "score", score.name
    for place, plan in enumerate(study.dose_plans):
        yield ("dose_plans", place, "model"), "dose model", plan.model
    for place, endpoint in enumerate(study.endpoints):
        measure = next(iter(endpoint.resolved().values())).measure
        if measure is not None:
            yield ("endpoints", place, "measure"), "measure", measure
    for place, analysis in enumerate(study.analyses):
        yield ("analyses", place, "method"), "method", analysis.method


def _look(scope: Scope) -> Iterator[Hit]:
    for path, kind, name in _named(scope.study):
        spec = scope.catalogue.find(kind, name)
        if spec is not None and not spec.computed:
            yield Hit(path, f'"{name}" is stated and not computed')
    for place, series in enumerate(scope.study.assessments):
        spec = scope.catalogue.find("response criteria", series.criteria)
        if (
            spec is not None
            and spec.settings.get("rows") == ("recorded",)
            and series.settings.get("rows") != "recorded"
        ):
            yield Hit(
                ("assessments", place, "settings"),
                "responses are read as recorded only; settings do not say rows: recorded",
            )


RULE: Final = LintRule(
    "not-computed",
    "warning",
    "the file names something that may be stated and that this version does not compute: results say so in its place",
    "nothing, if it is known; the statement is kept for a version that computes it",
    _look,
)
