"""Who turns a chart into a picture: at once in this process, or wherever a caller has it done meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

import vl_convert

__all__ = ["SAMPLE", "Drawing", "Engine", "at_once", "finished", "svg_of"]

Drawing = Callable[[], str]
"""Gives a picture as SVG; it waits until the picture is drawn."""

Engine = Callable[[str], Drawing]
"""Takes a chart as Vega-Lite in JSON, on one line, and has it drawn."""

SAMPLE: Final = json.dumps(
    {
        "data": {"values": [{"x": 1, "y": 2, "words": "a"}, {"x": 3, "y": 5, "words": "b"}]},
        "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}},
        "layer": [{"mark": "line"}, {"mark": "point"}, {"mark": "text", "encoding": {"text": {"field": "words"}}}],
    }
)
"""A chart that means nothing; drawn once, it starts what draws, which takes half a second."""


def svg_of(chart: str) -> str:
    """Return a chart as SVG.

    Parameters
    ----------
    chart : str
        Vega-Lite in JSON; nothing is fetched for it.

    Returns
    -------
    str
        An ``svg`` element.

    Raises
    ------
    ValueError
        If it is no chart.

    Examples
    --------
    >>> svg_of(SAMPLE)[:4]
    '<svg'
    """
    # Read here: the library's own reading of JSON moves the last digit of some numbers.
    return vl_convert.vegalite_to_svg(json.loads(chart), allowed_base_urls=[])


def at_once(chart: str) -> Drawing:
    """Draw a chart here and now.

    Parameters
    ----------
    chart : str
        Vega-Lite in JSON.

    Returns
    -------
    callable
        Gives the SVG.

    Examples
    --------
    >>> at_once(SAMPLE)() == svg_of(SAMPLE)
    True
    """
    return finished(svg_of(chart))


def finished(svg: str) -> Drawing:
    """Return a picture that is drawn already.

    Parameters
    ----------
    svg : str
        The picture.

    Returns
    -------
    callable
        Gives it.

    Examples
    --------
    >>> finished("<svg/>")()
    '<svg/>'
    """
    return lambda: svg
