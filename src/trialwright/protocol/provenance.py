"""Where every statement of a study comes from, and what the record does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel

from trialwright.model.criteria import Criterion
from trialwright.model.record import RecordText
from trialwright.model.silence import Silence
from trialwright.model.statement import Assumption, Inferred, Recorded, Stated
from trialwright.model.study import OpenPoint, Study
from trialwright.protocol.problems import Fault, Path
from trialwright.protocol.shape import walk

__all__ = [
    "NOT_STATEMENTS",
    "Origin",
    "Silence",
    "is_address",
    "origins",
    "record_claims",
    "record_faults",
    "silences",
    "study_path",
    "unreasoned",
    "unreasoned_paths",
]

Kind = Literal["record", "inferred", "assumption", "none"]

NOT_STATEMENTS: Final = ("language", "items", "scenario", "open_points")
"""Blocks that state nothing about the trial: how facts are asked and kept, invented figures, and the questions."""

_NOT_STATED_KEYS: Final = frozenset(
    {"id", "source", "remark", "text", "label", "role", "use", "title", "version", "registry"}
)
_ADDRESS = re.compile(
    r"[IEPSO][0-9]+(\.[0-9]+)*[a-z]?(\.[A-Za-z][A-Za-z0-9]*)?|[a-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)+"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one statement comes from.

    Parameters
    ----------
    kind : {"record", "inferred", "assumption", "none"}
        ``none`` is an assumption nobody gave a reason for.
    text : str
        Address or fragment of the record, what was inferred, or why it is assumed.
    from_ : str
        For an inference, what of the record it was drawn from.
    by : str
        For an assumption, the role of whoever made it.

    Examples
    --------
    >>> Origin("record", "I2").by
    ''
    """

    kind: Kind
    text: str = ""
    from_: str = ""
    by: str = ""


def study_path(study: BaseModel, path: Path) -> str:
    """Path by ids of a part of a study.

    Parameters
    ----------
    study : BaseModel
        The study.
    path : tuple of str or int
        Steps as the file has them.

    Returns
    -------
    str
        Such as ``/endpoints/PFS/censor``.

    Examples
    --------
    >>> from trialwright.model.study import Registry
    >>> study_path(Registry(name="a", id="b"), ("name",))
    '/name'
    """
    steps: list[str] = []
    here: object = study
    for key in path:
        here = _below(here, key)
        name = getattr(here, "id", None) or getattr(here, "drug", None)
        steps.append(str(name) if isinstance(key, int) and isinstance(name, str) else _counted(key))
    return "/" + "/".join(steps)


def _counted(key: str | int) -> str:
    return str(key + 1) if isinstance(key, int) else key


def _below(here: object, key: str | int) -> object:
    if isinstance(here, tuple) and isinstance(key, int):
        return here[key] if key < len(here) else None
    if isinstance(here, dict):
        return here.get(key)
    if isinstance(here, BaseModel):
        for name, info in type(here).model_fields.items():
            if key == (info.alias or name):
                return getattr(here, name)
    return None


def _origin(source: Recorded | Inferred | Assumption) -> Origin:
    match source:
        case Recorded():
            return Origin("record", source.record)
        case Inferred():
            return Origin("inferred", source.inferred, from_=source.from_)
        case Assumption():
            return Origin("assumption", source.assumption, by=source.by or "")


def _given(part: BaseModel) -> dict[str, object]:
    """Keys of a mapping that were written, with their values."""
    return {
        info.alias or name: getattr(part, name)
        for name, info in type(part).model_fields.items()
        if name in part.model_fields_set
    }


def _speaks_for_itself(value: object) -> bool:
    """Whether a value is a mapping, or a list or dictionary of mappings, that may carry a source of its own."""
    if isinstance(value, tuple):
        return any(isinstance(entry, Stated) for entry in value)
    if isinstance(value, dict):
        return any(isinstance(entry, Stated) for entry in value.values())
    return isinstance(value, Stated)


def _leaves(part: Stated, path: Path = (), inherited: Origin | None = None) -> Iterator[tuple[Path, str, Origin]]:
    """Every statement below a mapping: path of its mapping, its key, its origin.

    A nested mapping speaks for itself, unless a source above it names its key.
    """
    general, by_key = _covered(part)
    for key, value in _given(part).items():
        if key == "source":
            continue
        held = by_key.get(key, inherited)
        if _speaks_for_itself(value):
            for below, entry in _entries(value, (*path, key)):
                yield from _leaves(entry, below, held)
        else:
            yield path, key, by_key.get(key) or general or inherited or Origin("none")


def _entries(value: object, path: Path) -> Iterator[tuple[Path, Stated]]:
    if isinstance(value, Stated):
        yield path, value
    elif isinstance(value, tuple):
        for index, entry in enumerate(value):
            yield from _entries(entry, (*path, index))
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _entries(entry, (*path, key))


def _covered(part: Stated) -> tuple[Origin | None, dict[str, Origin]]:
    """Origin a mapping's sources give to its scalars in general, and to the keys they name."""
    general = next((_origin(source) for source in part.sources if not source.covers), None)
    by_key: dict[str, Origin] = {}
    for source in part.sources:
        for key in source.covers:
            by_key.setdefault(key, _origin(source))
    if isinstance(part, Criterion) and general is not None:
        for key in ("text", "met_when", "excluded_when"):
            by_key.setdefault(key, general)
        general = None
    return general, by_key


def origins(study: Study) -> Mapping[str, Origin]:
    """Origin of every statement, by its path by ids.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    mapping of str to Origin
        A criterion's source holds for its text and its whole tree, but for its ``at`` and ``within`` only when it says
        so; any other source holds for the scalars and lists of its own mapping.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> origins(open_study("nct07295132").study)["/endpoints/PFS/horizon/of"].text
    'P1.timeFrame'
    """
    return {f"{study_path(study, path)}/{key}".replace("//", "/"): origin for path, key, origin in _leaves(study)}


def unreasoned_paths(study: Study) -> tuple[Path, ...]:
    """Statements about the trial that nobody gave a source or a reason for.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    tuple of path
        Items, invented figures and open points state nothing about the trial; names and labels neither.
    """
    return tuple(
        (*path, key)
        for path, key, origin in _leaves(study)
        if path
        and path[0] not in NOT_STATEMENTS
        and key not in _NOT_STATED_KEYS
        and (origin.kind == "none" or (origin.kind == "assumption" and not origin.by))
    )


def unreasoned(study: Study) -> tuple[str, ...]:
    """Paths by ids of the statements about the trial that nobody gave a source or a reason for.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    tuple of str
        As `unreasoned_paths` finds them.
    """
    return tuple(study_path(study, path) for path in unreasoned_paths(study))


def silences(study: Study) -> tuple[Silence, ...]:
    """What the record does not say: open points first, those that block before the others, then assumptions.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    tuple of Silence
        In the order of a page of the report.

    Examples
    --------
    >>> from trialwright.conduct.studies import open_study
    >>> silences(open_study("nct07295132").study)[0].taken
    '1:1, no strata'
    """
    order = {"confirmation": 0, "activation": 1, "": 2}
    points = sorted((_asked(point) for point in study.open_points), key=lambda silence: order[silence.blocks])
    return (*points, *_assumed(study))


def _asked(point: OpenPoint) -> Silence:
    return Silence(point.about, point.ask, "", point.taken or "", point.blocks or "")


def _assumed(study: Study) -> Iterator[Silence]:
    for path, part in walk(study):
        if not isinstance(part, Stated) or (path and path[0] in NOT_STATEMENTS):
            continue
        for source in part.sources:
            if isinstance(source, Assumption):
                keys = [key for key in source.covers or _given(part) if key not in _NOT_STATED_KEYS]
                taken = "; ".join(_said(_given(part).get(key)) for key in keys)
                yield Silence(study_path(study, path), ", ".join(keys), source.assumption, taken, "")


def _said(value: object) -> str:
    if isinstance(value, BaseModel):
        return ", ".join(f"{key} {_said(entry)}" for key, entry in _given(value).items() if key != "source")
    if isinstance(value, tuple):
        return ", ".join(_said(entry) for entry in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(entry)}" for key, entry in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(getattr(value, "text", value))


def is_address(claim: str) -> bool:
    """Whether a claim is an address in the record and not a fragment of its text.

    Parameters
    ----------
    claim : str
        What follows ``record:`` or ``from:``.

    Returns
    -------
    bool
        True for statement ids (``I9.7``, ``S1.timeFrame``) and dotted names (``enrollment.count``).

    Examples
    --------
    >>> is_address("S1.timeFrame"), is_address("enrollment.count"), is_address("Phase III")
    (True, True, False)
    """
    return _ADDRESS.fullmatch(claim) is not None


def record_claims(study: Study) -> Iterator[tuple[Path, str]]:
    """Every claim about the record, with the path of the source it stands in.

    Parameters
    ----------
    study : Study
        The study.

    Yields
    ------
    tuple of path and str
        Path of the claim's key and the claim.
    """
    for path, part in walk(study):
        if isinstance(part, Recorded):
            yield (*path, "record"), part.record
        elif isinstance(part, Inferred):
            yield (*path, "from"), part.from_


def record_faults(study: Study, record: RecordText) -> Iterator[Fault]:
    """Faults of claims that the record does not bear out.

    Parameters
    ----------
    study : Study
        The study.
    record : RecordText
        The record.

    Yields
    ------
    Fault
        For a record of another trial, and one a claim that is neither an address of the record nor, blanks folded, a
        fragment of its text.
    """
    if record.id.casefold() != study.study.registry.id.casefold():
        what = f"the record given is that of {record.id}"
        yield Fault(("study", "registry", "id"), what, "give the record of this trial, or correct the number")
    folded = " ".join(record.text.split())
    for path, claim in record_claims(study):
        if record.statement(claim) is not None:
            continue
        if is_address(claim):
            yield Fault(
                path, f'the record has no statement "{claim}"', "use an address of the record, or quote a fragment"
            )
        elif " ".join(claim.split()) not in folded:
            yield Fault(path, f'"{claim}" does not stand in the record', "quote the record letter by letter")
