"""A standardised rate, its class and its probability as they are printed, never so short that they contradict."""

from __future__ import annotations

from typing import Final

__all__ = ["class_words", "shown_probability", "shown_ratio"]

_NEAR: Final = 0.05


def shown_ratio(ratio: float) -> str:
    """Return a standardised rate as it is printed, never so short that it contradicts its class.

    Parameters
    ----------
    ratio : float
        Rate divided by the cutoff.

    Returns
    -------
    str
        Two decimals, three within 0.05 of 1, and as many as it takes for a ratio below 1 to stay below it.

    Examples
    --------
    >>> [shown_ratio(ratio) for ratio in (0.8862, 0.9964, 0.99996, 1.0004)]
    ['0.89', '0.996', '0.99996', '1.000']
    """
    return _beside(ratio, 1.0, 3 if abs(ratio - 1) < _NEAR else 2)


def shown_probability(probability: float) -> str:
    """Return a probability as it is printed, never so short that it contradicts the more probable class.

    Parameters
    ----------
    probability : float
        0 to 1.

    Returns
    -------
    str
        Two decimals, and as many as it takes to stay on its side of one half; ``<0.01`` and ``>0.99`` at the ends.

    Examples
    --------
    >>> [shown_probability(p) for p in (0.2551, 0.4996, 0.5, 0.001, 0.9999)]
    ['0.26', '0.4996', '0.50', '<0.01', '>0.99']
    """
    if 0 < probability < 0.005 or 0.995 < probability < 1:
        return "<0.01" if probability < 0.5 else ">0.99"
    return _beside(probability, 0.5, 2)


def _beside(value: float, border: float, digits: int) -> str:
    for more in range(digits, 17):
        text = f"{value:.{more}f}"
        if (float(text) >= border) == (value >= border):
            return text
    return repr(value)


def class_words(ratio: float, probability: float | None, *, uncertainty: str) -> str:
    """Return a class with its ratio and its probability, in words.

    Parameters
    ----------
    ratio : float
        Rate divided by the cutoff.
    probability : float or None
        Probability that the ratio is 1 or more.
    uncertainty : {"laplace", "posterior"}
        Where the probability comes from.

    Returns
    -------
    str
        The class; it says so where the other class is the more probable one.

    Examples
    --------
    >>> class_words(1.01, 0.44, uncertainty="posterior")
    'favourable (1.010), probability 0.44: the other class is more probable'
    """
    favourable = ratio >= 1
    word = "favourable" if favourable else "unfavourable"
    if probability is None:
        return f"{word} ({shown_ratio(ratio)}), probability not known"
    own = probability if favourable else 1 - probability
    shown = shown_probability(own)
    roughly = "about " if uncertainty == "laplace" and shown[0].isdigit() else ""
    doubt = ": the other class is more probable" if own < 0.5 else ""
    return f"{word} ({shown_ratio(ratio)}), probability {roughly}{shown}{doubt}"
