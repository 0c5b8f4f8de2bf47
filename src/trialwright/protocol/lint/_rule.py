"""What a lint rule is: an id, how grave, what it sees, how to mend it, and the function that looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from trialwright.protocol.problems import Path
from trialwright.protocol.scope import Scope

__all__ = ["Hit", "LintFinding", "LintRule", "Severity"]

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule applies.

    Parameters
    ----------
    path : tuple of str or int
        Where, as the file has it.
    text : str
        What was found there.

    Examples
    --------
    >>> Hit(("arms", 0, "ratio"), "no ratio").text
    'no ratio'
    """

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class LintRule:
    """A rule a loaded study is looked at with.

    Parameters
    ----------
    id : str
        Short words with hyphens, such as ``ratio-unstated``.
    severity : {"error", "warning", "info"}
        An error blocks confirmation; nothing blocks rehearsal.
    meaning : str
        What it sees and why that matters, in one line.
    mend : str
        What to do, in one line.
    look : callable
        Scope in, places out.

    Examples
    --------
    >>> LintRule("nothing", "info", "sees nothing", "do nothing", lambda scope: iter(())).severity
    'info'
    """

    id: str
    severity: Severity
    meaning: str
    mend: str
    look: Callable[[Scope], Iterator[Hit]]


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One finding of the linter.

    Parameters
    ----------
    rule : str
        Id of the rule.
    severity : {"error", "warning", "info"}
        Severity of the rule.
    path : str
        Path by ids.
    text : str
        What was found.
    mend : str
        What to do about it.

    Examples
    --------
    >>> LintFinding("ratio-unstated", "warning", "/arms/A", "no ratio", "state it").rule
    'ratio-unstated'
    """

    rule: str
    severity: Severity
    path: str
    text: str
    mend: str
