"""What each subject's result comes to, as a number to compare."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from trialwright.conduct.outcomes import endpoints_from, outcomes
from trialwright.conduct.studies import open_study
from trialwright.model.frames import frames_from_text
from trialwright.model.result import Derived

pytestmark = pytest.mark.unvalidated


@pytest.fixture(scope="module")
def derived() -> Derived:
    study = open_study("nct05844813").study
    ids = ["1", "2"]
    text = {
        "DM": pl.DataFrame({"USUBJID": ids, "SITEID": ["01"] * 2, "ARMCD": ["AIA"] * 2, "DTHDTC": ["2026-07-01"] * 2}),
        "DS": pl.DataFrame({"USUBJID": ids, "DSSEQ": ["1"] * 2, "DSDECOD": ["RANDOMIZED"] * 2,
                            "DSSTDTC": ["2026-03-02"] * 2}),
    }  # fmt: skip
    frames, _ = frames_from_text(text, "entered", study=study.id)
    return endpoints_from(study, frames, cutoff=date(2027, 1, 1))


def test_the_same_result_is_the_same_number(derived: Derived) -> None:
    own = outcomes(derived).filter(pl.col("PARAMCD") == "OS", pl.col("DEFID") == "corrected")
    assert own.height == 2
    assert own["OUTCOME"].n_unique() == 1


@pytest.mark.parametrize(("column", "value"), [("AVAL", 1), ("CNSR", 1), ("RULEID", "other"), ("SRCSEQ", 7)])
def test_another_value_status_rule_or_source_is_another_number(derived: Derived, column: str, value: object) -> None:
    first = pl.col("USUBJID") == "1"
    cell = pl.when(first).then(pl.lit(value)).otherwise(column).alias(column)
    before, after = outcomes(derived), outcomes(replace(derived, adtte=derived.adtte.with_columns(cell)))
    both = before.join(after, on=["USUBJID", "PARAMCD", "DEFID"], suffix="_NOW")
    assert both.filter(pl.col("OUTCOME") != pl.col("OUTCOME_NOW"))["USUBJID"].unique().to_list() == ["1"]


def test_a_death_after_missed_scans_names_what_told_its_cause() -> None:
    """Without a cause the death is no event, and nothing is known of missed scans before it."""
    study, day = open_study("nct04562727").study, "2021-04-03"
    text = {
        "DM": {"USUBJID": ["1"], "SITEID": ["01"], "ARMCD": ["PERI"], "DTHDTC": ["2022-08-30"], "DTHFL": ["Y"]},
        "DS": {"USUBJID": ["1"], "DSSEQ": ["1"], "DSDECOD": ["RANDOMIZED"], "DSSTDTC": [day]},
        "FA": {"USUBJID": ["1"], "FASEQ": ["1"], "FATESTCD": ["DTHCAUSE"], "FASTRESC": ["CANCER"],
               "FADTC": ["2022-08-30"]},
        "TU": {"USUBJID": ["1"], "TUSEQ": ["1"], "TULNKID": ["T1"], "TUORRES": ["TARGET"],
               "TULOC": ["LIVER"], "TUDTC": [day]},
        "TR": {"USUBJID": ["1"] * 2, "TRSEQ": ["1", "2"], "TRLNKID": ["T1"] * 2, "TRTESTCD": ["LDIAM"] * 2,
               "TRORRES": ["30"] * 2, "TRORRESU": ["mm"] * 2, "TRDTC": [day, "2021-07-03"]},
    }  # fmt: skip
    tables = {domain: pl.DataFrame(table) for domain, table in text.items()}
    frames, _ = frames_from_text(tables, "entered", study=study.id)
    derived = endpoints_from(study, frames, cutoff=date(2024, 1, 1))
    own = (pl.col("PARAMCD") == "DFS") & (pl.col("DEFID") == "record")
    assert derived.adtte.filter(own)["RULEID"].to_list() == ["DFS.censor.missed-assessments"]
    assert "row/fa.csv:1:1" in derived.sources.filter(own)["ROW"].to_list()
