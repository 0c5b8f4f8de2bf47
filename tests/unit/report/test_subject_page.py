"""The page of a subject: its verdict, what to fetch next, and every criterion with facts and distances."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.unit.screening.trial import study
from trialwright.model.screened import CriterionAnswer, Held, Row, SubjectAnswers, Want
from trialwright.report.subject_page import PageHead, comparison_words, fetch_list, subject_page

pytestmark = pytest.mark.unvalidated

HEAD = PageHead(study(), "draft", "simulated", "trialwright 1.2.3", "0" * 64)
PLATELETS = Held("plt", "I1.5", "at_least", "50000 /uL", "48", "10*9/L", "2024-05-02", "50 10*9/L", "-2000 /uL",
               holds=False, decides=True, opposed=False)  # fmt: skip
SAMPLE = Want(3, "sample", "platelets?", "stale", date(2024, 4, 20), date(2024, 5, 20))
ANSWER = Want(0, "attestation", "Removable? (surgeon)", "needs_attestation", None, None)


def criterion(
    name: str, verdict: str, *wants: Want, held: tuple[Held, ...] = (), near: bool = False
) -> CriterionAnswer:
    reasons = tuple(want.reason for want in wants)
    rows = (Row("row/lb.csv:S1:4", "LBORRES", "48", "2024-05-02"),)
    margin = "3 d (a)" if near else ""
    return CriterionAnswer(
        name, f"Text of {name} <b>", "I1", "{}", name[0] == "E", verdict, reasons, near, margin, held, rows, wants
    )


def answers(verdict: str, *criteria: CriterionAnswer, before: tuple[str, ...] = ()) -> SubjectAnswers:
    return SubjectAnswers("S<1>", "서울-01", "entry", date(2024, 5, 20), False, verdict, criteria, before)


def text(page: str) -> str:
    body = page[page.index("<body>") :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_what_is_easiest_to_fetch_stands_first_and_names_all_its_criteria() -> None:
    found = fetch_list(
        answers("CANNOT TELL", criterion("I2", "UNKNOWN", SAMPLE), criterion("I3", "UNKNOWN", ANSWER, SAMPLE))
    )
    assert [(each.action, each.ask, each.criteria) for each in found] == [
        ("Ask", "Removable? (surgeon)", "I3"), ("Take or repeat", "Platelets?", "I2 and I3"),
    ]  # fmt: skip
    assert found[1].when == "20 April 2024 to 20 May 2024"
    assert found[1].why == "what is entered lies outside the window"


def test_nothing_is_fetched_where_it_could_change_nothing() -> None:
    assert fetch_list(answers("NOT ELIGIBLE", criterion("I1", "NOT_MET"), criterion("I2", "UNKNOWN", SAMPLE))) == ()
    assert "Nothing that is wanting can change the verdict." in subject_page(answers("NOT ELIGIBLE"), HEAD)
    assert "every criterion is met" in subject_page(answers("ELIGIBLE"), HEAD)
    assert "wanting at an earlier gate" in subject_page(answers("CANNOT TELL", before=("I1 (entry)",)), HEAD)


def test_an_exclusion_that_applies_excludes_and_is_not_called_not_met() -> None:
    judged = criterion("I1", "NOT_MET"), criterion("E1", "NOT_MET"), criterion("E2", "MET")
    page = text(subject_page(answers("NOT ELIGIBLE", *judged), HEAD))
    assert "Not eligible I1 not met, E1 excludes" in page
    assert "(exclusion) does not exclude" in page
    assert page.count("not met") == 2


@pytest.mark.parametrize(
    ("relation", "margin", "holds", "words"),
    [
        ("at_least", "-2 d", False, "short by 2 d"), ("at_most", "5 U/L", False, "over by 5 U/L"),
        ("at_least", "3 d", True, "3 d above it"), ("at_most", "-5 U/L", True, "5 U/L below it"),
        ("at_most", "0 U/L", True, "exactly on the bound"), ("above", "0", False, "exactly on the bound"),
        ("below", "-0.5 cm", True, "0.5 cm below it"),
    ],
)  # fmt: skip
def test_a_distance_in_words(relation: str, margin: str, holds: bool, words: str) -> None:
    held = Held("a_b", "", relation, "7", "5", "cm", "", "7", margin, holds=holds, decides=True, opposed=False)
    assert comparison_words(held).endswith(f": {words}")
    assert comparison_words(held).startswith("a b 5 cm against ")


def test_a_disagreement_of_two_limits_is_said() -> None:
    held = Held(
        "ast", "", "at_most", "5 × ULN", "180", "U/L", "", "175 U/L", "5 U/L", holds=False, decides=False, opposed=True
    )
    assert comparison_words(held).endswith("over by 5 U/L; the other limit says the opposite and governs")


def test_the_page_says_all_and_stands_alone() -> None:
    page = subject_page(
        answers(
            "CANNOT TELL",
            criterion("I1", "MET", near=True),
            criterion("I9", "UNKNOWN", ANSWER),
            criterion("E5", "MET", held=(PLATELETS,)),
            before=("I0 (entry)",),
        ),
        HEAD,
    )
    shown = text(page)
    assert "simulated data" in shown
    assert "draft study file" in shown
    assert "Screening of S&lt;1&gt;" in shown
    assert "서울-01" in shown
    assert "not reached; as if it were 20 May 2024" in shown
    assert "Cannot tell yet unknown: I9 at an earlier gate: I0 (entry)" in shown
    assert "Met near a bound I1 by 3 d (a)" in shown
    assert "plt 48 10*9/L (2024-05-02) against at least 50 10*9/L (50000 /uL): short by 2000 /uL" in shown
    assert "Text of E5 &lt;b&gt; (exclusion)" in shown
    assert "lb.csv:S1:4 LBORRES 48 2024-05-02" in shown
    assert "is not a certified medical device" in shown
    assert not re.search(r"""(src|href)=["']?(https?:)?//|@import|url\(""", page)


def test_a_signed_study_and_entered_data_carry_no_warning() -> None:
    head = PageHead(HEAD.study, "activated", "entered", "x", "0" * 64)
    assert head.warnings == ()
    assert 'class="state"' not in subject_page(answers("ELIGIBLE"), head)
