"""A process beside the run draws what this one would, and a run without it has the same pictures."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator

import pytest

from trialwright.conduct import drawing
from trialwright.conduct.drawing import OWN_LETTERS, DrawingProcess, drawing_engine, serve
from trialwright.report.engine import SAMPLE, at_once, svg_of

pytestmark = pytest.mark.independent("the same library called in this process")


def lettered(words: str) -> str:
    """A chart that says some words, on one line."""
    chart = json.loads(SAMPLE)
    chart["encoding"]["y"]["title"] = words
    chart["config"] = {"font": "Liberation Sans"}
    return json.dumps(chart, ensure_ascii=False)


@pytest.fixture(scope="module")
def process() -> Iterator[DrawingProcess]:
    started = DrawingProcess(os.environ)
    yield started
    started.close()


def test_pictures_come_back_in_the_order_they_were_asked_for(process: DrawingProcess) -> None:
    charts = [lettered(f"Tumour {place} (mm) ≥ µ") for place in range(4)]
    pictures = [process.draw(chart) for chart in charts]
    assert [picture() for picture in reversed(pictures)] == [svg_of(chart) for chart in reversed(charts)]


def test_what_is_no_chart_is_refused_as_here_and_the_next_is_drawn(process: DrawingProcess) -> None:
    with pytest.raises(ValueError, match="conversion failed"):
        process.draw('{"mark": 3}')()
    assert process.draw(SAMPLE)() == svg_of(SAMPLE)


def test_a_process_that_has_died_is_missed_by_nobody() -> None:
    gone = DrawingProcess({"PATH": "/nonexistent", "PYTHONHOME": "/nonexistent"})
    assert [gone.draw(SAMPLE)() for _ in range(2)] == [svg_of(SAMPLE)] * 2
    gone.close()


def test_a_process_that_cannot_start_is_missed_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing.sys, "executable", "/nonexistent/python")
    never = DrawingProcess(os.environ)
    assert never.draw(SAMPLE)() == svg_of(SAMPLE)
    never.close()


def test_one_processor_draws_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "_processors", lambda: 1)
    assert drawing_engine() is at_once


@pytest.mark.parametrize(("words", "own"), [("Grösse ≥ 5 µm – Δ", True), ("서울", False), ("ℚ", False)])
def test_letters_the_library_has_no_font_for_go_where_the_machine_has(
    words: str, own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    class Noted:
        def __init__(self, *, own_letters: bool) -> None:
            asked.append(own_letters)

        draw = staticmethod(at_once)

    monkeypatch.setattr(drawing, "_processors", lambda: 2)
    monkeypatch.setattr(drawing, "_process", Noted)
    assert drawing_engine()(lettered(words))() == svg_of(lettered(words))
    assert asked == [True, own]


def height_px(svg: str) -> float:
    found = re.search(r'height="([0-9.]+)"', svg)
    assert found is not None
    return float(found[1])


def test_own_letters_measure_the_same_without_the_fonts_of_the_machine() -> None:
    """Titles so long that they set the height of the picture; editions of the font set a few pairs closer."""
    letters = sorted(OWN_LETTERS - {'"', "\\"})
    charts = [lettered("".join(letters[at : at + 60])) for at in range(0, len(letters), 60)]
    without = DrawingProcess({**os.environ, "FONTCONFIG_FILE": str(drawing._NO_FONTS)})
    try:
        heights = [height_px(without.draw(chart)()) for chart in charts]
        assert heights == pytest.approx([height_px(svg_of(chart)) for chart in charts], abs=2.5)
        assert min(heights) > 320, "the title, not the plot, sets the height"
    finally:
        without.close()


def test_one_answer_a_chart_and_an_empty_one_for_what_cannot_be_drawn() -> None:
    answers = io.StringIO()
    serve([SAMPLE + "\n", "no chart\n"], answers)
    first, second = (json.loads(line) for line in answers.getvalue().splitlines())
    assert first == svg_of(SAMPLE)
    assert second == ""
