"""Dossiers of the invented study, of any size, made with numpy and written without the program's own estimators."""

from __future__ import annotations

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
            ["NONE", "I", "II", "IIIA", "IIIB", "IVA", "V"], screened, p=[0.5, 0.2, 0.15, 0.08, 0.04, 0.02, 0.01]
        )
        self.age = rng.integers(38, 82, screened)
        self.residual = rng.choice(["GYN_R0", "GYN_R1", "GYN_R2"], screened, p=[0.75, 0.15, 0.10])
        self.rng = rng

    def days(self, offsets: np.ndarray) -> list[str]:
        return [(START + timedelta(days=int(day))).isoformat() for day in offsets]


def _text(**columns: object) -> pl.DataFrame:
    """A text table; a single word stands in every row."""
    height = len(columns["USUBJID"])  # type: ignore[arg-type]
    return pl.DataFrame(
        {name: np.broadcast_to(np.asarray(cells), height).astype(str) for name, cells in columns.items()}
    )


def _sequenced(frames: list[pl.DataFrame], domain: str) -> pl.DataFrame:
    joined = pl.concat(frames, how="diagonal")
    return joined.with_columns(pl.int_range(1, pl.len() + 1).over("USUBJID").cast(pl.String).alias(f"{domain}SEQ"))


def tables(s: Subjects) -> dict[str, pl.DataFrame]:
    reg, allo, op = s.is_registered, s.is_allocated, s.is_operated
    out_early, out_late = ~reg, reg & ~allo
    ids = s.ids
    arms = pl.Series([ARMS[a] if on else None for a, on in zip(s.arm, allo, strict=True)], dtype=pl.String)
    sites = np.array(SITES)[np.arange(len(ids)) % len(SITES)]
    dm = _text(USUBJID=ids, SITEID=sites, RFICDTC=s.days(s.consent), AGE=s.age, AGEU="YEARS", SEX="F")
    dm = dm.with_columns(ARMCD=arms, ACTARMCD=arms)
    milestone = {"DSCAT": "PROTOCOL MILESTONE"}
    ended = {"DSCAT": "DISPOSITION EVENT"}

    def ds(mask: np.ndarray, decod: str, offsets: np.ndarray, **more: str) -> pl.DataFrame:
        return _text(USUBJID=ids[mask], DSSTDTC=s.days(offsets[mask]), DSDECOD=decod).with_columns(
            **{name: pl.lit(text) for name, text in more.items()}
        )

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
    day1, operated = s.days(s.consent[reg] + 1), s.days(s.operated_at[op])
    fa = [
        _text(USUBJID=ids[reg], FATESTCD="HISTOL", FASTRESC="ADENO", FADTC=day1),
        _text(USUBJID=ids[reg], FATESTCD="TUMNUM", FAORRES=1 + s.age[reg] % 5, FAORRESU="1", FADTC=day1),
        _text(USUBJID=ids[op], FATESTCD="RESIDUAL", FASTRESC=s.residual[op], FADTC=operated, FALNKID="PR.1"),
    ]
    not_done = allo & (s.arm == 0) & ~op
    off, declined = ids[not_done], s.days(s.operated_at[not_done])
    pr = [
        _text(USUBJID=ids[op], PRCAT="PROTOCOL SURGERY", PROCCUR="Y", PRSTDTC=operated),
        _text(USUBJID=off, PRCAT="PROTOCOL SURGERY", PROCCUR="N", PRREASND="SUBJECT DECLINED", PRSTDTC=declined),
    ]
    ex = _text(USUBJID=ids[reg], EXTRT="DOUBLET", EXCAT="NEOADJUVANT", EXSTDTC=s.days(s.consent[reg] + 5), EXSEQ="1")
    recurred = s.consent[reg] - 20
    mh = _text(USUBJID=ids[reg], MHSEQ="1", MHCAT="RECURRENCE", MHSTDTC=s.days(recurred))
    ended_at = s.days(recurred - s.rng.integers(190, 900, recurred.size))
    cm = _text(USUBJID=ids[reg], CMSEQ="1", CMCAT="PRIOR CANCER THERAPY", CMENDTC=ended_at)
    lb = _samples(s)
    return {
        "DM": dm,
        "DS": _sequenced(disposition, "DS"),
        "FA": _sequenced(fa, "FA"),
        "PR": _sequenced(pr, "PR"),
        "EX": ex,
        "LB": _sequenced(lb, "LB"),
        "MH": mh,
        "CM": cm,
    }


def _samples(s: Subjects) -> list[pl.DataFrame]:
    """CA-125 before each of four cycles; what falls below 5 is written as the laboratory's limit."""
    size, reg = len(s.ids), s.is_registered
    rate, peak = s.rng.lognormal(np.log(0.05), 0.4, size), s.rng.lognormal(np.log(500), 1.0, size)
    samples = []
    for cycle in range(4):
        offset = 21 * cycle + s.rng.integers(-2, 3, size) * (cycle > 0)
        value = peak * np.exp(-rate * offset) * s.rng.lognormal(0, 0.2, size) + 4
        shown = np.where(value < 5, "<5", np.round(value).astype(int).astype(str))[reg]
        days = s.days((s.consent + 5 + offset)[reg])
        samples.append(
            _text(USUBJID=s.ids[reg], LBTESTCD="CA125", LBORRES=shown, LBORRESU="U/mL", LBORNRHI="35", LBDTC=days)
        )
    return samples


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
    frame = pl.DataFrame(
        {"time": times.astype(float), "n_risk": n, "n_event": d, "n_censor": c, "surv": surv, "se": se}
    ).with_columns(level=pl.lit(level), lower=lower, upper=upper)
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
    return pl.DataFrame(
        {
            "USUBJID": s.ids[keep],
            "PARAMCD": [paramcd] * keep.sum(),
            "DEFID": [definition] * keep.sum(),
            "AVAL": days[keep],
            "CNSR": np.where(event[keep], 0, 1),
            "EVNTDESC": np.where(
                event[keep], "Progression" if definition != "corrected" else "Death", "Censored: cutoff"
            ),
            "ANL01FL": ["Y"] * keep.sum(),
            "RULEID": [f"{paramcd}.rule"] * keep.sum(),
            "SRCDOM": ["RS"] * keep.sum(),
            "SRCSEQ": [1] * keep.sum(),
        }
    )


def derived(s: Subjects, *, by_arm: bool) -> Derived:
    allo, op = s.is_allocated, s.is_operated
    adsl = pl.DataFrame(
        {
            "USUBJID": s.ids,
            "RANDDT": [
                START + timedelta(days=int(d)) if on else None for d, on in zip(s.allocated_at, allo, strict=True)
            ],
        }
    )
    if by_arm:
        adsl = adsl.with_columns(ARMCD=pl.Series([ARMS[a] if on else None for a, on in zip(s.arm, allo, strict=True)]))
    adtte = pl.concat(
        [
            _tte(s, "PFS", "used", s.pfs_days, s.pfs_event),
            _tte(s, "OS", "corrected", s.os_days, s.os_event),
            _tte(s, "OS", "record", s.pfs_days, s.pfs_event),
        ]
    )
    grades = pl.DataFrame(
        {
            "USUBJID": s.ids[op],
            "PARAMCD": ["COMPL"] * op.sum(),
            "DEFID": ["used"] * op.sum(),
            "AVALC": s.grade[op],
            "AVAL": [0] * op.sum(),
            "N": (s.grade[op] != "NONE").astype(int),
            "CCI": np.where(s.grade[op] == "NONE", 0.0, 20.9),
            "SRCDOM": ["FA"] * op.sum(),
            "SRCSEQ": [1] * op.sum(),
            "RULEID": ["COMPL.worst"] * op.sum(),
        }
    )
    adbin = pl.concat([_answers(s, "record", allo & (s.arm == 0)), _answers(s, "operated", op)])
    sources = pl.DataFrame({"USUBJID": [], "PARAMCD": [], "DEFID": [], "ROLE": [], "ROW": []})
    return Derived(adsl, pl.DataFrame(), adtte, adbin if by_arm else adbin.clear(), grades, sources, ())


def _answers(s: Subjects, definition: str, keep: np.ndarray) -> pl.DataFrame:
    """Whether nothing was left; of a subject who was not operated on it is not known and counts as a failure."""
    is_r0 = (s.is_operated & (s.residual == "GYN_R0"))[keep]
    return pl.DataFrame(
        {
            "USUBJID": s.ids[keep],
            "PARAMCD": ["R0"] * keep.sum(),
            "DEFID": [definition] * keep.sum(),
            "AVALC": np.where(is_r0, "Y", "N"),
            "REASON": pl.Series([None if done else "not_reached" for done in s.is_operated[keep]], dtype=pl.String),
        }
    )


SHARED_WORDS = {"cox": ("hr",), "logrank": ("p_logrank",), "zph": ("p_zph",), "rmst": ("rmst_difference", "rmst_ratio")}
COMPARED = {
    "hr": (0.7123, 0.4711, 1.0587, "1"),
    "p_logrank": (0.0499, None, None, "1"),
    "p_zph": (0.34, None, None, "1"),
    "rmst_difference": (66.4, -8.1, 140.9, "d"),
    "rmst_ratio": (1.14, 0.98, 1.33, "1"),
}
DESCRIBED = {
    "median": (431.0, 280.0, None, "d"),
    "rate_12mo": (0.52, 0.41, 0.62, "1"),
    "rate_24mo": (0.28, 0.18, 0.38, "1"),
    "rmst": (430.0, 380.2, 480.1, "d"),
}
Entry = tuple[float | None, float | None, float | None, str]


def _result(id_: str, entry: Entry, **fields: object) -> Result:
    value, low, high, unit = entry
    level = 0.95 if low is not None else None
    return Result(id_, value=value, low=low, high=high, level=level, unit=unit, **fields)  # type: ignore[arg-type]


def results(s: Subjects, *, by_arm: bool) -> tuple[Result, ...]:
    made: list[Result] = []
    parts = [("", s.is_allocated)]
    parts += [(f"@{arm}", s.is_allocated & (s.arm == i)) for i, arm in enumerate(ARMS)] if by_arm else []
    for stem, definition, event in (
        ("PFS", "used", s.pfs_event),
        ("OS", "corrected", s.os_event),
        ("OS~record", "record", s.pfs_event),
    ):
        named = {"endpoint": stem.split("~")[0], "definition": definition, "set": "randomised"}
        for at, mask in parts:
            counts = {"n": int(mask.sum()), "events": int(event[mask].sum()), "level_of": at.removeprefix("@")}
            made.append(
                _result(f"{stem}/n_events{at}", (counts["events"], None, None, "1"), method="count", **named, **counts)
            )
            for figure, entry in DESCRIBED.items():
                made.append(_result(f"{stem}/{figure}{at}", entry, method="kaplan-meier", **named, **counts))
        within = (int(event[s.is_allocated].sum()) - 3, None, None, "1")
        made.append(_result(f"{stem}/n_events_within_horizon", within, method="count", **named))
        for figure, entry in COMPARED.items():
            state = {} if by_arm else {"status": "withheld", "reason": "by arm; run with --by-arm"}
            method = next(name for name, figures in SHARED_WORDS.items() if figure in figures)
            shown = entry if by_arm else (None, None, None, "1")
            asked = f"{stem.lower()}_{method}"
            made.append(_result(f"{stem}/{figure}", shown, method=method, analysis=asked, n=160, **named, **state))
    return (*made, *_shares(s, by_arm=by_arm))


def _shares(s: Subjects, *, by_arm: bool) -> list[Result]:
    made = []
    for stem, mask in (("R0", s.is_allocated & (s.arm == 0)), ("R0~operated", s.is_operated)):
        n, x = int(mask.sum()), int((s.is_operated & (s.residual == "GYN_R0")).sum())
        if by_arm:
            entry = (x / n, x / n - 0.08, x / n + 0.07, "1")
            made.append(_result(f"{stem}/rate", entry, endpoint="R0", method="clopper-pearson", n=n, events=x))
        else:
            hidden = (None, None, None, "1")
            made.append(_result(f"{stem}/rate", hidden, endpoint="R0", method="clopper-pearson", status="withheld"))
    return made


FINDINGS = (
    finding("G02", "ds.csv:14", "allocated before the consent of 2026-03-20", subject="TW-000003", column="DSSTDTC"),
    finding("D03", "cm.csv:9", "2024-03 may lie before or after 2024-03-15", subject="TW-000009", column="CMENDTC"),
    finding("G03", "dm.csv:22", "allocated to OP, treated as DRUG", subject="TW-000020", column="ACTARMCD"),
)

SILENCES = (
    Silence("/arms/OP/ratio", "Which ratio and strata?", "", "1:1, no strata", "confirmation"),
    Silence("/endpoints/PFS/horizon/is", "Does counting end at 24 months?", "", "no; both counts are printed", ""),
    *(Silence(f"/visits/v{i}/when/every", "every", "the record names no interval", "3 months", "") for i in range(24)),
)


def invented_dossier(
    allocated: int = 160,
    *,
    by_arm: bool = True,
    seed: int = 7,
    origin: str = "simulated",
    state: str = "draft",
    findings: tuple[Finding, ...] = FINDINGS,
) -> Dossier:
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
            Provenance("Kaplan-Meier", "log-log limits", "Kaplan and Meier, J Am Stat Assoc 1958;53:457", "verified"),
            Provenance("KELIM", "not computed", "You et al., Clin Cancer Res 2020;26:4625", "unverified"),
            Provenance("Month", "30.4375 d", "a twelfth of the Julian year", "verified"),
        ),
        software={"trialwright": "0.1.0", "polars": pl.__version__, "numpy": np.__version__},
    )
