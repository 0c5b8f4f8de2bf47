"""Scans and CA-125 together: rows the table names stand in the cases; here what it leaves open."""

from __future__ import annotations

from itertools import product

import pytest

from trialwright.assessments.gcig import Scans, combined_response, first_event
from trialwright.assessments.gcig.combination import MarkerResponse, NewLesion, NonTarget, Target

pytestmark = pytest.mark.unvalidated

TARGETS: tuple[Target, ...] = ("CR", "PR", "SD", "PD", "NE", "NONE")
NON_TARGETS: tuple[NonTarget, ...] = ("CR", "NON-CR/NON-PD", "PD", "NE", "NONE")
MARKERS: tuple[MarkerResponse, ...] = ("CR", "PR", "NORMAL", "NON-PR/NON-PD", "PD", "NE")


def scans(target: Target, nontarget: NonTarget, new: NewLesion = "NONE", alone: str = "SD") -> Scans:
    return Scans(target, nontarget, new, alone)


@pytest.mark.parametrize(
    ("found", "marker", "overall", "rule"),
    [
        (scans("CR", "CR", alone="CR"), "NON-PR/NON-PD", "PR", "unnamed-marker-above-normal"),
        (scans("NONE", "CR", alone="CR"), "PR", "PR", "unnamed-ca125-only-above-normal"),
        (scans("NONE", "CR", "NOT_ASSESSED", alone="NE"), "CR", "NE", "ca125-only-cr"),
        (scans("CR", "CR", "NOT_ASSESSED", alone="NE"), "CR", "NE", "cr-cr-normal"),
        (scans("CR", "CR", "EQUIVOCAL", alone="CR"), "CR", "CR", "cr-cr-normal"),
        (scans("CR", "NONE", alone="CR"), "NORMAL", "CR", "cr-cr-normal"),
        (scans("CR", "NONE", alone="CR"), "PR", "PR", "cr-cr-above-normal"),
        (scans("CR", "NE", alone="PR"), "NORMAL", "PR", "unnamed-scans-alone"),
        (scans("SD", "NE"), "PR", "SD", "unnamed-scans-alone"),
        (scans("NE", "NE", alone="NE"), "PR", "NE", "unnamed-scans-alone"),
        (scans("NE", "CR", alone="NE"), "NORMAL", "NE", "unnamed-scans-alone"),
        (scans("NONE", "NE", alone="NE"), "PR", "NE", "unnamed-scans-alone"),
        (scans("NONE", "NONE", alone="NED"), "CR", "NED", "unnamed-scans-alone"),
        (scans("SD", "NONE"), "PR", "PR", "sd-ca125"),
        (scans("NE", "NONE", alone="NE"), "CR", "PR", "not-evaluated-ca125"),
        (scans("PR", "NE", alone="PR"), "NE", "PR", "scans-alone"),
    ],
)  # fmt: skip
def test_what_the_table_leaves_open(found: Scans, marker: MarkerResponse, overall: str, rule: str) -> None:
    combined = combined_response(found, marker)
    assert (combined.overall, combined.rule) == (overall, f"gcig.combined.{rule}")


@pytest.mark.parametrize(("days", "overall"), [(29, "PR"), (28, "PD"), (0, "PD"), (-1, "PD"), (None, "PD")])
@pytest.mark.parametrize("marker", ["CR", "PR"])
def test_a_progression_on_scans_after_a_response_by_ca125(
    days: int | None, overall: str, marker: MarkerResponse
) -> None:
    for found in (scans("PD", "CR"), scans("SD", "PD"), scans("SD", "CR", "UNEQUIVOCAL")):
        assert combined_response(found, marker, days_after_ca125_response=days).overall == overall


def test_laws_of_the_whole_table() -> None:
    for target, nontarget, marker in product(TARGETS, NON_TARGETS, MARKERS):
        found = combined_response(scans(target, nontarget, alone="SD"), marker)
        assert found.certainty == "unverified"
        if marker == "NE":
            assert found.overall == "SD"
        elif "PD" in (target, nontarget, marker):
            assert found.overall == "PD"
        elif found.overall == "CR":
            assert (nontarget in ("CR", "NONE"), marker in ("CR", "NORMAL")) == (True, True)
        new = combined_response(scans(target, nontarget, "UNEQUIVOCAL", alone="PD"), marker)
        assert new.overall == "PD"


def test_first_event_and_its_switch() -> None:
    assert first_event(ca125_progression=90, scan_progression=120, scans_respond=True) == (90, "ca125")
    over = first_event(ca125_progression=90, scan_progression=120, scans_respond=True, response_overrides=True)
    assert over == (120, "scans")
    assert first_event(ca125_progression=90, scans_respond=True, response_overrides=True) == (None, None)
    assert first_event(ca125_progression=90, scans_respond=False, response_overrides=True) == (90, "ca125")
    assert first_event(ca125_progression=90, scan_progression=90, death=90) == (90, "scans")
    assert first_event(ca125_progression=90, death=90) == (90, "ca125")
    assert first_event(death=91) == (91, "death")
