"""Criteria of a record as criteria of a draft: age and sex where nothing can be mistaken, otherwise an attestation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from trialwright.dates import CalendarInterval
from trialwright.model.record import Absent, Record, Statement
from trialwright.protocol.plain import Plain

__all__ = ["UNREAD", "Reading", "age_limits", "by_fields", "read_criteria", "read_criterion", "whole_text"]

_FEMALE: Final = r"(?:women|woman|females?|female (?:patients|subjects|participants))"
_MALE: Final = r"(?:men|man|males?|male (?:patients|subjects|participants))"
_ANYONE: Final = (
    r"(?:(?:adult )?(?:patients|subjects|participants)|adults?"
    rf"|(?:{_MALE} (?:and|or|and/or) {_FEMALE}|{_FEMALE} (?:and|or|and/or) {_MALE}))"
)
_AGE = re.compile(
    rf"(?:(?:{_ANYONE}|(?P<female>{_FEMALE})|(?P<male>{_MALE}))(?: must be| who are)?,? ?)?"
    r"(?:(?:of |with )?(?:an )?age(?:d|s)?:? ?(?:of |is )?)?(?:between )?"
    r"(?:(?P<low_sign>≥|>=|>|at least) ?)?(?P<low>[1-9]\d?)(?: ?(?:years?|yrs?)(?: old| of age)?)?"
    r"(?:(?P<or_older>,? (?:or|and) (?:older|above|over))"
    r"| ?(?:-|–|to|and) ?(?P<high_sign>≤|<=|<)? ?(?P<high>[1-9]\d{0,2}) ?(?:years?|yrs?)(?: old| of age)?)?"
    r"(?: of age)?(?P<both_in>,? \(?inclusive\)?)?"
)
_SEX: Final = {"FEMALE": "F", "MALE": "M"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of a criterion.

    Parameters
    ----------
    node : mapping or None
        The predicate, when the text can mean only one thing and the record's own fields say the same.
    covers : tuple of str
        What the predicate settles: ``age``, ``sex``.
    doubt : str
        Why a text on age was not taken, as a question; empty when there is none.

    Examples
    --------
    >>> Reading(None, (), "").node is None
    True
    """

    node: dict[str, Plain] | None
    covers: tuple[str, ...]
    doubt: str


UNREAD: Final = Reading(None, (), "")
"""Nothing was made of it."""


def whole_text(statements: Sequence[Statement]) -> str:
    """Text of a criterion with the parts set below it.

    Parameters
    ----------
    statements : sequence of Statement
        The criterion first.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> from trialwright.model.record import Span
    >>> parts = [Statement("I1", "Bloods:", "", Span(0, 0), ""), Statement("I1.1", "ANC", "", Span(0, 0), "")]
    >>> whole_text(parts)
    'Bloods: / ANC'
    """
    return " / ".join(" ".join(statement.text.split()) for statement in statements)


def age_limits(record: Record) -> tuple[int | None, int | None, bool]:
    """Limits of age in the record's own fields.

    Parameters
    ----------
    record : Record
        The record.

    Returns
    -------
    tuple of int or None, int or None, bool
        Lowest and highest age in completed years, None where there is no limit; False when a limit is given that is
        no number of years.
    """
    limits: list[int | None] = []
    in_years = True
    for key in ("minimumAge", "maximumAge"):
        value = record.value(f"eligibility.{key}")
        years = value.amount if isinstance(value, CalendarInterval) and value.unit == "years" else None
        in_years = in_years and (years is not None or isinstance(value, Absent))
        limits.append(years)
    return limits[0], limits[1], in_years


def read_criterion(text: str, record: Record) -> Reading:
    """What a criterion's text says of age and sex, and nothing else.

    Parameters
    ----------
    text : str
        Whole text of an inclusion criterion.
    record : Record
        Its own fields must say the same.

    Returns
    -------
    Reading
        Without predicate for any text that says more, or less, than limits of age.

    Examples
    --------
    >>> read_criterion("Able to swallow", Record("N", "r", "f", "", {})).node is None
    True
    >>> read_criterion("Aged 18 years or older", Record("N", "r", "f", "", {})).doubt
    "the record's own fields give other limits of age"
    """
    plain = " ".join(text.casefold().replace("\N{NO-BREAK SPACE}", " ").split()).rstrip(".;, ")
    found = _AGE.fullmatch(plain)
    if found is None or not re.search(r"year|yrs?\b|age", plain):
        return UNREAD
    if not (found["low_sign"] or found["or_older"] or found["high"]):
        return UNREAD
    low, high, in_years = age_limits(record)
    stated_high = int(found["high"]) if found["high"] else None
    strict = found["low_sign"] == ">" or found["high_sign"] == "<"
    if strict or not in_years or (int(found["low"]), stated_high) != (low, high):
        return Reading(None, (), "the record's own fields give other limits of age")
    node: dict[str, Plain] = {"age": _bounds(low, high)}
    said = "FEMALE" if found["female"] else "MALE" if found["male"] else ""
    if not said:
        return Reading(node, ("age",), "")
    if record.value("eligibility.sex") != said:
        return Reading(None, (), "the record's own field gives another sex")
    return Reading({"all": [{"sex": _SEX[said]}, node]}, ("age", "sex"), "")


def read_criteria(record: Record) -> dict[str, Reading]:
    """What the inclusion criteria of a record say of age and sex.

    Parameters
    ----------
    record : Record
        The record.

    Returns
    -------
    dict of str to Reading
        By address, of those that speak of age. Where several do, or one stands under a heading of its own, it may hold
        for some subjects only, and no predicate is made of it.
    """
    found: dict[str, Reading] = {}
    for address, statements in record.numbered("I"):
        reading = read_criterion(whole_text(statements), record)
        if reading != UNREAD:
            special = statements[0].under not in ("", "inclusion.heading1")
            found[address] = Reading(None, (), "it may hold for some subjects only") if special else reading
    if len(found) < 2:
        return found
    return {address: Reading(None, (), "other criteria do so, too") for address in found}


def _bounds(low: int | None, high: int | None) -> dict[str, Plain]:
    bounds: dict[str, Plain] = {}
    if low is not None:
        bounds["at_least"] = low
    if high is not None:
        bounds["at_most"] = high
    return bounds


def by_fields(record: Record, covered: frozenset[str]) -> list[Plain]:
    """Criteria the record gives as fields only.

    Parameters
    ----------
    record : Record
        The record.
    covered : frozenset of str
        What a numbered criterion settles already: ``age``, ``sex``.

    Returns
    -------
    list
        With the ids ``I0a`` (age) and ``I0b`` (sex), which no numbered criterion has.
    """
    criteria: list[Plain] = []
    low, high, _ = age_limits(record)
    if "age" not in covered and (low is not None or high is not None):
        fields = [key for key, limit in (("minimumAge", low), ("maximumAge", high)) if limit is not None]
        text = f"Age within the record's own limits ({' and '.join(fields)})"
        meaning = "completed years, the limits themselves inside"
        source: dict[str, Plain] = {"inferred": meaning, "from": f"eligibility.{fields[0]}"}
        criteria.append({"id": "I0a", "text": text, "source": source, "met_when": {"age": _bounds(low, high)}})
    sex = record.value("eligibility.sex")
    if "sex" not in covered and isinstance(sex, str) and sex in _SEX:
        text = f"Sex as the record's own field has it ({sex.lower()})"
        source = {"record": "eligibility.sex"}
        criteria.append({"id": "I0b", "text": text, "source": source, "met_when": {"sex": _SEX[sex]}})
    return criteria
