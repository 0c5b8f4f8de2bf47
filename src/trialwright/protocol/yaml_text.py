"""Plain data written as a study file: the counterpart of reading one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from trialwright.protocol.plain import Plain
from trialwright.protocol.scalars import read_plain

__all__ = ["written"]

_WIDTH: Final = 110
_BARE = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_/.-]*(?: [A-Za-z0-9_/.()-]+)*", re.ASCII)
_UNSHOWN = re.compile("[^\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010fffd]|[\u2028\u2029]")


def written(plain: Plain) -> str:
    r"""Study file that holds these data.

    Parameters
    ----------
    plain : Plain
        Mappings, lists, flags, whole numbers and text.

    Returns
    -------
    str
        YAML; text is quoted wherever it could be read as something else.

    Examples
    --------
    >>> written({"arms": [{"id": "A1", "label": "no: yes"}], "planned": 40})
    'arms:\n  - {id: A1, label: "no: yes"}\nplanned: 40\n'
    """
    return "\n".join(_block(plain, 0)) + "\n"


def _block(plain: Plain, depth: int) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(plain, dict):
        for key, value in plain.items():
            flow = _flow(value)
            if not isinstance(value, dict | list) or _fits(value, flow, depth + 1):
                yield f"{pad}{_scalar(key)}: {flow}"
            else:
                yield f"{pad}{_scalar(key)}:"
                yield from _block(value, depth + 1)
    elif isinstance(plain, list):
        for entry in plain:
            flow = _flow(entry)
            if not isinstance(entry, dict | list) or _fits(entry, flow, depth + 1):
                yield f"{pad}- {flow}"
            else:
                first, *rest = _block(entry, depth + 1)
                yield f"{pad}- {first.lstrip()}"
                yield from rest
    else:
        yield f"{pad}{_scalar(plain)}"


def _fits(value: dict[str, Plain] | list[Plain], flow: str, depth: int) -> bool:
    """A list of mappings takes a line an entry; anything else stands on one line where it is short enough."""
    entries = value if isinstance(value, list) else []
    return len(flow) + 2 * depth <= _WIDTH and not any(isinstance(entry, dict) for entry in entries)


def _flow(plain: Plain) -> str:
    if isinstance(plain, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(value)}" for key, value in plain.items()) + "}"
    if isinstance(plain, list):
        return "[" + ", ".join(_flow(entry) for entry in plain) + "]"
    return _scalar(plain)


def _scalar(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if _BARE.fullmatch(value) and read_plain(value) == value:
        return value
    return _UNSHOWN.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(letter: re.Match[str]) -> str:
    code = ord(letter.group())
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
