from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.emulator import emulator

pytestmark = pytest.mark.integration


def test_a_stopped_emulator_writes_nothing_any_more(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, emulator.__file__, "start", "--folder", str(tmp_path)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    started = emulator.running(tmp_path)
    assert started
    process = Path(f"/proc/{started.pid}/cmdline")
    assert process.read_bytes()

    assert emulator.stop(tmp_path)
    assert (
        not process.exists() or not process.read_bytes()
    )  # of a process that has ended nothing but its exit code is left
    assert not emulator.stop(tmp_path)
