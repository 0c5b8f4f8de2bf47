"""Response figures and the page of one subject in a browser: no words overlap, nothing sticks out, at both widths."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.e2e.test_report_layout import MEASURE, browser, run
from tests.unit.report.invented_dossier import SILENCES
from tests.unit.report.lesion_dossier import lesion_dossier
from trialwright.conduct.studies import open_study
from trialwright.conduct.subject import subject_course
from trialwright.design.folder import write
from trialwright.design.simulate import simulate
from trialwright.report.build import build
from trialwright.report.subject_course import course_page

pytestmark = [pytest.mark.unvalidated, pytest.mark.slow]

__all__ = ["browser"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    place = tmp_path_factory.mktemp("pages")
    opened = open_study("nct06178198")
    write(simulate(opened.study, subjects=8, seed=5), place / "data", study_sha256=opened.sha256)
    found = subject_course(opened, place / "data", "SIM01-000001")
    report = BeautifulSoup(build(lesion_dossier(), SILENCES)["report.html"].decode(), "html.parser")
    for part in report.select("main > section:not(#responses)"):
        part.decompose()
    return {"subject": course_page(found.course, found.dossier), "report": str(report)}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["subject", "report"])
def test_no_words_of_a_figure_overlap(
    browser: str, tmp_path: Path, pages: dict[str, str], name: str, width: int
) -> None:
    (tmp_path / "page.html").write_text(pages[name].replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe src="page.html" style="width:{width}px;height:9000px;border:0"></iframe><pre id="out"></pre>'
        "<script>onload = () => { const inner = document.querySelector('iframe').contentDocument;"
        "document.getElementById('out').textContent = inner.getElementById('measured').textContent; }</script>",
        encoding="utf-8",
    )
    dumped = run(
        browser, tmp_path / "profile", "--window-size=1400,9000", "--allow-file-access-from-files",
        "--virtual-time-budget=4000", "--dump-dom", frame.as_uri(),
    )  # fmt: skip
    measured = BeautifulSoup(dumped, "html.parser").find("pre", id="out")
    assert measured is not None
    found = json.loads(measured.text)
    assert found["width"] == width
    assert found["texts"] > 40
    assert found["overlaps"] == []
    assert found["outside"] == []
    assert found["cut"] == []
    assert found["page"] <= width
