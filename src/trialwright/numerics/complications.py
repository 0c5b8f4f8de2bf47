"""Grades of surgical complications and the index that adds them up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from trialwright.errors import NumericsError

__all__ = ["CLAVIEN_RANK", "CLAVIEN_WEIGHT", "complication_index", "read_clavien"]

CLAVIEN_RANK: Final[Mapping[str, int]] = MappingProxyType(
    {"NONE": 0, "I": 1, "II": 2, "IIIA": 3, "IIIB": 4, "IVA": 5, "IVB": 6, "V": 7}
)
"""Order of the Clavien-Dindo grades; NONE stands for no complication."""

CLAVIEN_WEIGHT: Final[Mapping[str, int]] = MappingProxyType(
    {"I": 300, "II": 1750, "IIIA": 2750, "IIIB": 4550, "IVA": 7200, "IVB": 8550}
)
"""Weight of each grade in the index; V needs none, it makes the index 100."""

_ROMAN: Final = {"1": "I", "2": "II", "3": "III", "4": "IV", "5": "V"}
_GRADE: Final = re.compile(r"(?P<main>IV|V|I{1,3}|[1-5])(?P<part>[AB])?(?:-?D)?")


def read_clavien(text: str) -> str | None:
    """Clavien-Dindo grade that a text states.

    Parameters
    ----------
    text : str
        Roman or Arabic, with or without the suffix d of a complication still present at discharge.

    Returns
    -------
    str or None
        A key of `CLAVIEN_RANK` but NONE, or None for anything else: ``0``, ``VI``, ``IIIc``, and ``III`` or ``IV``
        without a letter, which leave the weight open.

    References
    ----------
    Dindo, Demartines, Clavien, Ann Surg 2004;240:205-213, doi:10.1097/01.sla.0000133083.54934.ae (unverified).

    Examples
    --------
    >>> read_clavien("IIIa-d"), read_clavien("3b"), read_clavien("III"), read_clavien("0")
    ('IIIA', 'IIIB', None, None)
    """
    found = _GRADE.fullmatch(text.strip().upper())
    if found is None:
        return None
    grade = _ROMAN.get(found["main"], found["main"]) + (found["part"] or "")
    return grade if grade in CLAVIEN_RANK else None


def complication_index(weights: npt.NDArray[np.int64], fatal: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Comprehensive complication index of each subject.

    Parameters
    ----------
    weights : numpy.ndarray of int64
        Sum of the weights of all complications, repeats included; one a subject.
    fatal : numpy.ndarray of bool
        Whether there is a complication of grade V.

    Returns
    -------
    numpy.ndarray of float64
        0 to 100, one decimal, rounded half up.

    Raises
    ------
    NumericsError
        If a sum is negative.

    Notes
    -----
    The index is the square root of the sum of the weights, divided by 2; it is 100 with a grade V and never more. It
    is the sum of the weights that stands under the root, not the sum of their squares.

    References
    ----------
    Slankamenac et al., Ann Surg 2013;258:1-7, doi:10.1097/SLA.0b013e318296c732.

    Examples
    --------
    >>> complication_index(np.array([1750 + 4550]), np.array([False])).tolist()
    [39.7]
    """
    if (weights < 0).any():
        raise NumericsError("a sum of weights is negative", mend="give the sum of the grades' weights")
    index = np.floor(np.sqrt(weights.astype(np.float64)) / 2.0 * 10.0 + 0.5) / 10.0
    return np.where(fatal, 100.0, np.minimum(index, 100.0))
