"""Eligibility in the report: counts by criterion, why subjects came no further, and the log."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from trialwright.model.dossier import Dossier
from trialwright.model.screened import Screening
from trialwright.report.context import Context
from trialwright.report.eligibility import (
    REASON_WORDS,
    criteria_counts_table,
    eligibility_log_table,
    screen_failures_table,
)
from trialwright.report.eligibility_results import eligibility_edges, eligibility_results
from trialwright.report.sections import sections
from trialwright.report.table import Row
from trialwright.screening.answer import REASONS

pytestmark = pytest.mark.unvalidated


def screened(gate: str, include: str, exclude: str) -> Screening:
    rows = [
        ("S1", gate, include, "NOT_MET", "", "-3 d (a)", False, ["row/lb.csv:S1:1"]),
        ("S1", gate, exclude, "NOT_MET", "", None, False, []),
        ("S2", gate, include, "NOT_MET", "", None, False, ["row/fa.csv:S2:1", "row/dm.csv:S2"]),
        ("S2", gate, exclude, "UNKNOWN", "missing; stale", None, False, []),
        ("S3", gate, include, "MET", "", "1 d (a)", True, []),
        ("S3", gate, exclude, "UNKNOWN", "needs_attestation", None, False, []),
    ]
    names = ("USUBJID", "GATE", "CRITID", "VERDICT", "REASON", "MARGIN", "NEAR", "EVIDENCE")
    subjects = [
        ("S1", gate, date(2026, 1, 5), False, "NOT ELIGIBLE"),
        ("S2", gate, date(2026, 1, 6), False, "NOT ELIGIBLE"),
        ("S3", gate, None, True, "CANNOT TELL"),
    ]
    return Screening(
        pl.DataFrame(rows, schema=list(names), orient="row", infer_schema_length=None),
        pl.DataFrame(subjects, schema=["USUBJID", "GATE", "AT", "REACHED", "VERDICT"], orient="row"),
        pl.DataFrame(
            [(gate, include, 1, 2, 0, 1), (gate, exclude, 0, 1, 2, 0)],
            schema=["GATE", "CRITID", "MET", "NOT_MET", "UNKNOWN", "NEAR"],
            orient="row",
        ),
        complete=True,
    )


@pytest.fixture(scope="module")
def judged(pooled: Dossier) -> Dossier:
    study = pooled.study
    return replace(pooled, screening=screened(study.gates[0], study.inclusion[0].id, study.exclusion[0].id))


@pytest.fixture(scope="module")
def context(judged: Dossier) -> Context:
    return Context.of(judged)


def texts(rows: tuple[Row, ...]) -> list[list[str]]:
    return [[row.head.text, *(cell.text for cell in row.cells)] for row in rows]


def test_every_criterion_is_counted_with_all_arms_together(judged: Dossier, context: Context) -> None:
    table = criteria_counts_table(context)
    assert table is not None
    study = judged.study
    heading, first, second = texts(table.rows)
    assert heading[0].endswith(": 3 subjects judged; 0 eligible, 2 not eligible, 1 cannot tell")
    assert first == [study.inclusion[0].id, study.inclusion[0].text, "1", "2", "0", "1"]
    assert second == [study.exclusion[0].id, study.exclusion[0].text, "0", "1", "2", "0"]


def test_a_reason_counts_at_every_criterion_that_is_not_met(judged: Dossier, context: Context) -> None:
    table = screen_failures_table(context)
    assert table is not None
    heading, first, second = texts(table.rows)
    assert heading[0].endswith(": 2 subjects")
    assert (first[0], first[2:]) == (judged.study.inclusion[0].id, ["2", "1"])
    assert (second[0], second[2:]) == (judged.study.exclusion[0].id, ["1", "0"])


def test_the_log_lists_whoever_is_not_clearly_eligible(judged: Dossier, context: Context) -> None:
    table = eligibility_log_table(context)
    assert table is not None
    include, exclude = judged.study.inclusion[0].id, judged.study.exclusion[0].id
    assert [[row[0], *row[2:]] for row in texts(table.rows)] == [
        ["S1", "5 January 2026", "no", "not eligible", f"{include}, {exclude}", "–"],
        ["S2", "6 January 2026", "no", "not eligible", include,
         f"{exclude}: nothing is entered; what is entered lies outside the window"],
        ["S3", "not known", "yes", "cannot tell", "–", f"{exclude}: nobody has answered"],
    ]  # fmt: skip
    assert table.shown


def test_a_long_log_stands_in_its_file_only(judged: Dossier) -> None:
    assert judged.screening is not None
    subjects, verdicts = (
        pl.concat([rows.with_columns(USUBJID=pl.col("USUBJID") + f"-{n}") for n in range(20)])
        for rows in (judged.screening.subjects, judged.screening.verdicts)
    )
    long = Context.of(replace(judged, screening=replace(judged.screening, subjects=subjects, verdicts=verdicts)))
    table = eligibility_log_table(long)
    assert table is not None
    assert (table.rows, table.shown) == ((), False)
    written = list(csv.DictReader(table.data.splitlines()))
    assert len(written) == 60
    short = eligibility_log_table(Context.of(judged))
    assert short is not None
    for subject, gate, *told in texts(short.rows):
        own = [[*row.values()] for row in written if row["Subject"].startswith(f"{subject}-") and row["Gate"] == gate]
        assert own == [["", f"{subject}-{n}", gate, *told, judged.origin] for n in range(20)]
    words = [part for section in sections(long, ()) if section.id == "eligibility" for part in section.parts]
    assert "tables/eligibility-log.csv" in str(words[-1])


def test_without_a_judgement_there_is_no_section(pooled: Dossier) -> None:
    context = Context.of(pooled)
    assert pooled.screening is None
    assert criteria_counts_table(context) is None
    assert screen_failures_table(context) is None
    assert eligibility_log_table(context) is None
    assert "eligibility" not in {section.id for section in sections(context, ())}


def test_verdicts_are_results_that_rest_on_their_clause_and_rows(judged: Dossier) -> None:
    gate, include, exclude = judged.study.gates[0], judged.study.inclusion[0].id, judged.study.exclusion[0].id
    found = {row[0]: row[1:] for row in eligibility_results(judged).iter_rows()}
    assert found[f"{gate}/S1/{include}"] == (include, "NOT_MET", "estimated", "", "-3 d (a)")
    assert found[f"{gate}/S2/{exclude}"] == (exclude, "UNKNOWN", "not estimable", "missing; stale", None)
    below = eligibility_edges(judged).filter(pl.col("from") == f"{gate}/S2/{include}")["to"].to_list()
    assert below == [f"clause/inclusion/{include}", "row/fa.csv:S2:1", "row/dm.csv:S2"]
    other = eligibility_edges(judged).filter(pl.col("from") == f"{gate}/S2/{exclude}")["to"].to_list()
    assert other == [f"clause/exclusion/{exclude}"]


def test_every_reason_has_words() -> None:
    assert set(REASON_WORDS) == set(REASONS)
