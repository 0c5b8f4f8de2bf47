"""What a kind of criterion node is to the judge: a key of the study file and the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from trialwright.model.criteria import Node, NodeBase
from trialwright.screening.answer import Answer
from trialwright.screening.setting import Setting

__all__ = ["Kind"]

NodeT = TypeVar("NodeT", bound=NodeBase)


@dataclass(frozen=True, slots=True)
class Kind(Generic[NodeT]):
    """One kind of criterion node; every module of ``screening/kinds`` holds one under the name ``KIND``.

    Parameters
    ----------
    id : str
        The kind's key in a study file.
    node : type
        Class of its nodes.
    judge : callable
        Answers one such node for every subject of a setting.
    summary : str
        One line: when the node is true, false, unknown.
    dated : bool
        Whether the answer depends on facts known at the moment; if so it is unknown where the moment is not reached.

    Examples
    --------
    >>> from trialwright.screening.kinds.note import KIND
    >>> KIND.id, KIND.dated
    ('note', False)
    """

    id: str
    node: type[NodeT]
    judge: Callable[[NodeT, Setting], Answer]
    summary: str
    dated: bool = True

    def answer(self, node: Node, setting: Setting) -> Answer:
        """The node's answer for every subject of the setting.

        Parameters
        ----------
        node : Node
            A node of this kind.
        setting : Setting
            Subjects, moments, window and data.

        Returns
        -------
        Answer
            One verdict a subject.

        Raises
        ------
        TypeError
            If the node is of another kind, which would be a mistake of ours.
        """
        if not isinstance(node, self.node):
            raise TypeError(f"a node of kind {node.kind!r} was given to {self.id!r}")
        return self.judge(node, setting)
