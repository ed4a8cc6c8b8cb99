"""A run that is killed again and again ends as the same lake, and reads no finished slice twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from headgate.lake.content_hash import sha256_of
from tests.integration.export.conftest import Shop, request

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

KILLS, MOST_KILLS_OF_A_RUN = 20, 10  # each kill costs the start of a process
# How far a process comes: so many slices at most, and then so long.
MOST_SLICES, LONGEST_WAIT_S = 8, 0.1
PROGRAM = """
import sys
from pathlib import Path
from headgate.errors import NotFoundError
from headgate.export.exporting import Exporting
from headgate.export.requests import ExportRequest
from headgate.export.server.login import Login
from headgate.export.mysql.mysql_session import MySqlSession
from headgate.export.mysql.mysql_source import MySqlSource

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
    def delete(self, ref):
        Path(lake, ref.key.replace("/", "!")).unlink(missing_ok=True)

port, database, workspace, log, lake, asked = sys.argv[1:]
login = Login("127.0.0.1", int(port), "root", "", database, tls=False)
exporting = Exporting(MySqlSource(lambda: MySqlSession(login)), Folder(), {}, "raw", "state", Path(workspace))
with open(log, "a", buffering=1) as out:
    exporting.run(ExportRequest.from_json(asked), lambda event: print(event.phase, event.slice_number, file=out))
"""  # noqa: E501 a file's text


def start(shop: Shop, run: str, folder: Path) -> subprocess.Popen[bytes]:
    """The export in a process of its own, which writes its events to the run's log."""
    asked = request(["numbers"], run, slice_rows=300).to_json()
    where = [str(shop.server.port), shop.name, str(shop.workspace), str(folder / run), str(folder)]
    return subprocess.Popen([sys.executable, "-c", PROGRAM, *where, asked])


def test_kills_at_any_moment_leave_the_same_lake(shop: Shop, tmp_path: Path) -> None:
    shop.run(
        "CREATE TABLE numbers (id INT PRIMARY KEY, v VARCHAR(200))",
        "INSERT INTO numbers SELECT seq, REPEAT(MD5(seq), 6) FROM seq_1_to_60000",
    )
    undisturbed = {
        file.name: file.sha256
        for file in shop.export(["numbers"], "undisturbed", slice_rows=300).certificates[0].files
    }
    moments = random.Random(4)  # noqa: S311 seeded moments, no secret
    runs: list[str] = []
    kills = 0
    while kills < KILLS:  # a fast machine lands some runs before their last kill, so it takes more of them
        runs.append(f"r{len(runs)}")
        killed = killed_until_it_lands(
            shop, runs[-1], tmp_path, moments, most=min(MOST_KILLS_OF_A_RUN, KILLS - kills)
        )
        assert killed, "the run landed before any kill"
        kills += killed
    for run in runs:
        assert start(shop, run, tmp_path).wait(120) == 0
        finished = [int(number) for phase, number in events(tmp_path / run) if phase == "finished"]
        assert len(finished) == len(set(finished)), "a finished slice was read again"
        assert {
            path.name.rpartition("!")[2]: sha256_of(path)
            for path in tmp_path.glob(f"numbers!*run={run}!*.parquet")
        } == undisturbed
    assert "kept" in {phase for run in runs for phase, _ in events(tmp_path / run)}, (
        "no kill came between two slices"
    )


def killed_until_it_lands(shop: Shop, run: str, folder: Path, moments: random.Random, most: int) -> int:
    """How often the run was killed, each time at another moment."""
    kills = 0
    while kills < most and "landed" not in reported(folder / run):
        finished_before = reported(folder / run).count("finished")
        process = start(shop, run, folder)
        wait_for_work(folder / run, kills + 1, finished_before + moments.randrange(MOST_SLICES))
        time.sleep(moments.uniform(0, LONGEST_WAIT_S))
        process.send_signal(signal.SIGKILL)
        kills += process.wait() == -signal.SIGKILL
    return kills


def events(log: Path) -> list[tuple[str, str]]:
    """Return the events of a run's processes, in turn."""
    return [
        (phase, number) for phase, _, number in (line.partition(" ") for line in reported(log).splitlines())
    ]


def reported(log: Path) -> str:
    """Everything that the processes have said so far."""
    return log.read_text() if log.exists() else ""


def wait_for_work(log: Path, starts: int, finished: int) -> None:
    """The process that was started last has its plan, and so many slices are finished, or there
    are no more.
    """
    for _ in range(6000):
        said = reported(log)
        if (said.count("planned") >= starts or "certified" in said) and (
            said.count("finished") >= finished or "landed" in said
        ):
            return
        time.sleep(0.005)
    raise AssertionError("the export did not begin")
