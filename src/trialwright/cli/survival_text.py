"""Survival results as tables a person reads in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.analysis.cox import CoxModel, ProportionalHazardsTest
from trialwright.analysis.fine_gray import FineGrayModel
from trialwright.analysis.gray import GrayTest
from trialwright.analysis.incidence import CumulativeIncidence
from trialwright.analysis.kaplan_meier import KaplanMeier, Milestones, Quantiles
from trialwright.analysis.logrank import LogrankTest
from trialwright.analysis.rmst import Contrast, RestrictedMeans

__all__ = [
    "cox_text",
    "cumulative_incidence_text",
    "fine_gray_text",
    "gray_text",
    "kaplan_meier_text",
    "logrank_text",
    "milestones_text",
    "quantiles_text",
    "rmst_text",
    "zph_text",
]

_MIN_SHOWN_P = 0.0001


def _number(value: float | None, absent: str = "–") -> str:
    if value is None or value != value:
        return absent
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:.4g}"


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return f"< {_MIN_SHOWN_P}" if value < _MIN_SHOWN_P else f"{value:.4f}"


def _grid(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in [headers, *rows]) for i in range(len(headers))]
    lines = []
    for row in [headers, *rows]:
        first = row[0].ljust(widths[0])
        rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([first, *rest]).rstrip())
    return "\n".join(lines)


def _limits(level: float) -> tuple[str, str]:
    return f"lower {level:.0%}", f"upper {level:.0%}"


def kaplan_meier_text(found: KaplanMeier) -> str:
    """Curves, one table a group.

    Parameters
    ----------
    found : KaplanMeier
        The curves.

    Returns
    -------
    str
        Lines of text.
    """
    headers = ("time", "n risk", "n event", "n censor", "surv", "se", *_limits(found.conf_level))
    parts = []
    for group in found.groups:
        c = group.curve
        columns = (c.time, c.n_risk, c.n_event, c.n_censor, c.surv, c.se, group.lower, group.upper)
        rows = [[_number(float(v)) for v in row] for row in zip(*columns, strict=True)]
        parts.append(f"{group.level}: n {group.n}, events {group.events}\n{_grid(headers, rows)}")
    return "\n\n".join(parts)


def quantiles_text(found: Quantiles) -> str:
    """Quantiles, one line a group and share; NR = not reached.

    Parameters
    ----------
    found : Quantiles
        The quantiles.

    Returns
    -------
    str
        Lines of text.
    """
    headers = ("level", "n", "events", "p", "time", *_limits(found.conf_level))
    rows = [
        [g.level, str(g.n), str(g.events), f"{q.p:g}", *(_number(v, "NR") for v in (q.estimate, q.lower, q.upper))]
        for g in found.groups
        for q in g.quantiles
    ]
    return _grid(headers, rows)


def milestones_text(found: Milestones) -> str:
    """Milestones, one line a group and time; a star where nothing was observed any more.

    Parameters
    ----------
    found : Milestones
        The milestones.

    Returns
    -------
    str
        Lines of text.
    """
    headers = ("level", "time", "n risk", "surv", "se", *_limits(found.conf_level), "")
    marks = [(g.level, m) for g in found.groups for m in g.milestones]
    rows = [
        [
            level,
            _number(m.time),
            str(m.n_risk),
            *(_number(v) for v in (m.surv, m.se, m.lower, m.upper)),
            "*" if m.is_beyond_follow_up else "",
        ]
        for level, m in marks
    ]
    star = "\n* after the last observation, a censoring: the last value is carried on"
    return _grid(headers, rows) + (star if any(m.is_beyond_follow_up for _, m in marks) else "")


def logrank_text(found: LogrankTest) -> str:
    """Observed and expected events, and the test.

    Parameters
    ----------
    found : LogrankTest
        The test.

    Returns
    -------
    str
        Lines of text.
    """
    rows = [[g.level, str(g.n), _number(g.observed), _number(g.expected)] for g in found.groups]
    statistic = f"chi-square {_number(found.chisq)} on {found.df} df, p {_p(found.p)}"
    return f"{_grid(('level', 'n', 'observed', 'expected'), rows)}\n{statistic}"


def cox_text(found: CoxModel) -> str:
    """Hazard ratios and the three tests.

    Parameters
    ----------
    found : CoxModel
        The model.

    Returns
    -------
    str
        Lines of text.
    """
    headers = ("term", "coef", "se", "robust se", "HR", *_limits(found.conf_level), "p")
    rows = [
        [t.term, *(_number(v) for v in (t.coef, t.se, t.robust_se, t.hr, t.lower, t.upper)), _p(t.p)]
        for t in found.terms
    ]
    tests = [
        f"likelihood ratio {_number(found.lrt)} on {found.df} df, p {_p(found.p_of('lrt'))}",
        f"Wald {_number(found.wald)} on {found.df} df, p {_p(found.p_of('wald'))}",
        f"score {_number(found.score)} on {found.df} df, p {_p(found.p_of('score'))}",
    ]
    head = f"n {found.n}, events {found.events}, ties {found.ties}"
    return "\n".join([head, _grid(headers, rows), *tests])


def zph_text(found: ProportionalHazardsTest) -> str:
    """Tests of proportional hazards, one line a covariate.

    Parameters
    ----------
    found : ProportionalHazardsTest
        The tests.

    Returns
    -------
    str
        Lines of text.
    """
    rows = [[t.term, _number(t.chisq), str(t.df), _p(t.p)] for t in (*found.terms, found.overall)]
    return _grid(("term", "chi-square", "df", "p"), rows)


def rmst_text(found: RestrictedMeans) -> str:
    """Restricted means, differences and ratios.

    Parameters
    ----------
    found : RestrictedMeans
        The means.

    Returns
    -------
    str
        Lines of text.
    """
    limits = _limits(found.conf_level)
    rows = [[a.level, *(_number(v) for v in (a.rmst, a.se, a.lower, a.upper))] for a in found.arms]
    parts = [f"horizon {_number(found.tau)}", _grid(("level", "mean", "se", *limits), rows)]

    def line(name: str, c: Contrast) -> list[str]:
        return [name, *(_number(v) for v in (c.estimate, c.lower, c.upper)), _p(c.p)]

    contrasts = []
    for pair in found.comparisons:
        contrasts.append(line(f"{pair.comparison} − {pair.reference}", pair.difference))
        contrasts.append(line(f"{pair.comparison} / {pair.reference}", pair.ratio))
    if contrasts:
        parts.append(_grid(("comparison", "estimate", *limits, "p"), contrasts))
    return "\n".join(parts)


def cumulative_incidence_text(found: CumulativeIncidence) -> str:
    """Cumulative incidences, one table a group and cause; a star where nothing was observed any more.

    Parameters
    ----------
    found : CumulativeIncidence
        The curves.

    Returns
    -------
    str
        Lines of text.
    """
    headers = ("time", "n risk", "n event", "incidence", "se", *_limits(found.conf_level), "")
    parts = []
    for group in found.groups:
        for c in group.causes:
            columns = (c.time, c.n_risk, c.n_event, c.cif, c.se, c.lower, c.upper)
            rows = [
                [*(_number(float(v)) for v in row), "*" if mark else ""]
                for *row, mark in zip(*columns, c.is_beyond_follow_up, strict=True)
            ]
            parts.append(f"{group.level}, cause {c.cause}: n {group.n}, events {c.events}\n{_grid(headers, rows)}")
    beyond = any(c.is_beyond_follow_up.any() for group in found.groups for c in group.causes)
    star = "\n* after the last observation, a censoring: the last value is carried on"
    return "\n\n".join(parts) + (star if beyond else "")


def gray_text(found: GrayTest) -> str:
    """Observed and expected events of the cause, and the test.

    Parameters
    ----------
    found : GrayTest
        The test.

    Returns
    -------
    str
        Lines of text.
    """
    rows = [[g.level, str(g.n), _number(g.observed), _number(g.expected)] for g in found.groups]
    head = f"cause {found.cause}: events {found.events}, of other causes {found.competing}"
    statistic = f"chi-square {_number(found.chisq)} on {found.df} df, p {_p(found.p)}"
    return f"{head}\n{_grid(('level', 'n', 'observed', 'expected'), rows)}\n{statistic}"


def fine_gray_text(found: FineGrayModel) -> str:
    """Ratios of the subdistribution hazard, and the test of all together.

    Parameters
    ----------
    found : FineGrayModel
        The model.

    Returns
    -------
    str
        Lines of text.
    """
    headers = ("term", "coef", "se", "robust se", "SHR", *_limits(found.conf_level), "p")
    rows = [
        [t.term, *(_number(v) for v in (t.coef, t.se, t.robust_se, t.hr, t.lower, t.upper)), _p(t.p)]
        for t in found.terms
    ]
    head = f"cause {found.cause}: n {found.n}, events {found.events}, of other causes {found.competing}"
    return "\n".join([head, _grid(headers, rows), f"Wald {_number(found.wald)} on {found.df} df, p {_p(found.p)}"])
