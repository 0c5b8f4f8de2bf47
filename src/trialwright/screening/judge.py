"""Criterion nodes answered for many subjects at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import polars as pl

from trialwright.errors import DataError, StudyError
from trialwright.model.criteria import Exclusion, Inclusion, Node, children_of
from trialwright.model.library import discover
from trialwright.model.study import Study
from trialwright.screening.answer import (
    FALSE,
    TRUE,
    UNKNOWN,
    Answer,
    constant,
    negation,
    reason_bit,
    reason_text,
)
from trialwright.screening.evidence import evidence
from trialwright.screening.gap import Gap
from trialwright.screening.kind import Kind
from trialwright.screening.logic import is_silent
from trialwright.screening.screen import GateScreen
from trialwright.screening.session import Context, Session
from trialwright.screening.setting import Setting

__all__ = ["KINDS", "Context", "eligibility", "gates_of", "judge", "judge_criterion", "screened", "verdict_of"]

KINDS: Final = discover("trialwright.screening.kinds", "KIND", Kind)
"""Kinds of criterion nodes by their key in a study file."""

_LETTERS: Final = {int(TRUE): "T", int(FALSE): "F", int(UNKNOWN): "U"}
_STANDING: Final = {int(TRUE): "MET", int(FALSE): "NOT_MET", int(UNKNOWN): "UNKNOWN"}


def judge(node: Node, moments: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Answer of one node for every subject at its moment.

    Parameters
    ----------
    node : Node
        A predicate of the study file.
    moments : polars.DataFrame
        ``USUBJID`` and ``AT`` (date; null where the moment is not reached), one row a question.
    context : Context
        Study and data.

    Returns
    -------
    polars.DataFrame
        ``USUBJID``, ``VERDICT`` (``T F U``), ``REASON`` (empty unless unknown; several are parted by ``"; "``) and
        ``EVIDENCE`` (ids of the rows that decided), in the order of `moments`.

    Raises
    ------
    DataError
        If `moments` lacks a column.
    StudyError
        If the node cannot be judged as written, such as a code compared with a size.

    Examples
    --------
    >>> from datetime import date
    >>> from trialwright.model.criteria import Sex
    >>> study = Study.model_validate_json(
    ...     '''{"language": 1, "arms": [{"id": "A", "label": "All", "role": "single"}],
    ...     "study": {"id": "x", "title": "x", "version": "0.1.0", "registry": {"name": "x", "id": "x"}},
    ...     "items": {"entered": {"is": "date", "domain": "DM", "column": "RFICDTC", "ask": "Consent?"}},
    ...     "time_points": {"entry": {"item": "entered", "gate": true}}}'''
    ... )
    >>> moments = pl.DataFrame({"USUBJID": ["1"], "AT": [date(2026, 1, 5)]})
    >>> data = {"DM": pl.DataFrame({"USUBJID": ["1"], "SEX": ["F"]})}
    >>> judge(Sex(sex="F"), moments, Context(study, data)).row(0)
    ('1', 'T', '', ['row/dm.csv:1'])
    """
    setting = _setting(moments, context)
    return _written(_ask(node, setting), setting.session, moments["USUBJID"], _LETTERS)


def judge_criterion(criterion: Inclusion | Exclusion, moments: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Verdict of one criterion for every subject, in the sense of eligibility.

    Parameters
    ----------
    criterion : Inclusion or Exclusion
        The criterion; an exclusion is negated here and nowhere else.
    moments : polars.DataFrame
        ``USUBJID`` and ``AT`` (date; null where the gate is not reached).
    context : Context
        Study and data.

    Returns
    -------
    polars.DataFrame
        As :func:`judge`, with ``VERDICT`` ``MET``, ``NOT_MET`` or ``UNKNOWN``: an exclusion is met when it does not
        exclude.
    """
    setting = _setting(moments, context)
    return _written(_standing(criterion, setting), setting.session, moments["USUBJID"], _STANDING)


def eligibility(study: Study, gate: str, moments: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Verdicts of all criteria judged at a gate.

    Parameters
    ----------
    study : Study
        The study.
    gate : str
        A time point declared as a gate.
    moments : polars.DataFrame
        ``USUBJID`` and ``AT``, the day each subject reached the gate.
    context : Context
        Study and data.

    Returns
    -------
    polars.DataFrame
        ``USUBJID CRITID VERDICT REASON EVIDENCE``: criterion by criterion in the order of the study file, inclusion
        first.

    Raises
    ------
    StudyError
        If the study declares no such gate.
    """
    return (
        screened(study, gate, moments, context).verdicts().select("USUBJID", "CRITID", "VERDICT", "REASON", "EVIDENCE")
    )


def screened(study: Study, gate: str, moments: pl.DataFrame, context: Context) -> GateScreen:
    """Answers of all criteria judged at a gate, with margins and what is wanting.

    Parameters
    ----------
    study : Study
        The study.
    gate : str
        A time point declared as a gate.
    moments : polars.DataFrame
        ``USUBJID`` and ``AT``, the day each subject is judged at.
    context : Context
        Study and data.

    Returns
    -------
    GateScreen
        Criterion by criterion in the order of the study file, inclusion first.

    Raises
    ------
    StudyError
        If the study declares no such gate.
    """
    if gate not in study.gates:
        raise StudyError(f"{gate} is not a gate of {study.id}", mend=f"name one of {', '.join(study.gates)}")
    setting = replace(_setting(moments, context), here=gate)
    criteria: tuple[Inclusion | Exclusion, ...] = (*study.inclusion, *study.exclusion)
    judged = {criterion.id: criterion for criterion in criteria if gate in gates_of(criterion, study)}
    answers = {name: _standing(criterion, setting) for name, criterion in judged.items()}
    return GateScreen(gate, moments, answers, judged, setting.session)


def verdict_of(study: Study, moments: pl.DataFrame, verdicts: pl.DataFrame) -> pl.DataFrame:
    """One verdict a subject from the verdicts of its criteria.

    Parameters
    ----------
    study : Study
        The study; without any inclusion criterion nobody can be told eligible.
    moments : polars.DataFrame
        ``USUBJID`` of everyone asked about.
    verdicts : polars.DataFrame
        Result of :func:`eligibility`.

    Returns
    -------
    polars.DataFrame
        ``USUBJID`` and ``VERDICT``: ``NOT ELIGIBLE`` as soon as one criterion is not met, otherwise ``CANNOT TELL`` as
        soon as one is unknown, otherwise ``ELIGIBLE``; in the order of `moments`.
    """
    per_subject = verdicts.group_by("USUBJID").agg(
        refused=(pl.col("VERDICT") == "NOT_MET").any(), open=(pl.col("VERDICT") == "UNKNOWN").any()
    )
    verdict = (
        pl.when(pl.col("refused").fill_null(value=False))
        .then(pl.lit("NOT ELIGIBLE"))
        .when(pl.col("open").fill_null(value=True) | pl.lit(not study.inclusion))
        .then(pl.lit("CANNOT TELL"))
        .otherwise(pl.lit("ELIGIBLE"))
    )
    subjects = moments.select("USUBJID")
    return subjects.join(per_subject, on="USUBJID", how="left", maintain_order="left").select(
        "USUBJID", VERDICT=verdict
    )


def gates_of(criterion: Inclusion | Exclusion, study: Study) -> tuple[str, ...]:
    """Gates a criterion is judged at.

    Parameters
    ----------
    criterion : Inclusion or Exclusion
        The criterion.
    study : Study
        Its study.

    Returns
    -------
    tuple of str
        The first gate of the study where it names none.
    """
    if criterion.at is None:
        return study.gates[:1]
    return (criterion.at,) if isinstance(criterion.at, str) else criterion.at


def _setting(moments: pl.DataFrame, context: Context) -> Setting:
    if not {"USUBJID", "AT"} <= set(moments.columns):
        raise DataError("moments lack USUBJID or AT", mend="give one row a subject with the day it is judged at")
    days = moments["AT"].cast(pl.Date).to_physical().cast(pl.Int64)
    absent = np.where(days.is_null().to_numpy(), reason_bit("not_reached"), np.uint32(0)).astype(np.uint32)
    session = Session(context, moments["USUBJID"].cast(pl.String))
    return Setting(session, days.fill_null(0).to_numpy(), absent, None, _ask)


def _standing(criterion: Inclusion | Exclusion, setting: Setting) -> Answer:
    """The criterion's answer, true when it lets the subject pass."""
    if is_silent(criterion.when):
        return constant(setting.size, TRUE)
    reach = setting.reach if criterion.within is None else criterion.within
    answer = _ask(criterion.when, replace(setting, reach=reach))
    return negation(answer) if isinstance(criterion, Exclusion) else answer


def _ask(node: Node, setting: Setting) -> Answer:
    kind = KINDS[node.kind]
    inner = setting.inside(node)
    answer = kind.answer(node, inner)
    if kind.dated and inner.absent.any():
        answer = _reached(answer, inner)
    if children_of(node):
        return answer
    margins = tuple(margin.agreeing(answer.verdict) for margin in answer.margins)
    own = Gap(node, answer.reason, inner.window.low, inner.window.high)
    return replace(answer, margins=margins, gaps=answer.gaps or (own,))


def _reached(answer: Answer, setting: Setting) -> Answer:
    """The answer, unknown where the moment is not reached."""
    there = setting.absent == 0
    keep = there[answer.subject]
    return Answer(
        np.where(there, answer.verdict, UNKNOWN).astype(np.int8),
        np.where(there, answer.reason, setting.absent).astype(np.uint32),
        answer.subject[keep],
        answer.table[keep],
        answer.row[keep],
        tuple(margin.kept(there[margin.subject]) for margin in answer.margins),
    )


def _written(answer: Answer, session: Session, subjects: pl.Series, words: dict[int, str]) -> pl.DataFrame:
    bits = pl.Series(answer.reason)
    reasons = {value: reason_text(value) for value in bits.unique().to_list()}
    return pl.DataFrame(
        {
            "USUBJID": subjects,
            "VERDICT": pl.Series(answer.verdict).replace_strict(words, return_dtype=pl.String),
            "REASON": bits.replace_strict(reasons, return_dtype=pl.String),
            "EVIDENCE": evidence(answer, session),
        }
    )
