"""`headgate files` says of a file what the pages of the console say."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from headgate.aws.in_memory_ports import MemoryLedger
from headgate.cli import command_deployment
from headgate.cli.commands.files.files import files
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState
from headgate.wiring import stores

pytestmark = pytest.mark.unit

ORDERS = FileRecord("1", "raw", "orders/a.csv", "", "orders", FileState.DONE)


@pytest.mark.parametrize(
    ("accepted", "shown"),
    [(5, "ok"), (4, "ok"), (3, "many_refused"), (0, "nothing_accepted")],
    ids=["all", "most", "few", "none"],
)
def test_a_file_that_lost_many_rows_is_not_only_done(
    accepted: int, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = replace(ORDERS, received=5, accepted=accepted, quarantined=5 - accepted)
    monkeypatch.setattr(command_deployment, "activate", lambda: command_deployment.Deployment("test", {}, {}))
    monkeypatch.setattr(stores, "ledger", lambda _: MemoryLedger({"1": record}))
    (listed,) = json.loads(CliRunner().invoke(files, ["--json"], catch_exceptions=False).stdout)
    assert (listed["state"], listed["acceptance"]) == ("done", shown)
    words = f"done, {shown.replace('_', ' ')}" if shown != "ok" else "done"
    assert words in " ".join(
        CliRunner().invoke(files, [], catch_exceptions=False, env={"COLUMNS": "200"}).stdout.split()
    )


def listed(
    records: list[FileRecord], monkeypatch: pytest.MonkeyPatch, columns: int = 120, *options: str
) -> list[str]:
    """Return the lines of the list of files."""
    monkeypatch.setattr(command_deployment, "activate", lambda: command_deployment.Deployment("test", {}, {}))
    ledger = MemoryLedger({record.file_id: record for record in records})
    monkeypatch.setattr(stores, "ledger", lambda _: ledger)
    ran = CliRunner().invoke(files, [*options], catch_exceptions=False, env={"COLUMNS": str(columns)})
    return ran.output.splitlines()


def test_a_limit_lists_the_newest_files_with_data(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [
        replace(ORDERS, file_id=str(day), key=f"orders/{day}.csv", received_at=f"2026-11-{day}T03:00:00")
        for day in (24, 25, 26)
    ]
    manifest = replace(
        records[-1], file_id="9", key="orders/_SUCCESS", state=FileState.IGNORED, received_at="2026-11-27"
    )
    lines = listed([*records, manifest], monkeypatch, 120, "--limit", "2")
    assert [line.split()[-1] for line in lines if line.endswith(".csv")] == ["orders/26.csv", "orders/25.csv"]
    assert not any("24.csv" in line for line in lines)


@pytest.mark.parametrize(("limit", "words"), [(1, "The newest file;"), (2, "The newest 2 files;")])
def test_a_list_with_a_limit_says_of_how_many_files_it_is(
    monkeypatch: pytest.MonkeyPatch, limit: int, words: str
) -> None:
    records = [replace(ORDERS, file_id=name, key=f"orders/{name}.csv") for name in ("a", "b")]
    *_, last = listed(records, monkeypatch, 120, "--limit", str(limit))
    assert last == f"{words} without --limit all are listed."


def test_the_newest_file_is_listed_first_with_its_time_and_its_whole_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = "orders/dt=2010-12-09/run=a-name-that-is-longer-than-a-column-of-a-table/part-00005.parquet"
    old = replace(ORDERS, received_at="2026-11-26T03:00:00")
    new = replace(ORDERS, file_id="2", key=key, received_at="2026-11-27T03:00:00")
    lines = listed([old, new], monkeypatch, 60)
    assert [line for line in lines if not line.startswith(" ")] == [
        f"2026-11-27 03:00:00  {key}",
        "2026-11-26 03:00:00  orders/a.csv",
    ]


def test_a_files_rows_add_up_and_its_error_is_complete_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = {"rule": "needs_mapping", "message": "the header is not that of orders", "remedy": "see its page"}
    record = replace(
        ORDERS,
        state=FileState.NEEDS_MAPPING,
        received=63,
        accepted=57,
        duplicates=3,
        quarantined=3,
        error=error,
    )
    shown = " ".join(" ".join(listed([record], monkeypatch, 60)).split())
    assert "needs_mapping: 63 received = 57 accepted + 3 duplicates + 3 quarantined" in shown
    assert "The header is not that of orders. See its page." in shown


def test_a_lake_without_files_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert listed([], monkeypatch) == ["No files."]
