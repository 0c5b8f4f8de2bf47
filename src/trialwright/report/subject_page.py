"""One printable page a subject: verdict, what is not met, what to fetch next, and every criterion with its facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from trialwright.model.screened import CriterionAnswer, Held, SubjectAnswers, Want
from trialwright.model.study import Study
from trialwright.report.eligibility import REASON_WORDS
from trialwright.report.typeset import enumeration, long_date, sentence

__all__ = ["Fetch", "PageHead", "comparison_words", "fetch_list", "subject_page"]

_TEMPLATES: Final = Path(__file__).parent / "templates"
_VERDICT_WORDS: Final = {
    "ELIGIBLE": "Eligible", "NOT ELIGIBLE": "Not eligible", "CANNOT TELL": "Cannot tell yet",
}  # fmt: skip
_MET_WORDS: Final = {"MET": "met", "NOT_MET": "not met", "UNKNOWN": "unknown"}
_EXCLUDING_WORDS: Final = {"MET": "does not exclude", "NOT_MET": "excludes", "UNKNOWN": "unknown"}
_RELATIONS: Final = {"at_least": "at least", "at_most": "at most", "above": "above", "below": "below"}
_ACTIONS: Final = {
    "attestation": "Ask", "entry": "Enter or correct", "review": "Go through and date", "sample": "Take or repeat",
    "imaging": "Examine", "waiting": "Wait for", "not computed": "Judge by hand",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageHead:
    """What stands on every page.

    Parameters
    ----------
    study : Study
        The study.
    state : str
        ``draft``, ``confirmed`` or ``activated``.
    origin : str
        ``entered``, ``imported`` or ``simulated``.
    program : str
        Name and version.
    sha256 : str
        Hash of the study file's canonical form.
    """

    study: Study
    state: str
    origin: str
    program: str
    sha256: str

    @property
    def warnings(self) -> tuple[str, ...]:
        """State and origin, where a reader must be told."""
        simulated = ("simulated data",) if self.origin == "simulated" else ()
        unsigned = () if self.state == "activated" else (f"{self.state} study file",)
        return simulated + unsigned


@dataclass(frozen=True, slots=True)
class Fetch:
    """One line of what to fetch next.

    Parameters
    ----------
    action, ask, why, when, criteria : str
        What to do, about what, for which reason, between which days, and for which criteria.
    """

    action: str
    ask: str
    why: str
    when: str
    criteria: str


def fetch_list(answers: SubjectAnswers) -> tuple[Fetch, ...]:
    """What to fetch next, the easiest first.

    Parameters
    ----------
    answers : SubjectAnswers
        A subject's answers.

    Returns
    -------
    tuple of Fetch
        Empty where nothing unknown can change the verdict: everything is met, or something is not.
    """
    if answers.verdict != "CANNOT TELL":
        return ()
    return tuple(_fetch(want, criteria) for want, criteria in answers.fetch)


def _fetch(want: Want, criteria: tuple[str, ...]) -> Fetch:
    when = ""
    if want.since is not None and want.until is not None:
        when = f"{long_date(want.since)} to {long_date(want.until)}"
    why = REASON_WORDS.get(want.reason, want.reason)
    return Fetch(_ACTIONS[want.kind], sentence(want.ask), why, when, enumeration(criteria))


def comparison_words(held: Held) -> str:
    """One comparison in words: the fact, its day, the bound and how far it lies from it.

    Parameters
    ----------
    held : Held
        The comparison.

    Returns
    -------
    str
        For example ``plt 48 10*9/L (2024-05-02) against at least 50 10*9/L: short by 2 10*9/L``.

    Examples
    --------
    >>> comparison_words(
    ...     Held("plt", "", "at_least", "50", "48", "", "", "50", "-2", holds=False, decides=True, opposed=False)
    ... )
    'plt 48 against at least 50: short by 2'
    """
    value = " ".join(part for part in (held.value, held.unit) if part)
    day = f" ({held.day})" if held.day else ""
    stated = "" if held.bound == held.threshold else f" ({held.bound})"
    distance = held.margin.removeprefix("-")
    low = held.relation in ("at_least", "above")
    if held.margin in ("0", "0 d") or held.margin.startswith("0 "):
        where = "exactly on the bound"
    elif held.holds:
        where = f"{distance} {'above' if low else 'below'} it"
    else:
        where = f"{'short by' if low else 'over by'} {distance}"
    opposed = "" if not held.opposed else "; the other limit says the opposite"
    governs = "" if held.decides or not held.opposed else " and governs"
    fact, relation = held.about.replace("_", " "), _RELATIONS[held.relation]
    return f"{fact} {value}{day} against {relation} {held.threshold}{stated}: {where}{opposed}{governs}"


def subject_page(answers: SubjectAnswers, head: PageHead) -> str:
    """The page of one subject as self-contained HTML.

    Parameters
    ----------
    answers : SubjectAnswers
        The subject's answers at a gate.
    head : PageHead
        What stands on every page.

    Returns
    -------
    str
        A page that needs no other file and prints on one sheet of A4 for a usual number of criteria.
    """
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["verdict"] = _verdict_words
    environment.filters["answer"] = _answer_words
    environment.filters["reasons"] = _reason_words
    environment.filters["comparison"] = comparison_words
    point = head.study.time_points[answers.gate]
    return environment.get_template("subject.html.j2").render(
        answers=answers,
        head=head,
        study=head.study.study,
        gate=point.label or answers.gate.replace("_", " "),
        day=long_date(answers.at) if answers.at is not None else "a day not known exactly",
        fetches=fetch_list(answers),
        near=[each for each in answers.criteria if each.near],
    )


def _verdict_words(code: str) -> str:
    return _VERDICT_WORDS[code]


def _answer_words(each: CriterionAnswer) -> str:
    return (_EXCLUDING_WORDS if each.excludes else _MET_WORDS)[each.verdict]


def _reason_words(reasons: tuple[str, ...]) -> str:
    return "; ".join(REASON_WORDS.get(reason, reason) for reason in reasons)
