"""Hazard ratios by Cox's model, and the test whether they drift with time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from trialwright.analysis.coefficients import CoxTerm, TermStatus, reasons, wald_statistic, wald_terms
from trialwright.analysis.covariates import Covariates, Term, covariate_columns, read_covariates
from trialwright.analysis.levels import Labels
from trialwright.analysis.rows import Dropped, Numbers, survival_rows
from trialwright.analysis.shapes import plain
from trialwright.errors import EstimationError, NumericsError
from trialwright.numerics.cox import CoxData, CoxFit, Ties, cox_data, fit_cox
from trialwright.numerics.cox_residuals import robust_covariance
from trialwright.numerics.ordering import order_rows
from trialwright.numerics.zph import Transform, drift_test

__all__ = ["CoxModel", "CoxTerm", "DriftTerm", "ProportionalHazardsTest", "TermStatus", "cox", "cox_zph"]


@dataclass(frozen=True, slots=True)
class CoxModel:
    """A fitted Cox model.

    Parameters
    ----------
    terms : tuple of CoxTerm
        One a coefficient.
    loglik : tuple of float
        Logarithm of the partial likelihood at 0 and at its maximum (its limit when a coefficient is infinite).
    score, wald, lrt : float or None
        Chi-square statistics of all coefficients together.
    df : int
        Their degrees of freedom.
    n, events, n_strata : int
        Subjects, events, strata.
    ties : {"efron", "breslow"}
        Treatment of ties.
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out, by reason.
    covariates : tuple of Term
        The covariates, each with its columns.
    """

    terms: tuple[CoxTerm, ...]
    loglik: tuple[float, float]
    score: float | None
    wald: float | None
    lrt: float | None
    df: int
    n: int
    events: int
    n_strata: int
    ties: Ties
    conf_level: float
    dropped: tuple[Dropped, ...]
    covariates: tuple[Term, ...]
    data: CoxData = field(repr=False, compare=False)
    fit: CoxFit = field(repr=False, compare=False)

    @property
    def is_estimable(self) -> bool:
        """Whether every coefficient has an estimate."""
        return all(term.status == "estimated" for term in self.terms)

    @property
    def reason(self) -> str:
        """Why coefficients have no estimate; empty when all have one."""
        return reasons(self.terms, "no finite estimate, such as when one arm has no event")

    def p_of(self, statistic: Literal["score", "wald", "lrt"]) -> float | None:
        """Two-sided p value of one of the three statistics."""
        value: float | None = getattr(self, statistic)
        return None if value is None or self.df == 0 else float(chdtrc(self.df, value))

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{terms: [{term, coef, se, robust_se, hr, ...}], loglik, score, wald, lrt, n, events}``."""
        return {
            "terms": [term.to_dict() for term in self.terms],
            "loglik": list(self.loglik),
            "score": self.score,
            "wald": self.wald,
            "lrt": self.lrt,
            "n": self.n,
            "events": self.events,
        }


def cox(  # noqa: PLR0913  # each is an option a statistician names when asking for a Cox model
    time: Numbers,
    event: Numbers,
    covariates: Mapping[str, Labels],
    *,
    strata: Labels | None = None,
    entry: Numbers | None = None,
    cluster: Labels | None = None,
    robust: bool = False,
    ties: Ties = "efron",
    references: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> CoxModel:
    """Hazard ratios of covariates by Cox's proportional hazards model.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 for an event, 0 for a censoring.
    covariates : mapping of str to (n,) array
        Values by name: numbers, or text, which becomes a factor. Rows in which one is missing are left out and counted.
    strata : (n,) array, optional
        Strata, each with its own baseline hazard.
    entry : (n,) array, optional
        Entry times; a subject is at risk where entry < t <= exit.
    cluster : (n,) array, optional
        Rows of one subject or centre, taken together in the robust standard errors.
    robust : bool, optional
        Ask for robust standard errors without clusters.
    ties : {"efron", "breslow"}, optional
        How events at the same time share their risk set.
    references : mapping of str to str, optional
        Reference level of factors; the first by alphabet otherwise.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    CoxModel
        Coefficients, likelihoods, and the three tests. A coefficient that runs to infinity or has no information has
        no figure and says so; the score and likelihood-ratio statistics stand all the same.

    Raises
    ------
    NumericsError
        When the rows or the options cannot be used.
    EstimationError
        When there are no events, or a factor has one level only.

    References
    ----------
    Cox DR. J R Stat Soc B 1972;34:187. Efron B. J Am Stat Assoc 1977;72:557. Lin DY, Wei LJ. J Am Stat Assoc
    1989;84:1074 (doi of each unverified).

    Examples
    --------
    >>> model = cox([1, 2, 3, 4, 5], [1, 1, 1, 1, 0], {"arm": ["A", "B", "A", "A", "B"]})
    >>> model.terms[0].term, round(model.terms[0].hr, 4)
    ('armB', 0.4293)
    """
    if not 0 < level < 1:
        raise NumericsError(f"confidence level {level} is not between 0 and 1", mend="write 0.95 for 95 %")
    given = read_covariates(covariates, references)
    missing = {c.name: c.is_missing for c in given}
    rows = survival_rows(time, event, entry=entry, labels={"strata": strata, "cluster": cluster}, missing=missing)
    if rows.n_events == 0:
        raise EstimationError("a hazard ratio needs events, the rows used hold none", where="event")
    columns = covariate_columns(given, rows.kept)
    stratum, clusters = rows.labels.get("strata"), rows.labels.get("cluster")
    n_strata = 1 if stratum is None else len(stratum.names)
    ordered = order_rows(
        rows.time, entry=rows.entry, stratum=None if stratum is None else stratum.codes, n_strata=n_strata
    )
    data = cox_data(rows.time, rows.event, columns.x, rows=ordered)
    fit = fit_cox(data, ties=ties)
    sandwich = None
    if robust or clusters is not None:
        sandwich = robust_covariance(data, fit, cluster=None if clusters is None else clusters.codes, ties=ties)
    return _model(data, fit, sandwich, columns, n_strata=n_strata, ties=ties, level=level, dropped=rows.dropped)


def _model(
    data: CoxData,
    fit: CoxFit,
    sandwich: NDArray[np.float64] | None,
    columns: Covariates,
    *,
    n_strata: int,
    ties: Ties,
    level: float,
    dropped: tuple[Dropped, ...],
) -> CoxModel:
    df = int((~fit.aliased).sum())
    return CoxModel(
        terms=wald_terms(columns.names, fit, sandwich, level),
        loglik=(fit.loglik_null, fit.loglik),
        score=plain(fit.score) if df else None,
        wald=wald_statistic(fit, sandwich),
        lrt=2 * (fit.loglik - fit.loglik_null) if df and fit.converged else None,
        df=df,
        n=data.event.size,
        events=int(data.event.sum(dtype=np.int64)),
        n_strata=n_strata,
        ties=ties,
        conf_level=level,
        dropped=dropped,
        covariates=columns.terms,
        data=data,
        fit=fit,
    )


@dataclass(frozen=True, slots=True)
class DriftTerm:
    """Test of one covariate, all its columns together, or of all covariates."""

    term: str
    chisq: float
    df: int
    p: float

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {"term": self.term, "chisq": self.chisq, "df": self.df, "p": self.p}


@dataclass(frozen=True, slots=True)
class ProportionalHazardsTest:
    """Tests whether hazard ratios drift with time.

    Parameters
    ----------
    terms : tuple of DriftTerm
        One a covariate.
    overall : DriftTerm
        All covariates together.
    transform : {"km", "identity", "rank", "log"}
        Function of time along which a drift was sought.
    """

    terms: tuple[DriftTerm, ...]
    overall: DriftTerm
    transform: Transform

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{terms: [{term, chisq, df, p}], global}``."""
        return {"terms": [term.to_dict() for term in self.terms], "global": self.overall.to_dict()}


def cox_zph(model: CoxModel, *, transform: Transform = "km") -> ProportionalHazardsTest:
    """Score test of proportional hazards for each covariate and for all together.

    Parameters
    ----------
    model : CoxModel
        A model whose coefficients are all estimated.
    transform : {"km", "identity", "rank", "log"}, optional
        Function of time: 1 − S(t−) of all subjects together, time, its rank among all exit times, or its logarithm.

    Returns
    -------
    ProportionalHazardsTest
        One test a covariate, the columns of a factor together, and the overall test.

    Raises
    ------
    EstimationError
        When a coefficient of the model is not estimable.
    NumericsError
        When the transform is not known.

    Notes
    -----
    The score test for adding covariate times g(time) to the model, as R survival has it from version 3 on. Robust
    standard errors and clusters do not enter.

    References
    ----------
    Grambsch PM, Therneau TM. Biometrika 1994;81:515 (doi unverified).

    Examples
    --------
    >>> model = cox([1, 2, 3, 4, 5], [1, 1, 1, 1, 0], {"arm": ["A", "B", "A", "A", "B"]})
    >>> cox_zph(model).overall.df
    1
    """
    if not model.is_estimable:
        raise EstimationError(
            f"proportional hazards cannot be tested: {model.reason}", mend="leave those covariates out of the model"
        )
    test = drift_test(model.data, model.fit, transform=transform, ties=model.ties)
    asked = [(term.name, list(term.columns)) for term in model.covariates]
    asked.append(("GLOBAL", [c for _, columns in asked for c in columns]))
    found = []
    for name, columns in asked:
        statistic = test.statistic(columns)
        found.append(DriftTerm(name, statistic, len(columns), float(chdtrc(len(columns), statistic))))
    return ProportionalHazardsTest(tuple(found[:-1]), found[-1], transform)
