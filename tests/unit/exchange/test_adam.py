"""Analysis datasets made of the program's tables: names, terms, flags, sources, and lengths in millimetres."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tests.studies import loaded
from trialwright.errors import DataError
from trialwright.exchange.adam import Sources, analysis_tables
from trialwright.exchange.adam_table import AnalysisTable, Variable, analysis_table, byte_length, short_name
from trialwright.exchange.adam_terms import ADRS_PARAMS, ONCE, PROGRESSIVE, VARIABLES
from trialwright.model.frames import OUTPUTS

pytestmark = pytest.mark.unvalidated

STUDY = loaded()
SERIES = STUDY.assessments[0].id
ADSL = pl.DataFrame(
    {"STUDYID": ["s", "s"], "USUBJID": ["1", "2"], "AGE": [59, None], "SEX": ["F", "M"], "ARMCD": ["A", None],
     "ARM": ["Arm of surgery", None], "DTHDT": [None, date(2027, 2, 3)], "DTHCAUSE": [None, "CANCER"],
     "EOSSTT": ["NOT STARTED", "DISCONTINUED"], "REGISTRATIONDT": [date(2026, 1, 6)] * 2,
     "REGISTRATIONELIG": ["ELIGIBLE", "CANNOT TELL"], "RANDOMFL": ["Y", "U"], "STRAT1": ["x", None]}
)  # fmt: skip


def judged(*rows: tuple[str, str, date | None, str, str]) -> pl.DataFrame:
    """Rows of ADRS: subject, parameter, day, response, how it arose."""
    frame = pl.DataFrame(
        rows, schema={"USUBJID": pl.String, "PARAMCD": pl.String, "ADT": pl.Date, "AVALC": pl.String,
                      "DTYPE": pl.String}, orient="row",
    )  # fmt: skip
    return frame.with_columns(
        STUDYID=pl.lit("s"), ASSESSID=pl.lit(SERIES), AVAL=pl.lit(3), ADEQUATE=pl.lit("Y"), ANL01FL=pl.lit("Y"),
        RULEID=pl.lit("r"), SRCDOM=pl.lit("RS"), SRCSEQ=pl.int_range(1, pl.len() + 1), ADTF=pl.lit(None, pl.String),
    )  # fmt: skip


ADRS = judged(
    ("1", "OVR", date(2026, 4, 1), "SD", "AS ASSESSED"),
    ("1", "OVR", date(2026, 6, 1), "PD", "AS ASSESSED"),
    ("1", "OVR", date(2026, 5, 1), "PD", "DERIVED"),
    ("1", "OVR", date(2026, 8, 1), "SD", "AS ASSESSED"),
    ("1", "BOR", date(2026, 4, 1), "SD", "DERIVED"),
    ("1", "RSP", None, "N", "DERIVED"),
)
ADTTE = pl.DataFrame(
    {"STUDYID": ["s"], "USUBJID": ["1"], "PARAMCD": ["OS"], "PARAM": ["Overall survival"], "DEFID": ["used"],
     "AVAL": [309], "STARTDT": [date(2026, 3, 18)], "ADT": [date(2027, 1, 20)], "CNSR": [1],
     "EVNTDESC": ["alive"], "SRCDOM": ["SS"], "SRCVAR": ["SSDTC"], "SRCSEQ": [1]}
)  # fmt: skip


def made(name: str, *, adsl: pl.DataFrame = ADSL, adtr: pl.DataFrame | None = None) -> AnalysisTable:
    found = analysis_tables(STUDY, Sources(adsl, ADRS, ADTTE, adtr))
    return next(each for each in found if each.name == name)


def cells(name: str, *columns: str, **given: pl.DataFrame) -> list[tuple[object, ...]]:
    return made(name, **given).frame.select(*columns).rows()  # type: ignore[arg-type]  # frames only


def test_a_subject_has_the_names_and_terms_of_cdisc() -> None:
    assert cells("ADSL", "USUBJID", "AGEU", "TRT01P", "DTHFL", "DTHCAUS", "EOSSTT") == [
        ("1", "YEARS", "Arm of surgery", None, None, None),
        ("2", None, None, "Y", "CANCER", "DISCONTINUED"),
    ]


def test_names_of_the_study_are_cut_to_eight_characters_and_say_so() -> None:
    held = {variable.name: variable for variable in made("ADSL").variables}
    assert held["REGISTDT"].made_from == "REGISTRATIONDT"
    assert (held["REGIELIG"].terms, held["REGIELIG"].label) == (
        ("ELIGIBLE", "NOT ELIGIBLE", "CANNOT TELL"), "Eligibility at registration",
    )  # fmt: skip
    assert (held["RANDOMFL"].made_from, held["STRAT1"].type, held["REGISTDT"].type) == ("", "text", "date")


def test_two_long_names_are_told_apart_until_ten_are_equal() -> None:
    taken: list[str] = []
    for number in range(9):
        taken.append(short_name(f"ALLOCATION{number}DT", taken))
    assert taken[:3] == ["ALLOCADT", "ALLOC2DT", "ALLOC3DT"]
    assert len(set(taken)) == 9
    with pytest.raises(DataError, match="no name of 8 characters is left"):
        short_name("ALLOCATION9DT", taken)


def test_no_arm_stands_anywhere_when_the_subjects_have_none() -> None:
    hidden = ADSL.drop("ARM", "ARMCD")
    for each in analysis_tables(STUDY, Sources(hidden, ADRS, ADTTE)):
        assert {"ARM", "ARMCD", "TRTP", "TRT01P"}.isdisjoint(each.frame.columns)
    assert made("ADTTE").frame["TRTP"].to_list() == ["Arm of surgery"]


def test_rows_count_up_to_the_first_progression_and_parameters_are_marked_derived() -> None:
    shown = cells("ADRS", "ASEQ", "PARAMCD", "ADT", "DTYPE", "PARAMTYP", "ANL02FL", "SRCVAR")
    assert shown == [
        (1, "BOR", date(2026, 4, 1), None, "DERIVED", "Y", "RSORRES"),
        (2, "OVR", date(2026, 4, 1), None, None, "Y", "RSORRES"),
        (3, "OVR", date(2026, 5, 1), "DERIVED", None, "Y", "RSORRES"),
        (4, "OVR", date(2026, 6, 1), None, None, None, "RSORRES"),
        (5, "OVR", date(2026, 8, 1), None, None, None, "RSORRES"),
        (6, "RSP", None, None, "DERIVED", None, "RSORRES"),
    ]
    assert set(cells("ADRS", "PARCAT1", "PARCAT2", "PARCAT3")) == {("Tumor Response", "Investigator", "RECIST X")}


def test_lengths_are_millimetres_to_the_last_digit() -> None:
    tenths = [174, 161, 324, 7, 0, None]
    adtr = pl.DataFrame(
        {"STUDYID": "s", "USUBJID": "1", "ASSESSID": SERIES, "PARAMCD": "SDIAM", "TRLNKID": None,
         "ADT": date(2026, 4, n + 1), "AVAL": value, "BASE": 174, "NADIR": None, "CHG": None, "CHGNAD": None,
         "COMPLETE": "Y" if value else None,
         "SRCDOM": None, "SRCSEQ": None} for n, value in enumerate(tenths)
    )  # fmt: skip
    frame = made("ADTR", adtr=adtr.cast({"TRLNKID": pl.String, "SRCDOM": pl.String})).frame
    assert frame["AVAL"].to_list() == [17.4, 16.1, 32.4, 0.7, 0.0, None]
    assert frame["ANL01FL"].to_list() == ["Y"] * 5 + [None]
    assert set(frame["SRCVAR"].to_list()) == {"TRORRES"}


def test_a_value_that_is_no_term_is_refused() -> None:
    with pytest.raises(DataError, match="'X' is no term of SEX"):
        made("ADSL", adsl=ADSL.with_columns(SEX=pl.lit("X")))


def test_every_parameter_the_program_writes_has_words() -> None:
    judged_codes = OUTPUTS["ADRS"].by_name["PARAMCD"].terms
    assert [code for code in judged_codes if code not in ADRS_PARAMS] == []
    assert set(ONCE) | set(PROGRESSIVE) == set(ADRS_PARAMS)


def test_every_name_and_label_fits_a_transport_file() -> None:
    every = [variable for held in VARIABLES.values() for variable in held]
    assert [each.name for each in every if len(each.name) > 8] == []
    assert [each.label for each in every if len(each.label) > 40] == []


def test_an_empty_text_has_length_one() -> None:
    assert byte_length(pl.Series([None, ""], dtype=pl.String)) == 1


def test_rows_are_numbered_within_a_subject() -> None:
    given = (Variable("USUBJID", "s"), Variable("ASEQ", "n", "integer"))
    frame = pl.DataFrame({"USUBJID": ["b", "a", "b"]})
    assert analysis_table("X", "x", given, ["USUBJID"], frame, numbered="ASEQ").frame.rows() == [
        ("a", 1),
        ("b", 1),
        ("b", 2),
    ]
