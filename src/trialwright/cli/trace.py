"""``trialwright trace``: walk a figure of a report back to its rows and clause."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from trialwright.conduct.trace import trace

__all__ = ["command"]

Folder = click.Path(path_type=Path)


@click.command("trace")
@click.argument("result")
@click.option("--run", "run_dir", required=True, type=Folder, metavar="DIR", help="Directory of a run.")
@click.option("--data", type=Folder, metavar="DIR", help="Data folder, to show the cells of each row.")
@click.option("--depth", type=click.IntRange(1), default=9, show_default=True, help="How many levels to walk.")
@click.option("--json", "as_json", is_flag=True, help="Show the walk as JSON.")
def command(*, result: str, run_dir: Path, data: Path | None, depth: int, as_json: bool) -> None:
    """Walk RESULT, such as PFS/hr, back to subjects, rows of the data folder and clauses of the study file."""
    walk = trace(run_dir, result, data=data, depth=depth)
    if as_json:
        shape = {"result": dict(walk.result), "steps": [asdict(step) for step in walk.steps]}
        click.echo(json.dumps(shape, indent=2, ensure_ascii=False))
        return
    cells = {key: value for key, value in walk.result.items() if key not in ("id", "settings")}
    click.echo(f"{result}  " + "  ".join(f"{key} {value}" for key, value in cells.items()))
    for step in walk.steps:
        click.echo("  " * step.depth + step.id + (f"  {step.shown}" if step.shown else ""))
