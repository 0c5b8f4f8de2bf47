"""Investigator's claims: clinical progression counts, a documented one is dated at the planned assessment after it."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.rule_set import Cell, RuleSet

__all__ = ["RULE_SET"]

RULE_SET: Final = RuleSet(
    id="FDA_C",
    summary="Progression as the investigator claims it, dated at the next planned assessment; gaps end nothing.",
    reference="US FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2007, appendix 3, "
    "after tables B and C; contents of the lines unverified",
    missed_assessments=None,
    new_therapy="censor",
    clinical_progression=True,
    progression_on="next visit",
    cells=(
        Cell("no baseline or no assessment after it, alive", "censored at the origin", "unverified"),
        Cell("death before the second planned assessment is over", "event on the day of death", "unverified"),
        Cell("progression documented inside a planned window", "event on the day of its evidence", "unverified"),
        Cell("progression documented between planned windows", "event on the next planned day", "unverified"),
        Cell("no progression, alive", "censored at the last adequate assessment", "unverified"),
        Cell("treatment stopped, nothing documented later", "censored at the last adequate assessment", "unverified"),
        Cell("progression that no scan documents, then or later", "event on the day it was claimed", "unverified"),
        Cell("new therapy first", "censored at the last adequate assessment up to its first day", "unverified"),
        Cell("death between adequate assessments", "event on the day of death", "unverified"),
        Cell("progression or death after two or more missed assessments", "event", "unverified"),
    ),
)
"""The rule set ``FDA_C``."""
