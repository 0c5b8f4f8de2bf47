"""Every error a person can meet, and the exit code of its kind.

::

    TrialwrightError
    ├─ InputError            a person or a file gave something that cannot be accepted   exit 2
    │  ├─ DataError          a data folder, a table or a cell
    │  ├─ UnitError          a unit that is unknown, missing or not convertible
    │  ├─ DateError          a date or a calendar interval
    │  └─ NumericsError      arrays an estimator cannot take
    ├─ StudyError            the study file contradicts itself or the record            exit 3
    ├─ NotAllowedError       not allowed now: state, blinding, order of events          exit 4
    ├─ EstimationError       no estimate exists: no events, no convergence              exit 5
    └─ StoreError            a register of allocations that was changed or is damaged   exit 6

A message says what is wrong, where, why it matters and how to mend it. Anything else that escapes is our bug (exit 70).
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "DataError",
    "DateError",
    "EstimationError",
    "InputError",
    "NotAllowedError",
    "NumericsError",
    "StoreError",
    "StudyError",
    "TrialwrightError",
    "UnitError",
]


class TrialwrightError(Exception):
    """Root of all errors meant for a person.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : str, optional
        File, line, column, path or argument it was found at.
    why : str, optional
        Why it cannot be accepted.
    mend : str, optional
        What to do about it.

    Examples
    --------
    >>> str(InputError("no unit", where="lb.csv:4", mend="write U/mL"))
    'lb.csv:4: no unit (to mend: write U/mL)'
    """

    exit_code: ClassVar[int] = 70

    def __init__(self, what: str, *, where: str = "", why: str = "", mend: str = "") -> None:
        self.what, self.where, self.why, self.mend = what, where, why, mend
        text = f"{where}: {what}" if where else what
        if why:
            text += f"; {why}"
        if mend:
            text += f" (to mend: {mend})"
        super().__init__(text)


class InputError(TrialwrightError):
    """Raised when a person or a file gave something that cannot be accepted."""

    exit_code = 2


class DataError(InputError):
    """Raised when a data folder, a table or a cell cannot be used."""


class UnitError(InputError):
    """Raised when a unit is unknown, missing or not convertible for the analyte."""


class DateError(InputError):
    """Raised when a date, a calendar interval or a duration cannot be read."""


class NumericsError(InputError):
    """Raised when arrays handed to an estimator are not what it needs."""


class StudyError(TrialwrightError):
    """Raised when a study file contradicts itself, its language or its record."""

    exit_code = 3


class NotAllowedError(TrialwrightError):
    """Raised when something is refused now: wrong state, blinding, wrong order of events."""

    exit_code = 4


class EstimationError(TrialwrightError):
    """Raised when no estimate exists, for want of events or of convergence."""

    exit_code = 5


class StoreError(TrialwrightError):
    """Raised when what is stored, such as a register of allocations, was changed or is damaged."""

    exit_code = 6
