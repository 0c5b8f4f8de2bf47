"""What is wrong in a study file, each with its line, its path by ids and the way to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from trialwright.errors import StudyError

__all__ = ["Fault", "Key", "Path", "Problem", "StudyFileErrors", "choices", "suggestion", "with_article"]

Key = str | int
"""One step of a path as the file has it: a key, or a position in a list counted from 0."""

Path = tuple[Key, ...]
"""Steps from the root of the file."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a path, before its line is known.

    Parameters
    ----------
    path : tuple of str or int
        Steps from the root, as the file has them.
    what : str
        What is wrong.
    mend : str
        What to do about it.

    Examples
    --------
    >>> Fault(("arms", 0, "ratio"), "the ratio is 0", "write 1 or more").path
    ('arms', 0, 'ratio')
    """

    path: Path
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a study file with its place.

    Parameters
    ----------
    file : str
        Name of the file.
    line, column : int
        Place in the file, both counted from 1.
    path : str
        Path by ids, such as ``/inclusion/I5/met_when/attest``.
    what : str
        What is wrong.
    mend : str
        What to do about it.

    Examples
    --------
    >>> str(Problem("s.yaml", 3, 7, "/arms/SCS/ratio", "the ratio is 0", "write 1 or more"))
    's.yaml:3:7  /arms/SCS/ratio  the ratio is 0  write 1 or more'
    """

    file: str
    line: int
    column: int
    path: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}  {self.path}  {self.what}  {self.mend}".rstrip()

    def to_dict(self) -> dict[str, str | int]:
        """Fields by name, for JSON.

        Returns
        -------
        dict of str to str or int
            ``file line column path what mend``.
        """
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "what": self.what,
            "mend": self.mend,
        }


class StudyFileErrors(StudyError):  # noqa: N818 - it holds many
    """Raised when a study file cannot be loaded; holds every problem that was found.

    Parameters
    ----------
    problems : sequence of Problem
        At least one, in the order of the file.

    Examples
    --------
    >>> StudyFileErrors([Problem("s.yaml", 1, 1, "/", "the file is empty", "write a study")]).exit_code
    3
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(str(problem) for problem in self.problems)
        if len(self.problems) == 1:
            super().__init__(lines)
        else:
            super().__init__(f"{len(self.problems)} problems in the study file\n{lines}")


def suggestion(word: str, known: Iterable[str]) -> str:
    """The nearest known word as a question, or nothing.

    Parameters
    ----------
    word : str
        What was written.
    known : iterable of str
        What may be written.

    Returns
    -------
    str
        ``did you mean …?`` or an empty text.

    Examples
    --------
    >>> suggestion("resectible", ["resectable", "residual"])
    'did you mean resectable?'
    """
    options = list(known)
    near = get_close_matches(word, options, n=1, cutoff=0.6)
    if not near:
        folded = {option.casefold(): option for option in options}
        near = [folded[word.casefold()]] if word.casefold() in folded else []
    return f"did you mean {near[0]}?" if near else ""


def choices(word: str, known: Iterable[str], *, most: int = 12) -> str:
    """The nearest known word, or a list of the known words when none is near.

    Parameters
    ----------
    word : str
        What was written.
    known : iterable of str
        What may be written.
    most : int, default 12
        Words listed at the most.

    Returns
    -------
    str
        A question or a list.

    Examples
    --------
    >>> choices("xyz", ["CR", "PR"])
    'use one of CR, PR'
    """
    options = list(known)
    near = suggestion(word, options)
    if near:
        return near
    if not options:
        return "there is none to choose from"
    listed = ", ".join(options[:most]) + (" …" if len(options) > most else "")
    return f"use {listed}" if len(options) == 1 else f"use one of {listed}"


def with_article(noun: str) -> str:
    """A noun with its article.

    Parameters
    ----------
    noun : str
        Such as ``item``.

    Returns
    -------
    str
        Such as ``an item``.

    Examples
    --------
    >>> with_article("item"), with_article("visit")
    ('an item', 'a visit')
    """
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
