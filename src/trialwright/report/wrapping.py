"""How wide a text is in a sans-serif face, and where it is broken, for drawings that no browser lays out."""

from __future__ import annotations

from typing import Final

__all__ = ["text_width", "wrapped"]

_NARROW_LETTERS: Final = "fijlrtI.,:;'|!()[] -/"
_WIDE_LETTERS: Final = "mwMWOQGCD@%"
_FIRST_FULL_WIDTH: Final = "\u1100"


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return a generous estimate of the width of a text in a sans-serif face.

    Parameters
    ----------
    text : str
        The text; Hangul and other full-width letters count one letter size each.
    size : float
        Letter size.
    bold : bool, default False
        Whether it is bold.

    Returns
    -------
    float
        Width in the unit of the size.

    Examples
    --------
    >>> text_width("서울", 10) > text_width("ab", 10)
    True
    """
    total = 0.0
    for letter in text:
        if letter >= _FIRST_FULL_WIDTH and not "\u2000" <= letter <= "\u206f":
            total += 1.0
        elif letter in _NARROW_LETTERS:
            total += 0.32
        elif letter in _WIDE_LETTERS:
            total += 0.82
        else:
            total += 0.66 if letter.isupper() else 0.56
    return total * size * (1.07 if bold else 1.0)


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return a text broken into lines that fit a width.

    Parameters
    ----------
    text : str
        The text; it is broken at blanks, and inside a word only when the word alone is too wide.
    width, size : float
        Room and letter size in one unit.
    bold : bool, default False
        Whether it is bold.

    Returns
    -------
    list of str
        At least one line.

    Examples
    --------
    >>> wrapped("Assessed for eligibility", 60, 10)
    ['Assessed', 'for', 'eligibility']
    """
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        while text_width(word, size, bold=bold) > width and len(word) > 1:
            fits = next(n for n in range(len(word), 0, -1) if n == 1 or text_width(word[:n], size, bold=bold) <= width)
            lines += [current] if current else []
            lines.append(word[:fits])
            current, word = "", word[fits:]  # noqa: PLW2901 - what is left of the word is wrapped on
        trial = f"{current} {word}" if current else word
        if text_width(trial, size, bold=bold) <= width:
            current = trial
        else:
            lines.append(current)
            current = word
    return [*lines, current]
