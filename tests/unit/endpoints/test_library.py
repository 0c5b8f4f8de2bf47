"""Every endpoint of the library: its clause loads, derives rows, and counts what its name promises."""

from __future__ import annotations

import json
from functools import cache

import polars as pl
import pytest
from ruamel.yaml import YAML

from tests.unit.endpoints.trial import frames_of, study
from trialwright.assessments.responses import study_responses
from trialwright.conduct.catalogue import catalogue
from trialwright.endpoints import derive, time_point_dates
from trialwright.endpoints.endpoint_kind import EndpointKind
from trialwright.endpoints.library import kinds, specs
from trialwright.model.endpoint import LESION_TIMES, Endpoint
from trialwright.model.frames import Frames
from trialwright.model.result import Derived
from trialwright.model.study import Study
from trialwright.protocol.lint import lint

pytestmark = pytest.mark.unvalidated

CUTOFF_TEXT = "2027-03-31"


def clause(kind: EndpointKind) -> dict[str, object]:
    loaded: dict[str, object] = YAML(typ="safe", pure=True).load(kind.clause)
    return loaded


def _dated(domain: str, column: str, **where: str) -> dict[str, object]:
    return {"is": "date", "ask": "When?", "domain": domain, "column": column, "where": where, "take": "first"}


def _series(name: str, category: str, start: str) -> dict[str, object]:
    baseline = {"last_before": "allocation", "within": "28 days"}
    settings = {"rows": "recorded", "category": category}
    return {"id": name, "criteria": "recist-1.1", "baseline": baseline, "from": start, "settings": settings}


@cache
def trial() -> Study:
    """A study with every clause of the library."""
    plain = json.loads(study().model_dump_json(by_alias=True, exclude_unset=True))
    plain["items"] |= {
        "cleared_on": _dated("FA", "FADTC", FATESTCD="ABLCOMP"),
        "ablated_on": _dated("PR", "PRSTDTC", PRCAT="PROTOCOL ABLATION"),
        "resected_on": _dated("PR", "PRSTDTC", PRCAT="LIVER RESECTION"),
        "death_cause": {
            "is": "code", "ask": "Cause?", "test": "DTHCAUS2",
            "values": {"CANCER": "c", "TREATMENT": "t", "OTHER": "o", "UNKNOWN": "u"},
        },
        "surgery_kind": {
            "is": "code", "ask": "Kind?", "domain": "PR", "where": {"PRCAT": "LIVER RESECTION"}, "column": "PRDECOD",
            "values": {"RESECTION": "r", "TRANSPLANT": "t"}, "take": "first",
        },
        "necrosis": {"is": "number", "ask": "Necrosis?", "test": "NECROSIS", "unit": "%"},
    }  # fmt: skip
    plain["time_points"] |= {"cleared": {"item": "cleared_on"}, "ablation": {"item": "ablated_on"}}
    plain["assessments"] = [
        _series("scans", "RECIST 1.1", "allocation"), _series("hepatic", "HEPATIC", "allocation"),
        _series("zone", "ZONE", "cleared"),
    ]  # fmt: skip
    plain["analysis_sets"].append({"id": "cleared", "reached": "cleared"})
    plain["endpoints"] = [clause(kind) for kind in kinds().values()]
    return Study.model_validate_json(json.dumps(plain))


def _response(rows: list[dict[str, str]], category: str, *course: tuple[str, str]) -> None:
    for code, day in course:
        rows.append(
            {
                "USUBJID": "A", "RSSEQ": str(len(rows) + 1), "RSCAT": category, "RSTESTCD": "OVRLRESP",
                "RSORRES": code, "RSEVAL": "INVESTIGATOR", "RSDTC": day,
            }
        )  # fmt: skip


@cache
def folder() -> Frames:
    """One subject to whom everything happens: response, progression, operation, therapy, death."""
    read: list[dict[str, str]] = []
    _response(
        read, "RECIST 1.1", ("PR", "2026-02-12"), ("CR", "2026-03-26"), ("CR", "2026-05-07"), ("PD", "2026-07-30")
    )
    _response(read, "HEPATIC", ("SD", "2026-02-12"), ("PD", "2026-08-30"))
    _response(read, "ZONE", ("NED", "2026-05-07"), ("PD", "2026-06-18"))
    who = {"USUBJID": "A"}
    facts = [("ABLCOMP", "Y", "2026-03-01"), ("DTHCAUS2", "CANCER", "2026-12-20"), ("RESIDUAL", "GYN_R0", "2026-02-01")]
    fa = [
        {**who, "FASEQ": str(n + 1), "FATESTCD": test, "FASTRESC": code, "FADTC": day}
        for n, (test, code, day) in enumerate(facts)
    ]
    fa.append({**who, "FASEQ": "4", "FATESTCD": "NECROSIS", "FAORRES": "100", "FAORRESU": "%", "FADTC": "2026-02-01"})
    fa.append({**who, "FASEQ": "5", "FATESTCD": "CLAVIEN", "FASTRESC": "II", "FADTC": "2026-02-05", "FALNKID": "AE.1"})
    surgery = {**who, "PRSEQ": "1", "PRCAT": "PROTOCOL SURGERY", "PROCCUR": "Y", "PRSTDTC": "2026-02-01"}
    resection = {**who, "PRSEQ": "2", "PRCAT": "LIVER RESECTION", "PRDECOD": "RESECTION", "PRSTDTC": "2026-09-01"}
    ablation = {**who, "PRSEQ": "3", "PRCAT": "PROTOCOL ABLATION", "PRSTDTC": "2026-02-20", "PRLNKID": "T1"}
    lesion = {**who, "TUSEQ": "1", "TULNKID": "T1", "TUORRES": "TARGET", "TUDTC": "2025-12-20"}
    zone = [
        {**who, "TRSEQ": str(n), "TRLNKID": "T1", "TRTESTCD": "TUMSTATE", "TRORRES": state, "TRDTC": day}
        for n, state, day in ((1, "ABSENT", "2026-03-01"), (2, "PRESENT", "2026-06-18"))
    ]
    return frames_of(
        {
            "DM": [{**who, "SITEID": "01", "SEX": "F", "ARMCD": "SCS", "DTHDTC": "2026-12-01", "DTHFL": "Y"}],
            "DS": [{**who, "DSSEQ": "1", "DSDECOD": "RANDOMIZED", "DSSTDTC": "2026-01-01"}],
            "RS": read, "FA": fa, "PR": [surgery, resection, ablation], "TU": [lesion], "TR": zone,
            "AE": [{**who, "AESEQ": "1", "AETERM": "leak", "AESTDTC": "2026-02-05"}],
            "CM": [{**who, "CMSEQ": "1", "CMCAT": "SUBSEQUENT CANCER THERAPY", "CMSTDTC": "2026-08-05"}],
        }
    )  # fmt: skip


EXPECTED: dict[str, object] = {
    "OS": (335, 0), "PFS": (211, 0), "DFS": (152, 0), "EFS": (211, 0), "TTP": (211, 0), "LTP": (110, 0),
    "HPFS": (242, 0), "CSS": (335, 0), "DOR": (169, 0), "DOCR": (127, 0), "TTR": (43, 0), "TTBR": (85, 0),
    "TTNT": (217, 0), "RATE": (211, 0), "ORGAN": (244, 0), "RMDOR": (43, 0), "ORR": "Y", "CRR": "Y", "DCR": "Y",
    "BEST": "Y", "R0": "Y", "CONV": "Y", "PCR": "Y", "NECR": 100.0, "COMPL": "II", "LTPL": (119, 0),
}  # fmt: skip
"""By hand: days with the origin as day 1 and CNSR, the answer, the value, or the grade."""


@cache
def result() -> Derived:
    known = folder()
    cutoff = known.cutoff
    assert cutoff is not None
    points = time_point_dates(trial(), known)
    found, _ = study_responses(trial(), known, points)
    verdicts = {path: _judged(path) for path in answer_paths()}
    return derive(trial(), known, found, verdicts, cutoff=cutoff, by_arm=True)


def answer_paths() -> list[str]:
    return [
        f"/endpoints/{each.id}/used/success" for each in trial().endpoints if each.success is not None
    ] + [f"/endpoints/CSS/used/{key}/0/when" for key in ("events", "competing")]  # fmt: skip


def _judged(path: str) -> pl.DataFrame:
    """Every success holds, and the death is one from the cancer."""
    verdict = "F" if "competing" in path else "T"
    schema = {"USUBJID": pl.String, "VERDICT": pl.String, "REASON": pl.String, "EVIDENCE": pl.List(pl.String)}
    return pl.DataFrame([("A", verdict, "", [])], schema=schema, orient="row")


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.code)
def test_the_clause_derives_the_row_that_was_worked_out_by_hand(kind: EndpointKind) -> None:
    here, found = pl.col("PARAMCD") == kind.code, result()
    expected = EXPECTED[kind.code]
    if isinstance(expected, tuple):
        rows = found.lesion_times if kind.measure == LESION_TIMES else found.adtte
        assert rows.filter(here).select("AVAL", "CNSR").rows() == [expected]
    elif isinstance(expected, float):
        assert found.values.filter(here)["AVAL"].to_list() == [expected]
    elif kind.measure == "worst grade":
        assert found.grades.filter(here)["AVALC"].to_list() == [expected]
    else:
        assert found.adbin.filter(here)["AVALC"].to_list() == [expected]


@pytest.mark.parametrize("kind", kinds().values(), ids=lambda kind: kind.code)
def test_an_entry_says_what_it_is_and_where_it_comes_from(kind: EndpointKind) -> None:
    stated = Endpoint.model_validate_json(json.dumps(clause(kind)))
    assert (stated.id, stated.measure) == (kind.code, kind.measure)
    assert kind.id in stated.title.casefold()
    assert kind.summary.endswith(".")
    assert kind.reference
    assert kind.unit
    assert all(text for text in (kind.origin, kind.without_event, kind.competing))


def test_the_library_stands_in_the_catalogue_and_its_clauses_break_no_promise() -> None:
    assert [spec.id for spec in specs()] == sorted(kinds())
    assert set(catalogue().ids("endpoint")) == set(kinds())
    found = {finding.rule for finding in lint(trial(), catalogue())}
    assert found.isdisjoint({"name-and-events-disagree", "survival-as-proportion", "duration-from-treatment"})


def test_no_two_entries_share_a_code() -> None:
    codes = [kind.code for kind in kinds().values()]
    assert sorted(codes) == sorted(set(codes)) == sorted(EXPECTED)
