"""What a study file leaves open or does doubtfully: one rule a module, found by reading this folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from trialwright.model.catalogue import Catalogue, Spec
from trialwright.model.library import discover
from trialwright.model.study import Study
from trialwright.protocol.lint._rule import LintFinding, LintRule
from trialwright.protocol.provenance import study_path
from trialwright.protocol.scope import scope_of_study

__all__ = ["CATALOGUE", "RULES", "LintFinding", "LintRule", "lint"]

RULES: Final[Mapping[str, LintRule]] = discover(__name__, "RULE", LintRule)
"""Every rule by its id."""

CATALOGUE: Final[Sequence[Spec]] = tuple(Spec(rule.id, "lint rule", rule.meaning) for rule in RULES.values())
"""The rules as entries of the catalogue."""

_ORDER: Final = {"error": 0, "warning": 1, "info": 2}


def lint(study: Study, catalogue: Catalogue) -> tuple[LintFinding, ...]:
    """Findings on a loaded study, the gravest first.

    Parameters
    ----------
    study : Study
        The study.
    catalogue : Catalogue
        What the program offers.

    Returns
    -------
    tuple of LintFinding
        Errors block confirmation; nothing here blocks rehearsing or running a draft.

    Examples
    --------
    >>> "history-unreviewed" in RULES
    True
    """
    scope = scope_of_study(study, catalogue)
    found = [
        LintFinding(rule.id, rule.severity, study_path(study, hit.path), hit.text, rule.mend)
        for rule in RULES.values()
        for hit in rule.look(scope)
    ]
    return tuple(sorted(found, key=lambda finding: _ORDER[finding.severity]))
