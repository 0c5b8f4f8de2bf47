"""The program's own source, parsed once, for the tests that read it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "trialwright"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: dotted name, path and syntax tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def floor(self) -> str:
        """First name below the package, such as ``analysis``."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    def functions(self) -> list[Function]:
        """Every function and method, nested ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the package."""
    return tuple(_read(path) for path in sorted(PACKAGE.rglob("*.py")))


def _read(path: Path) -> Module:
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
    text = path.read_text(encoding="utf-8")
    return Module(name, path, text, ast.parse(text))


def where(module: Module, node: ast.stmt | ast.expr) -> str:
    """Address of a node, as an editor understands it."""
    return f"{module.path.relative_to(ROOT)}:{node.lineno}"


def called_name(call: ast.Call) -> str:
    """Dotted name of what is called, as far as it is written as names; else empty."""
    parts: list[str] = []
    node: ast.expr = call.func
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""
