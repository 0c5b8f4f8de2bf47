"""Responses of a series from its lesions: baseline, planned removal, new lesions, dates, sources."""

from __future__ import annotations

import polars as pl
import pytest

from tests.spec.response_cases import day_of, told
from tests.unit.assessments.lesion_folders import judged, lesion, once, reviewed, rows_told, shown

pytestmark = pytest.mark.independent("worked out by hand from the rules")


def test_without_a_baseline_nothing_is_judged() -> None:
    rows, findings = judged(rows_told(lesion("T1", {-40: "50", 42: "90"}), lesion("X1", {42: "UNEQUIVOCAL"}, "NEW")))
    assert shown(rows) == [(42, "NE", "no-baseline")]
    assert once(rows, "BOR") == ("NE", 42)
    assert "R01" in {finding.id for finding in findings}


def test_the_last_complete_scan_of_the_window_is_the_baseline() -> None:
    at_one, at_two = {-20: "50", -5: "60", 42: "36"}, {-20: "50", -5: "NE", 42: "34"}
    rows, _ = judged(rows_told(lesion("T1", at_one), lesion("T2", at_two)))
    assert shown(rows) == [(42, "PR", "target-partial")]  # 70 of 100; of the later, incomplete sum it would be no fall


def test_a_scan_on_the_day_of_the_origin_is_a_baseline_and_no_row() -> None:
    rows, _ = judged(rows_told(lesion("T1", {0: "50", 42: "50"})))
    assert shown(rows) == [(42, "SD", "target-stable")]


REMOVED = {0: "40.0", 42: "30.0"}


def test_after_a_planned_removal_clean_scans_show_no_disease_and_the_window_of_response_is_over() -> None:
    told_ = reviewed(reviewed(rows_told(lesion("T1", REMOVED), planned_removal=60), 90), 150)
    rows, findings = judged(told_, removal=True)
    assert shown(rows) == [(42, "SD", "target-stable"), (90, "NED", "no-disease"), (150, "NED", "no-disease")]
    assert rows.filter(pl.col("PARAMCD") == "OVR")["ADEQUATE"].to_list() == ["Y", "Y", "Y"]
    assert rows.filter(pl.col("PARAMCD") == "OVR")["SRCDOM"].to_list() == ["TR", "FA", "FA"]
    assert once(rows, "BOR") == ("SD", 42)
    assert findings == []


@pytest.mark.parametrize(("beside", "before"), [({}, "NED"), ({90: "20.0", 150: "20.0"}, "SD")])
def test_a_removed_lesion_that_is_measured_again_is_a_progression_and_asked_about(
    beside: dict[int, str], before: str
) -> None:
    back, other = lesion("T1", {**REMOVED, 150: "12.0"}), lesion("T2", {**REMOVED, **beside})
    rows, findings = judged(reviewed(rows_told(back, other, planned_removal=60), 90), removal=True)
    assert [overall for _, overall, _ in shown(rows)] == ["SD", before, "PD"]
    assert shown(rows)[-1] == (150, "PD", "reappearance")
    last = rows.filter(pl.col("PARAMCD") == "OVR").row(-1, named=True)
    assert (last["SRCDOM"], last["SRCSEQ"]) == ("TR", 3)
    assert [finding.id for finding in findings] == ["R19"]


def test_without_the_removal_the_same_scans_cannot_be_evaluated() -> None:
    told_ = reviewed(rows_told(lesion("T1", REMOVED)), 90)
    rows, _ = judged(told_, removal=True)
    assert shown(rows) == [(42, "SD", "target-stable"), (90, "NE", "target-not-evaluable")]


def test_what_a_removal_leaves_behind_is_the_new_baseline_from_10_mm_on() -> None:
    left = lesion("T1", {**REMOVED, 90: "12.0", 150: "14.4", 200: "18.0"})
    rows, _ = judged(rows_told(left, lesion("T2", REMOVED), planned_removal=60), removal=True)
    assert shown(rows)[1:] == [
        (90, "SD", "target-stable"),
        (150, "SD", "target-stable"),  # 20 % but 2.4 mm
        (200, "PD", "target-progression"),  # 6 mm and 50 % above 12
    ]
    assert once(rows, "BOR") == ("SD", 42)


def test_a_small_rest_is_a_non_target() -> None:
    rows, _ = judged(rows_told(lesion("T1", {**REMOVED, 90: "9.9"}), planned_removal=60), removal=True)
    assert shown(rows)[1] == (90, "NON-CR/NON-PD", "non-target-only")


def test_a_scan_that_leaves_open_what_is_left_is_no_new_baseline_and_a_late_one_is_taken() -> None:
    left = lesion("T1", {**REMOVED, 90: "NE", 200: "12.0"})
    rows, findings = judged(rows_told(left, planned_removal=60), removal=True)
    assert shown(rows)[1:] == [(90, "NE", "awaiting-new-baseline"), (200, "SD", "late-new-baseline")]
    assert [finding.id for finding in findings] == ["R13"]


def test_what_was_not_known_before_the_removal_is_new_after_it() -> None:
    fresh = lesion("N1", {90: "PRESENT"}, "NON-TARGET")
    rows, _ = judged(reviewed(rows_told(lesion("T1", REMOVED), fresh, planned_removal=60), 90), removal=True)
    assert shown(rows)[1] == (90, "PD", "new-lesion")


def test_a_lesion_that_is_removed_unplanned_cannot_be_evaluated() -> None:
    rows = rows_told(lesion("T1", {0: "40.0", 42: "40.0"}))
    rows["TR"][-1] |= {"TRORRES": "", "TRORRESU": "", "TRORIG": "REMOVED"}
    assert shown(judged(rows)[0]) == [(42, "NE", "target-not-evaluable")]


def test_a_lesion_that_is_settled_later_dates_the_progression_back_and_leaves_the_row_as_it_was() -> None:
    fresh = lesion("X1", {84: "EQUIVOCAL", 126: "UNEQUIVOCAL"}, "NEW")
    rows, _ = judged(rows_told(lesion("T1", {0: "50", 42: "35", 84: "34", 126: "34"}), fresh))
    assert shown(rows) == [
        (42, "PR", "target-partial"),
        (84, "PR", "target-partial"),
        (84, "PD*", "new-lesion-dated-back"),
        (126, "PD", "new-lesion"),
    ]
    assert once(rows, "PD") == ("Y", 84)
    assert once(rows, "CRSP") == ("N", None)  # what would confirm it lies on the day of the progression
    flags = rows.filter((pl.col("PARAMCD") == "OVR") & (pl.col("ADT").cast(pl.String) == day_of(84)))
    assert flags.sort("DTYPE")["ANL01FL"].to_list() == [None, "Y"]


def test_an_equivocal_lesion_that_goes_away_leaves_nothing() -> None:
    fresh = lesion("X1", {42: "EQUIVOCAL", 84: "ABSENT"}, "NEW")
    rows, _ = judged(rows_told(lesion("T1", {0: "50", 42: "50", 84: "50"}), fresh))
    assert [code for _, code, _ in shown(rows)] == ["SD", "SD"]
    assert shown(rows, "NEW") == [(42, "EQUIVOCAL", "new.state")]


def test_a_review_that_was_not_done_forbids_a_complete_response_alone() -> None:
    gone = reviewed(rows_told(lesion("T1", {0: "50", 42: "ABSENT"})), 42, "N")
    assert shown(judged(gone)[0]) == [(42, "NE", "new-lesions-not-assessed")]
    smaller = reviewed(rows_told(lesion("T1", {0: "50", 42: "30"})), 42, "N")
    rows, findings = judged(smaller)
    assert shown(rows) == [(42, "PR", "target-partial")]
    assert [finding.id for finding in findings] == ["R15"]


def test_scans_of_one_visit_are_judged_together_and_dated_by_their_evidence() -> None:
    told_ = rows_told(lesion("T1", {0: "50", 40: "70"}), lesion("T2", {0: "50", 44: "60"}))
    for row in told_["TR"]:
        row["TRLNKGRP"] = "base" if row["TRDTC"] == day_of(0) else "first"
    assert shown(judged(told_)[0]) == [(44, "PD", "target-progression")]  # 70 alone is below 120
    told_["TR"][1]["TRORRES"] = "121"
    assert shown(judged(told_)[0]) == [(40, "PD", "target-progression")]


def test_a_day_between_the_scans_of_a_visit_belongs_to_it() -> None:
    told_ = rows_told(
        lesion("T1", {0: "50", 40: "50"}), lesion("T2", {0: "50", 44: "50"}), lesion("X1", {42: "UNEQUIVOCAL"}, "NEW")
    )
    for row in told_["TR"]:
        row["TRLNKGRP"] = {day_of(0): "base", day_of(42): ""}.get(row["TRDTC"], "first")
    assert shown(judged(told_)[0]) == [(42, "PD", "new-lesion")]


def test_a_progression_whose_day_is_not_known_stands_at_its_first_possible_day() -> None:
    told_ = rows_told(lesion("T1", {0: "50", 42: "50", 84: "80"}))
    told_["TR"][-1]["TRDTC"] = "2026-03"
    rows, _ = judged(told_)
    last = rows.filter(pl.col("PARAMCD") == "OVR").sort("ADT").row(-1, named=True)
    assert (str(last["ADT"]), last["AVALC"], last["ADTF"]) == ("2026-03-01", "PD", "D")


def test_progression_by_what_was_measured_can_be_switched_off() -> None:
    told_ = rows_told(lesion("T1", {0: "50", 42: "130"}), lesion("T2", {0: "50", 42: "NE"}))
    assert shown(judged(told_)[0]) == [(42, "PD", "target-progression")]
    assert shown(judged(told_, missing_may_prove_pd=False)[0]) == [(42, "NE", "target-not-evaluable")]


def test_a_complete_response_that_is_lost_is_read_by_the_switch() -> None:
    told_ = rows_told(lesion("T1", {0: "50", 30: "ABSENT", 58: "3"}))
    assert shown(judged(told_)[0])[1] == (58, "PD", "reappearance")
    assert shown(judged(told_, cr_then_disease="as_collected")[0])[1] == (58, "PR", "target-partial")
    rows, _ = judged(told_, cr_then_disease="downgrade_to_pr")
    assert [code for _, code, _ in shown(rows)] == ["CR", "PR*", "PR"]
    assert once(rows, "CBOR") == ("PR", 30)


def test_a_scan_of_which_nothing_could_be_read_is_none() -> None:
    rows, _ = judged(rows_told(lesion("T1", {0: "40.0", 42: "ND"})))
    assert shown(rows) == [(42, "NE", "not-examined")]
    assert rows.filter(pl.col("PARAMCD") == "OVR")["ADEQUATE"].to_list() == ["N"]


def test_each_row_carries_its_switches() -> None:
    told_ = rows_told(lesion("T1", {0: "50", 42: "50"}))
    assert judged(told_, max_ne=2)[0]["POLICY"].unique().to_list() == ["max_ne=2"]
    assert judged(told_)[0]["POLICY"].unique().to_list() == ["default"]


def test_only_the_series_own_reader_is_read() -> None:
    told_ = rows_told(lesion("T1", {0: "50", 42: "50"}))
    for row in [*told_["TU"], *told_["TR"]]:
        row["TUEVAL" if "TUSEQ" in row else "TREVAL"] = "INDEPENDENT ASSESSOR"
    rows, _ = judged(told_)
    assert rows.filter(pl.col("PARAMCD") == "OVR").is_empty()
    assert once(rows, "BOR") == ("MISSING", None)


def test_a_new_therapy_ends_what_counts_for_the_best_response() -> None:
    told_ = rows_told(lesion("T1", {0: "50", 42: "50", 84: "30"}), new_therapy=84)
    assert once(judged(told_)[0], "BOR") == ("PR", 84)
    assert once(judged(told_, new_therapy_day="excluded")[0], "BOR") == ("SD", 42)


def test_a_marker_above_its_limit_forbids_a_complete_response() -> None:
    gone = lesion("T1", {0: "50", 42: "ABSENT"})
    for values, code in (({0: "400", 42: "36"}, "PR"), ({0: "400", 42: "35"}, "CR"), ({0: "35", 42: "36"}, "CR")):
        rows, _ = judged(rows_told(gone, marker={"uln": "35", "values": values}), marker=True)
        assert shown(rows)[0][1] == code, values


def test_a_sample_too_far_from_the_scan_says_nothing() -> None:
    gone = lesion("T1", {0: "50", 42: "ABSENT"})
    near = rows_told(gone, marker={"uln": "35", "values": {0: "400", 56: "20"}})
    far = rows_told(gone, marker={"uln": "35", "values": {0: "400", 57: "20"}})
    assert shown(judged(near, marker=True)[0])[0][1] == "CR"
    assert shown(judged(far, marker=True)[0])[0][1] == "PR"


def test_a_new_lesion_of_a_pet_waits_for_another_scan_unless_a_pet_was_done_before() -> None:
    fresh = lesion("X1", {42: "PRESENT", 84: "PRESENT"}, "NEW", method="PET")
    told_ = rows_told(lesion("T1", {0: "50", 42: "50", 84: "50"}), fresh)
    own = [row for row in told_["TR"] if row["TRLNKID"] == "X1"]
    own[0]["TRMETHOD"], own[1]["TRMETHOD"] = "PET/CT SCAN", "CT SCAN"
    assert [(day, code) for day, code, _ in shown(judged(told_)[0])] == [
        (42, "SD"), (42, "PD*"), (84, "PD"),
    ]  # fmt: skip
    own[1]["TRMETHOD"] = "PET/CT SCAN"
    assert [code for _, code, _ in shown(judged(told_)[0])] == ["SD", "SD"]
    told(told_, "FA", "A", FATESTCD="LESREVEW", FAOBJ="FDG-PET", FASTRESC="Y", FADTC=day_of(0))
    assert shown(judged(told_)[0])[0][:2] == (42, "PD")
