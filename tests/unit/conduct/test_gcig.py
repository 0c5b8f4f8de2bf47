"""The GCIG criteria over a whole table: blocks, starts, own limits, samples that are wrong in themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialwright.conduct.gcig import EVENT_KINDS, GcigRequest, JudgedSubject, judge_table
from trialwright.errors import DataError, InputError

pytestmark = pytest.mark.unvalidated

HEAD = "USUBJID,DAY,VALUE,UNIT\n"


def written(place: Path, text: str, name: str = "samples.csv") -> Path:
    path = place / name
    path.write_text(text, encoding="utf-8")
    return path


def judged(place: Path, text: str, **given: object) -> dict[str, JudgedSubject]:
    request = GcigRequest(written(place, text), **{"uln": "35", **given})  # type: ignore[arg-type]  # keys are checked by the class
    return {found.subject: found for found in judge_table(request)}


def responded(found: JudgedSubject) -> tuple[str, int | None, int | None]:
    assert found.verdict is not None, found.errors
    response = found.verdict.response
    return response.state, found.day(response.days), found.day(response.known_days)


def rows(subject: str, text: str, unit: str = "U/mL") -> str:
    return "".join(f"{subject},{','.join(part.split())},{unit}\n" for part in text.split(","))


def test_subjects_need_not_stand_together_in_a_small_table(tmp_path: Path) -> None:
    text = HEAD + "A,21,190,U/mL\nB,-5,400,kU/L\nA,-5,400,IU/mL\nB,21,100,kU/L\nA,49,180,U/mL\nB,49,90,kU/L\n"
    found = judged(tmp_path, text)
    assert list(found) == ["A", "B"]
    assert responded(found["A"]) == responded(found["B"]) == ("RESPONSE", 21, 49)


def test_a_table_of_many_blocks_gives_the_same_and_says_how_far_it_is(tmp_path: Path) -> None:
    text = HEAD + "".join(rows(f"S{number:03d}", "-5 400,21 190,49 180") for number in range(300))
    whole = judged(tmp_path, text)
    said: list[str] = []
    request = GcigRequest(tmp_path / "samples.csv", "35", block_bytes=900)
    pieces = {found.subject: found for found in judge_table(request, say=said.append)}
    assert {name: responded(found) for name, found in pieces.items()} == {
        name: responded(found) for name, found in whole.items()
    }
    assert len(pieces) == 300
    assert 5 <= len(said) <= 10
    assert said[0].endswith("% of the table judged")


def test_the_start_of_treatment_and_events_of_a_table(tmp_path: Path) -> None:
    events = written(tmp_path, "USUBJID,DAY,KIND\nA,10,treatment start\nB,10,paracentesis\nZ,1,pleural\n", "events.csv")
    text = HEAD + rows("A", "-4 400,31 190,59 180") + rows("B", "-5 400,21 150,42 100,71 90")
    found = judged(tmp_path, text, events=events)
    assert responded(found["A"]) == ("RESPONSE", 31, 59)
    assert found["A"].start_day == 10
    assert responded(found["B"]) == ("RESPONSE", 42, 71)
    assert responded(judged(tmp_path, text)["A"]) == ("RESPONSE", 31, 59)
    late = written(tmp_path, "USUBJID,DAY,KIND\nA,11,treatment start\n", "late.csv")
    assert responded(judged(tmp_path, text, events=late)["A"])[0] == "NOT EVALUABLE"
    both = written(tmp_path, "USUBJID,DAY,KIND\nA,1,treatment start\nA,2,treatment start\n", "both.csv")
    assert judged(tmp_path, text, events=both)["A"].errors == ("treatment starts on more than one day",)
    assert {"peritoneal", "pleural", "paracentesis", "pleurodesis", "mouse antibodies"} < set(EVENT_KINDS)


def test_mouse_antibodies_of_a_table(tmp_path: Path) -> None:
    events = written(tmp_path, "USUBJID,DAY,KIND\nA,30,mouse antibodies\n", "events.csv")
    text = HEAD + rows("A", "-5 400,21 190,100 180")
    assert responded(judged(tmp_path, text)["A"])[0] == "RESPONSE"
    assert responded(judged(tmp_path, text, events=events)["A"])[0] == "NO RESPONSE"


def test_limits_of_normal_of_the_samples_themselves(tmp_path: Path) -> None:
    text = "USUBJID,DAY,VALUE,UNIT,ULN,ASSAY\nA,-5,75,U/mL,40,x\nA,21,20,U/mL,,x\nB,-5,75,U/mL,,\nB,21,20,U/mL,,y\n"
    found = judged(tmp_path, text)
    assert responded(found["A"])[0] == "NOT EVALUABLE"
    assert responded(found["B"])[0] == "NO RESPONSE"
    assert responded(judged(tmp_path, text, uln=None)["B"])[0] == "UNDECIDED"
    with pytest.raises(InputError, match="'<35' is no upper limit of normal"):
        judged(tmp_path, text, uln="<35")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("A,x,400,U/mL,35", "line 2: the day is missing or no whole number"),
        ("A,1.5,400,U/mL,35", "line 2: the day is missing or no whole number"),
        ("A,1,0,U/mL,35", "line 2: '0' is no concentration above 0"),
        ("A,1,-4,U/mL,35", "line 2: '-4' is no concentration above 0"),
        ("A,1,high,U/mL,35", "line 2: 'high' is no concentration above 0"),
        ("A,1,,U/mL,35", "line 2: 'an empty cell' is no concentration above 0"),
        ("A,1,4,ug/L,35", "line 2: 'ug/L' is not U/mL, kU/L or IU/mL"),
        ("A,1,4,U/L,35", "line 2: 'U/L' is not U/mL, kU/L or IU/mL"),
        ("A,1,4,,35", "line 2: the value has no unit"),
        ("A,1,4,U/mL,<35", "line 2: '<35' is no upper limit of normal"),
    ],
)
def test_a_sample_that_is_wrong_in_itself_is_told_and_never_left_out(tmp_path: Path, row: str, words: str) -> None:
    text = f"USUBJID,DAY,VALUE,UNIT,ULN\n{row}\nA,30,20,U/mL,35\nB,-5,400,U/mL,35\n"
    found = judged(tmp_path, text)
    assert (found["A"].verdict, found["A"].errors) == (None, (words,))
    assert found["B"].verdict is not None


def test_what_is_no_table_of_samples(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no column UNIT"):
        judged(tmp_path, "USUBJID,DAY,VALUE\nA,1,2\n")
