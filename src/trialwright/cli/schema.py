"""``trialwright schema``: the shape of a study file, or of what a command writes with --json."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import click

from trialwright.protocol.schema import study_schema

__all__ = ["command"]

_FOLDER: Final = Path(__file__).parent / "schemas"


def _output_schema(name: str) -> object:
    known = sorted(path.stem for path in _FOLDER.glob("*.json"))
    word = name.strip().replace(" ", "-")
    if word not in known:
        inside = [other for other in known if other.startswith(f"{word}-")]
        near = get_close_matches(word, known, n=1)
        hint = f"say which: {', '.join(inside)}" if inside else f"did you mean {near[0]}?" if near else ", ".join(known)
        raise click.UsageError(f"no output shape {name!r}: {hint}")
    return json.loads((_FOLDER / f"{word}.json").read_text(encoding="utf-8"))


@click.command("schema")
@click.option("--command", "name", metavar="NAME", help="Shape of what this command writes with --json.")
@click.option("--json", "as_json", is_flag=True, help="Write it on one line.")
def command(*, name: str | None, as_json: bool) -> None:
    """Show the JSON Schema of a study file, or of what a command writes with --json.

    A command of several words is named with blanks or hyphens, such as survival-km.
    """
    shape = study_schema() if name is None else _output_schema(name)
    click.echo(json.dumps(shape, indent=None if as_json else 2, ensure_ascii=False))
