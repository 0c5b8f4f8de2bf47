"""Responses against a second implementation in plain Python, and what must hold whatever the lesions do."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.second_response import Lesion, best, course, lost_complete_response
from tests.unit.endpoints.trial import frames_of, study
from trialwright.assessments.response_rows import RESPONSE_CODES
from trialwright.assessments.responses import study_responses
from trialwright.endpoints import time_point_dates
from trialwright.model.frames import Frames
from trialwright.numerics.response_sequence import NO_DAY, SequenceRules, best_responses, read_again

pytestmark = pytest.mark.independent("a second implementation in plain Python with fractions")

ORIGIN = date(2026, 1, 1)
DAYS = (41, 69, 97, 139, 167, 210)
SUBJECTS = 240
WORDS = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "NED")
NUMBERS = {number: word for word, number in RESPONSE_CODES.items()}

verdicts = st.lists(st.tuples(st.sampled_from((7, 13, 14, 27, 28, 29, 42)), st.sampled_from(WORDS)), max_size=7)


def told(given_: list[tuple[int, str]], confirm_days: int = 28, max_ne: int = 1) -> tuple[str, str]:
    """Best and confirmed best response by the program."""
    day = np.cumsum([step for step, _ in given_]).astype(np.int64)
    code = np.array([RESPONSE_CODES[word] for _, word in given_], np.int8)
    start, rules = np.array([0, len(given_)]), SequenceRules(42, confirm_days, max_ne, False, 0)
    limits = np.array([0]), np.array([NO_DAY])
    found = best_responses(start, day, read_again(start, day, code, rules), limits, rules)
    return NUMBERS[int(found.best[0])], NUMBERS[int(found.confirmed[0])]


@given(verdicts)
def test_best_responses_of_any_sequence(given_: list[tuple[int, str]]) -> None:
    days = np.cumsum([step for step, _ in given_]).tolist()
    plain = lost_complete_response([(day, word) for day, (_, word) in zip(days, given_, strict=True)])
    assert told(given_) == (best(plain, confirm=False), best(plain, confirm=True))


@given(verdicts)
def test_a_confirmed_response_is_never_better_than_the_best(given_: list[tuple[int, str]]) -> None:
    order = ("CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD", "NE", "MISSING")
    unconfirmed, confirmed = told(given_)
    assert order.index(confirmed) >= order.index(unconfirmed)


@given(verdicts, st.sampled_from(WORDS))
def test_nothing_after_the_first_progression_changes_the_best_response(
    given_: list[tuple[int, str]], later: str
) -> None:
    assert told([*given_, (28, "PD"), (28, later)]) == told([*given_, (28, "PD")])


def size(draws: np.random.Generator, least: int) -> str:
    """A length in tenths, most often one that stands near a limit of another."""
    return f"{int(draws.choice((0, least, 99, 100, 149, 150, 200, 240, 290, 300, 350, 360))) / 10:.1f}"


def word(draws: np.random.Generator, lesion: str) -> str:
    if lesion == "non-target":
        return str(draws.choice(("PRESENT", "ABSENT", "UNEQUIVOCAL_PD", "NE"), p=(0.6, 0.3, 0.05, 0.05)))
    return str(draws.choice(("ABSENT", "TSTM", "NE"))) if draws.random() < 0.25 else size(draws, 105)


@cache
def people() -> dict[str, tuple[tuple[Lesion, ...], int | None]]:
    """Invented subjects: their lesions, and the day of a new one."""
    draws = np.random.default_rng(11)
    made = {}
    for number in range(SUBJECTS):
        lesions = []
        for kind in ("target", "target", "non-target")[: int(draws.integers(1, 4))]:
            first = "PRESENT" if kind == "non-target" else f"{int(draws.choice((150, 200, 300, 333))) / 10:.1f}"
            seen = {0: first, **{day: word(draws, kind) for day in DAYS}}
            lesions.append(Lesion(kind, bool(kind == "target" and draws.random() < 0.3), seen))
        fresh = int(draws.choice(DAYS)) if draws.random() < 0.15 else None
        made[f"P{number:03d}"] = (tuple(lesions), fresh)
    return made


@cache
def folder() -> Frames:
    """The same subjects as a data folder."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for subject, (lesions, fresh) in people().items():
        who = {"USUBJID": subject}
        rows["DM"].append({**who, "SITEID": "01", "SEX": "F"})
        rows["DS"].append({**who, "DSSEQ": "1", "DSDECOD": "RANDOMIZED", "DSSTDTC": ORIGIN.isoformat()})
        for number, lesion in enumerate(lesions, 1):
            place = "LYMPH NODE" if lesion.nodal else "LIVER"
            first = {"TUSEQ": str(number), "TULNKID": f"L{number}", "TULOC": place, "TUDTC": ORIGIN.isoformat()}
            rows["TU"].append({**who, **first, "TUORRES": lesion.kind.upper()})
            for day, seen in lesion.seen.items():
                rows["TR"].append({**who, "TRLNKID": f"L{number}", **look(lesion, day, seen)})
        if fresh is not None:
            day = (ORIGIN + timedelta(days=fresh)).isoformat()
            rows["TU"].append({**who, "TUSEQ": "9", "TULNKID": "N", "TUORRES": "NEW", "TULOC": "LUNG", "TUDTC": day})
    for number, row in enumerate(rows["TR"], 1):
        row["TRSEQ"] = str(number)
    return frames_of(rows)


def look(lesion: Lesion, day: int, seen: str) -> dict[str, str]:
    dated = {"TRDTC": (ORIGIN + timedelta(days=day)).isoformat()}
    if seen in ("PRESENT", "UNEQUIVOCAL_PD") or (seen == "ABSENT" and lesion.kind == "non-target"):
        return {**dated, "TRTESTCD": "TUMSTATE", "TRORRES": seen.replace("_PD", " PROGRESSION")}
    test = {**dated, "TRTESTCD": "LPERP" if lesion.nodal else "LDIAM"}
    match seen:
        case "NE":
            return {**test, "TRSTAT": "NOT DONE", "TRORIG": "NOT EVALUABLE"}
        case "ABSENT":
            return {**test, "TRORIG": "ABSENT"}
        case "TSTM":
            return {**test, "TRORIG": "TOO SMALL"}
    return {**test, "TRORRES": seen, "TRORRESU": "mm", "TRORIG": "MEASURED"}


def responses(frames: Frames) -> pl.DataFrame:
    series = {"id": "scans", "criteria": "recist-1.1", "baseline": {"last_before": "allocation", "within": "28 days"}}
    trial = study(assessments=[{**series, "from": "allocation"}], visits=[])
    return study_responses(trial, frames, time_point_dates(trial, frames))[0]


@cache
def judged() -> pl.DataFrame:
    return responses(folder())


def overall(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter((pl.col("PARAMCD") == "OVR") & (pl.col("DTYPE") == "AS ASSESSED"))


def test_every_assessment_as_the_second_implementation_judges_it() -> None:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for subject, day, code in overall(judged()).sort("USUBJID", "ADT").select("USUBJID", "ADT", "AVALC").iter_rows():
        found[subject].append(((day - ORIGIN).days, code))
    expected = {subject: course(lesions, fresh, DAYS) for subject, (lesions, fresh) in people().items()}
    differ = {subject: (found[subject], each) for subject, each in expected.items() if found[subject] != each}
    assert differ == {}
    assert {code for each in expected.values() for _, code in each} >= {"CR", "PR", "SD", "PD", "NE"}


def test_best_responses_as_the_second_implementation_finds_them() -> None:
    rows = judged().filter(pl.col("PARAMCD").is_in(["BOR", "CBOR"])).select("USUBJID", "PARAMCD", "AVALC")
    found = {(subject, name): code for subject, name, code in rows.iter_rows()}
    for subject, (lesions, fresh) in people().items():
        plain = course(lesions, fresh, DAYS)
        expected = best(plain, confirm=False), best(plain, confirm=True)
        assert (found[subject, "BOR"], found[subject, "CBOR"]) == expected, subject


@pytest.mark.parametrize("last", DAYS[1:4])
def test_an_assessment_never_changes_when_a_later_one_is_added(last: int) -> None:
    cutoff = ORIGIN + timedelta(days=last)
    early = overall(responses(folder().until(cutoff)))
    assert early.equals(overall(judged()).filter(pl.col("ADT") <= cutoff))


def test_the_order_of_rows_changes_nothing() -> None:
    frames = folder()
    for domain in ("TR", "TU"):
        frames = frames.replace(domain, frames[domain].sample(fraction=1, shuffle=True, seed=5))
    assert responses(frames).equals(judged())


def test_the_names_of_lesions_change_nothing() -> None:
    frames = folder()
    turned = {f"L{number}": f"M{9 - number}" for number in range(1, 4)}
    for domain, name in (("TR", "TRLNKID"), ("TU", "TULNKID")):
        frames = frames.replace(domain, frames[domain].with_columns(pl.col(name).replace(turned)))
    columns = ["USUBJID", "PARAMCD", "ADT", "AVALC", "RULEID"]
    assert responses(frames).select(columns).equals(judged().select(columns))


def test_the_best_response_is_no_better_than_the_best_before_the_first_progression() -> None:
    order = {word: place for place, word in enumerate(("CR", "PR", "SD", "NON-CR/NON-PD", "NED", "PD", "NE"))}
    for (subject,), own in overall(judged()).sort("ADT").group_by("USUBJID"):
        codes = own["AVALC"].to_list()
        until = codes[: codes.index("PD") + 1] if "PD" in codes else codes
        mine = judged().filter((pl.col("USUBJID") == subject) & (pl.col("PARAMCD") == "BOR"))["AVALC"].item()
        assert order[mine] >= min(order[code] for code in until), subject


def test_a_response_lies_before_the_progression() -> None:
    dated = judged().filter(pl.col("PARAMCD").is_in(["RSP", "CRSP", "PD"]) & (pl.col("AVALC") == "Y"))
    wide = dated.pivot("PARAMCD", index="USUBJID", values="ADT")
    assert wide.filter((pl.col("RSP") >= pl.col("PD")) | (pl.col("CRSP") >= pl.col("PD"))).is_empty()
    assert wide.filter(pl.col("CRSP").is_not_null() & (pl.col("CRSP") < pl.col("RSP"))).is_empty()
