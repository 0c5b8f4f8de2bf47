"""The sections of the report in the order a reader meets them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialwright.model.endpoint import LESION_TIMES, Definition, Endpoint
from trialwright.model.silence import Silence
from trialwright.report.accrual import accrual_figure
from trialwright.report.accuracy import accuracy_table, missing_accuracy_words
from trialwright.report.accuracy_curves import accuracy_curves
from trialwright.report.agreement import agreement_tables
from trialwright.report.baseline import baseline_table
from trialwright.report.consort import consort_figure
from trialwright.report.context import WITHHELD, Context
from trialwright.report.eligibility import criteria_counts_table, eligibility_log_table, screen_failures_table
from trialwright.report.endpoint_tables import counted_words, endings_table, survival_table, survivor_words
from trialwright.report.estimand import estimand_table, no_estimand_words
from trialwright.report.estimates import whole
from trialwright.report.forest import forest_figure
from trialwright.report.incidence import incidence_figure
from trialwright.report.kaplan_meier import CurveWords, kaplan_meier_figure
from trialwright.report.lesion_times import lesion_tables
from trialwright.report.listings import (
    assumptions_table,
    estimates_table,
    findings_table,
    grouped_findings_table,
    inputs_table,
    methods_table,
    open_points_table,
    software_table,
)
from trialwright.report.marker_courses import marker_figure
from trialwright.report.marker_kinetics import parameters_table, rates_table
from trialwright.report.marker_kinetics_figures import kinetics_figures
from trialwright.report.marker_responses import marker_responses_table
from trialwright.report.outcome_tables import complication_tables, proportion_table
from trialwright.report.response_series import series_table
from trialwright.report.responses import response_figures
from trialwright.report.table import Figure, Table
from trialwright.report.trial import arms_table, criteria_table, endpoints_table
from trialwright.report.typeset import count, enumeration, sentence
from trialwright.report.value_tables import mean_time_table, values_table

__all__ = ["Paragraph", "Part", "Section", "sections"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the report.

    Parameters
    ----------
    text : str
        Its words.
    kind : {"plain", "withheld", "note"}
        How it is set.
    """

    text: str
    kind: str = "plain"


Part = Paragraph | Figure | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered section.

    Parameters
    ----------
    id : str
        Its anchor.
    title : str
        Its heading.
    parts : tuple of Paragraph, Figure or Table
        What it holds, in order.
    page : bool
        Whether it stands on a printed page of its own.
    """

    id: str
    title: str
    parts: tuple[Part, ...]
    page: bool = False


def sections(context: Context, silences: Sequence[Silence]) -> tuple[Section, ...]:
    """Return the sections of a report.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    silences : sequence of Silence
        What the record does not say.

    Returns
    -------
    tuple of Section
        A section without anything to show says why, so that no figure is missing in silence.
    """
    made = [
        Section(
            "trial",
            "The trial",
            tuple(
                _present(arms_table(context), endpoints_table(context), series_table(context), criteria_table(context))
            ),
        ),
        _silent(silences),
        Section(
            "accrual", "Accrual", _or_words(accrual_figure(context), "Nobody has reached a gate of the trial yet.")
        ),
        Section("flow", "Flow of subjects", (consort_figure(context),)),
        _eligibility(context),
        Section("baseline", "Baseline characteristics", _or_words(baseline_table(context), "Nobody is allocated yet.")),
    ]
    made += [_survival(context, endpoint) for endpoint in _measured(context, "time to event")]
    made += [_of_lesions(context, endpoint) for endpoint in _measured(context, LESION_TIMES)]
    made += _subgroups(context)
    made += _outcomes(context)
    made += _markers(context)
    made.append(Section("responses", "Courses of lesions and of subjects", tuple(response_figures(context))))
    made.append(Section("agreement", "Agreement on responses", tuple(agreement_tables(context))))
    made += _kinetics(context)
    made += _accuracies(context)
    made.append(_not_computed(context))
    made += [_findings(context), _appendix(context)]
    return tuple(section for section in made if section.parts)


def _present(*parts: Part | None) -> Iterator[Part]:
    return (part for part in parts if part is not None)


def _or_words(part: Part | None, words: str) -> tuple[Part, ...]:
    return (Paragraph(words, "note"),) if part is None else (part,)


def _measured(context: Context, measure: str) -> list[Endpoint]:
    return [e for e in context.dossier.study.endpoints if any(d.measure == measure for d in e.resolved().values())]


def _silent(silences: Sequence[Silence]) -> Section:
    points, assumed = open_points_table(silences), assumptions_table(silences)
    blocking = sum(1 for silence in silences if silence.blocks)
    lead = (
        "A registry record is no protocol. What follows was not in it: first the questions that only the "
        "investigators can answer, then what was assumed so that the trial could be run at all. "
    )
    lead += (
        f"{count(blocking, 'open question')} must be answered before the study file can be signed." if blocking else ""
    )
    parts = tuple(_present(Paragraph(lead), points, assumed)) if points or assumed else ()
    if not parts:
        parts = (Paragraph("Nothing is assumed and no question is open.", "note"),)
    return Section("silences", "What the record does not say", parts, page=True)


def _eligibility(context: Context) -> Section:
    counts, failures, log = (
        criteria_counts_table(context),
        screen_failures_table(context),
        eligibility_log_table(context),
    )
    parts: list[Part] = list(_present(counts, failures, log))
    if log is not None and not log.shown:
        parts.append(Paragraph("Every subject that is not clearly eligible is listed in tables/eligibility-log.csv."))
    return Section("eligibility", "Eligibility", tuple(parts))


def _words(context: Context, endpoint: Endpoint, name: str, definition: Definition) -> CurveWords:
    origin = context.point_words(definition.origin) if isinstance(definition.origin, str) else "origin"
    return CurveWords(endpoint.stem(name), endpoint.title, survivor_words(endpoint, name), origin)


def _survival(context: Context, endpoint: Endpoint) -> Section:
    parts: list[Part] = []
    reported = endpoint.use or "used"
    parts += _present(estimand_table(context, endpoint, reported))
    if missing := no_estimand_words(context, endpoint, reported):
        parts.append(Paragraph(missing, "note"))
    for name, definition in endpoint.resolved().items():
        is_reported = name in ("used", endpoint.use)
        words = _words(context, endpoint, name, definition)
        if not is_reported:
            parts.append(_other_definition(context, endpoint, name))
        elif (figure := kaplan_meier_figure(context, f"km-{endpoint.id.lower()}", words)) is not None:
            parts.append(figure)
        else:
            parts.append(Paragraph("There is no curve: no subject has a time for this endpoint yet.", "note"))
        cif = f"cif-{words.stem.lower().replace('~', '-')}"
        parts += _present(incidence_figure(context, cif, endpoint.title, words.origin))
        table = survival_table(context, endpoint, name)
        parts += _present(table, endings_table(context, endpoint, name) if is_reported else None)
    if not context.dossier.by_arm and len(context.dossier.study.arms) > 1:
        parts.insert(0, Paragraph(f"All arms are shown together. Figures by arm are {WITHHELD}.", "withheld"))
    return Section(endpoint.id.lower(), endpoint.title, tuple(parts))


def _of_lesions(context: Context, endpoint: Endpoint) -> Section:
    parts: list[Part] = []
    for name, definition in endpoint.resolved().items():
        words = _words(context, endpoint, name, definition)
        cif = f"cif-{words.stem.lower().replace('~', '-')}"
        parts += _present(incidence_figure(context, cif, endpoint.title, words.origin, counted="lesion"))
    parts += lesion_tables(context, endpoint)
    return Section(endpoint.id.lower(), endpoint.title, tuple(parts) or _or_words(None, "No figure of it was made."))


def _other_definition(context: Context, endpoint: Endpoint, name: str) -> Paragraph:
    used = endpoint.use or "used"
    counted = [
        f"{context.estimates.cell(endpoint.stem(each), 'n_events', whole).text or 'no figure of'} events under “{each}”"
        for each in (used, name)
    ]
    return Paragraph(
        f"The record can also be read as the definition “{name}” ({counted_words(endpoint, name)}); "
        f"this report uses “{used}” ({counted_words(endpoint, used)}). There are {enumeration(counted)}."
    )


def _subgroups(context: Context) -> list[Section]:
    stated = [a for a in context.dossier.study.analyses if a.method == "forest"]
    drawn = [name for name in context.dossier.curves if name.startswith("forest-")]
    if not stated and not drawn:
        return []
    parts: list[Part] = []
    for endpoint in context.dossier.study.endpoints:
        name = f"forest-{endpoint.id.lower()}"
        figure = forest_figure(context, name, endpoint.title, endpoint.id)
        if figure is not None:
            parts.append(figure)
        elif any(a.endpoint == endpoint.id for a in stated):
            words = f"Subgroups of {endpoint.title.lower()}: "
            reason = "no hazard ratio could be estimated." if context.dossier.by_arm else f"{WITHHELD}."
            parts.append(Paragraph(words + reason, "note" if context.dossier.by_arm else "withheld"))
    return [Section("subgroups", "Subgroups", tuple(parts))]


def _outcomes(context: Context) -> list[Section]:
    shares, grades = _measured(context, "proportion"), _measured(context, "worst grade")
    tables = [mean_time_table(context, endpoint) for endpoint in _measured(context, "restricted mean")]
    for measure in ("change", "listing"):
        tables += [values_table(context, endpoint) for endpoint in _measured(context, measure)]
    if not shares and not grades and not any(tables):
        return []
    parts: list[Part] = []
    for endpoint in shares:
        parts += _or_words(proportion_table(context, endpoint), f"{endpoint.title}: no share was estimated.")
    for endpoint in grades:
        parts += complication_tables(context, endpoint) or _or_words(
            None, f"{endpoint.title}: no subject is graded yet."
        )
    parts += _present(*tables)
    procedures = any(regimen.procedure for regimen in context.dossier.study.regimens)
    graded = "Surgery and complications" if procedures else "Responses and complications"
    return [Section("outcomes", graded if grades else "Rates and responses", tuple(parts))]


def _markers(context: Context) -> list[Section]:
    by_item = {marker.item: marker for marker in reversed(context.dossier.study.markers)}
    made = []
    for item, marker in reversed(by_item.items()):
        asked = context.dossier.study.items[item].ask
        parts = _or_words(marker_figure(context, marker), f"There is no usable value of {asked} yet.")
        judged = [each for each in context.dossier.study.markers if each.item == item and each.criteria]
        parts += tuple(_present(*(marker_responses_table(context, each) for each in judged)))
        made.append(Section(f"courses-{item.replace('_', '-')}", f"Courses of {asked}", parts))
    return made


def _kinetics(context: Context) -> list[Section]:
    made = []
    for figures in context.dossier.markers.values():
        marker = next(each for each in context.dossier.study.markers if each.id == figures.marker)
        title = f"Elimination rate of {context.dossier.study.items[marker.item].ask} (KELIM)"
        parts: list[Part] = [Paragraph(f"No rate was estimated: {figures.reason}.", "note")] if figures.reason else []
        parts += _present(rates_table(context, figures), parameters_table(context, figures))
        made.append(
            Section(
                f"kinetics-{figures.marker.replace('_', '-')}", title, (*kinetics_figures(context, figures), *parts)
            )
        )
    return made


def _accuracies(context: Context) -> list[Section]:
    parts: list[Part] = []
    for endpoint in _measured(context, "accuracy"):
        table = accuracy_table(context, endpoint)
        if table is not None:
            parts += [table, *accuracy_curves(context, endpoint)]
    return [Section("accuracy", "Accuracy of a marker", tuple(parts))] if parts else []


def _not_computed(context: Context) -> Section:
    """Endpoints the study states and this version, or this run, does not compute."""
    computed = {"time to event", LESION_TIMES, "proportion", "worst grade"}
    left = [e for e in context.dossier.study.endpoints if not any(d.measure in computed for d in e.resolved().values())]
    left = [e for e in left if mean_time_table(context, e) is None and values_table(context, e) is None]
    foretelling = _measured(context, "accuracy")
    parts = []
    for endpoint in left:
        name = f"{sentence(endpoint.title)} ({endpoint.id})"
        if endpoint not in foretelling:
            parts.append(Paragraph(f"{name} is stated in the study file and not computed by this version.", "note"))
        elif accuracy_table(context, endpoint) is None:
            reason = missing_accuracy_words(context, endpoint) or "no analysis of it is stated"
            parts.append(Paragraph(f"{name} is not computed: {reason}.", "note"))
    return Section("not-computed", "Endpoints not computed", tuple(parts))


def _findings(context: Context) -> Section:
    grouped, listed = grouped_findings_table(context), findings_table(context)
    if grouped is None:
        return Section("findings", "Data findings", (Paragraph("The checks of the data found nothing.", "note"),))
    lead = "Nothing was corrected silently: what is doubtful stands here, and the data were used as they are."
    if listed is not None and not listed.shown:
        lead += " Every finding is listed in tables/findings-listed.csv."
    return Section("findings", "Data findings", tuple(_present(Paragraph(lead), grouped, listed)))


def _appendix(context: Context) -> Section:
    lead = (
        f"Study file {context.dossier.study.id}, version {context.dossier.study.study.version}, canonical SHA-256 "
        f"{context.dossier.study_sha256}."
    )
    made = _present(
        Paragraph(lead, "hash"),
        estimates_table(context),
        methods_table(context),
        inputs_table(context),
        software_table(context),
    )
    return Section("appendix", "Appendix: how to check this report", tuple(made))
