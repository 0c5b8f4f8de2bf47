"""Fills of responses can be told apart without colour."""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from trialwright.report.hatching import RESPONSE_SHADES, RESPONSE_SHAPES, RESPONSE_WORDS, fill_of, hatched

pytestmark = pytest.mark.unvalidated


def pattern(code: str) -> str:
    found = re.search(r"<pattern.*?</pattern>", hatched(f'<svg><rect fill="{fill_of(code)}"/></svg>'))
    assert found is not None
    return found.group()


def luminance(shade: str) -> float:
    red, green, blue = (int(shade[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("left", "right"), list(combinations(RESPONSE_WORDS, 2)))
def test_two_responses_differ_in_stroke_or_clearly_in_grey(left: str, right: str) -> None:
    strokes = [re.sub(r"<pattern[^>]*>|<rect[^>]*/>", "", pattern(code)) for code in (left, right)]
    apart = abs(luminance(RESPONSE_SHADES[left]) - luminance(RESPONSE_SHADES[right]))
    assert strokes[0] != strokes[1] or apart > 0.3


def test_every_response_has_a_shade_and_a_symbol_of_its_own() -> None:
    assert set(RESPONSE_SHADES) == set(RESPONSE_SHAPES) == set(RESPONSE_WORDS)
    assert len(set(RESPONSE_SHAPES.values())) == len(RESPONSE_SHAPES)


def test_only_patterns_that_are_used_are_put_into_a_drawing() -> None:
    svg = hatched(f'<svg><rect fill="{fill_of("PD")}"/></svg>')
    assert re.findall('<pattern id="([^"]*)"', svg) == ["hatch-pd"]
