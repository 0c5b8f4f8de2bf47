"""Who answers for a study file: the sign-off beside it, and the state that follows from it.

A sign-off is not a signature in the sense of 21 CFR Part 11. It names the hash of the canonical form, so that any
change of the study makes it a draft again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field, ValidationError

from trialwright.errors import StudyError
from trialwright.model.catalogue import Catalogue
from trialwright.model.schedule import Regimen
from trialwright.model.statement import Strict
from trialwright.model.study import Study
from trialwright.model.values import StudyDate
from trialwright.protocol.canonical import sha256_of
from trialwright.protocol.lint import lint
from trialwright.protocol.provenance import unreasoned

__all__ = [
    "STATES",
    "LintCounts",
    "SignOff",
    "SignOffEntry",
    "State",
    "StudyState",
    "blocks_activation",
    "blocks_confirmation",
    "read_sign_off",
    "state_of",
]

State = Literal["draft", "confirmed", "activated"]
STATES: Final[tuple[State, ...]] = ("draft", "confirmed", "activated")

_SIGNING: Final = ("investigator", "statistician")


class SignOffEntry(Strict):
    """One person's sign-off.

    Parameters
    ----------
    name, role : str
        Who, in which role; confirmation needs an investigator and a statistician.
    on : str
        Date.
    meaning : str
        What is signed, in words.
    covers : tuple of str
        Parts signed for; empty means the whole study.

    Examples
    --------
    >>> SignOffEntry(name="A", role="statistician", on="2026-01-05", meaning="analyses checked").covers
    ()
    """

    name: str = Field(min_length=1)
    role: str = Field(min_length=1)
    on: StudyDate
    meaning: str = Field(min_length=1)
    covers: tuple[str, ...] = ()


class LintCounts(Strict):
    """What the linter found when the study was signed."""

    errors: int = Field(ge=0)
    warnings: int = Field(ge=0)


class SignOff(Strict):
    """Content of ``<id>.signoff.json``.

    Parameters
    ----------
    study, version : str
        Id and version of the study.
    language : int
        Version of the language.
    canonical_sha256 : str
        Hash of the canonical form that was signed.
    state : {"draft", "confirmed", "activated"}
        State that was reached.
    record_sha256 : str, optional
        Hash of the registry record that was at hand.
    lint : LintCounts
        Findings at signing.
    entries : tuple of SignOffEntry
        Who signed.
    """

    study: str
    version: str
    language: int
    canonical_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    state: State
    record_sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    lint: LintCounts
    entries: tuple[SignOffEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class StudyState:
    """State of a study and why it is not a higher one.

    Parameters
    ----------
    state : {"draft", "confirmed", "activated"}
        The state.
    reasons : tuple of str
        What stands between it and the next state, or why a sign-off does not count.

    Examples
    --------
    >>> StudyState("draft", ("no sign-off",)).state
    'draft'
    """

    state: State
    reasons: tuple[str, ...]


def read_sign_off(text: str, *, name: str = "signoff.json") -> SignOff:
    """Sign-off that a sidecar file states.

    Parameters
    ----------
    text : str
        Content of the file.
    name : str, default "signoff.json"
        Its name, for messages.

    Returns
    -------
    SignOff
        The sign-off.

    Raises
    ------
    StudyError
        If the file is not JSON or not a sign-off.

    Examples
    --------
    >>> read_sign_off("{}")
    Traceback (most recent call last):
        ...
    trialwright.errors.StudyError: signoff.json: the sign-off cannot be read: study: Field required; ...
    """
    try:
        return SignOff.model_validate_json(text)
    except ValidationError as refused:
        faults = "; ".join(
            f"{'.'.join(str(step) for step in error['loc']) or 'file'}: {error['msg']}" for error in refused.errors()
        )
        raise StudyError(
            f"the sign-off cannot be read: {faults}",
            where=name,
            why="an unreadable sign-off could hide a state the study does not have",
            mend="restore the file, or remove it so that the study counts as a draft",
        ) from refused


def blocks_confirmation(study: Study, catalogue: Catalogue) -> tuple[str, ...]:
    """What keeps a study from being confirmed, whoever signs it.

    Parameters
    ----------
    study : Study
        The study.
    catalogue : Catalogue
        What the program offers.

    Returns
    -------
    tuple of str
        Lint errors, open points that block confirmation, assumptions without a reason and a name behind them.
    """
    errors = [f"{found.path}: {found.text}" for found in lint(study, catalogue) if found.severity == "error"]
    assumed = [f"{path}: assumed, and nobody said why and who" for path in unreasoned(study)]
    return (*errors, *_open(study, ("confirmation",)), *assumed)


def blocks_activation(study: Study, *, sealed_sizes: bool) -> tuple[str, ...]:
    """What keeps a confirmed study from being activated.

    Parameters
    ----------
    study : Study
        The study.
    sealed_sizes : bool
        Whether the sealed file with block sizes and secret exists.

    Returns
    -------
    tuple of str
        Open points, block sizes not sealed, a method of allocation or a dose that is not stated.
    """
    found = list(_open(study, ("confirmation", "activation")))
    if len(study.arms) > 1:
        if study.allocation is None or study.allocation.method == "unstated":
            found.append("/allocation/method: how arms are drawn is not stated")
        elif not sealed_sizes and study.allocation.sizes == "sealed":
            found.append("/allocation/sizes: the sealed block sizes do not exist yet")
        elif not sealed_sizes:
            found.append("/allocation: the sealed secret does not exist yet")
    for regimen in study.regimens:
        found.extend(_doses(regimen))
    return tuple(found)


def _open(study: Study, blocks: Sequence[str]) -> Iterator[str]:
    for point in study.open_points:
        if point.blocks in blocks:
            yield f"/open_points/{point.id}: {point.ask}"


def _doses(regimen: Regimen) -> Iterator[str]:
    if regimen.drugs == "unspecified":
        yield f"/regimens/{regimen.id}/drugs: the drugs are not stated"
        return
    for drug in regimen.drugs or ():
        if drug.dose is None:
            yield f"/regimens/{regimen.id}/drugs/{drug.drug}: the dose is not stated"


def state_of(study: Study, sidecar: str | None, catalogue: Catalogue, *, sealed_sizes: bool = False) -> StudyState:
    """State of a study under its sign-off.

    Parameters
    ----------
    study : Study
        The study.
    sidecar : str or None
        Content of its sign-off file, None when there is none.
    catalogue : Catalogue
        What the program offers.
    sealed_sizes : bool, default False
        Whether the sealed file with block sizes and secret exists.

    Returns
    -------
    StudyState
        ``draft`` without a sign-off, with one for another content, or with one that claims more than the study and the
        people who signed bear out; otherwise the state signed.

    Raises
    ------
    StudyError
        If the sidecar cannot be read.

    Examples
    --------
    >>> from trialwright.conduct.catalogue import catalogue
    >>> from trialwright.conduct.studies import open_study
    >>> state_of(open_study("nct07295132").study, None, catalogue()).reasons
    ('nobody has signed it off',)
    """
    if sidecar is None:
        return StudyState("draft", ("nobody has signed it off",))
    signed = read_sign_off(sidecar, name=f"{study.id}.signoff.json")
    mismatch = tuple(_mismatches(study, signed))
    if mismatch or signed.state == "draft":
        return StudyState("draft", mismatch or ("it was signed as a draft",))
    missing = (*_unsigned(signed), *blocks_confirmation(study, catalogue))
    if missing:
        return StudyState("draft", missing)
    left = blocks_activation(study, sealed_sizes=sealed_sizes)
    if signed.state == "confirmed" or left:
        return StudyState("confirmed", left)
    return StudyState("activated", ())


def _mismatches(study: Study, signed: SignOff) -> Iterator[str]:
    if signed.study != study.id:
        yield f"the sign-off is one for {signed.study}"
    if (signed.version, signed.language) != (study.study.version, study.language):
        yield f"the sign-off is one for version {signed.version} in language {signed.language}"
    if signed.canonical_sha256 != sha256_of(study):
        yield "the study was changed after it was signed"


def _unsigned(signed: SignOff) -> Iterator[str]:
    whole = {entry.role for entry in signed.entries if not entry.covers}
    for role in _SIGNING:
        if role not in whole:
            yield f"no {role} has signed for the whole study"
