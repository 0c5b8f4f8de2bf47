"""``trialwright kelim import`` and ``sign``: a set from another program's estimates, and who has checked it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Final

import click

from trialwright.cli.kelim_map import set_shape
from trialwright.cli.run import day_of
from trialwright.conduct.kelim_sets import banner_of
from trialwright.exchange.estimates_in import set_from_estimates
from trialwright.exchange.parameter_sets import sign_set, write_set
from trialwright.model.parameter_set import SetUse, Signature

__all__ = ["import_command", "sign_command"]

_File: Final = click.Path(path_type=Path)
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Show the set as JSON.")


def _show(use: SetUse, path: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"file": str(path), "parameters": set_shape(use)}, indent=1))
        return
    click.echo(f"{use.content.label()} {use.status} sha256 {use.sha256}")
    banner = banner_of(use)
    if banner:
        click.echo(banner)


@click.command("import")
@click.argument("estimates", type=_File, metavar="ESTIMATES")
@click.option("--out", "-o", required=True, type=_File, metavar="SET", help="File of the set to write.")
@_JSON
def import_command(*, estimates: Path, out: Path, as_json: bool) -> None:
    """Make a parameter set of the estimates of NONMEM or Monolix, given as JSON.

    NONMEM's OMEGA and SIGMA are variances, Monolix reports standard deviations: each is taken in its own form. The
    set says transcribed; two different people have to sign before it is verified.
    """
    _show(write_set(set_from_estimates(estimates), out), out, as_json=as_json)


@click.command("sign")
@click.argument("path", type=_File, metavar="SET")
@click.option("--name", required=True, help="Who has compared the set with its source.")
@click.option("--role", required=True, help="In which role.")
@click.option("--on", required=True, callback=day_of, metavar="DATE", help="On which day, YYYY-MM-DD.")
@click.option("--meaning", default="the values stand in the source", show_default=True, help="What is signed.")
@_JSON
def sign_command(*, path: Path, name: str, role: str, on: date, meaning: str, as_json: bool) -> None:
    """Say that the values of a transcribed set stand in its source.

    The sign-off stands in a file beside the set, whose content stays as it is. It is no signature in the sense of
    21 CFR Part 11. Two different people make a transcribed set a verified one.
    """
    signature = Signature(name=name, role=role, on=on.isoformat(), meaning=meaning)
    _show(sign_set(path, signature), path, as_json=as_json)
