"""Studies for the simulator's tests: the shipped ovarian trial, and the same with passages replaced."""

from __future__ import annotations

from functools import cache

from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.studies import open_study
from trialwright.design.simulate import Simulated, simulate
from trialwright.model.study import Study
from trialwright.protocol.load import load

EVERY_DAY = (
    (
        "when: {after: allocation, first: 3 months, every: 3 months}",
        "when: {after: allocation, first: 1 days, every: 1 days}",
    ),
    ("window: {before: 14 days, after: 14 days}", "window: {before: 0 days, after: 0 days}"),
)


@cache
def ovarian() -> Study:
    """The shipped study."""
    return open_study("nct07295132").study


@cache
def with_scenario(text: str, *pairs: tuple[str, str]) -> Study:
    """The shipped study with one more scenario, and passages replaced; each must stand in it exactly once."""
    file = open_study("nct07295132").text
    for old, new in (*pairs, ("\n  no_effect:\n", f"\n{text}\n  no_effect:\n")):
        assert file.count(old) == 1, f"{old!r} stands {file.count(old)} times"
        file = file.replace(old, new)
    return load(file, catalogue(), name="changed.yaml")


@cache
def large(scenario: str = "base", subjects: int = 4000) -> Simulated:
    """One large trial of the shipped study, for shares and distributions."""
    return simulate(ovarian(), scenario=scenario, subjects=subjects, seed=20)


@cache
def small(seed: int = 7) -> Simulated:
    """One trial of the shipped study as it is."""
    return simulate(ovarian(), seed=seed)
