"""Records from the text of a file, whichever of the known formats it has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from trialwright.errors import InputError
from trialwright.model.library import discover
from trialwright.model.record import Record
from trialwright.registry.format import RecordFormat

__all__ = ["formats", "read_records"]

_WANTED: Final = "give the record as JSON of the registry's API, version 2, or a page in one of the known layouts"
_HEAD: Final = 2000
_HTML = re.compile(r"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)


@cache
def formats() -> Mapping[str, RecordFormat]:
    """Formats that are read, by their id.

    Returns
    -------
    Mapping[str, RecordFormat]
        Found in the folder ``formats``.

    Examples
    --------
    >>> list(formats())
    ['ctgov-api-v2', 'mirror-a']
    """
    return discover("trialwright.registry.formats", "FORMAT", RecordFormat)


def read_records(text: str, name: str = "record") -> tuple[Record, ...]:
    """Records that a file holds.

    Parameters
    ----------
    text : str
        Content of the file.
    name : str, default "record"
        Name of the file, for messages.

    Returns
    -------
    tuple of Record
        At least one.

    Raises
    ------
    InputError
        If the text is empty, cut off, a web page, or of no known format.

    Examples
    --------
    >>> read_records('{"protocolSection": {"identificationModule": {"nctId": "NCT00000001"}}}')[0].id
    'NCT00000001'
    """
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise InputError("the file is empty", where=name, mend="give the file of a registry record")
    for form in formats().values():
        if form.detects(text):
            return form.read(text, name)
    raise InputError(_seen(text), where=name, mend=_WANTED)


def _seen(text: str) -> str:
    head = text[:_HEAD].lstrip()
    if _HTML.search(head):
        return "this is a web page, perhaps an error page of the registry, and no record"
    if head.startswith("<"):
        return "this is XML, which is not read"
    if "\x00" in head:
        return "this is no text"
    return "this is no registry record of a known format"
