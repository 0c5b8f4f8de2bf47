"""Fixtures and settings every test may use."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
PARTS = (ROOT / "tests" / "unit", ROOT / "tests" / "golden")
KERNELS = (ROOT / "tests" / "unit" / "numerics", ROOT / "tests" / "unit" / "analysis")
KINDS = ("independent", "published", "double_programmed", "unvalidated")
UNMARKED = pytest.StashKey[list[str]]()

# what a run keeps for the next one is shared by the workers of a session and never lands in a person's own folder
if "TRIALWRIGHT_CACHE" not in os.environ:
    os.environ["TRIALWRIGHT_CACHE"] = tempfile.mkdtemp(prefix="trialwright-kept-")
    # the process that made it outlives the workers, which find it named
    atexit.register(shutil.rmtree, os.environ["TRIALWRIGHT_CACHE"], ignore_errors=True)

# numba compiles inside the first example, so no deadline; in CI the examples are the same every time
settings.register_profile(
    "trialwright",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("trialwright")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Remember which tests do not say how independent they are, and of what; a test of the tests reads the list."""
    tests = ROOT / "tests"
    config.stash[UNMARKED] = [
        item.nodeid
        for item in items
        if item.path.is_relative_to(tests) and not any(says_its_source(item, kind) for kind in KINDS)
    ]


def says_its_source(item: pytest.Item, kind: str) -> bool:
    """Our own expectation needs no source; whatever is called independent, published or programmed twice does."""
    marker = item.get_closest_marker(kind)
    return marker is not None and (kind == "unvalidated" or any(marker.args))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Trace what is worth it: Python runs two to three times as long while it is traced."""
    if is_traced(item):
        return (yield)
    with untraced():
        return (yield)


def is_traced(item: pytest.Item) -> bool:
    """Quick tests of single parts; those of kernels once, with the compiler off, and the slow ones with it on."""
    is_slow = item.get_closest_marker("slow") is not None
    if any(item.path.is_relative_to(folder) for folder in KERNELS):
        return is_slow or "NUMBA_DISABLE_JIT" in os.environ
    return not is_slow and any(item.path.is_relative_to(folder) for folder in PARTS)


@contextmanager
def untraced() -> Iterator[None]:
    """Neither this process nor one started by it counts the lines it runs."""
    tracing = Coverage.current()
    told = os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
    if tracing is not None:
        tracing.stop()
    try:
        yield
    finally:
        if tracing is not None:
            tracing.start()
        if told is not None:
            os.environ["COVERAGE_PROCESS_CONFIG"] = told


@pytest.fixture(scope="session")
def repository() -> Path:
    """Folder that holds pyproject.toml."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of parity data kept outside the repository; the test is skipped, and says so, where it is absent."""
    place = Path(os.environ.get("TRIALWRIGHT_DATA") or ROOT.parent / "shared" / "data")
    if not place.is_dir():
        pytest.skip(f"parity data not found at {place}: set TRIALWRIGHT_DATA to their folder")
    return place


@pytest.fixture(scope="session")
def shared_seeds() -> Path:
    """Folder of registry pages kept outside the repository; the test is skipped, and says so, where it is absent."""
    place = ROOT.parent / "shared" / "seeds"
    if not place.is_dir():
        pytest.skip(f"registry pages not found at {place}")
    return place
