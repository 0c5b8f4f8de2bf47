"""Every survival figure that R printed for four public data sets, computed here from the same files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from trialwright.analysis import survival
from trialwright.numerics.survival import CONF_TYPES, ConfType

pytestmark = pytest.mark.double_programmed("R 4.2.2: survival 3.5-3, survRM2 1.0-4, simtrial 1.0.2")

DATASETS = ("ovarian", "lung", "veteran", "colon")
Json = dict[str, object]


@dataclass(frozen=True)
class Case:
    """One data set: its rows, its figures, and how its columns are called."""

    table: pl.DataFrame
    expected: dict[str, object]
    time: str
    event: pl.Expr
    arm: str
    suffix: str = ""

    def column(self, name: str) -> pl.Series:
        return self.table[name]

    @property
    def times(self) -> pl.Series:
        return self.table[self.time]

    @property
    def events(self) -> pl.Series:
        return self.table.select(self.event.cast(pl.Int8).alias("event"))["event"]

    def figures(self, key: str) -> object:
        return self.expected[key + self.suffix]


def read(folder: Path, name: str) -> Case:
    table = pl.read_csv(folder / f"{name}.csv")
    expected = json.loads((folder / f"{name}_expected_r.json").read_text())
    match name:
        case "ovarian":
            return Case(table, expected, "futime", pl.col("fustat") == 1, "rx")
        case "lung":
            return Case(table, expected, "time", pl.col("status") == 2, "sex")
        case "veteran":
            return Case(table, expected, "time", pl.col("status") == 1, "trt")
        case _:
            return Case(table.filter(pl.col("etype") == 2), expected, "time", pl.col("status") == 1, "rx", "_death")


@pytest.fixture(scope="session")
def data(shared_data: Path) -> Callable[[str], Case]:
    return lambda name: read(shared_data / "survival", name)


def numbers(values: object) -> np.ndarray:
    listed = values if isinstance(values, list) else [values]
    return np.array([np.nan if v is None else float(v) for v in listed])


def close(ours: object, theirs: object, *, rel: float = 0.0, absolute: float = 0.0) -> None:
    np.testing.assert_allclose(numbers(ours), numbers(theirs), rtol=rel, atol=absolute, equal_nan=True)


def by_level(groups: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    return {str(group["level"]): group for group in groups}


def level_of(stratum: str) -> str:
    return stratum.split("=", 1)[1]


@pytest.mark.parametrize("name", DATASETS)
def test_kaplan_meier(data: Callable[[str], Case], name: str) -> None:
    case = data(name)
    ours = by_level(
        survival.kaplan_meier(case.times, case.events, arm=case.column(case.arm), conf_type="log").to_dict()["groups"]
    )
    rows = case.figures("km")
    for level, group in ours.items():
        theirs = [row for row in rows if level_of(row["stratum"]) == level]
        assert len(theirs) == len(group["time"]) > 10
        for key, other in (("time", "time"), ("n_risk", "n_risk"), ("n_event", "n_event"), ("n_censor", "n_censor")):
            assert [row[other] for row in theirs] == group[key]
        for key, other in (("surv", "surv"), ("se", "greenwood_se"), ("lower", "lower"), ("upper", "upper")):
            close(group[key], [row[other] for row in theirs], absolute=1e-12)
    assert {level_of(row["stratum"]) for row in rows} == set(ours)


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("name", DATASETS)
def test_quantiles(data: Callable[[str], Case], name: str, conf_type: ConfType) -> None:
    case = data(name)
    theirs = case.figures("median")[conf_type]
    found = survival.quantiles(case.times, case.events, arm=case.column(case.arm), conf_type=conf_type)
    assert {level_of(k) for k in theirs} == {g.level for g in found.groups}
    for stratum, rows in theirs.items():
        (group,) = (g for g in found.groups if g.level == level_of(stratum))
        assert [q.estimate for q in group.quantiles] == rows["q"]
        assert [q.lower for q in group.quantiles] == rows["lower"]
        assert [q.upper for q in group.quantiles] == rows["upper"]


@pytest.mark.parametrize("conf_type", CONF_TYPES)
def test_quantiles_of_all_subjects_together(data: Callable[[str], Case], conf_type: ConfType) -> None:
    case = data("lung")
    theirs = case.expected["median_overall"][conf_type]
    theirs = next(iter(theirs.values())) if "q" not in theirs else theirs
    (group,) = survival.quantiles(case.times, case.events, conf_type=conf_type).groups
    for key, ours in (("q", "estimate"), ("lower", "lower"), ("upper", "upper")):
        assert [getattr(q, ours) for q in group.quantiles] == theirs[key]


@pytest.mark.parametrize("conf_type", CONF_TYPES)
@pytest.mark.parametrize("name", ["ovarian", "lung", "colon"])
def test_milestones(data: Callable[[str], Case], name: str, conf_type: ConfType) -> None:
    case = data(name)
    theirs = case.figures("milestones")[conf_type]
    times = sorted({row["time"] for row in theirs})
    found = survival.milestones(case.times, case.events, times, arm=case.column(case.arm), conf_type=conf_type)
    ours = {(g.level, m.time): m for g in found.groups for m in g.milestones}
    assert len(theirs) >= len(found.groups) * 2
    for row in theirs:
        mark = ours[level_of(row["stratum"]), row["time"]]
        assert mark.n_risk == row["n_risk"]
        for key in ("surv", "se", "lower", "upper"):
            close(getattr(mark, key), row[key], absolute=1e-12)


LOGRANK = [
    ("ovarian", "logrank", "rx", None, 0.0),
    ("ovarian", "logrank_rho1", "rx", None, 1.0),
    ("ovarian", "logrank_strata_ecog", "rx", "ecog.ps", 0.0),
    ("lung", "logrank", "sex", None, 0.0),
    ("lung", "logrank_rho1", "sex", None, 1.0),
    ("lung", "logrank_strata_ecog", "sex", "ph.ecog", 0.0),
    ("veteran", "logrank", "trt", None, 0.0),
    ("veteran", "logrank_celltype", "celltype", None, 0.0),
    ("veteran", "logrank_strata_celltype", "trt", "celltype", 0.0),
    ("colon", "logrank_death", "rx", None, 0.0),
    ("colon", "logrank_death_strata_node4", "rx", "node4", 0.0),
]
# R kept the order in which it was told the levels; ours is the alphabet's.
R_ORDER = {"celltype": ["squamous", "smallcell", "adeno", "large"]}


@pytest.mark.parametrize(("name", "key", "arm", "strata", "rho"), LOGRANK, ids=[f"{n}-{k}" for n, k, *_ in LOGRANK])
def test_logrank(data: Callable[[str], Case], name: str, key: str, arm: str, strata: str | None, rho: float) -> None:
    case = data(name)
    theirs = case.expected[key]
    found = survival.logrank(
        case.times, case.events, case.column(arm), strata=None if strata is None else case.column(strata), rho=rho
    )
    levels = [g.level for g in found.groups]
    order = R_ORDER.get(arm) or (["Obs", "Lev", "Lev+5FU"] if name == "colon" else levels)
    place = [levels.index(level) for level in order]
    assert [found.groups[i].n for i in place] == theirs["n"]
    close([found.groups[i].observed for i in place], theirs["observed"], rel=1e-9)
    close([found.groups[i].expected for i in place], theirs["expected"], rel=1e-9)
    for i, row in zip(place, theirs["var"], strict=True):
        close([found.variance[i][j] for j in place], row, rel=1e-9)
    assert found.df == theirs["df"]
    close(found.chisq, theirs["chisq"], rel=1e-9)
    close(found.p, theirs["p"], rel=1e-9)


FLEMING_HARRINGTON = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.5)]


@pytest.mark.parametrize(("rho", "gamma"), FLEMING_HARRINGTON)
@pytest.mark.parametrize(("name", "key"), [("lung", "lung_female_exp"), ("ovarian", "ovarian_rx2_exp")])
def test_fleming_harrington(
    data: Callable[[str], Case], shared_data: Path, name: str, key: str, rho: float, gamma: float
) -> None:
    case = data(name)
    misc = json.loads((shared_data / "survival" / "misc_expected_r.json").read_text())
    theirs = misc[key][f"FH{rho:g}_{gamma:g}"]
    found = survival.logrank(case.times, case.events, case.column(case.arm), rho=rho, gamma=gamma)
    # There a positive z favours the experimental arm, which is the second one in both data sets.
    assert found.z is not None
    assert -found.z == pytest.approx(theirs["z"], rel=1e-9)
    assert np.sqrt(found.variance[1][1]) == pytest.approx(theirs["se"], rel=1e-9)


VETERAN = ("trt", "karno", "diagtime", "age", "prior", "celltype")
REFERENCES = {"celltype": "squamous", "rx": "Obs"}
COX = [
    ("ovarian", "cox_rx", ("rx",), None),
    ("ovarian", "cox_age_rx_ecog", ("age", "rx", "ecog.ps"), None),
    ("lung", "cox_sex", ("sex",), None),
    ("lung", "cox_age_sex_ecog", ("age", "sex", "ph.ecog"), None),
    ("lung", "cox_sex_strata_inst", ("sex",), "inst"),
    ("veteran", "cox", VETERAN, None),
    ("veteran", "cox_strata", ("trt", "karno"), "celltype"),
    ("colon", "cox_death", ("rx", "age", "node4", "extent"), None),
]


def fitted(case: Case, covariates: tuple[str, ...], ties: str, **options: object) -> survival.CoxModel:
    given = {name: case.column(name) for name in covariates}
    references = {k: v for k, v in REFERENCES.items() if k in given and given[k].dtype == pl.String}
    return survival.cox(case.times, case.events, given, ties=ties, references=references, **options)


def same_model(found: survival.CoxModel, theirs: Json) -> None:
    terms = {term.term: term for term in found.terms}
    names = theirs["terms"] if isinstance(theirs["terms"], list) else [theirs["terms"]]
    assert set(terms) == set(names)
    ours = [terms[name] for name in names]
    assert (found.n, found.events, found.df) == (theirs["n"], theirs["nevent"], theirs["df"])
    close([t.coef for t in ours], theirs["coef"], absolute=1e-7)
    close([t.se for t in ours], theirs["se"], absolute=1e-7)
    if theirs["robust_se"] is not None:
        close([t.robust_se for t in ours], theirs["robust_se"], absolute=1e-7)
    for key, other in (("hr", "hr"), ("lower", "lower95"), ("upper", "upper95")):
        close([getattr(t, key) for t in ours], theirs[other], rel=1e-7)
    close(list(found.loglik), theirs["loglik"], absolute=1e-7)
    close([found.score, found.wald, found.lrt], [theirs[k] for k in ("score", "wald", "lrt")], rel=1e-7)


def same_drift(found: survival.ProportionalHazardsTest, theirs: Json) -> None:
    rows = {t.term: t for t in (*found.terms, found.overall)}
    assert list(rows) == theirs["term"]
    assert [t.df for t in rows.values()] == theirs["df"]
    close([t.chisq for t in rows.values()], theirs["chisq"], rel=1e-6)
    close([t.p for t in rows.values()], theirs["p"], rel=1e-6)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize(("name", "key", "covariates", "strata"), COX, ids=[f"{n}-{k}" for n, k, *_ in COX])
def test_cox_and_drift(
    data: Callable[[str], Case], name: str, key: str, covariates: tuple[str, ...], strata: str | None, ties: str
) -> None:
    case = data(name)
    theirs = case.expected[key][ties]
    found = fitted(case, covariates, ties, strata=None if strata is None else case.column(strata))
    same_model(found, theirs)
    for transform in ("km", "identity"):
        same_drift(survival.cox_zph(found, transform=transform), theirs[f"zph_{transform}"])


def test_robust_standard_errors(data: Callable[[str], Case]) -> None:
    case = data("lung")
    theirs = case.expected["cox_robust"]
    found = fitted(case, ("age", "sex", "ph.ecog"), "efron", robust=True)
    same_model(found, theirs)
    for transform in ("km", "identity"):
        same_drift(survival.cox_zph(found, transform=transform), theirs[f"zph_{transform}"])


def test_clusters(shared_data: Path) -> None:
    whole = read(shared_data / "survival", "colon")
    table = pl.read_csv(shared_data / "survival" / "colon.csv")
    case = Case(table, whole.expected, whole.time, whole.event, whole.arm)
    theirs = case.expected["cox_recur_death_cluster"]
    found = fitted(case, ("rx",), "efron", strata=case.column("etype"), cluster=case.column("id"))
    same_model(found, theirs)
    for transform in ("km", "identity"):
        same_drift(survival.cox_zph(found, transform=transform), theirs[f"zph_{transform}"])


RMST = [
    ("ovarian", "rmst_730_arm1_is_rx2", "1", "2"),
    ("lung", "rmst_730_arm1_is_female", "1", "2"),
    ("veteran", "rmst_365_arm1_is_trt2", "1", "2"),
    ("colon", "rmst_1825_Lev5FU_vs_Obs", "Obs", "Lev+5FU"),
]


@pytest.mark.parametrize(("name", "key", "reference", "comparison"), RMST, ids=[n for n, *_ in RMST])
def test_restricted_means(data: Callable[[str], Case], name: str, key: str, reference: str, comparison: str) -> None:
    case = data(name)
    theirs = case.expected[key]
    found = survival.rmst(case.times, case.events, arm=case.column(case.arm), tau=theirs["tau"], reference=reference)
    arms = {arm.level: arm for arm in found.arms}
    for arm, place in ((arms[reference], "arm0"), (arms[comparison], "arm1")):
        close([arm.rmst, arm.se, arm.lower, arm.upper], theirs[f"{place}_rmst"], absolute=1e-8)
    (pair,) = (c for c in found.comparisons if c.comparison == comparison)
    contrasts = (pair.difference, pair.ratio, pair.loss_ratio)
    close([c.estimate for c in contrasts], theirs["est"], absolute=1e-8)
    close([c.lower for c in contrasts], theirs["lower"], absolute=1e-8)
    close([c.upper for c in contrasts], theirs["upper"], absolute=1e-8)
    close([c.p for c in contrasts], theirs["p"], rel=1e-8)
