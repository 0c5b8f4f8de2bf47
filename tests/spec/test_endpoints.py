"""Endpoints case by case: what somebody who read only the conventions expects, against what the program derives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from _pytest.mark import ParameterSet

from tests.spec.endpoint_cases import (
    LESIONS,
    ORIGIN,
    SHARED,
    Case,
    cases,
    day_of,
    derived,
    lesion_rows,
    row_of,
    study_of,
    tables,
)
from tests.unit.endpoints.trial import frames_of
from trialwright.analysis.rmst import rmst
from trialwright.dates import DAYS_PER_MONTH, DAYS_PER_YEAR, Duration
from trialwright.endpoints.censoring import therapy_start
from trialwright.endpoints.cohort import Cohort
from trialwright.endpoints.invariants import invariant_findings
from trialwright.endpoints.measure import ADTTE, Rows
from trialwright.endpoints.questions import requests
from trialwright.endpoints.timeline import FLAGS
from trialwright.model.study import Study

pytestmark = pytest.mark.independent("rows expected by somebody who read only the conventions")

PARAMS = {"DoR": "DOR", "DoCR": "DOCR"}
TOLD = {"PFS": "PFS", "TTP": "TTP", "OS": "OS", "HPFS": "HPFS", "LTP": "LTP"}


def every(*names: str) -> list[ParameterSet]:
    return [pytest.param(case, id=case["id"]) for case in cases(*names)]


@pytest.mark.parametrize("case", every(*SHARED))
def test_the_row_is_the_one_expected(case: Case) -> None:
    for name, expected in case["expect"].items():
        row = row_of(case, PARAMS.get(name, name))
        if expected is None:
            assert row is None, name
            continue
        assert row is not None, name
        wanted = {key: value for key, value in expected.items() if key != "reason"}
        assert {key: row[key] for key in wanted} == wanted, (name, row["RULEID"])
        if "reason" in expected:
            assert row["reason"] == expected["reason"], name


@pytest.mark.parametrize("case", every(LESIONS))
def test_the_row_of_each_lesion_is_the_one_expected(case: Case) -> None:
    expected = {lesion: row for lesion, row in case["expect"].items() if row is not None}
    assert lesion_rows(case) == expected


READ = {"RSCAT": "RECIST 1.1", "RSTESTCD": "OVRLRESP", "RSEVAL": "INVESTIGATOR"}
SEEN = {"SSTESTCD": "SURVSTAT", "SSORRES": "ALIVE"}
WHERE: Mapping[str, tuple[str, Mapping[str, list[Mapping[str, str]]]]] = {
    "progression": ("PFS", {"RS": [{**READ, "RSORRES": "PD"}]}),
    "death": ("OS", {}),
    "response": ("TTR", {"RS": [{**READ, "RSORRES": "PR"}]}),
    "new therapy": ("TTNT", {"CM": [{"CMCAT": "SUBSEQUENT CANCER THERAPY"}]}),
    "last known alive": ("OS", {"SS": [SEEN]}),
}
DATED = {"RS": "RSDTC", "CM": "CMSTDTC", "SS": "SSDTC"}


@pytest.mark.parametrize("case", every("dates"))
def test_an_incomplete_date_is_completed_by_its_rule(case: Case) -> None:
    name, given = WHERE[case["what"]]
    rows = tables({})
    rows["DS"][0]["DSSTDTC"] = "2023-06-01"
    for domain, listed in given.items():
        rows[domain] = [{"USUBJID": "A", f"{domain}SEQ": "1", **cells, DATED[domain]: case["text"]} for cells in listed]
    if case["what"] == "death":
        rows["DM"][0] |= {"DTHDTC": case["text"], "DTHFL": "Y"}
    for fact, day in case["facts"].items():
        domain, cells = {
            "last_assessment": ("RS", {**READ, "RSORRES": "SD", "RSDTC": day}),
            "last_known_alive": ("SS", {**SEEN, "SSDTC": day}),
            "treatment_end": ("EX", {"EXTRT": "DRUG", "EXSTDTC": day}),
        }[fact]
        own = rows.setdefault(domain, [])
        own.append({"USUBJID": "A", f"{domain}SEQ": str(len(own) + 1), **cells})
    rules = "FDA_A" if case["what"] == "new therapy" else "EMA_ITT"  # nothing may end observation but the date itself
    switches = {"switches": case["switches"]} if "switches" in case else {}
    found = derived(study_of({"rule_set": rules, **switches}), frames_of(rows), date(2027, 3, 31))
    queried = bool({"T02", "T27"} & {finding.id for finding in found.findings})
    assert queried == case["expect"].get("finding", False)
    if case["what"] == "new therapy":
        _therapy_day(found.adtte, case)
        cohort = Cohort(study_of({}), frames_of(rows), pl.DataFrame(), {}, date(2027, 3, 31))
        assert FLAGS[therapy_start(cohort, "next_therapy")[0].imputed[0]] == case["expect"]["flag"]
        return
    row = found.adtte.filter(pl.col("PARAMCD") == name).row(0, named=True)
    shown = None if row["ADT"] is None else str(row["ADT"])
    assert (shown, row["ADTF"]) == (case["expect"]["date"], case["expect"]["flag"])
    if shown is None:
        assert (row["AVAL"], row["CNSR"], row["ANL01FL"]) == (None, None, None)


def _therapy_day(adtte: pl.DataFrame, case: Case) -> None:
    """A new therapy shows its day where it ends observation: in the words of the censored row."""
    row = adtte.filter(pl.col("PARAMCD") == "PFS").row(0, named=True)
    assert row["CNSR"] == 2
    assert row["EVNTDESC"].endswith(case["expect"]["date"])


@pytest.mark.parametrize("case", every("durations"))
def test_a_duration_counts_its_days(case: Case) -> None:
    expected = case["expect"]
    if "months" in case:
        assert Duration.parse(f"{case['months']} months").days == Decimal(expected["days"])
        return
    rows = tables({})
    rows["DS"][0]["DSSTDTC"] = case["start"]
    rows["DM"][0] |= {"DTHDTC": case["end"], "DTHFL": "Y"}
    found = derived(study_of(case), frames_of(rows), date(2027, 3, 31))
    row = found.adtte.filter(pl.col("PARAMCD") == "OS").row(0, named=True)
    if expected.get("finding"):
        assert row["AVAL"] is None
        assert "T01" in {finding.id for finding in found.findings}
        return
    assert row["AVAL"] == expected["days"]
    if "months" in expected:
        assert f"{row['AVALM']:.4f}" == expected["months"]
        assert row["AVALM"] == row["AVAL"] / float(DAYS_PER_MONTH)
    if "years" in expected:
        assert f"{row['AVAL'] / float(DAYS_PER_YEAR):.4f}" == expected["years"]


BREAKS = {
    "PFS later than OS": "T30", "death in PFS without death in OS": "T31", "HPFS before PFS": "T35",
    "DoR ends on another day than PFS": "T33", "DoR censored otherwise than PFS": "T33",
}  # fmt: skip


BY_FOLDER = {"after the cutoff", "LTP before ablation", "response after progression"}


@pytest.mark.parametrize("case", [case for case in every("invariants") if "rows" in case.values[0]])
def test_rows_that_contradict_each_other_are_found(case: Case) -> None:
    wanted = case["expect"]["findings"]
    if "alive" in case:
        rows = tables({"alive": case["alive"], "assessments": {case["last_assessment"]: "SD"}})
        lifted = derived(study_of({}), frames_of(rows), date(2027, 3, 31))
        assert wanted == ["assessment after last known alive"]
        assert [finding.subject for finding in lifted.findings if finding.id == "T28"] == ["A"]
        assert lifted.adsl["LSTALVDT"].to_list() == [date.fromisoformat(day_of(case["last_assessment"]))]
        return
    if case["id"] in ("Z09", "Z10", "Z14", "Z15"):
        _by_folder(case)
        wanted = [words for words in wanted if words in BREAKS]
    study, frames = study_of({}), frames_of(tables({}))
    made = []
    for request in requests(study):
        given = case["rows"].get(
            {value: key for key, value in PARAMS.items()}.get(request.endpoint.id, request.endpoint.id)
        )
        if given is None or request.endpoint.id == "LTP":
            continue
        reason = case.get("pfs_reason", "progression.recorded") if request.endpoint.id != "OS" else "death"
        row = {
            "USUBJID": "A", "PARAMCD": request.endpoint.id, "DEFID": "used", "STARTDT": ORIGIN,
            "ADT": ORIGIN + timedelta(days=given["day"]), "AVAL": given["day"] + 1, "CNSR": given["cnsr"],
            "RULEID": f"{request.endpoint.id}.{reason}",
        }  # fmt: skip
        made.append((request, Rows(adtte=pl.DataFrame([row], schema=ADTTE))))
    cohort = Cohort(_limited(study), frames, pl.DataFrame(), {}, date(2027, 3, 31))
    found = [finding.id for finding in invariant_findings(cohort, made) if finding.where != "/endpoints/TTP"]
    by_rule = [BREAKS[words] for words in wanted]
    own = [rule for rule in found if rule in by_rule]
    assert sorted(set(found)) == sorted(set(by_rule)), found
    assert len(own) >= len(by_rule)


def _limited(study: Study) -> Study:
    """The study with the hepatic series watching the liver alone."""
    some = tuple(
        each.model_copy(update={"only": "treated"}) if each.id == "hepatic" else each for each in study.assessments
    )
    return study.model_copy(update={"assessments": some})


def _by_folder(case: Case) -> None:
    """Breaks that the derivation itself meets: they are found in a folder, not in rows."""
    wanted = case["expect"]["findings"]
    assert set(wanted) <= BY_FOLDER | set(BREAKS)
    if "after the cutoff" in wanted:
        row = row_of({"assessments": {42: "SD"}, "death": case["rows"]["OS"]["day"], "cutoff": case["cutoff"]}, "OS")
        assert row is not None
        assert row["day"] <= case["cutoff"]
        assert row["cnsr"] != 0
        return
    if "LTP before ablation" in wanted:
        ablated = case["ablation_day"]
        rows = tables(
            {"ablations": [ablated], "zone": {ablated + 30: "COMPLETE"}, "resection": case["rows"]["LTP"]["day"]}
        )
        name = "LTP"
    else:
        progressed, responded = case["rows"]["PFS"]["day"], case["response_day"]
        rows = tables({"assessments": {progressed: "PD", responded: "PR"}})
        name = "DOR"
    found = derived(study_of({}), frames_of(rows), date(2027, 3, 31))
    early = [finding for finding in found.findings if finding.id == "T01" and finding.where == f"/endpoints/{name}"]
    timed = found.adtte.filter(pl.col("PARAMCD") == name)["AVAL"].drop_nulls()
    # a response after progression is none, so it has no duration at all
    assert early or (name == "DOR" and timed.is_empty())


@pytest.mark.parametrize("case", every("rm_dor"))
def test_time_in_response_is_that_of_all_subjects(case: Case) -> None:
    """Months of the cases are taken as days; the origin's day is day 1, so the time is longer by one."""
    tau = float(case["tau"] + 1)
    parents, firsts, lengths = [], [], []
    for patient in case["patients"]:
        assessments = {patient["end"]: "PD"}
        if patient.get("response") is not None and patient["response"] < patient["end"]:
            assessments = {patient["response"]: "PR", **assessments}
        one = {"assessments": assessments, "rule_set": "EMA_ITT"}
        parent, first = row_of(one, "PFS"), row_of(one, "RMDOR")
        assert parent is not None
        assert first is not None
        parents.append(float(parent["aval"]))
        firsts.append(float(first["aval"]))
        lengths.append(min(parents[-1], tau) - min(firsts[-1], tau))
    assert lengths == case["expect"]["durations"]
    events = [1] * len(parents)
    whole = rmst(parents, events, tau=tau).arms[0].rmst
    short = rmst(firsts, events, tau=tau).arms[0].rmst
    assert f"{whole - short:.3f}" == case["expect"]["mean"]
    assert f"{whole - 1:.3f}" == case["expect"]["rmst_pfs"]
    assert f"{short - 1:.3f}" == case["expect"]["rmst_first"]


def test_days_are_counted_from_the_origin() -> None:
    assert day_of(84) == "2025-03-26"
