"""Fills that tell responses apart by pattern as well as by colour, and the words that go with them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__all__ = ["RESPONSE_ORDER", "RESPONSE_SHADES", "RESPONSE_SHAPES", "RESPONSE_WORDS", "fill_of", "hatched"]

RESPONSE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CR": "Complete response",
        "PR": "Partial response",
        "SD": "Stable disease",
        "NON-CR/NON-PD": "Neither complete response nor progression",
        "NED": "No disease",
        "PD": "Progression",
        "NE": "Not evaluable",
    }
)
"""Responses in words, the best first."""

RESPONSE_ORDER: Final = tuple(RESPONSE_WORDS)

RESPONSE_SHADES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CR": "#0b3c5d",
        "PR": "#3f8f6a",
        "SD": "#b9bec6",
        "NON-CR/NON-PD": "#e6e0c8",
        "NED": "#7a5195",
        "PD": "#d9762b",
        "NE": "#ffffff",
    }
)
"""Colour of each response; their greys lie apart."""

RESPONSE_SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CR": "diamond",
        "PR": "triangle-up",
        "SD": "circle",
        "NON-CR/NON-PD": "cross",
        "NED": "triangle-left",
        "PD": "square",
        "NE": "triangle-down",
    }
)
"""Symbol of each response, for lines that end in one."""

_STROKES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CR": "",
        "PR": '<path d="M-1,1L1,-1M0,6L6,0M5,7L7,5" stroke="#ffffff" stroke-width="1.4"/>',
        "SD": '<circle cx="3" cy="3" r="1" fill="#4a4f57"/>',
        "NON-CR/NON-PD": '<path d="M0,3H6" stroke="#4a4f57" stroke-width="1"/>',
        "NED": '<path d="M3,0V6" stroke="#ffffff" stroke-width="1.4"/>',
        "PD": '<path d="M-1,5L1,7M0,0L6,6M5,-1L7,1" stroke="#1f2328" stroke-width="1.2"/>',
        "NE": "",
    }
)
_SIDE_PX: Final = 6


def _id(response: str) -> str:
    return f"hatch-{response.lower().replace('/', '-')}"


def fill_of(response: str) -> str:
    """Fill of a response in a chart.

    Parameters
    ----------
    response : str
        A code of `RESPONSE_WORDS`.

    Returns
    -------
    str
        Reference to a pattern that `hatched` puts into the drawing.

    Examples
    --------
    >>> fill_of("PR")
    'url(#hatch-pr)'
    """
    return f"url(#{_id(response)})"


def hatched(svg: str) -> str:
    """Drawing with the patterns it refers to.

    Parameters
    ----------
    svg : str
        An ``svg`` element.

    Returns
    -------
    str
        The same element; unchanged when it refers to no pattern.

    Examples
    --------
    >>> hatched("<svg></svg>")
    '<svg></svg>'
    >>> '<pattern id="hatch-cr"' in hatched('<svg><rect fill="url(#hatch-cr)"/></svg>')
    True
    """
    used = [response for response in RESPONSE_ORDER if fill_of(response) in svg]
    if not used:
        return svg
    opening, rest = svg.split(">", 1)
    return f"{opening}><defs>{''.join(_pattern(response) for response in used)}</defs>{rest}"


def _pattern(response: str) -> str:
    side = f'width="{_SIDE_PX}" height="{_SIDE_PX}"'
    ground = f'<rect {side} fill="{RESPONSE_SHADES[response]}"/>'
    return f'<pattern id="{_id(response)}" {side} patternUnits="userSpaceOnUse">{ground}{_STROKES[response]}</pattern>'
