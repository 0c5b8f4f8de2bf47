"""Files, clock, randomness, environment and printing stay on the floors that are allowed them."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import Module, called_name, modules, where

pytestmark = pytest.mark.unvalidated

WITH_EFFECTS = {"cli", "web", "conduct", "design", "store", "exchange"}
CALLS = {
    "open",
    "input",
    "print",
    "date.today",
    "datetime.date.today",
    "datetime.now",
    "datetime.datetime.now",
    "datetime.utcnow",
    "np.random.default_rng",
    "numpy.random.default_rng",
    "os.getenv",
    "subprocess.run",
    "time.time",
}
METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "write_csv", "write_parquet"}
MODULES = {"random", "secrets", "socket", "urllib", "sqlite3", "subprocess", "tempfile", "shutil", "time"}
# what an effect is allowed for, module by module
EXCEPTIONS = {
    "trialwright.numerics.jit": "finds a writable folder for compiled kernels",
}


def effects(module: Module) -> list[str]:
    found: list[str] = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = called_name(node)
            method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            text_only = method == "write_csv" and not node.args and not node.keywords  # polars then gives the text back
            if name in CALLS or (method in METHODS and not text_only):
                found.append(f"{where(module, node)} {name or method}")
        elif isinstance(node, ast.Import):
            found += [
                f"{where(module, node)} {alias.name}" for alias in node.names if alias.name.split(".")[0] in MODULES
            ]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
            found.append(f"{where(module, node)} {node.module}")
    return found


def test_pure_floors_have_no_effects() -> None:
    found = [
        effect
        for module in modules()
        if module.floor not in WITH_EFFECTS and module.name not in EXCEPTIONS
        for effect in effects(module)
    ]
    assert found == []


def test_nothing_but_the_command_line_prints() -> None:
    found = [
        where(module, node)
        for module in modules()
        if module.floor != "cli"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called_name(node) == "print"
    ]
    assert found == []


def test_effects_are_recognised() -> None:
    text = "import random\nfrom pathlib import Path\nprint(Path('x').read_text(), open('y'))\n"
    (module,) = [m for m in modules() if m.name == "trialwright.errors"]
    planted = Module("trialwright.planted", module.path, text, ast.parse(text))
    assert len(effects(planted)) == 4
