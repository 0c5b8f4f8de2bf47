"""Dossiers of the invented study, made once."""

from __future__ import annotations

import pytest

from tests.unit.report.invented_dossier import SILENCES, invented_dossier
from trialwright.model.dossier import Dossier
from trialwright.report.build import build
from trialwright.report.context import Context


@pytest.fixture(scope="session")
def by_arm() -> Dossier:
    return invented_dossier(by_arm=True)


@pytest.fixture(scope="session")
def pooled() -> Dossier:
    return invented_dossier(by_arm=False)


@pytest.fixture(scope="session")
def context(by_arm: Dossier) -> Context:
    return Context.of(by_arm)


@pytest.fixture(scope="session")
def files(by_arm: Dossier) -> dict[str, bytes]:
    return build(by_arm, SILENCES)


@pytest.fixture(scope="session")
def pooled_files(pooled: Dossier) -> dict[str, bytes]:
    return build(pooled, SILENCES)
