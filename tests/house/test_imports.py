"""Imports stand at the top of a file, and only one module imports by name."""

from __future__ import annotations

import ast

import pytest

from tests.house.source import called_name, modules, where

pytestmark = pytest.mark.unvalidated

BY_NAME = ("importlib", "imp", "runpy")
MAY_IMPORT_BY_NAME = "trialwright.model.library"


def imports(tree: ast.AST) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def top_names(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").split(".")[0]]
    return [alias.name.split(".")[0] for alias in node.names]


def test_only_the_library_module_imports_by_name() -> None:
    found = [
        where(module, node)
        for module in modules()
        if module.name != MAY_IMPORT_BY_NAME
        for node in imports(module.tree)
        if set(top_names(node)) & set(BY_NAME)
    ]
    called = [
        where(module, node)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called_name(node) in {"__import__", "exec", "eval"}
    ]
    assert found + called == []


def test_the_library_module_does_import_by_name() -> None:
    (library,) = (module for module in modules() if module.name == MAY_IMPORT_BY_NAME)
    assert any("importlib" in top_names(node) for node in imports(library.tree))


def test_every_import_stands_at_the_top_level() -> None:
    found = [
        where(module, node)
        for module in modules()
        for node in imports(module.tree)
        if not any(node is statement for statement in module.tree.body)
    ]
    assert found == [], "an import inside a function, a condition or a try hides a circle"


def test_no_import_is_for_the_type_checker_only() -> None:
    assert [module.name for module in modules() if "TYPE_CHECKING" in module.text] == []


def test_no_import_is_relative() -> None:
    found = [
        where(module, node)
        for module in modules()
        for node in imports(module.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert found == []


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {module.path.parent for module in modules()}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []
