"""``trialwright allocate``: who gets which arm, from the sealed file to the re-randomisation test."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path

import click

from trialwright.allocation.engine import METHODS, checked_design
from trialwright.allocation.predictability import advice, behaviour, candidates, has_exact
from trialwright.cli import WordyGroup
from trialwright.conduct.allocate import Place, allocate_next, verify
from trialwright.conduct.rerandomise import rerandomise
from trialwright.conduct.sealing import list_bytes, open_sealed, seal, write_private
from trialwright.conduct.studies import OpenedStudy, open_study
from trialwright.errors import NotAllowedError
from trialwright.numerics.sampling import MAX_SEED

__all__ = ["command"]

_EXIT_FAILED = 1
_File = click.Path(path_type=Path)
_REHEARSAL = click.option("--rehearsal", is_flag=True, help="Try it out; everything says REHEARSAL and counts nothing.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_SEALED = click.option("--sealed", required=True, type=_File, metavar="FILE", help="The sealed file.")
_RUNS = click.option("--runs", type=click.IntRange(100, 1_000_000), default=10_000, show_default=True)
_SEED = click.option("--seed", type=click.IntRange(0, MAX_SEED), default=1, show_default=True, help="Seed of the runs.")
_REGISTER = click.option(
    "--subjects", "register", required=True, type=_File, metavar="CSV", help="The register of allocations."
)
_DATA = click.option("--data", required=True, type=_File, metavar="DIR", help="Data folder.")


@dataclass(frozen=True, slots=True)
class _Repeats:
    """How often something is run, and from which seed."""

    runs: int
    seed: int


def _placed(function: Callable[..., None]) -> Callable[..., None]:
    """Gather the three files of an allocation into one argument."""

    @wraps(function)
    def gathered(*, sealed: Path, register: Path, data: Path, **rest: object) -> None:
        function(place=Place(sealed, register, data), **rest)

    return _SEALED(_REGISTER(_DATA(gathered)))


def _repeated(function: Callable[..., None]) -> Callable[..., None]:
    """Gather runs and seed into one argument."""

    @wraps(function)
    def gathered(*, runs: int, seed: int, **rest: object) -> None:
        function(repeats=_Repeats(runs, seed), **rest)

    return _RUNS(_SEED(gathered))


@click.group("allocate", cls=WordyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Draw arms under a commitment: seal, list, next, verify, report, rerandomise.

    The sealed file holds the secret and the hidden parameters, such as block sizes. No command prints them.
    """


def _show(shape: Mapping[str, object], lines: list[str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(shape, indent=2, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)


def _title(opened: OpenedStudy, *, rehearsal: bool) -> str:
    state = "" if opened.state == "activated" else f" {opened.state.upper()}"
    return f"{opened.study.study.title}{state}{' REHEARSAL' if rehearsal else ''}"


@command.command("seal")
@click.argument("study")
@click.option("--out", required=True, type=_File, metavar="FILE", help="Sealed file to write, for its owner alone.")
@click.option("--hidden", type=_File, metavar="FILE", help="JSON with sizes or limit; default: picked by chance.")
@_REHEARSAL
@_JSON
def seal_command(*, study: str, out: Path, hidden: Path | None, rehearsal: bool, as_json: bool) -> None:
    """Make the sealed file of STUDY and print the commitment to it, its SHA-256.

    Publish the commitment before the first allocation. For a trial it is also written beside the study file, which
    can be activated then.
    """
    opened = open_study(study)
    commitment = seal(opened, out, rehearsal=rehearsal, hidden=hidden)
    shape = {
        "study": opened.study.id,
        "state": opened.state,
        "rehearsal": rehearsal,
        "sealed": str(out),
        "commitment": commitment,
    }
    _show(shape, [_title(opened, rehearsal=rehearsal), f"commitment  {commitment}"], as_json=as_json)


@command.command("list")
@click.argument("study")
@_SEALED
@click.option("--n", "count", required=True, type=click.IntRange(1, 100_000), help="Allocations in each stratum.")
@click.option("--out", required=True, type=_File, metavar="CSV", help="List to write, for its owner alone.")
@_REHEARSAL
@_JSON
def list_command(*, study: str, sealed: Path, count: int, out: Path, rehearsal: bool, as_json: bool) -> None:
    """Write the list of arms of STUDY made beforehand, for the unblinded statistician."""
    opened = open_study(study)
    held = open_sealed(opened, sealed, rehearsal=rehearsal)
    write_private(out, list_bytes(held.sealed, count))
    strata = len(held.sealed.design.cells)
    shape = {
        "study": opened.study.id,
        "state": opened.state,
        "rehearsal": rehearsal,
        "out": str(out),
        "strata": strata,
        "per_stratum": count,
        "commitment": held.commitment,
    }
    text = f"list  {out}: {count} allocations in each of {strata} strata; only its owner can read it"
    _show(shape, [_title(opened, rehearsal=rehearsal), text], as_json=as_json)


@command.command("next")
@click.argument("study")
@click.argument("subject")
@_placed
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Day, in a rehearsal; default: today.")
@_REHEARSAL
@_JSON
def next_command(
    *,
    study: str,
    subject: str,
    place: Place,
    on: datetime | None,
    rehearsal: bool,
    as_json: bool,
) -> None:
    """Draw the arm of SUBJECT, a USUBJID of the data folder, and write it into the register.

    Refused with exit code 4 while consent, eligibility at every gate under this version of the study, or a stratum is
    wanting. A subject who is asked about again has the same arm.
    """
    if on is not None and not rehearsal:
        raise NotAllowedError("a day is given", why="a subject is allocated today or not at all", mend="leave out --on")
    opened = open_study(study)
    day = on.date() if on is not None else _today()
    found = allocate_next(opened, subject, place, on=day, rehearsal=rehearsal)
    line = found.line
    shape = {
        "study": opened.study.id,
        "state": opened.state,
        "rehearsal": rehearsal,
        "subject": line.subject.id,
        "arm": line.arm,
        "seq": line.seq,
        "on": line.on,
        "again": found.again,
        "study_sha256": line.study_sha256,
    }
    again = f", allocated on {line.on}" if found.again else ""
    _show(shape, [_title(opened, rehearsal=rehearsal), f"{line.subject.id}  {line.arm}{again}"], as_json=as_json)


def _today() -> date:
    return datetime.now(tz=UTC).astimezone().date()


@command.command("verify")
@_SEALED
@click.option("--commitment", required=True, metavar="SHA-256", help="As it was published.")
@click.option("--list", "listing", type=_File, metavar="CSV", help="A list to hold against the sealed file.")
@click.option("--subjects", "register", type=_File, metavar="CSV", help="A register to hold against it.")
@_JSON
@click.pass_context
def verify_command(
    ctx: click.Context, *, sealed: Path, commitment: str, listing: Path | None, register: Path | None, as_json: bool
) -> None:
    """Check a revealed sealed file against its commitment, and a list and a register against the sealed file.

    The exit code is 1 when anything differs, be it by one byte.
    """
    found = verify(sealed, commitment, listing=listing, register=register)
    shape = {
        "holds": all(each.holds for each in found),
        "checks": [{"what": each.what, "holds": each.holds, "text": each.text} for each in found],
    }
    lines = [f"{'agrees' if each.holds else 'DIFFERS'}  {each.text}" for each in found]
    _show(shape, lines, as_json=as_json)
    if not shape["holds"]:
        ctx.exit(_EXIT_FAILED)


@command.command("report")
@click.argument("study")
@click.option("--n", "count", type=click.IntRange(2, 100_000), help="Subjects; default: planned by the study.")
@_repeated
@_JSON
def report_command(*, study: str, count: int | None, repeats: _Repeats, as_json: bool) -> None:
    """Compare procedures for the arms and strata of STUDY: how well an arm is guessed, how far arms drift apart.

    The parameters shown are open ones for comparison, not those of any sealed file.
    """
    opened = open_study(study)
    design = checked_design(opened.study)
    planned = opened.study.study.enrolment.planned if opened.study.study.enrolment else None
    subjects = count or planned or 160
    rows: list[dict[str, object]] = []
    text = [f"{'procedure':<24}{'guessed':>9}{'best':>8}{'certain':>9}{'SD':>8}{'apart>=10':>11}{'largest':>9}"]
    for candidate in candidates(design):
        if not has_exact(candidate.design):
            click.echo(f"trialwright: running {candidate.words}", err=True)
        found = behaviour(candidate.design, subjects, runs=repeats.runs, seed=repeats.seed)
        rows.append(
            {
                "procedure": candidate.words,
                "method": candidate.design.method,
                "stated": candidate.design.method == design.method,
                "exact": found.runs is None,
                "guessed": found.guessed,
                "best": found.best,
                "certain": found.certain,
                "sd": found.sd,
                "far": found.far,
                "largest": found.largest,
                "shares": dict(zip(design.arms, found.shares, strict=True)),
            }
        )
        marked = candidate.words + (" *" if candidate.design.method == design.method else "")
        text.append(
            f"{marked:<24}{found.guessed:>9.3f}{found.best:>8.3f}{found.certain:>9.3f}"
            f"{found.sd:>8.2f}{found.far:>11.3f}{found.largest:>9.1f}"
        )
    warnings = list(advice(opened.study, design, subjects))
    shape = {
        "study": opened.study.id,
        "state": opened.state,
        "subjects": subjects,
        "runs": repeats.runs,
        "seed": repeats.seed,
        "strata": len(design.cells),
        "procedures": rows,
        "advice": warnings,
    }
    lines = [
        _title(opened, rehearsal=False),
        f"{subjects} subjects, {len(design.cells)} strata, {repeats.runs} runs where no exact figure is known",
        *text,
        f"* the method the study file states: {METHODS[design.method].summary}",
        "guessed: by naming the arm that lags; best: knowing the procedure and all before; certain: not left to chance",
        *(f"warning: {warning}" for warning in warnings),
    ]
    _show(shape, lines, as_json=as_json)


@command.command("rerandomise")
@click.argument("study")
@click.option("--analysis", required=True, metavar="ID", help="A log-rank analysis of the study file.")
@_placed
@click.option(
    "--cutoff", required=True, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Last day that counts."
)
@_repeated
@click.option("--by-arm", is_flag=True, help="Allow a comparison to be shown.")
@_REHEARSAL
@_JSON
def rerandomise_command(
    *,
    study: str,
    analysis: str,
    place: Place,
    cutoff: datetime,
    repeats: _Repeats,
    by_arm: bool,
    rehearsal: bool,
    as_json: bool,
) -> None:
    """Put a re-randomisation test of STUDY beside a log-rank test: the same courses, the arms drawn anew."""
    opened = open_study(study)
    found = rerandomise(
        opened,
        analysis,
        place,
        cutoff=cutoff.date(),
        by_arm=by_arm,
        rehearsal=rehearsal,
        runs=repeats.runs,
        seed=repeats.seed,
    )
    shape = {
        "study": opened.study.id,
        "state": opened.state,
        "rehearsal": rehearsal,
        "analysis": found.analysis,
        "endpoint": found.endpoint,
        "definition": found.definition,
        "compared": list(found.compared),
        "cutoff": cutoff.date().isoformat(),
        "n": found.n,
        "events": found.events,
        "z": found.z,
        "p_logrank": found.p_logrank,
        "p_rerandomisation": found.p,
        "runs": found.runs,
        "seed": found.seed,
    }
    between = f"{found.endpoint}, {found.compared[0]} against {found.compared[1]}"
    lines = [
        _title(opened, rehearsal=rehearsal),
        f"{found.analysis}  {between}: {found.n} subjects, {found.events} events, z {found.z:.3f}",
        f"p log-rank          {found.p_logrank:.4f}",
        f"p re-randomisation  {found.p:.4f}  ({found.runs} runs, seed {found.seed})",
    ]
    _show(shape, lines, as_json=as_json)
