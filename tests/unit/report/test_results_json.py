"""What has sources is a result, and a result without a value says why."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from trialwright.model.dossier import Dossier
from trialwright.model.frames import OUTPUTS
from trialwright.report.outcome_tables import NOT_KNOWN_WORDS
from trialwright.report.results_json import WITHOUT_GRADE, edges, results_json, subject_results

pytestmark = pytest.mark.unvalidated

SOURCES = ("USUBJID", "PARAMCD", "DEFID", "ROLE", "ROW", "LESION")
OTHER = {"role": "other", "set": "allocated"}
LISTED = {"id": "BEST", "title": "Best response", "measure": "listing", "assessment": "after", **OTHER}
NUMBER = {"id": "MARK", "title": "CA-125", "measure": "listing", "of": "ca125", **OTHER}
CHANGE = {"id": "FALL", "title": "Change of CA-125", "measure": "change", "of": "ca125", **OTHER}
VALUES = (
    ("BEST", {"AVALC": "PR", "SRCDOM": "RS", "SRCSEQ": 4}),
    ("MARK", {"AVALC": "35.50", "AVAL": 35.5, "SRCDOM": "LB", "SRCSEQ": 2}),
    ("FALL", {"AVALC": "20", "AVAL": 20.0, "BASE": 32.5, "CHG": -12.5, "SRCDOM": "LB", "SRCSEQ": 2}),
)


@pytest.fixture(scope="module")
def dossier(by_arm: Dossier) -> Dossier:
    """The invented dossier, its answers with the columns of the cells they rest on, and without sources."""
    sources = pl.DataFrame(schema=dict.fromkeys(SOURCES, pl.String))
    answers = by_arm.derived.adbin.with_columns(SRCDOM=pl.lit("FA"), SRCSEQ=pl.lit(1))
    return replace(by_arm, derived=replace(by_arm.derived, adbin=answers, sources=sources))


def with_values(dossier: Dossier, **of_all: object) -> Dossier:
    """The dossier with a value of each kind, of one subject."""
    study = dossier.study
    added = [study.endpoints[0].model_validate_json(json.dumps(each)) for each in (LISTED, NUMBER, CHANGE)]
    rows = [
        {"STUDYID": study.id, "USUBJID": "TW-000001", "PARAMCD": name, "DEFID": "used", **cells, **of_all}
        for name, cells in VALUES
    ]
    blank = pl.DataFrame(rows, infer_schema_length=None)
    columns = [column.name for column in OUTPUTS["ADVAL"].columns]
    values = blank.with_columns(pl.lit(None).alias(c) for c in columns if c not in blank.columns).select(columns)
    sources = [
        ("TW-000001", name, "used", "value", f"row/lb.csv:TW-000001:{n}", None) for n, (name, _) in enumerate(VALUES)
    ]
    named = pl.DataFrame(sources, schema=dict.fromkeys(SOURCES, pl.String), orient="row")
    return replace(
        dossier,
        study=study.model_copy(update={"endpoints": (*study.endpoints, *added)}),
        derived=replace(dossier.derived, values=values, sources=named),
    )


def written(dossier: Dossier) -> dict[str, dict[str, object]]:
    """Results by their ids, as the file holds them."""
    found = json.loads(b"".join(results_json(dossier, {})))
    return {entry["id"]: entry for entry in found["results"]}


def test_what_is_listed_is_a_result(dossier: Dossier) -> None:
    results = written(with_values(dossier))
    best, mark, fall = (results[f"{name}/TW-000001"] for name, _ in VALUES)
    assert (best["value"], best.get("unit"), best["status"], best["source"]) == ("PR", None, "estimated", "RS:4")
    assert (mark["value"], mark["unit"]) == (35.5, "U/mL")
    assert (fall["value"], fall["unit"]) == (-12.5, "U/mL")


def test_a_result_that_could_not_be_measured_is_listed_as_it_was_written(dossier: Dossier) -> None:
    below = written(with_values(dossier, AVALC="<5", AVAL=None, CHG=None, REASON=None))
    assert (below["MARK/TW-000001"]["value"], below["MARK/TW-000001"].get("unit")) == ("<5", None)
    assert below["FALL/TW-000001"]["value"] is None
    assert below["FALL/TW-000001"]["status"] == "not estimable"


def test_what_has_sources_is_a_result_and_names_its_clause(dossier: Dossier) -> None:
    listed = with_values(dossier)
    ids = set(subject_results(listed)["id"]) | {result.id for result in listed.results}
    found = edges(listed)
    assert set(found["from"]) <= ids
    clauses = {f"{start.partition('/')[0]} {end}" for start, end in found.iter_rows() if end.startswith("clause/")}
    assert "BEST clause/endpoints/BEST/assessment" in clauses
    assert "FALL clause/endpoints/FALL/of" in clauses


def test_a_grade_that_is_not_known_says_why(dossier: Dossier) -> None:
    grades = dossier.derived.grades.with_columns(AVALC=pl.lit(None, pl.String), RULEID=pl.lit("COMPL.not-followed"))
    results = written(replace(dossier, derived=replace(dossier.derived, grades=grades)))
    reasons = {entry.get("reason") for name, entry in results.items() if name.startswith("COMPL/TW-")}
    assert reasons == {"lost, withdrawn or not seen alive to the end of the period"}
    assert set(NOT_KNOWN_WORDS) < set(WITHOUT_GRADE)
