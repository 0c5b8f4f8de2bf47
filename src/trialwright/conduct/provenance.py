"""Which methods and constants a study's figures rest on, each with its reference and certainty."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.model.catalogue import Catalogue, Spec
from trialwright.model.dossier import Provenance
from trialwright.model.endpoint import Endpoint
from trialwright.model.study import Study
from trialwright.numerics.constants import CONSTANTS

__all__ = ["provenance_of"]


def provenance_of(study: Study, catalogue: Catalogue) -> tuple[Provenance, ...]:
    """Methods the study names, then the constants of the arithmetic.

    Parameters
    ----------
    study : Study
        The study.
    catalogue : Catalogue
        What the program offers.

    Returns
    -------
    tuple of Provenance
        One line a method or constant; a method that is stated and not computed says so.
    """
    methods = tuple(_of_spec(spec) for spec in _named(study, catalogue))
    constants = tuple(
        Provenance(name, f"{constant.value:g} {constant.unit}", constant.source, _certainty(constant.certainty))
        for name, constant in CONSTANTS.items()
    )
    return (*methods, *constants)


def _named(study: Study, catalogue: Catalogue) -> Iterator[Spec]:
    wanted = dict.fromkeys(
        [
            *(("response criteria", series.criteria) for series in study.assessments),
            *(("marker model", marker.model) for marker in study.markers if marker.model),
            *(("marker criteria", marker.criteria) for marker in study.markers if marker.criteria),
            *(("measure", entry.measure) for e in study.endpoints for entry in e.resolved().values() if entry.measure),
            *(("censoring rules", rules) for entry in study.endpoints for rules in _rule_sets(entry)),
            ("method", "kaplan-meier"),
            *(("method", analysis.method) for analysis in study.analyses),
        ]
    )
    for kind, name in wanted:
        found = catalogue.find(kind, name)  # type: ignore[arg-type]  # the kinds above are literals mypy joins to str
        if found is not None:
            yield found


def _rule_sets(endpoint: Endpoint) -> list[str]:
    stated = (entry.censor for entry in endpoint.resolved().values())
    return [censor.rules for censor in stated if censor is not None and censor.rules is not None]


def _of_spec(spec: Spec) -> Provenance:
    version = spec.kind if spec.computed else f"{spec.kind}; stated, not computed by this version"
    return Provenance(spec.id, version, spec.reference or "convention of this program", spec.certainty)


def _certainty(stated: str) -> str:
    return {"exact": "verified", "published": "verified"}.get(stated, stated)
