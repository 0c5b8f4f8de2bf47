"""Best and confirmed best response of many subjects at once, from the overall response of each assessment.

Responses are whole numbers, `CODES` says which; days are whole numbers on any common scale. A subject's assessments
stand one behind the other, in the order of their days.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from trialwright.numerics.jit import kernel

__all__ = [
    "CODES",
    "CR_THEN_DISEASE",
    "NO_DAY",
    "BestResponses",
    "ResponseCodes",
    "SequenceRules",
    "best_responses",
    "carried_responses",
    "read_again",
]

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

NO_DAY: Final = 10**6
"""Stands for a day that never comes."""

CR_THEN_DISEASE: Final = ("pd", "downgrade_to_pr", "as_collected")
"""What a response below CR right after a CR means, by its number in `SequenceRules`."""


class ResponseCodes(NamedTuple):
    """Number of each response.

    Parameters
    ----------
    ned, cr, pr, sd, non, pd, ne, missing : int
        No evidence of disease, complete and partial response, stable disease, non-target disease that persists,
        progression, not evaluable, no assessment.

    Examples
    --------
    >>> CODES.pd
    5
    """

    ned: int
    cr: int
    pr: int
    sd: int
    non: int
    pd: int
    ne: int
    missing: int


CODES: Final = ResponseCodes(0, 1, 2, 3, 4, 5, 6, 7)
"""Numbers as they stand in AVAL."""


class SequenceRules(NamedTuple):
    """Rules for a sequence of responses.

    Parameters
    ----------
    min_stable_days : int
        Days from the origin from which stable disease counts as such.
    min_confirm_days : int
        Days between a response and the assessment that confirms it.
    max_ne : int
        Most assessments between the two that may be not evaluable.
    accept_one_sd : bool
        Whether one stable disease may stand between two partial responses.
    cr_then_disease : int
        Position in `CR_THEN_DISEASE`.

    Examples
    --------
    >>> SequenceRules(42, 28, 1, False, 0).min_stable_days
    42
    """

    min_stable_days: int
    min_confirm_days: int
    max_ne: int
    accept_one_sd: bool
    cr_then_disease: int


class BestResponses(NamedTuple):
    """Best responses of each subject; rows are positions in the arrays given, -1 where there is none.

    Parameters
    ----------
    progression : numpy.ndarray of int64
        Row of the first progression.
    best, confirmed : numpy.ndarray of int8
        Best response, unconfirmed and confirmed.
    best_row, confirmed_row : numpy.ndarray of int64
        First row in which it is met; of a confirmed response the first of the two.
    response_row, confirmed_response_row : numpy.ndarray of int64
        First CR or PR; first CR or PR that is confirmed.
    """

    progression: Ints
    best: Codes
    confirmed: Codes
    best_row: Ints
    confirmed_row: Ints
    response_row: Ints
    confirmed_response_row: Ints


@kernel
def _confirms_complete(day: Ints, code: Codes, i: int, end: int, rules: SequenceRules, codes: ResponseCodes) -> bool:
    missed = 0
    for j in range(i + 1, end):
        if code[j] == codes.cr:
            if day[j] - day[i] >= rules.min_confirm_days:
                return True
        elif code[j] == codes.ne:
            missed += 1
            if missed > rules.max_ne:
                return False
        else:
            return False
    return False


@kernel
def _confirms_partial(day: Ints, code: Codes, i: int, end: int, rules: SequenceRules, codes: ResponseCodes) -> bool:
    missed, stable, complete = 0, 0, False
    for j in range(i + 1, end):
        if code[j] == codes.cr or code[j] == codes.pr:
            if code[j] == codes.pr and complete:
                return False
            complete = complete or code[j] == codes.cr
            if day[j] - day[i] >= rules.min_confirm_days:
                return True
        elif code[j] == codes.ne:
            missed += 1
            if missed > rules.max_ne:
                return False
        elif code[j] == codes.sd and rules.accept_one_sd and stable == 0:
            stable += 1
        else:
            return False
    return False


@kernel
def _read_again(start: Ints, day: Ints, code: Codes, rules: SequenceRules, codes: ResponseCodes, out: Codes) -> None:
    for s in range(start.size - 1):
        before = -1
        for i in range(start[s], start[s + 1]):
            out[i] = code[i]
            if code[i] == codes.ne:
                continue
            less = code[i] == codes.pr or code[i] == codes.sd or code[i] == codes.non
            if before >= 0 and less and out[before] == codes.cr and rules.cr_then_disease < 2:
                confirmed = False
                for k in range(start[s], before):
                    if out[k] == codes.cr:
                        confirmed = confirmed or _confirms_complete(day, out, k, before + 1, rules, codes)
                if rules.cr_then_disease == 0 or confirmed:
                    out[i] = codes.pd
                else:
                    for k in range(start[s], before + 1):
                        if out[k] == codes.cr:
                            out[k] = codes.pr
            before = i


@kernel
def _first(code: Codes, low: int, high: int, wanted: int) -> int:
    for i in range(low, high):
        if code[i] == wanted:
            return i
    return -1


@kernel
def _first_stable(day: Ints, code: Codes, low: int, high: int, wanted: tuple[int, int, int], since: int) -> int:
    for i in range(low, high):
        if (code[i] == wanted[0] or code[i] == wanted[1] or code[i] == wanted[2]) and day[i] >= since:
            return i
    return -1


@kernel
def _rest(
    day: Ints, code: Codes, low: int, high: int, since: int, codes: ResponseCodes, confirmed: bool
) -> tuple[int, int]:
    """Best response below PR and its row, in rows that end with the first progression."""
    stable = (codes.cr, codes.pr, codes.sd) if confirmed else (codes.sd, codes.sd, codes.sd)
    i = _first_stable(day, code, low, high, stable, since)
    if i >= 0:
        return codes.sd, i
    i = _first_stable(day, code, low, high, (codes.non, codes.non, codes.non), since)
    if i >= 0:
        return codes.non, i
    for wanted in (codes.ned, codes.pd):
        i = _first(code, low, high, wanted)
        if i >= 0:
            return wanted, i
    if high > low:
        return codes.ne, low
    return codes.missing, -1


@kernel
def _best(
    start: Ints,
    day: Ints,
    code: Codes,
    limits: tuple[Ints, Ints],
    rules: SequenceRules,
    codes: ResponseCodes,
    out: BestResponses,
) -> None:
    origin, last = limits
    for s in range(start.size - 1):
        low = start[s]
        while low < start[s + 1] and day[low] < origin[s]:
            low += 1
        high, first = low, -1
        while high < start[s + 1] and first < 0:
            first = high if code[high] == codes.pd else -1
            high += 1
        out.progression[s] = first
        while high > low and day[high - 1] > last[s]:
            high -= 1
        since = origin[s] + rules.min_stable_days
        complete = _first(code, low, high, codes.cr)
        partial = _first(code, low, high, codes.pr)
        out.response_row[s] = min(complete, partial) if complete >= 0 and partial >= 0 else max(complete, partial)
        if complete >= 0:
            out.best[s], out.best_row[s] = codes.cr, complete
        elif partial >= 0:
            out.best[s], out.best_row[s] = codes.pr, partial
        else:
            out.best[s], out.best_row[s] = _rest(day, code, low, high, since, codes, False)
        sure_complete, sure_partial = -1, -1
        for i in range(low, high):
            if sure_complete < 0 and code[i] == codes.cr and _confirms_complete(day, code, i, high, rules, codes):
                sure_complete = i
            if sure_partial < 0 and code[i] == codes.pr and _confirms_partial(day, code, i, high, rules, codes):
                sure_partial = i
        both = sure_complete >= 0 and sure_partial >= 0
        out.confirmed_response_row[s] = min(sure_complete, sure_partial) if both else max(sure_complete, sure_partial)
        if sure_complete >= 0:
            out.confirmed[s], out.confirmed_row[s] = codes.cr, sure_complete
        elif sure_partial >= 0:
            out.confirmed[s], out.confirmed_row[s] = codes.pr, sure_partial
        else:
            out.confirmed[s], out.confirmed_row[s] = _rest(day, code, low, high, since, codes, True)


@kernel
def _carry(
    start: Ints, day: Ints, code: Codes, rules: SequenceRules, codes: ResponseCodes, confirmed: bool, out: Codes
) -> None:
    for s in range(start.size - 1):
        carrying, first = False, -1
        for i in range(start[s], start[s + 1]):
            out[i] = code[i]
            if code[i] == codes.pd:
                carrying, first = False, -1
            elif code[i] == codes.sd and carrying:
                out[i] = codes.pr
            elif code[i] == codes.pr or code[i] == codes.cr:
                if first < 0:
                    first = i
                if not carrying:
                    carrying = not confirmed
                    for k in range(first, i):
                        carrying = carrying or (
                            code[k] == codes.pr and _confirms_partial(day, code, k, i + 1, rules, codes)
                        )


def read_again(start: Ints, day: Ints, code: Codes, rules: SequenceRules) -> Codes:
    """Responses with what a CR followed by disease means by the rule in force.

    Parameters
    ----------
    start : numpy.ndarray of int64, shape (n + 1,)
        First row of each subject, and the number of rows.
    day : numpy.ndarray of int64
        Day of each assessment.
    code : numpy.ndarray of int8
        Response of each assessment.
    rules : SequenceRules
        The rules.

    Returns
    -------
    numpy.ndarray of int8
        Under ``pd`` the response below CR becomes PD; under ``downgrade_to_pr`` the CR becomes PR, unless it had been
        confirmed; under ``as_collected`` nothing changes.

    Examples
    --------
    >>> rules = SequenceRules(42, 28, 1, False, 0)
    >>> read_again(np.array([0, 2]), np.array([30, 58]), np.array([1, 3], np.int8), rules).tolist()
    [1, 5]
    """
    out = np.empty(len(code), np.int8)
    _read_again(start, day, code, rules, CODES, out)
    return out


def best_responses(
    start: Ints, day: Ints, code: Codes, limits: tuple[Ints, Ints], rules: SequenceRules
) -> BestResponses:
    """Best and confirmed best response of each subject.

    Parameters
    ----------
    start : numpy.ndarray of int64, shape (n + 1,)
        First row of each subject, and the number of rows.
    day : numpy.ndarray of int64
        Day of each assessment, rising within a subject.
    code : numpy.ndarray of int8
        Response of each assessment, as `read_again` gives it.
    limits : pair of numpy.ndarray of int64
        One entry a subject: the origin; the last day that counts, such as the start of a new therapy, `NO_DAY` where
        there is none.
    rules : SequenceRules
        The rules.

    Returns
    -------
    BestResponses
        One entry a subject.

    Notes
    -----
    Assessments count from the origin up to the first progression, that one included, and up to the last day. A response
    is confirmed by CR after CR, or by PR or CR after PR, at least ``min_confirm_days`` later, with nothing but
    responses and at most ``max_ne`` assessments that are not evaluable between. CR and PR without confirmation count
    as stable disease when their day satisfies ``min_stable_days``.

    References
    ----------
    Eisenhauer et al., Eur J Cancer 2009;45:228-247, doi:10.1016/j.ejca.2008.10.026, section 4 and table 3.

    Examples
    --------
    >>> rules = SequenceRules(42, 28, 1, False, 0)
    >>> limits = np.array([0]), np.array([NO_DAY])
    >>> found = best_responses(np.array([0, 2]), np.array([42, 69]), np.array([2, 2], np.int8), limits, rules)
    >>> int(found.best[0]), int(found.confirmed[0])
    (2, 3)
    """
    n = len(start) - 1
    rows = [np.full(n, -1, np.int64) for _ in range(5)]
    out = BestResponses(rows[0], np.zeros(n, np.int8), np.zeros(n, np.int8), *rows[1:])
    _best(start, day, code, limits, rules, CODES, out)
    return out


def carried_responses(start: Ints, day: Ints, code: Codes, rules: SequenceRules, *, confirmed: bool) -> Codes:
    """Responses of the targets in which a partial response, once given, is kept until progression.

    Parameters
    ----------
    start, day, code
        As for `best_responses`; the code is that of the targets.
    rules : SequenceRules
        The rules by which a partial response is confirmed.
    confirmed : bool
        Whether only a confirmed partial response is kept.

    Returns
    -------
    numpy.ndarray of int8
        Stable disease after the partial response becomes PR; a row never depends on later ones.

    References
    ----------
    EORTC, RECIST frequently asked questions, on continuing partial response.

    Examples
    --------
    >>> rules = SequenceRules(42, 28, 1, False, 0)
    >>> code = np.array([2, 2, 3, 3], np.int8)
    >>> carried_responses(np.array([0, 4]), np.array([42, 84, 126, 168]), code, rules, confirmed=False).tolist()
    [2, 2, 2, 2]
    """
    out = np.empty(len(code), np.int8)
    _carry(start, day, code, rules, CODES, confirmed, out)
    return out
