"""Behaviours are tested without waiting."""

from __future__ import annotations

import pytest


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let botocore send again at once."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
