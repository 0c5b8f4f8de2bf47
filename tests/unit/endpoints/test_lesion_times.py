"""Times of treated lesions: what names them, whose reading counts, what is found, and the rows they rest on."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tests.spec.endpoint_cases import Rows, day_of, derived, study_of, tables
from tests.unit.endpoints.trial import frames_of
from trialwright.model.result import Derived

pytestmark = pytest.mark.independent("rows taken away one by one, and days counted by hand")

TWO = {
    "lesions": {
        "A": {"ablations": [0, 45], "zone": {30: "RESIDUAL", 75: "COMPLETE", 110: "CLEAR", 180: "VIABLE"}},
        "B": {"ablations": [0], "zone": {30: "COMPLETE", 90: "CLEAR"}},
    },
    "alive": 400,
}
STUDY = study_of({})


def found(rows: Rows) -> Derived:
    return derived(STUDY, frames_of(rows), date(2027, 3, 31))


def times(rows: Rows) -> list[tuple[object, ...]]:
    columns = ("TRLNKID", "STARTDT", "ADT", "CNSR", "RULEID")
    return found(rows).lesion_times.select(columns).rows()


def rules(rows: Rows) -> list[str]:
    return [each.id for each in found(rows).findings if each.where == "/endpoints/LTPL"]


def test_no_subject_of_the_endpoint_stands_among_the_times_of_subjects() -> None:
    result = found(tables(TWO))
    assert result.lesion_times["TRLNKID"].to_list() == ["A", "B"]
    assert "LTPL" not in result.adtte["PARAMCD"]


def test_an_ablation_without_a_lesion_is_told_and_times_none() -> None:
    rows = tables(TWO)
    rows["PR"] = [{key: cell for key, cell in row.items() if key != "PRLNKID"} for row in rows["PR"]]
    assert times(rows) == []
    assert "T23" in rules(rows)


def test_an_ablation_of_an_unknown_lesion_is_told() -> None:
    rows = tables(TWO)
    rows["TU"] = [row for row in rows["TU"] if row["TULNKID"] != "B"]
    rows["TR"] = [row for row in rows["TR"] if row["TRLNKID"] != "B"]
    assert [row[0] for row in times(rows)] == ["A"]
    assert "T24" in rules(rows)


def test_a_lesion_never_seen_clear_is_told() -> None:
    assert rules(tables({"lesions": {"A": {"ablations": [0], "zone": {30: "RESIDUAL"}}}})) == ["T26"]


def test_another_reader_says_nothing_about_the_zone() -> None:
    rows = tables(TWO)
    for row in rows["TR"]:
        if row["TRDTC"] == day_of(180):
            row["TREVAL"] = "INDEPENDENT ASSESSOR"
    assert times(rows)[0][2:4] == (date.fromisoformat(day_of(110)), 1)


def test_a_viable_diameter_tells_as_a_state_does_and_the_scar_tells_nothing() -> None:
    rows = tables(TWO)
    before = times(rows)
    for row in rows["TR"]:
        viable = row["TRORRES"] == "PRESENT"
        row |= {"TRTESTCD": "VDIAM", "TRORRES": "12.0" if viable else "0", "TRORRESU": "mm"}
    assert times(rows) == before
    scar = {"TRTESTCD": "LDIAM", "TRORRES": "40.0", "TRORRESU": "mm", "TRDTC": day_of(100)}
    rows["TR"].append({"USUBJID": "A", "TRSEQ": "90", "TRLNKID": "B", **scar})
    assert times(rows) == before


def new_lesion(day: int) -> dict[str, str]:
    cells = {"TULNKID": "N1", "TUORRES": "NEW", "TULOC": "LIVER", "TUTRT": "TREATED", "TUCERT": "UNEQUIVOCAL"}
    return {"USUBJID": "A", "TUSEQ": "90", **cells, "TUDTC": day_of(day)}


def test_a_new_lesion_in_the_only_treated_zone_is_its_progression() -> None:
    rows = tables({"lesions": {"A": {"ablations": [0], "zone": {30: "COMPLETE", 90: "CLEAR"}}}})
    rows["TU"].append(new_lesion(90))
    assert times(rows)[0][2:4] == (date.fromisoformat(day_of(90)), 0)


def test_a_new_lesion_in_one_of_several_zones_is_told_until_a_lesion_says_so() -> None:
    rows = tables(TWO)
    rows["TU"].append(new_lesion(90))
    assert "T25" in rules(rows)
    for row in rows["TR"]:
        if (row["TRLNKID"], row["TRDTC"]) == ("B", day_of(90)):
            row["TRORRES"] = "PRESENT"
    assert "T25" not in rules(rows)
    assert times(rows)[1][3] == 0


def test_taking_a_named_row_away_changes_the_lesion_and_no_other_row_does() -> None:
    whole = tables({**TWO, "death": 300})
    result = found(whole)
    sources = result.sources.filter((pl.col("PARAMCD") == "LTPL") & (pl.col("ROLE") != "subject"))
    before = {row[0]: row for row in times(whole)}
    for domain, listed in whole.items():
        if domain == "DM":
            continue
        for row in listed:
            name = f"row/{domain.lower()}.csv:A:{row[f'{domain}SEQ']}"
            less = {**whole, domain: [each for each in listed if each is not row]}
            after = {each[0]: each for each in times(less)}
            for lesion, old in before.items():
                named = sources.filter((pl.col("LESION") == lesion) & (pl.col("ROW") == name)).height > 0
                assert (after.get(lesion) != old) == named, (name, lesion)
