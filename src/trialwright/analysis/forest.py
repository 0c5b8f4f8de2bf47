"""Hazard ratios within subgroups, each factor with its test of interaction: the figures of a forest plot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from trialwright.analysis.cox import cox
from trialwright.analysis.levels import Labels, Levels, encode
from trialwright.analysis.rows import Dropped, Numbers, SurvivalRows, survival_rows
from trialwright.errors import EstimationError, NumericsError
from trialwright.numerics.constants import MIN_SUBGROUP_EVENTS
from trialwright.numerics.cox import CoxFit, Ties, cox_data, fit_cox
from trialwright.numerics.ordering import order_rows

__all__ = ["Forest", "ForestFactor", "ForestRow", "forest"]

ForestStatus = Literal["estimated", "not estimable"]


@dataclass(frozen=True, slots=True)
class ForestRow:
    """Hazard ratio of one subgroup, without a p value of its own.

    Parameters
    ----------
    level : str
        Level of the factor; ``all`` for the whole set.
    n, events : tuple of int
        Subjects and events, reference arm first.
    hr, lower, upper : float or None
        Hazard ratio of the comparison arm with Wald limits.
    status : {"estimated", "not estimable"}
        Whether there is one.
    reason : str
        Why there is none.
    """

    level: str
    n: tuple[int, int]
    events: tuple[int, int]
    hr: float | None = None
    lower: float | None = None
    upper: float | None = None
    status: ForestStatus = "estimated"
    reason: str = ""

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {
            "level": self.level,
            "n": list(self.n),
            "events": list(self.events),
            "hr": self.hr,
            "lower": self.lower,
            "upper": self.upper,
            "status": self.status,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class ForestFactor:
    """One factor: its subgroups and whether the effect differs between them.

    Parameters
    ----------
    factor : str
        The factor.
    rows : tuple of ForestRow
        One a level.
    interaction_chisq : float or None
        Likelihood-ratio statistic of arm by factor; None when it cannot be formed.
    interaction_df : int
        Its degrees of freedom.
    interaction_p : float or None
        Its p value.
    dropped : tuple of Dropped
        Rows without a level of this factor.
    """

    factor: str
    rows: tuple[ForestRow, ...]
    interaction_chisq: float | None
    interaction_df: int
    interaction_p: float | None
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {
            "factor": self.factor,
            "rows": [row.to_dict() for row in self.rows],
            "interaction": {"chisq": self.interaction_chisq, "df": self.interaction_df, "p": self.interaction_p},
        }


@dataclass(frozen=True, slots=True)
class Forest:
    """All subgroups.

    Parameters
    ----------
    reference, comparison : str
        The arms; a hazard ratio below 1 favours the comparison.
    overall : ForestRow
        The whole set.
    factors : tuple of ForestFactor
        One a factor.
    min_events : int
        Subgroups with fewer events have no hazard ratio.
    conf_level : float
        Two-sided confidence level.
    dropped : tuple of Dropped
        Rows left out of everything, by reason.
    """

    reference: str
    comparison: str
    overall: ForestRow
    factors: tuple[ForestFactor, ...]
    min_events: int
    conf_level: float
    dropped: tuple[Dropped, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        return {
            "reference": self.reference,
            "comparison": self.comparison,
            "overall": self.overall.to_dict(),
            "factors": [factor.to_dict() for factor in self.factors],
        }


@dataclass(frozen=True, slots=True)
class _Settings:
    ties: Ties
    level: float
    min_events: int


def _row(name: str, rows: SurvivalRows, chosen: NDArray[np.bool_], settings: _Settings) -> ForestRow:
    time, event, arm = rows.time[chosen], rows.event[chosen], rows.labels["arm"].codes[chosen]
    n = (int((arm == 0).sum()), int((arm == 1).sum()))
    events = (int(event[arm == 0].sum()), int(event[arm == 1].sum()))
    if sum(events) < settings.min_events:
        reason = f"{sum(events)} events, fewer than {settings.min_events}"
        return ForestRow(name, n, events, status="not estimable", reason=reason)
    if min(n) == 0:
        return ForestRow(name, n, events, status="not estimable", reason="subjects in one arm only")
    entry = None if rows.entry is None else rows.entry[chosen]
    strata = rows.labels.get("strata")
    of_subgroup = None if strata is None else strata.codes[chosen]
    model = cox(time, event, {"arm": arm}, strata=of_subgroup, entry=entry, ties=settings.ties, level=settings.level)
    (term,) = model.terms
    if not model.is_estimable:
        return ForestRow(name, n, events, status="not estimable", reason=model.reason.removeprefix("arm: "))
    return ForestRow(name, n, events, term.hr, term.lower, term.upper)


def _interaction(
    rows: SurvivalRows, levels: Levels, chosen: NDArray[np.bool_], ties: Ties
) -> tuple[float | None, int, float | None]:
    """Likelihood-ratio statistic of arm by factor over arm plus factor, its degrees of freedom and p value."""
    arm = rows.labels["arm"].codes[chosen].astype(np.float64)
    main = [(levels.codes == code).astype(np.float64) for code in range(1, len(levels.names))]
    strata = rows.labels.get("strata")
    event = rows.event[chosen]
    if not main or not event.any():
        return None, 0, None
    ordered = order_rows(
        rows.time[chosen],
        entry=None if rows.entry is None else rows.entry[chosen],
        stratum=None if strata is None else strata.codes[chosen],
        n_strata=1 if strata is None else len(strata.names),
    )

    def fitted(columns: list[NDArray[np.float64]]) -> CoxFit:
        return fit_cox(cox_data(rows.time[chosen], event, np.column_stack(columns), rows=ordered), ties=ties)

    reduced = fitted([arm, *main])
    full = fitted([arm, *main, *(arm * column for column in main)])
    df = int((~full.aliased).sum() - (~reduced.aliased).sum())
    if df < 1 or not (full.converged and reduced.converged):
        return None, max(df, 0), None
    statistic = max(2 * (full.loglik - reduced.loglik), 0.0)
    return statistic, df, float(chdtrc(df, statistic))


def forest(  # noqa: PLR0913  # each is an option a statistician names when asking for a forest plot
    time: Numbers,
    event: Numbers,
    arm: Labels,
    factors: Mapping[str, Labels],
    *,
    reference: str | None = None,
    strata: Labels | None = None,
    entry: Numbers | None = None,
    ties: Ties = "efron",
    min_events: int = int(MIN_SUBGROUP_EVENTS.value),
    level: float = 0.95,
) -> Forest:
    """Hazard ratio of two arms in all subjects and in each level of each factor, with tests of interaction.

    Parameters
    ----------
    time : (n,) array
        Exit times in any one unit, at least 0.
    event : (n,) array
        1 for an event, 0 for a censoring.
    arm : (n,) array
        Two arms.
    factors : mapping of str to (n,) array
        Labels of the subgroups by factor.
    reference : str, optional
        The arm compared with; the first by order otherwise.
    strata : (n,) array, optional
        Strata, the same in every model.
    entry : (n,) array, optional
        Entry times.
    ties : {"efron", "breslow"}, optional
        How events at the same time share their risk set.
    min_events : int, optional
        Subgroups with fewer events have no hazard ratio.
    level : float, optional
        Two-sided confidence level.

    Returns
    -------
    Forest
        The figures of a forest plot. No subgroup has a p value; each factor has one, that of its interaction.

    Raises
    ------
    NumericsError
        When the rows or the options cannot be used, or a factor has not one label a subject.
    EstimationError
        When there are not exactly two arms.

    Notes
    -----
    The interaction is tested by the likelihood ratio of the model with arm, factor and their product over the model
    without the product, in all subjects who have a level of the factor; levels with few events take part in it.

    Examples
    --------
    >>> time, event = list(range(1, 41)), [1] * 40
    >>> found = forest(time, event, ["A", "B"] * 20, {"sex": ["f", "f", "m", "m"] * 10})
    >>> [row.events for row in found.factors[0].rows], found.factors[0].interaction_df
    ([(10, 10), (10, 10)], 1)
    """
    rows = survival_rows(time, event, entry=entry, labels={"arm": arm, "strata": strata})
    arms = rows.labels["arm"]
    if len(arms.names) != 2:
        raise EstimationError(f"a forest plot compares two arms, the rows used hold {len(arms.names)}", where="arm")
    arms = arms if reference is None else arms.led_by(reference)
    rows = SurvivalRows(rows.time, rows.event, rows.entry, {**rows.labels, "arm": arms}, rows.kept, rows.dropped)
    settings = _Settings(ties, level, min_events)
    found = []
    for name, values in factors.items():
        labels = encode(values)
        if labels.codes.size != (rows.n if rows.kept is None else rows.kept.size):
            raise NumericsError(f"{name} has {labels.codes.size} rows", mend="give one label for each subject")
        labels = labels if rows.kept is None else labels.kept(rows.kept)
        known = ~labels.is_missing
        levels = labels.kept(known)
        lines = tuple(
            _row(level_name, rows, labels.codes == labels.names.index(level_name), settings)
            for level_name in levels.names
        )
        left_out = (Dropped(f"missing {name}", int((~known).sum())),) if not known.all() else ()
        found.append(ForestFactor(name, lines, *_interaction(rows, levels, known, ties), left_out))
    overall = _row("all", rows, np.ones(rows.n, dtype=np.bool_), settings)
    return Forest(arms.names[0], arms.names[1], overall, tuple(found), min_events, level, rows.dropped)
