"""Scans: slots, windows, verdicts that agree with the sums of the lesions, and the day progression is seen."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tests.unit.design.studies import EVERY_DAY, large, small, with_scenario
from trialwright.dates import CalendarInterval
from trialwright.design.days import NEVER, date_of, day_number
from trialwright.design.imaging import VERDICTS, slot_days, sums_verdict
from trialwright.design.simulate import Simulated, simulate

pytestmark = pytest.mark.unvalidated


@pytest.mark.parametrize(
    ("total", "baseline", "nadir", "verdict"),
    [
        (700, 1000, 1000, "PR"),
        (701, 1000, 1000, "SD"),
        (600, 1000, 500, "PD"),
        (599, 1000, 500, "PR"),
        (249, 1000, 200, "PR"),
        (250, 1000, 200, "PD"),
        (1199, 1000, 1000, "SD"),
        (1200, 1000, 1000, "PD"),
    ],
)
def test_verdict_on_sums(total: int, baseline: int, nadir: int, verdict: str) -> None:
    found = sums_verdict(np.array([total]), np.array([baseline]), np.array([nadir]))
    assert VERDICTS[int(found[0])] == verdict


def test_slots_are_calendar_dates_counted_from_the_allocation() -> None:
    plan = small().people.plan
    allocated = np.array([day_number(date(2026, 1, 31)), day_number(date(2026, 11, 30))])
    slots = slot_days(plan, allocated)
    interval = CalendarInterval.parse("3 months")
    for row, day in enumerate((date(2026, 1, 31), date(2026, 11, 30))):
        expected = [CalendarInterval.parse(f"{3 * k} months").add_to(day) for k in range(1, slots.shape[1] + 1)]
        assert [date_of(int(slot)) for slot in slots[row]] == expected
    assert interval.add_to(date_of(int(slots[0].max()))) > small().cutoff


def test_scans_lie_in_their_windows_and_a_share_is_missed() -> None:
    people = large().people
    scans, allocated = people.allocated.scans, people.allocated
    slots = slot_days(people.plan, allocated.days)
    made = scans.days < NEVER
    assert np.abs((scans.days - slots)[made]).max() == 14
    due = (slots + 14 <= allocated.seen.last[:, None]) & (slots + 14 < scans.documented[:, None])
    share = 1 - made[due].mean()
    assert share == pytest.approx(0.05, abs=5 * np.sqrt(0.05 * 0.95 / due.sum()))


def test_progression_is_seen_at_the_first_scan_made_on_or_after_its_day() -> None:
    people = large().people
    allocated = people.allocated
    scans, day = allocated.scans, allocated.days + np.ceil(allocated.course.progression).astype(np.int64)
    after = np.where((scans.days < NEVER) & (scans.days >= day[:, None]), scans.days, NEVER).min(axis=1)
    assert np.array_equal(after, scans.documented)
    last = np.where(scans.days < NEVER, scans.days, 0).max(axis=1)
    seen = scans.documented < NEVER
    assert np.array_equal(last[seen], scans.documented[seen])


def test_every_day_a_scan_sees_progression_on_its_day() -> None:
    study = with_scenario(
        "  daily:\n    label: x\n    like: base\n    subjects: 30\n    lapses: {}\n    courses:\n"
        "      - {event: progression, from: allocation, median: {CHEMO: 4 months, SCS: 6 months}}",
        *EVERY_DAY,
    )
    truth = simulate(study, scenario="daily", seed=3).truth
    assert truth["DOCUMENTED"].null_count() < 5
    seen = truth.filter(pl.col("DOCUMENTED").is_not_null())
    assert (seen["DOCUMENTED"] == seen["PROGRESSION"]).all()


def rebuilt_scans(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Days to the documented progression and to the last scan in the arm without operation, with numpy's generator."""
    rng = np.random.default_rng(seed)
    start = np.datetime64("2025-12-15")
    cutoff = start + 1430
    # allocation: accrual at an even pace, then registration, chemotherapy, scan and decision
    lead = rng.integers(1, 11, count) + rng.integers(3, 11, count) + 21 * rng.integers(2, 4, count)
    late = (rng.random((count, 2)) < 0.2) * rng.integers(1, 8, (count, 2))
    lead += late.sum(axis=1) + rng.integers(14, 21, count) + rng.integers(3, 11, count)
    allocated = start + (rng.random(count) * 160 / 7 * 30.4375).astype(int) + lead
    month = allocated.astype("datetime64[M]")
    day = (allocated - month).astype(int)
    progression = np.ceil(rng.exponential(365.25 / np.log(2), count))
    death = np.ceil(progression + rng.exponential(730.5 / np.log(2), count))
    stop = np.ceil(rng.exponential(365.25, (count, 2)) / [0.02, 0.01]).min(axis=1)
    end = np.minimum(np.minimum(stop, death - 1), (cutoff - allocated).astype(int))
    seen, last = np.full(count, np.inf), np.zeros(count)
    for slot in range(1, 17):
        first = (month + 3 * slot).astype("datetime64[D]")
        length = ((month + 3 * slot + 1).astype("datetime64[D]") - first).astype(int)
        scan = (first + np.minimum(day, length - 1) - allocated).astype(int) + rng.integers(-14, 15, count)
        made = (rng.random(count) >= 0.05) & (scan <= end) & np.isinf(seen)
        last = np.where(made, scan, last)
        seen = np.where(made & (scan >= progression), scan, seen)
    return seen, last


@pytest.mark.independent("the description rebuilt with numpy's generator")
def test_documented_progression_follows_its_description() -> None:
    seen, last = rebuilt_scans(40_000, 5)
    people = large().people
    arm = people.allocated.arms == list(people.plan.study.arm_ids).index("CHEMO")
    days, start = people.allocated.scans.days[arm], people.allocated.days[arm]
    documented = people.allocated.scans.documented[arm]
    share = np.isfinite(seen).mean()
    ours = documented < NEVER
    assert ours.mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / arm.sum()))
    assert stats.ks_2samp((documented - start)[ours], seen[np.isfinite(seen)]).pvalue > 1e-3
    final = np.where(days < NEVER, days - start[:, None], 0).max(axis=1)
    assert stats.ks_2samp(final, last).pvalue > 1e-3


def lesions_by_scan(simulated: Simulated) -> pl.DataFrame:
    """Every verdict with the sum of the measured targets of its day."""
    frames = simulated.frames()
    targets = frames["TR"].filter(pl.col("TRLNKID").str.starts_with("T") & (pl.col("TRORIG") == "MEASURED"))
    sums = targets.group_by("USUBJID", "TRDTC").agg(pl.col("TRVAL").sum().alias("SUM"))
    new = frames["TU"].filter(pl.col("TUORRES") == "NEW").select("USUBJID", TRDTC="TUDTC", NEW=True)
    rows = frames["RS"].select("USUBJID", "RSSEQ", "RSORRES", TRDTC="RSDTC")
    return rows.join(sums, on=["USUBJID", "TRDTC"], how="left").join(new, on=["USUBJID", "TRDTC"], how="left")


@pytest.mark.independent("RECIST 1.1 on the written lesions, subject by subject")
def test_verdicts_agree_with_the_lesions_written() -> None:
    simulated = small()
    frames = simulated.frames()
    baseline = {
        key[0]: int(rows["TRVAL"].sum())
        for key, rows in frames["TR"].sort("TRLO").group_by("USUBJID", "TRLO", maintain_order=True)
        if key[1] == frames["TR"].filter(pl.col("USUBJID") == key[0])["TRLO"].min()
    }
    operated = dict(frames["PR"].filter(pl.col("PROCCUR") == "Y").select("USUBJID", "PRSTDTC").iter_rows())
    residual = dict(frames["FA"].filter(pl.col("FATESTCD") == "RESIDUAL").select("USUBJID", "FASTRESC").iter_rows())
    checked = 0
    for (subject,), rows in lesions_by_scan(simulated).sort("RSSEQ").group_by("USUBJID", maintain_order=True):
        first = nadir = baseline[str(subject)]
        for number, (verdict, day, total, new) in enumerate(rows.select("RSORRES", "TRDTC", "SUM", "NEW").iter_rows()):
            if day > operated.get(subject, "9"):
                left = residual[str(subject)]
                expected = (
                    "PD" if new else {"GYN_R0": "NED", "GYN_R1": "NON-CR/NON-PD", "GYN_R2": "SD"}.get(left, verdict)
                )
                assert (total is None) == (verdict == "NED" or (verdict == "PD" and left == "GYN_R0")) or left is None
            elif new or (total >= 1.2 * nadir and total - nadir >= 50):
                expected = "PD"
            else:
                expected = "PR" if total <= 0.7 * first else "SD"
            assert verdict == expected, (subject, day)
            if number == 0:  # the scan for the decision is the baseline of the series after it
                first = nadir = total
            nadir = min(nadir, total or nadir)
            checked += 1
    assert checked > 800


def test_every_progression_shows_a_cause() -> None:
    scans = lesions_by_scan(small()).filter(pl.col("RSORRES") == "PD")
    assert scans.height > 80
    assert scans.filter(pl.col("NEW").is_null() & pl.col("SUM").is_null()).height == 0
