"""Wait for what another process does."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def eventually(look: Callable[[], Any], timeout_s: float, every_s: float = 0.5) -> Any:  # noqa: ANN401 whatever `look` finds
    """Wait until `look` returns something, and return it; the test fails when that takes longer than
    `timeout_s`.
    """
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(every_s)
    pytest.fail(f"nothing came within {timeout_s} s")
