"""``trialwright allocate``: shapes, exit codes, and nothing hidden in anything that is written or printed."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from tests.unit.conduct.drawn_trial import rows_of, sign, write_data, write_study
from trialwright.allocation.commitment import read_sealed
from trialwright.cli import app
from trialwright.conduct.studies import open_study

pytestmark = pytest.mark.unvalidated

SCHEMAS = Path(__file__).parents[3] / "src" / "trialwright" / "cli" / "schemas"
SIZES = (34, 62)


def ran(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["allocate", *map(str, arguments)])


def shaped(name: str, done: Result, code: int = 0) -> dict[str, object]:
    assert done.exit_code == code, done.output
    shape: dict[str, object] = json.loads(done.stdout)
    schema = json.loads((SCHEMAS / f"allocate-{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(shape)
    return shape


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A draft study and the data of three subjects, the third of whom is not fit."""
    opened = open_study(write_study(tmp_path))
    people = [rows_of("S1", "N"), rows_of("S2", "S"), rows_of("S3", "N")]
    people[2]["fa.csv"][0] = people[2]["fa.csv"][0].replace(",Y,", ",N,")
    write_data(tmp_path / "data", opened, people)
    (tmp_path / "hidden.json").write_text(json.dumps({"sizes": SIZES}))
    return tmp_path


def rehearsed(folder: Path) -> tuple[str, ...]:
    """Options of a rehearsal whose file has been sealed."""
    done = ran(
        "seal",
        folder / "drawn.yaml",
        "--out",
        folder / "sealed.json",
        "--hidden",
        folder / "hidden.json",
        "--rehearsal",
    )
    assert done.exit_code == 0, done.output
    return ("--sealed", str(folder / "sealed.json"), "--rehearsal")


def drawing(folder: Path) -> tuple[str, ...]:
    return ("--subjects", str(folder / "register.csv"), "--data", str(folder / "data"), "--on", "2026-02-21")


def test_a_draft_is_refused_with_what_is_missing(folder: Path) -> None:
    study = folder / "drawn.yaml"
    done = ran("seal", study, "--out", folder / "sealed.json")
    assert (done.exit_code, "nobody has signed it off" in done.stderr) == (4, True)
    for arguments in (
        ("next", study, "S1", *drawing(folder)[:4]),
        ("list", study, "--n", "4", "--out", folder / "l.csv"),
    ):
        refused = ran(*arguments, "--sealed", folder / "sealed.json")
        assert (refused.exit_code, "must be activated" in refused.stderr) == (4, True), refused.output


def test_a_rehearsal_says_so_everywhere(folder: Path) -> None:
    study, options = folder / "drawn.yaml", rehearsed(folder)
    for arguments in (
        ("next", study, "S1", *drawing(folder), *options),
        ("list", study, "--n", "4", "--out", folder / "list.csv", *options),
        ("seal", study, "--out", folder / "second.json", "--rehearsal"),
    ):
        done = ran(*arguments)
        assert done.exit_code == 0, done.output
        assert "DRAFT REHEARSAL" in done.stdout
    for name in ("list.csv", "register.csv"):
        rows = (folder / name).read_text().splitlines()[1:]
        assert rows
        assert all("REHEARSAL" in row for row in rows)


def test_shapes(folder: Path) -> None:
    study = folder / "drawn.yaml"
    sealed = shaped("seal", ran("seal", study, "--out", folder / "sealed.json", "--rehearsal", "--json"))
    commitment = hashlib.sha256((folder / "sealed.json").read_bytes()).hexdigest()
    assert (sealed["commitment"], sealed["rehearsal"], sealed["state"]) == (commitment, True, "draft")
    options = ("--sealed", str(folder / "sealed.json"), "--rehearsal", "--json")
    listed = shaped("list", ran("list", study, "--n", "5", "--out", folder / "list.csv", *options))
    assert (listed["strata"], listed["per_stratum"]) == (2, 5)
    first = shaped("next", ran("next", study, "S1", *drawing(folder), *options))
    again = shaped("next", ran("next", study, "S1", *drawing(folder), *options))
    assert (first["again"], again["again"]) == (False, True)
    assert first["arm"] == again["arm"]
    checked = ("verify", "--sealed", folder / "sealed.json", "--commitment", commitment, "--json")
    files = ("--list", folder / "list.csv", "--subjects", folder / "register.csv")
    assert shaped("verify", ran(*checked, *files))["holds"] is True
    (folder / "list.csv").write_bytes((folder / "list.csv").read_bytes().replace(b"0.5", b"0.6", 1))
    failed = shaped("verify", ran(*checked, *files), code=1)
    assert [check["holds"] for check in failed["checks"]] == [True, False, True]  # type: ignore[attr-defined]
    (folder / "sealed.json").write_bytes((folder / "sealed.json").read_bytes() + b" ")
    assert shaped("verify", ran(*checked, *files), code=1)["holds"] is False


def test_report_compares_without_a_sealed_file(folder: Path) -> None:
    done = ran("report", folder / "drawn.yaml", "--runs", "200", "--n", "60", "--json")
    shape = shaped("report", done)
    procedures = shape["procedures"]
    assert isinstance(procedures, list)
    assert {row["method"] for row in procedures if row["stated"]} == {"permuted-blocks"}
    assert any(row["method"] == "minimisation" for row in procedures)
    told = ran("report", folder / "drawn.yaml", "--runs", "200", "--n", "10").stdout
    assert "2 strata are too many for 10 subjects" in told
    assert "10 subjects, 2 strata, 200 runs where no exact figure is known" in told


def test_rerandomise_is_refused_without_by_arm(folder: Path) -> None:
    options = rehearsed(folder)
    ran("next", folder / "drawn.yaml", "S1", *drawing(folder), *options)
    arguments = ("rerandomise", folder / "drawn.yaml", "--analysis", "os_logrank", *drawing(folder)[:4], *options)
    assert ran(*arguments, "--cutoff", "2026-12-31").exit_code == 4
    assert ran(*arguments, "--cutoff", "2026-12-31", "--by-arm").exit_code == 2  # the data do not hold the arm


def test_a_day_is_given_in_a_rehearsal_only(folder: Path) -> None:
    done = ran("next", folder / "drawn.yaml", "S1", *drawing(folder), "--sealed", folder / "sealed.json")
    assert (done.exit_code, "today or not at all" in done.stderr) == (4, True)


def hidden_in(text: str, secret: bytes) -> list[str]:
    """Whatever of the secret and the block sizes stands in a text; hashes are left out of the search for sizes."""
    found = [form for form in (secret.hex(), secret.hex().upper(), repr(secret)[2:-1]) if form[:16] in text]
    plain = re.sub(r"[0-9a-f]{64}", "", text)
    return found + [str(size) for size in SIZES if re.search(rf"(?<![0-9]){size}(?![0-9])", plain)]


def test_nothing_hidden_is_printed_or_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that is written or printed, in success and in error, is searched for the secret and the sizes."""
    monkeypatch.setenv("TRIALWRIGHT_TRACEBACK", "1")
    study = sign(folder / "drawn.yaml").path
    write_data(folder / "data", open_study(study), [rows_of(f"S{number}", "N") for number in range(1, 6)])
    sealed, register = folder / "sealed.json", folder / "register.csv"
    told = [ran("seal", study, "--out", sealed, "--hidden", folder / "hidden.json")]
    content = sealed.read_bytes()
    secret = read_sealed(content).secret
    assert read_sealed(content).design.hidden.sizes == SIZES
    files = ("--sealed", sealed, "--subjects", register, "--data", folder / "data")
    told += [ran("next", study, f"S{number}", *files, *more) for number in (1, 2, 2, 9) for more in ((), ("--json",))]
    told += [ran("list", study, "--sealed", sealed, "--n", "30", "--out", folder / "list.csv")]
    commitment = hashlib.sha256(content).hexdigest()
    check = ("verify", "--sealed", sealed, "--list", folder / "list.csv", "--subjects", register)
    told += [ran(*check, "--commitment", commitment), ran(*check, "--commitment", "0" * 64)]
    told += [ran("report", study, "--runs", "100", "--n", "20", "--json")]
    told += [ran("rerandomise", study, "--analysis", "os_logrank", *files, "--cutoff", "2026-12-31", "--by-arm")]
    spoilt = folder / "spoilt.json"
    for old, new in ((b"permuted", b"permitted"), (b'"sizes":[', b'"sizes":[-'), (b"drawn", b"drown"), (b"}\n", b"\n")):
        spoilt.write_bytes(content.replace(old, new, 1))
        told += [ran("list", study, "--sealed", spoilt, "--n", "3", "--out", folder / "other.csv")]
        told += [ran("verify", "--sealed", spoilt, "--commitment", hashlib.sha256(spoilt.read_bytes()).hexdigest())]
    told += [ran("list", study, "--sealed", sealed, "--n", "3", "--out", folder / "other.csv", "--rehearsal")]
    register.write_bytes(register.read_bytes().replace(b"S1", b"S7"))
    told += [ran("next", study, "S3", *files), ran(*check, "--commitment", commitment)]
    assert {done.exit_code for done in told} >= {0, 1, 2, 4, 6}
    private = {sealed, spoilt, folder / "hidden.json"}
    for done in told:
        assert hidden_in(done.output + done.stderr + str(done.exception), secret) == []
    written = [path for path in folder.rglob("*") if path.is_file() and path not in private]
    # positions of the list and days are counted, so sizes are searched for where no such number stands
    listed = {folder / "list.csv", folder / "other.csv"}
    assert len(written) >= 8
    for path in written:
        found = hidden_in(path.read_text(encoding="utf-8"), secret)
        assert [each for each in found if path not in listed or len(each) > 2] == [], path
