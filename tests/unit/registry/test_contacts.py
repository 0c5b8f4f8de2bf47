"""Contacts in running text: taken out where they are, and nothing else with them."""

from __future__ import annotations

import pytest

from trialwright.registry.contacts import MARK, is_contact, without_contacts

pytestmark = pytest.mark.unvalidated


@pytest.mark.parametrize(
    "contact",
    [
        "first.last@hospital.example",
        "x+y@a-b.example.org",
        "+82-2-555-0100",
        "+1 800 555 0100",
        "+49 (30) 5550100",
        "800-555-0100",
        "1-800-555-0100",
        "(800) 555-0100",
        "800.555.0100",
        "02-555-0100",
    ],
)
def test_contacts_are_taken_out(contact: str) -> None:
    assert without_contacts(f"Ask here: {contact}, any day.") == (f"Ask here: {MARK}, any day.", 1)


@pytest.mark.parametrize(
    "text",
    [
        "from 2019-04-05 to 2021-10-31",
        "platelets 50,000-100,000 /uL; 5 x 10^9/L",
        "NCT01234567 and ISRCTN12345678",
        "doi: 10.1016/j.jvir.2023.10.011, 2013 Aug;24(8):2209-18",
        "doses of 100-200-400 mg over 12-24 weeks",
        "grade 3+ or +1 to +3, 99mTc",
        "2306-208-1446",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert without_contacts(text) == (text, 0)


@pytest.mark.parametrize(("keys", "is_one"), [(["officialTitle"], False), (["contactsLocationsModule"], False),
                                              (["pointOfContact", "title"], True), (["Phone"], True),
                                              (["microphone"], False), (["overallOfficials"], True)])  # fmt: skip
def test_keys(keys: list[str], is_one: bool) -> None:
    assert is_contact(keys) is is_one
