"""What is not written while the comparison of a live trial is withheld: anything that tells who is in which arm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import polars as pl

from trialwright.conduct.left_out import ROLE as LEFT_OUT
from trialwright.endpoints.questions import names_in
from trialwright.model.arm_bound import ArmBound, arm_bound
from trialwright.model.criteria import Exclusion, Inclusion
from trialwright.model.dossier import Dossier
from trialwright.model.endpoint import FirstResponse
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames
from trialwright.model.items import item_place
from trialwright.model.screened import Screening
from trialwright.model.study import Study

__all__ = ["ARM_COLUMNS", "asks_for_an_arm", "conceal"]

ARM_COLUMNS: Final = ("ARMCD", "ARM", "ACTARMCD")
"""Columns that name a subject's arm."""

_CONTACTS: Final = ("last", "observed", "bound")
"""Roles of rows that only show that a subject was seen; an operation or a complication may be such a row."""
_ARM_RULES: Final = ("G03", "G09")
_WITHHELD: Final = "withheld, because it tells the arm of a subject"


def conceal(dossier: Dossier) -> Dossier:
    """The same dossier without anything that tells a subject's arm.

    Parameters
    ----------
    dossier : Dossier
        What a report is made from.

    Returns
    -------
    Dossier
        Without arm columns; without endpoints, flags and responses that only some arms have; without the rows that
        show when a subject was last seen; findings about any of these are cut to their rule.

    Notes
    -----
    That a subject has a row in an endpoint of one arm, or a flag of a set of one arm, says as much as the arm itself.
    So does a verdict without lesions after an operation that one arm gets, and a last contact that was a complication.
    The last contact is left out for every subject, because leaving it out for some would tell as much.
    """
    study, derived, bound = dossier.study, dossier.derived, arm_bound(dossier.study)
    keys = pl.DataFrame(list(bound.endpoints), schema={"PARAMCD": pl.String, "DEFID": pl.String}, orient="row")
    assessed = pl.DataFrame(list(_assessed(study)), schema={"PARAMCD": pl.String, "DEFID": pl.String}, orient="row")

    def open_to_all(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(keys, on=["PARAMCD", "DEFID"], how="anti")

    return replace(
        dossier,
        derived=replace(
            derived,
            adsl=derived.adsl.drop(_told(study, bound), strict=False),
            adrs=derived.adrs.filter(~pl.col("ASSESSID").is_in(list(bound.series))),
            adtte=_without_last_contact(open_to_all(derived.adtte), assessed),
            adbin=open_to_all(derived.adbin),
            grades=open_to_all(derived.grades),
            values=open_to_all(derived.values) if derived.values.width else derived.values,
            lesion_times=open_to_all(derived.lesion_times) if derived.lesion_times.width else derived.lesion_times,
            sources=_without_scans(_without_contacts(open_to_all(derived.sources), assessed), study, bound),
        ),
        findings=tuple(_open_findings(dossier.findings, study, dossier.frames, bound)),
        screening=_open_screening(dossier.screening, study, bound),
        agreements={name: each for name, each in dossier.agreements.items() if name not in bound.series},
        readings={name: each for name, each in dossier.readings.items() if name not in bound.series},
        lesions=None
        if dossier.lesions is None
        else dossier.lesions.filter(~pl.col("ASSESSID").is_in(list(bound.series))),
    )


def _open_screening(screening: Screening | None, study: Study, bound: ArmBound) -> Screening | None:
    """Eligibility without gates and criteria that some arms only have."""
    if screening is None:
        return None
    criteria: tuple[Inclusion | Exclusion, ...] = (*study.inclusion, *study.exclusion)
    named = [each.id for each in criteria if names_in(each.when) & bound.items]
    gate, criterion = ~pl.col("GATE").is_in(list(bound.time_points)), ~pl.col("CRITID").is_in(named)
    return replace(
        screening,
        verdicts=screening.verdicts.filter(gate, criterion),
        subjects=screening.subjects.filter(gate),
        counts=screening.counts.filter(gate, criterion),
    )


def asks_for_an_arm(study: Study, wanted: str, withheld: Iterable[str]) -> bool:
    """Whether the id of a result names a figure by arm.

    Parameters
    ----------
    study : Study
        The study.
    wanted : str
        Id of a result, such as ``PFS/median@SCS``.
    withheld : iterable of str
        Ids of results that were withheld.

    Returns
    -------
    bool
        True for a figure of an arm, a comparison, and a row of an endpoint that only some arms have.
    """
    stem, _, figure = wanted.partition("/")
    stems = {endpoint.stem(name) for endpoint in study.endpoints for name in endpoint.resolved()}
    if stem == "figure":
        return figure.startswith("forest-")
    bound = {study.endpoint(endpoint).stem(name) for endpoint, name in arm_bound(study).endpoints}
    of_an_arm = figure.partition("@")[2].partition("@")[0] in study.arm_ids
    return stem in bound or (stem in stems and (of_an_arm or f"{stem}/{figure.partition(':')[0]}" in set(withheld)))


def _told(study: Study, bound: ArmBound) -> list[str]:
    """Columns of ADSL that tell the arm."""
    flags = [study.set_flags[name] for name in bound.sets]
    dates = [f"{name.upper()}DT" for name in bound.time_points]
    verdicts = [f"{name.upper()}ELIG" for name in bound.time_points]
    return [*ARM_COLUMNS, *flags, *dates, *verdicts, *(["TRTSDT"] if bound.first_dose else [])]


def _assessed(study: Study) -> Iterator[tuple[str, str]]:
    """Definitions that follow a subject from assessment to assessment."""
    for endpoint in study.endpoints:
        for name, definition in endpoint.resolved().items():
            if definition.assessment is not None:
                yield endpoint.id, name


def _without_last_contact(adtte: pl.DataFrame, assessed: pl.DataFrame) -> pl.DataFrame:
    """Rows without the cell that shows when a subject was last seen, unless it is an assessment."""
    source = ("SRCDOM", "SRCVAR", "SRCSEQ")
    marked = adtte.join(assessed.with_columns(SEEN=True), on=["PARAMCD", "DEFID"], how="left", maintain_order="left")
    shown = (pl.col("CNSR") == 0) | pl.col("SEEN").fill_null(value=False)
    return marked.with_columns(pl.when(shown).then(pl.col(name)).alias(name) for name in source).drop("SEEN")


def _without_contacts(sources: pl.DataFrame, assessed: pl.DataFrame) -> pl.DataFrame:
    contact = pl.col("ROLE").is_in(list(_CONTACTS))
    scans = pl.col("ROW").str.contains(r"^row/(rs|tu|tr)\.")
    marked = sources.join(assessed.with_columns(SEEN=True), on=["PARAMCD", "DEFID"], how="left", maintain_order="left")
    kept = ~contact | (pl.col("SEEN").fill_null(value=False) & scans & (pl.col("ROLE") != "bound"))
    return marked.filter(kept).drop("SEEN")


def _without_scans(sources: pl.DataFrame, study: Study, bound: ArmBound) -> pl.DataFrame:
    """Rows without the scans behind calculated responses of a series that tells the arm.

    How many lesions a scan still shows, and whether an operation is named beside it, says who was operated.
    """
    telling = [
        (endpoint.id, name)
        for endpoint in study.endpoints
        for name, definition in endpoint.resolved().items()
        if definition.assessment in bound.series
        or (isinstance(definition.origin, FirstResponse) and definition.origin.of in bound.series)
        or (definition.success is not None and names_in(definition.success) & bound.series)
    ]
    keys = pl.DataFrame(telling, schema={"PARAMCD": pl.String, "DEFID": pl.String}, orient="row")
    told = sources.filter(pl.col("ROLE") == LEFT_OUT).join(keys, on=["PARAMCD", "DEFID"], how="semi")
    return sources.join(told, on=told.columns, how="anti", nulls_equal=True, maintain_order="left")


def _open_findings(findings: Iterable[Finding], study: Study, frames: Frames, bound: ArmBound) -> Iterator[Finding]:
    """Findings; those that tell an arm are cut to their rule, each rule once."""
    names = (*study.arm_ids, *(arm.label for arm in study.arms), *(f"'{item}'" for item in bound.items))
    rows = _telling_rows(study, frames, bound)
    clauses = (
        *(f"/endpoints/{endpoint}" for endpoint, _ in bound.endpoints),
        *(f"/markers/{series}" for series in bound.series),
    )
    told: set[str] = set()
    for finding in findings:
        telling = (
            finding.id in _ARM_RULES
            or finding.where in rows
            or finding.where.partition(":")[0] in rows
            or finding.where.startswith(clauses)
            or any(name in finding.text for name in names)
        )
        if not telling:
            yield finding
        elif finding.id not in told:
            told.add(finding.id)
            yield replace(finding, text=_WITHHELD, where="", subject="", column="")


def _telling_rows(study: Study, frames: Frames, bound: ArmBound) -> frozenset[str]:
    """Places ``fa.csv:17`` of rows that only some arms have, and whole files of procedures."""
    places: set[str] = set()
    for name in bound.items:
        place = item_place(study, name)
        if study.items[name].is_ == "date":
            places.add(frames.file_of(place.domain))
        rows = frames[place.domain]
        for column, allowed in place.where:
            rows = rows.filter(pl.col(column).is_in(list(allowed))) if column in rows.columns else rows.clear()
        places.update(f"{frames.file_of(place.domain)}:{line}" for line in rows["LINE"].to_list())
        if place.domain == "FA":
            places.update(_linked(rows, frames))
    return frozenset(places)


def _linked(rows: pl.DataFrame, frames: Frames) -> Iterator[str]:
    """Rows that others point to as ``AE.3``."""
    for domain in ("AE", "PR"):
        goal = pl.concat_str(pl.lit(f"{domain}."), pl.col(f"{domain}SEQ").cast(pl.String)).alias("FALNKID")
        found = frames[domain].with_columns(goal).join(rows.select("USUBJID", "FALNKID"), on=["USUBJID", "FALNKID"])
        yield from (f"{frames.file_of(domain)}:{line}" for line in found["LINE"].to_list())
