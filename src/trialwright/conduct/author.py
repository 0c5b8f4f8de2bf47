"""From a registry record to a draft study file: the file read, the draft written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from trialwright.errors import InputError
from trialwright.model.record import Record
from trialwright.model.study import OpenPoint
from trialwright.protocol.draft import draft_from
from trialwright.registry import read_records

__all__ = ["Imported", "import_record", "read_record"]

MAX_BYTES: Final = 50_000_000
"""Largest file of records that is read."""

_LISTED: Final = 12


@dataclass(frozen=True, slots=True)
class Imported:
    """A record with the draft made from it.

    Parameters
    ----------
    record : Record
        The record.
    text : str
        The draft study file.
    open_points : tuple of OpenPoint
        Its questions.
    out : Path or None
        Where the draft was written, if it was.

    Examples
    --------
    >>> Imported(Record("N", "r", "f", "", {}), "", (), None).out is None
    True
    """

    record: Record
    text: str
    open_points: tuple[OpenPoint, ...]
    out: Path | None


def read_record(path: Path, *, number: str | None = None) -> Record:
    """Record that a file holds.

    Parameters
    ----------
    path : Path
        The file: JSON of a registry, or a page saved as text.
    number : str, optional
        Registry number, for a file of several records.

    Returns
    -------
    Record
        One record.

    Raises
    ------
    InputError
        If there is no such file, it holds no record, or it does not say which of several is meant.
    """
    records = read_records(_text(path), path.name)
    if number is None:
        if len(records) == 1:
            return records[0]
        what, mend = f"the file holds {len(records)} records", "say which with --id"
    else:
        chosen = [record for record in records if record.id.casefold() == number.strip().casefold()]
        if len(chosen) == 1:
            return chosen[0]
        what = f"the record {number} stands {len(chosen)} times in the file"
        mend = "keep one of them" if chosen else "check the number"
    some = ", ".join(record.id for record in records[:_LISTED]) + (" …" if len(records) > _LISTED else "")
    raise InputError(what, where=path.name, mend=f"{mend}: {some}")


def _text(path: Path) -> str:
    if path.is_dir():
        raise InputError("this is a folder", where=str(path), mend="give the file of a record")
    if not path.exists():
        raise InputError("there is no such file", where=str(path), mend="check the path")
    size = path.stat().st_size
    if size > MAX_BYTES:
        what = f"the file holds {size / 1e6:.0f} MB, the limit is {MAX_BYTES / 1e6:.0f} MB"
        raise InputError(what, where=path.name, mend="take the record out of it, or fetch it alone")
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"byte {error.start + 1} is not UTF-8"
        raise InputError(what, where=path.name, mend="save the record as UTF-8 text, or fetch it again") from error


def import_record(path: Path, *, out: Path | None = None, number: str | None = None, replace: bool = False) -> Imported:
    """Read a record and make a draft study file of it.

    Parameters
    ----------
    path : Path
        The file of the record.
    out : Path, optional
        Where to write the draft; without it nothing is written.
    number : str, optional
        Registry number, for a file of several records.
    replace : bool, default False
        Whether a file that stands there already is replaced.

    Returns
    -------
    Imported
        The record, the draft, its questions.

    Raises
    ------
    InputError
        If the record cannot be read, or a file stands where the draft is to be written.
    """
    record = read_record(path, number=number)
    draft = draft_from(record)
    if out is not None:
        _write(out, draft.text, replace=replace)
    return Imported(record, draft.text, draft.open_points, out)


def _write(out: Path, text: str, *, replace: bool) -> None:
    if out.is_dir():
        raise InputError("this is a folder", where=str(out), mend="name a file for the draft")
    if out.exists() and not replace:
        raise InputError(
            "a file stands there already", where=str(out), mend="name another file, or replace it with --force"
        )
    if not out.parent.is_dir():
        raise InputError("there is no such folder", where=str(out.parent), mend="make it first")
    handle, name = tempfile.mkstemp(prefix=f".{out.name}-", dir=out.parent)
    waiting = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        waiting.chmod(0o644)
        waiting.replace(out)
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise
