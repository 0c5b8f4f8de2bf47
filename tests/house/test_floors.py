"""The floors hold, and the check that guards them can fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unvalidated

SLIPS = {
    "sibling": ("endpoints/planted.py", "from trialwright import analysis\n"),
    "upward": ("model/planted.py", "from trialwright import conduct\n"),
    "frames in numerics": ("numerics/planted.py", "import polars\n"),
    "oracle in the program": ("analysis/planted.py", "import lifelines\n"),
}


def run_import_linter(root: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "COLUMNS": "200"}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_the_floors_hold(repository: Path) -> None:
    done = run_import_linter(repository)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr


@pytest.mark.parametrize("slip", SLIPS)
def test_a_planted_slip_is_seen(repository: Path, tmp_path: Path, slip: str) -> None:
    shutil.copy(repository / "pyproject.toml", tmp_path)
    shutil.copytree(repository / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    place, line = SLIPS[slip]
    (tmp_path / "src" / "trialwright" / place).write_text(f'"""Planted."""\n\n{line}', encoding="utf-8")
    done = run_import_linter(tmp_path)
    assert done.returncode == 1, done.stdout[-4000:] + done.stderr
    assert "planted" in done.stdout
