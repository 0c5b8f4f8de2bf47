"""Results that rest on calculated responses name the rows they rest on, and no others.

The whole is derived again from tables as text, each subject without one of its rows: without a named row a result is
another one, is not there, or the checks stop the run; without any other row it stays.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
import pytest

from trialwright.conduct.analyse import analyse, derive_endpoints
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.design.simulate import simulate
from trialwright.exchange.integrity import check
from trialwright.model.dossier import Dossier
from trialwright.model.frames import Frames, frames_from_text
from trialwright.protocol.load import load
from trialwright.report.results_json import edges, subject_results

pytestmark = pytest.mark.independent("rows are deleted from the data and the whole derived again")

READ = ("TU", "TR", "FA", "PR", "CM")
# subjects, cut-off, endpoints that read calculated responses, and every how many rows one is deleted
CASES = {
    "nct05844813": (12, date(2028, 6, 1), ("PFS", "EFS"), 1),
    "nct06178198": (5, date(2026, 3, 1), ("ORR", "DOR", "DOCR", "PFS", "HPFS", "TTPM"), 6),
}


@dataclass(frozen=True)
class Trial:
    """An invented trial, its results by id, the rows each names, and every row of a subject."""

    opened: OpenedStudy
    tables: Mapping[str, pl.DataFrame]
    dossier: Dossier
    stems: tuple[str, ...]
    named: Mapping[str, set[str]]
    rows: Mapping[str, list[tuple[str, str]]]

    def frames(self, tables: Mapping[str, pl.DataFrame]) -> Frames:
        frames, _ = frames_from_text(tables, "simulated", cutoff=self.dossier.cutoff, study=self.opened.study.id)
        return frames

    def outcomes(self, dossier: Dossier) -> dict[str, tuple[object, ...]]:
        found = subject_results(dossier).filter(pl.col("endpoint").is_in(self.stems))
        return {row["id"]: tuple(row.values()) for row in found.iter_rows(named=True)}

    def without(self, gone: Mapping[str, tuple[str, str]]) -> Frames:
        """Tables in which each subject lacks one row."""
        lost = pl.DataFrame(
            [(who, *row) for who, row in gone.items()], schema=["USUBJID", "DOMAIN", "SEQ"], orient="row"
        )
        return self.frames(
            {
                domain: table
                if domain not in READ
                else table.join(
                    lost.filter(pl.col("DOMAIN") == domain),
                    left_on=["USUBJID", f"{domain}SEQ"],
                    right_on=["USUBJID", "SEQ"],
                    how="anti",
                    maintain_order="left",
                )
                for domain, table in self.tables.items()
            }
        )


@pytest.fixture(scope="module", params=CASES)
def trial(request: pytest.FixtureRequest) -> Trial:
    subjects, cutoff, stems, every = CASES[request.param]
    opened = open_study(request.param)
    text, found = re.subn(r"missed_visits: [0-9.]+, partial_dates: [0-9.]+", "missed_visits: 0.3, partial_dates: 0.3",
                          opened.text)  # fmt: skip
    assert found == 1
    opened = replace(opened, text=text, study=load(text, catalogue(), name="gaps.yaml"))
    tables = simulate(opened.study, seed=11, subjects=subjects).tables
    frames, _ = frames_from_text(tables, "simulated", cutoff=cutoff, study=opened.study.id)
    dossier = analyse(opened, frames, (), cutoff=cutoff, by_arm=True)
    named = defaultdict(set)
    for start, end in edges(dossier).iter_rows():
        if end.startswith("row/"):
            named[start].add(end)
    rows = defaultdict(list)
    for domain in READ:
        table = tables[domain].filter(pl.col("FATESTCD") == "LESREVEW") if domain == "FA" else tables[domain]
        for number, (subject, seq) in enumerate(table.select("USUBJID", f"{domain}SEQ").iter_rows()):
            if number % every == 0:
                rows[subject].append((domain, seq))
    return Trial(opened, tables, dossier, stems, named, rows)


def rounds(trial: Trial) -> Iterator[dict[str, tuple[str, str]]]:
    """One row of every subject that has so many."""
    for turn in range(max(map(len, trial.rows.values()))):
        yield {who: rows[turn] for who, rows in trial.rows.items() if turn < len(rows)}


def test_a_result_rests_on_the_rows_it_names_and_on_no_others(trial: Trial) -> None:
    before = trial.outcomes(trial.dossier)
    rested = stood = stopped = 0
    for gone in rounds(trial):
        frames = trial.without(gone)
        derived = derive_endpoints(trial.opened.study, frames, cutoff=trial.dossier.cutoff, by_arm=True)
        after = trial.outcomes(replace(trial.dossier, derived=derived))
        grave = {each.subject for each in check(trial.opened.study, frames) if each.severity == "E"}
        for name, was in before.items():
            subject = name.split("/")[1]
            if subject not in gone:
                continue
            domain, seq = gone[subject]
            row = f"row/{domain.lower()}.csv:{subject}:{seq}"
            changed = after.get(name) != was
            is_named = row in trial.named[name]
            assert is_named or not changed, (name, row, "changes the result and is not named")
            assert changed or not is_named or subject in grave, (name, row, "is named and changes nothing")
            rested += is_named and changed
            stopped += is_named and not changed
            stood += not is_named
    assert rested >= 30
    assert stood >= 4 * stopped


def test_results_name_lesions_and_not_only_the_deciding_row(trial: Trial) -> None:
    kinds = defaultdict(set)
    for name, rows in trial.named.items():
        if name.split("/")[0].split("~")[0] in trial.stems:
            for row in rows:
                kinds[name].add(row.split("/")[1][:2])
    assert any({"tr", "tu"} <= found for found in kinds.values())
    assert not any("rs" in found for found in kinds.values())
