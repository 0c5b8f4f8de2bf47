"""One subject's criteria explained: reading, facts used, thresholds, margins, reasons and what would decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
import polars as pl

from trialwright.model.criteria import NODE_KINDS, Exclusion, Inclusion, Node
from trialwright.model.screened import CriterionAnswer, Held, Row
from trialwright.model.statement import Inferred, Recorded
from trialwright.screening.answer import TRUE, Answer, Flags, Ints, reason_text
from trialwright.screening.evidence import row_ids
from trialwright.screening.screen import GateScreen, margin_texts, nearest_margins
from trialwright.screening.session import Session
from trialwright.screening.wanting import wants_of

__all__ = ["Explainer", "reading_of"]

_STANDING = {1: "MET", -1: "NOT_MET", 0: "UNKNOWN"}


class Explainer:
    """Explains the answers of a gate, subject by subject.

    Parameters
    ----------
    screen : GateScreen
        The answers.
    """

    def __init__(self, screen: GateScreen) -> None:
        self._screen = screen
        self._answers = {name: _Indexed(answer, screen.session) for name, answer in screen.answers.items()}

    def of(self, subject: int) -> tuple[CriterionAnswer, ...]:
        """Every criterion for one subject.

        Parameters
        ----------
        subject : int
            Its position among the moments.

        Returns
        -------
        tuple of CriterionAnswer
            In the order of the study file.
        """
        return tuple(self._one(name, subject) for name in self._answers)

    def _one(self, name: str, subject: int) -> CriterionAnswer:
        criterion, found = self._screen.criteria[name], self._answers[name]
        answer, study = found.answer, self._screen.context.study
        verdict = int(answer.verdict[subject])
        wants = [want for gap in answer.gaps for want in wants_of(gap, subject, study)] if verdict == 0 else []
        reasons = reason_text(int(answer.reason[subject]))
        margins, near = found.nearest
        return CriterionAnswer(
            id=name,
            text=criterion.text,
            record=_record_of(criterion),
            reading=reading_of(criterion.when),
            excludes=isinstance(criterion, Exclusion),
            verdict=_STANDING[verdict],
            reasons=tuple(reasons.split("; ")) if reasons else (),
            near=bool(near[subject]),
            margin=margins[subject] or "",
            held=tuple(found.held(subject)),
            rows=tuple(found.rows(subject)),
            wants=tuple(dict.fromkeys(wants)),
        )


class _Indexed:
    """An answer whose margins and rows are found by subject."""

    def __init__(self, answer: Answer, session: Session) -> None:
        self.answer, self._session = answer, session

    @cached_property
    def nearest(self) -> tuple[list[str | None], Flags]:
        chosen, near = nearest_margins(self.answer)
        return margin_texts(self.answer, chosen, np.ones(near.size, np.bool_)).to_list(), near

    @cached_property
    def _places(self) -> list[Ints]:
        found = []
        for margin in self.answer.margins:
            place = np.full(self.answer.verdict.size, -1, np.int64)
            place[margin.subject] = np.arange(margin.subject.size)
            found.append(place)
        return found

    @cached_property
    def _order(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.answer.subject, kind="stable")
        return order, self.answer.subject[order]

    def held(self, subject: int) -> Iterator[Held]:
        for margin, place in zip(self.answer.margins, self._places, strict=True):
            at = int(place[subject])
            if at < 0:
                continue
            told = margin.told(at)
            yield Held(
                margin.about, margin.node, margin.relation, margin.bound, told.value, told.unit, told.day,
                told.threshold, margin.text(at), bool(margin.verdict[at] == TRUE), bool(margin.decides[at]),
                bool(margin.opposed[at]),
            )  # fmt: skip

    def rows(self, subject: int) -> Iterator[Row]:
        order, sorted_subjects = self._order
        first, last = np.searchsorted(sorted_subjects, [subject, subject + 1])
        where = order[first:last]
        pairs = dict.fromkeys(zip(self.answer.table[where].tolist(), self.answer.row[where].tolist(), strict=True))
        made = [self._row(table, row) for table, row in pairs]
        yield from sorted(made, key=lambda row: (row.id, row.column))

    def _row(self, table: int, row: int) -> Row:
        source = self._session.sources[table]
        frame = self._session.frame(source.domain)
        name = row_ids(source.domain, np.array([row]), self._session)[0]
        return Row(name, source.column, _cell(frame, source.column, row), _cell(frame, source.date_column, row))


def _cell(frame: pl.DataFrame, column: str, row: int) -> str:
    value = frame[column][row] if column in frame.columns else None
    return "" if value is None else str(value)


def _record_of(criterion: Inclusion | Exclusion) -> str:
    found = [source.record for source in criterion.sources if isinstance(source, Recorded)]
    found += [f"inferred from {source.from_}" for source in criterion.sources if isinstance(source, Inferred)]
    return "; ".join(found)


def reading_of(node: Node) -> str:
    """A condition as the study file states it, in one line.

    Parameters
    ----------
    node : Node
        Any node.

    Returns
    -------
    str
        Keys and values in flow style, without sources and remarks.

    Examples
    --------
    >>> from trialwright.model.criteria import Lab
    >>> reading_of(Lab(lab="ast", at_most="200 U/L"))
    '{lab: ast, at_most: 200 U/L}'
    """
    hidden = {"source", "remark", "text"}
    return _flow(node.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True), hidden)


def _flow(value: object, hidden: set[str]) -> str:
    if isinstance(value, Mapping):
        keys = sorted((key for key in value if key not in hidden), key=lambda key: (key != "id", key not in NODE_KINDS))
        return f"{{{', '.join(f'{key}: {_flow(value[key], hidden)}' for key in keys)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_flow(one, hidden) for one in value)}]"
    return str(value)
