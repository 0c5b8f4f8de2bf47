"""iRECIST visit by visit."""

from __future__ import annotations

import pytest

from trialwright.assessments.immune import ImmuneVisit, immune_course
from trialwright.numerics.lesion_records import STATES
from trialwright.numerics.response_sequence import CODES

pytestmark = pytest.mark.independent("worked out by hand from the criteria")


def seen(
    day: int, target: str, total: int, *, other: str = "none", new: int = 0, size: int = 0, worse: bool = False
) -> ImmuneVisit:
    """A visit; the overall response by RECIST 1.1 follows from its parts."""
    states = STATES._asdict()
    progressed = "pd" in (target, other) or new > 0
    overall = CODES.pd if progressed else {"cr": CODES.cr, "pr": CODES.pr, "sd": CODES.sd, "ne": CODES.ne}[target]
    return ImmuneVisit(day, states[target], states[other], overall, total, new, size, worse)


def said(*visits: ImmuneVisit) -> tuple[str, ...]:
    return immune_course(visits, 42).responses


def test_a_new_lesion_that_does_not_change_leaves_the_progression_unconfirmed() -> None:
    assert said(seen(42, "sd", 1000, new=1), seen(84, "sd", 1000, new=1)) == ("iUPD", "iUPD")


def test_targets_that_do_better_wipe_it_out_and_the_new_lesion_is_known_from_then_on() -> None:
    assert said(seen(42, "sd", 1000, new=1), seen(84, "pr", 600, new=1), seen(126, "pr", 600, new=1)) == (
        "iUPD", "iPR", "iPR",
    )  # fmt: skip


def test_all_targets_gone_with_a_new_lesion_there_is_a_partial_response() -> None:
    assert said(seen(42, "sd", 1000, new=1), seen(84, "cr", 0, new=1)) == ("iUPD", "iPR")


def test_after_that_another_new_lesion_or_growth_of_the_known_ones_is_a_new_progression() -> None:
    first = seen(42, "sd", 1000, new=1, size=200), seen(84, "pr", 600, new=1, size=200)
    assert said(*first, seen(126, "pr", 600, new=2, size=200))[-1] == "iUPD"
    assert said(*first, seen(126, "pr", 600, new=1, size=250))[-1] == "iUPD"
    assert said(*first, seen(126, "pr", 600, new=1, size=249))[-1] == "iPR"
    assert said(*first, seen(126, "pr", 600, new=1, size=200, worse=True))[-1] == "iUPD"


def test_growth_of_the_new_ones_is_20_percent_and_5_mm_over_their_smallest_sum() -> None:
    first = seen(42, "sd", 1000, new=1, size=400), seen(84, "pr", 600, new=1, size=400)
    assert said(*first, seen(126, "pr", 600, new=1, size=479))[-1] == "iPR"
    assert said(*first, seen(126, "pr", 600, new=1, size=480))[-1] == "iUPD"
    smaller = seen(126, "pr", 600, new=1, size=300)
    assert said(*first, smaller, seen(168, "pr", 600, new=1, size=360))[-1] == "iUPD"


def test_non_targets_that_progress_again_confirm() -> None:
    assert said(seen(42, "sd", 1000, other="pd"), seen(84, "sd", 1000, other="pd")) == ("iUPD", "iCPD")
    assert said(seen(42, "sd", 1000, other="pd"), seen(84, "sd", 1000, other="non")) == ("iUPD", "iUPD")


def test_not_evaluable_leaves_it_standing_and_after_confirmation_nothing_changes() -> None:
    grown = seen(42, "pd", 1200), seen(84, "ne", 0), seen(126, "pd", 1250), seen(168, "pr", 500)
    course = immune_course(grown, 42)
    assert course.responses == ("iUPD", "NE", "iCPD", "iCPD")
    assert (course.progression, course.best, course.best_at) == (0, "iCPD", 2)


def test_early_stable_disease_does_not_count_as_the_best() -> None:
    assert immune_course([seen(41, "sd", 1000)], 42).best == "NE"
    assert immune_course([seen(42, "sd", 1000)], 42).best == "iSD"
    assert immune_course([], 42).best == "MISSING"
