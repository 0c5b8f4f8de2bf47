"""The report of the command line against a second program: subjects, estimates, and the text as printed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from tests.e2e import second_counts, second_program
from tests.e2e.second_program import ARMS, MONTH
from tests.e2e.trials import with_the_demo_set

pytestmark = pytest.mark.independent("a second program in numpy, written from the study file and the data folder")

# seed, subjects and cutoff; the last is an interim look at the folder before it
CASES = ((11, 90, None), (5, 70, None), (5, 70, "2027-09-30"))
GRADE_ROWS = {"No complication recorded": "none", "I": "I", "II": "II", "IIIa": "IIIA", "IIIb": "IIIB", "IVa": "IVA",
              "IVb": "IVB", "V (death)": "V", "Not known": "unknown"}  # fmt: skip
SITES = {"Ovary": "OVARY", "Fallopian tube": "TUBE", "Peritoneum": "PERITONEUM"}


@dataclass(frozen=True)
class Case:
    """One run: what the second program reads, what the first wrote, and the tables of its page."""

    data: tuple[str, str]
    run: Path
    page: BeautifulSoup

    def table(self, label: str) -> list[list[str]]:
        boxes = self.page.find_all("div", attrs={"aria-label": re.compile(label)})
        assert len(boxes) == 1, label
        return [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in boxes[0].find_all("tr")]

    def rows(self, label: str) -> dict[tuple[str, str], list[str]]:
        """Cells of a table by the group row above them and their heading."""
        found, group = {}, ""
        for head, *cells in self.table(label)[1:]:
            group = group if cells else head
            if cells:
                found[group, head] = cells
        return found


def trialwright(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "trialwright", *words], check=True, capture_output=True, text=True)


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"seed {case[0]} to {case[2] or 'the end'}")
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    seed, subjects, cutoff = request.param
    place = tmp_path_factory.mktemp("second")
    study, folder, run = str(with_the_demo_set(place)), place / "data", place / "run"
    trialwright("simulate", study, "--n", str(subjects), "--seed", str(seed), "--out", str(folder))
    cutoff = cutoff or json.loads((folder / "study.json").read_text(encoding="utf-8"))["cutoff"]
    trialwright("run", study, "--data", str(folder), "--cutoff", cutoff, "--out", str(run), "--by-arm")
    page = BeautifulSoup((run / "report.html").read_text(encoding="utf-8"), "html.parser")
    yield Case((str(folder), cutoff), run, page)
    second_program.courses.cache_clear()


# subjects and estimates


def test_every_time_of_every_subject_agrees(case: Case) -> None:
    theirs = pd.read_csv(case.run / "frames" / "adtte.csv", dtype={"USUBJID": str})
    theirs["key"] = theirs.PARAMCD + theirs.DEFID.map({"record": "~record"}).fillna("")
    columns = ["start", "ADT", "AVAL", "CNSR"]
    theirs = theirs.rename(columns={"USUBJID": "subject", "STARTDT": "start"}).set_index(["key", "subject"])[columns]
    ours = second_program.times(case.data).set_index(["key", "subject"])[columns].astype({"start": str, "ADT": str})
    pd.testing.assert_frame_equal(ours.sort_index(), theirs.sort_index())
    assert set(ours.CNSR) >= {0, 1, 5}


def test_every_resection_agrees(case: Case) -> None:
    theirs = pd.read_csv(case.run / "frames" / "adbin.csv", dtype=str)
    cleared = {course.subject: course.resection() is True for course in second_program.courses(*case.data)
               if course.arm == "SCS"}  # fmt: skip
    record = theirs[theirs.DEFID == "record"].set_index("USUBJID").AVALC
    assert {subject: answer == "Y" for subject, answer in record.items()} == cleared


def test_every_estimate_agrees(case: Case) -> None:
    written = json.loads((case.run / "results.json").read_text(encoding="utf-8"))["results"]
    theirs = {result["id"]: result for result in written if "kind" not in result and "method" in result}
    ours = second_program.figures(case.data)
    # the second program has no test of proportional hazards and no marker model
    alone = {name for name in set(theirs) - set(ours) if not name.startswith("KELIMACC/")}
    assert alone == {"PFS/p_zph", "OS/p_zph"}
    for name, result in theirs.items():
        if name in ours:
            figure = ours[name] if isinstance(ours[name], tuple) else (ours[name],)
            # a likelihood without a top is climbed to within what either program calls flat
            near = 1e-4 if "interaction" in name else 1e-6
            for limit, mine in zip(("value", "low", "high"), figure, strict=False):
                expected = None if mine is None or mine != mine else pytest.approx(mine, rel=near)
                assert result.get(limit) == expected, (name, limit)


# printed text


def decimal(value: float, digits: int = 1) -> str:
    text = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return str(text + 0).replace("-", "\u2212")


def p_value(p: float) -> str:
    if p < 0.001 or p > 0.99:
        return "<0.001" if p < 0.001 else ">0.99"
    return f"{p:.3f}" if p < 0.0995 else f"{p:.2f}"


def with_limits(figure: tuple[float | None, ...], scale: float, digits: int) -> str:
    shown = [None if part is None or part != part else decimal(part * scale, digits) for part in figure]
    if shown[0] is None:
        shown[0] = "not reached"
    elif shown[1:] == [None, None]:
        return shown[0] if figure[0] == 1 else f"{shown[0]} (limits not reached)"
    if shown[1:] == [None, None]:
        return shown[0]
    return f"{shown[0]} ({shown[1] or 'not reached'} to {shown[2] or 'not reached'})"


def printed(name: str, figure: object) -> str | None:
    """A figure as the report should print it; None where it prints a sentence instead."""
    kind = re.split("[/@:]", name)[1]
    if isinstance(figure, int):
        return str(figure)
    if kind.startswith("p_"):
        return p_value(figure)
    if kind.startswith("chisq") or (figure[0] is None and kind not in ("median", "follow_up")):
        return None
    if kind in ("hr", "rmst_ratio"):
        return with_limits(figure, 1, 2)
    return with_limits(figure, 100 if kind.startswith("rate") else 1 / MONTH, 1)


def test_every_marked_cell_prints_the_second_programs_figure(case: Case) -> None:
    ours, seen = second_program.figures(case.data), set()
    for cell in case.page.find_all(attrs={"data-result": True}):
        name = cell["data-result"]
        expected = printed(name, ours[name]) if name in ours else None
        if expected is not None:
            # the list of all estimates marks the id and prints the figure beside it
            shown = cell.find_next_sibling("td") if cell.get_text() == name else cell
            assert shown.get_text().removesuffix(" months").removesuffix(" %") == expected, name
            seen.add(name)
    wanted = {f"{key}/{kind}@{arm}" for key in ("PFS", "OS", "OS~record") for kind in ("n_events", "median", "n")
              for arm in ARMS}  # fmt: skip
    assert seen >= wanted | {"PFS/hr", "PFS/p_logrank", "OS/hr", "OS/p_logrank", "R0/rate", "R0~operated/rate"}


@pytest.mark.parametrize(("key", "label"), [("PFS", "Progression-free survival"), ("OS", "Overall survival")])
def test_numbers_at_risk_agree(case: Case, key: str, label: str) -> None:
    times = second_program.times(case.data).query("key == @key")
    printed_rows = case.rows(f"^{label} at the ticks")
    assert len(printed_rows) > 4
    for (group, month), cells in printed_rows.items():
        rows = times[times.arm == group.split(":")[0]]
        at, time, event = float(month) * MONTH, rows.AVAL, rows.CNSR == 0
        survival = second_program.milestone(time, event, at)[0]
        assert [int(cell) for cell in cells[:3]] == [
            (time >= at).sum(), (event & (time <= at)).sum(), (~event & (time <= at)).sum()]  # fmt: skip
        assert cells[3] == ("–" if survival is None else decimal(100 * survival))


@pytest.mark.parametrize(("key", "label"), [("PFS", "Progression-free survival"), ("OS", "Overall survival")])
def test_events_and_censored_agree(case: Case, key: str, label: str) -> None:
    times = second_program.times(case.data).query("key == @key")
    rows = {head: cells for (_, head), cells in case.rows(f"^{label}: events and censoring").items()}
    for place, arm in enumerate(ARMS):
        codes = times[times.arm == arm].CNSR
        for head, number in (("Events", (codes == 0).sum()), ("Censored", (codes != 0).sum())):
            assert rows[head][place] == share(int(number), len(codes), int(times.arm.value_counts().max()))


# counts


def share(number: int, of: int, largest: int = 0) -> str:
    """Percentages of one table have one number of decimals, that of its largest group."""
    return f"{number} ({decimal(100 * number / of, 1 if max(of, largest) >= 100 else 0)})"


def quartiles(values: pd.Series, digits: int) -> str:
    low, middle, high = (decimal(float(values.quantile(q)), digits) for q in (0.25, 0.5, 0.75))
    return f"{middle} ({low} to {high})"


def test_the_flow_of_subjects_agrees(case: Case) -> None:
    flow, shown = second_counts.flow(case.data), {key: int(cells[0]) for key, cells in case.rows("Flow").items()}
    assert shown["Enrolment", "Assessed for eligibility"] == flow["assessed"]
    assert shown["Enrolment", "Registered"] == flow["registered"]
    for step, left, why in (("Not registered", "refused", "why_refused"), ("Not allocated", "dropped", "why_dropped")):
        reasons = {key[1].removeprefix(f"{step}: "): n for key, n in shown.items() if key[1].startswith(f"{step}: ")}
        reasons.pop("refused or left", None)
        assert shown["Enrolment", step] == flow[left] == sum(reasons.values())
        waiting = sum(reasons.pop(f"still before {gate} at the cutoff", 0) for gate in ("registration", "allocation"))
        assert waiting == flow[left] - sum(flow[why].values())
        named = {reason: n for reason, n in reasons.items() if not reason.endswith(("other reasons", "other reason"))}
        assert named.items() <= flow[why].items()
        assert named
    for (stage, line), number in shown.items():
        arm = flow.get(stage.split(":")[0], {})
        lines = {"Allocated": "allocated", "Died": "died", "Lost to follow-up": "lost",
                 "Withdrew from follow-up": "withdrew", "Secondary cytoreductive surgery done": "done",
                 "Not done, or not recorded yet": "silent",
                 "Not done: judged no longer possible when it was due": "cancelled"}  # fmt: skip
        if arm and line in lines:
            assert number == arm[lines[line]], (stage, line)


def test_the_baseline_table_agrees(case: Case) -> None:
    everyone, rows = second_counts.baseline(case.data), case.rows("Baseline characteristics")
    for place, part in enumerate([*(everyone[everyone.arm == arm] for arm in ARMS), everyone]):
        assert rows["Age, years", "Median (quartiles)"][place] == quartiles(part.age, 0)
        assert rows["Age, years", "Range"][place] == f"{part.age.min()} to {part.age.max()}"
        for site in everyone.site.unique():
            assert rows["Site", site][place] == share(int((part.site == site).sum()), len(part), len(everyone))
        known = part.origin.notna().sum()
        for head, site in SITES.items():
            cells = rows.get(("Primary site", head), ["0 (0)"] * 3)
            assert cells[place].split(" ")[0] == share(int((part.origin == site).sum()), known).split(" ")[0]
        [free] = [group for group, _ in rows if group.startswith("From last day of the last platinum")][:1]
        assert rows[free, "Median (quartiles)"][place] == quartiles(part.free, 1)
        assert rows["CA-125 before chemotherapy start, U/mL", "Median (quartiles)"][place] == quartiles(part.marker, 0)


def test_the_complications_agree(case: Case) -> None:
    worst = pd.DataFrame(second_counts.worst_grades(case.data).values(), columns=["grade", "index"])
    rows = {head: cells[0] for (_, head), cells in case.rows("Worst surgical complication").items()}
    known = int((worst.grade != "unknown").sum())
    for head, grade in GRADE_ROWS.items():
        number = int((worst.grade == grade).sum())
        if grade != "unknown":
            assert rows[head] == share(number, known, len(worst)), head
        elif number:
            assert rows[head] == str(number)
    assert rows["Comprehensive Complication Index, median (quartiles)"] == quartiles(
        worst["index"].dropna().astype(float), 1
    )


def test_accrual_and_the_marker_agree(case: Case) -> None:
    rows = case.rows("Accrual")
    for name, days in second_counts.accrual(case.data).items():
        assert rows["", name][:3] == [str(len(days)), str(days[0]), str(days[-1])]
    start, end = (pd.Timestamp(day) for day in rows["", "Plan"][1:3])
    assert (start, end) == (pd.Timestamp("2025-12-15"), pd.Timestamp("2027-11-15"))
    marker, caption = second_counts.marker_rows(case.data), case.page.find(id="figure-courses-ca125").figcaption
    assert f"{marker.subject.nunique()} subjects, {len(marker)} values" in caption.get_text()
    by_day = second_counts.marker_table(case.data)
    for (_, day), cells in case.rows("CA-125 around").items():
        line = by_day.loc[int(day)]
        assert (int(cells[0]), float(cells[1])) == (line["count"], float(f"{line['50%']:.3g}"))
