"""What is to be estimated, with its five attributes, and the analysis that decides."""

from __future__ import annotations

from typing import Final

from trialwright.model.endpoint import Endpoint, Estimand
from trialwright.report.analyses import METHOD_WORDS, analyses_of, analysis_marks, stated_words
from trialwright.report.context import Context
from trialwright.report.sources import mark_of_key
from trialwright.report.table import Cell, Column, Row, Table
from trialwright.report.typeset import enumeration, sentence

__all__ = ["estimand_table", "no_estimand_words"]

ATTRIBUTES: Final = (
    ("treatment", "Treatment conditions"),
    ("population", "Population"),
    ("variable", "Variable"),
    ("intercurrent", "Intercurrent events"),
    ("summary", "Population-level summary"),
)


def estimand_table(context: Context, endpoint: Endpoint, definition: str) -> Table | None:
    """Return the estimand of one definition and its primary analysis.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        The endpoint.
    definition : str
        Name of the definition.

    Returns
    -------
    Table or None
        The five attributes as the study file states them, then the primary analysis, each with its source mark; None
        when neither is stated.

    References
    ----------
    ICH E9(R1), Addendum on estimands and sensitivity analysis in clinical trials, 2019.
    """
    rows: list[Row] = []
    estimand = endpoint.resolved()[definition].estimand
    if estimand is not None:
        rows += [
            Row(Cell(label), (Cell(text, marks=(mark_of_key(estimand, key),)),))
            for key, label in ATTRIBUTES
            for text in [_attribute(context, estimand, key)]
        ]
    primary = [a for a in analyses_of(context, endpoint, definition) if a.role == "primary"]
    for analysis in primary:
        arms = f"; {analysis.compare[0]} against {analysis.compare[1]}" if analysis.compare else ""
        method = METHOD_WORDS.get(analysis.method, analysis.method)
        words = f"{method}, {stated_words(context, analysis)}{arms}"
        marks = analysis_marks(analysis, "method", "sides", "alpha", "strata")
        rows.append(Row(Cell("Primary analysis"), (Cell(sentence(words), marks=marks),)))
    if not rows:
        return None
    stated = [word for word, is_there in (("estimand", estimand), ("primary analysis", primary)) if is_there]
    caption = f"{endpoint.title}: {enumeration(stated)}"
    stem = endpoint.stem(definition).lower().replace("~", "-")
    return Table(f"{stem}-estimand", caption, (Column("Attribute"), Column("As the study states it")), tuple(rows))


def _attribute(context: Context, estimand: Estimand, key: str) -> str:
    if key == "intercurrent":
        return sentence("; ".join(f"{each.event}: {each.strategy}" for each in estimand.intercurrent))
    if key == "population":
        sets = {each.id: each for each in context.dossier.study.analysis_sets}
        found = sets.get(estimand.population)
        reached = f", all who reached {context.point_words(found.reached)}" if found is not None else ""
        return f"{sentence(estimand.population.replace('_', ' '))}{reached}"
    return str(getattr(estimand, key))


def no_estimand_words(context: Context, endpoint: Endpoint, definition: str) -> str:
    """Return the sentence that says what is not stated for an endpoint.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        The endpoint.
    definition : str
        Name of the definition.

    Returns
    -------
    str
        Empty when an estimand is stated.
    """
    if endpoint.resolved()[definition].estimand is not None:
        return ""
    roles = dict.fromkeys(a.role for a in analyses_of(context, endpoint, definition))
    words = f"The study states no estimand for {endpoint.title[:1].lower()}{endpoint.title[1:]}"
    if "primary" in roles:
        return f"{words}."
    return f"{words} and no primary analysis of it" + (
        f"; its analyses are {enumeration(list(roles))}." if roles else "."
    )
