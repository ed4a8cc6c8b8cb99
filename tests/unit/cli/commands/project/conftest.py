"""Shared parts of the tests of the project's commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def deployments(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of deployments, empty: what this clone has deployed changes no test."""
    folder = tmp_path_factory.mktemp("deployments")
    monkeypatch.setattr("headgate.deployment.FOLDER", folder)
    return folder
