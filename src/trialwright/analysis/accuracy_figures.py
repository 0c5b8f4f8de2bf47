"""Figures of how well a marker foretells one endpoint, and the tables behind their pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from trialwright.analysis.binary_rows import Direction
from trialwright.analysis.calibration import calibration, cross_fitted
from trialwright.analysis.class_weights import class_hazard_ratio, class_shares
from trialwright.analysis.coefficients import CoxTerm
from trialwright.analysis.cox import cox
from trialwright.analysis.decision_curve import decision_curve, decision_curve_by
from trialwright.analysis.describe import curve_name, figure_of_duration
from trialwright.analysis.marker_by_arm import marker_by_arm
from trialwright.analysis.method import Foretold, Request
from trialwright.analysis.proportions import OneMethod, Proportion
from trialwright.analysis.roc import AreaLimits, classification, roc
from trialwright.analysis.time_accuracy import time_auc, time_classification, uno_c
from trialwright.errors import EstimationError, InputError
from trialwright.model.result import Result

__all__ = ["Asked", "accuracy_figures", "accuracy_tables"]

_CUT = 1.0
_SHARES = ("sensitivity", "specificity", "ppv", "npv")
_NO_CUT = "the parameter set has no cut-off, so there is no class"

Made = Iterator[Result]


@dataclass(frozen=True, slots=True)
class Asked:
    """One analysis of a marker and the endpoint it is to foretell.

    Parameters
    ----------
    request : Request
        Rows of all subjects with the marker and the endpoint.
    foretold : Foretold
        The endpoint.
    """

    request: Request
    foretold: Foretold
    _held: list[NDArray[np.float64]] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def chances(self) -> NDArray[np.float64]:
        """Chance of the outcome in each subject by a logistic model of the other subjects."""
        if not self._held:
            self._held.append(cross_fitted(self.request.rows["SUCCESS"], _log2(self.request.rows)))
        return self._held[0]

    @property
    def limits(self) -> AreaLimits:
        """Scale of the limits of an area."""
        return cast("AreaLimits", self.request.setting("limits", "plain"))

    @property
    def is_higher_better(self) -> bool:
        """Whether higher values foretell success, and the absence of an event."""
        return self.request.setting("direction", "higher") == "higher"

    @property
    def classed(self) -> pl.DataFrame:
        """Rows of subjects with a class."""
        return self.request.rows.filter(pl.col("STD_KELIM").is_not_null())

    def name(self, figure: str, more: str = "") -> str:
        """Second part of a result's id."""
        return f"{figure}:{self.foretold.endpoint}{more}"

    def limited(
        self,
        figure: str,
        limits: tuple[float | None, float | None, float | None],
        counts: tuple[int, int],
        *,
        level_of: str = "",
    ) -> Result:
        """A figure with its limits, of so many subjects with so many outcomes."""
        if limits[0] is None:
            return self.request.failed(figure, "nobody to count")
        n, events = counts
        return self.request.result(
            figure,
            value=limits[0],
            low=limits[1],
            high=limits[2],
            level=self.request.level,
            unit="1",
            level_of=level_of,
            n=n,
            events=events,
        )

    def share(self, figure: str, found: Proportion | None) -> Result:
        """A share with its limits."""
        if found is None:
            return self.request.failed(figure, "nobody to count")
        return self.limited(figure, (found.estimate, found.lower, found.upper), (found.n, found.x))

    def ratio(self, figure: str, term: CoxTerm, counts: tuple[int, int]) -> Result:
        """A hazard ratio with its limits."""
        if term.status != "estimated":
            return self.request.failed(figure, "no finite estimate")
        return self.limited(figure, (term.hr, term.lower, term.upper), counts)

    def attempt(self, figures: tuple[str, ...], made: Callable[[], Made]) -> Made:
        """What can be made, or why each of the figures cannot."""
        try:
            yield from list(made())
        except (EstimationError, InputError) as error:
            yield from (self.request.failed(figure, error.what) for figure in figures)

    def of_class(self, figures: tuple[str, ...], made: Callable[[], Made]) -> Made:
        """The same for what needs a class."""
        if self.classed.height == 0:
            yield from (self.request.failed(figure, _NO_CUT) for figure in figures)
        else:
            yield from self.attempt(figures, made)


def _log2(rows: pl.DataFrame) -> NDArray[np.float64]:
    rate: NDArray[np.float64] = rows["KELIM_PER_DAY"].to_numpy().astype(np.float64)
    return np.log2(rate)


def _yes_or_no(asked: Asked) -> Made:
    rows, classed = asked.request.rows, asked.classed
    direction: Direction = "higher" if asked.is_higher_better else "lower"

    def area() -> Made:
        found = roc(
            rows["SUCCESS"], rows["KELIM_PER_DAY"], direction=direction, limits=asked.limits, level=asked.request.level
        )
        counts = (found.cases + found.controls, found.cases)
        yield asked.limited(asked.name("auc"), (found.area, found.lower, found.upper), counts)

    def table() -> Made:
        found = classification(
            classed["SUCCESS"],
            classed["STD_KELIM"],
            cut=_CUT,
            direction=direction,
            method=cast("OneMethod", asked.request.setting("interval", "wilson")),
            level=asked.request.level,
        )
        for share in _SHARES:
            yield asked.share(asked.name(share), getattr(found, share))

    def weighted() -> Made:
        chance = classed["P_FAVOURABLE"] if asked.is_higher_better else 1 - classed["P_FAVOURABLE"]
        found = class_shares(classed["SUCCESS"], chance, level=asked.request.level)
        shares = (found.sensitivity, found.specificity, found.with_class, found.without_class.complement)
        for name, share in zip(_SHARES, shares, strict=True):
            limits = (share.estimate, share.lower, share.upper)
            yield asked.limited(asked.name(f"{name}_weighted"), limits, (found.n, found.cases))

    def calibrated() -> Made:
        found = calibration(rows["SUCCESS"], asked.chances, level=asked.request.level)
        counts = (found.n, found.events)
        for name, figure in (("intercept", found.intercept), ("slope", found.slope)):
            limits = (figure.estimate, figure.lower, figure.upper)
            yield asked.limited(asked.name(f"calibration_{name}"), limits, counts)
        yield asked.request.result(asked.name("brier"), value=found.brier, unit="1", n=found.n, events=found.events)

    yield from asked.attempt((asked.name("auc"),), area)
    yield from asked.of_class(tuple(asked.name(share) for share in _SHARES), table)
    yield from asked.of_class(tuple(asked.name(f"{share}_weighted") for share in _SHARES), weighted)
    figures = ("calibration_intercept", "calibration_slope", "brier")
    yield from asked.attempt(tuple(asked.name(figure) for figure in figures), calibrated)


def _uncontested(asked: Asked) -> None:
    """Refuse what counts a subject with a competing event as one observed for less."""
    rows = asked.request.rows
    if "CAUSE" in rows.columns and (rows["CAUSE"] > 1).any():
        raise EstimationError(f"other events compete with {asked.foretold.endpoint}, so no share by a time is computed")


def _timed(asked: Asked) -> Made:
    rows, classed, level = asked.request.rows, asked.classed, asked.request.level
    early: Direction = "lower" if asked.is_higher_better else "higher"
    times = {figure_of_duration(time): float(time.days) for time in asked.foretold.times}

    def areas() -> Made:
        _uncontested(asked)
        found = time_auc(
            rows["TIME"],
            rows["EVENT"],
            rows["KELIM_PER_DAY"],
            times=list(times.values()),
            direction=early,
            limits=asked.limits,
            level=level,
        )
        for name, area in zip(times, found.areas, strict=True):
            limits, counts = (area.area, area.lower, area.upper), (area.cases + area.controls, area.cases)
            yield asked.limited(asked.name("auc", f"={name}"), limits, counts)

    def concordant() -> Made:
        _uncontested(asked)
        found = uno_c(
            rows["TIME"],
            rows["EVENT"],
            rows["KELIM_PER_DAY"],
            until=max(times.values()),
            direction=early,
            limits=asked.limits,
            level=level,
        )
        limits = (found.estimate, found.lower, found.upper)
        yield asked.limited(asked.name("concordance"), limits, (found.n, found.events))

    def rules() -> Made:
        _uncontested(asked)
        for name, at in times.items():
            found = time_classification(
                classed["TIME"], classed["EVENT"], classed["STD_KELIM"], cut=_CUT, at=at, direction=early, level=level
            )
            limits = (found.sensitivity, found.sensitivity_lower, found.sensitivity_upper)
            counts = (found.cases + found.controls, found.cases)
            yield asked.limited(asked.name("sensitivity", f"={name}"), limits, counts)
            yield asked.share(asked.name("specificity", f"={name}"), found.specificity)

    def doubling() -> Made:
        model = cox(rows["TIME"], rows["EVENT"], {"doubling": _log2(rows)}, level=level)
        yield asked.ratio(asked.name("hr_doubling"), model.terms[0], (model.n, model.events))

    def plain_class() -> Made:
        favourable = (classed["STD_KELIM"] >= _CUT).cast(pl.Float64)
        model = cox(classed["TIME"], classed["EVENT"], {"favourable": favourable}, level=level)
        yield asked.ratio(asked.name("hr_favourable"), model.terms[0], (model.n, model.events))

    def weighted_class() -> Made:
        found = class_hazard_ratio(classed["TIME"], classed["EVENT"], classed["P_FAVOURABLE"], level=level)
        yield asked.ratio(asked.name("hr_favourable_weighted"), found.term, (found.n, found.events))

    if times:
        yield from asked.attempt(tuple(asked.name("auc", f"={name}") for name in times), areas)
        yield from asked.attempt((asked.name("concordance"),), concordant)
        shares = tuple(asked.name(share, f"={name}") for name in times for share in _SHARES[:2])
        yield from asked.of_class(shares, rules)
    yield from asked.attempt((asked.name("hr_doubling"),), doubling)
    yield from asked.of_class((asked.name("hr_favourable"),), plain_class)
    yield from asked.of_class((asked.name("hr_favourable_weighted"),), weighted_class)
    yield from _by_arm(asked)


def _by_arm(asked: Asked) -> Made:
    rows, level = asked.request.rows, asked.request.level
    figures = (asked.name("p_interaction"), asked.name("hr_doubling_ratio"))
    if not asked.foretold.reference:
        return

    def made() -> Made:
        found = marker_by_arm(
            rows["TIME"],
            rows["EVENT"],
            rows["KELIM_PER_DAY"],
            rows["ARM"],
            reference=asked.foretold.reference,
            level=level,
        )
        if found.p is None:
            yield asked.request.failed(figures[0], "no test of interaction can be formed")
        else:
            yield asked.request.result(figures[0], value=found.p, unit="1", n=found.n, events=found.events)
        yield asked.ratio(figures[1], found.ratio, (found.n, found.events))
        for effect in found.by_arm:
            figure = asked.name("hr_doubling", f"@{effect.level}")
            if effect.hr is None:
                yield asked.request.failed(figure, effect.reason)
                continue
            limits, counts = (effect.hr, effect.lower, effect.upper), (effect.n, effect.events)
            # One model of both arms: the effect in one rests on the subjects of the other too.
            yield asked.limited(figure, limits, counts, level_of=effect.level)

    yield from asked.attempt(figures, made)


def _curves(asked: Asked) -> Iterator[tuple[str, pl.DataFrame]]:
    """Tables that pictures are drawn from, where they can be made."""
    rows, classed = asked.request.rows, asked.classed
    stem = f"{asked.request.stem}-{asked.foretold.endpoint}"
    if asked.foretold.is_timed:
        if asked.foretold.times and classed.height:
            _uncontested(asked)
            at = max(float(time.days) for time in asked.foretold.times)
            flagged = (classed["STD_KELIM"] < _CUT).cast(pl.Float64)
            benefit = decision_curve_by(classed["TIME"], classed["EVENT"], flagged, at=at)
            yield (
                curve_name("decision", stem),
                pl.DataFrame({"threshold": benefit.threshold, "rule": benefit.rule, "all": benefit.all}).fill_nan(None),
            )
        return
    found = roc(rows["SUCCESS"], rows["KELIM_PER_DAY"], direction="higher" if asked.is_higher_better else "lower")
    corners = {"cut": found.cut, "sensitivity": found.sensitivity, "specificity": found.specificity}
    yield curve_name("roc", stem), pl.DataFrame(corners)
    chance = asked.chances
    smooth = calibration(rows["SUCCESS"], chance).curve
    yield curve_name("calibration", stem), pl.DataFrame({"chance": smooth[0], "observed": smooth[1]})
    benefit = decision_curve(rows["SUCCESS"], chance)
    table = {"threshold": benefit.threshold, "rule": benefit.rule, "all": benefit.all}
    yield curve_name("decision", stem), pl.DataFrame(table)


def accuracy_figures(asked: Asked) -> Iterator[Result]:
    """Figures of how well the marker foretells the endpoint.

    Parameters
    ----------
    asked : Asked
        Rows and endpoint.

    Yields
    ------
    Result
        For a yes or no ``auc``, the shares at the cut-off, the same with uncertain classes, calibration; for a time to
        an event ``auc`` and shares at each time, ``concordance``, hazard ratios, and by arm the interaction.

    Examples
    --------
    >>> from trialwright.model.endpoint import Analysis
    >>> analysis = Analysis(id="a", endpoint="ACC", method="auc-delong", role="descriptive")
    >>> rows = pl.DataFrame({"USUBJID": ["1", "2"], "SUCCESS": [True, False], "KELIM_PER_DAY": [0.06, 0.03]})
    >>> rows = rows.with_columns(STD_KELIM=pl.lit(None), P_FAVOURABLE=pl.lit(None))
    >>> request = Request("ACC", "ACC", "used", "all", analysis, rows)
    >>> [(r.id, r.value) for r in accuracy_figures(Asked(request, Foretold("R0", "R0", False)))][0]
    ('ACC/auc:R0', 1.0)
    """
    yield from (_timed(asked) if asked.foretold.is_timed else _yes_or_no(asked))


def accuracy_tables(asked: Asked) -> dict[str, pl.DataFrame]:
    """Tables that pictures are drawn from: the ROC curve, calibration, net benefit.

    Parameters
    ----------
    asked : Asked
        Rows and endpoint.

    Returns
    -------
    dict of str to polars.DataFrame
        By name; none of what cannot be estimated, which the figures say.

    Examples
    --------
    >>> from trialwright.model.endpoint import Analysis
    >>> analysis = Analysis(id="a", endpoint="ACC", method="auc-delong", role="descriptive")
    >>> rows = pl.DataFrame({"USUBJID": ["1"], "SUCCESS": [True], "KELIM_PER_DAY": [0.06], "STD_KELIM": [1.2]})
    >>> accuracy_tables(Asked(Request("ACC", "ACC", "used", "all", analysis, rows), Foretold("R0", "R0", False)))
    {}
    """
    found: dict[str, pl.DataFrame] = {}
    try:
        found.update(_curves(asked))
    except (EstimationError, InputError):
        return found
    return found
