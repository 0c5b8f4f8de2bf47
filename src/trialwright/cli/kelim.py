"""``trialwright kelim``: how fast a tumour marker leaves the body, subject by subject."""

from __future__ import annotations

import click

from trialwright.cli import WordyGroup
from trialwright.cli.kelim_fit import fit_command, simulate_command, vpc_command
from trialwright.cli.kelim_map import map_command
from trialwright.cli.kelim_sets import import_command, sign_command

__all__ = ["command"]


@click.group("kelim", cls=WordyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Estimate how fast a tumour marker leaves the body: map, fit, simulate, vpc, import, sign.

    A figure rests on a parameter set. No published set for CA-125 could be verified, so none is shipped but demo,
    which is invented; kelim fit makes one from a series, kelim import from the estimates of another program.
    """


for _part in (map_command, fit_command, simulate_command, vpc_command, import_command, sign_command):
    command.add_command(_part)
