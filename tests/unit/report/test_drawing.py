"""Charts put together on a short way are those Altair makes on its own, and pictures are drawn to the last digit."""

from __future__ import annotations

import json
import re

import altair as alt
import polars as pl
import pytest

from trialwright.report.drawing import WIDE, drawn, layered, rows_of
from trialwright.report.engine import SAMPLE, Drawing, finished, svg_of

ROWS = pl.DataFrame({"day": [0.1, 2.0, None], "who": ["a", "b", "c"], "left": [1, 2, 3]})
PLACE = 120.81447963800903
"""A number that a hasty reading of JSON moves by its last digit."""


def layers(data: alt.Data) -> list[alt.Chart]:
    chart = alt.Chart(data)
    line = chart.mark_line(color="#333333").encode(alt.X("day:Q", title="Day"), alt.Detail("who:N"))
    return [line, chart.mark_text().encode(alt.XValue(3), alt.Text("who:N"))]


@pytest.mark.independent("Altair's own layers over its own copy of the rows")
def test_layers_and_rows_are_those_of_altair() -> None:
    ours = layered(layers(rows_of(ROWS, "day", "who")), width_px=300, height_px=200).to_dict(validate=True)
    plain = alt.Data(values=ROWS.select("day", "who").to_dicts())
    theirs = alt.LayerChart(layer=layers(plain), width=300, height=200).to_dict(validate=True)
    theirs.setdefault("layer", [])
    shared = theirs.pop("data", None)
    for layer in theirs["layer"]:
        layer.setdefault("data", shared)
    assert ours == theirs


@pytest.mark.independent("the numbers as Python writes them")
def test_a_place_is_drawn_to_its_last_digit() -> None:
    scale = {"domain": [0, 600], "range": [0, 600], "nice": False, "zero": False}
    chart = {
        "data": {"values": [{"x": PLACE}]},
        "mark": "point",
        "width": 600,
        "encoding": {"x": {"field": "x", "type": "quantitative", "scale": scale, "axis": None}},
    }
    places = [float(place) for place in re.findall(r"translate\(([0-9.]+),", svg_of(json.dumps(chart)))]
    assert PLACE in places


@pytest.mark.unvalidated
def test_a_picture_is_asked_for_once_and_finished_when_it_is_wanted() -> None:
    asked: list[str] = []
    waited: list[str] = []

    def engine(chart: str) -> Drawing:
        asked.append(chart)

        def svg() -> str:
            waited.append(chart)
            return '<svg width="1" height="1"><g id="a"/></svg>'

        return svg

    chart = layered(layers(rows_of(ROWS, "day", "who")), width_px=300, height_px=200)
    picture = drawn(chart, WIDE, name="swimmer", summary="Two lanes", tag="DRAFT · µ", engine=engine)
    assert len(asked) == 1
    assert waited == []
    assert "\n" not in asked[0], "a chart is one line"
    assert json.loads(asked[0])["title"]["text"] == "DRAFT · µ"
    assert picture() == picture()
    assert waited == asked, "it waits once"
    assert 'id="swimmer-wide-a"' in picture()
    assert ">Two lanes</title>" in picture()


@pytest.mark.unvalidated
def test_a_finished_picture_is_given_as_it_is() -> None:
    assert finished("<svg/>")() == "<svg/>"


@pytest.mark.unvalidated
def test_the_sample_uses_what_figures_use() -> None:
    svg = svg_of(SAMPLE)
    assert {"mark-line", "mark-symbol", "mark-text", "role-axis"} <= set(re.findall(r"(?:mark|role)-[a-z]+", svg))


@pytest.mark.unvalidated
def test_what_is_no_chart_is_refused() -> None:
    with pytest.raises(ValueError, match="conversion failed"):
        svg_of('{"mark": 3}')
