"""Without ``--by-arm`` nothing that is written tells who is in which arm.

The strongest question is asked first: two trials that differ in nothing but their arms, and in what follows from the
arm alone, must give the same report, the same results and the same frames, byte by byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.e2e.rude import STUDY, STUDY_TEXT, Ended, call, run_arguments
from tests.e2e.trials import text_tables
from trialwright.conduct.catalogue import catalogue
from trialwright.conduct.studies import open_study
from trialwright.design.simulate import simulate
from trialwright.exchange.folder import write_folder
from trialwright.model.arm_bound import arm_bound
from trialwright.model.manifest import Manifest
from trialwright.protocol.load import load

pytestmark = pytest.mark.independent("two trials that differ in their arms only")

ARMS = ("SCS", "CHEMO")
LABELS = ("Cytoreduction then remaining chemotherapy", "Remaining chemotherapy alone")
STUDY_ITSELF = {
    "report.html",
    "study.yaml",
    *(f"tables/{name}.csv" for name in ("arms", "assumptions", "endpoints", "open-points", "r0", "surgcomp")),
    "tables/pfs-estimand.csv",
}
"""Files that describe the study, where its arms may be named."""

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two folders, and a run of each without figures by arm; of the first one also with them."""
    place = tmp_path_factory.mktemp("blinding")
    opened = open_study(STUDY)
    invented = simulate(opened.study, subjects=60, seed=11)
    manifest = Manifest(STUDY, "simulated", canonical_sha256=opened.sha256, cutoff=invented.cutoff)
    write_folder(place / "made", {name: table.text() for name, table in invented.coded.items()}, manifest)
    one = with_late_complications(text_tables(place / "made"), invented.cutoff.isoformat())
    for name, tables in {"one": one, "other": with_the_arms_exchanged(one)}.items():
        write_folder(place / name, tables, manifest)
        done = pooled(place / name, place / f"{name}-run")
        assert done.code == 0, done.stderr
    done = call(*run_arguments(place / "one", place / "one-by-arm", "--by-arm", cutoff=str(invented.cutoff)))
    assert done.code == 0, done.stderr
    return place


def pooled(data: Path, out: Path) -> Ended:
    cutoff = json.loads((data / "study.json").read_text(encoding="utf-8"))["cutoff"]
    return call(*run_arguments(data, out, cutoff=cutoff))


def of_surgery(tables: Mapping[str, pl.DataFrame], domain: str) -> pl.Expr:
    """Rows that only the surgical arm has."""
    graded = tables["FA"].filter(pl.col("FATESTCD") == "CLAVIEN")
    links = graded.select(KEY=pl.concat_str("USUBJID", "FALNKID"))["KEY"].to_list()
    if domain == "PR":
        return pl.col("PRCAT") == "PROTOCOL SURGERY"
    if domain == "AE":
        return pl.concat_str(pl.col("USUBJID"), pl.lit("AE."), pl.col("AESEQ")).is_in(links)
    return pl.col("FATESTCD").is_in(["RESIDUAL", "CLAVIEN"])


def with_late_complications(tables: Tables, day: str) -> Tables:
    """A complication on the last day for every operated subject still followed: it is her last contact."""
    ended = tables["DS"].filter(pl.col("DSCAT") == "DISPOSITION EVENT")["USUBJID"].to_list()
    gone = [*ended, *tables["DM"].filter(pl.col("DTHDTC").is_not_null())["USUBJID"]]
    operated = tables["PR"].filter(of_surgery(tables, "PR") & ~pl.col("USUBJID").is_in(gone))
    late = operated.select(
        "USUBJID",
        FASEQ=pl.lit("900"),
        FATESTCD=pl.lit("CLAVIEN"),
        FASTRESC=pl.lit("I"),
        FADTC=pl.lit(day),
        FALNKID=pl.concat_str(pl.lit("PR."), "PRSEQ"),
    )
    assert late.height > 5
    return {**tables, "FA": pl.concat([tables["FA"], late], how="diagonal")}


def seen_on_the_days_of_surgery(tables: Tables) -> pl.DataFrame:
    """SS rows that keep the contact of each row that only the surgical arm has."""
    days = pl.concat(
        tables[domain].filter(of_surgery(tables, domain)).select("USUBJID", SSDTC=pl.col(column))
        for domain, column in (("PR", "PRSTDTC"), ("FA", "FADTC"), ("AE", "AESTDTC"))
    ).unique(maintain_order=True)
    days = days.join(tables["SS"].filter(pl.col("SSORRES") == "ALIVE"), on=["USUBJID", "SSDTC"], how="anti")
    numbered = days.with_columns(
        SSSEQ=(pl.int_range(pl.len()).over("USUBJID") + 900).cast(pl.String),
        SSTESTCD=pl.lit("SURVSTAT"),
        SSORRES=pl.lit("ALIVE"),
    )
    return pl.concat([tables["SS"], numbered], how="diagonal")


def with_the_arms_exchanged(tables: Tables) -> Tables:
    """The same subjects in the other arm: nobody was operated but two who stay as they are."""
    operated = tables["PR"].filter(of_surgery(tables, "PR"))["USUBJID"].unique().sort()
    graded = tables["AE"].filter(of_surgery(tables, "AE"))["USUBJID"].unique().sort()
    stay = [graded[0], next(subject for subject in operated if subject not in graded.to_list())]
    leaves = pl.col("USUBJID").is_in(stay)
    changed = dict(tables)
    for domain in ("PR", "FA", "AE"):
        changed[domain] = tables[domain].filter(leaves | ~of_surgery(tables, domain))
    exchange = {ARMS[0]: ARMS[1], ARMS[1]: ARMS[0]}
    names = dict(zip(LABELS, reversed(LABELS), strict=True))
    moved = [
        pl.when(leaves).then(pl.col(column)).otherwise(pl.col(column).replace(pairs)).alias(column)
        for column, pairs in (("ARMCD", exchange), ("ACTARMCD", exchange), ("ARM", names))
    ]
    clean = pl.when(~leaves & (pl.col("RSORRES") == "NED")).then(pl.lit("SD")).otherwise(pl.col("RSORRES"))
    changed["SS"] = seen_on_the_days_of_surgery(tables)
    changed["DM"] = tables["DM"].with_columns(moved)
    changed["RS"] = tables["RS"].with_columns(clean.alias("RSORRES"))
    assert changed["DM"]["ARMCD"].to_list() != tables["DM"]["ARMCD"].to_list()
    assert changed["PR"].height == 2
    return changed


def files(run: Path) -> dict[str, Path]:
    return {str(path.relative_to(run)): path for path in sorted(run.rglob("*")) if path.is_file()}


def results(run: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((run / "results.json").read_text(encoding="utf-8"))
    return loaded


def told(path: Path, inputs: Mapping[str, str]) -> object:
    """Content of a file; the hashes of the input files, which differ, are left out."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path).rows()
    text = path.read_text(encoding="utf-8")
    for digest in inputs.values():
        text = text.replace(digest, "HASH").replace(digest[:12], "HASH")
    return text


def test_exchanging_the_arms_changes_nothing_that_is_written(place: Path) -> None:
    one, other = place / "one-run", place / "other-run"
    assert set(files(one)) == set(files(other))
    differing = [
        name
        for name, path in files(one).items()
        if told(path, results(one)["inputs"]) != told(other / name, results(other)["inputs"])
    ]
    assert differing == []


def test_with_figures_by_arm_the_same_exchange_is_seen(place: Path) -> None:
    """The two trials do differ, so that the test above can fail."""
    cutoff = results(place / "one-run")["cutoff"]
    done = call(*run_arguments(place / "other", place / "other-by-arm", "--by-arm", cutoff=cutoff))
    assert done.code == 0, done.stderr
    hazard_ratios = [
        next(entry["value"] for entry in results(place / name)["results"] if entry["id"] == "PFS/hr")
        for name in ("one-by-arm", "other-by-arm")
    ]
    assert hazard_ratios[0] != pytest.approx(hazard_ratios[1])


def test_no_file_names_an_arm_but_where_the_study_is_described(place: Path) -> None:
    word = re.compile(rf"\b({'|'.join(ARMS)})\b|{'|'.join(LABELS)}")
    naming = [
        name
        for name, path in files(place / "one-run").items()
        if name not in STUDY_ITSELF and path.suffix != ".parquet" and word.search(path.read_text(encoding="utf-8"))
    ]
    assert naming == []


def test_no_frame_holds_an_arm_or_an_arm_column(place: Path) -> None:
    frames = [path for name, path in files(place / "one-run").items() if name.endswith(".parquet")]
    assert len(frames) >= 4
    for path in frames:
        frame = pl.read_parquet(path)
        assert {"ARMCD", "ARM", "ACTARMCD", "OPERATFL", "SURGERYDT"} & set(frame.columns) == set(), path.name
        text = frame.select(pl.col(pl.String)).unpivot()["value"].drop_nulls()
        assert set(text) & {*ARMS, *LABELS} == set(), path.name


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def test_results_hold_no_arm_in_any_key_or_value(place: Path) -> None:
    naming = [text for text in strings(results(place / "one-run")) if re.search(rf"\b({'|'.join(ARMS)})\b", text)]
    assert naming == []


def test_comparisons_are_withheld_and_hold_no_figure(place: Path) -> None:
    entries = {entry["id"]: entry for entry in results(place / "one-run")["results"]}
    compared = [f"{stem}/{figure}" for stem in ("PFS", "OS") for figure in ("hr", "p_cox", "p_logrank", "p_zph")]
    for name in (*compared, "PFS/rmst_difference", "OS~record/hr", "PFS/forest", "R0/rate", "R0~operated/rate"):
        assert entries[name]["status"] == "withheld", name
        assert entries[name]["value"] is None
        assert {"low", "high", "n", "events"} & set(entries[name]) == set(), name


def test_no_row_of_an_endpoint_is_confined_to_one_arm(place: Path) -> None:
    arms = dict(text_tables(place / "one")["DM"].select("USUBJID", "ARMCD").iter_rows())
    frame = pl.read_csv(place / "one-run" / "frames" / "adtte.csv")
    assert {"R0", "SURGCOMP"} & set(frame["PARAMCD"]) == set()
    for (name, definition), rows in frame.group_by("PARAMCD", "DEFID"):
        assert {arms[subject] for subject in rows["USUBJID"]} == set(ARMS), (name, definition)
    assert pl.read_csv(place / "one-run" / "frames" / "adbin.csv").height == 0


def test_no_edge_leads_to_what_only_the_surgical_arm_has(place: Path) -> None:
    tables = text_tables(place / "one")
    surgical = {
        f"row/{domain.lower()}.csv:{subject}:{number}"
        for domain in ("PR", "FA", "AE")
        for subject, number in tables[domain]
        .filter(of_surgery(tables, domain))
        .select("USUBJID", f"{domain}SEQ")
        .rows()
    }
    assert surgical & {end for _, end in results(place / "one-by-arm")["edges"]}
    assert surgical & {end for _, end in results(place / "one-run")["edges"]} == set()


def test_responses_after_an_operation_are_not_listed(place: Path) -> None:
    """No evidence of disease is said of those who were operated."""
    assert "NED" in set(pl.read_csv(place / "one-by-arm" / "frames" / "adrs.csv")["AVALC"])
    shown = pl.read_csv(place / "one-run" / "frames" / "adrs.csv")
    assert set(shown["ASSESSID"]) == {"before", "ca125_response"}, "both end at allocation"


@pytest.mark.parametrize(
    "wanted",
    [
        "PFS/hr", "PFS/median@SCS", "PFS/rmst@CHEMO", "PFS/hr:primary_site=OVARY", "OS~record/hr", "R0/rate",
        "figure/forest-pfs",
    ],
)  # fmt: skip
def test_a_figure_by_arm_is_refused(place: Path, wanted: str) -> None:
    done = call("trace", wanted, "--run", place / "one-run")
    assert (done.code, done.stdout) == (4, "")
    assert f"{wanted} is a figure by arm and withheld" in done.stderr
    assert "--by-arm" in done.stderr


def test_a_row_of_an_endpoint_of_one_arm_is_refused_for_whoever_it_is(place: Path) -> None:
    subjects = text_tables(place / "one")["DM"].filter(pl.col("ARMCD").is_not_null()).group_by("ARMCD").first()
    messages = set()
    for subject in subjects["USUBJID"]:
        done = call("trace", f"R0/{subject}", "--run", place / "one-run")
        assert done.code == 4
        messages.add(done.stderr.replace(subject, "X"))
    assert len(messages) == 1


def test_a_slip_of_the_finger_is_still_bad_input(place: Path) -> None:
    done = call("trace", "PFS/medium", "--run", place / "one-run")
    assert (done.code, "did you mean PFS/median" in done.stderr) == (2, True)


def test_a_walk_down_to_the_rows_shows_no_arm(place: Path) -> None:
    subject = text_tables(place / "one")["DM"].filter(pl.col("ARMCD") == "SCS")["USUBJID"][0]
    walks = [
        call("trace", f"PFS/{subject}", "--run", place / name, "--data", place / "one", "--json")
        for name in ("one-run", "one-by-arm")
    ]
    assert [walk.code for walk in walks] == [0, 0]
    assert ["ARMCD SCS" in walk.stdout for walk in walks] == [False, True]


def test_findings_about_an_operation_are_withheld(place: Path, tmp_path: Path) -> None:
    tables = text_tables(place / "one")
    control = tables["DM"].filter(pl.col("ARMCD") == "CHEMO")["USUBJID"][0]
    row = tables["PR"].filter(of_surgery(tables, "PR")).head(1).with_columns(USUBJID=pl.lit(control))
    cutoff = results(place / "one-run")["cutoff"]
    manifest = Manifest(STUDY, "simulated", cutoff=pl.Series([cutoff]).str.to_date()[0])
    write_folder(tmp_path / "data", {**tables, "PR": pl.concat([tables["PR"], row])}, manifest)
    assert pooled(tmp_path / "data", tmp_path / "run").code == 0
    found = [finding for finding in results(tmp_path / "run")["findings"] if finding["id"] == "G09"]
    assert [(finding["where"], finding["subject"]) for finding in found] == [("", "")]
    for path in files(tmp_path / "run").values():
        if path.suffix in {".json", ".html", ".csv"}:
            assert "in an arm that has none" not in path.read_text(encoding="utf-8"), path.name


def test_what_is_bound_to_an_arm_in_the_ovarian_trial() -> None:
    bound = arm_bound(open_study(STUDY).study)
    assert bound.items == {"operated_on", "residual", "complication"}
    assert (bound.time_points, bound.sets, bound.series) == ({"surgery"}, {"operated"}, {"after"})
    assert bound.endpoints == {("R0", "record"), ("R0", "operated"), ("SURGCOMP", "used")}
    assert not bound.first_dose


def test_a_set_that_only_one_arm_reaches_needs_no_word_about_arms() -> None:
    text = STUDY_TEXT.replace("{id: operated, reached: surgery, arms: [SCS],", "{id: operated, reached: surgery,")
    assert text != STUDY_TEXT
    assert arm_bound(load(text, catalogue(), name="study.yaml")).sets == {"operated"}
