"""The report as files: one self-contained page, and its figures and tables beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from trialwright.model.dossier import Dossier
from trialwright.model.silence import Silence
from trialwright.report.context import Context
from trialwright.report.engine import Engine, at_once
from trialwright.report.sections import Paragraph, Part, Section, sections
from trialwright.report.sources import LEGEND
from trialwright.report.summary import summary
from trialwright.report.table import Figure, Table, as_csv
from trialwright.report.trial import facts
from trialwright.report.typeset import long_date

__all__ = ["build"]

_TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A part with its number among its kind."""

    kind: str
    number: int
    part: Part


def build(dossier: Dossier, silences: Sequence[Silence], engine: Engine = at_once) -> dict[str, bytes]:
    """Return the files of a report.

    Parameters
    ----------
    dossier : Dossier
        What the report is made from.
    silences : sequence of Silence
        What the record does not say, in the order it is to be read.
    engine : callable
        Who draws the figures; the page is put together while they are drawn.

    Returns
    -------
    dict of str to bytes
        Relative path to content: ``report.html``, which needs no other file, ``figures/<name>.svg`` with
        ``figures/<name>.csv``, and ``tables/<name>.csv``. The same dossier gives the same bytes.
    """
    context = Context.of(dossier, engine)
    made = sections(context, silences)
    files = {"report.html": _page(context, made).encode()}
    for part in (part for section in made for part in section.parts):
        match part:
            case Figure():
                files[f"figures/{part.name}.svg"] = part.wide.encode()
                files[f"figures/{part.name}.csv"] = part.data.encode()
            case Table():
                files[f"tables/{part.name}.csv"] = (part.data or _table_csv(part, dossier.origin)).encode()
            case Paragraph():
                continue
    return files


def _table_csv(table: Table, origin: str) -> str:
    header = [" ".join(filter(None, (column.title, column.below))) for column in table.columns]
    width = len(header)
    rows = []
    group = ""
    for row in table.rows:
        if not row.cells:
            group = row.head.text
            continue
        head = f"{row.head.text}; {row.head.below}" if row.head.below else row.head.text
        texts = [head, *(cell.text for cell in row.cells)]
        group = group if row.level else ""
        rows.append([group, *texts, *[""] * (width - len(texts))])
    return as_csv(["Group", *header], rows, origin=origin)


def _numbered(made: Sequence[Section]) -> Mapping[str, tuple[_Numbered, ...]]:
    counts = {"figure": 0, "table": 0, "paragraph": 0}
    by_section: dict[str, tuple[_Numbered, ...]] = {}
    for section in made:
        found = []
        for part in section.parts:
            kind = type(part).__name__.lower()
            if not isinstance(part, Table) or part.shown:
                counts[kind] += 1
                found.append(_Numbered(kind, counts[kind], part))
        by_section[section.id] = tuple(found)
    return by_section


def _page(context: Context, made: Sequence[Section]) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["svg"] = _trusted
    dossier = context.dossier
    return environment.get_template("report.html.j2").render(
        study=dossier.study,
        cutoff=long_date(dossier.cutoff),
        warnings=context.warnings,
        tag=context.tag,
        origin=dossier.origin,
        facts=facts(context),
        summary=tuple(summary(context)),
        sections=made,
        parts=_numbered(made),
        legend=LEGEND,
        program=next(iter(_program(dossier)), "trialwright"),
    )


def _trusted(svg: str) -> Markup:
    """Drawings are made by this program from escaped text, so they stand in the page as they are."""
    return Markup(svg)


def _program(dossier: Dossier) -> Iterator[str]:
    return (f"{name} {version}" for name, version in dossier.software.items() if name == "trialwright")
