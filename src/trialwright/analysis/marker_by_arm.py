"""Whether a marker foretells an event equally well in two arms: the interaction, and the effect in each arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from trialwright.analysis.binary_rows import check_level
from trialwright.analysis.coefficients import CoxTerm
from trialwright.analysis.cox import cox
from trialwright.analysis.levels import Labels, encode
from trialwright.analysis.rows import Dropped, Numbers, numbers
from trialwright.errors import EstimationError, NumericsError
from trialwright.numerics.cox import Ties

__all__ = ["MarkerByArm", "MarkerEffect", "marker_by_arm"]

_MARKER, _ARM, _PRODUCT = "marker", "arm", "marker by arm"


@dataclass(frozen=True, slots=True)
class MarkerEffect:
    """Hazard ratio of a doubling of the marker in one arm; None where it has no finite estimate."""

    level: str
    n: int
    events: int
    hr: float | None
    lower: float | None
    upper: float | None
    reason: str = ""

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {name: getattr(self, name) for name in ("level", "n", "events", "hr", "lower", "upper", "reason")}


@dataclass(frozen=True, slots=True)
class MarkerByArm:
    """Interaction of a marker with the arm.

    Parameters
    ----------
    p : float or None
        Two-sided p value of the likelihood-ratio test of interaction; None when it cannot be formed.
    ratio : CoxTerm
        Factor by which a doubling of the marker changes the hazard ratio of the compared arm over the reference.
    by_arm : tuple of MarkerEffect
        Effect of a doubling in each arm, the reference first.
    n, events : int
        Subjects and events.
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out, by reason.
    """

    p: float | None
    ratio: CoxTerm
    by_arm: tuple[MarkerEffect, ...]
    n: int
    events: int
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {
            "p": self.p,
            "ratio": self.ratio.to_dict(),
            "by_arm": [effect.to_dict() for effect in self.by_arm],
            "n": self.n,
            "events": self.events,
        }


def marker_by_arm(
    time: Numbers,
    event: Numbers,
    marker: Numbers,
    arm: Labels,
    *,
    reference: str | None = None,
    strata: Labels | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> MarkerByArm:
    """Interaction of a positive marker with the arm in Cox's model, per doubling of the marker.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 for an event, 0 for a censoring.
    marker : (n,) array
        The marker, above 0; its logarithm to the base 2 is the covariate.
    arm : (n,) array
        Two arms.
    reference : str, optional
        Arm that the other is compared with; the first by alphabet otherwise.
    strata : (n,) array, optional
        Strata, each with its own baseline hazard.
    ties : {"efron", "breslow"}, optional
        How events at the same time share their risk set.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    MarkerByArm
        Test, ratio and the effect in each arm.

    Raises
    ------
    NumericsError
        When a marker is not above 0, or the rows cannot be used.
    EstimationError
        When there are not two arms, or no event.

    Notes
    -----
    The test compares the model with arm, marker and their product with the one without the product.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> marker, arm = np.exp(rng.normal(size=80)), np.tile(["A", "B"], 40)
    >>> found = marker_by_arm(rng.exponential(1 / marker), np.ones(80), marker, arm)
    >>> round(found.p, 4), [round(effect.hr, 2) for effect in found.by_arm]
    (0.1669, [2.01, 2.61])
    """
    check_level(level)
    values = numbers(marker, "marker")
    if (values <= 0).any():
        raise NumericsError("a marker is not above 0", where="marker", why="a doubling means nothing there")
    arms = encode(arm) if reference is None else encode(arm).led_by(reference)
    if len(arms.names) != 2:
        raise EstimationError(f"{len(arms.names)} arms were given, the interaction is one of two", where="arm")
    log2 = np.log2(values)
    compared = np.where(arms.is_missing, np.nan, arms.codes == 1)
    product = log2 * compared
    main = cox(time, event, {_MARKER: log2, _ARM: compared}, strata=strata, ties=ties, level=level)
    full = cox(time, event, {_MARKER: log2, _ARM: compared, _PRODUCT: product}, strata=strata, ties=ties, level=level)
    p = None
    if full.df > main.df and full.fit.converged and main.fit.converged:
        p = float(chdtrc(full.df - main.df, max(2 * (full.loglik[1] - main.loglik[1]), 0.0)))
    known = ~(np.isnan(numbers(time, "time")) | np.isnan(numbers(event, "event")) | np.isnan(product))
    if strata is not None:
        known &= ~encode(strata).is_missing
    effects = []
    for code, name in enumerate(arms.names):
        # The same model seen from the other arm, so that its first coefficient is that of this arm.
        here = np.where(np.isnan(compared), np.nan, compared != code)
        seen = cox(
            time, event, {_MARKER: log2, _ARM: here, _PRODUCT: log2 * here}, strata=strata, ties=ties, level=level
        )
        term, mine = seen.terms[0], known & (arms.codes == code)
        events = int(numbers(event, "event")[mine].sum())
        reason = "" if term.status == "estimated" else seen.reason
        effects.append(MarkerEffect(name, int(mine.sum()), events, term.hr, term.lower, term.upper, reason))
    return MarkerByArm(p, full.terms[2], tuple(effects), full.n, full.events, level, full.dropped)
