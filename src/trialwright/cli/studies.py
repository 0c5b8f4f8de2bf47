"""``trialwright studies``: the study files that come with the program."""

from __future__ import annotations

import json

import click

from trialwright.conduct.studies import OpenedStudy, shipped_studies

__all__ = ["command"]


def _shape(opened: OpenedStudy) -> dict[str, object]:
    return {
        "id": opened.study.id,
        "title": opened.study.study.title,
        "version": opened.study.study.version,
        "state": opened.state,
        "sha256": opened.sha256,
        "path": str(opened.path),
    }


@click.command("studies")
@click.option("--json", "as_json", is_flag=True, help="List them as JSON.")
def command(*, as_json: bool) -> None:
    """List the study files that come with the program: id, version, state, short hash, title."""
    opened = shipped_studies()
    if as_json:
        shape = {"studies": [_shape(study) for study in opened]}
        click.echo(json.dumps(shape, indent=2, ensure_ascii=False))
        return
    for study in opened:
        head = study.study.study
        click.echo(f"{head.id}  {head.version}  {study.state.upper()}  {study.sha256[:12]}  {head.title}")
