"""Responses a second time, lesion by lesion and visit by visit in plain Python with fractions: slow and easy to read.

Written from the criteria, apart from the program, for the properties and as the peer of the benchmark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Verdicts = Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Lesion:
    """A lesion: ``target`` or ``non-target``, nodal or not, with what was seen of it by day."""

    kind: str
    nodal: bool
    seen: Mapping[int, str]


def millimetres(word: str) -> Fraction | None:
    """Length of a target, None where it cannot be read."""
    if word in ("NE", "ND"):
        return None
    if word == "ABSENT":
        return Fraction(0)
    return Fraction(5) if word == "TSTM" else Fraction(word)


def target_state(lesions: Sequence[Lesion], day: int, base: Fraction, nadir: Fraction) -> tuple[str, Fraction | None]:
    sizes = [millimetres(lesion.seen.get(day, "ND")) for lesion in lesions]
    known = sum((size for size in sizes if size is not None), Fraction(0))
    grown = known >= nadir * Fraction(6, 5) and known - nadir >= 5
    if None in sizes:
        return ("PD" if grown else "NE"), None
    gone = all(
        size < 10 if lesion.nodal else size == 0
        for size, lesion in zip(sizes, lesions, strict=True)
        if size is not None
    )
    if gone:
        return "CR", known
    if grown:
        return "PD", known
    return ("PR" if known <= base * Fraction(7, 10) else "SD"), known


def other_state(lesions: Sequence[Lesion], day: int) -> str:
    words = [lesion.seen.get(day, "ND") for lesion in lesions]
    if "UNEQUIVOCAL_PD" in words:
        return "PD"
    if any(word in ("NE", "ND") for word in words):
        return "NE"
    return "CR" if all(word == "ABSENT" for word in words) else "NON"


def overall(target: str, other: str, *, new: bool) -> str:
    if new or "PD" in (target, other):
        return "PD"
    if target == "none":
        return {"none": "NED", "CR": "CR", "NON": "NON-CR/NON-PD", "NE": "NE"}[other]
    if target == "CR":
        return "CR" if other in ("CR", "none") else "PR"
    return target


def course(lesions: Sequence[Lesion], new_from: int | None, days: Sequence[int]) -> list[tuple[int, str]]:
    """Overall response of each day after the baseline on day 0."""
    targets = [lesion for lesion in lesions if lesion.kind == "target"]
    others = [lesion for lesion in lesions if lesion.kind == "non-target"]
    base = sum((millimetres(lesion.seen[0]) or Fraction(0) for lesion in targets), Fraction(0))
    nadir, verdicts = base, list[tuple[int, str]]()
    for day in days:
        target, total = target_state(targets, day, base, nadir) if targets else ("none", None)
        other = other_state(others, day) if others else "none"
        said = overall(target, other, new=new_from is not None and new_from <= day)
        judged = [each for _, each in verdicts if each != "NE"]
        back = target in ("PR", "SD") or other == "NON"
        if judged and judged[-1] == "CR" and said in ("PR", "SD", "NON-CR/NON-PD") and back:
            said = "PD"
        verdicts.append((day, said))
        if total is not None:
            nadir = min(nadir, total)
    return verdicts


def lost_complete_response(verdicts: Verdicts) -> list[tuple[int, str]]:
    """Verdicts in which disease right after a complete response is progression."""
    read: list[tuple[int, str]] = []
    for day, said in verdicts:
        before = [each for _, each in read if each != "NE"]
        lost = bool(before) and before[-1] == "CR" and said in ("PR", "SD", "NON-CR/NON-PD")
        read.append((day, "PD" if lost else said))
    return read


def confirmed_by(verdicts: Verdicts, i: int, j: int, max_ne: int = 1, after: int = 28) -> bool:
    """Whether assessment j confirms the response of assessment i."""
    (first, one), (second, two) = verdicts[i], verdicts[j]
    between = [said for _, said in verdicts[i + 1 : j]]
    if second - first < after or between.count("NE") > max_ne:
        return False
    if one == "CR":
        return two == "CR" and set(between) <= {"CR", "NE"}
    if one == "PR":
        after_complete = "CR" in between and "PR" in [*between[between.index("CR") :], two]
        return two in ("PR", "CR") and set(between) <= {"CR", "PR", "NE"} and not after_complete
    return False


def best(verdicts: Verdicts, *, confirm: bool, last: int | None = None, stable: int = 42) -> str:
    """Best or best confirmed response of verdicts counted from day 0."""
    counted: list[tuple[int, str]] = []
    for day, said in verdicts:
        counted.append((day, said))
        if said == "PD":
            break
    counted = [(day, said) for day, said in counted if last is None or day <= last]
    n = len(counted)
    for wanted in ("CR", "PR"):
        for i in range(n):
            if counted[i][1] == wanted and (not confirm or any(confirmed_by(counted, i, j) for j in range(i + 1, n))):
                return wanted
    responses = ("CR", "PR", "SD") if confirm else ("SD",)
    if any(said in responses and day >= stable for day, said in counted):
        return "SD"
    if any(said == "NON-CR/NON-PD" and day >= stable for day, said in counted):
        return "NON-CR/NON-PD"
    for wanted in ("NED", "PD"):
        if any(said == wanted for _, said in counted):
            return wanted
    return "NE" if counted else "MISSING"
