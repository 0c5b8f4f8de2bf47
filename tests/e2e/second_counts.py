"""The counts of the report of nct07295132 a second time: who came, who left and why, who they were, what went wrong."""

from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from tests.e2e.second_program import ARMS, MONTH, complete, courses, first_day

WEIGHTS = {"I": 300, "II": 1750, "IIIA": 2750, "IIIB": 4550, "IVA": 7200, "IVB": 8550}
GRADES = (*WEIGHTS, "V")


def platinum_free(course):
    """Days from the last platinum to the recurrence, None where a date is missing or not complete."""
    ended = [row["CMENDTC"] for row in course.folder.rows("cm", course.subject, CMCLAS="PLATINUM")
             if row["CMCAT"] == "PRIOR CANCER THERAPY"]  # fmt: skip
    came = [row["MHSTDTC"] for row in course.folder.rows("mh", course.subject, MHCAT="RECURRENCE")]
    if not ended or not came or not all(map(complete, ended + came)):
        return None
    return (first_day(max(came)) - first_day(max(ended))).days


def first_marker(course):
    """Last CA-125 on or before the first day of chemotherapy; a value below the limit counts at it."""
    day1 = course.folder.days("ex", course.subject, "EXSTDTC", EXCAT="NEOADJUVANT")[0]
    known = [row for row in course.folder.rows("lb", course.subject, LBTESTCD="CA125")
             if row["LBORRES"] and first_day(row["LBDTC"]) <= day1]  # fmt: skip
    return float(max(known, key=lambda row: row["LBDTC"])["LBORRES"].strip("<> ")) if known else None


def baseline(data):
    """One row an allocated subject: arm, site, age, place of origin, months without platinum, first CA-125."""
    columns = ["arm", "site", "age", "origin", "free", "marker"]
    rows = [(c.arm, c.site, c.age, c.origin(), platinum_free(c), first_marker(c)) for c in courses(*data)]
    return pd.DataFrame(rows, columns=columns).assign(free=lambda frame: frame.free / MONTH)


def leavers(folder, before, after):
    """Reasons, and their counts, of those who reached one step and not the next."""
    came = [subject for subject in folder.subjects if before is None or folder.milestone(subject, before)]
    left = [subject for subject in came if not folder.milestone(subject, after)]
    reasons = [row["DSTERM"] for subject in left for row in folder.rows("ds", subject, DSDECOD="SCREEN FAILURE")]
    return len(left), pd.Series(reasons, dtype=str).value_counts().to_dict()


def flow(data):
    """Counts of the way into the trial, and of each arm after it."""
    folder = courses(*data)[0].folder
    refused, why_refused = leavers(folder, None, "ENTERED INTO TRIAL")
    dropped, why_dropped = leavers(folder, "ENTERED INTO TRIAL", "RANDOMIZED")
    found = {"assessed": len(folder.subjects), "registered": len(folder.subjects) - refused, "refused": refused,
             "why_refused": why_refused, "dropped": dropped, "why_dropped": why_dropped}  # fmt: skip
    for arm in ARMS:
        part = [course for course in courses(*data) if course.arm == arm]
        cancelled = [folder.rows("pr", course.subject, PROCCUR="N") for course in part if course.surgery is None]
        found[arm] = {
            "allocated": len(part), "done": sum(course.surgery is not None for course in part),
            "cancelled": sum(bool(rows) for rows in cancelled), "silent": sum(not rows for rows in cancelled),
            "died": sum(course.death is not None for course in part),
            "lost": sum(course.stop_reason == "LOST TO FOLLOW-UP" for course in part),
            "withdrew": sum(course.stop_reason == "WITHDRAWAL BY SUBJECT" for course in part)}  # fmt: skip
    return found


def accrual(data):
    """Days of registration and of allocation."""
    folder = courses(*data)[0].folder
    steps = {"Registered": "ENTERED INTO TRIAL", "Allocated": "RANDOMIZED"}
    return {name: sorted(filter(None, (folder.milestone(subject, step) for subject in folder.subjects)))
            for name, step in steps.items()}  # fmt: skip


def marker_rows(data):
    """CA-125 results from a week before the first day of chemotherapy to 100 days after it: subject, day, text."""
    folder, values = courses(*data)[0].folder, []
    for subject in folder.subjects:
        for day1 in folder.days("ex", subject, "EXSTDTC", EXCAT="NEOADJUVANT")[:1]:
            values += [(subject, (first_day(row["LBDTC"]) - day1).days, row["LBORRES"])
                       for row in folder.rows("lb", subject, LBTESTCD="CA125") if row["LBORRES"]]  # fmt: skip
    return pd.DataFrame([row for row in values if -7 <= row[1] <= 100], columns=["subject", "day", "text"])


def marker_table(data):
    """By nearest multiple of the 21 days between samples: one value a subject, the one nearest to that day."""
    rows = marker_rows(data)
    rows["planned"] = (rows.day / 21).round().astype(int) * 21
    rows["far"], rows["value"] = (rows.day - rows.planned).abs(), rows.text.str.strip("<> ").astype(float)
    nearest = rows.sort_values(["far", "day"]).drop_duplicates(["subject", "planned"])
    return nearest.groupby("planned").value.describe()


def complication_index(grades):
    if "V" in grades:
        return Decimal(100)
    root = Decimal(sum(WEIGHTS[grade] for grade in grades)).sqrt() / 2
    return min(root, Decimal(100)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def worst_grades(data):
    """By operated subject: her worst grade ("none", "unknown") and complication index (None where unknown)."""
    found = {}
    for course in courses(*data):
        if course.surgery is None:
            continue
        grades = course.complications()
        if grades is None or not all(grades):
            found[course.subject] = ("unknown", None)
        else:
            found[course.subject] = (max(grades, key=GRADES.index) if grades else "none", complication_index(grades))
    return found
