"""The page: whole, self-contained, readable without sight, honest about state and origin."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup

from tests.unit.report.invented_dossier import SILENCES, invented_dossier
from trialwright.model.dossier import Dossier
from trialwright.report.build import build

pytestmark = pytest.mark.unvalidated


@pytest.fixture(scope="module")
def page(files: dict[str, bytes]) -> BeautifulSoup:
    return BeautifulSoup(files["report.html"].decode(), "html.parser")


def test_the_page_fetches_nothing_and_runs_nothing(files: dict[str, bytes], page: BeautifulSoup) -> None:
    text = files["report.html"].decode()
    assert page.find(["script", "link", "img", "iframe", "object"]) is None
    assert "@import" not in text
    assert re.findall(r"url\((?!#)", text) == []
    assert {match for match in re.findall(r'(?:href|src)="([^"]*)"', text) if not match.startswith("#")} == set()


def test_ids_are_unique_though_every_figure_is_drawn_twice(page: BeautifulSoup) -> None:
    ids = Counter(tag["id"] for tag in page.find_all(id=True))
    assert [name for name, times in ids.items() if times > 1] == []
    inside = set(re.findall(r"url\(#([^)]+)\)", str(page)))
    assert inside <= set(ids)


def test_every_label_points_at_something(page: BeautifulSoup) -> None:
    ids = {tag["id"] for tag in page.find_all(id=True)}
    assert {tag["aria-labelledby"] for tag in page.find_all(attrs={"aria-labelledby": True})} <= ids
    assert {link["href"].lstrip("#") for link in page.find_all("a")} <= ids


def test_headings_stand_in_order_without_a_gap(page: BeautifulSoup) -> None:
    levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_the_page_can_be_read_without_sight(page: BeautifulSoup) -> None:
    html = page.find("html")
    assert html is not None
    assert html["lang"] == "en"
    assert page.find("a", class_="skip")["href"] == "#content"  # type: ignore[index]
    assert page.find("main", id="content") is not None
    drawings = page.find_all("svg")
    assert len(drawings) == 2 * len(page.find_all("figure"))
    assert all(svg.get("role") == "img" and len(svg.find("title").text) > 20 for svg in drawings)
    assert all(cell.get("scope") for cell in page.find_all("th"))


def test_each_figure_has_caption_numbers_and_its_id(page: BeautifulSoup, files: dict[str, bytes]) -> None:
    figures = page.find_all("figure")
    assert {figure["data-result"] for figure in figures} == {
        "figure/accrual",
        "figure/consort",
        "figure/km-pfs",
        "figure/km-os",
        "figure/forest-pfs",
        "figure/courses-ca125",
    }
    for number, figure in enumerate(figures, start=1):
        name = figure["data-result"].removeprefix("figure/")
        assert figure.find("figcaption").text.startswith(f"Figure {number}.")
        assert figure.find("details").find("tbody").find_all("td")
        assert {f"figures/{name}.svg", f"figures/{name}.csv"} <= set(files)


def test_every_printed_result_names_a_result_of_the_run(page: BeautifulSoup, by_arm: Dossier) -> None:
    known = {result.id for result in by_arm.results}
    shown = {tag["data-result"] for tag in page.find_all(["td", "th", "dd"], attrs={"data-result": True})}
    assert shown == known, "the appendix lists every estimate, and nothing else"


def test_state_and_origin_stand_on_the_page_in_print_and_in_each_drawing(files: dict[str, bytes]) -> None:
    text = files["report.html"].decode()
    assert '@top-right { content: "SIMULATED DATA · DRAFT STUDY FILE"' in text
    banner = BeautifulSoup(text, "html.parser").find("div", class_="state")
    assert banner is not None
    assert "simulated data" in banner.text
    assert "draft study file" in banner.text
    for name, content in files.items():
        if name.endswith(".svg"):
            assert "SIMULATED DATA · DRAFT STUDY FILE" in content.decode()
        if name.endswith(".csv"):
            lines = content.decode().splitlines()
            assert lines[0].endswith(",origin")
            assert all(line.endswith(",simulated") for line in lines[1:])


def test_an_activated_study_with_entered_data_carries_no_warning() -> None:
    dossier = invented_dossier(20, origin="entered", state="activated")
    text = build(dossier, SILENCES)["report.html"].decode()
    assert "SIMULATED" not in text
    assert 'class="state"' not in text
    assert "do not exist" not in text


def test_every_page_says_what_it_is_for(page: BeautifulSoup) -> None:
    assert "not a certified medical device" in page.find("footer").text  # type: ignore[union-attr]


def test_text_from_the_data_is_escaped(by_arm: Dossier) -> None:
    hostile = "</style><script>alert(1)</script>"
    header = by_arm.study.study.model_copy(update={"title": f"Liver TW-0001 {hostile}"})
    arms = tuple(arm.model_copy(update={"label": hostile}) for arm in by_arm.study.arms)
    study = by_arm.study.model_copy(update={"study": header, "arms": arms})
    text = build(replace(by_arm, study=study), SILENCES)["report.html"].decode()
    assert "<script" not in text
    assert text.count("</style>") == 1


def test_a_hangul_site_name_stands_in_table_and_drawing(files: dict[str, bytes]) -> None:
    assert "서울아산-02" in files["tables/baseline.csv"].decode()
    assert "서울아산-02" in files["figures/forest-pfs.svg"].decode()
    fonts = re.search(r'font-family="([^"]+)"', files["figures/forest-pfs.svg"].decode())
    assert fonts is not None
    assert "CJK KR" in fonts[1]
    assert fonts[1].endswith("sans-serif")


def test_the_same_dossier_gives_the_same_bytes(by_arm: Dossier, files: dict[str, bytes]) -> None:
    assert build(by_arm, SILENCES) == files


def test_gaps_of_the_record_stand_on_a_page_of_their_own_in_order(page: BeautifulSoup) -> None:
    section = page.find("section", id="silences")
    assert section is not None
    assert section["class"] == ["page"]
    questions = [row.find("th").text for row in section.find("table").find("tbody").find_all("tr")]
    assert questions == ["Which ratio and strata?", "Does counting end at 24 months?"], "what blocks stands first"
    assert len(section.find_all("p", class_="one")) == 24


def test_a_trial_without_anything_yet_has_a_report(by_arm: Dossier) -> None:
    nothing = {
        name: getattr(by_arm.derived, name).clear() for name in ("adsl", "adrs", "adtte", "adbin", "grades", "sources")
    }
    empty = replace(
        by_arm,
        frames=replace(by_arm.frames, tables={}),
        derived=replace(by_arm.derived, **nothing),
        results=(),
        curves={},
        findings=(),
    )
    text = build(empty, ())["report.html"].decode()
    for words in ("Nobody has reached a gate", "Nobody is allocated yet", "There is no curve", "found nothing"):
        assert words in text
