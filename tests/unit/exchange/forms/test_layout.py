"""The forms of a study: every item has its column, every column its question, every answer its place in a table."""

from __future__ import annotations

import pytest

from tests.studies import loaded
from trialwright.conduct.studies import shipped_studies
from trialwright.exchange.forms import layout_of
from trialwright.exchange.forms.fields import DATE, SUBJECT, Entry, Layout, Sheet
from trialwright.model.items import item_place
from trialwright.model.study import Study
from trialwright.model.tables import TABLES

pytestmark = pytest.mark.unvalidated

SHIPPED = sorted((opened.study for opened in shipped_studies()), key=lambda study: study.id != "nct07295132")
STUDIES = [loaded(), *SHIPPED]
RESPONSES = {"recist-x": ("CR", "NE"), "recist-1.1": ("CR", "PR", "NE")}


def layout(study: Study) -> Layout:
    return layout_of(study, RESPONSES)


def entries(found: Layout) -> list[tuple[Sheet, Entry]]:
    return [(sheet, entry) for sheet in found.sheets for entry in sheet.entries]


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.id)
def test_every_item_is_asked_for_where_the_data_are_read(study: Study) -> None:
    found = layout(study)
    for name in study.items:
        place = item_place(study, name)
        held = [
            entry
            for _, entry in entries(found)
            if entry.domain == place.domain
            and (
                entry.value == name or (place.domain == "DM" and place.column in {column for _, column in entry.parts})
            )
        ]
        assert held, name
        for entry in held:
            filled = dict(entry.fixed)
            assert place.column in {column for _, column in entry.parts}, name
            for column, allowed in place.where:
                assert filled.get(column, allowed[0]) in allowed, name


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.id)
def test_every_part_of_an_entry_is_a_column_of_its_sheet_and_of_its_table(study: Study) -> None:
    for sheet, entry in entries(layout(study)):
        keys = {field.key for field in sheet.fields}
        assert entry.value in keys
        assert {key for key, _ in entry.parts} <= keys
        assert set(entry.needed) <= keys
        assert set(entry.columns) <= set(TABLES[entry.domain].by_name), entry.value
        assert (not entry.undone) or (entry.undone in keys and (not entry.reason_column or "reason" in keys))


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.id)
def test_required_columns_of_a_table_are_filled_or_asked_for(study: Study) -> None:
    for _, entry in entries(layout(study)):
        held = {column for column, _ in entry.fixed} | {column for _, column in entry.parts}
        table = TABLES[entry.domain]
        assert {column.name for column in table.columns if column.required} <= held | set(table.key), entry.value


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.id)
def test_keys_are_unique_and_every_column_asks(study: Study) -> None:
    found = layout(study)
    assert len({sheet.title.lower() for sheet in found.sheets}) == len(found.sheets)
    for sheet in found.sheets:
        assert len(sheet.by_key) == len(sheet.fields), sheet.title
        assert sheet.fields[0].key == SUBJECT
        assert all(field.ask for field in sheet.fields)
        assert len(sheet.title) <= 31


def test_one_sheet_a_visit_between_subjects_and_the_rest() -> None:
    study = STUDIES[1]
    found = layout(study)
    assert [sheet.visit for sheet in found.sheets] == ["", *(visit.id for visit in study.visits), ""]
    assert (found.sheets[0].title, found.sheets[-1].title) == ("Subjects", "Unscheduled")
    assert found.sheets[2].about.startswith(
        "0 days after chemotherapy_start, then every 21 days, 4 times, until allocation; from 3 days before to 3 days"
    )


def test_questions_lists_units_and_roles() -> None:
    found = {sheet.visit: sheet.by_key for sheet in layout(STUDIES[1]).sheets}
    assert found["screening"]["histology"].ask == "Histological type"
    assert [code for code, _ in found["screening"]["histology"].terms] == ["EPITHELIAL", "BORDERLINE", "OTHER"]
    assert found["cycle"]["ca125.unit"].terms == (("U/mL", ""),)
    assert found["decision"]["resectable.by"].terms[0] == ("SURGEON", "surgeon")
    assert [code for code, _ in found["decision"]["before"].terms] == ["CR", "PR", "NE"]
    assert "before, after" in found["decision"]["before"].hint


def test_a_reading_that_serves_two_series_is_asked_for_once() -> None:
    decision = next(sheet for sheet in layout(STUDIES[1]).sheets if sheet.visit == "decision")
    assert [entry.value for entry in decision.entries if entry.domain == "RS"] == ["before"]


def test_dates_of_what_happened_are_not_the_day_of_the_visit() -> None:
    screening = next(sheet for sheet in layout(STUDIES[1]).sheets if sheet.visit == "screening")
    history = next(entry for entry in screening.entries if entry.value == "other_tumour")
    sample = next(entry for entry in screening.entries if entry.value == "ca125")
    assert DATE not in {key for key, _ in history.parts}
    assert ("other_tumour.MHSTDTC", "MHSTDTC") in history.parts
    assert (DATE, "LBDTC") in sample.parts


def test_visits_with_long_or_taken_names_have_sheets_of_their_own() -> None:
    name = "a" * 40
    more = "".join(f"{{id: {each}, when: {{on: entry}}, do: [grade]}}\n  - " for each in (f"{name}b", f"{name}c"))
    study = loaded(("{id: start,", f"{more}{{id: subjects,"))
    titles = [sheet.title for sheet in layout(study).sheets]
    assert len({title.lower() for title in titles}) == len(titles)
    assert "Subjects 2" in titles
    assert max(map(len, titles)) <= 31
