"""The section on responses: what became of the lesions, series by series, and of every subject."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.report.context import Context
from trialwright.report.lesion_map import busiest, lesion_map, lesion_map_figure
from trialwright.report.response_courses import response_courses, shown_series
from trialwright.report.spider import spider_figure
from trialwright.report.swimmer import swimmer_figure
from trialwright.report.table import Figure
from trialwright.report.waterfall import waterfall_figure

__all__ = ["response_figures"]


def response_figures(context: Context) -> Iterator[Figure]:
    """Figures of responses of a study with lesions.

    Parameters
    ----------
    context : Context
        The dossier, ready to be shown.

    Yields
    ------
    Figure
        Waterfall and spider of each series with sums of targets, the lesions of the subject with most visits, and the
        time on study of everybody; nothing where no lesions were collected.
    """
    shown = list(shown_series(context))
    courses = [each for each in (response_courses(context, series) for series in shown) if each is not None]
    for each in courses:
        for figure in (waterfall_figure(context, each), spider_figure(context, each)):
            if figure is not None:
                yield figure
    if not courses:
        return
    series = courses[0].series
    subject = busiest(context.dossier, series)
    found = None if subject is None else lesion_map(context, series, subject)
    if found is not None:
        yield lesion_map_figure(context, found, f"lesions-{courses[0].name}")
    swimmer = swimmer_figure(context, shown)
    if swimmer is not None:
        yield swimmer
