"""A run that is killed again and again ends as the same lake, and reads no finished slice twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.integration.export.conftest import Shop, request

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration

KILLS = 12
PROGRAM = """
import json, sys
from pathlib import Path
from headgate.aws.memory import MemoryObjects
from headgate.export.exporting import Exporting
from headgate.export.requests import ExportRequest
from headgate.export.session import Login, Session

port, database, workspace, log, asked = sys.argv[1:]
login = Login("127.0.0.1", int(port), "root", "", database, tls=False)
exporting = Exporting(lambda: Session(login), MemoryObjects(), {}, "raw", "state", Path(workspace))
with open(log, "a", buffering=1) as out:
    report = exporting.run(ExportRequest.from_json(asked), lambda event: print(event.phase, event.slice_number, file=out))
    print("landed", json.dumps([[file.name, file.sha256] for file in report.certificates[0].files]), file=out)
"""


def start(shop: Shop, log: Path) -> subprocess.Popen[bytes]:
    """The export in a process of its own, which writes its events to the log."""
    asked = request(["numbers"], slice_rows=2000).to_json()
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(shop.server.port), shop.name, str(shop.workspace), str(log), asked])


def test_kills_at_any_moment_leave_the_same_lake(shop: Shop, tmp_path: Path) -> None:
    shop.run(
        "CREATE TABLE numbers (id INT PRIMARY KEY, v VARCHAR(200))",
        "INSERT INTO numbers SELECT seq, REPEAT(MD5(seq), 6) FROM seq_1_to_60000",
    )
    undisturbed = shop.export(["numbers"], "undisturbed", slice_rows=2000)
    log, when = tmp_path / "log", random.Random(4)  # noqa: S311 seeded moments, no secret
    for _ in range(KILLS):
        process = start(shop, log)
        time.sleep(when.uniform(0.8, 2.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert start(shop, log).wait(120) == 0
    events = [line.split(" ", 1) for line in log.read_text().splitlines()]
    finished = [int(number) for phase, number in events if phase == "finished"]
    assert len(finished) == len(set(finished)), "a finished slice was read again"
    landed = json.loads(events[-1][1])
    assert landed == [[file.name, file.sha256] for file in undisturbed.certificates[0].files]
