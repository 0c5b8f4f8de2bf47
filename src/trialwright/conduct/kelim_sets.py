"""Parameter sets by name: the shipped one, a file, and what an activated study may not use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from trialwright.assessments.parameter_sets import FOLDER, SHIPPED
from trialwright.conduct.studies import OpenedStudy
from trialwright.errors import InputError, NotAllowedError, StudyError
from trialwright.exchange.parameter_sets import read_set
from trialwright.model.parameter_set import NOT_FOR_CLINICAL_USE, SetUse
from trialwright.model.schedule import Marker

__all__ = ["STUDY_FIT", "banner_of", "check_parameter_sets", "marker_set", "named_sets", "open_set", "refuse_demo"]

STUDY_FIT: Final = "study-fit"
"""Name by which a study file says that the set is fitted to the study's own pooled series."""

_SUFFIXES: Final = (".yaml", ".yml", ".json")


def open_set(name: str, *, beside: Path | None = None) -> SetUse:
    """Return a parameter set by the name of a shipped one or by the path of a file.

    Parameters
    ----------
    name : str
        ``demo``, or a path.
    beside : pathlib.Path, optional
        File from whose folder a relative path starts.

    Returns
    -------
    SetUse
        The set with its status.

    Raises
    ------
    InputError
        If there is no such set, or the file is none.

    Examples
    --------
    >>> open_set("demo").status
    'demo'
    """
    if name in SHIPPED:
        return read_set(FOLDER / f"{name}.yaml")
    path = Path(name) if beside is None else beside.parent / name
    if path.is_file():
        return read_set(path)
    raise InputError(
        f"there is no parameter set {name!r}",
        why="no published parameter set of CA-125 could be verified, so none is shipped but the one for tests",
        mend=f"name {' or '.join(SHIPPED)}, or the path of a set's file; kelim fit makes one from a series",
    )


def banner_of(use: SetUse) -> str:
    """Return what is printed on whatever is made with a set.

    Parameters
    ----------
    use : SetUse
        The set.

    Returns
    -------
    str
        Empty for a verified set.

    Examples
    --------
    >>> banner_of(open_set("demo"))
    'NOT FOR CLINICAL USE: invented parameter values'
    """
    if use.status == "demo":
        return NOT_FOR_CLINICAL_USE
    if use.status == "transcribed":
        return f"parameter set {use.content.label()} is not verified: {'; '.join(use.reasons)}"
    if use.status == "local_fit":
        return f"parameter set {use.content.label()} is a local fit: its classes compare with no other cohort's"
    return ""


def refuse_demo(use: SetUse, opened: OpenedStudy, where: str) -> None:
    """Refuse an invented set for a study that is under way.

    Parameters
    ----------
    use : SetUse
        The set.
    opened : OpenedStudy
        The study the figures are for.
    where : str
        What names the set.

    Raises
    ------
    NotAllowedError
        If the study is activated and the set is a demo set.
    """
    if use.status == "demo" and opened.state == "activated":
        raise NotAllowedError(
            f"{opened.study.id} is activated and the parameter set {use.content.label()} is invented",
            where=where,
            why="no figure of a subject in a trial may rest on invented parameter values",
            mend="use a set that was fitted or transcribed",
        )


def named_sets(opened: OpenedStudy) -> Iterator[tuple[Marker, SetUse]]:
    """Return the sets a study file names, each opened.

    Parameters
    ----------
    opened : OpenedStudy
        The study.

    Yields
    ------
    tuple of Marker and SetUse
        For each marker model whose set is a shipped one or a file; one that is fitted in the study comes later.

    Raises
    ------
    StudyError
        If a set is one of another marker than the item, or of another unit.
    """
    for marker in opened.study.markers:
        if marker.model is not None and marker.parameters not in (None, STUDY_FIT):
            yield marker, marker_set(opened, marker)


def marker_set(opened: OpenedStudy, marker: Marker) -> SetUse:
    """Return the parameter set that a marker of a study names.

    Parameters
    ----------
    opened : OpenedStudy
        The study; a relative path starts from its file.
    marker : Marker
        A marker model whose set is a shipped one or a file.

    Returns
    -------
    SetUse
        The set with its status.

    Raises
    ------
    StudyError
        If the set is one of another analyte than the marker's item.
    NotAllowedError
        If the study is activated and the set is a demo set.
    """
    where = f"{opened.path.name}: /markers/{marker.id}/parameters"
    name = marker.parameters or ""
    use = open_set(name, beside=opened.path if name.endswith(_SUFFIXES) else None)
    analyte = opened.study.items[marker.item].analyte
    if use.content.marker != analyte:
        raise StudyError(
            f"the parameter set {use.content.label()} is one of {use.content.marker}",
            where=where,
            why=f"the marker's item is {analyte}",
            mend="name a set of the same marker",
        )
    refuse_demo(use, opened, where)
    return use


def check_parameter_sets(opened: OpenedStudy) -> None:
    """Refuse a study whose markers name sets it may not use, before anything is computed.

    Parameters
    ----------
    opened : OpenedStudy
        The study.

    Raises
    ------
    NotAllowedError
        If the study is activated and names a demo set.
    """
    for _ in named_sets(opened):
        continue
