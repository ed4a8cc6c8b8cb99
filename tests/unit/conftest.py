"""Shared parts of all unit tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import joblib
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True, scope="session")
def models_in_this_process() -> Iterator[None]:
    """Models over many groups start no processes: two workers have both processors already, and a process
    imports pandas and sklearn first.

    tests/integration/engines/test_grouped_map.py starts them.
    """
    with joblib.parallel_config(backend="sequential"):
        yield
