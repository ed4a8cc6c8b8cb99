"""A run that is killed again and again ends as the same lake, and reads no finished slice twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from headgate.export.reading import sha256_of
from tests.integration.export.conftest import Shop, request

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

KILLS = 12
# How far a process comes: so many slices at most, and then so long.
MOST_SLICES, LONGEST_WAIT_S = 3, 0.1
PROGRAM = """
import sys
from pathlib import Path
from headgate.errors import NotFoundError
from headgate.export.exporting import Exporting
from headgate.export.requests import ExportRequest
from headgate.export.session import Login, Session

class Folder:  # objects that outlive the process
    def read(self, ref):
        try:
            return Path(lake, ref.key.replace("/", "!")).read_bytes()
        except FileNotFoundError:
            raise NotFoundError(ref.key)
    def write(self, ref, body, *, content_type=""):
        path = Path(lake, ref.key.replace("/", "!"))
        path.with_suffix(".tmp").write_bytes(body)
        path.with_suffix(".tmp").rename(path)
    def upload(self, path, ref):
        self.write(ref, path.read_bytes())

port, database, workspace, log, lake, asked = sys.argv[1:]
login = Login("127.0.0.1", int(port), "root", "", database, tls=False)
exporting = Exporting(lambda: Session(login), Folder(), {}, "raw", "state", Path(workspace))
with open(log, "a", buffering=1) as out:
    exporting.run(ExportRequest.from_json(asked), lambda event: print(event.phase, event.slice_number, file=out))
"""


def start(shop: Shop, log: Path) -> subprocess.Popen[bytes]:
    """The export in a process of its own, which writes its events to the log."""
    asked = request(["numbers"], slice_rows=2000).to_json()
    where = [str(shop.server.port), shop.name, str(shop.workspace), str(log), str(log.parent)]
    return subprocess.Popen([sys.executable, "-c", PROGRAM, *where, asked])


def test_kills_at_any_moment_leave_the_same_lake(shop: Shop, tmp_path: Path) -> None:
    shop.run(
        "CREATE TABLE numbers (id INT PRIMARY KEY, v VARCHAR(200))",
        "INSERT INTO numbers SELECT seq, REPEAT(MD5(seq), 6) FROM seq_1_to_60000",
    )
    undisturbed = shop.export(["numbers"], "undisturbed", slice_rows=2000)
    log, when = tmp_path / "log", random.Random(4)  # noqa: S311 seeded moments, no secret
    kills = 0
    while kills < KILLS and "landed" not in told(log):
        finished_before = told(log).count("finished")
        process = start(shop, log)
        wait_for_work(log, kills + 1, finished_before + when.randrange(MOST_SLICES))
        time.sleep(when.uniform(0, LONGEST_WAIT_S))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert start(shop, log).wait(120) == 0
    events = [line.split(" ", 1) for line in told(log).splitlines()]
    finished = [int(number) for phase, number in events if phase == "finished"]
    assert "kept" in {phase for phase, _ in events}, "no kill came between two slices"
    assert len(finished) == len(set(finished)), "a finished slice was read again"
    landed = {path.name.rpartition("!")[2]: sha256_of(path) for path in tmp_path.glob("numbers!*.parquet")}
    assert landed == {file.name: file.sha256 for file in undisturbed.certificates[0].files}


def told(log: Path) -> str:
    """Everything that the processes have said so far."""
    return log.read_text() if log.exists() else ""


def wait_for_work(log: Path, starts: int, finished: int) -> None:
    """The process that was started last has its plan, and so many slices are finished, or there are no more."""
    for _ in range(6000):
        said = told(log)
        if (said.count("planned") >= starts or "certified" in said) and (said.count("finished") >= finished or "landed" in said):
            return
        time.sleep(0.005)
    raise AssertionError("the export did not begin")
