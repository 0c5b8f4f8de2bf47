"""Paths by ids, and the line of the study file each of them stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trialwright.protocol.plain import Mark, path_by_ids
from trialwright.protocol.problems import Fault, Problem
from trialwright.protocol.yaml_nodes import Tree, read_tree

__all__ = ["clause_line", "clause_lines", "located"]


def located(fault: Fault, tree: Tree) -> Problem:
    r"""A fault with its line, column and path by ids.

    Parameters
    ----------
    fault : Fault
        What is wrong at which path.
    tree : Tree
        The file.

    Returns
    -------
    Problem
        At the nearest part that stands in the file.

    Examples
    --------
    >>> tree = read_tree("arms:\n  - {id: A}\n", name="s.yaml")
    >>> str(located(Fault(("arms", 0, "role"), '"role" is missing', "add it"), tree))
    's.yaml:2:5  /arms/A/role  "role" is missing  add it'
    """
    nearest = fault.path
    while nearest not in tree.marks:
        nearest = nearest[:-1]
    line, column = tree.marks[nearest]
    return Problem(tree.name, line, column, path_by_ids(tree.plain, fault.path), fault.what, fault.mend)


def clause_lines(text: str) -> Mapping[str, Mark]:
    r"""Line and column of every part of a study file, by its path by ids.

    Parameters
    ----------
    text : str
        Content of the file.

    Returns
    -------
    mapping of str to (int, int)
        Path such as ``/endpoints/PFS/censor`` to line and column, counted from 1. A definition also stands without the
        step ``definitions``: ``/endpoints/OS/record/events``.

    Raises
    ------
    StudyFileErrors
        If the file is not YAML of this language.

    Examples
    --------
    >>> clause_lines("endpoints:\n  - {id: OS, role: other}\n")["/endpoints/OS/role"]
    (2, 14)
    """
    tree = read_tree(text, name="study.yaml")
    lines: dict[str, Mark] = {}
    for path, mark in tree.marks.items():
        for written in _spellings(path_by_ids(tree.plain, path)):
            lines.setdefault(written, mark)
    return lines


def _spellings(path: str) -> Iterator[str]:
    yield path
    if path.startswith("/endpoints/") and "/definitions/" in path:
        yield path.replace("/definitions/", "/", 1)


def clause_line(lines: Mapping[str, Mark], path: str) -> Mark | None:
    r"""Line and column of a clause, or of the nearest statement that holds it.

    Parameters
    ----------
    lines : mapping of str to (int, int)
        From `clause_lines`.
    path : str
        Path by ids. A key that a definition takes from its endpoint is found there.

    Returns
    -------
    tuple of int or None
        Line and column; None when not even the block stands in the file.

    Examples
    --------
    >>> lines = clause_lines("endpoints:\n  - {id: OS, set: all, definitions: {record: {of: x}}}\n")
    >>> clause_line(lines, "/endpoints/OS/record/set")
    (2, 14)
    """
    if path in lines:
        return lines[path]
    steps = path.split("/")
    if path.startswith("/endpoints/") and len(steps) > 4:
        inherited = clause_line(lines, "/".join([*steps[:3], *steps[4:]]))
        if inherited and inherited != lines.get("/".join(steps[:3])):
            return inherited
    for length in range(len(steps) - 1, 1, -1):
        if "/".join(steps[:length]) in lines:
            return lines["/".join(steps[:length])]
    return None
