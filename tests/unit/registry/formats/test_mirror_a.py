"""A mirror's page: labels, sections, glued rows, contacts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.registry.records import PAGE
from trialwright.dates import CalendarInterval
from trialwright.errors import InputError
from trialwright.model.record import Absent, Record, RecordValue
from trialwright.registry import read_records

pytestmark = pytest.mark.unvalidated


def one(text: str = PAGE) -> Record:
    (record,) = read_records(text, "page.txt")
    return record


def with_row(row: str) -> Record:
    return one(PAGE.replace("Wear2 yearsAs seen.", row))


def noted(record: Record, name: str) -> list[str]:
    return [note.about for note in record.notes if note.id == name]


def test_labels_and_values() -> None:
    record = one()
    assert (record.id, record.registry, record.format) == ("XX00000001", "Registry of Nowhere", "mirror-a")
    assert [record.value(f"design.phase{n}") for n in (1, 2)] == ["PHASE2", "PHASE3"]
    assert record.statement("design.phase1") == "Phase 2"
    assert record.value("enrollment.count") == 1200
    assert record.value("dates.start") == "spring 2026"
    assert record.value("dates.completion") == Absent("not_provided")
    assert record.value("eligibility.sex") == "ALL"
    assert record.value("eligibility.maximumAge") == CalendarInterval.parse("80 years")
    assert [record.statement(f"condition{n}") for n in (1, 2)] == ["Ailment of the Liver", "Ailment of the Lung"]
    assert record.statement("description.briefSummary.part2") == "A second line."
    assert noted(record, "date-unreadable") == ["dates.start"]
    assert noted(record, "list-ambiguous") == ["condition1"]


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ("19 Years to No maximum", CalendarInterval.parse("19 years"), Absent("unbounded")),
        ("N/A to 1 Year", Absent("not_applicable"), CalendarInterval.parse("1 years")),
        ("6 Months to 99 Weeks", CalendarInterval.parse("6 months"), CalendarInterval.parse("99 weeks")),
    ],
)
def test_limits_of_age(written: str, low: RecordValue, high: RecordValue) -> None:
    record = one(PAGE.replace("18 Years to 80 Years", written))
    assert (record.value("eligibility.minimumAge"), record.value("eligibility.maximumAge")) == (low, high)


def test_an_age_of_another_form_stays_whole() -> None:
    record = one(PAGE.replace("18 Years to 80 Years", "Adults"))
    assert record.statement("eligibility.age") == "Adults"
    assert record.value("eligibility.minimumAge") == Absent("not_provided")


def test_criteria_are_split_at_their_asterisks_only() -> None:
    record = one()
    assert record.statement("I1") == "Adult."
    assert record.statement("I2") == "Platelets = 50 x 109/L and 2 * 3 fingers * second part is small"
    assert record.statement("I3") is None
    assert record.value("exclusion.criteria") == Absent("not_provided")
    assert {name: noted(record, name) for name in ("statement-glued", "sign-lost", "exponent-lost")} == {
        "statement-glued": ["I2"],
        "sign-lost": ["I2"],
        "exponent-lost": ["I2"],
    }


def test_rows_are_cut_where_one_cut_is_possible() -> None:
    record = one()
    assert [record.statement(f"P1.{part}") for part in ("measure", "timeFrame", "description")] == [
        "Sharpness (S1)",
        "Baseline to 2 years",
        "The edge.",
    ]
    assert record.statement("P2.timeFrame") == "2 years"
    assert record.statement("S1.row") == "A row without any frame"
    assert noted(record, "row-unsplit") == ["S1"]


@pytest.mark.parametrize(
    "row",
    [
        "Bluntness|From day one to 24 months|the length of it",
        "Wear (any)|postoperative (up to 2 months after surgery)|The worst",
        "Rust (a RUSTing constant K)|Baseline|The rust",
        "Wear|Up to 3 years|",
    ],
)
def test_forms_of_rows(row: str) -> None:
    record = with_row(row.replace("|", ""))
    parts = [record.statement(f"P2.{part}") or "" for part in ("measure", "timeFrame", "description")]
    assert "|".join(parts) == row


@pytest.mark.parametrize("row", ["WearFrom now to 2 yearsFrom then to 3 yearsSo long", "Wear from now", "Wear"])
def test_a_row_with_no_or_two_cuts_stays_whole(row: str) -> None:
    record = with_row(row)
    assert record.statement("P2.row") == row
    assert "P2" in noted(record, "row-unsplit")


def test_contacts_and_persons_are_dropped() -> None:
    record = one()
    assert record.dropped == ("Sponsors, line 3", "Contacts, line 1", "Contacts, line 2", "Contacts, line 3")
    everything = f"{record.text}{record.extra}{record.notes}"
    for personal in ("Somebody", "@", "555", "One Person"):
        assert personal not in everything
    assert record.value("collaborator1.class") == "INDIV"


def test_every_line_is_a_heading_or_counted_once() -> None:
    record = one()
    lines = [line for line in PAGE.splitlines() if line.strip()]
    furniture = (
        "Skip to content|Status|Phases|Study type|Source|Registry ID|Enrollment|Registered|Start date|Completion date|"
        "Last updated|Conditions|Brief summary|Interventions|Sponsors|Study design|Allocation|Masking|Eligibility|"
        "Sex/Gender|Age|Healthy volunteers|Inclusion criteria|Exclusion criteria|Design outcomes|Primary|Secondary|"
        "MeasureTime frameDescription|Contacts|References|Outcome results"
    )
    headings = set(furniture.split("|"))
    values = [line for line in lines if line.strip() not in headings]
    assert record.counts.whole == len(values)
    assert record.counts.extra == 3


def test_every_statement_has_its_place_in_the_page() -> None:
    record = one()
    for statement in record.statements.values():
        written = statement.span.of(PAGE)
        if statement.address == "description.briefSummary":
            assert statement.text == written.replace("office@knives.example", "[contact removed]")
        elif not isinstance(statement.value, Absent):
            assert written.strip() == statement.text


def test_a_label_that_stands_twice_keeps_the_first() -> None:
    record = one(PAGE.replace("Last updated\n", "Enrollment\n99\nLast updated\n"))
    assert record.value("enrollment.count") == 1200
    assert ("stated-twice", "enrollment.count") in [(note.id, note.about) for note in record.notes]
    assert "99" in [kept.value for kept in record.extra]


def test_unknown_lines_are_kept() -> None:
    record = one(PAGE.replace("Masking\nNONE", "Masking\nNONE\nColour\nBlue"))
    assert {"Colour", "Blue"} <= {kept.value for kept in record.extra}


def test_a_page_without_number_is_refused() -> None:
    with pytest.raises(InputError, match="the page names no registry number"):
        one(PAGE.replace("XX00000001\n", ""))


FIELDS: list[tuple[str, RecordValue]] = [
    ("identification.nctId", "NCT07295132"),
    ("status.overall", "NOT_YET_RECRUITING"),
    ("design.phase1", "PHASE2"),
    ("design.studyType", "INTERVENTIONAL"),
    ("enrollment.count", 160),
    ("enrollment.type", Absent("not_provided")),
    ("dates.primaryCompletion", Absent("not_provided")),
    ("sponsor.name", "Asan Medical Center"),
    ("sponsor.class", "OTHER"),
    ("collaborator1.name", "Korean Gynecologic Oncology Group"),
    ("collaborator1.class", "OTHER"),
    ("condition1", "Ovarian Cancer Recurrent"),
    ("condition2", "Platinum Sensitive Ovarian Cancer"),
    ("condition3", Absent("not_provided")),
    ("keyword1", "platinum sensitive recurrent ovarian cancer"),
    ("keyword2", "secondary cytoreductive surgery"),
    ("keyword3", "neoadjuvant chemotherapy"),
    ("keyword4", "CA-125 response"),
    ("keyword5", Absent("not_provided")),
    ("design.allocation", "RANDOMIZED"),
    ("design.interventionModel", "PARALLEL"),
    ("design.primaryPurpose", "TREATMENT"),
    ("design.masking", "NONE"),
    ("eligibility.sex", "FEMALE"),
    ("eligibility.minimumAge", CalendarInterval.parse("19 years")),
    ("eligibility.maximumAge", Absent("unbounded")),
    ("eligibility.healthyVolunteers", False),
    ("results.listed", Absent("not_provided")),
    ("arm1.label", Absent("not_provided")),
    ("location1.city", Absent("not_provided")),
    ("P1.measure", "Progression-Free Survival"),
    ("S1.measure", "Overall Survival"),
    ("S2.measure", "Complete Resection Rate (R0)"),
    ("S2.timeFrame", "postoperative (up to 2 months after surgery)"),
    ("S3.measure", "Surgical Complication Rate"),
    ("S3.timeFrame", "Postoperative (up to 2 months after surgery)"),
    ("S4.measure", "KELIM (The modeled CA-125 ELIMination rate constant K)"),
    ("S4.timeFrame", "Baseline"),
]
DATES = {
    "dates.registered": "2025-12-19",
    "dates.lastUpdate": "2025-12-19",
    "dates.start": "2025-12-15",
    "dates.completion": "2029-11-15",
}
WORDS = {
    "identification.briefTitle": ("RESCUE Study", "Cytoreduction Using Chemotherapy"),
    "identification.officialTitle": ("Randomized Clinical Trial", "CA-125 Response Dynamics"),
    "description.briefSummary": ("multicenter", "open-label", "Phase III", "3-4 cycles"),
    "description.detailedDescription": ("several cycles", "CA-125"),
    "design.interventionModelDescription": ("neoadjuvant chemotherapy", "remaining chemotherapy"),
    "intervention1.text": ("Secondary Cytoreductive Surgery (SCS)", "performed on"),
    "intervention2.text": ("Platinum Based Chemotherapy",),
    "I1": ("First recurrence", "platinum-sensitive", "invasive epithelial", "primary peritoneal"),
    "I2": ("at least 6 months", "last platinum-containing regimen"),
    "I3": ("Complete Response/Partial Response/Stable Disease", "RECIST 1.1", "GCIG CA-125", "≥50%", "≥28 days"),
    "I4": ("19 years",),
    "I5": ("completely resectable", "experienced surgeon"),
    "I6": ("written informed consent", "data transfer"),
    "E1": ("without recurrence",),
    "E2": ("non-epithelial", "borderline"),
    "E3": ("second, third",),
    "E4": ("secondary malignancy", "laparotomy", "significantly affect prognosis"),
    "E5": ("platinum-refractory", "within 6 months", "previous first platinum"),
    "E6": ("only palliative",),
    "E7": ("Radiological signs", "completely unresectable"),
    "E8": ("comorbidity", "severe renal disease"),
    "E9": ("medical history", "excessive surgical risk"),
    "E10": ("oral anticoagulants", "bevacizumab"),
    "E11": ("evaluable archived",),
    "P1.timeFrame": ("date of randomization", "first documented progression", "up to 24 months"),
    "S1.timeFrame": ("date of randomization", "first documented progression", "up to 24 months"),
    "S1.description": ("death from any cause",),
    "S2.description": ("surgical arm", "macroscopic"),
    "S3.description": ("Clavien-Dindo",),
    "S4.description": ("prognostic accuracy", "randomized"),
}


@pytest.fixture(scope="module")
def ovarian(shared_seeds: Path) -> Record:
    return one((shared_seeds / "NCT07295132.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("address", "value"), FIELDS)
def test_fields_of_the_ovarian_trial(ovarian: Record, address: str, value: RecordValue) -> None:
    assert ovarian.value(address) == value


@pytest.mark.parametrize(("address", "text"), DATES.items())
def test_dates_of_the_ovarian_trial(ovarian: Record, address: str, text: str) -> None:
    found = ovarian.value(address)
    assert getattr(found, "text", None) == text
    assert getattr(found, "precision", None) == "D"


@pytest.mark.parametrize(("address", "words"), WORDS.items())
def test_texts_of_the_ovarian_trial(ovarian: Record, address: str, words: tuple[str, ...]) -> None:
    text = ovarian.statement(address) or ""
    assert [word for word in words if word not in text] == []


def test_the_ovarian_trial_has_no_other_statements_of_eligibility_and_endpoints(ovarian: Record) -> None:
    numbers = {letter: [address for address, _ in ovarian.numbered(letter)] for letter in "IEPSO"}
    assert numbers == {
        "I": [f"I{n}" for n in range(1, 7)],
        "E": [f"E{n}" for n in range(1, 12)],
        "P": ["P1"],
        "S": [f"S{n}" for n in range(1, 5)],
        "O": [],
    }
    assert ovarian.statement("P1.timeFrame") == ovarian.statement("S1.timeFrame")
    assert [note.id for note in ovarian.notes] == ["list-ambiguous", "list-ambiguous"]


def test_titles_of_the_ovarian_trial_are_whole(ovarian: Record) -> None:
    """First word, last word and number of words; the sentences themselves stay with the registry."""
    titles = [ovarian.statement(f"identification.{which}") or "" for which in ("briefTitle", "officialTitle")]
    assert [(title.split()[0], title.split()[-1], len(title.split())) for title in titles] == [
        ("RESCUE", "rEsponse)", 10),
        ("A", "Study)", 30),
    ]


def test_contacts_of_the_ovarian_trial_are_dropped(ovarian: Record) -> None:
    assert ovarian.dropped == tuple(f"Contacts, line {n}" for n in range(1, 5))
    assert "removed]" not in f"{ovarian.text}{ovarian.extra}"
