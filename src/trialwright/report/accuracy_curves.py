"""The pictures of a marker's accuracy: ROC curve, calibration, net benefit."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from trialwright.model.endpoint import Endpoint
from trialwright.report.context import Context
from trialwright.report.estimates import in_ratio
from trialwright.report.line_figure import LineWords, line_figure
from trialwright.report.table import Figure
from trialwright.report.typeset import decimal

__all__ = ["accuracy_curves"]


def accuracy_curves(context: Context, endpoint: Endpoint) -> Iterator[Figure]:
    """Return the pictures of how well a marker foretells other endpoints.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.
    endpoint : Endpoint
        An endpoint whose measure is accuracy.

    Yields
    ------
    Figure
        For each endpoint foretold those the run has made and that may be shown.
    """
    for name, definition in endpoint.resolved().items():
        stem = endpoint.stem(name)
        for wanted in definition.predicts or ():
            other = context.dossier.study.endpoint(wanted)
            used = next(iter(other.resolved().values()))
            if not context.dossier.by_arm and context.is_of_some_arms(used):
                continue
            names = [f"{kind}-{f'{stem}-{wanted}'.lower().replace('~', '-')}" for kind in ("roc", "calibration")]
            roc, smooth = (context.dossier.curves.get(each) for each in names)
            if roc is not None:
                yield _roc(context, roc, names[0], f"{stem}/auc:{wanted}", other.title)
            if smooth is not None:
                yield _calibration(context, smooth, names[1], other.title)
            place = names[0].replace("roc-", "decision-", 1)
            benefit = context.dossier.curves.get(place)
            if benefit is not None:
                yield _decision(context, benefit, place, other)


def _roc(context: Context, curve: pl.DataFrame, name: str, result: str, title: str) -> Figure:
    found = context.estimates.by_id.get(result)
    area = f"area {in_ratio(found)}" if found is not None and found.value is not None else "no area estimated"
    words = LineWords(
        name=name,
        title=f"ROC curve for {title.lower()}",
        caption=f"{title}: ROC curve of the marker, {area}. The dashed line is that of a marker that tells nothing.",
        summary=f"ROC curve of the marker for {title.lower()}: {area}.",
        x="1 − specificity",
        y="Sensitivity",
        diagonal=True,
    )
    corners = curve.select(x=1 - pl.col("specificity"), y="sensitivity")
    return line_figure(context, {"marker": corners}, words)


def _calibration(context: Context, curve: pl.DataFrame, name: str, title: str) -> Figure:
    words = LineWords(
        name=name,
        title=f"Calibration for {title.lower()}",
        caption=f"{title}: smoothed share with the outcome at each foretold chance (loess of degree 1); each subject "
        "is foretold by a model of the others. On the dashed line as many have the outcome as foretold.",
        summary=f"Smoothed share with {title.lower()} against the chance foretold from the marker.",
        x="Foretold chance",
        y="Share with the outcome",
        diagonal=True,
    )
    points = curve.select(x="chance", y=pl.col("observed").clip(0, 1))
    return line_figure(context, {"marker": points}, words)


def _decision(context: Context, curve: pl.DataFrame, name: str, other: Endpoint) -> Figure:
    lines = {
        "acting on the marker": curve.select(x="threshold", y="rule"),
        "acting on everybody": curve.select(x="threshold", y="all"),
        "acting on nobody": curve.select(x="threshold", y=pl.lit(0.0)),
    }
    top = max((float(v) for v in curve["rule"].drop_nulls()), default=0.0)
    everybody = max((float(v) for v in curve["all"].drop_nulls()), default=0.0)
    high = max(top, everybody, 0.05)
    words = LineWords(
        name=name,
        title=f"Net benefit for {other.title.lower()}",
        caption=f"{other.title}: net benefit, in outcomes rightly acted on for each subject, over the chance from "
        "which acting is worth its harm. Acting on nobody gains nothing.",
        summary=f"Net benefit of acting on the marker for {other.title.lower()}, at most {decimal(top, 2)}.",
        x="Threshold chance",
        y="Net benefit",
        y_span=(-0.25 * high, 1.05 * high),
    )
    return line_figure(context, lines, words)
