"""Everything public is documented: a summary, its parameters, its result, and an example where it only computes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.hooks.validate_docstrings import AstValidator
from numpydoc.validate import validate

from tests.house.source import Function, Module, modules, where

pytestmark = pytest.mark.unvalidated

# summary present and closed by a stop; parameters documented, known, in order, each with words; result documented
CHECKS = {"SS01", "SS03", "SS04", "PR01", "PR02", "PR03", "PR07", "RT01", "YD01", "GL06", "GL07"}
WITH_EXAMPLES = {"units", "dates", "numerics", "analysis"}
# what takes a whole trial is shown at work in the manual, not in a docstring
TRIAL_NOUNS = {"Study", "Frames", "Derived", "Request"}


def public_functions(module: Module) -> Iterator[Function]:
    for node in module.tree.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node


def is_command(function: Function) -> bool:
    """A click command's docstring is its help text."""
    return any("click" in ast.unparse(mark) or ".command" in ast.unparse(mark) for mark in function.decorator_list)


def is_compiled(function: Function) -> bool:
    return any("jit" in ast.unparse(mark) for mark in function.decorator_list)


def returns_something(function: Function) -> bool:
    return function.returns is not None and ast.unparse(function.returns) not in {"None", "NoReturn"}


def takes_a_trial(function: Function) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    named = {
        node.id for a in arguments if a.annotation for node in ast.walk(a.annotation) if isinstance(node, ast.Name)
    }
    return bool(named & TRIAL_NOUNS)


def documented() -> Iterator[tuple[Module, Function]]:
    for module in modules():
        for function in public_functions(module):
            if not is_command(function):
                yield module, function


def issues(path: Path, tree: ast.Module, function: Function) -> list[str]:
    report = validate(function.name, AstValidator, ast_node=function, filename=str(path), ancestry=[tree])
    found = [f"{code} {text}" for code, text in report["errors"] if code in CHECKS]
    if returns_something(function) and not {"Returns", "Yields"} & sections(function):
        found.append("RT01 No Returns section found")
    return found


def sections(function: Function) -> set[str]:
    parsed = NumpyDocString(ast.get_docstring(function) or "")
    return {name for name in ("Returns", "Yields", "Examples", "Parameters", "Raises") if parsed[name]}


def test_every_module_says_what_it_is() -> None:
    assert [module.name for module in modules() if not ast.get_docstring(module.tree)] == []


def test_public_functions_document_parameters_and_result() -> None:
    found = [
        f"{where(module, function)} {function.name}: {issue}"
        for module, function in documented()
        for issue in sorted(set(issues(module.path, module.tree, function)))
    ]
    assert found == [], "\n".join(found)


def test_what_only_computes_shows_an_example() -> None:
    found = [
        f"{where(module, function)} {function.name}"
        for module, function in documented()
        if module.floor in WITH_EXAMPLES
        and not is_compiled(function)
        and not takes_a_trial(function)
        and "Examples" not in sections(function)
    ]
    assert found == [], "\n".join(found)


def test_public_classes_document_themselves() -> None:
    found = [
        f"{where(module, node)} {node.name}"
        for module in modules()
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("docstring", "code"),
    [
        ("Sum.", "PR01"),
        ("Sum.\n\nParameters\n----------\na : int\n    First.\nc : int\n    Other.\n", "PR02"),
        ("Sum.\n\nParameters\n----------\na : int\n    First.\n", "RT01"),
        ("Sum\n\nParameters\n----------\na : int\n    First.\n\nReturns\n-------\nint\n    Sum.\n", "SS03"),
    ],
)
def test_a_gap_is_recognised(tmp_path: Path, docstring: str, code: str) -> None:
    tree = ast.parse(f'def add(a: int) -> int:\n    """{docstring}"""\n    return a\n')
    path = tmp_path / "planted.py"
    path.write_text(ast.unparse(tree), encoding="utf-8")
    (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    assert code in {issue.split()[0] for issue in issues(path, tree, function)}
