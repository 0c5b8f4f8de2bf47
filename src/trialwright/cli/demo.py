"""``trialwright demo``: the ovarian trial on invented data, from study file to report."""

from __future__ import annotations

from pathlib import Path

import click

from trialwright.cli.run import say, show_run
from trialwright.conduct.run import refuse_taken, run
from trialwright.conduct.studies import open_study
from trialwright.design.folder import write
from trialwright.design.simulate import simulate
from trialwright.numerics.sampling import MAX_SEED

__all__ = ["command"]

STUDY = "nct07295132"


@click.command("demo")
@click.option("--out", type=click.Path(path_type=Path), default=Path("out") / STUDY, show_default=True, metavar="DIR")
@click.option(
    "--seed", type=click.IntRange(0, MAX_SEED), default=7, show_default=True, help="Seed of the random numbers."
)
@click.option("--n", "subjects", type=click.IntRange(1, 1_000_000), help="Subjects allocated; default: the scenario's.")
@click.option("--json", "as_json", is_flag=True, help="Show what was written as JSON.")
def command(*, out: Path, seed: int, subjects: int | None, as_json: bool) -> None:
    """Invent the data of the ovarian trial, run it, and write its report.

    The data folder stands beside the directory of the run, under its name with -data behind it. An earlier
    demonstration at the same place is replaced; anything else is left alone.
    """
    refuse_taken(out, replace=True)
    opened = open_study(STUDY)
    say(f"inventing subjects of {STUDY}")
    invented = simulate(opened.study, subjects=subjects, seed=seed)
    data = out.with_name(f"{out.name}-data")
    write(invented, data, study_sha256=opened.sha256, replace=True)
    summary = run(opened, data, cutoff=invented.cutoff, out=out, by_arm=True, replace=True, say=say)
    show_run(summary, as_json=as_json)
