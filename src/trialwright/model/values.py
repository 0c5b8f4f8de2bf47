"""Scalars of the study file: numbers, quantities, intervals, durations, windows and dates, each exactly as written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, StringConstraints, WithJsonSchema

from trialwright.dates import CalendarInterval, Duration, PartialDate
from trialwright.errors import InputError

__all__ = [
    "ArmId",
    "Bound",
    "CriterionId",
    "EventName",
    "IntervalValue",
    "DurationValue",
    "Name",
    "NumberValue",
    "Quantity",
    "QuantityValue",
    "StudyDate",
    "Window",
    "RESERVED_NAMES",
]

RESERVED_NAMES: Final = ("age", "sex", "death", "progression", "response", "complete_response", "best_response")

NUMBER_PATTERN: Final = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?"
_QUANTITY = re.compile(rf"({NUMBER_PATTERN}) (\S+)")
_NUMBER = re.compile(NUMBER_PATTERN)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

T = TypeVar("T")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
ArmId = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,7}$")]
CriterionId = Annotated[str, StringConstraints(pattern=r"^[IE][0-9]+(\.[0-9]+)*[a-z]?$")]
EventName = Name


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its UCUM unit, both as written.

    Parameters
    ----------
    text : str
        The quantity as it stands in the file, such as ``"8 cm"``.
    value : Decimal
        Its number.
    unit : str
        Its UCUM unit.

    Examples
    --------
    >>> Quantity.parse("3.0 mg/dL").value
    Decimal('3.0')
    """

    text: str
    value: Decimal
    unit: str

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Quantity written as ``value unit`` with one blank between.

        Parameters
        ----------
        text : str
            For example ``"200 U/L"``.

        Returns
        -------
        Quantity
            The number and the unit, nothing rounded.

        Raises
        ------
        InputError
            If the text is not a number, one blank and a unit.

        Examples
        --------
        >>> Quantity.parse("30 %").unit
        '%'
        """
        found = _QUANTITY.fullmatch(text)
        if found is None:
            raise InputError(
                f"{text!r} is not a quantity", mend="write a number, one blank and a UCUM unit, such as 8 cm"
            )
        return cls(text, Decimal(found.group(1)), found.group(4))


def _parsed(parse: Callable[[str], T]) -> Callable[[object], T]:
    def validate(value: object) -> T:
        if not isinstance(value, str):
            raise ValueError(f"text is expected, not {type(value).__name__}")
        try:
            return parse(value)
        except InputError as error:
            raise ValueError(str(error)) from error

    return validate


def _number(value: object) -> Decimal:
    if isinstance(value, bool):
        raise ValueError("a number is expected, not a flag")
    if isinstance(value, Decimal | int):
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    raise ValueError(f"{value!r} is not a plain number")


def _bound(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{value!r} is not a number, a quantity, an interval or a code")
    return str(value)


def _study_date(value: object) -> str:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError(f"{value!r} is not a whole date; write YYYY-MM-DD")
    try:
        PartialDate.parse(value)
    except InputError as error:
        raise ValueError(str(error)) from error
    return value


def _text(value: CalendarInterval | Duration | Quantity) -> str:
    return value.text


NumberValue = Annotated[
    Decimal,
    PlainValidator(_number),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": f"^{NUMBER_PATTERN}$"}]}),
]
"""A number read from its text, never through binary floating point."""

QuantityValue = Annotated[
    Quantity,
    PlainValidator(_parsed(Quantity.parse)),
    PlainSerializer(_text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": rf"^{NUMBER_PATTERN} \S+$"}),
]
IntervalValue = Annotated[
    CalendarInterval,
    PlainValidator(_parsed(CalendarInterval.parse)),
    PlainSerializer(_text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+ (day|week|month|year)s?$"}),
]
"""Whole days, weeks, months or years, added on the calendar."""

DurationValue = Annotated[
    Duration,
    PlainValidator(_parsed(Duration.parse)),
    PlainSerializer(_text, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? (day|week|month|year)s?$"}),
]
"""A length of time in days; one month is 365.25/12 days."""

StudyDate = Annotated[str, PlainValidator(_study_date), WithJsonSchema({"type": "string", "format": "date"})]
"""A whole date, kept as text."""

Bound = Annotated[str, PlainValidator(_bound), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]})]
"""What a fact is compared with, as written; its kind (number, quantity, interval, code) follows from the fact."""


class TwoSidedWindow(BaseModel):
    """A window around an anchor date, with its own reach before and after.

    Parameters
    ----------
    before, after : CalendarInterval
        Reach on either side of the anchor; both ends are inside.

    Examples
    --------
    >>> TwoSidedWindow.model_validate_json('{"before": "1 month", "after": "3 days"}').after.text
    '3 days'
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    before: IntervalValue
    after: IntervalValue


Window = Annotated[Literal["ever"] | TwoSidedWindow | IntervalValue, Field(union_mode="left_to_right")]
"""``ever``, a two-sided window, or one interval reaching back from the anchor."""
