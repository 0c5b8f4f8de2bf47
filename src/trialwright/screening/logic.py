"""Which children of a node count: notes are printed and decide nothing."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.model.criteria import Node, Note, children_of

__all__ = ["counting", "is_silent"]


def is_silent(node: Node) -> bool:
    """Whether a node holds nothing but notes, so that it decides nothing.

    Parameters
    ----------
    node : Node
        Any node.

    Returns
    -------
    bool
        True for a note, and for a node all of whose children are silent.

    Examples
    --------
    >>> is_silent(Note(note="advice only"))
    True
    """
    if isinstance(node, Note):
        return True
    children = children_of(node)
    return bool(children) and all(is_silent(child) for child in children)


def counting(children: Sequence[Node]) -> list[Node]:
    """The children that decide something.

    Parameters
    ----------
    children : sequence of Node
        Children of a node.

    Returns
    -------
    list of Node
        Without the silent ones; when all are silent, the first of them, which is true.

    Examples
    --------
    >>> [child.kind for child in counting([Note(note="advice only")])]
    ['note']
    """
    return [child for child in children if not is_silent(child)] or list(children[:1])
