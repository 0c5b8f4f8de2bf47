"""Every example of the manual is run: Python blocks, and the commands of console blocks."""

from __future__ import annotations

import contextlib
import doctest
import os
import shlex
import tempfile

from click.testing import CliRunner
from sybil import Document, Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser, SkipParser

from trialwright.cli import app

# what a run keeps for the next one never lands in a person's own folder
os.environ.setdefault("TRIALWRIGHT_CACHE", tempfile.mkdtemp(prefix="trialwright-kept-"))

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
EXIT_LINE = "[exit code "


def open_folder(namespace: dict[str, object]) -> None:
    """Give each page a folder of its own, where its examples run one after the other."""
    namespace["_folder"] = tempfile.TemporaryDirectory(prefix="manual-")
    namespace["_before"] = os.getcwd()
    os.chdir(namespace["_folder"].name)  # type: ignore[attr-defined]


def close_folder(namespace: dict[str, object]) -> None:
    """Go back and remove the page's folder."""
    os.chdir(str(namespace["_before"]))
    with contextlib.suppress(OSError):
        namespace["_folder"].cleanup()  # type: ignore[attr-defined]


def run_console(example: Example) -> str:
    """Run each ``$ trialwright ...`` line; text below it is compared, ``[exit code N]`` is an end other than 0."""
    for block in ("\n" + example.parsed).split("\n$ ")[1:]:
        command, _, shown = block.partition("\n")
        while command.endswith("\\"):
            more, _, shown = shown.partition("\n")
            command = command[:-1] + more
        words = shlex.split(command)
        if words[0] != "trialwright":
            return f"only trialwright is run in console blocks, not {words[0]!r}; use a text block"
        expected_code = 0
        if EXIT_LINE in shown:
            shown, _, rest = shown.partition(EXIT_LINE)
            expected_code = int(rest.split("]")[0])
        done = CliRunner().invoke(app, words[1:], prog_name="trialwright")
        if done.exit_code != expected_code:
            return f"{command}\nends with {done.exit_code}, not {expected_code}:\n{done.output}"
        if shown.strip() and not doctest.OutputChecker().check_output(
            shown.strip() + "\n", done.output.strip() + "\n", FLAGS
        ):
            return f"{command}\nshows:\n{done.output}\nnot:\n{shown}"
    return ""


pytest_collect_file = Sybil(
    document_types={".md": Document},
    parsers=[
        PythonCodeBlockParser(doctest_optionflags=FLAGS),
        CodeBlockParser(language="console", evaluator=run_console),
        SkipParser(),
    ],
    patterns=["**/*.md"],
    excludes=["_build/**"],
    setup=open_folder,
    teardown=close_folder,
).pytest()
