"""What the study states about an analysis, in a line a reader can hold a figure against."""

from __future__ import annotations

from typing import Final

from trialwright.model.endpoint import Analysis, Definition, Endpoint
from trialwright.model.result import Result
from trialwright.report.context import Context
from trialwright.report.sources import Mark, mark_of_key
from trialwright.report.typeset import enumeration

__all__ = ["METHOD_WORDS", "analyses_of", "analysis_marks", "analysis_of", "comparison_words", "stated_words"]

METHOD_WORDS: Final = {
    "logrank": "log-rank test",
    "cox": "Cox model",
    "rmst": "restricted means",
    "zph": "test of proportional hazards",
    "kaplan-meier": "Kaplan-Meier estimate",
    "aalen-johansen": "cumulative incidence",
    "gray": "Gray's test",
    "fine-gray": "Fine and Gray model",
    "auc-delong": "ROC curve",
}
TRANSFORM_WORDS: Final = {
    "km": "time on the Kaplan-Meier scale",
    "identity": "time as it is",
    "rank": "time by ranks",
}
TIES_WORDS: Final = {"efron": "Efron ties", "breslow": "Breslow ties", "exact": "exact ties"}
UNWELCOME: Final = ("progression", "death")
"""Events of which fewer are better; of others the study does not say."""


def analyses_of(context: Context, endpoint: Endpoint, definition: str) -> list[Analysis]:
    """Return the analyses of one definition of an endpoint.

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
    list of Analysis
        In the order of the study file.
    """
    reported = endpoint.use or "used"
    stated = context.dossier.study.analyses
    return [a for a in stated if a.endpoint == endpoint.id and (a.definition or reported) == definition]


def analysis_of(context: Context, result: Result) -> Analysis | None:
    """Return the analysis a figure comes from.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    result : Result
        The figure.

    Returns
    -------
    Analysis or None
        By its id; None for a figure that no analysis asked for.
    """
    return next((a for a in context.dossier.study.analyses if a.id == result.analysis), None)


def stated_words(context: Context, analysis: Analysis) -> str:
    """Return an analysis with its sides, alpha and strata.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    analysis : Analysis
        The analysis.

    Returns
    -------
    str
        For example ``two-sided, alpha 0.05, not stratified``.
    """
    parts = []
    weights = [f"{key} {analysis.settings[key]}" for key in ("rho", "gamma") if key in analysis.settings]
    parts += [f"weights {enumeration(weights)}"] if weights else []
    parts.append("stated as one-sided, the p shown is two-sided" if analysis.sides == 1 else "two-sided")
    parts += [f"alpha {float(analysis.alpha):g}"] if analysis.alpha is not None else []
    parts.append(_strata_words(context, analysis))
    return ", ".join(parts)


def _strata_words(context: Context, analysis: Analysis) -> str:
    allocation = context.dossier.study.allocation
    strata: tuple[str, ...] = ()
    if analysis.strata == "as allocated":
        strata = tuple(allocation.strata) if allocation is not None else ()
    elif analysis.strata is not None:
        strata = analysis.strata
    return f"stratified by {enumeration([name.replace('_', ' ') for name in strata])}" if strata else "not stratified"


def analysis_marks(analysis: Analysis, *keys: str) -> tuple[Mark, ...]:
    """Return the source marks of some keys of an analysis, each once.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    *keys : str
        Keys such as ``alpha``; one the analysis does not state has no source.

    Returns
    -------
    tuple of (letter, explanation)
        In the order of the keys.
    """
    return tuple(dict.fromkeys(mark_of_key(analysis, key) for key in keys if key in analysis.model_fields_set))


def comparison_words(context: Context, definition: Definition, result: Result) -> str:
    """Return what a comparison of two arms is and which way it points.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    definition : Definition
        The complete definition it belongs to.
    result : Result
        The figure.

    Returns
    -------
    str
        For example ``below 1 favours SCS; unadjusted, not stratified; Efron ties``; empty when the study states no
        analysis behind it, and no direction of a figure that is withheld.
    """
    analysis = analysis_of(context, result)
    if analysis is None or analysis.compare is None:
        return ""
    figure = result.id.partition("/")[2].split("@")[0]
    first = analysis.compare[0]
    if result.status == "withheld" and figure not in ("p_logrank", "p_zph", "p_gray"):
        return ""
    match figure:
        case "hr":
            adjusted = [name.replace("_", " ") for name in analysis.covariates]
            model = f"adjusted for {enumeration(adjusted)}" if adjusted else "unadjusted"
            ties = TIES_WORDS.get(str(analysis.settings.get("ties", "efron")), "")
            return f"{_favours(definition, 'below', first)}; {model}, {_strata_words(context, analysis)}; {ties}"
        case "shr":
            adjusted = [name.replace("_", " ") for name in analysis.covariates]
            model = f"adjusted for {enumeration(adjusted)}" if adjusted else "unadjusted"
            return f"{_favours(definition, 'below', first)}; {model}; other events compete"
        case "p_logrank" | "p_gray":
            return f"{analysis.role} analysis: {stated_words(context, analysis)}"
        case "rmst_difference" | "rmst_ratio":
            null = "0" if figure == "rmst_difference" else "1"
            return _favours(definition, "above", first, null)
        case "p_zph":
            transform = TRANSFORM_WORDS.get(str(analysis.settings.get("transform", "km")), "")
            return f"score test of Grambsch and Therneau, {transform}"
    return ""


def _favours(definition: Definition, side: str, arm: str, null: str = "1") -> str:
    if set(definition.events or ()) <= set(UNWELCOME):
        return f"{side} {null} favours {arm}"
    return f"{side} {null}: " + (f"rarer in {arm}" if side == "below" else f"later in {arm}")
