"""Plain data of a study file, and paths through it by ids."""

from __future__ import annotations

from typing import Final

from trialwright.protocol.problems import Path

__all__ = ["Mark", "Plain", "path_by_ids", "stands", "step_into"]

Plain = bool | int | str | list["Plain"] | dict[str, "Plain"]
"""Flags, whole numbers, text, lists and mappings: all that a study file holds."""

Mark = tuple[int, int]
"""Line and column, both counted from 1."""

_ID_KEYS: Final = ("id", "drug")


def step_into(here: Plain | None, key: str | int) -> Plain | None:
    """What stands under a key or at a place of a list.

    Parameters
    ----------
    here : Plain or None
        Part of a file.
    key : str or int
        Key, or place counted from 0.

    Returns
    -------
    Plain or None
        None when there is nothing.

    Examples
    --------
    >>> step_into({"a": [1, 2]}, "a")
    [1, 2]
    """
    if isinstance(here, dict) and isinstance(key, str):
        return here.get(key)
    if isinstance(here, list) and isinstance(key, int) and key < len(here):
        return here[key]
    return None


def path_by_ids(plain: Plain, path: Path) -> str:
    """Path of a part by ids wherever there are ids.

    Parameters
    ----------
    plain : Plain
        Data of the file.
    path : tuple of str or int
        Steps as the file has them.

    Returns
    -------
    str
        Such as ``/arms/SCS/ratio``; an entry without id is named by its place in the list, counted from 1.

    Examples
    --------
    >>> path_by_ids({"arms": [{"id": "SCS", "ratio": 1}]}, ("arms", 0, "ratio"))
    '/arms/SCS/ratio'
    """
    steps: list[str] = []
    here: Plain | None = plain
    for key in path:
        here = step_into(here, key)
        steps.append(_step(here, key))
    return "/" + "/".join(steps)


def _step(here: Plain | None, key: str | int) -> str:
    return key if isinstance(key, str) else _id_of(here) or str(key + 1)


def _id_of(here: Plain | None) -> str | None:
    if not isinstance(here, dict):
        return None
    return next((value for key in _ID_KEYS if isinstance(value := here.get(key), str)), None)


def stands(plain: Plain, path: str) -> bool:
    """Whether something stands at a path by ids.

    Parameters
    ----------
    plain : Plain
        Data of the file.
    path : str
        Path by ids.

    Returns
    -------
    bool
        True when every step leads somewhere.

    Examples
    --------
    >>> stands({"arms": [{"id": "SCS", "ratio": 1}]}, "/arms/SCS/ratio")
    True
    """
    here: Plain | None = plain
    for step in path.strip("/").split("/"):
        if isinstance(here, list):
            here = next((entry for place, entry in enumerate(here, 1) if step in (_id_of(entry), str(place))), None)
        else:
            here = step_into(here, step)
    return here is not None
