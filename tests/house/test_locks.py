"""The locks pin every package by hash, agree with each other and name no index."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

pytestmark = pytest.mark.unvalidated

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<marker>\s*;[^\\]*)?", re.MULTILINE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lock(repository: Path, name: str) -> str:
    return (repository / "requirements" / name).read_text(encoding="utf-8")


def pins(text: str) -> set[tuple[str, str, str]]:
    return {(canonical(m["name"]), m["version"], (m["marker"] or "").strip()) for m in PIN.finditer(text)}


def declared(repository: Path, *groups: str) -> set[str]:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = list(project["project"]["dependencies"])
    for group in groups:
        wanted += project["dependency-groups"][group]
    return {canonical(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in wanted}


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_every_package_is_pinned_by_hash(repository: Path, name: str) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock(repository, name).strip())
    assert len(blocks) > 20
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_no_index_address_stands_in_a_lock(repository: Path, name: str) -> None:
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host", lock(repository, name)) == []


def test_every_declared_package_is_locked(repository: Path) -> None:
    run = {name for name, _, _ in pins(lock(repository, "run.txt"))}
    everything = {name for name, _, _ in pins(lock(repository, "test.txt"))}
    assert declared(repository, "build") - run == set()
    assert declared(repository, "build", "test") - everything == set()


def test_a_program_that_runs_is_the_program_that_was_tested(repository: Path) -> None:
    run, tested = pins(lock(repository, "run.txt")), pins(lock(repository, "test.txt"))
    assert {(name, version) for name, version, _ in run} - {(name, version) for name, version, _ in tested} == set()


def licence_claims(distribution: metadata.Distribution) -> list[str]:
    about = distribution.metadata
    claims = [about.get("License-Expression") or "", *(about.get_all("Classifier") or [])]
    return [claim for claim in claims if "Licen" in claim or claim == about.get("License-Expression")]


def is_gpl(claim: str) -> bool:
    return re.search(r"(?<!L)GPL|(?<!Lesser )General Public License", claim) is not None


def is_permissive(claim: str) -> bool:
    return re.search(r"BSD|MIT|Apache|Public Domain|PSF|Python Software", claim) is not None


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_no_package_is_under_the_gpl(repository: Path, name: str) -> None:
    locked = {package for package, _, _ in pins(lock(repository, name))}
    installed = {canonical(d.metadata["Name"]): licence_claims(d) for d in metadata.distributions()}
    assert len(locked & set(installed)) > 20
    found = [
        package
        for package in sorted(locked & set(installed))
        if any(map(is_gpl, installed[package])) and not any(map(is_permissive, installed[package]))
    ]
    assert found == []
