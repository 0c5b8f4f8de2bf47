"""Competing risks written from the definitions, in plain loops over times and subjects, and from nothing of ours."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["competing_rows", "gray", "incidence", "jackknife_variance", "subdistribution_fit"]


def competing_rows(seed: int, n: int = 60, arms: int = 3, *, ties: bool = True) -> tuple[np.ndarray, ...]:
    """Invented times, causes 0 to 2, arms, a covariate, strata."""
    rng = np.random.default_rng(seed)
    arm, x = rng.integers(0, arms, n), rng.normal(size=n)
    time = rng.exponential(8 / np.exp(0.4 * (arm == 1) + 0.3 * x))
    return np.ceil(time) if ties else time, rng.choice(3, n, p=[0.3, 0.45, 0.25]), arm, x, rng.integers(0, 2, n)


def incidence(
    time: np.ndarray,
    cause: np.ndarray,
    k: int,
    t: float,
    weight: np.ndarray | None = None,
    entry: np.ndarray | None = None,
) -> float:
    """Cumulative incidence of cause k at t, each subject counted with its weight."""
    w = np.ones(time.size) if weight is None else weight
    surv, total = 1.0, 0.0
    for u in sorted(set(time[(cause > 0) & (time <= t)])):
        risk = (time >= u) if entry is None else (time >= u) & (entry < u)
        n = w[risk].sum()
        total += surv * w[(time == u) & (cause == k)].sum() / n
        surv *= 1 - w[(time == u) & (cause > 0)].sum() / n
    return total


def jackknife_variance(estimate: Callable[[np.ndarray], np.ndarray | float], n: int, step: float = 1e-4) -> np.ndarray:
    """Infinitesimal jackknife: squared derivatives of an estimate by each subject's weight, taken numerically."""
    slopes = []
    for i in range(n):
        up, down = np.ones(n), np.ones(n)
        up[i] += step
        down[i] -= step
        slopes.append((np.atleast_1d(estimate(up)) - np.atleast_1d(estimate(down))) / (2 * step))
    found = np.array(slopes)
    found -= found.mean(axis=0)
    return found.T @ found


def gray(time: np.ndarray, cause: np.ndarray, arm: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores and covariance of Gray's test, every integral a sum over a list of times."""
    arms, times = sorted(set(arm)), sorted(set(time[cause > 0]))
    surv = dict.fromkeys(arms, 1.0)
    free = dict.fromkeys(arms, 0.0)
    common, score = 0.0, np.zeros(len(arms))
    at: list[dict[str, object]] = []
    for t in times:
        y = {a: float(((arm == a) & (time >= t)).sum()) for a in arms}
        own = {a: float(((arm == a) & (time == t) & (cause == k)).sum()) for a in arms}
        other = {a: float(((arm == a) & (time == t) & (cause > 0) & (cause != k)).sum()) for a in arms}
        before = dict(surv)
        h = {a: y[a] / before[a] if y[a] else 0.0 for a in arms}
        risk = {a: h[a] * (1 - free[a]) for a in arms}
        d = sum(own.values())
        for i, a in enumerate(arms):
            score[i] += own[a] - d * risk[a] / sum(risk.values())
            if y[a]:
                free[a] += before[a] * own[a] / y[a]
                surv[a] = before[a] * (1 - (own[a] + other[a]) / y[a])
        jump = d / sum(h.values())
        at.append(
            {"y": y, "other": other, "before": before, "after": dict(surv), "h": h, "d": d, "jump": jump, "F": common}
        )
        common += jump
    cov = np.zeros((len(arms), len(arms)))
    for a in arms:
        for now, m in enumerate(at):
            if not m["y"][a]:
                continue
            here = _stake(m, arms, a)
            ahead = sum((_stake(q, arms, a) * q["jump"] / (1 - q["F"]) for q in at[now + 1 :]), np.zeros(len(arms)))
            ratio = (1 - m["F"] - m["jump"]) / m["after"][a] if m["after"][a] > 0 else 0.0
            pooled = sum(m["h"].values()) * m["before"][a]
            tie = 1 - (m["d"] - 1) / (pooled - 1) if m["d"] > 1 else 1.0
            by_own = here + ahead * (1 - ratio)
            cov += tie * m["jump"] / m["h"][a] * np.outer(by_own, by_own)
            o, y = m["other"][a], m["y"][a]
            tie = 1 - (o - 1) / (y - 1) if o > 1 else 1.0
            cov += tie * m["before"][a] * o / y / m["h"][a] * np.outer(ahead * ratio, ahead * ratio)
    return score, cov


def _stake(m: dict[str, object], arms: list[int], a: int) -> np.ndarray:
    total = sum(m["h"].values())
    return np.array([m["h"][a] * ((b == a) - m["h"][b] / total) for b in arms])


def subdistribution_fit(
    time: np.ndarray, cause: np.ndarray, x: np.ndarray, weight: np.ndarray | None = None
) -> np.ndarray:
    """Coefficients of Fine and Gray's model with cause 1, subjects counted with their weights, by Newton's steps."""
    n, p = x.shape
    w = np.ones(n) if weight is None else weight
    stay, staying = 1.0, {}
    for u in sorted(set(time)):
        staying[u] = stay
        stay *= 1 - w[(time == u) & (cause == 0)].sum() / w[time >= u].sum()
    beta = np.zeros(p)
    for _ in range(40):
        score, information = np.zeros(p), np.zeros((p, p))
        for i in np.flatnonzero(cause == 1):
            t = time[i]
            kept = np.array(
                [1.0 if time[j] >= t else staying[t] / staying[time[j]] if cause[j] == 2 else 0.0 for j in range(n)]
            )
            r = w * kept * np.exp(x @ beta)
            mean = r @ x / r.sum()
            score += w[i] * (x[i] - mean)
            information += w[i] * ((x.T * r) @ x / r.sum() - np.outer(mean, mean))
        step = np.linalg.solve(information, score)
        beta = beta + step
        if np.abs(step).max() < 1e-13:
            break
    return beta
