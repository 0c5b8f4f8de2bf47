"""What the trial is: its identity, its arms, its criteria and its endpoints, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trialwright.model.criteria import Comparison, Exclusion, Inclusion, ItemIs, Node
from trialwright.model.endpoint import Censor, Definition, Endpoint, EventWhen, FirstResponse
from trialwright.model.study import Study
from trialwright.report.context import Context
from trialwright.report.sources import Mark, mark_of_definition, mark_of_key
from trialwright.report.table import Cell, Column, Row, Table, text_cells
from trialwright.report.typeset import enumeration, long_date, sentence, thousands

__all__ = ["Fact", "arms_table", "criteria_table", "endpoints_table", "facts"]

COMPARISON_WORDS: Final = {
    "at_least": "at least {}", "at_most": "at most {}", "above": "above {}", "below": "below {}",
    "between": "between {}", "in": "one of {}", "equals": "{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the title block.

    Parameters
    ----------
    label, text : str
        What it is and what it says.
    mark : (letter, explanation) or None
        Where it comes from; None for facts about this report.
    """

    label: str
    text: str
    mark: Mark | None = None


def facts(context: Context) -> tuple[Fact, ...]:
    """Return what stands in the title block.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    tuple of Fact
        Registration, phase, masking, numbers and dates, version and state of the study file, origin of the data.
    """
    dossier = context.dossier
    header = dossier.study.study
    found = [Fact("Registration", f"{header.registry.name} {header.registry.id}")]
    found += [Fact("Phase", header.phase, mark_of_key(header, "phase"))] if header.phase else []
    found += [Fact("Masking", header.masking, mark_of_key(header, "masking"))] if header.masking else []
    if header.enrolment is not None and header.enrolment.planned is not None:
        counts = f" (counted at {context.point_words(header.enrolment.counts)})" if header.enrolment.counts else ""
        text = f"{thousands(header.enrolment.planned)} subjects{counts}"
        found.append(Fact("Planned", text, mark_of_key(header.enrolment, "planned")))
    if header.dates is not None:
        spans = [header.dates.start or "not stated", header.dates.completion or "not stated"]
        found.append(Fact("Planned dates", " to ".join(spans), mark_of_key(header.dates, "start")))
    state = {"draft": "draft, not signed", "confirmed": "confirmed, not activated"}.get(dossier.state, dossier.state)
    found.append(Fact("Study file", f"version {header.version}, {state}"))
    origins = {"simulated": "simulated: invented subjects", "entered": "entered at the sites", "imported": "imported"}
    found.append(Fact("Data", f"{origins.get(dossier.origin, dossier.origin)}, up to {long_date(dossier.cutoff)}"))
    return tuple(found)


def arms_table(context: Context) -> Table:
    """Return the arms with what they give.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table
        One row an arm, each cell with its source mark.
    """
    study = context.dossier.study
    labels = {regimen.id: regimen.label for regimen in study.regimens}
    rows = []
    for arm in study.arms:
        gives = arm.gives if isinstance(arm.gives, tuple) else ()
        what = " → ".join(labels.get(name, name) for name in gives) or "not stated"
        cells = (
            Cell(arm.label, marks=(mark_of_key(arm, "label"),)),
            Cell(arm.role, marks=(mark_of_key(arm, "role"),)),
            Cell(str(arm.ratio) if arm.ratio else "not stated", marks=(mark_of_key(arm, "ratio"),)),
            Cell(what, marks=(mark_of_key(arm, "gives"),)),
        )
        rows.append(Row(Cell(arm.id), cells))
    columns = (Column("Arm"), Column("Name"), Column("Role"), Column("Ratio"), Column("Gives"))
    notes: tuple[str, ...] = ()
    if study.allocation is not None:
        strata = enumeration([name.replace("_", " ") for name in study.allocation.strata]) or "none"
        at, method = context.point_words(study.allocation.at), study.allocation.method.replace("-", " ")
        notes = (f"The arm is drawn at {at} by {method}; strata: {strata}.",)
    return Table("arms", "Arms", columns, tuple(rows), notes)


def criteria_table(context: Context) -> Table | None:
    """Return the eligibility criteria in the order of the study file.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table or None
        One row a criterion; None when the study states none.
    """
    study = context.dossier.study
    rows: list[Row] = []
    for title, criteria in (("Inclusion", study.inclusion), ("Exclusion", study.exclusion)):
        if criteria:
            rows.append(Row(Cell(title)))
        rows += [_criterion(context, criterion) for criterion in criteria]
    if not rows:
        return None
    return Table(
        "criteria", "Eligibility criteria", (Column("Criterion"), Column("Text"), Column("Judged at")), tuple(rows)
    )


def _criterion(context: Context, criterion: Inclusion | Exclusion) -> Row:
    at = criterion.at or context.dossier.study.gates[:1]
    points = (at,) if isinstance(at, str) else at
    where = enumeration([context.point_words(point) for point in points])
    return Row(
        Cell(criterion.id), (Cell(criterion.text, marks=(mark_of_key(criterion, "text"),)), *text_cells([where])), 1
    )


def endpoints_table(context: Context) -> Table:
    """Return the endpoints in all their definitions, each statement with its source mark.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Returns
    -------
    Table
        One row a definition under a heading an endpoint; the definition that is reported stands first.
    """
    rows: list[Row] = []
    for endpoint in context.dossier.study.endpoints:
        title = Cell(f"{endpoint.title} ({endpoint.id}), {endpoint.role}", marks=(mark_of_key(endpoint, "title"),))
        rows.append(Row(title))
        for name, definition in endpoint.resolved().items():
            rows.append(_definition(context, endpoint, name, definition))
    columns = (
        Column("Definition"), Column("Counted in"), Column("Clock starts"), Column("Counts"),
        Column("Without it, ends at"), Column("Followed for"),
    )  # fmt: skip
    notes = ("“Reported” is the definition the main figures use; the others are estimated beside it.",)
    return Table("endpoints", "Endpoints and their definitions", columns, tuple(rows), notes)


def _definition(context: Context, endpoint: Endpoint, name: str, definition: Definition) -> Row:
    study = context.dossier.study

    def cell(text: str, key: str) -> Cell:
        return Cell(text, marks=(mark_of_definition(endpoint, name, key),)) if text else Cell("")

    counted = (definition.set or "all").replace("_", " ") + (
        f", arm {enumeration(definition.arms)}" if definition.arms else ""
    )
    horizon = f"{definition.horizon.of.text} ({definition.horizon.is_})" if definition.horizon is not None else ""
    horizon_mark = (mark_of_key(definition.horizon, "of"),) if definition.horizon is not None else ()
    period = (
        f"{definition.period.within.text} from {context.point_words(definition.period.from_)}"
        if definition.period
        else ""
    )
    what, key = _counts(study, definition)
    reported = name == "used" or name == endpoint.use
    head = {"used": "reported"}.get(name, f"{name}, reported" if reported else name)
    censor = _ends(definition.censor)
    cells = (
        cell(counted, "arms" if definition.arms else "set"),
        cell(_origin(context, definition), "origin" if definition.origin is not None else "period"),
        cell(what, key),
        Cell(censor, marks=(mark_of_key(definition.censor, "at"),)) if definition.censor is not None else Cell(""),
        Cell(horizon, marks=horizon_mark) if horizon else cell(period, "period"),
    )
    return Row(Cell(sentence(head)), cells, 1)


def _origin(context: Context, definition: Definition) -> str:
    match definition.origin:
        case None:
            return context.point_words(definition.period.from_) if definition.period is not None else ""
        case FirstResponse(first=responses, of=series):
            return f"first {enumeration(responses, 'or')} of {series}"
        case str() as point:
            return context.point_words(point)


def _counts(study: Study, definition: Definition) -> tuple[str, str]:
    """What counts, and the key of the definition that says so."""
    if definition.events is not None:
        events = [event.event if isinstance(event, EventWhen) else event for event in definition.events]
        return enumeration([event.replace("_", " ") for event in events], "or"), "events"
    if definition.success is not None:
        return _node_words(study, definition.success), "success"
    if definition.of is not None:
        item = study.items.get(definition.of)
        what = item.ask if item is not None else definition.of.replace("_", " ")
        foretells = f", foretelling {enumeration(definition.predicts)}" if definition.predicts else ""
        return what + foretells, "of"
    return definition.measure or "", "measure"


def _ends(censor: Censor | None) -> str:
    if censor is None:
        return ""
    parts: list[str] = [censor.at]
    if censor.missed_assessments is not None:
        parts.append(f"before {censor.missed_assessments} missed assessments")
    if censor.new_therapy is not None:
        does = {
            "censor": "a new therapy ends it",
            "ignore": "a new therapy is ignored",
            "event": "a new therapy counts",
        }
        parts.append(does[censor.new_therapy.then])
    return "; ".join(parts)


def _node_words(study: Study, node: Node) -> str:
    """A condition in words: an item with its bounds, else the node's own text or its kind."""
    if not isinstance(node, ItemIs):
        return node.text or f"a condition on {node.kind}"
    item = study.items.get(node.item)
    labels = (item.values or {}) if item is not None else {}
    asked = item.ask.rstrip("?") if item is not None else node.item.replace("_", " ")
    return f"{asked}: {_bounds(node, labels)}"


def _bounds(node: Comparison, labels: dict[str, str]) -> str:
    stated: dict[str, tuple[str, ...]] = {
        "at_least": (node.at_least or "",),
        "at_most": (node.at_most or "",),
        "above": (node.above or "",),
        "below": (node.below or "",),
        "between": node.between or (),
        "in": node.in_ or (),
        "equals": (node.equals or "",),
    }
    parts = []
    for key in node.given:
        texts = [labels.get(value, value) for value in stated[key]]
        parts.append(COMPARISON_WORDS[key].format(enumeration(texts, "and" if key == "between" else "or")))
    return enumeration(parts)
