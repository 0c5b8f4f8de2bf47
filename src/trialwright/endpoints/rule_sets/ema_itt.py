"""Treatment policy: whatever happens in between, a later progression or death counts."""

from __future__ import annotations

from typing import Final

from trialwright.endpoints.rule_set import Cell, RuleSet

__all__ = ["RULE_SET"]

RULE_SET: Final = RuleSet(
    id="EMA_ITT",
    summary="Treatment policy: new therapy, stopped treatment and missed assessments end nothing.",
    reference="EMA, CHMP/27994/2008 Rev 1, for progression or death from any cause counted from allocation; "
    "the handling of new therapy and of missed visits unverified",
    missed_assessments=None,
    new_therapy="ignore",
    clinical_progression=False,
    progression_on="evidence",
    cells=(
        Cell("no baseline or no assessment after it, alive", "censored at the origin", "unverified"),
        Cell("death before the second planned assessment is over", "event on the day of death", "verified"),
        Cell("progression documented, on schedule or between visits", "event on the day of its evidence", "verified"),
        Cell("no progression, alive", "censored at the last adequate assessment", "unverified"),
        Cell("treatment stopped, nothing documented later", "followed on", "unverified"),
        Cell("progression that no scan documents", "no event unless it is documented later", "verified"),
        Cell("new therapy first", "followed on; a later progression or death counts", "unverified"),
        Cell("death between adequate assessments", "event on the day of death", "verified"),
        Cell("progression or death after two or more missed assessments", "event", "unverified"),
    ),
)
"""The rule set ``EMA_ITT``."""
