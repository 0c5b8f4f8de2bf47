"""Regression of the subdistribution hazard of one cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.special import chdtrc

from trialwright.analysis.coefficients import CoxTerm, reasons, wald_statistic, wald_terms
from trialwright.analysis.competing_rows import FIRST_CAUSE, competing_rows
from trialwright.analysis.covariates import covariate_columns, read_covariates
from trialwright.analysis.levels import Labels
from trialwright.analysis.rows import Dropped, Numbers
from trialwright.errors import NumericsError
from trialwright.numerics.cox_residuals import sandwich
from trialwright.numerics.fine_gray import fine_gray_data, fit_fine_gray, weighted_influence

__all__ = ["FineGrayModel", "fine_gray"]


@dataclass(frozen=True, slots=True)
class FineGrayModel:
    """A fitted model of the subdistribution hazard of one cause.

    Parameters
    ----------
    cause : str
        The cause modelled.
    terms : tuple of CoxTerm
        One a coefficient; its hazard ratio is that of the subdistribution, its limits rest on the robust standard
        error.
    loglik : tuple of float
        Logarithm of the weighted partial likelihood at 0 and at its maximum.
    wald : float or None
        Chi-square statistic of all coefficients together, robust.
    df : int
        Its degrees of freedom.
    n, events, competing : int
        Subjects, events of the cause, events of other causes.
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    cause: str
    terms: tuple[CoxTerm, ...]
    loglik: tuple[float, float]
    wald: float | None
    df: int
    n: int
    events: int
    competing: int
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    @property
    def reason(self) -> str:
        """Why coefficients have no estimate; empty when all have one."""
        return reasons(self.terms, "no finite estimate, such as when one arm has no event of the cause")

    @property
    def p(self) -> float | None:
        """Two-sided p value of the Wald statistic."""
        return None if self.wald is None or self.df == 0 else float(chdtrc(self.df, self.wald))

    def to_dict(self) -> dict[str, object]:
        """Plain data, ``{cause, terms: [{term, coef, se, robust_se, shr, ...}], loglik, wald, df, p, n, ...}``."""
        terms = [{("shr" if key == "hr" else key): value for key, value in t.to_dict().items()} for t in self.terms]
        return {
            "cause": self.cause,
            "terms": terms,
            "loglik": list(self.loglik),
            "wald": self.wald,
            "df": self.df,
            "p": self.p,
            "n": self.n,
            "events": self.events,
            "competing": self.competing,
        }


def fine_gray(
    time: Numbers,
    event: Labels,
    covariates: Mapping[str, Labels],
    *,
    cause: str = FIRST_CAUSE,
    censored: str | None = None,
    references: Mapping[str, str] | None = None,
    level: float = 0.95,
) -> FineGrayModel:
    """Ratios of the subdistribution hazard of one cause by the model of Fine and Gray.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        Codes: 0 censored, each of the others a cause.
    covariates : mapping of str to (n,) array
        Values by name: numbers, or text, which becomes a factor. Rows in which one is missing are left out and counted.
    cause : str, optional
        Code of the cause modelled.
    censored : str, optional
        Code that means censored; 0 unless given.
    references : mapping of str to str, optional
        Reference level of factors; the first by alphabet otherwise.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    FineGrayModel
        Coefficients with robust standard errors.

    Raises
    ------
    NumericsError
        When the rows or the options cannot be used.
    EstimationError
        When no row has an event of the cause, or a factor has one level only.

    Notes
    -----
    A subject with a competing event stays in the risk sets after it, with the probability of still being under
    observation as weight; that probability is estimated from all subjects together. Ties are Breslow's. The robust
    covariance takes account of the estimated weights. Incidences of several causes, each from a model of its own, may
    add up to more than 1; the curves of `cumulative_incidence` do not.

    References
    ----------
    Fine JP, Gray RJ. J Am Stat Assoc 1999;94:496, doi:10.1080/01621459.1999.10474144 (DOI unverified).

    Examples
    --------
    >>> model = fine_gray([1, 2, 3, 4, 5, 6], [1, 1, 2, 2, 1, 0], {"arm": ["A", "B", "A", "B", "A", "B"]})
    >>> model.terms[0].term, round(model.terms[0].coef, 4)
    ('armB', -0.8341)
    """
    if not 0 < level < 1:
        raise NumericsError(f"confidence level {level} is not between 0 and 1", mend="write 0.95 for 95 %")
    given = read_covariates(covariates, references)
    found = competing_rows(time, event, censored=censored, missing={c.name: c.is_missing for c in given})
    codes = found.led_by(cause)
    columns = covariate_columns(given, found.rows.kept)
    data = fine_gray_data(found.rows.time, codes, columns.x)
    fit = fit_fine_gray(data)
    robust = sandwich(fit, weighted_influence(data, fit))
    return FineGrayModel(
        cause=cause,
        terms=wald_terms(columns.names, fit, robust, level),
        loglik=(fit.loglik_null, fit.loglik),
        wald=wald_statistic(fit, robust),
        df=int((~fit.aliased).sum()),
        n=found.rows.n,
        events=int((codes == 1).sum()),
        competing=int((codes == 2).sum()),
        conf_level=level,
        dropped=found.rows.dropped,
    )
