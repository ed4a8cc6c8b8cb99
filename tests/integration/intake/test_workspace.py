import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from headgate.intake.files.workspace import workspace

pytestmark = pytest.mark.integration

DIES = """
import os, signal, sys
from pathlib import Path
from headgate.intake.files.workspace import workspace
with workspace(Path(sys.argv[1])) as folder:
    (folder / "received").write_bytes(b"half a file")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_folder_is_empty_and_gone_afterwards(tmp_path: Path) -> None:
    with workspace(tmp_path) as folder:
        assert not list(folder.iterdir())
        (folder / "received").write_bytes(b"x")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_worker_left_is_removed_and_what_another_works_on_is_not(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", DIES, str(tmp_path)], check=False, env={**os.environ, "PYTHONPATH": "."}
    )
    assert ended.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 1
    with workspace(tmp_path) as first:
        (first / "received").write_bytes(b"x")
        with workspace(tmp_path) as second:
            assert set(tmp_path.iterdir()) == {first, second}
            assert (first / "received").is_file()
