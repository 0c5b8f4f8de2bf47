"""From frames to results in memory: what a dossier holds, and that a cutoff leaves later rows aside."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from trialwright.conduct.analyse import analyse, derive_endpoints
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.provenance import provenance_of
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.design.simulate import Simulated, simulate
from trialwright.model.dossier import Dossier

pytestmark = pytest.mark.unvalidated


@pytest.fixture(scope="module")
def opened() -> OpenedStudy:
    return open_study("nct07295132")


@pytest.fixture(scope="module")
def invented(opened: OpenedStudy) -> Simulated:
    return simulate(opened.study, subjects=60, seed=3)


@pytest.fixture(scope="module")
def dossier(opened: OpenedStudy, invented: Simulated) -> Dossier:
    return analyse(opened, invented.frames(), [], cutoff=invented.cutoff, by_arm=True)


def test_ids_of_results_are_unique(dossier: Dossier) -> None:
    ids = [result.id for result in dossier.results]
    assert len(ids) == len(set(ids)) > 50


def test_every_figure_rests_on_subjects_that_were_derived(dossier: Dossier) -> None:
    derived = dossier.derived
    stems = {
        (endpoint.id, name): endpoint.stem(name) for endpoint in dossier.study.endpoints for name in endpoint.resolved()
    }
    known = {
        f"{stems[key]}/{subject}"
        for frame in (derived.adtte, derived.adbin)
        for *key_, subject in frame.select("PARAMCD", "DEFID", "USUBJID").iter_rows()
        if (key := tuple(key_)) in stems
    }
    for result in dossier.results:
        assert set(result.rests_on) <= known, result.id
        assert result.rests_on or result.status != "estimated", result.id


def test_an_earlier_cutoff_knows_less_and_nothing_later(opened: OpenedStudy, invented: Simulated) -> None:
    earlier = invented.cutoff - timedelta(days=500)
    late = derive_endpoints(opened.study, invented.frames(), cutoff=invented.cutoff, by_arm=True)
    early = derive_endpoints(opened.study, invented.frames(), cutoff=earlier, by_arm=True)
    dated = early.adtte.filter(pl.col("ADT").is_not_null())
    assert dated["ADT"].max() <= earlier  # type: ignore[operator]  # a date, as ADT is
    assert 0 < dated.filter(pl.col("CNSR") == 0).height < late.adtte.filter(pl.col("CNSR") == 0).height


def test_the_provenance_says_what_is_certain_and_what_is_not(opened: OpenedStudy) -> None:
    lines = {line.subject: line for line in provenance_of(opened.study, catalogue())}
    assert lines["kelim"].version == "marker model"
    assert lines["kelim"].certainty == "unverified"
    assert lines["cox"].certainty == "verified"
    assert lines["month"].version == "30.4375 d"


def test_a_censoring_rule_set_that_is_named_stands_in_the_provenance() -> None:
    lines = {line.subject: line for line in provenance_of(open_study("nct06850103").study, catalogue())}
    assert (lines["FDA_A"].version, lines["FDA_A"].certainty) == ("censoring rules", "unverified")
    assert "appendix 3, table A" in lines["FDA_A"].reference


def test_what_is_done_is_said(opened: OpenedStudy, invented: Simulated) -> None:
    said: list[str] = []
    analyse(opened, invented.frames(), [], cutoff=invented.cutoff, by_arm=False, say=said.append)
    assert said == ["deriving endpoints", "judging eligibility", "estimating"]
