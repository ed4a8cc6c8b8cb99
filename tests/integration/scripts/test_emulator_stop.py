from __future__ import annotations

from pathlib import Path

import pytest

from scripts.emulator import emulator

pytestmark = pytest.mark.integration


def test_a_stopped_emulator_writes_nothing_any_more(tmp_path: Path) -> None:
    started = emulator.start(tmp_path)
    assert Path(f"/proc/{started.pid}/cmdline").read_bytes()

    assert emulator.stop(tmp_path)
    process = Path(f"/proc/{started.pid}/cmdline")
    assert not process.exists() or not process.read_bytes()  # of a process that has ended nothing but its exit code is left
    assert not emulator.stop(tmp_path)
