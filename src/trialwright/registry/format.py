"""What a format of registry records is: how it is recognised, and how it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trialwright.model.record import Record

__all__ = ["RecordFormat"]


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """A format of registry records.

    Parameters
    ----------
    id : str
        Name of the format, such as ``ctgov-api-v2``.
    summary : str
        What it is, in one line.
    detects : callable
        Text in, whether it has this format out; no two formats recognise one text.
    read : callable
        Text and name of the file in, its records out; refuses with an InputError.

    Examples
    --------
    >>> RecordFormat("none", "nothing", lambda text: False, lambda text, name: ()).detects("x")
    False
    """

    id: str
    summary: str
    detects: Callable[[str], bool]
    read: Callable[[str, str], tuple[Record, ...]]
