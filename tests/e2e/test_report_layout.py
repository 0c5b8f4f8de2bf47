"""The report in a browser: nothing overlaps, nothing sticks out, and the gaps of the record fill one printed page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.unit.report.invented_dossier import SILENCES, invented_dossier
from trialwright.conduct.studies import open_study
from trialwright.model.result import Result
from trialwright.protocol.provenance import silences
from trialwright.report.build import build

pytestmark = [pytest.mark.unvalidated, pytest.mark.slow]

LONG = Result(
    "KELIMACC/hr_favourable_weighted:PFS@EXPERIMENTAL", value=0.9, low=0.68, high=1.17, level=0.95,
    method="kaplan-meier", set="randomised", status="estimated", certainty="unverified",
)  # fmt: skip
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--no-pdf-header-footer",
)  # fmt: skip
MEASURE = """
<script>
const seen = element => element.getClientRects().length > 0;
const root = document.documentElement;
const found = {width: window.innerWidth, page: root.scrollWidth, texts: 0};
found.overlaps = [], found.outside = [], found.cut = [], found.hidden = [];
for (const svg of document.querySelectorAll('svg')) {
  if (!seen(svg)) continue;
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].filter(t => seen(t) && t.textContent.trim());
  const boxes = texts.map(t => [t.textContent, t.getBoundingClientRect()]);
  found.texts += boxes.length;
  for (const [text, box] of boxes)
    if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
        box.top < frame.top - 1 || box.bottom > frame.bottom + 1) found.outside.push(text);
  for (let i = 0; i < boxes.length; i++)
    for (let j = i + 1; j < boxes.length; j++) {
      const a = boxes[i][1], b = boxes[j][1];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 3) found.overlaps.push([boxes[i][0], boxes[j][0]]);
    }
}
for (const box of document.querySelectorAll('p, h1, h2, dd, figcaption, .scroll, svg'))
  if (seen(box) && box.getBoundingClientRect().right > window.innerWidth + 1)
    found.cut.push(box.tagName + ' ' + box.textContent.slice(0, 40));
for (const box of document.querySelectorAll('.tablebox .scroll'))
  if (seen(box) && box.scrollWidth > box.clientWidth + 1) found.hidden.push(box.ariaLabel);
const note = document.createElement('pre');
note.id = 'measured';
note.textContent = JSON.stringify(found);
document.body.append(note);
</script>
"""


@pytest.fixture(scope="module")
def browser() -> str:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine: the pages are not looked at")
    return path


def run(browser: str, profile: Path, *arguments: str) -> str:
    command = [browser, *QUIET, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


@pytest.mark.parametrize("by_arm", [True, False], ids=["by-arm", "pooled"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_overlaps_and_nothing_sticks_out(browser: str, tmp_path: Path, by_arm: bool, width: int) -> None:
    dossier = invented_dossier(by_arm=by_arm)
    html = build(replace(dossier, results=(*dossier.results, LONG)), SILENCES)["report.html"].decode()
    page = tmp_path / "report.html"
    # a window is never narrower than about 500 points, a frame inside it is
    page.write_text(html.replace("</body>", MEASURE + "</body>"), encoding="utf-8")
    frame = tmp_path / "frame.html"
    frame.write_text(
        f'<iframe src="report.html" style="width:{width}px;height:9000px;border:0"></iframe><pre id="out"></pre>'
        "<script>onload = () => { const inner = document.querySelector('iframe').contentDocument;"
        "document.getElementById('out').textContent = inner.getElementById('measured').textContent; }</script>",
        encoding="utf-8",
    )
    dumped = run(
        browser,
        tmp_path / "profile",
        "--window-size=1400,9000",
        "--allow-file-access-from-files",
        "--virtual-time-budget=4000",
        "--dump-dom",
        frame.as_uri(),
    )
    measured = BeautifulSoup(dumped, "html.parser").find("pre", id="out")
    assert measured is not None
    found = json.loads(measured.text)
    assert found["width"] == width
    assert found["texts"] > 60
    assert found["overlaps"] == []
    assert found["outside"] == []
    assert found["cut"] == []
    assert found["page"] <= width
    assert found["hidden"] == [] or width < 1280


def test_what_the_record_does_not_say_fills_one_printed_page(browser: str, tmp_path: Path) -> None:
    study = open_study("nct07295132").study
    html = build(invented_dossier(20), silences(study))["report.html"].decode()
    soup = BeautifulSoup(html, "html.parser")
    for part in soup.select("header, footer, .state, main > section:not(#silences)"):
        part.decompose()
    page = tmp_path / "silences.html"
    page.write_text(str(soup), encoding="utf-8")
    printed = tmp_path / "silences.pdf"
    run(browser, tmp_path / "profile", f"--print-to-pdf={printed}", page.as_uri())
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) == 1
