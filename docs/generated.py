"""Parts of the manual written from the program: ``python -m docs.generated`` renews them, a test compares them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import click
from click.testing import CliRunner

import trialwright
from docs.endpoint_pages import censoring_rule_sets, endpoint_cases, endpoint_library
from docs.gcig_cases import gcig_cases
from docs.language import keys
from docs.response_cases import response_cases
from trialwright.cli import COMMANDS, app
from trialwright.conduct.catalogue import catalogue
from trialwright.exchange.forms.findings import FORM_RULES
from trialwright.model.finding import RULES, FindingRule
from trialwright.model.library import load_object
from trialwright.model.outputs import OUTPUTS
from trialwright.model.partial_dates import DATE_RULES
from trialwright.model.record import NOTES
from trialwright.model.tables import TABLES, Column, Table
from trialwright.registry.fields import FIELDS
from trialwright.registry.read import formats
from trialwright.screening.judge import KINDS

HERE = Path(__file__).parent
PART = re.compile(r"(?P<begin><!-- begin (?P<name>[a-z-]+) -->\n).*?(?P<end><!-- end (?P=name) -->)", re.DOTALL)


def described(columns: Iterable[Column]) -> Iterable[str]:
    """Rows of a table of columns."""
    for column in columns:
        name = f"`{column.name}`" + (" *" if column.required else "")
        terms = ", ".join(f"`{term}`" for term in column.terms)
        yield f"| {name} | {column.kind} | {column.label}{': ' if terms and column.label else ''}{terms} |"


def declared(tables: Mapping[str, Table]) -> str:
    """A heading and a table of columns for each declared table."""
    lines: list[str] = []
    for table in tables.values():
        dated = f" Rows are dated by `{table.date_column}`." if table.date_column else ""
        key = ", ".join(f"`{name}`" for name in table.key)
        lines += [f"### {table.name}", "", f"{table.label}. Key: {key}.{dated}", ""]
        lines += ["| column | kind | holds |", "|---|---|---|"]
        lines += [*described([*table.columns, *table.families]), ""]
    return "\n".join(lines)


def rules(listed: Mapping[str, FindingRule] = RULES) -> str:
    """A row for each finding the program may give about data."""
    meaning = {"E": "stops", "W": "is listed", "I": "for information"}
    rows = [f"| {r.id} | {meaning[r.severity]} | {r.meaning} | {r.mend} |" for r in listed.values()]
    return "\n".join(["| id | what it does | what it says | how to mend it |", "|---|---|---|---|", *rows, ""])


def helps() -> str:
    """Help text of every command and of the commands below it."""
    lines: list[str] = []
    for name, entry in COMMANDS.items():
        command = load_object(entry.place)
        below = sorted(command.commands) if isinstance(command, click.Group) else []
        for words in ([name], *([name, sub] for sub in below)):
            shown = CliRunner().invoke(app, [*words, "--help"], prog_name="trialwright", terminal_width=100).output
            lines += [
                f"{'###' if len(words) > 1 else '##'} {' '.join(words)}",
                "",
                "```text",
                shown.rstrip(),
                "```",
                "",
            ]
    return "\n".join(lines)


def offered() -> str:
    """A table for each kind of name a study file may use."""
    lines: list[str] = []
    specs = catalogue().specs
    for kind in dict.fromkeys(spec.kind for spec in specs):
        lines += [f"## {kind.capitalize()}", "", "| id | what it is | computed | reference |", "|---|---|---|---|"]
        for spec in (spec for spec in specs if spec.kind == kind):
            computed = "yes" if spec.computed else "stated only"
            doubt = "" if spec.certainty == "verified" else f" ({spec.certainty})"
            lines.append(f"| `{spec.id}` | {spec.summary} | {computed}{doubt} | {spec.reference or '–'} |")
        lines.append("")
    lines += ["## Condition", "", "| key | when it holds |", "|---|---|"]
    lines += [f"| `{kind.id}` | {kind.summary} |" for kind in KINDS.values()]
    return "\n".join([*lines, ""])


def face() -> str:
    """A row for each name of the package itself."""
    rows = []
    for name in trialwright.__all__:
        if not name.startswith("_"):
            found = getattr(trialwright, name)
            summary = (found.__doc__ or "").strip().splitlines()[0]
            rows.append(f"| `{name}` | {summary} |")
    return "\n".join(["| name | gives |", "|---|---|", *rows, ""])


def record_formats() -> str:
    """A row for each format of registry records."""
    rows = [f"| `{form.id}` | {form.summary} |" for form in formats().values()]
    return "\n".join(["| id | what it is |", "|---|---|", *rows, ""])


def record_notes() -> str:
    """A row for each note a reader of records may give."""
    rows = [f"| `{name}` | {text} |" for name, text in NOTES.items()]
    return "\n".join(["| id | what it says |", "|---|---|", *rows, ""])


def date_rules() -> str:
    """A row for each rule that takes a day from a date known in part."""
    rows = [f"| `{rule.id}` | {rule.holds_for} | {rule.meaning} |" for rule in DATE_RULES.values()]
    return "\n".join(["| rule | dates | day taken |", "|---|---|---|", *rows, ""])


def addresses() -> str:
    """A row for each key of the registry that has an address."""
    rows = [
        f"| `{known.address.format('1', '2')}` | {known.kind} | `{path}` |"
        for path, known in sorted(FIELDS.items(), key=lambda entry: entry[1].address)
    ]
    return "\n".join(["| address | kind | key |", "|---|---|---|", *rows, ""])


PARTS: dict[str, Callable[[], str]] = {
    "addresses": addresses,
    "catalogue": offered,
    "commands": helps,
    "date-rules": date_rules,
    "endpoint-cases": endpoint_cases,
    "endpoint-library": endpoint_library,
    "face": face,
    "form-rules": lambda: rules(FORM_RULES),
    "formats": record_formats,
    "gcig-cases": gcig_cases,
    "keys": keys,
    "notes": record_notes,
    "outputs": lambda: declared(OUTPUTS),
    "response-cases": response_cases,
    "rule-sets": censoring_rule_sets,
    "rules": rules,
    "tables": lambda: declared(TABLES),
}


def renewed(text: str) -> str:
    """Text of a page with its generated parts written anew."""
    return PART.sub(lambda part: f"{part['begin']}\n{PARTS[part['name']]()}\n{part['end']}", text)


def pages() -> list[Path]:
    """Pages that hold a generated part."""
    return [page for page in sorted(HERE.rglob("*.md")) if PART.search(page.read_text(encoding="utf-8"))]


if __name__ == "__main__":
    for page in pages():
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
