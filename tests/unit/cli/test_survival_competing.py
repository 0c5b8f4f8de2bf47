"""The commands on competing events: shapes, figures, codes, exit codes, messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from tests.competing_oracles import competing_rows, gray, incidence, subdistribution_fit
from trialwright.cli import app

pytestmark = pytest.mark.independent("plain loops over event times")

Run = Callable[..., Result]
ROWS = competing_rows(0, arms=2)
COMMANDS = {"cif": ("--arm", "arm"), "gray": ("--arm", "arm"), "finegray": ("--arm", "arm", "--covariates", "x")}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "t.csv"
    lines = [f"{int(t)},{c},{'AB'[a]},{x},{s}" for t, c, a, x, s in zip(*ROWS, strict=True)]
    path.write_text("day,how,arm,x,stratum\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def run(table: Path) -> Run:
    def invoke(command: str, *options: str, text: str | None = None) -> Result:
        if text is not None:
            table.write_text(text, encoding="utf-8")
        arguments = ["survival", command, "--data", str(table), "--time", "day", "--event", "how", *options]
        return CliRunner().invoke(app, arguments)

    return invoke


def answer(done: Result) -> dict[str, object]:
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_output_obeys_its_schema(run: Run, repository: Path, command: str) -> None:
    shape = answer(run(command, *COMMANDS[command], "--json"))
    path = repository / "src" / "trialwright" / "cli" / "schemas" / f"survival-{command}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(shape, schema)
    assert shape["about"]["status"] == "estimated"


@pytest.mark.parametrize("command", COMMANDS)
def test_text_is_a_table(run: Run, command: str) -> None:
    done = run(command, *COMMANDS[command])
    assert done.exit_code == 0
    assert "cause 1" in done.stdout
    assert "0.0000" not in done.stdout


def test_figures(run: Run) -> None:
    time, cause, arm, x, _ = ROWS
    cif = answer(run("cif", "--arm", "arm", "--times", "4,9", "--json"))
    for a, group in enumerate(cif["groups"]):
        for curve in group["causes"]:
            mine = arm == a
            theirs = [incidence(time[mine], cause[mine], int(curve["cause"]), t) for t in (4, 9)]
            assert curve["cif"] == pytest.approx(theirs)
    for k in (1, 2):
        score, covariance = gray(time, cause, arm, k)
        shape = answer(run("gray", "--arm", "arm", "--event-code", str(k), "--json"))
        assert (shape["cause"], shape["chisq"]) == (str(k), pytest.approx(score[0] ** 2 / covariance[0, 0]))
    model = answer(run("finegray", "--covariates", "x", "--json"))
    assert model["terms"][0]["coef"] == pytest.approx(subdistribution_fit(time, cause, x[:, None])[0], abs=1e-9)
    assert "can add up to more than 1" in model["about"]["notes"][0]


def test_one_cause_alone_and_strata(run: Run) -> None:
    shape = answer(run("cif", "--cause", "2", "--strata", "stratum", "--json"))
    assert [[c["cause"] for c in g["causes"]] for g in shape["groups"]] == [["2"], ["2"]]
    stratified, plain = (answer(run("gray", "--arm", "arm", *o, "--json")) for o in (("--strata", "stratum"), ()))
    assert stratified["chisq"] != plain["chisq"]
    assert stratified["about"]["options"]["strata"] == ["stratum"]


def test_codes_1_and_2_need_a_declaration(run: Run) -> None:
    text = "day,how,arm\n5,1,A\n6,2,B\n7,2,A\n8,1,B\n"
    done = run("gray", "--arm", "arm", text=text)
    assert done.exit_code == 2
    assert "codes 1, 2 and no 0" in done.stderr
    assert "--censor-code" in done.stderr
    declared = answer(run("cif", "--censor-code", "1.0", "--json"))
    assert [c["cause"] for c in declared["groups"][0]["causes"]] == ["2"]


def test_codes_may_be_words(run: Run) -> None:
    text = "day,how\n5,CANCER\n6,ALIVE\n7,OTHER\n"
    assert run("cif", text=text).exit_code == 2
    shape = answer(run("cif", "--censor-code", "ALIVE", "--event-code", "OTHER", "--json"))
    assert shape["groups"][0]["causes"][0]["cif"][-1] == pytest.approx(2 / 3)
    absent = run("cif", "--censor-code", "LOST")
    assert "code LOST does not occur in column how" in absent.stderr


def test_a_word_for_missing_is_no_cause(run: Run) -> None:
    done = run("cif", text="day,how\n5,1\n6,0\n7,NA\n")
    assert (done.exit_code, done.stdout) == (2, "")
    assert ":4: column how holds 'NA'" in done.stderr


def test_a_cause_that_does_not_occur_ends_with_5(run: Run) -> None:
    for command, options in COMMANDS.items():
        done = run(command, *options, "--event-code", "7")
        assert (done.exit_code, done.stdout) == (5, "")
        assert "causes that occur: 1, 2" in done.stderr


def test_what_a_command_does_not_take(run: Run) -> None:
    assert "needs --arm" in run("gray").stderr
    assert run("gray").exit_code == 2
    assert "name --arm or --covariates" in run("finegray").stderr
    assert run("gray", "--arm", "arm", "--entry", "x").exit_code == 2
    assert run("finegray", "--arm", "arm", "--strata", "stratum").exit_code == 2
    assert run("cif", "--times", "a").exit_code == 2


def test_an_arm_without_events_of_the_cause_is_not_estimable(run: Run) -> None:
    text = "day,how,arm\n" + "".join(f"{i},{1 + i % 2 if i < 20 else 0},{'AB'[i % 2]}\n" for i in range(1, 21))
    done = run("finegray", "--arm", "arm", "--json", text=text)
    assert done.exit_code == 5
    assert json.loads(done.stdout)["terms"][0]["coef"] is None
