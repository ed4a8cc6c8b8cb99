"""`headgate files` says of a file what the pages of the console say."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from headgate.aws.in_memory_ports import MemoryLedger
from headgate.cli import command_deployment
from headgate.cli.commands.files.files import files
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState
from headgate.wiring import stores

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("accepted", "shown"),
    [(5, "ok"), (4, "ok"), (3, "many_refused"), (0, "nothing_accepted")],
    ids=["all", "most", "few", "none"],
)
def test_a_file_that_lost_many_rows_is_not_only_done(
    accepted: int, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = FileRecord(
        "1",
        "raw",
        "orders/a.csv",
        "",
        "orders",
        FileState.DONE,
        received=5,
        accepted=accepted,
        quarantined=5 - accepted,
    )
    monkeypatch.setattr(
        command_deployment, "activate", lambda _: command_deployment.Deployment("test", {}, {})
    )
    monkeypatch.setattr(stores, "ledger", lambda _: MemoryLedger({"1": record}))
    (listed,) = json.loads(CliRunner().invoke(files, ["--json"], catch_exceptions=False).stdout)
    assert (listed["state"], listed["acceptance"]) == ("done", shown)
    words = f"done, {shown.replace('_', ' ')}" if shown != "ok" else "done"
    assert words in " ".join(
        CliRunner().invoke(files, [], catch_exceptions=False, env={"COLUMNS": "200"}).stdout.split()
    )
