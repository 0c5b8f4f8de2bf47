"""Pictures and figures of the page on marker kinetics: ``python -m docs.marker_pictures`` draws them anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import altair as alt
import numpy as np
import polars as pl
import vl_convert

from trialwright.numerics.kinetics.biexponential import BIEXPONENTIAL
from trialwright.numerics.kinetics.importance import weighted_draws
from trialwright.numerics.kinetics.map_estimate import map_estimates
from trialwright.numerics.kinetics.next_sample import next_sample_value
from trialwright.numerics.kinetics.posterior import posterior
from trialwright.numerics.kinetics.series import ErrorModel, Population, Series
from trialwright.numerics.kinetics.virtual import SamplingPlan, virtual_series

PICTURES: Final = Path(__file__).parent / "pictures"
CUT: Final = 0.06
NOISE: Final = ErrorModel("log_additive", 0.2)
DEMO: Final = Population.independent("biexponential", [0.06, 0.04, 6, 500], [0.45, 0.6, 1.0, 1.2], NOISE)
WIDE_PRIOR: Final = Population.independent("biexponential", [0.06, 0.04, 6, 500], [1.5, 1.5, 1.0, 1.2], NOISE)
PATIENTS: Final = {
    "P2": [(0, 850.0), (21, 640.0), (42, 470.0), (63, 350.0)],
    "P4": [(0, 410.0), (22, 180.0), (44, 90.0)],
    "P8": [(5, 2600.0), (26, 1500.0), (47, 800.0), (68, 430.0), (89, 240.0)],
}
BLUE, ORANGE, GREY = "#0b3c5d", "#c2571a", "#8a8f98"
FONT: Final = "Helvetica, Arial, Liberation Sans, sans-serif"


def saved(chart: alt.Chart | alt.LayerChart | alt.FacetChart | alt.HConcatChart, name: str) -> None:
    """Write a chart as SVG, saying that its patients are invented."""
    spec = chart.to_dict()
    spec["config"] = {"font": FONT, "background": "white", "view": {"stroke": None}, "axis": {"grid": False}}
    svg = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


def two_solutions() -> dict[str, object]:
    """One rising curve, two sets of parameters that give it, and a posterior with two peaks."""
    first = np.log([[0.2, 0.02, 40.0, 50.0]])
    second, admissible, _ = BIEXPONENTIAL.exchanged(first, -1.0)
    assert admissible[0]
    days = np.linspace(0, 100, 201)
    curves = [BIEXPONENTIAL.curve(days, ln_theta)[0] for ln_theta in (first, second)]
    apart = float(np.max(np.abs(curves[0] / curves[1] - 1)))
    rows = []
    for label, ln_theta in (("fast elimination", first), ("slow elimination", second)):
        rate, _, production, start = np.exp(ln_theta[0])
        remains = start * np.exp(-rate * days)
        made = BIEXPONENTIAL.curve(days, ln_theta)[0] - remains
        name = f"{label}: KELIM {rate:.2f}, KPROD {production:.0f}"
        for what, values in (("what was there on day 0", remains), ("what was made since", made)):
            rows += [
                {"solution": name, "what": what, "day": float(day), "value": float(value)}
                for day, value in zip(days, values, strict=True)
                if value > 0.5
            ]
        rows += [
            {"solution": name, "what": "their sum", "day": float(day), "value": float(value)}
            for day, value in zip(days, curves[0], strict=True)
        ]
    plain = alt.Chart(alt.Data(values=rows), width=300, height=200).mark_line()
    lines = plain.encode(
        alt.X("day:Q", title="Days since the start of treatment"),
        alt.Y("value:Q", title="CA-125 (U/mL)", scale=alt.Scale(type="log")),
        alt.Color(
            "what:N", title=None,
            scale=alt.Scale(
                domain=["their sum", "what was there on day 0", "what was made since"], range=[BLUE, ORANGE, GREY]
            ),
        ),
        alt.StrokeDash(
            "what:N", title=None,
            scale=alt.Scale(
                domain=["their sum", "what was there on day 0", "what was made since"], range=[[1, 0], [6, 3], [2, 2]]
            ),
        ),
    )  # fmt: skip
    saved(lines.facet(facet=alt.Facet("solution:N", title=None), columns=2), "kelim-two-solutions")
    return {"largest_relative_difference": apart, "second": np.exp(second[0]).round(4).tolist()}


def two_peaks() -> dict[str, object]:
    """Posterior of one rising series under a wide prior: a peak on either side of the cut."""
    series = Series.of([[(0, 50.0), (7, 151.0), (14, 157.0), (28, 126.0), (56, 73.0), (84, 41.0)]])
    modes = map_estimates(series, WIDE_PRIOR)
    drawn = weighted_draws(series, WIDE_PRIOR, modes, seed=1, draws=40_000, subjects=np.array([0]))
    rows = density(drawn.ln_theta[0, :, 0], drawn.weight[0])
    p = float(drawn.weight[0][drawn.ln_theta[0, :, 0] >= np.log(CUT)].sum())
    ticks = pl.DataFrame({"rate": [float(modes.rate_per_day[0]), float(modes.second_rate_per_day[0])]})
    saved(peaks(rows, ticks, title="Ratio of KELIM to the cutoff"), "kelim-two-peaks")
    return {
        "modes": ticks["rate"].round(4).to_list(),
        "objectives": [round(float(modes.objective[0]), 3), round(float(modes.second_objective[0]), 3)],
        "p_favourable": round(p, 3),
    }


def density(ln_rate: np.ndarray, weight: np.ndarray, name: str = "") -> pl.DataFrame:
    """Density of the ratio to the cut, on a logarithmic axis."""
    edges = np.linspace(np.log(0.1), np.log(6.0), 121)
    share = np.histogram(ln_rate - np.log(CUT), edges, weights=weight)[0]
    smooth = np.convolve(share, [0.1, 0.2, 0.4, 0.2, 0.1], mode="same") / (edges[1] - edges[0])
    middle = np.exp((edges[1:] + edges[:-1]) / 2)
    return pl.DataFrame({"patient": [name] * middle.size, "ratio": middle, "density": smooth})


def peaks(rows: pl.DataFrame, ticks: pl.DataFrame, *, title: str, height_px: int = 150) -> alt.LayerChart:
    """A density, the part at or above the cut filled, and a tick at each most probable rate."""
    x = alt.X(
        "ratio:Q",
        title=title,
        scale=alt.Scale(type="log", domain=[0.1, 6]),
        axis=alt.Axis(values=[0.1, 0.2, 0.5, 1, 2, 5]),
    )
    y = alt.Y("density:Q", title=None, axis=None)
    base = alt.Chart(alt.Data(values=rows.to_dicts()), width=420, height=height_px)
    above = alt.Chart(alt.Data(values=rows.filter(pl.col("ratio") >= 1).to_dicts()))
    marks = alt.Chart(alt.Data(values=ticks.with_columns(ratio=pl.col("rate") / CUT).to_dicts()))
    cut = alt.Chart(alt.Data(values=[{"ratio": 1.0}]))
    return alt.layer(
        above.mark_area(color=ORANGE, opacity=0.35).encode(x, y),
        base.mark_line(color=BLUE).encode(x, y),
        cut.mark_rule(strokeDash=[4, 3]).encode(x),
        marks.mark_tick(color=BLUE, thickness=3, size=14).encode(x, y=alt.YValue(height_px - 6)),
    )


def three_patients() -> dict[str, object]:
    """Posteriors of the three worked patients."""
    series = Series.of(list(PATIENTS.values()))
    modes = map_estimates(series, DEMO)
    numbers = np.arange(3, dtype=np.int64)
    drawn = weighted_draws(series, DEMO, modes, seed=1, draws=40_000, subjects=numbers)
    charts = []
    for place, name in enumerate(PATIENTS):
        p = float(drawn.weight[place][drawn.ln_theta[place, :, 0] >= np.log(CUT)].sum())
        ticks = pl.DataFrame({"rate": [float(modes.rate_per_day[place])]})
        one = peaks(
            density(drawn.ln_theta[place, :, 0], drawn.weight[place], name),
            ticks,
            title="Ratio of KELIM to the cutoff",
            height_px=130,
        )
        charts.append(one.properties(width=200, height=130, title=f"{name}: probability of 1 or more {p:.2f}"))
    saved(alt.hconcat(*charts), "kelim-three-patients")
    found = posterior(series, DEMO, seed=1, cut_per_day=CUT, draws=40_000)
    return {
        name: {"map": round(float(modes.rate_per_day[i] / CUT), 4), "median": round(float(found.median[i] / CUT), 4),
               "p": round(float(found.p_at_least[i]), 3)}
        for i, name in enumerate(PATIENTS)
    }  # fmt: skip


SCHEDULES: Final = {
    "3 samples, every 3 weeks": (0, 21, 42),
    "4 samples, every 3 weeks": (0, 21, 42, 63),
    "5 samples, every 3 weeks": (0, 21, 42, 63, 84),
    "7 samples, every 2 weeks": (0, 14, 28, 42, 56, 70, 84),
    "13 samples, every week": tuple(range(0, 91, 7)),
}


def wrong_side() -> dict[str, object]:
    """Share of invented patients whose class differs from the true one, by schedule."""
    rows = []
    for name, days in SCHEDULES.items():
        plan = SamplingPlan(days=days, max_shift_days=0, missed=0.0, lower_limit=5.0)
        invented = virtual_series(DEMO, plan, count=20_000, seed=5)
        truth = invented.ln_theta[:, 0] >= np.log(CUT)
        found = map_estimates(invented.series, DEMO).rate_per_day >= CUT
        rows.append({"schedule": name, "wrong": float((truth != found).mean())})
    bars = alt.Chart(alt.Data(values=rows), width=380, height=130)
    order = list(SCHEDULES)
    y = alt.Y("schedule:N", title=None, sort=order, axis=alt.Axis(labelLimit=300))
    x = alt.X(
        "wrong:Q",
        title="Patients on the wrong side of the cutoff",
        axis=alt.Axis(format="%"),
        scale=alt.Scale(domain=[0, 0.3]),
    )
    text = bars.mark_text(align="left", dx=4).encode(x, y, alt.Text("wrong:Q", format=".1%"))
    saved(alt.layer(bars.mark_bar(color=BLUE, height=14).encode(x, y), text), "kelim-wrong-side")
    return {row["schedule"]: round(float(row["wrong"]), 4) for row in rows}


def calibrated() -> dict[str, object]:
    """Among invented patients with a given probability, the share who truly reach the cut."""
    plan = SamplingPlan(days=(0, 21, 42, 63), max_shift_days=0, missed=0.0, lower_limit=5.0)
    invented = virtual_series(DEMO, plan, count=6_000, seed=9)
    found = posterior(invented.series, DEMO, seed=3, cut_per_day=CUT, draws=2_000)
    truth = invented.ln_theta[:, 0] >= np.log(CUT)
    favourable = map_estimates(invented.series, DEMO).rate_per_day >= CUT
    bins = np.clip((found.p_at_least * 10).astype(int), 0, 9)
    rows = [
        {
            "p": float(found.p_at_least[bins == b].mean()),
            "truly": float(truth[bins == b].mean()),
            "n": int((bins == b).sum()),
        }
        for b in range(10)
    ]
    x = alt.X("p:Q", title="Probability given", scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("truly:Q", title="Share truly at or above the cutoff", scale=alt.Scale(domain=[0, 1]))
    points = (
        alt.Chart(alt.Data(values=rows), width=260, height=260).mark_circle(size=60, color=BLUE, opacity=1).encode(x, y)
    )
    line = alt.Chart(alt.Data(values=[{"p": 0, "truly": 0}, {"p": 1, "truly": 1}])).mark_line(color=GREY).encode(x, y)
    saved(alt.layer(line, points), "kelim-calibrated")
    middle = (found.p_at_least > 0.2) & (found.p_at_least < 0.8)
    return {
        "bins": [[round(row["p"], 3), round(row["truly"], 3), row["n"]] for row in rows],
        "share_between_0.2_and_0.8": round(float(middle.mean()), 3),
        "wrong_there": round(float((truth != favourable)[middle].mean()), 3),
        "wrong_elsewhere": round(float((truth != favourable)[~middle].mean()), 3),
    }


def one_more() -> dict[str, object]:
    """What one more sample of patient P4 would change, by its day."""
    days = np.array([50.0, 57, 64, 71, 78, 85, 92, 99])
    found = next_sample_value(Series.of([PATIENTS["P4"]]), DEMO, days, cut_per_day=CUT, seed=2, lloq=5.0)
    rows = [
        {"day": float(day), "change": float(change), "wrong": float(wrong)}
        for day, change, wrong in zip(days, found.expected_change[0], found.expected_misclassified[0], strict=True)
    ]
    x = alt.X("day:Q", title="Day of the sample")
    change = alt.Chart(alt.Data(values=rows), width=380, height=150)
    y = alt.Y("change:Q", title="Expected change of the probability", scale=alt.Scale(zero=True))
    saved(
        alt.layer(change.mark_line(color=BLUE).encode(x, y), change.mark_circle(color=BLUE, opacity=1).encode(x, y)),
        "kelim-one-more",
    )
    return {"p_now": round(float(found.p_now[0]), 3), "wrong_now": round(float(found.misclassified_now[0]), 3),
            "rows": [[row["day"], round(row["change"], 3), round(row["wrong"], 3)] for row in rows]}  # fmt: skip


if __name__ == "__main__":
    for make in (two_solutions, two_peaks, three_patients, wrong_side, calibrated, one_more):
        print(make.__name__, json.dumps(make()))
