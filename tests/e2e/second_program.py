"""The report of nct07295132 a second time: pandas and lifelines, one subject after the other.

Written from the study file's clauses and the data folder's contract alone; nothing of the program is imported here, so
that a figure both print was reached by two roads.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from scipy import optimize, stats
from statsmodels.duration.hazard_regression import PHReg

MONTH = 365.25 / 12
HORIZON = 24 * MONTH
ARMS = ("SCS", "CHEMO")
ADEQUATE = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NED")
# tables whose rows are contacts, and the others, with the date of a row
CONTACTS = {"lb": "LBDTC", "tr": "TRDTC", "tu": "TUDTC", "rs": "RSDTC", "vs": "VSDTC", "qs": "QSDTC", "ex": "EXSTDTC",
            "pr": "PRSTDTC", "fa": "FADTC", "ae": "AESTDTC"}  # fmt: skip
DATES = CONTACTS | {"dm": "RFICDTC", "ds": "DSSTDTC", "mh": "MHSTDTC", "cm": "CMSTDTC", "ss": "SSDTC"}


def first_day(text):
    """The earliest day a date text allows."""
    parts = [int(part) for part in text.split("T")[0].split("-")]
    return date(*[*parts, 1, 1][:3])


def complete(text):
    return len(text) >= 10


def later_by_months(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Folder:
    """One data folder, every cell as text; rows dated after the cutoff are left out."""

    def __init__(self, path, cutoff):
        self.cutoff = date.fromisoformat(cutoff)
        self.tables = {}
        for file in Path(path).glob("*.csv"):
            rows = pd.read_csv(file, dtype=str, keep_default_na=False)
            rows = rows[[not text or first_day(text) <= self.cutoff for text in rows[DATES[file.stem]]]]
            self.tables[file.stem] = {subject: part.to_dict("records") for subject, part in rows.groupby("USUBJID")}
        self.subjects = sorted(self.tables["dm"])

    def rows(self, table, subject, **where):
        found = self.tables.get(table, {}).get(subject, [])
        return [row for row in found if all(row[column] == value for column, value in where.items())]

    def days(self, table, subject, column, **where):
        """Known days of rows, the earliest first."""
        return sorted(first_day(row[column]) for row in self.rows(table, subject, **where) if row[column])

    def milestone(self, subject, name):
        return next(iter(self.days("ds", subject, "DSSTDTC", DSDECOD=name)), None)

    def answer(self, subject, test):
        """The last known answer to one question on or before allocation."""
        start = self.milestone(subject, "RANDOMIZED")
        known = [row for row in self.rows("fa", subject, FATESTCD=test)
                 if (row["FASTRESC"] or row["FAORRES"]) and first_day(row["FADTC"]) <= start]  # fmt: skip
        return max(known, key=lambda row: row["FADTC"]) if known else None


class Course:
    """What happened to one allocated subject, as far as the folder knows."""

    def __init__(self, folder, subject):
        self.folder, self.subject = folder, subject
        dm = folder.rows("dm", subject)[0]
        self.arm, self.start, self.age, self.site = (
            dm["ARMCD"], folder.milestone(subject, "RANDOMIZED"), int(dm["AGE"]), dm["SITEID"])  # fmt: skip
        scans = folder.rows("rs", subject, RSTESTCD="OVRLRESP", RSEVAL="INVESTIGATOR")
        self.scans = sorted((first_day(row["RSDTC"]), row["RSORRES"]) for row in scans)
        self.scans = [(day, verdict) for day, verdict in self.scans if day > self.start]
        self.adequate = [day for day, verdict in self.scans if verdict in ADEQUATE]
        self.surgery = next(iter(folder.days("pr", subject, "PRSTDTC", PRCAT="PROTOCOL SURGERY", PROCCUR="Y")), None)
        self.therapy = next(iter(folder.days("cm", subject, "CMSTDTC", CMCAT="SUBSEQUENT CANCER THERAPY")), None)
        stops = [(first_day(row["DSSTDTC"]), row["DSDECOD"]) for row in folder.rows("ds", subject)
                 if row["DSDECOD"] in ("LOST TO FOLLOW-UP", "WITHDRAWAL BY SUBJECT")
                 and row["DSSCOPE"] in ("FOLLOW-UP", "DATA")]  # fmt: skip
        self.stop, self.stop_reason = min(stops, default=(None, None))
        self.alive = self.last_known_alive()
        self.death = self.day_of_death(dm["DTHDTC"])

    def last_known_alive(self):
        """Latest contact; a visit planned and not made is none, and the cause of a death is learnt after it."""
        days = self.folder.days("ss", self.subject, "SSDTC", SSORRES="ALIVE")
        days += self.folder.days("ds", self.subject, "DSSTDTC", DSDECOD="LOST TO FOLLOW-UP", DSSCOPE="FOLLOW-UP")
        for table, column in CONTACTS.items():
            days += [first_day(row[column]) for row in self.folder.rows(table, self.subject) if row[column]
                     and "NOT DONE" not in row.values() and row.get("PROCCUR") != "N"
                     and row.get("FATESTCD") != "DTHCAUSE"]  # fmt: skip
        return max(days)

    def day_of_death(self, text):
        if not text:
            return None
        day = first_day(text) if complete(text) else max(first_day(text), self.alive + timedelta(days=1))
        return day if day <= self.folder.cutoff else None

    def progression(self):
        return next((day for day, verdict in self.scans if verdict == "PD"), None)

    def missed_before(self, event):
        """Last adequate assessment before the event, and how many planned ones were missed between the two."""
        last = max((day for day in self.adequate if day < event), default=self.start)
        missed, slot, number = 0, later_by_months(self.start, 3), 3
        while slot + timedelta(days=14) < event:
            filled = any(abs((day - slot).days) <= 14 for day in self.adequate)
            missed += slot - timedelta(days=14) > last and not filled
            number += 3
            slot = later_by_months(self.start, number)
        return last, missed

    def censored(self, until, code):
        last = max((day for day in self.adequate if until is None or day <= until), default=None)
        # without any assessment the reason that ended observation says more than that there was none
        return (self.start, 4 if code == 1 else code) if last is None else (last, code)

    def progression_free(self, gaps, therapy):
        """Day and code (0 event) of the end of the time to progression or death."""
        event = min((day for day in (self.progression(), self.death) if day), default=None)
        ends = [(self.therapy, 2)] if therapy and self.therapy else []
        ends += [(self.stop, 5)] if self.stop else []
        end, code = min(ends, default=(None, 1))
        if event is None or (end is not None and end < event):
            return self.censored(end, code)
        last, missed = self.missed_before(event)
        return (last, 3) if gaps and missed >= 2 else (event, 0)

    def survival(self):
        if self.death:
            return self.death, 0
        if self.stop:
            return min(max(self.alive, self.start), self.stop), 5
        return (self.alive, 1) if self.alive >= self.start else (self.start, 4)

    def survival_to_the_letter(self):
        day, code = self.progression_free(gaps=False, therapy=False)
        if (day - self.start).days + 1 <= HORIZON:
            return day, code
        return self.start + timedelta(days=int(HORIZON) - 1), 1

    def resection(self):
        """Whether no visible tumour was left, None where it is not known."""
        if self.surgery is None:
            return None
        end = later_by_months(self.surgery, 2)
        known = [row["FASTRESC"] for row in self.folder.rows("fa", self.subject, FATESTCD="RESIDUAL")
                 if row["FASTRESC"] and self.surgery <= first_day(row["FADTC"]) <= end]  # fmt: skip
        return "GYN_R0" in known if known else None

    def origin(self):
        row = self.folder.answer(self.subject, "PRIMSITE")
        return row["FASTRESC"] if row else None

    def complications(self):
        """Grades within two months of the operation, None where she was not seen to their end and had none."""
        end = later_by_months(self.surgery, 2)
        rows = self.folder.rows("fa", self.subject, FATESTCD="CLAVIEN")
        grades = [row["FASTRESC"] for row in rows if self.surgery <= first_day(row["FADTC"]) <= end]
        seen = max(self.alive, self.death or self.alive)
        return grades if grades or seen >= end else None


@cache
def courses(path, cutoff):
    """Every allocated subject's course."""
    folder = Folder(path, cutoff)
    return [Course(folder, subject) for subject in folder.subjects if folder.milestone(subject, "RANDOMIZED")]


def times(data):
    """One row a subject and definition: key, subject, arm, start, ADT, AVAL, CNSR."""
    rows = []
    for course in courses(*data):
        ends = {"PFS": course.progression_free(gaps=True, therapy=True), "OS": course.survival(),
                "OS~record": course.survival_to_the_letter()}  # fmt: skip
        rows += [(key, course.subject, course.arm, course.start, day, (day - course.start).days + 1, code)
                 for key, (day, code) in ends.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["key", "subject", "arm", "start", "ADT", "AVAL", "CNSR"])


# estimates


def kaplan_meier(time, event):
    """Times, survival and log-log limits; the limits are not defined where nobody or everybody has had the event."""
    fit = KaplanMeierFitter().fit(time, event)
    t, s = fit.survival_function_.index.to_numpy(), fit.survival_function_.iloc[:, 0].to_numpy()
    limits = fit.confidence_interval_.to_numpy()
    limits[(s <= 0) | (s >= 1)] = np.nan
    return t, s, limits[:, 0], limits[:, 1]


def crossing(t, curve):
    """Where a falling curve reaches one half, the middle of a stretch flat on it; None if it never does."""
    below = np.flatnonzero(curve <= 0.5 + 1e-8)
    if not below.size:
        return None
    first = below[0]
    if curve[first] < 0.5 - 1e-8:
        return float(t[first])
    lower = np.flatnonzero(curve < 0.5 - 1e-8)
    if not lower.size and np.isnan(curve[-1]):
        return None
    return (t[first] + t[lower[0] if lower.size else -1]) / 2


def median(time, event):
    t, s, low, high = kaplan_meier(time, event)
    return crossing(t, s), crossing(t, low), crossing(t, high)


def milestone(time, event, at):
    t, s, low, high = kaplan_meier(time, event)
    if t[-1] < at and s[-1] > 0:
        return None, None, None
    k = np.flatnonzero(t <= at)[-1]
    return s[k], low[k], high[k]


def restricted_mean(time, event, tau=HORIZON):
    """Mean and its variance: areas right of each event time, weighted as Greenwood does."""
    t, s, *_ = kaplan_meier(time, event)
    edges = np.append(t[t < tau], tau)
    area = s[: edges.size - 1] * np.diff(edges)
    variance = 0.0
    for k, moment in enumerate(edges[:-1]):
        d, n = int(event[time == moment].sum()), int((time >= moment).sum())
        variance += area[k:].sum() ** 2 * d / (n * (n - d)) if 0 < d < n else 0.0
    return area.sum(), variance


def hazard_ratio(rows):
    """Efron's estimate where the score is zero, its limits and Wald p; a library's own stop rule stops at 1e-7."""
    model = PHReg(rows.AVAL, (rows.arm == ARMS[0]).to_numpy(float)[:, None], status=rows.CNSR == 0, ties="efron")
    beta = optimize.brentq(lambda b: model.score(np.array([b]))[0], -6, 6, xtol=1e-13)
    error = 1 / sqrt(-model.hessian(np.array([beta]))[0, 0])
    z = stats.norm.ppf(0.975)
    return (*np.exp([beta, beta - z * error, beta + z * error]), 2 * stats.norm.sf(abs(beta) / error))


def log_likelihood(rows, terms):
    """Largest Efron log-likelihood; a term that one arm or site decides alone only lets it rise to a bound."""
    model = PHReg(rows.AVAL, np.column_stack(terms), status=rows.CNSR == 0, ties="efron")
    start = np.zeros(len(terms))
    lowest = optimize.minimize(
        lambda beta: -model.loglike(beta), start, jac=lambda beta: -model.score(beta), options={"gtol": 1e-9}
    )
    return -lowest.fun


def subgroups(rows, site):
    """Hazard ratio in each primary site with ten events, and p of the likelihood-ratio test of the product terms."""
    rows = rows.assign(site=rows.subject.map(site)).dropna(subset=["site"])
    found = {}
    for level, part in rows.groupby("site"):
        enough = (part.CNSR == 0).sum() >= 10
        found[f"hr:primary_site={level}"] = hazard_ratio(part)[:3] if enough else (None, None, None)
    arm, levels = (rows.arm == ARMS[0]).to_numpy(float), sorted(rows.site.unique())[1:]
    sites = [(rows.site == level).to_numpy(float) for level in levels]
    without, within = [arm, *sites], [arm, *sites, *(arm * here for here in sites)]
    freedom = int(np.linalg.matrix_rank(np.column_stack(within))) - len(without)
    gain = log_likelihood(rows, within) - log_likelihood(rows, without)
    found["p_interaction:primary_site"] = stats.chi2.sf(2 * gain, freedom)
    return found


def described(rows):
    """Figures of one group: value, or value and limits."""
    time, event = rows.AVAL.to_numpy(), (rows.CNSR == 0).to_numpy()
    within = event & (time <= HORIZON)
    return {"n": len(rows), "n_events": int(event.sum()), "n_events_within_horizon": int(within.sum()),
            "median": median(time, event), "follow_up": median(time, ~event),
            "rate_12mo": milestone(time, event, 12 * MONTH),
            "rate_24mo": milestone(time, event, 24 * MONTH)}  # fmt: skip


def compared(rows):
    one, other = (rows[rows.arm == arm] for arm in ARMS)
    test = logrank_test(one.AVAL, other.AVAL, one.CNSR == 0, other.CNSR == 0)
    hr, low, high, p = hazard_ratio(rows)
    found = {"p_logrank": test.p_value, "chisq_logrank": test.test_statistic, "hr": (hr, low, high), "p_cox": p}
    means, z = {}, stats.norm.ppf(0.975)
    for arm, part in zip(ARMS, (one, other), strict=True):
        found[f"rmst@{arm}"] = (None,) * 3
        if known_until(part, HORIZON):
            mean, variance = means[arm] = restricted_mean(part.AVAL.to_numpy(), (part.CNSR == 0).to_numpy())
            found[f"rmst@{arm}"] = (mean, mean - z * sqrt(variance), mean + z * sqrt(variance))
    if len(means) < len(ARMS):
        return found | {"rmst_difference": (None,) * 3, "rmst_ratio": (None,) * 3}
    (m1, v1), (m2, v2) = means[ARMS[0]], means[ARMS[1]]
    gap, spread = m1 - m2, z * sqrt(v1 + v2)
    found["rmst_difference"] = (gap, gap - spread, gap + spread)
    ratio, factor = m1 / m2, np.exp(z * sqrt(v1 / m1**2 + v2 / m2**2))
    return found | {"rmst_ratio": (ratio, ratio / factor, ratio * factor)}


def known_until(rows, day):
    """Whether the curve is known up to a day: somebody was watched beyond it, or everybody has had the event."""
    t, s, *_ = kaplan_meier(rows.AVAL, rows.CNSR == 0)
    return t[-1] >= day or s[-1] <= 0


def share(successes, n):
    low = stats.beta.ppf(0.025, successes, n - successes + 1) if successes else 0.0
    high = stats.beta.ppf(0.975, successes + 1, n - successes) if successes < n else 1.0
    return successes / n, low, high


def figures(data):
    """Every aggregate by the id it has in results.json."""
    everyone, found = times(data), {}
    for key, rows in everyone.groupby("key"):
        for arm in (None, *ARMS):
            part = rows if arm is None else rows[rows.arm == arm]
            found |= {f"{key}/{name}" + (f"@{arm}" if arm else ""): figure for name, figure in described(part).items()}
        found |= {f"{key}/{name}": figure for name, figure in compared(rows).items()}
    site = {course.subject: course.origin() for course in courses(*data)}
    found |= {f"PFS/{name}": figure for name, figure in subgroups(everyone[everyone.key == "PFS"], site).items()}
    arm = [course for course in courses(*data) if course.arm == "SCS"]
    cleared = sum(course.resection() is True for course in arm)
    return found | {"R0/rate": share(cleared, len(arm)),
                    "R0~operated/rate": share(cleared, sum(course.surgery is not None for course in arm))}  # fmt: skip
