"""Answers invented for the study's items: by the scenario's draws, or mostly in favour of eligibility."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from trialwright.design.facts import Answer, word_fits
from trialwright.design.plan import Plan
from trialwright.errors import StudyError
from trialwright.model.criteria import (
    Attest,
    Exclusion,
    History,
    If,
    Inclusion,
    ItemIs,
    Lab,
    Node,
    Not,
    QuantityIs,
    Score,
    Sex,
    children_of,
)
from trialwright.model.scenario import ItemDraw
from trialwright.model.study import Item, Study
from trialwright.numerics.sampling import Draws

__all__ = ["Asked", "answers_of", "asked_of", "criteria_of", "date_draws", "gates_of"]

IntArray = NDArray[np.int64]

FAVOURABLE_SHARE: Final = 0.98
"""Share of answers that speak for eligibility where a scenario says nothing (our assumption)."""

HISTORY_SHARE: Final = 0.03
"""Share of subjects with a row in a history where a scenario says nothing (our assumption)."""


Leaf = tuple[Inclusion | Exclusion, Node, str, bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the criteria ask, read once.

    Parameters
    ----------
    leaves : tuple of (criterion, node, gate, favours)
        Every leaf, the gate it is judged at, and whether its being true speaks for eligibility.
    beside_history : mapping of str to str
        Attestations that only matter beside a row of a history: attestation to history item.
    refused : mapping of str to tuple of str
        Answers to an item that speak against eligibility, for items the scenario does not draw.
    """

    leaves: tuple[Leaf, ...]
    beside_history: Mapping[str, str]
    refused: Mapping[str, tuple[str, ...]]


def criteria_of(study: Study) -> tuple[Inclusion | Exclusion, ...]:
    """Every criterion of a study, inclusion first.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    tuple of Inclusion or Exclusion
        In the order of the study file.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> criteria_of(open_study("nct07295132").study)[0].id
    'I1'
    """
    return (*study.inclusion, *study.exclusion)


def gates_of(plan: Plan, criterion: Inclusion | Exclusion) -> tuple[str, ...]:
    """Gates a criterion is judged at; the first gate when it names none.

    Parameters
    ----------
    plan : Plan
        The plan.
    criterion : Inclusion or Exclusion
        The criterion.

    Returns
    -------
    tuple of str
        At least one gate.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> gates_of(plan, plan.study.inclusion[0])
    ('registration',)
    """
    if criterion.at is None:
        return (plan.registration,)
    return (criterion.at,) if isinstance(criterion.at, str) else criterion.at


def asked_of(plan: Plan) -> Asked:
    """Every leaf of the study's criteria.

    Parameters
    ----------
    plan : Plan
        The plan.

    Returns
    -------
    Asked
        The leaves.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> asked_of(plan).beside_history
    {'other_tumour_bears': 'other_tumour'}
    """
    leaves: list[Leaf] = []
    beside: dict[str, str] = {}
    for criterion in criteria_of(plan.study):
        for gate in gates_of(plan, criterion):
            found = list(_leaves(criterion.when, gate, isinstance(criterion, Inclusion)))
            leaves.extend((criterion, node, at, favours) for node, at, favours in found)
            histories = [node.history.of for node, _, _ in found if isinstance(node, History)]
            if criterion.when.kind == "all" and histories:
                beside.update({node.attest: histories[0] for node, _, _ in found if isinstance(node, Attest)})
    named = (_item_of(node) for _, node, _, _ in leaves)
    refused = {
        name: _refused(plan, leaves, name) for name in dict.fromkeys(named) if name and not _is_drawn(plan, name)
    }
    return Asked(tuple(leaves), beside, refused)


def _item_of(node: Node) -> str:
    """Item a leaf compares or has attested, empty for other kinds."""
    match node:
        case ItemIs():
            return node.item
        case Attest():
            return node.attest
        case Lab():
            return node.lab
        case _:
            return ""


def _is_drawn(plan: Plan, name: str) -> bool:
    return name in plan.draws and plan.draws[name].days_before is None


def _leaves(node: Node, gate: str, favours: bool) -> Iterator[tuple[Node, str, bool]]:
    own = node.at if isinstance(node.at, str) else gate
    children = children_of(node)
    if not children:
        yield node, own, favours
    for number, child in enumerate(children):
        turned = isinstance(node, Not) or (isinstance(node, If) and number == 0)
        yield from _leaves(child, own, favours is not turned)


def sex_words(asked: Asked) -> tuple[str, ...]:
    """Sexes the criteria admit.

    Parameters
    ----------
    asked : Asked
        The leaves.

    Returns
    -------
    tuple of str
        One, or both.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> sex_words(asked_of(plan))
    ('F',)
    """
    named = {node.sex for _, node, _, favours in asked.leaves if isinstance(node, Sex) and favours}
    return tuple(sorted(named)) or ("F", "M")


def answers_of(plan: Plan, asked: Asked, draws: Draws) -> dict[tuple[str, str], Answer]:
    """Answers to every item the criteria ask for, and to what is judged at an operation.

    Parameters
    ----------
    plan : Plan
        The plan.
    asked : Asked
        The leaves of the criteria.
    draws : Draws
        Random numbers; stream ``item <name> <gate>``.

    Returns
    -------
    dict of (item, gate) to Answer
        The gate is empty for the residual tumour, whose answer is that of the operation if there is one.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> answers = answers_of(plan, asked_of(plan), Draws.first(7, 0, 5))
    >>> answers["resectable", "allocation"].words
    ('Y', 'N')
    """
    answers: dict[tuple[str, str], Answer] = {}
    for _, node, gate, _ in asked.leaves:
        if isinstance(node, History):
            answers.setdefault((node.history.of, gate), _history(plan, node.history.of, draws))
    for _, node, gate, _ in asked.leaves:
        name = _item_of(node)
        if name and (name, gate) not in answers:
            answers[name, gate] = _answer(plan, asked, name, gate, draws, answers)
    for name, gate in _behind(plan, asked):
        if (name, gate) not in answers:
            answers[name, gate] = _answer(plan, asked, name, gate, draws, answers)
    for name in plan.late_items:
        answers[name, ""] = _drawn(plan, name, f"item {name}", draws, FAVOURABLE_SHARE, ())
    if plan.residual:
        answers[plan.residual, ""] = _drawn(plan, plan.residual, f"item {plan.residual}", draws, 0.75, ())
    return answers


def _behind(plan: Plan, asked: Asked) -> Iterator[tuple[str, str]]:
    """Items that a score or a dose plan rests on and the scenario draws, with the gate they are asked at."""
    for _, node, gate, _ in asked.leaves:
        found: list[str] = []
        if isinstance(node, Score):
            use = next(use for use in plan.study.scores if use.id == node.score)
            found = [use.item] if use.item is not None else list((use.inputs or {}).values())
        if isinstance(node, QuantityIs):
            stated = next((each for each in plan.study.dose_plans if each.id == node.quantity.of), None)
            inputs = stated.inputs.values() if stated is not None else ()
            found = [name for each in inputs for name in ((each,) if isinstance(each, str) else each)]
        yield from ((name, gate) for name in found if _is_drawn(plan, name))


def _answer(
    plan: Plan, asked: Asked, name: str, gate: str, draws: Draws, known: Mapping[tuple[str, str], Answer]
) -> Answer:
    answer = _drawn(plan, name, f"item {name} {gate}", draws, FAVOURABLE_SHARE, asked.refused.get(name, ()))
    history = known.get((asked.beside_history.get(name, ""), gate))
    if history is None or "N" not in answer.words:
        return answer
    # Whether another illness bears on the trial is a question only where there is another illness.
    return Answer(np.where(history.codes >= 0, answer.codes, answer.words.index("N")), answer.words)


def _refused(plan: Plan, leaves: Sequence[Leaf], name: str) -> tuple[str, ...]:
    """Words of an item that speak against eligibility."""
    words = _words(name, plan.study.items[name])
    against: set[str] = set()
    for _, node, _, favours in leaves:
        if isinstance(node, Attest) and node.attest == name:
            against.add("N" if favours else "Y")
        if isinstance(node, ItemIs) and node.item == name:
            against.update(word for word in words if word_fits(node, word) is not favours)
    return tuple(word for word in words if word in against)


def _words(name: str, item: Item) -> tuple[str, ...]:
    if item.is_ == "attestation":
        return ("Y", "N")
    if item.is_ == "number" and item.analyte is None:
        return ("0", "1", "2")
    if item.values:
        return tuple(item.values)
    raise StudyError(f"item {name!r} has no values to draw from", mend="give it values, or a draw in the scenario")


def _drawn(plan: Plan, name: str, stream: str, draws: Draws, favourable: float, refused: tuple[str, ...]) -> Answer:
    if _is_drawn(plan, name):
        return _by_scenario(plan.draws[name], stream, draws)
    words = _words(name, plan.study.items[name])
    best = next((word for word in words if word not in refused), words[0])
    rest = (1 - favourable) / max(1, len(words) - 1)
    shares = [favourable if word == best else rest for word in words]
    return Answer(draws.category(stream, shares)[:, 0], words)


def _by_scenario(draw: ItemDraw, stream: str, draws: Draws) -> Answer:
    if draw.shares is not None:
        return Answer(
            draws.category(stream, [float(share) for share in draw.shares.values()])[:, 0], tuple(draw.shares)
        )
    if draw.always is not None:
        return Answer(np.zeros(draws.count, dtype=np.int64), (str(draw.always),))
    if draw.normal is not None:
        values = float(draw.normal[0]) + float(draw.normal[1]) * draws.normal(stream)[:, 0]
    elif draw.lognormal is not None:
        values = float(draw.lognormal[0]) * np.exp(float(draw.lognormal[1]) * draws.normal(stream)[:, 0])
    elif draw.uniform is not None:
        low, high = float(draw.uniform[0]), float(draw.uniform[1])
        values = low + (high - low) * draws.uniform(stream)
    else:
        raise StudyError("a draw of the scenario says no way to draw", mend="give shares, normal, uniform or always")
    tenths, positions = np.unique(np.rint(values * 10).astype(np.int64), return_inverse=True)
    return Answer(positions.astype(np.int64), tuple(f"{value / 10:.1f}" for value in tenths.tolist()))


def _history(plan: Plan, name: str, draws: Draws) -> Answer:
    draw = plan.draws.get(name)
    words = tuple(draw.shares) if draw is not None and draw.shares else tuple(plan.study.items[name].values or ())
    if not words:
        raise StudyError(f"item {name!r} has no values to draw from", mend="give it values, or shares in the scenario")
    if draw is not None and draw.shares:
        given = [float(share) for share in draw.shares.values()]
    else:
        given = [HISTORY_SHARE / len(words)] * len(words)
    none = max(0.0, 1.0 - sum(given))
    codes = draws.category(f"item {name}", [*given, none])[:, 0]
    return Answer(np.where(codes == len(words), -1, codes), words)


def date_draws(plan: Plan, draws: Draws, anchors: Mapping[str, IntArray]) -> dict[str, IntArray]:
    """Days of the date items that the scenario places before another item.

    Parameters
    ----------
    plan : Plan
        The plan.
    draws : Draws
        Random numbers; stream ``days before <place>``.
    anchors : mapping of str to ndarray of int
        Days known already.

    Returns
    -------
    dict of str to ndarray of int
        Day numbers; two items that stand in the same rows of the data get the same day.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> from trialwright.design.plan import plan_of
    >>> plan = plan_of(open_study("nct07295132").study, "base", 8)
    >>> placed = date_draws(plan, Draws.first(7, 0, 5), {"recurred_on": np.full(5, 20000)})
    >>> bool((placed["last_platinum"] == placed["first_platinum"]).all())
    True
    """
    placed: dict[str, IntArray] = {}
    for name, draw in plan.draws.items():
        for anchor, (low, high) in (draw.days_before or {}).items():
            place = plan.places[name]
            stream = f"days before {place.domain} {place.where} {place.column}"
            known = {**anchors, **placed}
            if anchor not in known:
                raise StudyError(
                    f"the scenario places {name!r} before {anchor!r}, which has no day", mend="name a known date item"
                )
            placed[name] = known[anchor] - draws.whole(stream, low, high)[:, 0]
    return placed
