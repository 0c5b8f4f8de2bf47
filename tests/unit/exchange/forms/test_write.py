"""The workbook as a spreadsheet sees it: text columns, lists, no formula, a page that explains."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tests.studies import loaded
from trialwright.conduct.forms import write_forms
from trialwright.conduct.studies import open_study
from trialwright.errors import StudyError
from trialwright.exchange.forms import Cover, Layout, layout_of, write_workbook
from trialwright.exchange.forms.fields import Field, Sheet

pytestmark = pytest.mark.unvalidated

COVER = Cover("x", "X", "0.1.0", "00", "draft", "program")


@pytest.fixture(scope="module")
def layout_and_book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Layout, Workbook]:
    path = tmp_path_factory.mktemp("forms") / "forms.xlsx"
    layout = write_forms(open_study("nct07295132"), path)
    return layout, load_workbook(path)


def test_every_cell_and_every_column_is_text(layout_and_book: tuple[Layout, Workbook]) -> None:
    layout, book = layout_and_book
    for sheet in layout.sheets:
        page = book[sheet.title]
        for number in range(1, len(sheet.fields) + 1):
            letter = page.cell(1, number).column_letter
            assert page.column_dimensions[letter].number_format == "@", (sheet.title, letter)
        cells = [cell for row in page.iter_rows() for cell in row if cell.value is not None]
        assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}


def test_codes_can_be_chosen_and_open_lists_only_warn(layout_and_book: tuple[Layout, Workbook]) -> None:
    layout, book = layout_and_book
    lists = book["Lists"]
    assert lists.sheet_state == "hidden"
    for sheet in layout.sheets:
        page = book[sheet.title]
        offered = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
        for number, field in enumerate(sheet.fields, 1):
            letter = page.cell(1, number).column_letter
            rule = offered.get(f"{letter}5:{letter}5000")
            if field.key == "subject" and sheet.title != "Subjects":
                assert rule is not None
                assert (rule.formula1, rule.errorStyle) == ("'Subjects'!$A$5:$A$5000", "warning")
            elif field.terms:
                assert rule is not None
                assert rule.errorStyle == ("stop" if field.is_closed else "warning")
                place = str(rule.formula1).removeprefix("Lists!").replace("$", "")
                values = [cell.value for row in lists[place] for cell in row]
                assert values == [code for code, _ in field.terms]
            else:
                assert rule is None


def test_the_first_sheet_says_which_study_and_how(layout_and_book: tuple[Layout, Workbook]) -> None:
    _, book = layout_and_book
    said = {row[0].value: row[1].value for row in book["Read me"].iter_rows(max_col=2)}
    assert book.sheetnames[0] == "Read me"
    assert (said["Study"], said["State"]) == ("nct07295132", "DRAFT")
    assert said["SHA-256"] == open_study("nct07295132").sha256
    assert any("0012" in str(text) for text in said.values())


def test_a_question_that_looks_like_a_formula_stays_a_question(tmp_path: Path) -> None:
    study = loaded(("ask: Tumour grade", 'ask: "=HYPERLINK(1)"'), ("{G1: low,", '{G1: "+1",'))
    write_workbook(layout_of(study, {}), COVER, tmp_path / "f.xlsx")
    page = load_workbook(tmp_path / "f.xlsx")["Start"]
    cell = next(cell for cell in page[3] if cell.value == "=HYPERLINK(1)")
    assert cell.data_type == "s"


def test_a_character_that_a_workbook_cannot_hold_is_named(tmp_path: Path) -> None:
    layout = Layout((Sheet("Subjects", "", (Field("subject", "a\x01b", "", "subject"),), ()),))
    with pytest.raises(StudyError, match="a character that a workbook cannot hold"):
        write_workbook(layout, COVER, tmp_path / "f.xlsx")
