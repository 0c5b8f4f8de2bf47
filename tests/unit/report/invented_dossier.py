"""Dossiers of the invented study, of any size, made with numpy and written without the program's own estimators."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl

from tests.unit.report.invented_study import invented_study
from trialwright.model.dossier import Dossier, Provenance
from trialwright.model.finding import Finding, finding
from trialwright.model.frames import frames_from_text
from trialwright.model.result import Derived, Result
from trialwright.model.silence import Silence

START = date(2025, 12, 15)
CUTOFF = date(2029, 11, 14)
SITES = ("Seoul-01", "서울아산-02", "Busan-03", "Daegu-04", "Incheon-05", "Gwangju-06")
MONTH_DAYS = 30.4375
ARMS = ("OP", "DRUG")


class Subjects:
    """Columns of invented subjects, registered and allocated."""

    def __init__(self, allocated: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.registered = registered = int(allocated * 1.25)
        self.screened = screened = int(allocated * 1.4)
        self.ids = np.array([f"TW-{i:06d}" for i in range(screened)])
        self.consent = np.sort(rng.integers(0, 640, screened))
        self.is_registered = np.arange(screened) % 14 < 12.5 * registered / screened
        self.is_registered[:] = False
        self.is_registered[rng.permutation(screened)[:registered]] = True
        self.is_allocated = np.zeros(screened, bool)
        self.is_allocated[rng.permutation(np.flatnonzero(self.is_registered))[:allocated]] = True
        self.allocated_at = self.consent + rng.integers(65, 95, screened)
        self.arm = rng.permutation(np.arange(screened) % 2)
        self.operated_at = self.allocated_at + rng.integers(10, 40, screened)
        self.is_operated = self.is_allocated & (self.arm == 0) & (rng.random(screened) < 0.93)
        median_days = np.where(self.arm == 0, 17, 12) * MONTH_DAYS
        progression = rng.exponential(median_days / np.log(2))
        death = progression + rng.exponential(22 * MONTH_DAYS / np.log(2), screened)
        follow_up = np.minimum((CUTOFF - START).days - self.allocated_at, rng.exponential(40 * 365, screened)).clip(1)
        self.pfs_event = progression <= follow_up
        self.pfs_days = np.ceil(np.minimum(progression, follow_up)).astype(int) + 1
        self.os_event = death <= follow_up
        self.os_days = np.ceil(np.minimum(death, follow_up)).astype(int) + 1
        self.grade = rng.choice(
            ["0", "I", "II", "IIIA", "IIIB", "IVA", "V"], screened, p=[0.5, 0.2, 0.15, 0.08, 0.04, 0.02, 0.01]
        )
        self.age = rng.integers(38, 82, screened)
        self.residual = rng.choice(["GYN_R0", "GYN_R1", "GYN_R2"], screened, p=[0.75, 0.15, 0.10])
        self.rng = rng

    def days(self, offsets: np.ndarray) -> list[str]:
        return [(START + timedelta(days=int(day))).isoformat() for day in offsets]


def _text(rows: Mapping[str, object]) -> pl.DataFrame:
    return pl.DataFrame({name: np.asarray(cells).astype(str) for name, cells in rows.items()})


def _sequenced(frames: list[pl.DataFrame], domain: str) -> pl.DataFrame:
    joined = pl.concat(frames, how="diagonal")
    return joined.with_columns(pl.int_range(1, pl.len() + 1).over("USUBJID").cast(pl.String).alias(f"{domain}SEQ"))


def tables(s: Subjects) -> dict[str, pl.DataFrame]:
    reg, allo, op = s.is_registered, s.is_allocated, s.is_operated
    out_early, out_late = ~reg, reg & ~allo
    ids = s.ids
    dm = _text({
        "USUBJID": ids, "SITEID": np.array(SITES)[np.arange(len(ids)) % len(SITES)], "RFICDTC": s.days(s.consent),
        "AGE": s.age, "AGEU": ["YEARS"] * len(ids), "SEX": ["F"] * len(ids),
    }).with_columns(
        ARMCD=pl.Series([ARMS[a] if on else None for a, on in zip(s.arm, allo, strict=True)], dtype=pl.String),
        ACTARMCD=pl.Series([ARMS[a] if on else None for a, on in zip(s.arm, allo, strict=True)], dtype=pl.String),
    )  # fmt: skip
    milestone = {"DSCAT": "PROTOCOL MILESTONE"}
    ended = {"DSCAT": "DISPOSITION EVENT"}

    def ds(mask: np.ndarray, decod: str, offsets: np.ndarray, **more: str) -> pl.DataFrame:
        cells = {"USUBJID": ids[mask], "DSSTDTC": s.days(offsets[mask]), "DSDECOD": [decod] * int(mask.sum())}
        return _text(cells).with_columns(**{name: pl.lit(text) for name, text in more.items()})

    lost = allo & ~s.pfs_event & (np.arange(len(ids)) % 9 == 0)
    some = np.arange(len(ids)) % 3 == 0
    disposition = [
        ds(reg, "ENTERED INTO TRIAL", s.consent + 1, **milestone),
        ds(allo, "RANDOMIZED", s.allocated_at, **milestone),
        ds(out_early & some, "WITHDRAWAL BY SUBJECT", s.consent + 2, **ended),
        ds(out_early & ~some, "SCREEN FAILURE", s.consent + 2, DSTERM="Another histological type", **ended),
        ds(
            out_late & some,
            "SCREEN FAILURE",
            s.allocated_at,
            DSTERM="Tumour not removable in the surgeon's judgement",
            **ended,
        ),
        ds(out_late & ~some, "SCREEN FAILURE", s.allocated_at, DSTERM="No response to induction", **ended),
        ds(lost, "LOST TO FOLLOW-UP", s.allocated_at + s.pfs_days, DSSCOPE="FOLLOW-UP", **ended),
    ]
    fa = [
        _text({"USUBJID": ids[reg], "FATESTCD": ["HISTOL"] * reg.sum(), "FASTRESC": ["ADENO"] * reg.sum(), "FADTC": s.days(s.consent[reg] + 1)}),
        _text({"USUBJID": ids[reg], "FATESTCD": ["TUMNUM"] * reg.sum(), "FAORRES": 1 + s.age[reg] % 5, "FAORRESU": ["1"] * reg.sum(), "FADTC": s.days(s.consent[reg] + 1)}),
        _text({"USUBJID": ids[op], "FATESTCD": ["RESIDUAL"] * op.sum(), "FASTRESC": s.residual[op], "FADTC": s.days(s.operated_at[op]), "FALNKID": ["PR.1"] * op.sum()}),
    ]  # fmt: skip
    not_done = allo & (s.arm == 0) & ~op
    pr = [
        _text({"USUBJID": ids[op], "PRCAT": ["PROTOCOL SURGERY"] * op.sum(), "PROCCUR": ["Y"] * op.sum(), "PRSTDTC": s.days(s.operated_at[op])}),
        _text({"USUBJID": ids[not_done], "PRCAT": ["PROTOCOL SURGERY"] * not_done.sum(), "PROCCUR": ["N"] * not_done.sum(), "PRREASND": ["SUBJECT DECLINED"] * not_done.sum(), "PRSTDTC": s.days(s.operated_at[not_done])}),
    ]  # fmt: skip
    ex = _text({"USUBJID": ids[reg], "EXTRT": ["DOUBLET"] * reg.sum(), "EXCAT": ["NEOADJUVANT"] * reg.sum(), "EXSTDTC": s.days(s.consent[reg] + 5), "EXSEQ": ["1"] * reg.sum()})  # fmt: skip
    k, peak = s.rng.lognormal(np.log(0.05), 0.4, len(ids)), s.rng.lognormal(np.log(500), 1.0, len(ids))
    lb = []
    for cycle in range(4):
        offset = 21 * cycle + s.rng.integers(-2, 3, len(ids)) * (cycle > 0)
        value = peak * np.exp(-k * offset) * s.rng.lognormal(0, 0.2, len(ids)) + 4
        shown = np.where(value < 5, "<5", np.round(value, 0).astype(int).astype(str))
        lb.append(_text({"USUBJID": ids[reg], "LBTESTCD": ["CA125"] * reg.sum(), "LBORRES": shown[reg], "LBORRESU": ["U/mL"] * reg.sum(), "LBORNRHI": ["35"] * reg.sum(), "LBDTC": s.days((s.consent + 5 + offset)[reg])}))  # fmt: skip
    mh = _text(
        {
            "USUBJID": ids[reg],
            "MHSEQ": ["1"] * reg.sum(),
            "MHCAT": ["RECURRENCE"] * reg.sum(),
            "MHSTDTC": s.days(s.consent[reg] - 20),
        }
    )
    cm = _text({"USUBJID": ids[reg], "CMSEQ": ["1"] * reg.sum(), "CMCAT": ["PRIOR CANCER THERAPY"] * reg.sum(), "CMENDTC": s.days(s.consent[reg] - 20 - s.rng.integers(190, 900, len(ids))[reg])})  # fmt: skip
    return {
        "DM": dm, "DS": _sequenced(disposition, "DS"), "FA": _sequenced(fa, "FA"), "PR": _sequenced(pr, "PR"),
        "EX": ex, "LB": _sequenced(lb, "LB"), "MH": mh, "CM": cm,
    }  # fmt: skip


def kaplan_meier(level: str, days: np.ndarray, event: np.ndarray) -> pl.DataFrame:
    """Textbook product-limit estimate with log-log limits, one row a distinct time."""
    times = np.unique(days)
    d = np.bincount(np.searchsorted(times, days[event]), minlength=times.size)
    c = np.bincount(np.searchsorted(times, days[~event]), minlength=times.size)
    n = days.size - np.concatenate([[0], np.cumsum(d + c)[:-1]])
    surv = np.cumprod(1 - d / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(d / (n * (n - d)))
        half = 1.959964 * np.sqrt(variance) / np.abs(np.log(surv))
        lower, upper = surv ** np.exp(half), surv ** np.exp(-half)
        se = surv * np.sqrt(variance)
    frame = pl.DataFrame({"level": [level] * times.size, "time": times.astype(float), "n_risk": n, "n_event": d, "n_censor": c, "surv": surv, "se": se, "lower": lower, "upper": upper})  # fmt: skip
    return frame.with_columns(pl.col("lower", "upper", "se").fill_nan(None))


def at_risk(level: str, days: np.ndarray, ticks: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame({"level": [level] * ticks.size, "time": ticks, "n_risk": [(days >= t).sum() for t in ticks]})


def curves(s: Subjects, *, by_arm: bool) -> dict[str, pl.DataFrame]:
    made: dict[str, pl.DataFrame] = {}
    for name, days, event in (("pfs", s.pfs_days, s.pfs_event), ("os", s.os_days, s.os_event)):
        ticks = np.arange(0, days[s.is_allocated].max() / MONTH_DAYS + 0.001, 3) * MONTH_DAYS
        groups = (
            [(arm, s.is_allocated & (s.arm == i)) for i, arm in enumerate(ARMS)]
            if by_arm
            else [("ALL", s.is_allocated)]
        )
        made[f"km-{name}"] = pl.concat([kaplan_meier(level, days[mask], event[mask]) for level, mask in groups])
        made[f"risk-{name}"] = pl.concat([at_risk(level, days[mask], ticks) for level, mask in groups])
    if by_arm:
        made["forest-pfs"] = pl.DataFrame(
            [
                ("all", "all", 160, 97, 0.71, 0.47, 1.06, None, "estimated"),
                ("histology", "ADENO", 92, 55, 0.66, 0.39, 1.12, 0.62, "estimated"),
                ("histology", "OTHER", 68, 42, 0.80, 0.43, 1.47, 0.62, "estimated"),
                ("site", "서울아산-02", 27, 16, 0.55, 0.19, 1.58, 0.81, "estimated"),
                ("site", "Gwangju-06", 26, 8, None, None, None, 0.81, "not estimable"),
            ],
            schema=["factor", "level", "n", "events", "hr", "lower", "upper", "p_interaction", "status"],
            orient="row",
        )
    return made


def _tte(s: Subjects, paramcd: str, definition: str, days: np.ndarray, event: np.ndarray) -> pl.DataFrame:
    keep = s.is_allocated
    return pl.DataFrame({
        "USUBJID": s.ids[keep], "PARAMCD": [paramcd] * keep.sum(), "DEFID": [definition] * keep.sum(),
        "AVAL": days[keep], "CNSR": np.where(event[keep], 0, 1),
        "EVNTDESC": np.where(event[keep], "Progression" if definition != "corrected" else "Death", "Censored: cutoff"),
        "ANL01FL": ["Y"] * keep.sum(), "RULEID": [f"{paramcd}.rule"] * keep.sum(),
        "SRCDOM": ["RS"] * keep.sum(), "SRCSEQ": [1] * keep.sum(),
    })  # fmt: skip


def derived(s: Subjects, *, by_arm: bool) -> Derived:
    allo, op = s.is_allocated, s.is_operated
    adsl = pl.DataFrame({
        "USUBJID": s.ids,
        "RANDDT": [START + timedelta(days=int(d)) if on else None for d, on in zip(s.allocated_at, allo, strict=True)],
        "REGISTRATIONDT": [START + timedelta(days=int(d) + 1) if on else None for d, on in zip(s.consent, s.is_registered, strict=True)],
    })  # fmt: skip
    if by_arm:
        adsl = adsl.with_columns(ARMCD=pl.Series([ARMS[a] if on else None for a, on in zip(s.arm, allo, strict=True)]))
    adtte = pl.concat([
        _tte(s, "PFS", "used", s.pfs_days, s.pfs_event),
        _tte(s, "OS", "corrected", s.os_days, s.os_event),
        _tte(s, "OS", "record", s.pfs_days, s.pfs_event),
    ])  # fmt: skip
    grades = pl.DataFrame({
        "USUBJID": s.ids[op], "PARAMCD": ["COMPL"] * op.sum(), "DEFID": ["used"] * op.sum(), "AVALC": s.grade[op],
        "AVAL": [0] * op.sum(), "N": (s.grade[op] != "0").astype(int), "CCI": np.where(s.grade[op] == "0", 0.0, 20.9),
        "SRCDOM": ["FA"] * op.sum(), "SRCSEQ": [1] * op.sum(), "RULEID": ["COMPL.worst"] * op.sum(),
    })  # fmt: skip
    empty = pl.DataFrame(
        {"USUBJID": [], "PARAMCD": [], "DEFID": [], "AVALC": [], "REASON": [], "SRCDOM": [], "SRCSEQ": []}
    )
    sources = pl.DataFrame({"USUBJID": [], "PARAMCD": [], "DEFID": [], "ROLE": [], "ROW": []})
    return Derived(adsl, pl.DataFrame(), adtte, empty, grades, sources, ())


def results(s: Subjects, *, by_arm: bool) -> tuple[Result, ...]:
    allo = s.is_allocated
    made: list[Result] = []
    endings = (("PFS", "used", s.pfs_days, s.pfs_event), ("OS", "corrected", s.os_days, s.os_event), ("OS~record", "record", s.pfs_days, s.pfs_event))  # fmt: skip
    for stem, definition, days, event in endings:
        n, events = int(allo.sum()), int(event[allo].sum())
        shared = {
            "endpoint": stem[:3].rstrip("~"),
            "definition": definition,
            "set": "randomised",
            "n": n,
            "events": events,
        }

        def add(figure: str, value: float | None, low: float | None = None, high: float | None = None, *, unit: str = "1", method: str = "", level_of: str = "", status: str = "estimated", reason: str = "", stem: str = stem, shared: dict = shared) -> None:  # fmt: skip
            made.append(Result(f"{stem}/{figure}", value=value, low=low, high=high, level=0.95 if low or high else None, unit=unit, method=method, level_of=level_of, status=status, reason=reason, **shared))  # type: ignore[arg-type]  # fmt: skip

        if by_arm:
            add("hr", 0.7123, 0.4711, 1.0587, method="cox")
            add("p_logrank", 0.00004 if stem == "PFS" else 0.0499, method="logrank")
            add("p_zph", 0.34, method="zph")
            add("rmst_difference", 66.4, -8.1, 140.9, unit="d", method="rmst")
            add("rmst_ratio", 1.14, 0.98, 1.33, method="rmst")
        else:
            for figure in ("hr", "p_logrank", "p_zph", "rmst_difference", "rmst_ratio"):
                add(figure, None, status="withheld", reason="figures by arm need --by-arm")
        add("n_events", events, method="count")
        add("n_events_within_horizon", events - 3, method="count")
        for i, level in enumerate(ARMS if by_arm else ("ALL",)):
            mask = allo & (s.arm == i) if by_arm else allo
            at = f"@{level}" if by_arm else ""
            add(f"n_events{at}", int(event[mask].sum()), level_of=level if by_arm else "")
            add(f"median{at}", float(np.median(days[mask])), 280.0, None, unit="d", method="kaplan-meier")
            add(f"rate_12mo{at}", 0.52, 0.41, 0.62, method="kaplan-meier")
            add(f"rate_24mo{at}", 0.28, 0.18, 0.38, method="kaplan-meier")
            add(f"rmst{at}", 430.0, 380.2, 480.1, unit="d", method="rmst")
    op = s.is_operated
    for stem, n in (("R0", int((allo & (s.arm == 0)).sum())), ("R0~operated", int(op.sum()))):
        value = (op & (s.residual == "GYN_R0")).sum() / n
        status = (
            {"value": value, "low": value - 0.08, "high": value + 0.07, "level": 0.95}
            if by_arm
            else {"status": "withheld"}
        )
        made.append(Result(f"{stem}/rate", endpoint="R0", method="clopper-pearson", n=n if by_arm else None, unit="1", level_of="OP", **status))  # type: ignore[arg-type]  # fmt: skip
    return tuple({result.id: result for result in made}.values())


FINDINGS = (
    finding("G02", "ds.csv:14", "allocated on 2026-03-18, before the consent of 2026-03-20", subject="TW-000003", column="DSSTDTC"),
    finding("D03", "cm.csv:9", "2024-03 may lie before or after 2024-03-15", subject="TW-000009", column="CMENDTC"),
    finding("G03", "dm.csv:22", "allocated to OP, treated as DRUG", subject="TW-000020", column="ACTARMCD"),
)  # fmt: skip

SILENCES = (
    Silence("/arms/OP/ratio", "Which ratio and strata?", "", "1:1, no strata", "confirmation"),
    Silence("/endpoints/PFS/horizon/is", "Does follow-up end at 24 months?", "", "follow-up only; both event counts are printed", ""),
    *(
        Silence(f"/visits/v{i}/when/every", "every: 3 months", "the record names no interval between scans", "3 months", "")
        for i in range(24)
    ),
)  # fmt: skip


def invented_dossier(
    allocated: int = 160, *, by_arm: bool = True, seed: int = 7, origin: str = "simulated", state: str = "draft",
    findings: tuple[Finding, ...] = FINDINGS,
) -> Dossier:  # fmt: skip
    subjects = Subjects(allocated, seed)
    frames, problems = frames_from_text(tables(subjects), origin, cutoff=CUTOFF, study="invented-01")  # type: ignore[arg-type]
    assert not problems, problems[:3]
    return Dossier(
        study=invented_study(),
        state=state,
        study_sha256="5e" * 32,
        origin=origin,
        cutoff=CUTOFF,
        by_arm=by_arm,
        frames=frames,
        derived=derived(subjects, by_arm=by_arm),
        results=results(subjects, by_arm=by_arm),
        curves=curves(subjects, by_arm=by_arm),
        findings=findings,
        provenance=(
            Provenance("Kaplan-Meier", "log-log limits", "Kaplan and Meier, J Am Stat Assoc 1958;53:457, doi:10.1080/01621459.1958.10501452", "verified"),
            Provenance("KELIM", "not computed", "You et al., Clin Cancer Res 2020;26:4625", "unverified"),
            Provenance("Month", "30.4375 d", "a twelfth of the Julian year", "verified"),
        ),
        software={"trialwright": "0.1.0", "polars": pl.__version__, "numpy": np.__version__},
    )  # fmt: skip
