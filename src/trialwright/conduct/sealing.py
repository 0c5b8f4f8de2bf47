"""Making, opening and revealing the sealed file of an allocation, and the list that follows from it."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import Field, ValidationError

from trialwright.allocation.commitment import Sealed, commitment, read_sealed, sealed_bytes, stated_sha256
from trialwright.allocation.design import Hidden
from trialwright.allocation.engine import METHODS, check_design, checked_design, listed
from trialwright.conduct.commitments import publish, published
from trialwright.conduct.register import csv_row
from trialwright.conduct.studies import OpenedStudy
from trialwright.errors import DataError, InputError, NotAllowedError
from trialwright.model.statement import Strict
from trialwright.numerics.drbg import SECRET_BYTES

__all__ = ["Opened", "Verification", "list_bytes", "open_sealed", "seal", "verify_list", "write_private"]

_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A sealed file with the commitment to it.

    Parameters
    ----------
    sealed : Sealed
        What it holds.
    commitment : str
        SHA-256 of the file.
    """

    sealed: Sealed
    commitment: str


@dataclass(frozen=True, slots=True)
class Verification:
    """One thing that was checked.

    Parameters
    ----------
    what : str
        What was compared.
    holds : bool
        Whether it agrees.
    text : str
        In words; where it does not agree, the first line that differs.
    """

    what: str
    holds: bool
    text: str


class _Chosen(Strict):
    sizes: tuple[int, ...] = ()
    limit: int = Field(default=0, ge=0)


def seal(opened: OpenedStudy, out: Path, *, rehearsal: bool = False, hidden: Path | None = None) -> str:
    """Commitment to a new sealed file; for a trial it is written beside the study file too.

    Parameters
    ----------
    opened : OpenedStudy
        A confirmed study, or any study for a rehearsal.
    out : Path
        Sealed file to write; only its owner may read it.
    rehearsal : bool
        Whether it is for trying out.
    hidden : Path, optional
        JSON file with ``sizes`` or ``limit`` chosen by the statistician; without it they are picked by chance.

    Returns
    -------
    str
        The commitment.

    Raises
    ------
    NotAllowedError
        If the study is a draft, or was sealed before.
    StudyError
        If nothing is drawn, or the hidden parameters do not fit.
    InputError
        If the file exists.
    """
    design = checked_design(opened.study)
    if not rehearsal:
        _require_state(opened, ("confirmed", "activated"), "seal")
        if published(opened.study, opened.path) is not None:
            raise NotAllowedError(
                f"{opened.study.id} was sealed already",
                why="a sequence must not be exchanged for another",
                mend="go on with the sealed file that was kept",
            )
    chosen = METHODS[design.method].hidden(design, secrets.randbelow) if hidden is None else _chosen(hidden)
    design = replace(design, hidden=chosen)
    check_design(design)
    content = sealed_bytes(Sealed(design, secrets.token_bytes(SECRET_BYTES), opened.study.study.version, rehearsal))
    write_private(out, content)
    if not rehearsal:
        publish(opened.study, opened.path, commitment(content))
    return commitment(content)


def _chosen(path: Path) -> Hidden:
    try:
        given = _Chosen.model_validate_json(path.read_bytes())
    except ValidationError:
        given = None
    # raised outside the handler: what was refused must not travel along with the error
    if given is None:
        raise DataError(
            "the hidden parameters cannot be read", where=str(path), mend='write {"sizes": [...]} or {"limit": ...}'
        )
    return Hidden(given.sizes, given.limit)


def _require_state(opened: OpenedStudy, states: Sequence[str], verb: str) -> None:
    if opened.state not in states:
        raise NotAllowedError(
            f"{opened.study.id} is {opened.state}, and to {verb} for a trial it must be {states[0]}",
            why="; ".join(opened.reasons),
            mend="settle what is open and sign the study off, or try it out with --rehearsal",
        )


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read.

    Parameters
    ----------
    path : Path
        It must not exist.
    content : bytes
        What to write.

    Raises
    ------
    InputError
        If something stands there.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as there:
        raise InputError("a file stands there already", where=str(path), mend="give a new name") from there
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def open_sealed(opened: OpenedStudy, path: Path, *, rehearsal: bool) -> Opened:
    """Sealed file of a study, checked against the study and, for a trial, against the published commitment.

    Parameters
    ----------
    opened : OpenedStudy
        The study; for a trial it must be activated.
    path : Path
        The sealed file.
    rehearsal : bool
        Whether it is for trying out.

    Returns
    -------
    Opened
        The file's content and its commitment.

    Raises
    ------
    NotAllowedError
        If the state, the use or the commitment is another.
    DataError
        If it is no sealed file, or one for other arms, strata or another method.
    """
    if not rehearsal:
        _require_state(opened, ("activated",), "allocate")
    content = _content(path)
    sealed = read_sealed(content, name=str(path))
    if sealed.rehearsal != rehearsal:
        made, asked = ("a rehearsal", "a trial") if sealed.rehearsal else ("a trial", "a rehearsal")
        raise NotAllowedError(f"the sealed file was made for {made}, not for {asked}", where=str(path))
    if stated_sha256(sealed.design) != stated_sha256(checked_design(opened.study)):
        raise DataError(
            f"the sealed file was made for another study, or for other arms, strata or another method than "
            f"{opened.study.id} states now",
            where=str(path),
            mend="take the sealed file of this study",
        )
    found = Opened(sealed, commitment(content))
    if not rehearsal:
        known = published(opened.study, opened.path)
        if known is None or not hmac.compare_digest(known.commitment, found.commitment):
            raise NotAllowedError(
                "the sealed file is not the one the published commitment was made for",
                where=str(path),
                mend="take the sealed file that was kept, unchanged",
            )
    return found


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise InputError("there is no such file", where=str(path), mend="check the path")
    if path.stat().st_size > _MAX_BYTES:
        raise DataError("this is no sealed file: it is too large", where=str(path))
    return path.read_bytes()


def list_bytes(sealed: Sealed, count: int) -> bytes:
    """List of allocations as a CSV file, for the unblinded statistician alone.

    Parameters
    ----------
    sealed : Sealed
        What the sealed file holds.
    count : int
        Allocations a stratum.

    Returns
    -------
    bytes
        ``USE POSITION`` the strata ``ARMCD PROBABILITY``, the last to six decimals: 1 where an arm was certain.
    """
    design, use = sealed.design, "REHEARSAL" if sealed.rehearsal else "TRIAL"
    rows = [["USE", "POSITION", *(factor.name for factor in design.factors), "ARMCD", "PROBABILITY"]]
    rows += [
        [use, str(each.position), *each.subject.cell, each.arm, f"{float(each.probability):.6f}"]
        for each in listed(design, sealed.secret, count)
    ]
    return "".join(csv_row(row) for row in rows).encode()


def verify_list(sealed: Sealed, path: Path) -> Verification:
    """Whether a list is, byte for byte, the one that follows from a sealed file.

    Parameters
    ----------
    sealed : Sealed
        What the revealed file holds.
    path : Path
        The list.

    Returns
    -------
    Verification
        With the first line that differs; what stands in it is not shown.
    """
    held = path.read_bytes()
    strata = len(sealed.design.cells)
    due = list_bytes(sealed, max(0, held.count(b"\n") - 1) // strata)
    if held == due:
        return Verification("list", True, f"{path.name} follows from the sealed file")
    lines = zip(held.split(b"\n"), due.split(b"\n"), strict=False)
    first = next((number for number, (one, other) in enumerate(lines, 1) if one != other), due.count(b"\n") + 1)
    return Verification("list", False, f"{path.name} differs from line {first} on")
