"""A dossier with lesions of a handful of subjects, every figure of which can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from tests.unit.report.invented_dossier import invented_dossier
from trialwright.model.dossier import Dossier
from trialwright.model.frames import typed
from trialwright.model.tables import TABLES

START = date(2026, 1, 1)
SERIES = "after"


def day(number: int) -> date:
    return START + timedelta(days=number)


def sums(subject: str, values: dict[int, int | None], base: dict[int, int] | None = None) -> pl.DataFrame:
    """Sums in tenths of a millimetre by day; the first is the baseline."""
    first = next(iter(values))
    start = values[first]
    bases = [(base or {}).get(number, start) for number in values]
    return pl.DataFrame(
        {
            "USUBJID": [subject] * len(values),
            "ASSESSID": [SERIES] * len(values),
            "PARAMCD": ["SDIAM"] * len(values),
            "TRLNKID": pl.Series([None] * len(values), dtype=pl.String),
            "ADT": [day(number) for number in values],
            "AVAL": pl.Series(list(values.values()), dtype=pl.Int64),
            "ABLFL": ["Y" if number == first else None for number in values],
            "BASE": pl.Series(bases, dtype=pl.Int64),
            "NADIR": pl.Series([start] * len(values), dtype=pl.Int64),
            "SRCDOM": ["TR"] * len(values),
            "SRCSEQ": list(range(1, len(values) + 1)),
        }
    )


def responses(subject: str, overall: dict[int, str], best: str, progression: int | None = None) -> pl.DataFrame:
    responded = next((number for number, code in overall.items() if code in ("CR", "PR")), None)
    rows = [("OVR", day(number), code) for number, code in overall.items()]
    rows += [("BOR", None, best), ("CBOR", None, "SD")]
    rows.append(("PD", None if progression is None else day(progression), "N" if progression is None else "Y"))
    rows.append(("RSP", None if responded is None else day(responded), "N" if responded is None else "Y"))
    return pl.DataFrame(
        [(subject, SERIES, *row) for row in rows],
        schema={
            "USUBJID": pl.String, "ASSESSID": pl.String, "PARAMCD": pl.String, "ADT": pl.Date, "AVALC": pl.String,
        },
        orient="row",
    )  # fmt: skip


def table(domain: str, rows: list[dict[str, str]]) -> pl.DataFrame:
    text = pl.DataFrame([{"STUDYID": "invented-01", **row} for row in rows], infer_schema_length=None)
    return typed(TABLES[domain], text, f"{domain.lower()}.csv")[0]


def subjects_table(lanes: dict[str, tuple[int, int, bool]]) -> pl.DataFrame:
    """Registration, last day and whether the subject died."""
    return pl.DataFrame(
        [
            (who, day(start), day(end) if dead else None, day(end), "DISCONTINUED" if dead else "ONGOING", day(end))
            for who, (start, end, dead) in lanes.items()
        ],
        schema={
            "USUBJID": pl.String, "REGISTRATIONDT": pl.Date, "DTHDT": pl.Date, "LSTALVDT": pl.Date,
            "EOSSTT": pl.String, "EOSDT": pl.Date,
        },
        orient="row",
    )  # fmt: skip


def lesion_dossier(*, by_arm: bool = True) -> Dossier:
    """Five subjects.

    P1 falls from 100 to 60 mm and grows to 90 (progression on day 120), and falls again, which no longer counts.
    P2 rises to 250% of its baseline with a new lesion. P3 falls to 0 after a new baseline only. P4 has a sum that is
    not complete. P5 falls by half after a new therapy only.
    """
    frames_of = invented_dossier(20, by_arm=by_arm)
    lesions = pl.concat(
        [
            sums("P1", {0: 1000, 60: 600, 120: 900, 180: 300}),
            sums("P2", {0: 400, 60: 1000}),
            sums("P3", {0: 500, 60: 450, 120: 0}, {120: 200}),
            sums("P4", {0: 300, 60: None}),
            sums("P5", {0: 200, 60: 190, 120: 100}),
        ]
    )
    adrs = pl.concat(
        [
            responses("P1", {60: "PR", 120: "PD", 180: "PR"}, "PR", 120),
            responses("P2", {60: "PD"}, "PD", 60),
            responses("P3", {60: "SD", 120: "CR"}, "SD"),
            responses("P4", {60: "NE"}, "NE"),
            responses("P5", {60: "SD", 120: "PR"}, "SD"),
        ]
    )
    lesion = {"TUMETHOD": "CT SCAN", "TUEVAL": "INVESTIGATOR"}
    tu = [
        {"USUBJID": "P1", "TUSEQ": "1", "TULNKID": "T1", "TUORRES": "TARGET", "TULOC": "LIVER", "TUDTC": "2026-01-01"},
        {"USUBJID": "P1", "TUSEQ": "2", "TULNKID": "NT1", "TUORRES": "NON-TARGET", "TULOC": "LUNG",
         "TUDTC": "2026-01-01"},
        {"USUBJID": "P1", "TUSEQ": "3", "TULNKID": "N1", "TUORRES": "NEW", "TULOC": "BONE", "TUDTC": "2026-06-30"},
        {"USUBJID": "P2", "TUSEQ": "1", "TULNKID": "N1", "TUORRES": "NEW", "TULOC": "BONE", "TUDTC": "2026-03-02"},
    ]  # fmt: skip
    looks = [
        ("T1", "LDIAM", "100", day(0), "MEASURED"), ("NT1", "TUMSTATE", "PRESENT", day(0), ""),
        ("T1", "LDIAM", "60", day(60), "MEASURED"), ("NT1", "TUMSTATE", "ABSENT", day(60), ""),
        ("T1", "LDIAM", "90", day(120), "MEASURED"), ("T1", "LDIAM", "", day(180), "NOT EVALUABLE"),
        ("T1", "LDIAM", "11", day(300), "MEASURED"),
    ]  # fmt: skip
    tr = [
        {
            "USUBJID": "P1", "TRSEQ": str(number), "TRLNKID": name, "TRTESTCD": test, "TRORRES": text,
            "TRORRESU": "mm" if test == "LDIAM" else "", "TRDTC": when.isoformat(), "TREVAL": "INVESTIGATOR",
            "TRORIG": arose,
        }
        for number, (name, test, text, when, arose) in enumerate(looks, 1)
    ]  # fmt: skip
    tr = [{key: cell or None for key, cell in row.items()} for row in tr]  # type: ignore[misc]
    cm = [{"USUBJID": "P5", "CMSEQ": "1", "CMCAT": "SUBSEQUENT CANCER THERAPY", "CMSTDTC": "2026-03-20"}]
    pr = [{"USUBJID": "P3", "PRSEQ": "1", "PRCAT": "PROTOCOL SURGERY", "PROCCUR": "Y", "PRSTDTC": "2026-04-01"}]
    frames = frames_of.frames
    for domain, rows in (("TU", [{**row, **lesion} for row in tu]), ("TR", tr), ("CM", cm), ("PR", pr)):
        frames = frames.replace(domain, table(domain, rows))
    lanes = {"P1": (-10, 400, True), "P2": (0, 90, True), "P3": (0, 365, False), "P4": (0, 70, False)}
    derived = replace(frames_of.derived, adsl=subjects_table(lanes), adrs=adrs)
    return replace(frames_of, frames=frames, derived=derived, lesions=lesions, by_arm=by_arm)
