"""The scenario ``base`` of nct07295132 in numpy, from its words alone; nothing of the program is imported here."""

import numpy as np

MONTH, NEVER, WINDOW = 30.4375, 10**6, 14
START, CUTOFF = np.datetime64("2025-12-15"), np.datetime64("2029-11-15")


def cohorts(trials, n, rng):
    """Days to progression-free survival's end, whether by an event, and arm (1 = SCS), each of shape (trials, n)."""
    size = (trials, n)
    arm = np.broadcast_to(np.arange(n) % 2, size)
    # the way to allocation: 160 subjects come at 7 a month (any other number in the same time), 3 or 4 cycles each
    consent = np.floor(np.cumsum(rng.exponential(160 / 7 * MONTH / n, size), axis=1)).astype(int)
    cycles = rng.integers(3, 5, size)
    late = (rng.random((*size, 3)) < 0.2) * rng.integers(1, 8, (*size, 3)) * (np.arange(3) < cycles[..., None] - 1)
    chemo = 21 * (cycles - 1) + late.sum(-1)
    waits = sum(rng.integers(low, high + 1, size) for low, high in ((1, 10), (3, 10), (14, 20), (3, 10)))
    allocated = START + consent + chemo + waits
    cut = (CUTOFF - allocated).astype(int)
    # true moments in days since allocation: the operation comes only before progression, R0 slows the hazard from it on
    progression = rng.exponential(12 * MONTH / np.log(2), size)
    operation = np.where(arm == 1, np.ceil(rng.exponential(28 / np.log(2), size)), np.inf)
    slowed = (progression > operation) & (rng.random(size) < 0.75)
    progression[slowed] = operation[slowed] + (progression[slowed] - operation[slowed]) / 0.55
    death = np.ceil(progression + rng.exponential(24 * MONTH / np.log(2), size)).astype(int)
    away = rng.exponential(365.25 / (0.02 + 0.01), size).astype(int)
    last = np.minimum(np.minimum(cut, away), death)
    # scans every 3 calendar months, each attended with probability 0.95 on any day of its window
    month = allocated.astype("M8[M]")
    slots = [np.minimum(allocated - month + (month + k).astype("M8[D]"), (month + k + 1).astype("M8[D]") - 1)
             for k in range(3, 48, 3)]  # fmt: skip
    slot = (np.stack(slots, -1) - allocated[..., None]).astype(int)
    day = slot + rng.integers(-WINDOW, WINDOW + 1, slot.shape)
    made = (rng.random(slot.shape) < 0.95) & (day <= last[..., None])
    shows = day >= np.ceil(progression)[..., None]
    seen = np.where(made & shows, day, NEVER).min(-1)
    adequate = np.where(made & ~shows, day, 0).max(-1)
    event = np.minimum(seen, np.where(death <= last, death, NEVER))
    # two scans or more missed before the event: censored at the last adequate scan, as without an event
    missed = ((slot - WINDOW > adequate[..., None]) & (slot + WINDOW < event[..., None])).sum(-1)
    counts = (event < NEVER) & (missed < 2)
    return np.where(counts, event, adequate) + 1, counts, arm


def log_hazard_ratio(time, event, arm):
    """Newton's maximum of Efron's partial likelihood for one binary covariate, and its standard error."""
    days, which = np.unique(time[event], return_inverse=True)
    deaths, treated = np.bincount(which), np.bincount(which, arm[event])
    at_risk, at_risk_treated = (len(x) - np.searchsorted(x, days) for x in (np.sort(time), np.sort(time[arm == 1])))
    share = (np.arange(deaths.sum()) - np.repeat(np.cumsum(deaths) - deaths, deaths)) / np.repeat(deaths, deaths)
    ones = np.repeat(at_risk_treated, deaths) - share * np.repeat(treated, deaths)
    zeros = np.repeat(at_risk - at_risk_treated, deaths) - share * np.repeat(deaths - treated, deaths)
    beta = 0.0
    for _ in range(25):
        part = ones * np.exp(beta) / (ones * np.exp(beta) + zeros)
        beta += (treated.sum() - part.sum()) / (part * (1 - part)).sum()
    return beta, (part * (1 - part)).sum() ** -0.5
