"""``trialwright simulate``: a data folder of invented subjects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import click

from trialwright.conduct.studies import open_study
from trialwright.design.folder import README_FILE, TRUTH_FILE, refuse_taken, write
from trialwright.design.simulate import simulate
from trialwright.numerics.sampling import MAX_SEED

__all__ = ["command"]


@click.command("simulate")
@click.argument("study")
@click.option("--n", "subjects", type=click.IntRange(1, 1_000_000), help="Subjects allocated; default: the scenario's.")
@click.option("--seed", type=click.IntRange(0, MAX_SEED), required=True, help="Seed of the random numbers.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Data folder to write.")
@click.option("--scenario", default="base", show_default=True, help="Scenario of the study file.")
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
@click.option("--force", is_flag=True, help="Replace an earlier simulation in the same folder, nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Say what was written as JSON.")
def command(
    *,
    study: str,
    subjects: int | None,
    seed: int,
    out: Path,
    scenario: str,
    form: Literal["csv", "parquet"],
    force: bool,
    as_json: bool,
) -> None:
    """Write a data folder of invented subjects for STUDY, the id of a shipped study or a study file.

    The folder holds what the sites would have entered, and says SIMULATED; what really happened stands apart in
    truth/truth.csv. The same seed makes the same folder.
    """
    opened = open_study(study)
    refuse_taken(out, replace=force)
    click.echo(f"trialwright: inventing subjects of {opened.study.id}, scenario {scenario}", err=True)
    invented = simulate(opened.study, scenario=scenario, subjects=subjects, seed=seed)
    click.echo(f"trialwright: writing {len(invented.coded)} tables to {out}", err=True)
    written = write(invented, out, study_sha256=opened.sha256, form=form, replace=force)
    if as_json:
        shape = {
            "out": str(out),
            "study": opened.study.id,
            "state": opened.state,
            "origin": "simulated",
            "scenario": scenario,
            "seed": seed,
            "cutoff": invented.cutoff.isoformat(),
            "screened": written.screened,
            "allocated": written.allocated,
            "rows": dict(written.rows),
        }
        click.echo(json.dumps(shape, indent=2, ensure_ascii=False))
        return
    state = "" if opened.state == "activated" else f" {opened.state.upper()}"
    click.echo(f"{opened.study.study.title}{state} SIMULATED")
    click.echo(f"allocated  {written.allocated} of {written.screened} screened, data cutoff {invented.cutoff}")
    click.echo(f"tables     {', '.join(f'{name} {rows}' for name, rows in written.rows.items())}")
    click.echo(f"folder     {out} ({README_FILE} says what it is, {TRUTH_FILE} what really happened)")
