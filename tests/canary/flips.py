"""``python -m tests.canary.flips``: flip every comparison and shift every number of some files; tests must notice.

Each ``<`` becomes ``<=``, each ``>`` becomes ``>=`` and the other way round, each whole number is made one larger and
one smaller, one change at a time, in a copy of the tree. The list of named lines tells which breaks matter; this tells
what share of all small breaks is seen.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import hypothesis.extra.numpy
import polars as pl
import pytest
import ruamel.yaml

from tests.canary.flock import copy_tree

LOADED = (hypothesis.extra.numpy, pl, ruamel.yaml)
"""Imported before the first child, so that none of them spends its time on it."""

QUICK = ("-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "--assert=plain")
FLIPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
SIGN = re.compile(r"<=|>=|==|!=|<|>")


@dataclass(frozen=True, slots=True)
class Flip:
    """One change: which characters of which line become what."""

    line: int
    start: int
    end: int
    new: str

    def put_into(self, text: str) -> str:
        """Text with the change."""
        lines = text.splitlines(keepends=True)
        raw = lines[self.line - 1].encode()
        lines[self.line - 1] = (raw[: self.start] + self.new.encode() + raw[self.end :]).decode()
        return "".join(lines)

    def shown(self, text: str) -> str:
        """Line as it is changed."""
        return self.put_into(text).splitlines()[self.line - 1].strip()


def flips_of(text: str) -> Iterator[Flip]:
    """Every change of a module, in its order."""
    lines = [line.encode() for line in text.splitlines()]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and type(node.value) is int and node.end_col_offset is not None:
            for new in (node.value + 1, node.value - 1):
                yield Flip(node.lineno, node.col_offset, node.end_col_offset, f"({new})" if new < 0 else str(new))
        if isinstance(node, ast.Compare):
            yield from _signs(node, lines)


def _signs(node: ast.Compare, lines: Sequence[bytes]) -> Iterator[Flip]:
    parts = [node.left, *node.comparators]
    for left, right in pairwise(parts):
        if left.end_lineno == right.lineno and left.end_col_offset is not None:
            between = lines[right.lineno - 1][left.end_col_offset : right.col_offset].decode()
            if found := SIGN.search(between):
                start = left.end_col_offset + found.start()
                yield Flip(right.lineno, start, start + len(found[0]), FLIPPED[found[0]])


def passes(copy: Path, tests: Sequence[str]) -> bool:
    """Whether the tests of the copied tree pass; run in a child, so that nothing imported is kept."""
    child = os.fork()
    if child == 0:
        os.chdir(copy)
        sys.path[:0] = [str(copy / "src"), str(copy)]
        sys.dont_write_bytecode = True
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        for name in [name for name in sys.modules if name.split(".")[0] in ("tests", "trialwright")]:
            del sys.modules[name]
        os._exit(int(pytest.main([*QUICK, *tests])))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def main() -> int:
    """Exit code: 0 enough were seen, 1 too few, 2 the tests fail on the unbroken tree."""
    parser = argparse.ArgumentParser(description="Flip every comparison and shift every number; tests must notice.")
    parser.add_argument("files", nargs="+", help="modules or folders to break")
    parser.add_argument("--tests", nargs="+", required=True, help="what pytest runs, one after the other")
    parser.add_argument("--skip", default=r"(?!)", help="lines left alone, as a regular expression")
    parser.add_argument("--share", type=float, default=0.95, help="least share that must be seen")
    chosen = parser.parse_args()
    root = Path(__file__).resolve().parents[2]
    os.environ["CI"] = "1"
    found = [path for name in chosen.files for path in sorted((root / name).rglob("*.py")) or [root / name]]
    seen = total = 0
    with tempfile.TemporaryDirectory(prefix="flips-") as folder:
        copy = Path(folder) / "tree"
        copy_tree(root, copy)
        if not passes(copy, chosen.tests):
            print("the tests fail on the unbroken tree", file=sys.stderr)
            return 2
        for path in found:
            place, text = copy / path.relative_to(root), path.read_text(encoding="utf-8")
            lines = text.splitlines()
            for flip in flips_of(text):
                if re.search(chosen.skip, lines[flip.line - 1]):
                    continue
                place.write_text(flip.put_into(text), encoding="utf-8")
                total += 1
                if all(passes(copy, [each]) for each in chosen.tests):
                    print(f"SURVIVED {path.relative_to(root)}:{flip.line}  {flip.shown(text)}", flush=True)
                else:
                    seen += 1
            place.write_text(text, encoding="utf-8")
    print(f"{seen} of {total} seen, {seen / total:.1%}" if total else "nothing to flip")
    return int(total > 0 and seen < chosen.share * total)


if __name__ == "__main__":
    sys.exit(main())
