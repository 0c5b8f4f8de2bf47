"""Files and functions stay small enough to be read in one go."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import Function, Module, modules, where

pytestmark = pytest.mark.unvalidated

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 10
MAX_METHODS = 20
MAX_SUPPRESSIONS_PER_1000 = 2
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base", "stuff"}


def code_lines(module: Module, function: Function) -> int:
    """Lines of a function that are neither blank, comment nor docstring, its signature counted."""
    first = function.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    skipped = range(first.lineno, (first.end_lineno or 0) + 1) if has_docstring else range(0)
    lines = module.text.splitlines()
    return sum(
        1
        for number in range(function.lineno, (function.end_lineno or 0) + 1)
        if number not in skipped and lines[number - 1].strip() and not lines[number - 1].lstrip().startswith("#")
    )


def test_no_file_is_too_long() -> None:
    found = {m.name: n for m in modules() if (n := m.text.count("\n")) > MAX_FILE_LINES}
    assert found == {}


def test_no_function_is_too_long() -> None:
    found = {
        f"{where(module, function)} {function.name}": lines
        for module in modules()
        for function in module.functions()
        if (lines := code_lines(module, function)) > MAX_FUNCTION_LINES
    }
    assert found == {}


def test_no_function_takes_too_many_arguments() -> None:
    found = [
        f"{where(module, function)} {function.name}"
        for module in modules()
        if module.floor != "cli"  # an option of a command is an argument of its function
        for function in module.functions()
        if len([*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]) > MAX_PARAMETERS
    ]
    assert found == []


def test_no_class_has_too_many_methods() -> None:
    found = [
        where(module, node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and sum(isinstance(part, Function) for part in node.body) > MAX_METHODS
    ]
    assert found == []


def test_checkers_are_seldom_silenced() -> None:
    lines = sum(module.text.count("\n") for module in modules())
    silenced = [
        f"{module.path.name}:{number}"
        for module in modules()
        for number, line in enumerate(module.text.splitlines(), 1)
        if "# type: ignore" in line or "# noqa" in line
    ]
    assert len(silenced) <= max(4, MAX_SUPPRESSIONS_PER_1000 * lines / 1000), silenced


def test_no_file_has_a_vague_name() -> None:
    found = [
        m.name
        for m in modules()
        for part in m.name.split(".")
        if part.strip("_") in VAGUE or part.startswith(("base_", "common_")) or part.endswith(("_utils", "_helpers"))
    ]
    assert found == []


def test_the_tree_is_shallow() -> None:
    assert [m.name for m in modules() if m.name.count(".") > 3] == []


def test_code_lines_leave_out_docstring_comments_and_blanks() -> None:
    text = 'def f(\n    a: int,\n) -> int:\n    """Say.\n\n    More.\n    """\n    # why\n\n    return a\n'
    module = Module("planted", modules()[0].path, text, ast.parse(text))
    assert code_lines(module, module.functions()[0]) == 4
