"""Records of ClinicalTrials.gov API version 2: nothing lost, nothing personal, every statement with its place."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.registry.records import study, text_of
from trialwright.dates import CalendarInterval, PartialDate
from trialwright.errors import InputError
from trialwright.model.record import Absent, Record
from trialwright.registry import read_records

pytestmark = pytest.mark.unvalidated

PERSONAL = re.compile(
    r"\.(?:centralContacts|overallOfficials|contacts|pointOfContact)\b|investigator(?:FullName|Title)|oldNameTitle"
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
PHONE = re.compile(r"(?<![\w.-])(?:\+\d{2}[ -]\d|\(?\d{3}\)?[ -]\d{3}-\d{4}(?!\d))")


def one(plain: object) -> Record:
    (record,) = read_records(text_of(plain))
    return record


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Leaves of plain JSON, written apart from the reader; an empty list or mapping is one."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, f"{path}.{key}")
    elif isinstance(value, list) and value:
        for place, below in enumerate(value):
            yield from leaves(below, f"{path}[{place}]")
    else:
        yield path.lstrip("."), value


def shown(record: Record) -> str:
    """All that a record holds, as text."""
    return "\n".join([record.text, *(str(kept) for kept in record.extra), *record.dropped, *map(str, record.notes)])


def test_values_are_typed() -> None:
    record = one(study())
    assert record.value("design.phase2") == "PHASE3"
    assert record.value("enrollment.count") == 40
    assert record.value("eligibility.minimumAge") == CalendarInterval.parse("18 years")
    assert record.value("eligibility.maximumAge") == Absent("not_provided")
    assert record.value("eligibility.healthyVolunteers") is False
    assert record.value("results.exist") is False
    assert record.value("location1.latitude") == Decimal("37.50")
    start = record.value("dates.start")
    assert isinstance(start, PartialDate)
    assert (start.text, start.precision, start.low.isoformat(), start.high.isoformat()) == (
        "2026-03",
        "M",
        "2026-03-01",
        "2026-03-31",
    )


def test_criteria_are_counted_nested_and_unescaped() -> None:
    record = one(study())
    found = {address: entry.text for address, entry in record.statements.items() if re.match(r"[IE]\d", address)}
    assert found == {
        "I1": "Age >= 18 years",
        "I2": "Bloods of the last week",
        "I2.1": "ANC = 1500 /uL",
        "I2.2": "WBC 3.0 x 109/L\nor more",
        "I3": "Fit",
        "E1": "Ill",
        "E2": "None",
    }
    assert record.value("E2") == Absent("not_provided")
    assert record.statements["I2.1"].under == "inclusion.heading1"


def test_lost_signs_and_exponents_are_kept_and_noted() -> None:
    record = one(study())
    assert record.statements["I2.1"].lost_signs == (4,)
    assert {(note.id, note.about) for note in record.notes} == {("sign-lost", "I2.1"), ("exponent-lost", "I2.2")}


def test_every_statement_has_its_place_in_the_source() -> None:
    source = text_of(study())
    (record,) = read_records(source)
    for address, statement in record.statements.items():
        written = statement.span.of(source)
        if re.match(r"[IE]\d|.*\.heading", address):
            meant = json.loads(f'"{written}"').replace("\\>", ">")
            assert re.sub(r"\s*\n\s*", "\n", meant) == statement.text
        else:
            plain = json.loads(written)
            assert str(plain).replace("\\>", ">") == statement.text


def test_places_stand_behind_every_escape() -> None:
    criteria = 'Inclusion Criteria:\n\n* A "quoted" \u2265 \U0001f600 \\> word\n* B\ttab'
    plain = study(eligibilityModule={"eligibilityCriteria": criteria})
    for source in (json.dumps(plain), json.dumps(plain, ensure_ascii=False)):
        (record,) = read_records(source)
        assert json.loads(f'"{record.statements["I1"].span.of(source)}"') == 'A "quoted" \u2265 \U0001f600 \\> word'
        assert json.loads(f'"{record.statements["I2"].span.of(source)}"') == "B\ttab"


def test_contacts_are_dropped_and_listed_without_their_content() -> None:
    record = one(study())
    assert [path.removeprefix("protocolSection.") for path in record.dropped] == [
        "contactsLocationsModule.centralContacts[0].name",
        "contactsLocationsModule.centralContacts[0].phone",
        "contactsLocationsModule.centralContacts[0].email",
        "contactsLocationsModule.overallOfficials[0].name",
        "contactsLocationsModule.overallOfficials[0].role",
        "contactsLocationsModule.locations[0].contacts[0].name",
        "sponsorCollaboratorsModule.responsibleParty.investigatorFullName",
        "sponsorCollaboratorsModule.leadSponsor.name",
    ]
    for personal in ("Body", "Her Name", "555", "@"):
        assert personal not in shown(record)


@pytest.mark.parametrize(
    "key",
    ["centralContact", "siteContacts", "contactEmail", "phone", "backupPhone", "fax", "email_address", "phoneExt"],
)
def test_unknown_contact_keys_are_dropped_too(key: str) -> None:
    record = one(study(identificationModule={"nctId": "NCT00000001", key: "Some Body"}))
    assert f"protocolSection.identificationModule.{key}" in record.dropped
    assert "Some Body" not in shown(record)


def test_contacts_in_running_text_are_taken_out_and_noted() -> None:
    text = "Ask a.b@c.example or call 800-555-0100 or +49 30 5550100; dose 400-600 mg, NCT01234567, 2019-04-05."
    record = one(study(descriptionModule={"briefSummary": text}))
    kept = record.statement("description.briefSummary")
    assert kept is not None
    assert kept.count("[contact removed]") == 3
    assert kept.endswith("dose 400-600 mg, NCT01234567, 2019-04-05.")
    assert ("contact-removed", "description.briefSummary", "3 taken out") in [
        (note.id, note.about, note.text) for note in record.notes
    ]


def test_unknown_keys_terms_and_dates_are_kept_and_noted() -> None:
    record = one(
        study(
            statusModule={"overallStatus": "PAUSED", "startDateStruct": {"date": "March 2026"}},
            designModule={"enrollmentInfo": {"count": "many"}, "studyType": None, "phases": []},
            somethingNew={"a": {"b": "c"}},
        )
    )
    assert [(kept.path, kept.value) for kept in record.extra] == [
        ("protocolSection.identificationModule.newKey", 7),
        ("protocolSection.designModule.phases", "[]"),
        ("protocolSection.somethingNew.a.b", "c"),
    ]
    assert record.value("status.overall") == "PAUSED"
    assert record.value("dates.start") == "March 2026"
    assert record.value("design.studyType") == Absent("not_provided")
    assert {note.id for note in record.notes} >= {"term-unknown", "date-unreadable", "number-unreadable"}


def test_half_a_character_is_replaced_and_noted() -> None:
    source = json.dumps(study(descriptionModule={"briefSummary": "half \ud83d here"}))
    (record,) = read_records(source)
    assert record.statement("description.briefSummary") == "half \ufffd here"
    assert "half-character" in {note.id for note in record.notes}
    record.text.encode("utf-8")


def test_arms_and_interventions_that_disagree_are_noted() -> None:
    agreeing = {
        "armGroups": [{"label": "A", "interventionNames": ["Drug: X: one"]}],
        "interventions": [{"type": "DRUG", "name": "X: one", "armGroupLabels": ["A"]}],
    }
    assert "interventions-differ" not in {n.id for n in one(study(armsInterventionsModule=agreeing)).notes}
    agreeing["interventions"][0]["armGroupLabels"] = ["B"]
    assert [n.id for n in one(study(armsInterventionsModule=agreeing)).notes].count("interventions-differ") == 2


def test_cohorts_with_their_own_criteria_are_noted() -> None:
    criteria = "A word first\n\nInclusion Criteria for A:\n\n* x\n\nInclusion Criteria for B:\n\n* y\n"
    record = one(study(eligibilityModule={"eligibilityCriteria": criteria}))
    assert record.statement("I2") == "y"
    assert record.statements["I2"].under == "inclusion.heading2"
    assert record.statement("eligibility.text1") == "A word first"
    assert {note.id for note in record.notes} == {"section-repeated", "section-unclear"}


def test_a_page_of_a_search_and_a_list_hold_the_same_records() -> None:
    numbers = ["NCT00000001", "NCT00000002", "NCT00000003"]
    studies = [study(number) for number in numbers]
    single = [one(plain) for plain in studies]
    page = read_records(text_of({"studies": studies, "nextPageToken": "x", "totalCount": 3}))
    listed = read_records(text_of(studies))
    for records in (page, listed):
        assert [record.id for record in records] == numbers
        for record, alone in zip(records, single, strict=True):
            assert {key: (s.text, s.value) for key, s in record.statements.items()} == {
                key: (s.text, s.value) for key, s in alone.statements.items()
            }
            assert (record.counts, record.dropped) == (alone.counts, alone.dropped)
    assert page[2].statements["I1"].span != page[0].statements["I1"].span


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (text_of(study())[:-40], "cut off"),
        (text_of(study())[:300], "cut off"),
        ('{"protocolSection": {"a": tr', "cut off"),
        ('{"a": 1}', "no record of the registry's API"),
        ('{"error": "not found"}', "no record of the registry's API"),
        ("[]", "no record of the registry's API"),
        ('{"protocolSection": {"a": 1, "a": 2}}', "the key 'a' stands twice"),
        ('{"protocolSection": {"a": NaN}}', "NaN is no value of JSON"),
        ('{"protocolSection": {"a": wrong, "b": 1}}', "no value of JSON stands here"),
        ('{"protocolSection": {"a" 1}}', ": is expected here"),
        ('{"protocolSection": {"a": 1}} and more', "behind the end of the JSON"),
        ('{"protocolSection": {"a": 1}}', "a study has no registry number"),
        ('{"protocolSection": ' + "[" * 90, "levels lie inside each other"),
        ('{"FullStudiesResponse": {"FullStudies": []}}', "no record of the registry's API"),
    ],
)
def test_what_is_no_record_is_refused(text: str, what: str) -> None:
    with pytest.raises(InputError, match=re.escape(what)) as refused:
        read_records(text, "r.json")
    assert refused.value.exit_code == 2
    assert "r.json" in str(refused.value)


def test_a_fault_has_its_line() -> None:
    with pytest.raises(InputError, match=r"^r\.json:3:6: "):
        read_records('{\n"protocolSection":\n  [1 2]}', "r.json")


def texts(value: object) -> str:
    return value.replace("\\", "") if isinstance(value, str) else "" if value is None else str(value)


def test_no_leaf_of_real_records_is_lost(shared_data: Path) -> None:
    """Each leaf is stated, kept or dropped, exactly once, with the value the file gives it."""
    files = sorted((shared_data / "ctgov").glob("*.json"))
    assert len(files) == 32
    for file in files:
        source = file.read_text(encoding="utf-8")
        plain = json.loads(source, parse_float=Decimal)
        whole = dict(leaves(plain))
        (record,) = read_records(source, file.name)
        stated = {s.path: s for s in record.statements.values() if not re.match(r"[IE]\d|.*heading\d", s.address)}
        extra = {kept.path: kept for kept in record.extra}
        assert Counter([*stated, *extra, *record.dropped]) == Counter(list(whole)), file.name
        assert record.counts.whole == len(whole)
        for path, value in whole.items():
            assert not (PERSONAL.search(path) and path not in record.dropped), f"{file.name} {path}"
            if path in stated:
                assert texts(stated[path].text) == texts(value), f"{file.name} {path}"
            elif path in extra:
                assert extra[path].value == (value if value not in ([], {}) else str(value)), f"{file.name} {path}"
        assert not {note.id for note in record.notes} & {"date-unreadable", "term-unknown", "number-unreadable"}
        assert not EMAIL.search(shown(record))
        assert not PHONE.search(record.text)


def test_real_records_as_a_page_of_a_search_and_as_a_list(shared_data: Path) -> None:
    files = sorted((shared_data / "ctgov").glob("*.json"))[1:9]
    studies = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    for plain in ({"studies": studies, "nextPageToken": "abc"}, studies):
        records = read_records(json.dumps(plain))
        assert [record.id for record in records] == [file.stem for file in files]
        assert [record.counts.whole for record in records] == [len(dict(leaves(single))) for single in studies]


def test_no_word_of_real_criteria_is_lost(shared_data: Path) -> None:
    """List marks apart, each letter of the text stands in exactly one heading or statement, in order."""
    for file in sorted((shared_data / "ctgov").glob("*.json")):
        (record,) = read_records(file.read_text(encoding="utf-8"))
        whole = record.statement("eligibility.criteria") or ""
        taken = "\n".join(
            s.text for a, s in record.statements.items() if re.match(r"[IE]\d|.*heading|eligibility\.text", a)
        )
        bare = "\n".join(
            re.sub(r"^\s*(?:[*•·▪◦○●-]|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,5})\\?[.)])\s+", "", line)
            for line in whole.splitlines()
        )
        assert re.sub(r"\s+", "", taken) == re.sub(r"\s+", "", bare), file.name


@pytest.mark.parametrize("text", ["WBC â‰¥ 3.0", "Gleason &lt;6", "a lost \ufffd letter"])
def test_damaged_letters_are_kept_and_noted_once(text: str) -> None:
    record = one(study(eligibilityModule={"eligibilityCriteria": f"Inclusion Criteria:\n\n* {text}"}))
    assert record.statement("I1") == text
    assert [(note.id, note.about) for note in record.notes] == [("encoding-damaged", "I1")]
