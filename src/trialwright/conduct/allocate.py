"""Allocate a subject: all gates first, then the arm, written down before it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from trialwright.allocation.commitment import commitment, read_sealed
from trialwright.conduct.allocation_gates import allocated_already, refusals, strata_of
from trialwright.conduct.register import Line, locked_register, read_register
from trialwright.conduct.run import read_data
from trialwright.conduct.sealing import Opened, Verification, open_sealed, verify_list
from trialwright.conduct.studies import OpenedStudy
from trialwright.errors import InputError, NotAllowedError, StoreError
from trialwright.model.frames import Frames

__all__ = ["Allocation", "Place", "allocate_next", "verify"]


@dataclass(frozen=True, slots=True)
class Place:
    """Files an allocation uses.

    Parameters
    ----------
    sealed : Path
        The sealed file.
    register : Path
        The register; made with the first allocation.
    data : Path
        The data folder.
    """

    sealed: Path
    register: Path
    data: Path


@dataclass(frozen=True, slots=True)
class Allocation:
    """Answer to a request for an arm.

    Parameters
    ----------
    line : Line
        Line of the register.
    again : bool
        Whether the subject had been allocated before; the answer is the same.
    rehearsal : bool
        Whether it counts for nothing.
    """

    line: Line
    again: bool
    rehearsal: bool


def allocate_next(opened: OpenedStudy, subject: str, place: Place, *, on: date, rehearsal: bool = False) -> Allocation:
    """Arm of a subject: a new one when every gate is passed, the same one when the subject has it.

    Parameters
    ----------
    opened : OpenedStudy
        The study; for a trial it must be activated.
    subject : str
        ``USUBJID``.
    place : Place
        Sealed file, register and data.
    on : date
        Day of the allocation.
    rehearsal : bool
        Whether it is for trying out.

    Returns
    -------
    Allocation
        The line of the register.

    Raises
    ------
    NotAllowedError
        With every reason why the subject cannot be allocated.
    InputError
        If the data do not hold the subject, or cannot be read.
    StoreError
        If the register does not follow from the sealed file.

    Notes
    -----
    The register stays locked from before it is read until the line is on disk, so two requests at once get one arm each
    and no place is lost or given twice. Strata are read once; later changes of the data do not touch them.
    """
    held = open_sealed(opened, place.sealed, rehearsal=rehearsal)
    with locked_register(held.sealed, place.register) as register:
        known = register.find(subject)
        if known is not None:
            return Allocation(known, True, rehearsal)
        frames, _ = read_data(place.data, opened)
        design = held.sealed.design
        reasons = [*_folder_reasons(opened, frames, rehearsal=rehearsal)]
        if frames["DM"].filter(frames["DM"]["USUBJID"] == subject).is_empty():
            raise InputError(f"the data hold no subject {subject}", where=str(place.data), mend="check the id")
        if not rehearsal and allocated_already(opened.study, frames, subject):
            reasons.append("the data say the subject was allocated, and the register does not")
        reasons += refusals(opened.study, frames, subject, on)
        cell, wanting = strata_of(opened.study, design, frames, subject, on)
        reasons += wanting
        if reasons:
            raise NotAllowedError(
                f"{subject} cannot be allocated on {on}: " + "; ".join(reasons),
                where=str(place.data),
                mend="settle what is open where the data are kept, and export again",
            )
        line = register.add(subject, cell, on=on.isoformat(), study_sha256=opened.sha256)
    return Allocation(line, False, rehearsal)


def _folder_reasons(opened: OpenedStudy, frames: Frames, *, rehearsal: bool) -> tuple[str, ...]:
    if rehearsal:
        return ()
    reasons = []
    if frames.origin == "simulated":
        reasons.append("the data are simulated")
    if frames.study_sha256 != opened.sha256:
        reasons.append("the data folder does not say that it was made under this version of the study file")
    return tuple(reasons)


def verify(
    sealed: Path, published: str, *, listing: Path | None = None, register: Path | None = None
) -> tuple[Verification, ...]:
    """Whether a revealed sealed file is the one committed to, and a list and a register follow from it.

    Parameters
    ----------
    sealed : Path
        The sealed file.
    published : str
        The commitment as it was published.
    listing : Path, optional
        A list.
    register : Path, optional
        A register.

    Returns
    -------
    tuple of Verification
        The commitment, then the list, then the register, as far as they are given.

    Raises
    ------
    InputError
        If a file is missing.
    """
    for path in (sealed, listing, register):
        if path is not None and not path.is_file():
            raise InputError("there is no such file", where=str(path), mend="check the path")
    content = sealed.read_bytes()
    same = commitment(content) == published.strip().lower()
    words = "the sealed file is the one committed to" if same else "the sealed file is not the one committed to"
    found = [Verification("commitment", same, words)]
    if not same:
        return tuple(found)
    held = Opened(read_sealed(content, name=str(sealed)), published)
    if listing is not None:
        found.append(verify_list(held.sealed, listing))
    if register is not None:
        try:
            count = len(read_register(held.sealed, register))
            found.append(Verification("register", True, f"all {count} lines of {register.name} follow from it"))
        except StoreError as broken:
            found.append(Verification("register", False, f"{broken.where}: {broken.what}"))
    return tuple(found)
