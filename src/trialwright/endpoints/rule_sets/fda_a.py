"""Documented events only: observation ends at a new therapy and after two missed assessments."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.rule_set import Cell, RuleSet

__all__ = ["RULE_SET"]

RULE_SET: Final = RuleSet(
    id="FDA_A",
    summary="Documented progressions and deaths only; a new therapy or two missed assessments end observation.",
    reference="US FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, 2007, appendix 3, "
    "table A; the lines on missed visits and undocumented progression were seen there, the others and the edition of "
    "2018 are unverified",
    missed_assessments=2,
    new_therapy="censor",
    clinical_progression=False,
    progression_on="evidence",
    cells=(
        Cell("no baseline or no assessment after it, alive", "censored at the origin", "unverified"),
        Cell("death before the second planned assessment is over", "event on the day of death", "unverified"),
        Cell("progression documented, on schedule or between visits", "event on the day of its evidence", "unverified"),
        Cell("no progression, alive", "censored at the last adequate assessment", "unverified"),
        Cell("treatment stopped, nothing documented later", "censored at the last adequate assessment", "unverified"),
        Cell("progression that no scan documents", "no event; censored at the last adequate assessment", "verified"),
        Cell("new therapy first", "censored at the last adequate assessment up to its first day", "unverified"),
        Cell("death between adequate assessments", "event on the day of death", "unverified"),
        Cell(
            "progression or death after two or more missed assessments",
            "censored at the last adequate assessment before them",
            "verified",
        ),
    ),
)
"""The rule set ``FDA_A``."""
