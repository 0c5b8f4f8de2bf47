"""How registries write things: typed absences, terms, ages, dates, escapes, signs that were lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from trialwright.dates import CalendarInterval, PartialDate
from trialwright.errors import DateError
from trialwright.model.record import Absence, Absent, RecordValue

__all__ = [
    "TERMS",
    "Kind",
    "absence",
    "is_number",
    "looks_damaged",
    "lost_exponents",
    "lost_signs",
    "typed",
    "unescaped",
]

Kind = Literal["text", "term", "date", "age", "count", "flag"]

_ABSENCES: Final[Mapping[str, Absence]] = MappingProxyType(
    {
        "": "not_provided",
        "none": "not_provided",
        "none listed": "not_provided",
        "not available": "not_provided",
        "n/a": "not_applicable",
        "na": "not_applicable",
        "not applicable": "not_applicable",
        "no maximum": "unbounded",
        "no minimum": "unbounded",
        "no limit": "unbounded",
    }
)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


TERMS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "status": _listed(
            "ACTIVE_NOT_RECRUITING COMPLETED ENROLLING_BY_INVITATION NOT_YET_RECRUITING RECRUITING SUSPENDED "
            "TERMINATED WITHDRAWN AVAILABLE NO_LONGER_AVAILABLE TEMPORARILY_NOT_AVAILABLE APPROVED_FOR_MARKETING "
            "WITHHELD UNKNOWN"
        ),
        "studyType": _listed("EXPANDED_ACCESS INTERVENTIONAL OBSERVATIONAL"),
        "phase": _listed("NA EARLY_PHASE1 PHASE1 PHASE2 PHASE3 PHASE4"),
        "sex": _listed("FEMALE MALE ALL"),
        "stdAge": _listed("CHILD ADULT OLDER_ADULT"),
        "allocation": _listed("RANDOMIZED NON_RANDOMIZED NA"),
        "interventionModel": _listed("SINGLE_GROUP PARALLEL CROSSOVER FACTORIAL SEQUENTIAL"),
        "primaryPurpose": _listed(
            "TREATMENT PREVENTION DIAGNOSTIC ECT SUPPORTIVE_CARE SCREENING HEALTH_SERVICES_RESEARCH BASIC_SCIENCE "
            "DEVICE_FEASIBILITY OTHER"
        ),
        "observationalModel": _listed(
            "COHORT CASE_CONTROL CASE_ONLY CASE_CROSSOVER ECOLOGIC_OR_COMMUNITY FAMILY_BASED DEFINED_POPULATION "
            "NATURAL_HISTORY OTHER"
        ),
        "timePerspective": _listed("RETROSPECTIVE PROSPECTIVE CROSS_SECTIONAL OTHER"),
        "masking": _listed("NONE SINGLE DOUBLE TRIPLE QUADRUPLE"),
        "whoMasked": _listed("PARTICIPANT CARE_PROVIDER INVESTIGATOR OUTCOMES_ASSESSOR"),
        "armType": _listed("EXPERIMENTAL ACTIVE_COMPARATOR PLACEBO_COMPARATOR SHAM_COMPARATOR NO_INTERVENTION OTHER"),
        "interventionType": _listed(
            "BEHAVIORAL BIOLOGICAL COMBINATION_PRODUCT DEVICE DIAGNOSTIC_TEST DIETARY_SUPPLEMENT DRUG GENETIC "
            "PROCEDURE RADIATION OTHER"
        ),
        "actual": _listed("ACTUAL ESTIMATED"),
        "class": _listed("NIH FED OTHER_GOV INDIV INDUSTRY NETWORK AMBIG OTHER UNKNOWN"),
    }
)
"""Closed lists of the registry; a term outside its list is kept and noted."""

_AGE = re.compile(r"(?P<amount>0|[1-9][0-9]{0,3}) (?P<unit>day|week|month|year)s?", re.IGNORECASE)
_COUNT = re.compile(r"0|[1-9][0-9]{0,8}")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,39}", re.ASCII)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_LOST_SIGN = re.compile(r"(?<![<>=≤≥!~/\\])=(?=\s*(?:about |approximately )?[0-9])")
_LOST_EXPONENT = re.compile(
    r"(?<![\d.,])\d{1,4}(?:[.,]\d+)?\s*[x×X*]\s?10(?:[369]|1[012])\s?/\s?(?:L|l|dL|mL|mm|µL|μL|uL)"
)
_DAMAGE = re.compile(r"â‰[¤¥]|Ã[—¤¶¼©¨±]|â€[“”™œ˜¢¦]|Â[µ±°²³·]|\ufffd|&(?:[a-z]{2,6}|#\d{2,5});")


def absence(text: str) -> Absent | None:
    """Typed absence that a literal stands for.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    Absent or None
        None when the text is a value.

    Examples
    --------
    >>> absence("No maximum"), absence("Nonesuch")
    (Absent(reason='unbounded'), None)
    """
    reason = _ABSENCES.get(text.strip().casefold())
    return None if reason is None else Absent(reason)


def typed(text: str, kind: Kind, terms: str = "") -> tuple[RecordValue, str]:
    """Value of a text, and the id of a note when it cannot be read.

    Parameters
    ----------
    text : str
        As written.
    kind : {"text", "term", "date", "age", "count", "flag"}
        What it should be.
    terms : str, default ""
        Key of `TERMS`, for terms.

    Returns
    -------
    tuple of RecordValue and str
        The text itself and an id of `NOTES` when it is not what it should be, otherwise the value and an empty id.

    Examples
    --------
    >>> typed("Not yet recruiting", "term", "status")
    ('NOT_YET_RECRUITING', '')
    >>> typed("spring 2024", "date")
    ('spring 2024', 'date-unreadable')
    """
    if kind == "term":
        term = re.sub(r"[\s/-]+", "_", text.strip()).upper().replace("PHASE_", "PHASE")
        if term in TERMS[terms]:
            return term, ""
        missing = absence(text)
        return (missing, "") if missing else (text, "term-unknown")
    missing = absence(text)
    if missing is not None:
        return missing, ""
    match kind:
        case "date":
            return _date(text)
        case "age":
            found = _AGE.fullmatch(text.strip())
            if found is None:
                return text, "length-unreadable"
            return CalendarInterval.parse(f"{found['amount']} {found['unit'].lower()}s"), ""
        case "count":
            plain = text.strip().replace(",", "")
            return (int(plain), "") if _COUNT.fullmatch(plain) else (text, "number-unreadable")
        case "flag":
            flags = {"yes": True, "true": True, "no": False, "false": False}
            known = flags.get(text.strip().casefold())
            return (text, "term-unknown") if known is None else (known, "")
        case _:
            return text, ""


def _date(text: str) -> tuple[RecordValue, str]:
    try:
        return PartialDate.parse(text.strip()), ""
    except DateError:
        return text, "date-unreadable"


def is_number(text: str) -> bool:
    """Whether a text can be a registry number.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    bool
        True for letters, digits and a few signs, 40 at the most.

    Examples
    --------
    >>> is_number("NCT07295132"), is_number("see below")
    (True, False)
    """
    return _NUMBER.fullmatch(text) is not None


def unescaped(text: str) -> str:
    r"""Text without the backslashes that registries put before punctuation.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    str
        Only a backslash before ASCII punctuation is taken out.

    Examples
    --------
    >>> unescaped(r"ANC \>= 1.5 and 8\. more")
    'ANC >= 1.5 and 8. more'
    """
    return _ESCAPE.sub(r"\1", text)


def lost_signs(text: str) -> tuple[int, ...]:
    """Places of a bare equals sign before a number.

    Parameters
    ----------
    text : str
        A statement.

    Returns
    -------
    tuple of int
        Offsets in the text; ``>=``, ``=<`` and the like are not bare.

    Examples
    --------
    >>> lost_signs("AST = 200 IU/L, ANC >= 1500"), lost_signs("ECOG =< 2")
    ((4,), ())
    """
    return tuple(found.start() for found in _LOST_SIGN.finditer(text))


def lost_exponents(text: str) -> tuple[str, ...]:
    """Powers of ten whose exponent stands on the line.

    Parameters
    ----------
    text : str
        A statement.

    Returns
    -------
    tuple of str
        As written.

    Examples
    --------
    >>> lost_exponents("ANC at least 1.5 x 109 / L"), lost_exponents("1.5 x 10^9/L")
    (('1.5 x 109 / L',), ())
    """
    return tuple(found.group() for found in _LOST_EXPONENT.finditer(text))


def looks_damaged(text: str) -> bool:
    """Whether letters look as if they had been stored in another encoding.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    bool
        True for the usual ruins of signs and quotation marks.

    Examples
    --------
    >>> looks_damaged("ANC â‰¥ 1500"), looks_damaged("ANC ≥ 1500")
    (True, False)
    """
    return _DAMAGE.search(text) is not None
