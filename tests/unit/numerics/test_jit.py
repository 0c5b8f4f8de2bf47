"""Compiled kernels see a changed constant, work without a writable cache, and keep to their rules."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unvalidated

MERGED = (
    "import numpy as np; from trialwright.numerics.ordering import merge_close_times; "
    "print(merge_close_times(np.array([1.0, 1.001]))[0][1])"
)


def run(root: Path, code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def copied_tree(repository: Path, tmp_path: Path) -> Path:
    shutil.copytree(
        repository / "src" / "trialwright",
        tmp_path / "src" / "trialwright",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return tmp_path


@pytest.mark.slow
def test_a_changed_constant_changes_the_figure_of_a_cached_kernel(copied_tree: Path) -> None:
    cache = str(copied_tree / "cache")
    assert run(copied_tree, MERGED, NUMBA_CACHE_DIR=cache) == "1.001"
    place = copied_tree / "src" / "trialwright" / "numerics" / "constants.py"
    text = place.read_text(encoding="utf-8")
    assert text.count("1.4901161193847656e-08") == 1
    place.write_text(text.replace("1.4901161193847656e-08", "0.01"), encoding="utf-8")
    assert run(copied_tree, MERGED, NUMBA_CACHE_DIR=cache) == "1.0"


@pytest.mark.slow
def test_without_a_writable_cache_a_temporary_one_is_used(copied_tree: Path) -> None:
    # A file where a folder is due cannot be written to, not even by root.
    blocked = copied_tree / "blocked"
    blocked.write_text("")
    (copied_tree / "src" / "trialwright" / "numerics" / "__pycache__").write_text("")
    code = MERGED + "; from trialwright.numerics import jit; print(len(jit._TEMPORARY_CACHE))"
    environment = {
        "HOME": str(blocked),
        "XDG_CACHE_HOME": str(blocked),
        "NUMBA_CACHE_DIR": "",
        "TMPDIR": str(copied_tree),
    }
    assert run(copied_tree, code, **environment).split() == ["1.001", "1"]
    assert not list(copied_tree.glob("trialwright-kernels-*"))


def is_kernel(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and any("kernel" in ast.unparse(d) for d in node.decorator_list)


def kernels(repository: Path) -> list[tuple[Path, ast.Module, ast.FunctionDef]]:
    found = []
    for path in sorted((repository / "src" / "trialwright").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [(path, tree, node) for node in tree.body if isinstance(node, ast.FunctionDef) and is_kernel(node)]
    return found


def outside_names(tree: ast.Module, function: ast.FunctionDef) -> set[str]:
    """Names a kernel reads that are neither its own, nor numpy, nor a kernel of its file, nor built in."""
    own = {arg.arg for arg in function.args.args}
    own |= {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    beside = {n.name for n in tree.body if isinstance(n, ast.FunctionDef) and is_kernel(n)}
    built_in = {"range", "len", "abs", "max", "min", "int", "float", "round", "enumerate", "zip"}
    read = {
        n.id
        for stmt in function.body
        for n in ast.walk(stmt)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    }
    return read - own - beside - built_in - {"np", "math"}


def test_kernels_read_no_globals_and_call_nothing_outside_their_file(repository: Path) -> None:
    found = kernels(repository)
    assert len(found) >= 8
    assert {f"{path.name}:{function.name}": outside_names(tree, function) for path, tree, function in found} == {
        f"{path.name}:{function.name}": set() for path, _, function in found
    }
