"""What one comparison is, and how its time is taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Comparison", "Contender", "compare"]

_MIN_SECONDS = 0.2
_MAX_REPEATS = 200


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody's way to the answer.

    Parameters
    ----------
    name : str
        Whose.
    answer : callable
        Figures it finds, the same ones in the same order for all.
    """

    name: str
    answer: Callable[[], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Times of ours and of a peer, and whether the answers agree.

    Parameters
    ----------
    task : str
        What was asked.
    rows : int
        Size of the data.
    ours_seconds : float
        Best time of ours.
    peer : str
        Whose time stands beside it; empty when there is none at this size.
    peer_seconds : float or None
        The peer's best time.
    difference : float
        Largest relative difference between the answers.
    agrees : bool
        Whether it is within the tolerance of the task.
    budget_seconds : float or None
        What the design allows us.
    """

    task: str
    rows: int
    ours_seconds: float
    peer: str = ""
    peer_seconds: float | None = None
    difference: float = 0.0
    agrees: bool = True
    budget_seconds: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times longer the peer takes."""
        return None if self.peer_seconds is None else self.peer_seconds / self.ours_seconds


def best_seconds(answer: Callable[[], Sequence[float]]) -> tuple[float, np.ndarray]:
    """Shortest of several runs, and the figures found."""
    best, spent, figures = float("inf"), 0.0, np.empty(0)
    for _ in range(_MAX_REPEATS):
        start = time.perf_counter()
        figures = np.asarray(answer(), dtype=float)
        seconds = time.perf_counter() - start
        best, spent = min(best, seconds), spent + seconds
        if spent > _MIN_SECONDS:
            break
    return best, figures


def compare(
    task: str,
    rows: int,
    ours: Contender,
    peers: Sequence[Contender],
    *,
    tolerance: float,
    budget_seconds: float | None = None,
) -> list[Comparison]:
    """One comparison a peer, or one line without a peer."""
    ours.answer()  # compiled and warm
    seconds, figures = best_seconds(ours.answer)
    found = []
    for peer in peers:
        peer_seconds, theirs = best_seconds(peer.answer)
        difference = float(np.max(np.abs(figures - theirs) / np.maximum(np.abs(theirs), 1e-12)))
        agrees = bool(difference <= tolerance)
        found.append(Comparison(task, rows, seconds, peer.name, peer_seconds, difference, agrees, budget_seconds))
    return found or [Comparison(task, rows, seconds, budget_seconds=budget_seconds)]
