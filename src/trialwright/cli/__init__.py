"""The command line: parse, call, show.

One table names every command, so that ``trialwright --help`` imports nothing but click. A module of this folder exposes
its ``command``; results go to standard output, messages to standard error, the exit code says what kind of end it was.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, NoReturn

import click

from trialwright import __version__
from trialwright.errors import TrialwrightError
from trialwright.model.library import load_object

__all__ = [
    "COMMANDS",
    "EXIT_BUG",
    "EXIT_FINDINGS",
    "EXIT_INTERRUPTED",
    "EXIT_USAGE",
    "Entry",
    "WordyGroup",
    "app",
    "main",
]

EXIT_FINDINGS: Final = 1
EXIT_USAGE: Final = 2
EXIT_BUG: Final = 70
EXIT_INTERRUPTED: Final = 130

_PACKAGE: Final = os.path.dirname(os.path.dirname(__file__)) + os.sep
_MADE_BETWEEN_COLLECTIONS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table of commands.

    Attributes
    ----------
    place : str
        Module and attribute of the click command.
    summary : str
        What the command is for, in one line.
    """

    place: str
    summary: str


COMMANDS: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        "demo": Entry("trialwright.cli.demo:command", "Invent a trial's data, run it and write its report."),
        "studies": Entry("trialwright.cli.studies:command", "List the study files that come with the program."),
        "schema": Entry("trialwright.cli.schema:command", "Show the JSON Schema of a study file or of an output."),
        "import": Entry("trialwright.cli.import_record:command", "Make a draft study file from a registry record."),
        "lint": Entry("trialwright.cli.lint:command", "Check a study file and list what it leaves open."),
        "diff": Entry("trialwright.cli.diff:command", "Show what changes between two states of a study file."),
        "allocate": Entry("trialwright.cli.allocate:command", "Draw arms under a commitment, and verify them."),
        "template": Entry(
            "trialwright.cli.template:command", "Write a study's forms as a workbook, or read filled ones."
        ),
        "due": Entry("trialwright.cli.due:command", "Show what is due, overdue and missing on a day."),
        "screen": Entry("trialwright.cli.screen:command", "Judge who is eligible and say what to fetch next."),
        "simulate": Entry("trialwright.cli.simulate:command", "Write a data folder of invented subjects."),
        "endpoints": Entry("trialwright.cli.endpoints:command", "Derive every endpoint and count its events."),
        "run": Entry("trialwright.cli.run:command", "Derive, analyse and report a trial from its data folder."),
        "export": Entry(
            "trialwright.cli.export:command", "Write analysis datasets as CSV, Parquet, XPT or Dataset-JSON."
        ),
        "trace": Entry("trialwright.cli.trace:command", "Walk a figure of a report back to its rows and clause."),
        "kelim": Entry("trialwright.cli.kelim:command", "Estimate how fast a tumour marker leaves the body."),
        "gcig": Entry("trialwright.cli.gcig:command", "Judge response and progression by CA-125."),
        "respond": Entry("trialwright.cli.respond:command", "Judge tumour response from lesions or recorded verdicts."),
        "subject": Entry("trialwright.cli.subject:command", "Show one subject's whole course and what decided it."),
        "survival": Entry("trialwright.cli.survival:command", "Estimate survival quantities from one CSV table."),
    }
)


class WordyGroup(click.Group):
    """Group whose help gives the first sentence of each of its commands whole."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their first sentences, broken into lines where they are long."""
        whole = 1000
        with formatter.section("Commands"):
            formatter.write_dl([(name, part.get_short_help_str(whole)) for name, part in sorted(self.commands.items())])


class TableGroup(click.Group):
    """Group whose commands are imported when they are called, not when they are listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands, in the order of a trial."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Command of that name, imported now."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = load_object(entry.place)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.place} is not a click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Command named by the first argument; a slip of the finger gets a suggestion."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}"
            raise click.UsageError(f"no command {args[0]!r}: {hint}", ctx)
        return super().resolve_command(ctx, args)

    def main(self, *args: object, standalone_mode: bool = True, **extra: object) -> object:  # type: ignore[override]  # click types the arguments one by one; they pass through unread
        """Run a command line; with `standalone_mode` every end becomes an exit code."""
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **extra)  # type: ignore[call-overload]  # as above
        try:
            code = super().main(*args, standalone_mode=False, **extra)  # type: ignore[call-overload]  # as above
        except click.ClickException as refused:
            refused.show()
            sys.exit(refused.exit_code)
        except click.Abort:
            _leave("interrupted", EXIT_INTERRUPTED)
        except TrialwrightError as refused:
            _leave(f"error: {refused}", refused.exit_code)
        except OSError as refused:
            where = refused.filename or "file"
            _leave(f"error: {where}: {refused.strerror or refused}", EXIT_USAGE)
        except Exception as bug:
            _leave(_bug_message(bug), EXIT_BUG)
        sys.exit(code if isinstance(code, int) else 0)


def _leave(message: str, code: int) -> NoReturn:
    click.echo(f"trialwright: {message}", err=True)
    sys.exit(code)


def _bug_message(bug: Exception) -> str:
    if os.environ.get("TRIALWRIGHT_TRACEBACK"):
        traceback.print_exception(bug, file=sys.stderr)
    place = _place_of(bug)
    return (
        f"this is our bug, not a fault of your files: {type(bug).__name__}: {bug} at {place}. "
        "Please report it with the command you gave; TRIALWRIGHT_TRACEBACK=1 shows the whole path."
    )


def _place_of(bug: Exception) -> str:
    """File and line of our own code the bug came through last, else where it was raised."""
    frames = traceback.extract_tb(bug.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(_PACKAGE) and frame.filename != __file__]
    frame = (ours or frames)[-1]
    return f"{frame.filename}:{frame.lineno}"


@click.command(
    cls=TableGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 ok, 1 findings or a failed check, 2 bad input or usage, 3 study file, "
    "4 not allowed now, 5 not estimable, 6 damaged register, 70 our bug, 130 interrupted.",
)
@click.version_option(__version__, prog_name="trialwright")
def app() -> None:
    """Protocol in, trial out: run an oncology trial from its study file and its data."""


def main() -> None:
    """Run the command line of this process and leave with its exit code."""
    # Nearly all a command makes is needed to its end: looking for garbage in it costs an eighth of a short run.
    gc.set_threshold(_MADE_BETWEEN_COLLECTIONS)
    atexit.register(gc.freeze)
    # Whoever stops the process stops it as a person does: what is half written goes with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app.main(prog_name="trialwright")
