"""Whom a node is judged for, at which moment, inside which window and on which data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from trialwright.dates import CalendarInterval
from trialwright.errors import StudyError
from trialwright.model.criteria import Node
from trialwright.model.items import Place, item_place
from trialwright.model.study import Study
from trialwright.model.values import TwoSidedWindow
from trialwright.screening.answer import Answer, Ints, Reasons, reason_bit
from trialwright.screening.calendar import EARLIEST, days_after, days_before
from trialwright.screening.columns import Span
from trialwright.screening.session import Session, picked_span

__all__ = ["Reach", "Setting"]

Reach: TypeAlias = str | TwoSidedWindow | CalendarInterval | None
"""A window as the study file states it: ``"ever"``, one interval back, two sides, or none."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Subjects at their moments, as one node sees them.

    Parameters
    ----------
    session : Session
        The data.
    at : int64 array, shape (n,)
        Moment of each subject, in days since 1970-01-01; 0 where there is none.
    absent : uint32 array, shape (n,)
        Why there is no moment, as bits; 0 where there is one.
    reach : Reach
        Window inherited from above.
    ask : callable
        Answers a child node in a setting.
    here : str
        Time point the moment stands for; a subject that is not there yet is judged as if it came on that day.
    """

    session: Session
    at: Ints
    absent: Reasons
    reach: Reach
    ask: Callable[[Node, Setting], Answer]
    here: str = ""

    @property
    def size(self) -> int:
        """Number of subjects."""
        return self.session.size

    @property
    def study(self) -> Study:
        """The study."""
        return self.session.context.study

    @property
    def window(self) -> Span:
        """First and last day in which a fact counts, both inside."""
        if isinstance(self.reach, CalendarInterval):
            return Span(days_before(self.at, self.reach), self.at)
        if isinstance(self.reach, TwoSidedWindow):
            return Span(days_before(self.at, self.reach.before), days_after(self.at, self.reach.after))
        return Span(np.full(self.size, EARLIEST, np.int64), self.at)

    def place(self, name: str) -> Place:
        """Place of an item, or of the item that dates a time point.

        Parameters
        ----------
        name : str
            Declared item or time point.

        Returns
        -------
        Place
            Where the fact stands.
        """
        point = self.study.time_points.get(name)
        return item_place(self.study, name if point is None else point.item)

    def inside(self, node: Node) -> Setting:
        """The setting a node's own ``at`` and ``within`` make of this one; the nearest wins.

        Parameters
        ----------
        node : Node
            Any node.

        Returns
        -------
        Setting
            This one when the node states neither.

        Raises
        ------
        StudyError
            If a node below a criterion names several gates.
        """
        found = self if node.within is None else replace(self, reach=node.within)
        if node.at is None:
            return found
        if not isinstance(node.at, str):
            raise StudyError(
                f"a node inside a criterion names several gates ({', '.join(node.at)})",
                why="one node has one moment",
                mend="put the list of gates on the criterion",
            )
        return found.moved_to(node.at)

    def moved_to(self, point: str) -> Setting:
        """The same subjects at another time point.

        Parameters
        ----------
        point : str
            Declared time point.

        Returns
        -------
        Setting
            With that time point's dates; a partial date gives no moment.
        """
        place = self.place(point)
        facts = self.session.dates(place)
        dates = picked_span(facts, place.take, self.size)
        reached = np.zeros(self.size, np.bool_)
        reached[facts.subject] = True
        known = reached & (dates.low == dates.high)
        absent = np.where(reached, reason_bit("imprecise_date"), reason_bit("not_reached"))
        return replace(self, here=point, at=np.where(known, dates.low, 0), absent=np.where(known, np.uint32(0), absent))
