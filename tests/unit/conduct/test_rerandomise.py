"""The re-randomisation test of a whole small trial, beside one done by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.unit.conduct.drawn_trial import rows_of, sign, write_data, write_study
from trialwright.allocation.commitment import read_sealed
from trialwright.allocation.engine import entries_of, scheme_of
from trialwright.analysis.survival import logrank
from trialwright.conduct.allocate import Place, allocate_next
from trialwright.conduct.rerandomise import Rerandomised, rerandomise
from trialwright.conduct.sealing import seal
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.errors import DataError, EstimationError, InputError, NotAllowedError
from trialwright.numerics.rerandomisation import reallocate
from trialwright.numerics.sampling import Draws

DAY = date(2026, 2, 21)
NAMES = [f"S{number:02}" for number in range(1, 25)]
RNG = np.random.default_rng(6)
REGIONS = ["NS"[place] for place in RNG.integers(0, 2, len(NAMES))]
DAYS = RNG.integers(20, 200, len(NAMES))
DIED = RNG.integers(0, 2, len(NAMES))


@dataclass(frozen=True)
class Trial:
    opened: OpenedStudy
    place: Place
    arms: dict[str, str]

    def test(self, **more: object) -> Rerandomised:
        given: dict[str, object] = {"cutoff": date(2026, 12, 31), "by_arm": True, "runs": 300, "seed": 5, **more}
        return rerandomise(self.opened, "os_logrank", self.place, **given)  # type: ignore[arg-type]


def with_course(name: str, region: str, arm: str, days: int, died: int) -> dict[str, list[str]]:
    rows = rows_of(name, region)
    end = DAY + timedelta(days=int(days) - 1)
    death = f"{end},Y" if died else ","
    rows["dm.csv"] = [f"{name},1,2026-02-01,60,YEARS,F,{arm},{death}"]
    rows["ds.csv"].append(f"{name},2,PROTOCOL MILESTONE,RANDOMIZED,{DAY}")
    if died:
        rows["ds.csv"].append(f"{name},3,DISPOSITION EVENT,DEATH,{end}")
    rows["ss.csv"] = [f"{name},1,SURVSTAT,{'DEAD' if died else 'ALIVE'},{end}"]
    return rows


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    folder = tmp_path_factory.mktemp("drawn")
    confirmed = sign(write_study(folder))
    seal(confirmed, folder / "sealed.json")
    opened = open_study(confirmed.path)
    place = Place(folder / "sealed.json", folder / "register.csv", folder / "data")
    write_data(place.data, opened, [rows_of(*person) for person in zip(NAMES, REGIONS, strict=True)])
    arms = {name: allocate_next(opened, name, place, on=DAY).line.arm for name in NAMES}
    courses = zip(NAMES, REGIONS, arms.values(), DAYS, DIED, strict=True)
    write_data(place.data, opened, [with_course(*each) for each in courses])
    return Trial(opened, place, arms)


@pytest.mark.independent("the public log-rank test on the arms of each run")
def test_p_is_that_of_the_runs_one_by_one(trial: Trial) -> None:
    found = trial.test()
    days, died = DAYS.astype(float), DIED
    known = logrank(days, died, list(trial.arms.values()), strata=REGIONS)
    assert known.chisq is not None
    assert known.p == found.p_logrank
    assert found.z**2 == pytest.approx(known.chisq, rel=1e-12)
    new = next(group for group in known.groups if group.level == "NEW")
    assert (found.z < 0) == (new.observed < new.expected)
    design = read_sealed(trial.place.sealed.read_bytes()).design
    u = Draws.first(5, 0, 300).grid("re-randomisation", 2 * len(NAMES))
    drawn = reallocate(scheme_of(design), entries_of(design, [(region,) for region in REGIONS]), u).arms
    reached = sum((logrank(days, died, arm, strata=REGIONS).chisq or 0) >= known.chisq - 1e-9 for arm in drawn)
    assert found.p == (1 + reached) / 301
    assert (found.n, found.events, found.compared) == (len(NAMES), int(DIED.sum()), ("NEW", "OLD"))


@pytest.mark.unvalidated
def test_the_seed_decides_and_the_figure_is_stable(trial: Trial) -> None:
    assert trial.test() == trial.test()
    one, other = (trial.test(runs=4000, seed=seed).p for seed in (1, 2))
    assert one != other
    assert one == pytest.approx(other, abs=0.05)


@pytest.mark.unvalidated
def test_a_comparison_is_shown_by_arm_only(trial: Trial) -> None:
    with pytest.raises(NotAllowedError, match="comparison"):
        trial.test(by_arm=False)


@pytest.mark.unvalidated
def test_another_analysis_is_refused(trial: Trial) -> None:
    with pytest.raises(InputError, match="no log-rank comparison 'os_cox'"):
        rerandomise(trial.opened, "os_cox", trial.place, cutoff=DAY, by_arm=True)


@pytest.mark.unvalidated
def test_nothing_to_compare_is_not_estimable(trial: Trial) -> None:
    with pytest.raises(EstimationError, match="nothing to compare"):
        trial.test(cutoff=DAY)


@pytest.mark.unvalidated
def test_arms_that_differ_from_the_register_are_refused(trial: Trial, tmp_path: Path) -> None:
    exchanged = {"NEW": "OLD", "OLD": "NEW"}
    courses = [list(each) for each in zip(NAMES, REGIONS, trial.arms.values(), DAYS, DIED, strict=True)]
    courses[3][2] = exchanged[courses[3][2]]
    data = write_data(tmp_path / "data", trial.opened, [with_course(*each) for each in courses])
    other = Place(trial.place.sealed, trial.place.register, data)
    with pytest.raises(DataError, match="1 subjects different arms, S04 the first"):
        rerandomise(trial.opened, "os_logrank", other, cutoff=date(2026, 12, 31), by_arm=True)
