"""Responses by CA-125 out of a data folder: rows, their sources, and what bounds and disturbs the samples."""

from __future__ import annotations

import json
from datetime import date, timedelta

import polars as pl
import pytest

from trialwright.assessments import study_responses
from trialwright.assessments.gcig.study_rows import ROWS, ca125_responses, rules_of
from trialwright.endpoints import time_point_dates
from trialwright.errors import InputError
from trialwright.model.finding import Finding
from trialwright.model.frames import Frames, frames_from_text
from trialwright.model.study import Study

pytestmark = pytest.mark.independent("dates and rules worked out by hand")

START = date(2026, 3, 1)
ITEMS = {
    "ca125": {"is": "number", "analyte": "CA125", "unit": "U/mL", "ask": "CA-125"},
    "began": {"is": "date", "ask": "Start?", "domain": "EX", "column": "EXSTDTC", "take": "first"},
    "drawn": {"is": "date", "ask": "Allocated?", "domain": "DS", "column": "DSSTDTC"},
    "drained": {"is": "date", "ask": "Drained?", "domain": "PR", "where": {"PRDECOD": "DRAIN"}, "column": "PRSTDTC"},
}
MARKER = {"id": "fall", "item": "ca125", "criteria": "gcig-2011-response", "from": "start", "used_for": ["report"]}


def study(**keys: object) -> Study:
    content = {
        "language": 1,
        "study": {"id": "x", "title": "X", "version": "0.1.0", "registry": {"name": "R", "id": "1"}},
        "items": ITEMS,
        "time_points": {"start": {"item": "began"}, "drawing": {"item": "drawn"}},
        "arms": [{"id": "A", "label": "a", "role": "single"}],
        "markers": [{**MARKER, **keys}],
    }
    return Study.model_validate_json(json.dumps(content))


def day(number: int) -> str:
    return (START + timedelta(days=number)).isoformat()


def lab(text: str, **cells: str) -> list[dict[str, str]]:
    """Rows of LB of ``day value`` pairs; a word that is no number is taken as the date itself."""
    rows = []
    for number, part in enumerate(text.split(","), 1):
        at, value = part.split()
        rows.append(
            {
                "USUBJID": "S1", "LBSEQ": str(number), "LBTESTCD": "CA125", "LBORRES": value, "LBORRESU": "U/mL",
                "LBORNRHI": "35", "LBDTC": at if at.startswith("20") else day(int(at)), **cells,
            }
        )  # fmt: skip
    return rows


def folder(samples: list[dict[str, str]], **tables: list[dict[str, str]]) -> Frames:
    start = {"USUBJID": "S1", "EXSEQ": "1", "EXTRT": "X", "EXSTDTC": day(0)}
    made = {
        "DM": [{"USUBJID": "S1", "SITEID": "1", "SEX": "F", "RFICDTC": day(-30)}],
        "EX": [start],
        "LB": samples,
        **tables,
    }
    frames, _ = frames_from_text(
        {name: pl.DataFrame(rows) for name, rows in made.items() if rows}, "entered", study="x"
    )
    return frames


def rows(frames: Frames, trial: Study | None = None) -> tuple[list[tuple[object, ...]], list[Finding]]:
    trial = trial or study()
    found, findings = ca125_responses(trial, frames, time_point_dates(trial, frames))
    shown = found.select(
        "PARAMCD", (pl.col("ADT") - START).dt.total_days(), "AVALC", "ADEQUATE", "RULEID", "SRCSEQ", "ADTF"
    )
    return shown.rows(), findings


def of(parameter: str, frames: Frames, trial: Study | None = None) -> list[tuple[object, ...]]:
    return [row[1:] for row in rows(frames, trial)[0] if row[0] == parameter]


def test_rows_of_a_response() -> None:
    found, findings = rows(folder(lab("-5 400,21 190,49 30,80 20")))
    assert found == [
        ("BOR", 21, "RESPONSE", "Y", "gcig.response.confirmed", 2, None),
        ("CRCA125", 49, "COMPLETE RESPONSE", "Y", "gcig.response.complete", 3, None),
        ("OVR", 21, "NO RESPONSE", "Y", "gcig.response.not-yet", 2, None),
        ("OVR", 49, "RESPONSE", "Y", "gcig.response.confirmed", 3, None),
        ("RSPCA125", 21, "RESPONSE", "Y", "gcig.response.confirmed", 2, None),
    ]
    assert findings == []


def test_columns_are_those_of_adrs() -> None:
    trial, frames = study(), folder(lab("-5 400,21 190,49 180"))
    found, _ = ca125_responses(trial, frames, time_point_dates(trial, frames))
    assert dict(found.schema) == dict(ROWS)
    assert found.select("STUDYID", "USUBJID", "ASSESSID", "DTYPE", "SRCDOM", "ANL01FL", "AVAL").rows()[0] == (
        "x", "S1", "fall", "DERIVED", "LB", "Y", None,
    )  # fmt: skip
    together, _ = study_responses(trial, frames, time_point_dates(trial, frames))
    assert together.height == found.height


def test_rows_of_a_progression() -> None:
    found = of("PDCA125", folder(lab("-5 20,60 70,90 70")))
    assert found == [(60, "PD", "Y", "gcig.progression.C", 2, None)]
    assert of("PDCA125", folder(lab("-5 20,60 70"))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-5 400,21 250,49 240", [("NO RESPONSE", "Y", "not-yet"), ("NO RESPONSE", "Y", "never-half")]),
        ("-5 400,21 190", [("NO RESPONSE", "Y", "unconfirmed")]),
        ("-5 400,21 <201,49 180", [("NE", "N", "undecided"), ("NE", "N", "undecided")]),
        ("-5 400", []),
    ],
)
def test_what_is_known_on_each_day(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = [
        (code, adequate, str(rule).rpartition(".")[2]) for _, code, adequate, rule, *_ in of("OVR", folder(lab(text)))
    ]
    assert found == expected


def test_who_cannot_be_judged() -> None:
    low = folder(lab("-5 69,21 20,49 20"))
    assert [row[1:4] for row in of("OVR", low)] == [("NE", "N", "gcig.evaluable.below-twice-uln")] * 2
    assert of("BOR", low) == [(49, "NE", "N", "gcig.evaluable.below-twice-uln", 3, None)]
    early = folder(lab("-15 400"))
    assert of("OVR", early) == [(-15, "NE", "N", "gcig.evaluable.no-sample", 1, None)]
    alone = folder(lab("-5 400"))
    assert of("BOR", alone) == [(-5, "NO RESPONSE", "N", "gcig.response.no-later-sample", 1, None)]


def test_who_has_no_samples_or_no_start_has_no_rows() -> None:
    assert rows(folder([]))[0] == []
    assert rows(folder(lab("-5 400,21 20"), EX=[]))[0] == []
    other = [{**row, "LBTESTCD": "CEA"} for row in lab("-5 400,21 190,49 180")]
    assert rows(folder(other))[0] == []


def test_samples_end_where_the_clause_says() -> None:
    text = "-5 400,21 190,49 180"
    drawn = [{"USUBJID": "S1", "DSSEQ": "1", "DSDECOD": "RANDOMIZED", "DSSTDTC": day(49)}]
    until = study(until="drawing")
    assert of("RSPCA125", folder(lab(text), DS=drawn), until)
    before = [{**drawn[0], "DSSTDTC": day(48)}]
    assert of("RSPCA125", folder(lab(text), DS=before), until) == []
    assert of("RSPCA125", folder(lab(text)), until), "without an end everything counts"
    assert of("RSPCA125", folder(lab(text)), study(within="49 days"))
    assert of("RSPCA125", folder(lab(text)), study(within="48 days")) == []
    month = [{**drawn[0], "DSSTDTC": "2026-04"}]
    assert of("RSPCA125", folder(lab(text), DS=month), until) == [], "day 49 may lie behind it"


def test_what_disturbs_a_sample() -> None:
    text = "-5 400,21 150,42 100,71 90"
    tap = {"USUBJID": "S1", "PRSEQ": "1", "PRCAT": "X", "PRDECOD": "PARACENTESIS", "PRSTDTC": day(10)}
    first = [(42, "RESPONSE", "Y", "gcig.response.confirmed", 3, None)]
    undisturbed = [(21, "RESPONSE", "Y", "gcig.response.confirmed", 2, None)]
    assert of("RSPCA125", folder(lab(text), PR=[tap])) == first
    assert of("RSPCA125", folder(lab(text), PR=[{**tap, "PROCCUR": "Y"}])) == first
    assert of("RSPCA125", folder(lab(text), PR=[{**tap, "PROCCUR": "N"}])) == undisturbed
    assert of("RSPCA125", folder(lab(text), PR=[{**tap, "PRDECOD": "BIOPSY"}])) == undisturbed
    drain = [{**tap, "PRDECOD": "DRAIN"}]
    assert of("RSPCA125", folder(lab(text), PR=drain)) == undisturbed
    ignoring = study(ignore_after=[{"item": "drained", "within": "28 days"}])
    assert of("RSPCA125", folder(lab(text), PR=drain), ignoring) == first
    briefly = study(ignore_after=[{"item": "drained", "within": "10 days"}])
    assert of("RSPCA125", folder(lab(text), PR=drain), briefly) == undisturbed
    exactly = study(ignore_after=[{"item": "drained", "within": "11 days"}])
    assert of("RSPCA125", folder(lab(text), PR=drain), exactly) == first
    mouse = {"USUBJID": "S1", "CMSEQ": "1", "CMCAT": "CONCOMITANT", "CMCLAS": "MOUSE ANTIBODY", "CMSTDTC": day(30)}
    assert of("RSPCA125", folder(lab(text), CM=[mouse])) == []
    assert of("RSPCA125", folder(lab(text), CM=[mouse]), study(settings={"assay_unaffected": True})) == undisturbed
    undated = [{**tap, "PRSTDTC": ""}]
    assert of("RSPCA125", folder(lab(text), PR=[{k: v for k, v in undated[0].items() if v}])) == undisturbed


def test_samples_that_are_left_out_are_told() -> None:
    tap = {"USUBJID": "S1", "PRSEQ": "1", "PRCAT": "X", "PRDECOD": "PARACENTESIS", "PRSTDTC": day(10)}
    _, findings = rows(folder(lab("-5 400,21 150,30 140,42 100,71 90"), PR=[tap]))
    assert [(each.id, each.severity, each.where, each.subject) for each in findings] == [
        ("T42", "I", "/markers/fall", "S1")
    ]
    assert findings[0].text == (
        "row 2 11 days after paracentesis on day 10; row 3 20 days after paracentesis on day 10"
    )


def test_values_that_cannot_be_used_leave_the_answer_open() -> None:
    broken = lab("-5 400,21 190,49 180")
    broken[2] |= {"LBORRESU": "ug/L"}
    found, findings = rows(folder(broken))
    assert [row for row in found if row[0] == "RSPCA125"] == []
    assert {row[2] for row in found if row[0] == "OVR"} == {"NE"}
    assert [(each.id, each.where, each.subject, each.column) for each in findings] == [
        ("T40", "lb.csv:4", "S1", "LBORRES"), ("T41", "/markers/fall", "S1", ""),
    ]  # fmt: skip
    assert findings[0].text == "'180 ug/L' is not used"
    equal = lab("-5 400,21 190,49 180")
    equal[2] |= {"LBORRESU": "kU/L"}
    assert of("RSPCA125", folder(equal))
    zero = lab("-5 400,21 190,49 0")
    assert [each.id for each in rows(folder(zero))[1]] == ["T40", "T41"]
    many = [*lab("-5 400"), *({**row, "LBSEQ": str(n), "LBORRES": "0"} for n in range(2, 104) for row in lab("30 0"))]
    told = [each.text for each in rows(folder(many))[1] if each.id == "T40"]
    assert (len(told), told[-1]) == (101, "2 more values are not used")


def test_a_sample_without_its_own_limit_has_none() -> None:
    unlimited = lab("-5 400,21 190,49 180")
    for row in unlimited:
        del row["LBORNRHI"]
    assert {row[1] for row in of("OVR", folder(unlimited))} == {"NE"}
    signed = [{**row, "LBORNRHI": "<35"} for row in lab("-5 400,21 190,49 180")]
    assert {row[1] for row in of("OVR", folder(signed))} == {"NE"}


def test_partial_dates() -> None:
    month = lab("-5 400,21 190,2026-04 180")  # 1 to 30 April, days 31 to 60
    assert {row[1] for row in of("OVR", folder(month))} == {"NE"}
    later = lab("-5 400,21 190,2026-05 180")  # days 61 to 91, confirms whichever it is
    assert of("OVR", folder(later))[-1] == (91, "RESPONSE", "Y", "gcig.response.confirmed", 3, "D")
    assert of("RSPCA125", folder(later)) == [(21, "RESPONSE", "Y", "gcig.response.confirmed", 2, None)]
    begun = folder(
        lab("-5 400,40 190,70 180"), EX=[{"USUBJID": "S1", "EXSEQ": "1", "EXTRT": "X", "EXSTDTC": "2026-03"}]
    )
    assert {row[1] for row in of("OVR", begun)} == {"NE"}
    drawn = [{"USUBJID": "S1", "DSSEQ": "1", "DSDECOD": "RANDOMIZED", "DSSTDTC": "2026-05-20"}]
    clipped = folder(lab("-5 400,21 190,2026-05 180"), DS=drawn)
    assert of("OVR", clipped, study(until="drawing"))[-1][0] == 80, "dated by the last day before the end"


def test_two_values_of_a_day_and_two_subjects() -> None:
    two = [{**row, "USUBJID": "S2"} for row in lab("-5 400,21 100,49 90")]
    start = [{"USUBJID": who, "EXSEQ": "1", "EXTRT": "X", "EXSTDTC": day(0)} for who in ("S1", "S2")]
    people = [{"USUBJID": who, "SITEID": "1", "SEX": "F", "RFICDTC": day(-30)} for who in ("S1", "S2")]
    frames = folder([*lab("-5 400,21 190,21 210,49 180"), *two], EX=start, DM=people)
    trial = study()
    found, _ = ca125_responses(trial, frames, time_point_dates(trial, frames))
    best = found.filter(pl.col("PARAMCD") == "BOR").select("USUBJID", "AVALC").rows()
    assert best == [("S1", "NE"), ("S2", "RESPONSE")]
    assert found.select("USUBJID", "ASSESSID", "PARAMCD", "ADT").is_duplicated().any() is False


def test_settings_of_the_clause() -> None:
    text = "-5 400,21 190,49 205"
    assert of("RSPCA125", folder(lab(text))) == []
    assert of("RSPCA125", folder(lab(text)), study(settings={"lenient_confirm": True}))
    made = rules_of(study(settings={"factor_uln": "2.5", "factor_nadir": "3"}).markers[0])
    assert (made.factor_uln, made.factor_nadir) == ((5, 2), (3, 1))
    assert (made.lenient_confirm, made.cr_confirmed, made.assay_unaffected) == (False, False, False)
    with pytest.raises(InputError, match="is not a factor"):
        rules_of(study(settings={"factor_uln": "0"}).markers[0])


def test_a_marker_with_a_model_has_no_responses() -> None:
    kelim = study(criteria=None, model="kelim")
    assert rows(folder(lab("-5 400,21 190,49 180")), kelim)[0] == []
