"""Response case by case: what somebody who read only the criteria expects, against what the program gives."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from tests.spec.response_cases import Case, baseline_is_too_old, cases, dated_case, number, rows_of, sums_of
from trialwright.assessments.best_response import labels
from trialwright.assessments.immune import immune_best
from trialwright.assessments.measurability import COLUMNS, measurability
from trialwright.assessments.overall import overall_of
from trialwright.assessments.selection import selection_doubts
from trialwright.numerics.lesion_records import FOUND, STATES

pytestmark = pytest.mark.independent("responses expected by somebody who read only the criteria")

LESIONS = ("target", "nontarget_new", "mrecist")


def plain(rows: pl.DataFrame, parameter: str) -> str | None:
    """A verdict of the whole course, or None."""
    found = rows.filter(pl.col("PARAMCD") == parameter)["AVALC"].to_list()
    return found[0] if found else None


def dated(rows: pl.DataFrame, parameter: str) -> int | None:
    """Day of a row of the whole course, or None."""
    found = rows.filter(pl.col("PARAMCD") == parameter)["ADT"].to_list()
    return number(found[0]) if found and found[0] is not None else None


def complete_day(rows: pl.DataFrame) -> int | None:
    return dated(rows, "CBOR") if plain(rows, "CBOR") == "CR" else None


WHOLE = {
    "best": lambda rows: plain(rows, "BOR"),
    "confirmed": lambda rows: plain(rows, "CBOR"),
    "response_day": lambda rows: dated(rows, "CRSP"),
    "complete_response_day": complete_day,
    "progression_day": lambda rows: dated(rows, "PD"),
}
PARTS = {"target": "TRG", "nontarget": "NTRG", "new": "NEW", "overall": "OVR"}


def on_day(rows: pl.DataFrame, day: int, parameter: str) -> str | None:
    """A state on a day as it was assessed."""
    assessed = rows.filter((pl.col("PARAMCD") == parameter) & (pl.col("DTYPE") == "AS ASSESSED"))
    found = [code for when, code in assessed.select("ADT", "AVALC").iter_rows() if number(when) == day]
    return found[0] if found else None


def length(sums: pl.DataFrame, day: int, part: str) -> str | None:
    """Sum or smallest sum before a day, in millimetres."""
    own = [row for row in sums.iter_rows(named=True) if number(row["ADT"]) == day]
    value = own[0][{"sum": "AVAL", "nadir": "NADIR"}[part]]
    return None if value is None else f"{Decimal(value) / 10:.1f}"


def said(value: str | int | None) -> str | int | None:
    return None if value == "NONE" else value


@pytest.mark.parametrize("case", cases(*LESIONS), ids=lambda case: case["id"])
def test_lesions_in_response_out(case: Case) -> None:
    rows = rows_of(case, *LESIONS)
    expect = case["expect"]
    wanted = {key: said(each) for key, each in expect.items() if key in WHOLE}
    found = {key: WHOLE[key](rows) for key in wanted}
    for day, states in expect.get("rows", {}).items():
        for part, each in states.items():
            if part in PARTS:
                wanted[f"{day} {part}"] = said(each)
                found[f"{day} {part}"] = on_day(rows, day, PARTS[part])
            else:
                wanted[f"{day} {part}"] = each
                found[f"{day} {part}"] = length(sums_of(case, *LESIONS), day, part)
    assert found == wanted


@pytest.mark.parametrize("case", cases("sequences"), ids=lambda case: case["id"])
def test_sequence_in_best_response_out(case: Case) -> None:
    rows = rows_of(case, "sequences")
    wanted = {key: said(each) for key, each in case["expect"].items() if key in WHOLE}
    assert {key: WHOLE[key](rows) for key in wanted} == wanted


@pytest.mark.parametrize("case", [each for each in cases("irecist") if "sequence" in each], ids=lambda case: case["id"])
def test_immune_sequences(case: Case) -> None:
    days = list(case["sequence"])
    found = immune_best(days, list(case["sequence"].values()), case["origin"] + 42)
    day = None if found.progression is None else days[found.progression]
    parts = {"best": found.best, "progression_day": day}
    assert {key: parts[key] for key in case["expect"]} == case["expect"]


@pytest.mark.parametrize("case", [each for each in cases("irecist") if "lesions" in each], ids=lambda case: case["id"])
def test_immune_responses(case: Case) -> None:
    rows = rows_of(case, "irecist")
    expect = case["expect"]
    parts = {"best": plain(rows, "IBOR"), "progression_day": dated(rows, "IPD")}
    wanted = {key: expect[key] for key in parts if key in expect}
    found = {key: parts[key] for key in wanted}
    for day, states in expect["rows"].items():
        wanted[day], found[day] = states["overall"], on_day(rows, day, "IOVR")
    assert found == wanted


@pytest.mark.parametrize("case", cases("overall"), ids=lambda case: case["id"])
def test_overall_response(case: Case) -> None:
    state = {"NONE": STATES.none, "CR": STATES.cr, "PR": STATES.pr, "SD": STATES.sd, "PD": STATES.pd, "NE": STATES.ne}
    state |= dict.fromkeys(("NON-CR/NON-PD", "IR/SD"), STATES.non)
    new = {name: FOUND[number] for number, name in enumerate(("NONE", "EQUIVOCAL", "UNEQUIVOCAL", "NOT_ASSESSED"))}
    given = new[case["new"]], state[case["target"]], state[case["nontarget"]]
    found = overall_of(*(np.array([each], np.int8) for each in given))
    assert labels(found[0]).to_list() == [case["expect"]["overall"]]


KINDS = {"cyst-simple": "SIMPLE CYST"}


def lesion_at_baseline(lesion: Mapping[str, object], **more: object) -> dict[str, object]:
    """A lesion of a case as a row of the program's columns."""
    prior = None
    if lesion.get("previously_treated"):
        prior = "PROGRESSED" if lesion.get("progressed_since") else "NOT PROGRESSED"
    kind = str(lesion.get("kind", ""))
    return {
        "NODAL": lesion["nodal"], "LENGTH": tenths(lesion["mm"]), "METHOD": lesion.get("method"),
        "SLICE": tenths(lesion.get("slice_mm")), "KIND": KINDS.get(kind, kind.replace("-", " ").upper()) or None,
        "SUPERFICIAL": lesion.get("superficial"), "AERATED": lesion.get("aerated_lung"), "PRIOR": prior,
        "VIABLE": tenths(lesion.get("viable")), "ENHANCING": lesion.get("enhancing"), "ORGAN": lesion.get("organ"),
        **more,
    }  # fmt: skip


def tenths(millimetres: object) -> int | None:
    return None if millimetres is None else int(Decimal(str(millimetres)) * 10)


@pytest.mark.parametrize("case", cases("measurability"), ids=lambda case: case["id"])
def test_measurability(case: Case) -> None:
    frame = pl.DataFrame([lesion_at_baseline(case["lesion"])], schema=dict(COLUMNS))
    found = frame.select(measurability(viable=case.get("criteria") == "mrecist")).item()
    assert found == case["expect"]


@pytest.mark.parametrize("case", cases("selection"), ids=lambda case: case["id"])
def test_selection(case: Case) -> None:
    group = {"TARGET": 0, "NON-TARGET": 1}
    given = [
        lesion_at_baseline(lesion, S=0, LNK=lesion["id"], GROUP=group[lesion["group"]]) for lesion in case["lesions"]
    ]
    frame = pl.DataFrame(given, schema={**COLUMNS, "S": pl.Int64, "LNK": pl.String, "GROUP": pl.Int64})
    found = [text.partition(":")[0] for text in selection_doubts(frame)["TEXT"]]
    if "baseline_day" in case and baseline_is_too_old(case["baseline_day"]):
        found.append("baseline too old")
    assert found == case["expect"]["findings"]


@pytest.mark.parametrize("case", cases("dates"), ids=lambda case: case["id"])
def test_date_of_an_assessment(case: Case) -> None:
    row = dated_case(case)
    assert (row["AVALC"], number(row["ADT"])) == (case["overall"], case["expect"]["day"])
