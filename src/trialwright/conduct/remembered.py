"""Long computations kept by what they were computed from, so that the same question is not answered twice."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final
from uuid import uuid4

__all__ = ["MOST_KEPT", "key_of", "program_key", "remembered", "where_kept"]

MOST_KEPT: Final = 40
"""Answers kept; the one that was used longest ago goes first."""

_SEAL: Final = "sha256"


def where_kept() -> Path:
    """Return the folder answers are kept in.

    Returns
    -------
    pathlib.Path
        That of the environment variable ``TRIALWRIGHT_CACHE``, or ``trialwright`` in the user's cache folder. It may be
        removed at any time.
    """
    own = os.environ.get("TRIALWRIGHT_CACHE")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trialwright"


def key_of(*parts: bytes) -> str:
    """Return the name of a question: a hash of all it depends on.

    Parameters
    ----------
    *parts : bytes
        Everything the answer is a function of, the program's version included.

    Returns
    -------
    str
        SHA-256 of the parts with their lengths.

    Examples
    --------
    >>> key_of(b"ab", b"c") == key_of(b"a", b"bc")
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


@cache
def program_key(*parts: str) -> str:
    """Return a hash of some of the program's own source, so that changed code answers anew.

    Parameters
    ----------
    *parts : str
        Patterns below the package, such as ``numerics/kinetics/*.py``.

    Returns
    -------
    str
        SHA-256 of the files.

    Examples
    --------
    >>> program_key("units.py") == program_key("dates.py")
    False
    """
    package = Path(__file__).parent.parent
    files = sorted(path for part in parts for path in package.glob(part))
    return key_of(*(path.read_bytes() for path in files))


def remembered(key: str, made: Callable[[], Mapping[str, bytes]]) -> Mapping[str, bytes]:
    """Return an answer that was kept, or make it and keep it.

    Parameters
    ----------
    key : str
        Of `key_of`.
    made : callable
        Makes the answer: file name to content.

    Returns
    -------
    mapping of str to bytes
        The answer. One that is damaged is made anew; where nothing can be written, nothing is kept.
    """
    folder = where_kept() / key
    try:
        found = _whole(folder)
    except OSError:
        found = None
    if found is not None:
        return found
    answer = made()
    try:
        _keep(folder, answer)
    except OSError:
        return answer
    return answer


def _whole(folder: Path) -> dict[str, bytes] | None:
    if not folder.is_dir():
        return None
    content = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    seal = content.pop(_SEAL, b"")
    if seal.decode("ascii", "replace") != _sealed(content):
        return None
    os.utime(folder)
    return content


def _sealed(content: Mapping[str, bytes]) -> str:
    return key_of(*(part for name in sorted(content) for part in (name.encode(), content[name])))


def _keep(folder: Path, answer: Mapping[str, bytes]) -> None:
    scratch = folder.parent / f".{folder.name}-{uuid4().hex}"
    scratch.mkdir(parents=True)
    try:
        for name, content in answer.items():
            (scratch / name).write_bytes(content)
        (scratch / _SEAL).write_text(_sealed(answer), encoding="ascii")
        if folder.exists():
            shutil.rmtree(folder)
        scratch.rename(folder)
    finally:
        if scratch.exists():
            shutil.rmtree(scratch)
    kept = sorted((path for path in folder.parent.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for old in kept[:-MOST_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
