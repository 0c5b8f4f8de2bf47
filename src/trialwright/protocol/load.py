"""A study from the text of its study file: every fault at once, each with its line.

1. The parser's events are read: aliases, anchors, tags, directives and second documents are refused.
2. Scalars are read by the language's own rules; doubled, empty and non-text keys are refused.
3. The plain data are held against the strict models.
4. Names, kinds, codes, units, catalogue ids, sources and paths are checked on what was built.

Steps 1 and 2 stop the rest; steps 3 and 4 report everything they find.
"""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.model.catalogue import Catalogue
from trialwright.model.record import RecordText
from trialwright.model.study import Study
from trialwright.protocol.checks import CHECKS
from trialwright.protocol.checks.names import name_faults
from trialwright.protocol.paths import located
from trialwright.protocol.problems import Fault, Path, Problem, StudyFileErrors
from trialwright.protocol.provenance import record_faults
from trialwright.protocol.scope import Scope, scope_of
from trialwright.protocol.shape import Shaped, shaped
from trialwright.protocol.yaml_nodes import read_tree

__all__ = ["load"]


def load(text: str, catalogue: Catalogue, *, name: str = "study.yaml", record: RecordText | None = None) -> Study:
    """Study that a study file states.

    Parameters
    ----------
    text : str
        Content of the file.
    catalogue : Catalogue
        What the program offers: criteria, models, scores, methods, measures.
    name : str, default "study.yaml"
        Name of the file, for messages.
    record : RecordText, optional
        The registry record; with it every claim about the record is looked up, without it claims stay unchecked.

    Returns
    -------
    Study
        The study, every name in it declared, every catalogue id offered.

    Raises
    ------
    StudyFileErrors
        With every problem of the file.

    Examples
    --------
    >>> load("language: 1", Catalogue(()))
    Traceback (most recent call last):
        ...
    trialwright.protocol.problems.StudyFileErrors: 4 problems in the study file...
    """
    tree = read_tree(text, name=name)
    built = shaped(tree.plain)
    faults = list(built.faults)
    if built.study is not None:
        faults.extend(_meaning(built, scope_of(built.study, catalogue, tree.plain), record))
    if faults or built.study is None:
        problems: dict[tuple[Path, str], Problem] = {}
        for fault in faults:
            problems.setdefault((fault.path, fault.what), located(fault, tree))
        raise StudyFileErrors(sorted(problems.values(), key=lambda problem: (problem.line, problem.column)))
    return built.study


def _meaning(built: Shaped, scope: Scope, record: RecordText | None) -> Iterator[Fault]:
    """Faults of what the statements mean, but for those that only follow from a fault of shape."""
    broken = [fault.path for fault in built.faults if fault.path]
    found = [fault for check in CHECKS for fault in check(scope)]
    if record is not None:
        found.extend(record_faults(scope.study, record))
    in_file = [Fault(built.in_file(fault.path), fault.what, fault.mend) for fault in found]
    for fault in (*name_faults(scope.declared), *in_file):
        if not any(fault.path[: len(held)] == held or held[: len(fault.path)] == fault.path for held in broken):
            yield fault
