"""Results rest on the rows they name: without one a result is another one or unknown, without any other the same.

Twenty results are drawn, one each of twenty subjects. In each round one row of every drawn subject is deleted, so that
a round also shows that no result rests on the rows of another subject.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
import pytest

from tests.e2e.trials import OVARIAN
from trialwright.conduct.analyse import analyse
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.design.simulate import simulate
from trialwright.exchange.integrity import check
from trialwright.model.dossier import Dossier
from trialwright.model.frames import Frames, frames_from_text
from trialwright.protocol.load import load
from trialwright.protocol.paths import clause_line, clause_lines
from trialwright.report.results_json import edges, subject_results

pytestmark = [
    pytest.mark.independent("rows are deleted from the data and the whole derived again"),
    pytest.mark.slow,
    pytest.mark.xdist_group("causal trace"),
]

STEMS = ("PFS", "OS", "OS~record", "R0", "R0~operated", "SURGCOMP")
DRAWN, UNNAMED = 20, 20
SEED = 20_26
LAPSES = (
    "missed_visits: 0.05, partial_dates: 0.02, missing_values: 0.01, lost_per_year: 0.02, withdrawn_per_year: 0.01",
    "missed_visits: 0.35, partial_dates: 0.4, missing_values: 0.1, lost_per_year: 0.15, withdrawn_per_year: 0.15",
)
# the study's own scenario at its end; a trial full of gaps in the middle of follow-up
CASES = {"as shipped": (False, date(2029, 11, 14)), "full of gaps": (True, date(2028, 9, 1))}

Outcome = tuple[object, ...]


@dataclass(frozen=True)
class Trial:
    """An invented trial with every subject-level result and the rows it names."""

    opened: OpenedStudy
    tables: Mapping[str, pl.DataFrame]
    cutoff: date
    outcomes: Mapping[str, Outcome]
    named: Mapping[str, tuple[str, ...]]
    clauses: Mapping[str, str]
    rows: Mapping[str, tuple[str, ...]]

    def without(self, rows: Collection[str]) -> tuple[Frames, Mapping[str, Outcome]]:
        """Frames and results when rows are deleted from the tables."""
        tables = {
            domain: table.filter(~row_ids(domain, table).is_in(list(rows))) for domain, table in self.tables.items()
        }
        frames, _ = frames_from_text(tables, "simulated", cutoff=self.cutoff, study=OVARIAN)
        return frames, outcomes_of(dossier_of(self.opened, frames, self.cutoff))


def row_ids(domain: str, table: pl.DataFrame) -> pl.Series:
    parts = [pl.lit(f"row/{domain.lower()}.csv:"), pl.col("USUBJID")]
    if f"{domain}SEQ" in table.columns:
        parts += [pl.lit(":"), pl.col(f"{domain}SEQ")]
    return table.select(ID=pl.concat_str(parts))["ID"]


def dossier_of(opened: OpenedStudy, frames: Frames, cutoff: date) -> Dossier:
    return analyse(opened, frames, (), cutoff=cutoff, by_arm=True)


def outcomes_of(dossier: Dossier) -> dict[str, Outcome]:
    return {row["id"]: tuple(cell for key, cell in row.items() if key != "id")
            for row in subject_results(dossier).iter_rows(named=True)}  # fmt: skip


def study_of(*, gaps: bool) -> OpenedStudy:
    opened = open_study(OVARIAN)
    if not gaps:
        return opened
    assert opened.text.count(LAPSES[0]) == 1
    text = opened.text.replace(*LAPSES)
    return replace(opened, study=load(text, catalogue(), name="gaps.yaml"), text=text)


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES)
def trial(request: pytest.FixtureRequest) -> Trial:
    gaps, cutoff = request.param
    opened = study_of(gaps=gaps)
    simulated = simulate(opened.study, seed=7)
    frames, _ = frames_from_text(simulated.tables, "simulated", cutoff=cutoff, study=OVARIAN)
    dossier = dossier_of(opened, frames, cutoff)
    named, clauses, rows = defaultdict(list), {}, defaultdict(list)
    for start, end in edges(dossier).iter_rows():
        if end.startswith("row/"):
            named[start].append(end)
        elif end.startswith("clause/"):
            clauses[start] = end.removeprefix("clause")
    for domain, table in simulated.tables.items():
        for subject, name in zip(table["USUBJID"], row_ids(domain, table), strict=True):
            rows[subject].append(name)
    return Trial(
        opened, simulated.tables, cutoff, outcomes_of(dossier), {key: tuple(ends) for key, ends in named.items()},
        clauses, {key: tuple(names) for key, names in rows.items()},
    )  # fmt: skip


@pytest.fixture(scope="module")
def drawn(trial: Trial) -> tuple[str, ...]:
    """Results drawn by the seed, each endpoint definition in its turn and each subject once."""
    chance, taken, chosen = random.Random(SEED), set(), []
    for number in range(DRAWN):
        stem = STEMS[number % len(STEMS)]
        free = sorted(name for name in trial.outcomes if name.split("/")[0] == stem and name.split("/")[1] not in taken)
        name = chance.choice(free)
        taken.add(name.split("/")[1])
        chosen.append(name)
    return tuple(chosen)


def test_the_results_drawn_are_of_all_kinds(trial: Trial, drawn: tuple[str, ...]) -> None:
    statuses = {trial.outcomes[name][4] for name in drawn}
    assert {"event", "censored", "estimated"} <= statuses
    assert len({name.split("/")[1] for name in drawn}) == DRAWN


def test_without_a_named_row_a_result_changes_or_is_unknown(trial: Trial, drawn: tuple[str, ...]) -> None:
    tried = 0
    for turn in range(max(len(trial.named[name]) for name in drawn)):
        gone = {name: trial.named[name][turn] for name in drawn if turn < len(trial.named[name])}
        frames, found = trial.without(gone.values())
        same = {name for name in gone if found.get(name) == trial.outcomes[name]}
        stopped = (
            {each.subject for each in check(trial.opened.study, frames) if each.severity == "E"} if same else set()
        )
        assert not [(name, gone[name]) for name in same if name.split("/")[1] not in stopped]
        tried += len(gone)
    assert tried >= 2 * DRAWN


def test_every_named_row_is_in_the_data(trial: Trial) -> None:
    there = {name for names in trial.rows.values() for name in names}
    assert {row for rows in trial.named.values() for row in rows} <= there
    assert trial.named.keys() == trial.outcomes.keys()


def test_without_unnamed_rows_a_result_stays(trial: Trial, drawn: tuple[str, ...]) -> None:
    chance = random.Random(SEED)
    picked = {}
    for name in drawn:
        subject = name.split("/")[1]
        own = [row for row in trial.rows[subject] if row not in trial.named[name]]
        picked[name] = chance.sample(own, min(UNNAMED, len(own)))
        assert len(picked[name]) >= UNNAMED, name
    for turn in range(UNNAMED):
        _, found = trial.without([rows[turn] for rows in picked.values()])
        assert not [(name, rows[turn]) for name, rows in picked.items() if found.get(name) != trial.outcomes[name]]


def test_the_clause_named_stands_on_its_line(trial: Trial, drawn: tuple[str, ...]) -> None:
    text = trial.opened.text.splitlines()
    lines = clause_lines(trial.opened.text)
    for name in drawn:
        path = trial.clauses[name]
        place = clause_line(lines, path)
        assert place is not None, path
        endpoint, key = path.split("/")[2], path.split("/")[-1]
        assert text[place[0] - 1][place[1] - 1 :].startswith(f"{key}:"), path
        above = [line for line in text[: place[0]] if line.startswith("  - id: ")]
        assert above[-1] == f"  - id: {endpoint}", path


def expected_members(trial: Trial, figure: str) -> set[str]:
    """Subjects a figure is about, from the words of the study file and the tables as text."""
    stem, _, rest = figure.partition("/")
    rows = {name.split("/")[1] for name, outcome in trial.outcomes.items()
            if name.split("/")[0] == stem and outcome[2] is not None}  # fmt: skip
    arms = dict(trial.tables["DM"].select("USUBJID", "ARMCD").iter_rows())
    site = trial.tables["FA"].filter(pl.col("FATESTCD") == "PRIMSITE").select("USUBJID", "FASTRESC")
    began = dict(site.iter_rows())
    if "@" in rest:
        return {subject for subject in rows if arms[subject] == rest.split("@")[1]}
    if "=" in rest:
        return {subject for subject in rows if began.get(subject) == rest.split("=")[1]}
    return rows


def test_a_figure_rests_on_exactly_the_subjects_analysed(trial: Trial) -> None:
    frames, _ = frames_from_text(trial.tables, "simulated", cutoff=trial.cutoff, study=OVARIAN)
    dossier = dossier_of(trial.opened, frames, trial.cutoff)
    checked = 0
    for result in dossier.results:
        below = {name for name in result.rests_on if not name.startswith("clause/")}
        if not below:
            assert result.status != "estimated", result.id
            continue
        stem = result.id.split("/")[0]
        assert below == {f"{stem}/{subject}" for subject in expected_members(trial, result.id)}, result.id
        assert result.n is None or result.n == len(below), result.id
        checked += 1
    assert checked >= 60
