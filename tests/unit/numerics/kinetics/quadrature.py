"""Posterior of three ln parameters on a dense grid: an integration that shares nothing with importance sampling."""

from __future__ import annotations

import numpy as np
from scipy import stats

from trialwright.numerics.kinetics.series import Population

NODES = 81
WIDTHS = 5.0

Row = tuple[float, ...]


class Grid:
    """Points, their ln parameters and their posterior share."""

    def __init__(self, population: Population, rows: list[Row], start: float | None = None) -> None:
        self.population, self.start = population, start
        axes = [m + s * np.linspace(-WIDTHS, WIDTHS, NODES) for m, s in zip(*self.prior(), strict=True)]
        self.points = np.stack([part.ravel() for part in np.meshgrid(*axes, indexing="ij")])
        cell = np.prod([axis[1] - axis[0] for axis in axes])
        centre, sd = self.prior()
        objective = 0.5 * (((self.points.T - centre) / sd) ** 2).sum(axis=1)
        for row in rows:
            objective += self.minus_ln(row)
        self.ln_evidence = float(np.log(np.exp(-objective).sum() * cell))
        share = np.exp(-(objective - objective.min()))
        self.share = share / share.sum()
        self.rate = np.exp(self.points[0])

    def prior(self) -> tuple[np.ndarray, np.ndarray]:
        return self.population.ln_theta[:3], self.population.sd_ln[:3]

    def level(self, t: float) -> np.ndarray:
        if self.population.structure == "residual_decay":
            k, residual, start = np.exp(self.points)
            return start * np.exp(-k * t) + residual
        assert self.start is not None
        k, b, production = np.exp(self.points)
        gap = np.where(np.abs(k - b) < 1e-9, 1e-9, k - b)
        return self.start * np.exp(-k * t) + production * (np.exp(-b * t) - np.exp(-k * t)) / gap

    def minus_ln(self, row: Row) -> np.ndarray:
        t, value, *code = row
        z = (np.log(value) - np.log(self.level(t))) / self.population.error.sigma
        return -stats.norm.logcdf(z) if code == [-1] else 0.5 * z * z

    def mean(self, values: np.ndarray) -> float:
        return float((self.share * values).sum())

    def below(self) -> tuple[np.ndarray, np.ndarray]:
        """Borders of the cells of the ln rate, and the posterior share below each."""
        marginal = self.share.reshape(NODES, -1).sum(axis=1)
        axis = self.points[0].reshape(NODES, -1)[:, 0]
        borders = np.append(axis - 0.5 * (axis[1] - axis[0]), axis[-1] + 0.5 * (axis[1] - axis[0]))
        return borders, np.append(0.0, np.cumsum(marginal))

    def quantile(self, p: float) -> float:
        borders, below = self.below()
        return float(np.exp(np.interp(p, below, borders)))

    def at_least(self, rate: float) -> float:
        borders, below = self.below()
        return float(1 - np.interp(np.log(rate), borders, below))
