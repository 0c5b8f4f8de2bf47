"""The survival commands: shapes, exit codes, messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from tests.oracles import OVARIAN
from trialwright.cli import app

pytestmark = pytest.mark.double_programmed("R survival 3.5-3 and survRM2 1.0-4 on the ovarian rows")

Run = Callable[..., Result]
COLUMNS = ("--time", "day", "--event", "died")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "ovarian.csv"
    lines = [f"{int(t)},{int(e)},{'AB'[int(a) - 1]},{int(s)},{age}" for t, e, a, s, age in OVARIAN]
    path.write_text("day,died,arm,ecog,age\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def run(table: Path) -> Run:
    def invoke(command: str, *options: str, data: Path | None = None) -> Result:
        arguments = ["survival", command, "--data", str(data or table), *COLUMNS, *options]
        return CliRunner().invoke(app, arguments)

    return invoke


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "t.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return written


COMMANDS = {
    "km": ("--arm", "arm"),
    "quantiles": ("--arm", "arm"),
    "milestones": ("--arm", "arm", "--times", "180,365,5000"),
    "logrank": ("--arm", "arm"),
    "cox": ("--arm", "arm", "--covariates", "age,ecog"),
    "zph": ("--arm", "arm", "--covariates", "age,ecog"),
    "rmst": ("--arm", "arm", "--tau", "730"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_output_obeys_its_schema(run: Run, repository: Path, command: str) -> None:
    done = run(command, *COMMANDS[command], "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    path = repository / "src" / "trialwright" / "cli" / "schemas" / f"survival-{command}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(done.stdout), schema)


@pytest.mark.parametrize("command", COMMANDS)
def test_text_is_a_table(run: Run, command: str) -> None:
    done = run(command, *COMMANDS[command])
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) >= 3
    assert "0.0000" not in done.stdout


def answer(done: Result) -> dict[str, object]:
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_figures(run: Run) -> None:
    logrank = answer(run("logrank", "--arm", "arm", "--json"))
    assert logrank["chisq"] == pytest.approx(1.06273986129141)
    assert [g["level"] for g in logrank["groups"]] == ["A", "B"]
    stratified = answer(run("logrank", "--arm", "arm", "--strata", "ecog", "--json"))
    assert stratified["chisq"] == pytest.approx(0.767911418930592)
    weighted = answer(run("logrank", "--arm", "arm", "--rho", "1", "--json"))
    assert weighted["chisq"] == pytest.approx(1.6848546116575)
    cox = answer(run("cox", "--covariates", "age,arm,ecog", "--json"))
    assert [t["term"] for t in cox["terms"]] == ["age", "armB", "ecog"]
    assert [t["coef"] for t in cox["terms"]] == pytest.approx(
        [0.146989256211902, -0.814584764008128, 0.103179602127612]
    )
    zph = answer(run("zph", "--covariates", "age,arm,ecog", "--transform", "identity", "--json"))
    assert zph["global"]["chisq"] == pytest.approx(3.64938234937631)
    rmst = answer(run("rmst", "--arm", "arm", "--tau", "730", "--json"))
    assert rmst["difference"]["estimate"] == pytest.approx(120.608547008547)
    km = answer(run("km", "--arm", "arm", "--conf-type", "log", "--json"))
    assert km["groups"][0]["lower"][0] == pytest.approx(0.7890185758, abs=1e-9)
    quantiles = answer(run("quantiles", "--arm", "arm", "--json"))
    assert [g["quantiles"][1]["estimate"] for g in quantiles["groups"]] == [638.0, None]


def test_a_reference_turns_the_comparison_round(run: Run) -> None:
    forth, back = (answer(run("cox", "--arm", "arm", *o, "--json"))["terms"][0] for o in ((), ("--reference", "B")))
    assert (forth["term"], back["term"]) == ("armB", "armA")
    assert forth["coef"] == pytest.approx(-back["coef"])
    rmst = answer(run("rmst", "--arm", "arm", "--tau", "730", "--reference", "B", "--json"))
    assert rmst["difference"]["estimate"] == pytest.approx(-120.608547008547)


def test_breslow_robust_cluster_and_factor(run: Run) -> None:
    robust = answer(run("cox", "--arm", "arm", "--robust", "--json"))["terms"][0]
    assert robust["robust_se"] != robust["se"]
    clustered = answer(run("cox", "--arm", "arm", "--cluster", "ecog", "--ties", "breslow", "--json"))["terms"][0]
    assert clustered["robust_se"] != pytest.approx(robust["robust_se"])
    assert answer(run("cox", "--factor", "ecog", "--json"))["terms"][0]["term"] == "ecog2"


def test_event_codes_1_and_2_need_a_declaration(run: Run, write: Callable[[str], Path]) -> None:
    data = write("day,died,arm\n5,1,A\n6,2,B\n7,2,A\n8,1,B\n")
    done = run("logrank", "--arm", "arm", data=data)
    assert done.exit_code == 2
    assert "codes 1, 2" in done.stderr
    assert "--event-code" in done.stderr
    declared = answer(run("logrank", "--arm", "arm", "--event-code", "2", "--json", data=data))
    assert sum(g["observed"] for g in declared["groups"]) == 2


def test_other_codes_are_said_to_be_censored_and_an_absent_code_is_said(run: Run, write: Callable[[str], Path]) -> None:
    data = write("day,died\n5,1\n6,2\n7,0\n")
    assert "codes 0, 2 of column died were taken as censored" in run("km", "--event-code", "1", data=data).stderr
    assert "code 9 does not occur" in run("km", "--event-code", "9", data=data).stderr
    assert run("km", data=data).exit_code == 2


def test_codes_may_be_words_and_1_is_1_point_0(run: Run, write: Callable[[str], Path]) -> None:
    words = answer(run("km", "--event-code", "dead", "--json", data=write("day,died\n5,dead\n6,alive\n")))
    assert words["groups"][0]["n_event"] == [1, 0]
    numbers = answer(run("km", "--event-code", "1", "--json", data=write("day,died\n5,1.0\n6,2.0\n")))
    assert numbers["groups"][0]["n_event"] == [1, 0]


def test_rows_left_out_are_counted(run: Run, write: Callable[[str], Path]) -> None:
    data = write("day,died,arm,age\n5,1,A,60\n,1,B,61\n7,,A,62\n8,1,,63\n9,1,B,\n10,0,A,65\n11,1,B,66\n12,1,A,67\n")
    done = run("cox", "--arm", "arm", "--covariates", "age", "--json", data=data)
    shape = json.loads(done.stdout)
    assert shape["n"] == 4
    assert {d["reason"]: d["n"] for d in shape["about"]["dropped"]} == {
        "missing time": 1,
        "missing event": 1,
        "missing arm": 1,
        "missing age": 1,
    }
    assert "1 of 8 rows left out: missing time" in done.stderr


def test_not_estimable_is_printed_and_ends_with_5(run: Run, write: Callable[[str], Path]) -> None:
    data = write("day,died,arm\n" + "".join(f"{i},{i % 2},{'AB'[i % 2]}\n" for i in range(1, 21)))
    done = run("cox", "--arm", "arm", "--json", data=data)
    shape = json.loads(done.stdout)
    assert done.exit_code == 5
    assert shape["terms"][0]["coef"] is None
    assert shape["score"] > 0
    assert shape["lrt"] > 0
    assert shape["about"]["status"] == "not estimable"
    assert "not estimable" in done.stderr
    none = run("logrank", "--arm", "arm", "--json", data=write("day,died,arm\n5,0,A\n6,0,B\n"))
    assert (none.exit_code, json.loads(none.stdout)["chisq"]) == (5, None)
    late = run("rmst", "--arm", "arm", "--tau", "5000")
    assert (late.exit_code, late.stdout) == (5, "")
    assert "carried forward" in late.stderr


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("day,died\n5,1\nabc,1\n", (), "t.csv:3: column day holds 'abc'"),
        ("day,died\n5,1\n-6,1\n", (), "negative in line 3"),
        ("day,died\n5,1\ninf,1\n", (), "holds 'inf'"),
        ("day,died\n", (), "no rows"),
        ("", (), "empty"),
        ("day;died\n5;1\n", (), "semicolons"),
        ("time,died\n5,1\n", (), "the columns are time, died"),
        ("day,died,day\n5,1,5\n", (), "twice"),
        ("day,died,start\n5,1,5\n", ("--entry", "start"), "not before day in line 2"),
        ("day,died\n,1\n5,\n", (), "no row can be used"),
        ("day,died\n5,1\n", ("--level", "95"), "95"),
        ("day,died\n5,1\n", ("--conf-type", "wald"), "wald"),
        ("day,died\n5,1\n", ("--arm", "LINE"), "no column 'LINE'"),
        ("Day,died\n5,1\n", (), "did you mean Day?"),
        ("day,died\n5,dead\n6,alive\n", (), "codes alive, dead"),
        ("day,died\n5,TRUE\n6,FALSE\n", (), "--event-code TRUE"),
        ("day,died\n5,1\n6,0\n7,dead\n", (), "codes 0, 1, dead"),
        ("day,died\n5,1\n6,0\n7,NA\n", (), "t.csv:4: column died holds 'NA'"),
        ("day,died\n5,1\n6,0\n7,NA\n", ("--event-code", "1"), "t.csv:4: column died holds 'NA'"),
        ("day,died\n5,dead\n6,alive\n", ("--event-code", "Dead"), "did you mean --event-code 'dead'?"),
        ("day,died\n5,1\n", ("--level", "nan"), "nan"),
        ("day,died\n1e308,1\n5,0\n", (), "holds '1e308'"),
        ("day,died\n5,1\n", ("--event-code", ""), "--event-code is empty"),
        ("day,died\n5,1\n", ("--strata", ","), "--strata is empty"),
    ],
)
def test_bad_input_has_its_own_message(
    run: Run, write: Callable[[str], Path], text: str, options: tuple[str, ...], message: str
) -> None:
    done = run("km", *options, data=write(text))
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_a_word_for_missing_is_no_level_unasked(run: Run, write: Callable[[str], Path]) -> None:
    data = write("day,died,arm,sex\n5,1,A,F\n6,1,NA,NA\n7,1,B,M\n8,1,A,M\n9,1,B,F\n")
    refused = run("cox", "--covariates", "sex", data=data)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "t.csv:3: column sex holds 'NA'" in refused.stderr
    assert [t["term"] for t in answer(run("cox", "--factor", "sex", "--json", data=data))["terms"]] == ["sexM", "sexNA"]
    kept = run("logrank", "--arm", "arm", "--json", data=data)
    assert "column arm holds 'NA', kept as a level" in kept.stderr
    assert json.loads(kept.stdout)["df"] == 2


def test_a_column_of_numbers_and_text_is_refused_as_covariate(run: Run, write: Callable[[str], Path]) -> None:
    data = write("day,died,age\n5,1,60\n6,1,6O\n7,0,62\n")
    done = run("cox", "--covariates", "age", data=data)
    assert done.exit_code == 2
    assert "t.csv:3" in done.stderr
    assert "'6O'" in done.stderr


@pytest.mark.parametrize(
    ("command", "options", "message"),
    [
        ("logrank", (), "--arm"),
        ("cox", (), "--covariates"),
        ("cox", ("--covariates", "age", "--reference", "B"), "COLUMN=LEVEL"),
        ("rmst", ("--tau", "730", "--strata", "ecog"), "not stratified"),
        ("milestones", ("--times", "soon"), "'soon'"),
        ("milestones", ("--times", "180,nan"), "'180,nan'"),
        ("milestones", ("--times", ","), "','"),
        ("logrank", ("--arm", "arm", "--rho", "nan"), "nan is no number to compute with"),
        ("logrank", ("--arm", "arm", "--gamma", "inf"), "inf is no number to compute with"),
        ("rmst", ("--tau", "1e308", "--carry-forward"), "1e+308"),
        ("cox", ("--arm", "arm", "--reference", "A", "--reference", "arm=B"), "two levels of arm: A and B"),
        ("logrank", ("--arm", "arm", "--level", "0.9"), "--level"),
        ("zph", ("--arm", "arm", "--level", "0.9"), "--level"),
        ("km", ("--data", "absent.csv"), "absent.csv"),
    ],
)
def test_usage_errors(run: Run, command: str, options: tuple[str, ...], message: str) -> None:
    done = run(command, *options)
    assert done.exit_code == 2
    assert message in done.stderr


def test_latin_1_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("day,died,arm\n5,1,Köln\n".encode("latin-1"))
    done = run("km", data=path)
    assert done.exit_code == 2
    assert "UTF-8" in done.stderr


def test_arms_that_are_numbers_are_ordered_by_size(run: Run, write: Callable[[str], Path]) -> None:
    data = write("day,died,arm\n" + "".join(f"{i},1,{(1, 2, 10)[i % 3]}\n" for i in range(1, 31)))
    assert [g["level"] for g in answer(run("logrank", "--arm", "arm", "--json", data=data))["groups"]] == [
        "1",
        "2",
        "10",
    ]
    terms = answer(run("cox", "--arm", "arm", "--json", data=data))["terms"]
    assert [t["term"] for t in terms] == ["arm2", "arm10"]


def test_entry_times_and_two_columns_of_strata(run: Run, write: Callable[[str], Path]) -> None:
    rows = "".join(f"{i + 3},1,{'AB'[i % 2]},{i % 3},{'xyz'[i % 3]},{i}\n" for i in range(1, 31))
    data = write("day,died,arm,site,region,start\n" + rows)
    shape = answer(run("km", "--entry", "start", "--json", data=data))
    assert max(shape["groups"][0]["n_risk"]) == 3
    stratified = answer(run("logrank", "--arm", "arm", "--strata", "site,region", "--json", data=data))
    assert stratified["about"]["options"]["strata"] == ["site", "region"]


@pytest.mark.parametrize(("command", "more"), [("km", ()), ("quantiles", ()), ("rmst", ("--tau", "6"))])
def test_a_curve_that_ends_before_others_enter_says_so(
    run: Run, write: Callable[[str], Path], command: str, more: tuple[str, ...]
) -> None:
    data = write("day,died,start\n3,1,0\n8,1,4\n9,0,5\n")
    done = run(command, "--entry", "start", "--json", *more, data=data)
    assert done.exit_code == 0
    assert json.loads(done.stdout)["about"]["notes"] == [
        "all: all at risk at 3 had the event, so the curve stays at 0 whatever befalls those who enter later"
    ]
    assert "note: all: all at risk at 3" in done.stderr
    late = write("day,died,start\n3,0,0\n8,1,4\n9,1,5\n")
    assert answer(run(command, "--entry", "start", "--json", *more, data=late))["about"]["notes"] == []
