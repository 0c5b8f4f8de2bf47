"""What is installed is what stands in the source: data files, types and the command come along."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from tests.house.source import PACKAGE
from trialwright import __version__

pytestmark = pytest.mark.unvalidated

LEFT_BEHIND = {".pyc", ".nbi", ".nbc"}


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_every_file_of_the_package_is_installed(wheel: zipfile.ZipFile) -> None:
    here = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in LEFT_BEHIND
    }
    assert "trialwright/py.typed" in here
    assert here - set(wheel.namelist()) == set()


def test_the_command_is_installed(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "trialwright = trialwright.cli:main" in wheel.read(name).decode()


def test_version_licence_and_python_are_stated(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("METADATA"))
    about = Parser().parsestr(wheel.read(name).decode())
    assert (about["Version"], about["License-Expression"]) == (__version__, "Apache-2.0")
    assert about["Requires-Python"] == ">=3.11"
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())


def test_the_citation_names_this_version(repository: Path) -> None:
    assert f"\nversion: {__version__}\n" in (repository / "CITATION.cff").read_text(encoding="utf-8")
