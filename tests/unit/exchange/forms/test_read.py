"""Filled workbooks: what is read to the letter, what a spreadsheet spoilt, and where it says so."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests.unit.exchange.forms.filled import SUBJECT, fill, read_filled
from trialwright.conduct.forms import FormsRead, write_forms
from trialwright.conduct.studies import open_study
from trialwright.errors import DataError
from trialwright.exchange.forms import layout_of, read_workbook
from trialwright.exchange.forms.read import ReadForms

pytestmark = pytest.mark.unvalidated

OPENED = open_study("nct07295132")
LAYOUT = layout_of(OPENED.study, {"recist-1.1": ("CR", "PR", "SD", "PD", "NE", "NED")})


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "forms.xlsx"
    write_forms(OPENED, path)
    return path


@pytest.fixture
def forms(empty: Path, tmp_path: Path) -> Path:
    path = tmp_path / "forms.xlsx"
    path.write_bytes(empty.read_bytes())
    return path


def moment(*parts: int) -> datetime:
    """A date cell as a workbook holds it, without a time zone."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


def read_cell(forms: Path, title: str, key: str, value: object, number_format: str | None = None) -> ReadForms:
    fill(forms, {title: [{"subject": "S1", key: value}]})
    if number_format is not None:
        book = load_workbook(forms)
        page = book[title]
        column = next(cell.column for cell in page[2] if cell.value == key)
        page.cell(5, column).number_format = number_format
        book.save(forms)
    return read_workbook(forms, LAYOUT)


def answer(found: ReadForms, key: str) -> str | None:
    (row,) = found.rows
    return row.answers[key].text if key in row.answers else None


@pytest.mark.parametrize(
    ("title", "key", "value", "number_format", "text"),
    [
        ("Cycle", "ca125", 35, "General", "35"),
        ("Cycle", "ca125", 0.8, "General", "0.8"),
        ("Cycle", "ca125", 35.0, "@", "35"),
        ("Cycle", "ca125", 1234567.125, "General", "1234567.125"),
        ("Screening", "recurrences", 1, "General", "1"),
        ("Subjects", "AGE", 59, "General", "59"),
        ("Subjects", "BRTHDTC", 1966, "General", "1966"),
        ("Cycle", "date", date(2026, 3, 18), "yyyy-mm-dd", "2026-03-18"),
        ("Cycle", "date", moment(2026, 3, 18), "yyyy-mm-dd", "2026-03-18"),
    ],
)
def test_what_cannot_have_changed_is_read_and_told(
    forms: Path, title: str, key: str, value: object, number_format: str, text: str
) -> None:
    found = read_cell(forms, title, key, value, number_format)
    assert answer(found, key) == text
    assert [(finding.id, finding.severity) for finding in found.findings] == [("X02", "I")]


@pytest.mark.parametrize(
    ("title", "key", "value", "number_format", "rule"),
    [
        ("Subjects", "SUBJID", 12, "General", "X01"),
        ("Subjects", "SITEID", 1.0, "General", "X01"),
        ("Subjects", "BRTHDTC", 24180, "General", "X01"),
        ("Screening", "histology", 1, "General", "X01"),
        ("Cycle", "ca125", 1234567890123.4567, "General", "X01"),
        ("Cycle", "ca125", 0.84, "0.0", "X01"),
        ("Cycle", "ca125", 1234, "#,##0", "X01"),
        ("Cycle", "ca125", 0.35, "0%", "X01"),
        ("Cycle", "ca125", moment(2026, 7, 5), "d-mmm", "X01"),
        ("Cycle", "date", date(2026, 3, 1), "mmm-yy", "X01"),
        ("Cycle", "date", date(2026, 3, 1), "yyyy-mm-dd", "X01"),
        ("Cycle", "date", date(2026, 3, 18), "mm-dd-yy", "X01"),
        ("Cycle", "date", moment(2026, 3, 18, 14, 5), "yyyy-mm-dd", "X01"),
        ("Cycle", "date", time(14, 5), "h:mm", "X01"),
        ("Cycle", "ca125", "=1+1", None, "X03"),
        ("Cycle", "ca125", True, None, "X03"),
        ("Cycle", "ca125", "#N/A", None, "X03"),
    ],
)
def test_what_may_have_changed_is_refused_by_sheet_and_cell(
    forms: Path, title: str, key: str, value: object, number_format: str | None, rule: str
) -> None:
    found = read_cell(forms, title, key, value, number_format)
    assert answer(found, key) is None
    (finding,) = found.findings
    letter = next(cell.column_letter for cell in load_workbook(forms)[title][2] if cell.value == key)
    assert (finding.id, finding.severity, finding.where) == (rule, "E", f"{title}!{letter}5")
    assert finding.mend


def test_a_subject_that_became_a_number_names_nobody(forms: Path) -> None:
    fill(forms, {"Cycle": [{"subject": 12, "ca125": "35"}]})
    found = read_workbook(forms, LAYOUT)
    assert [(finding.id, finding.where) for finding in found.findings] == [("X01", "Cycle!A5")]


def test_an_arm_is_not_shown_in_a_finding(forms: Path) -> None:
    found = read_cell(forms, "Subjects", "ARMCD", 17)
    assert "17" not in found.findings[0].text


TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), min_size=1)


@settings(max_examples=8)
@given(st.lists(TEXTS.filter(lambda text: bool(text.strip()) and not text.startswith("=")), min_size=1, max_size=30))
def test_text_survives_to_the_letter(empty: Path, texts: list[str]) -> None:
    path = empty.with_name("texts.xlsx")
    path.write_bytes(empty.read_bytes())
    book = load_workbook(path)
    page = book["Unscheduled"]
    column = next(cell.column for cell in page[2] if cell.value == "end.term")
    for number, text in enumerate(texts, 5):
        page.cell(number, column).value = text
        page.cell(number, column).data_type = "s"
    book.save(path)
    rows = read_workbook(path, LAYOUT).rows
    assert [row.answers["end.term"].text for row in rows] == texts


def test_columns_may_be_moved_and_sheets_sorted(forms: Path) -> None:
    book = load_workbook(forms)
    page = book["Cycle"]
    page.insert_cols(1, 2)
    page.insert_rows(1)
    book.move_sheet("Cycle", -2)
    columns = {cell.value: cell.column for cell in page[3]}
    for key, value in {"subject": "S1", "date": "2026-03", "ca125": "<5"}.items():
        page.cell(6, columns[key]).value = value
    book.save(forms)
    found = read_workbook(forms, LAYOUT)
    assert found.findings == ()
    (row,) = found.rows
    assert {key: one.text for key, one in row.answers.items()} == {"subject": "S1", "date": "2026-03", "ca125": "<5"}
    assert row.answers["ca125"].where == "Cycle!E6"


def test_sheets_and_columns_that_are_missing_strange_or_doubled(forms: Path) -> None:
    book = load_workbook(forms)
    del book["Morbidity"]
    book.create_sheet("My notes")["A1"] = "x"
    cycle, operation = book["Cycle"], book["Operation"]
    cycle["C2"] = "ca_125"
    cycle["A5"], cycle["C5"] = "S1", "35"
    cycle["D2"] = "date"
    operation.delete_rows(2)
    book.save(forms)
    found = {(finding.id, finding.where) for finding in read_workbook(forms, LAYOUT).findings}
    assert found == {
        ("X04", "Morbidity"),
        ("X05", "My notes"),
        ("X04", "Cycle"),
        ("X04", "Cycle!D2"),
        ("X05", "Cycle!C5"),
        ("X04", "Operation"),
    }


def outcome(folder: Path, **rows: dict[str, object]) -> FormsRead:
    sheets = {title.replace("_", " "): [row] for title, row in rows.items()}
    return read_filled(folder, {"Subjects": [SUBJECT], **sheets})


@pytest.mark.parametrize(
    ("sheet", "row", "expected"),
    [
        ("Cycle", {"date": "2026-03-01", "ca125": "35"}, {("X06", "Cycle!C5"), ("U02", "Cycle!C5")}),
        ("Cycle", {"date": "2026-03-01", "ca125": "35", "ca125.unit": "ells"}, {("U01", "Cycle!D5")}),
        ("Cycle", {"date": "2026-03-01", "ca125.unit": "U/mL"}, {("X06", "Cycle!D5")}),
        ("Cycle", {"ca125": "35", "ca125.unit": "U/mL"}, {("D03", "Cycle!C5")}),
        ("Cycle", {"date": "2026-03-01", "ca125": "5-7", "ca125.unit": "U/mL"}, {("V02", "Cycle!C5")}),
        ("Cycle", {"date": "18.3.2026", "ca125": "5", "ca125.unit": "U/mL"}, {("D01", "Cycle!B5")}),
        ("Screening", {"date": "2026-01-05", "histology": "CLEAR"}, {("C01", "Screening!C5")}),
        ("Screening", {"date": "2026-01-05", "histology": "epithelial"}, {("C02", "Screening!C5")}),
        ("Screening", {"histology": "EPITHELIAL"}, {("X07", "Screening!C5")}),
        ("Screening", {"histology": "OTHER", "histology.undone": "NOT DONE"}, {("X06", "Screening!D5")}),
        ("Screening", {"date": "2026-01-05", "reason": "ill"}, {("X05", "Screening!AG5"), ("X05", "Screening!B5")}),
        ("Follow_up", {"date": "2026-09-01"}, {("X05", "Follow up!B5")}),
        ("Unscheduled", {"chemo_day1": "2026-01-12"}, {("X06", "Unscheduled!G5"), ("C01", "Unscheduled!G5")}),
        ("Morbidity", {"date": "2026-09-01", "complication.AETERM": "Leak"}, {("X06", "Morbidity!D5")}),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_by_sheet_and_cell(
    tmp_path: Path, sheet: str, row: dict[str, object], expected: set[tuple[str, str]]
) -> None:
    read = outcome(tmp_path, **{sheet: {"subject": "0012", **row}})
    assert {(finding.id, finding.where) for finding in read.findings} == expected
    severities = {finding.severity for finding in read.findings}
    assert read.is_written == ("E" not in severities)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [(None, ("X08", "Cycle!B5")), ("0013", ("K03", "Cycle!A5")), ("0012 ", ("K01", "Cycle!A5"))],
)
def test_a_row_belongs_to_a_known_subject(tmp_path: Path, subject: str | None, expected: tuple[str, str]) -> None:
    read = outcome(tmp_path, Cycle={"subject": subject, "date": "2026-03-01", "ca125": "35", "ca125.unit": "U/mL"})
    assert expected in {(finding.id, finding.where) for finding in read.findings}
    assert not read.is_written


def test_a_subject_entered_twice_is_told(tmp_path: Path) -> None:
    read = read_filled(tmp_path, {"Subjects": [SUBJECT, SUBJECT]})
    assert {(finding.id, finding.where) for finding in read.findings} == {("K02", "Subjects!A6")}


def test_the_same_row_twice_is_two_rows_and_a_warning(tmp_path: Path) -> None:
    sample = {"subject": "0012", "date": "2026-03-01", "ca125": "35", "ca125.unit": "U/mL"}
    read = read_filled(tmp_path, {"Subjects": [SUBJECT], "Cycle": [sample, sample]})
    assert [(finding.id, finding.where) for finding in read.findings] == [("K05", "Cycle!C6")]
    assert read.tables["LB"].height == 2


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "no workbook"),
        (b"USUBJID,SITEID\n", "no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "no workbook"),
        (b"PK\x03\x04" + bytes(40), "no workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "forms.xlsx"
    path.write_bytes(content)
    with pytest.raises(DataError, match=what):
        read_workbook(path, LAYOUT)


def test_a_cut_or_strange_workbook_is_refused(forms: Path, tmp_path: Path) -> None:
    cut, strange = tmp_path / "cut.xlsx", tmp_path / "strange.xlsx"
    cut.write_bytes(forms.read_bytes()[:-200])
    with zipfile.ZipFile(strange, "w") as packed:
        packed.writestr("a.txt", "x")
    for path in (cut, strange):
        with pytest.raises(DataError, match="no workbook"):
            read_workbook(path, LAYOUT)
    with pytest.raises(DataError, match="no such file"):
        read_workbook(tmp_path / "none.xlsx", LAYOUT)
    with pytest.raises(DataError, match="a folder"):
        read_workbook(tmp_path, LAYOUT)


def test_a_workbook_that_unpacks_to_too_much_is_refused(forms: Path, tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/big.xml", bytes(501_000_000))
    with pytest.raises(DataError, match="too large once unpacked"):
        read_workbook(path, LAYOUT)


def test_a_workbook_whose_text_explodes_is_refused(forms: Path, tmp_path: Path) -> None:
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(forms) as packed, zipfile.ZipFile(path, "w") as bomb:
        for name in packed.namelist():
            content = packed.read(name)
            if name == "xl/workbook.xml":
                head, root = content.split(b"<workbook", 1)
                content = head + f"<!DOCTYPE w [{entities}]>".encode() + b"<workbook" + root
                content = content.replace(b"</workbook>", b"<x>&a9;</x></workbook>")
            bomb.writestr(name, content)
    with pytest.raises(DataError, match="no workbook"):
        read_workbook(path, LAYOUT)


def test_a_workbook_that_names_no_study_is_refused(forms: Path) -> None:
    book = load_workbook(forms)
    del book["Read me"]
    book.save(forms)
    with pytest.raises(DataError, match="does not say which study"):
        read_workbook(forms, LAYOUT)
