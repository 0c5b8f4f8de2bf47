"""What is wanting where an answer is unknown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trialwright.model.criteria import Node

__all__ = ["Gap"]


@dataclass(frozen=True, slots=True)
class Gap:
    """A node that is unknown for some subjects, and why.

    Parameters
    ----------
    node : Node
        A node without children.
    reason : uint32 array, shape (n,)
        Bits of the reasons; 0 where the node is known, or where knowing it would not decide.
    since, until : int64 array, shape (n,)
        First and last day in which a fact would count, since 1970-01-01.
    """

    node: Node
    reason: NDArray[np.uint32]
    since: NDArray[np.int64]
    until: NDArray[np.int64]

    def deciding(self, flags: NDArray[np.bool_]) -> Gap:
        """The same gap, open only for some subjects.

        Parameters
        ----------
        flags : bool array, shape (n,)
            Subjects for whom the node above rests on this one.

        Returns
        -------
        Gap
            Closed for all others.
        """
        return replace(self, reason=np.where(flags, self.reason, np.uint32(0)))
