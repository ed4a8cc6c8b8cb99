"""Before a commit a person learns which rows of the lake the file replaces: the merge keeps the newest row of
each key.
"""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.lake.versions import last_arrivals
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.snapshots.read_snapshots import lake_snapshot, snapshot_parts
from headgate.uploads import replaced_rows
from headgate.values.parquet_tables import table_of
from tests.duckdb_memory import MEMORY
from tests.in_memory_ports import MemoryFileIndex
from tests.unit.api.files.test_mapped_uploads import dry_run
from tests.unit.api.files.test_uploads import uploaded
from tests.unit.api.lakes import PAYMENTS, REGISTRY, Caller, MemoryLake, payments

if TYPE_CHECKING:
    from headgate.lake.file_index import FileFilter, FileListPage
    from headgate.snapshots.snapshot import DatasetSnapshot

pytestmark = pytest.mark.unit

HEADER = PAYMENTS.splitlines(keepends=True)[0]


def merging(lake: MemoryLake, folder: str, catalog: MemoryCatalog, part_rows: int = 8) -> Merging:
    """The merge of the datasets with accepted files, in parts of about `part_rows` rows."""
    curated = {name: REGISTRY.curated[name] for name in ("customers", "payments")}
    ports = (lake.objects, catalog, curated, "curated", "curated", Path(folder), audit)
    newest = last_arrivals(lake.ledger.records())
    return Merging(*ports, memory=MEMORY, part_rows=part_rows, last_arrivals=lambda: newest)


def merge(lake: MemoryLake, part_rows: int = 8, catalog: MemoryCatalog | None = None) -> MemoryLake:
    """A run's merge."""
    with TemporaryDirectory() as folder:
        merging(lake, folder, catalog or MemoryCatalog(), part_rows).merge()
    return lake


def row(number: int, amount: str = "10.50", updated: str = "2024-01-01 10:00:00") -> bytes:
    one = PAYMENTS.splitlines(keepends=True)[1].replace(b"1,A1", b"%d,A%d" % (number, number))
    head, _, end = one.rpartition(b"2024-01-01 10:00:00")
    return head.replace(b"10.50", amount.encode()) + updated.encode() + end


def replaces(lake: MemoryLake, body: bytes, dataset: str = "payments", **who: Any) -> Any:  # noqa: ANN401 JSON
    caller = Caller(lake, **who)
    return dry_run(caller, uploaded(caller, body, "new.csv", dataset))["replaces"]


def lake_of(rows: int, part_rows: int = 8) -> MemoryLake:
    lake = MemoryLake()
    lake.receive("payments/old.csv", payments(range(1, rows + 1)))
    return merge(lake, part_rows)


def snapshot_of(lake: MemoryLake) -> DatasetSnapshot:
    return lake_snapshot(lake.objects, "curated").datasets["payments"]


def test_rows_with_other_values_replace_those_of_the_lake_and_the_first_ones_are_shown() -> None:
    body = HEADER + row(1) + row(2, "3.39") + row(41) + row(30, "4.00", "2025-01-01 00:00:00")
    answer = replaces(lake_of(40), body)
    assert (answer["replaced"], answer["older"], answer["equal"], answer["not_compared"]) == (2, 0, 1, 0)
    assert answer["examples"] == [
        {"row": 2, "key": {"payment_id": "2"}, "changes": {"amount": ["10.5", "3.39"]}},
        {"row": 4, "key": {"payment_id": "30"}, "changes": {"amount": ["10.5", "4"]}},
    ]


def test_columns_that_the_file_lacks_count_the_rows_that_it_empties() -> None:
    """A person exports some columns, edits them and sends them back: the merge replaces whole rows."""
    full = HEADER + row(1) + row(2, "3.39") + row(41)
    assert replaces(lake_of(40), full)["emptied"] == {}
    answer = replaces(lake_of(40), without(full, "card_expiry"))
    assert (answer["replaced"], answer["emptied"]) == (2, {"card_expiry": 2})


def without(body: bytes, column: str) -> bytes:
    """The file without one of its columns."""
    at = HEADER.decode().strip().split(",").index(column)
    rows = csv.reader(body.decode().splitlines())
    return b"".join(",".join(cells[:at] + cells[at + 1 :]).encode() + b"\n" for cells in rows)


def test_an_empty_text_instead_of_no_value_is_no_change() -> None:
    answer = replaces(lake_of(40), HEADER + row(1).replace(b"captured,,", b'captured,"",') + row(2, "3.39"))
    assert (answer["replaced"], answer["equal"]) == (1, 1)
    assert [each["changes"] for each in answer["examples"]] == [{"amount": ["10.5", "3.39"]}]


def test_rows_that_are_older_than_those_of_the_lake_replace_nothing() -> None:
    """The merge keeps the row with the greatest value of the order column."""
    answer = replaces(lake_of(40), HEADER + row(1, "3.39", "2023-01-01 00:00:00") + row(2, "3.39"))
    assert (answer["replaced"], answer["older"]) == (1, 1)


def test_the_check_announces_what_the_merge_does() -> None:
    body = HEADER + row(1, "1.00", "2023-01-01 00:00:00") + row(2, "2.00") + row(3) + row(77, "7.00")
    lake = lake_of(40)
    answer = replaces(lake, body)
    before = amounts(lake)
    lake.receive("payments/new.csv", body)
    merge(lake)
    after = amounts(lake)
    assert sum(after[number] != amount for number, amount in before.items()) == answer["replaced"]


def amounts(lake: MemoryLake) -> dict[int, Any]:
    parts = [item.ref for item in lake.objects.list("curated", snapshot_of(lake).location)]
    rows = [row for part in parts for row in table_of(lake.objects.read(part)).to_pylist()]
    return {row["payment_id"]: row["amount"] for row in rows}


def test_rows_of_a_file_that_no_run_has_merged_yet_are_compared() -> None:
    """An edited copy is often sent minutes after the first file, before any run."""
    lake = MemoryLake()
    lake.receive("payments/day.csv", HEADER + row(1) + row(2) + row(3))
    answer = replaces(lake, HEADER + row(1) + row(2, "3.39") + row(9))
    assert (answer["replaced"], answer["equal"], answer["older"]) == (1, 1, 0)
    assert answer["examples"] == [
        {"row": 2, "key": {"payment_id": "2"}, "changes": {"amount": ["10.5", "3.39"]}}
    ]


def test_the_rows_of_the_newest_file_count_where_no_run_has_merged_it() -> None:
    lake = lake_of(3)
    lake.receive("payments/day.csv", HEADER + row(1, "3.39") + row(2, "4.00"))
    later = lake.receive("payments/day.csv", HEADER + row(1, "5.00"))
    answer = replaces(lake, HEADER + row(1, "5.00") + row(2, "4.00") + row(3, "6.00"))
    assert (answer["replaced"], answer["equal"]) == (1, 2)
    assert {file["rows"] for file in answer["files"]} == {1}
    assert later.file_id in {file["file_id"] for file in answer["files"]}


def test_the_files_that_brought_the_rows_are_named_and_the_one_with_most_rows_first() -> None:
    lake = MemoryLake()
    first = lake.receive("payments/day.csv", HEADER + row(1) + row(2) + row(3))
    second = lake.receive("payments/night.csv", HEADER + row(4))
    answer = replaces(lake, HEADER + row(4) + row(1) + row(2, "3.39"))
    assert answer["files"] == [
        {"file_id": first.file_id, "key": "payments/day.csv", "rows": 2},
        {"file_id": second.file_id, "key": "payments/night.csv", "rows": 1},
    ]
    assert "contents" not in answer


def test_a_merge_changes_nothing_of_the_comparison() -> None:
    """The check announces the same before and after the run that brings the first file into its table."""
    lake = MemoryLake()
    lake.receive("payments/day.csv", payments(range(1, 6)))
    body = HEADER + row(1) + row(2, "3.39") + row(3, "4.00", "2023-01-01 00:00:00")
    before = replaces(lake.copy(), body)
    assert before == replaces(merge(lake), body)
    assert (before["replaced"], before["older"], before["equal"]) == (1, 1, 1)


def test_rows_of_a_file_that_was_undone_since_the_run_do_not_count() -> None:
    """The check announces the same before and after the run that takes the rows out of the table."""
    lake = MemoryLake()
    lake.receive("payments/day.csv", payments(range(1, 6)))
    later = "2025-01-01 00:00:00"
    undone = lake.receive(
        "payments/changed.csv", HEADER + row(1, "9.00", later) + row(2, "9.00", later) + row(8, "9.00")
    )
    merge(lake)
    caller = Caller(lake, groups=("uploader", "operator"))
    assert caller.call("POST", f"/v1/files/{undone.file_id}/revert").status == 200
    body = HEADER + row(1) + row(2, "3.39") + row(3, "4.00", "2023-01-01 00:00:00") + row(8)
    before = replaces(lake.copy(), body)
    assert (before["replaced"], before["older"], before["equal"]) == (1, 1, 1)
    assert before["examples"][0]["changes"] == {"amount": ["10.5", "3.39"]}
    assert before == replaces(merge(lake), body)


def test_rows_in_parts_beyond_the_bound_are_counted_as_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts with most of the file's rows are read first."""
    lake = lake_of(3_000, part_rows=500)
    record = snapshot_parts(lake.objects, "curated", snapshot_of(lake))
    assert record
    first, last = record.parts[0], record.parts[-1]
    body = HEADER + row(1, "3.39") + b"".join(row(number, "3.39") for number in range(2_996, 3_001))
    monkeypatch.setattr(replaced_rows, "MAX_BYTES", max(first.size_bytes, last.size_bytes))
    answer = replaces(lake, body)
    assert (answer["replaced"], answer["not_compared"]) == (5, 1)


def test_a_committed_file_keeps_how_many_rows_it_replaces() -> None:
    """Its receipt and its undo name them, and those that changed nothing: they stay after an undo."""
    caller = Caller(lake_of(40))
    older = row(5, "1.00", "2020-01-01 00:00:00")
    upload_id = uploaded(caller, HEADER + row(1) + row(2, "3.39") + row(3) + older + row(41), "new.csv")
    dry_run(caller, upload_id)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json
    caller.lake.receive(committed["key"])
    file = caller.call("GET", f"/v1/files/{committed['file_id']}").json
    assert (file["accepted"], file["replaced_rows"], file["unchanged_rows"]) == (5, 1, 3)


def test_rows_that_were_not_compared_leave_the_unchanged_ones_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caller = Caller(lake_of(40))
    monkeypatch.setattr(replaced_rows, "MAX_BYTES", 1)
    upload_id = uploaded(caller, HEADER + row(1), "new.csv")
    dry_run(caller, upload_id)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json
    caller.lake.receive(committed["key"])
    assert caller.call("GET", f"/v1/files/{committed['file_id']}").json["unchanged_rows"] is None


def test_a_file_of_a_name_that_came_before_names_the_newest_one_with_rows() -> None:
    caller = Caller(MemoryLake())
    caller.lake.receive("payments/day.csv", payments(range(1, 4)))
    newest = caller.lake.receive("payments/day.csv", payments(range(1, 5)))
    caller.lake.receive("payments/day.csv", HEADER)
    caller.lake.receive("payments/other-day.csv", payments(range(7, 9)))
    answer = dry_run(caller, uploaded(caller, payments(range(1, 6)), "day.csv"))
    assert (answer["same_name"], answer["duplicate_key"]) == (newest.file_id, "payments/day.csv")
    assert dry_run(caller, uploaded(caller, payments(range(1, 6)), "next-day.csv"))["same_name"] == ""


def test_a_check_looks_for_a_file_of_the_name_once(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(MemoryLake())
    first = caller.lake.receive("payments/day.csv", payments(range(1, 5)))
    asked, newest = list[str](), MemoryFileIndex.newest

    def counted(index: MemoryFileIndex, limit: int, *, after: str = "", where: FileFilter) -> FileListPage:
        asked.append(where.name)
        return newest(index, limit, after=after, where=where)

    monkeypatch.setattr(MemoryFileIndex, "newest", counted)
    upload_id = uploaded(caller, payments(range(1, 6)), "day.csv")
    assert dry_run(caller, upload_id)["same_name"] == first.file_id
    for _ in range(3):
        again = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json
        assert again["same_name"] == first.file_id
    assert [name for name in asked if name] == ["payments/day.csv"]


def test_a_file_of_the_name_that_came_after_the_first_look_is_named() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, payments(range(1, 6)), "day.csv")
    assert dry_run(caller, upload_id)["same_name"] == ""
    later = caller.lake.receive("payments/day.csv", payments(range(1, 5)))
    assert caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json["same_name"] == later.file_id


def test_after_the_newest_file_of_a_name_was_reverted_the_one_before_is_named() -> None:
    caller = Caller(MemoryLake(), groups=("uploader", "operator"))
    first = caller.lake.receive("payments/day.csv", payments(range(1, 4)))
    newest = caller.lake.receive("payments/day.csv", payments(range(1, 5)))
    upload_id = uploaded(caller, payments(range(1, 6)), "day.csv")
    assert dry_run(caller, upload_id)["same_name"] == newest.file_id
    assert caller.call("POST", f"/v1/files/{newest.file_id}/revert").status == 200
    assert caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json["same_name"] == first.file_id


class EmptiedByOthers(dict[tuple[str, ...], str]):
    """Kept names that another thread empties after each new name."""

    def __setitem__(self, asked: tuple[str, ...], file_id: str) -> None:
        super().__setitem__(asked, file_id)
        self.clear()


def test_threads_of_a_server_may_empty_the_kept_names() -> None:
    caller = Caller(MemoryLake())
    caller.lake.same_names = EmptiedByOthers()
    first = caller.lake.receive("payments/day.csv", payments(range(1, 5)))
    upload_id = uploaded(caller, payments(range(1, 6)), "day.csv")
    assert dry_run(caller, upload_id)["same_name"] == first.file_id


def test_before_the_first_run_nothing_is_replaced() -> None:
    assert replaces(MemoryLake(), PAYMENTS)["replaced"] == 0


CUSTOMERS = (
    b"customer_id,email,full_name,ssn,region_id,signed_up_at,marketing_opt_in,updated_at\n"
    b"1,a@example.com,Anna A,,R1,2024-01-01 10:00:00,1,2024-01-01 10:00:00\n"
)


def test_rows_that_a_table_got_between_two_runs_are_compared_until_a_run_merges_others() -> None:
    lake, catalog = MemoryLake(), MemoryCatalog()
    lake.receive("payments/old.csv", payments(range(1, 41)))
    merge(lake, catalog=catalog)
    lake.receive("payments/more.csv", HEADER + row(50, "5.00"))
    with TemporaryDirectory() as folder:
        fresh = merging(lake, folder, catalog).refresh("payments", now=lake.now(), largest_bytes=1 << 20)
    assert fresh
    assert fresh.rows == 41
    answer = replaces(lake, HEADER + row(50, "6.00") + row(1))
    assert (answer["replaced"], answer["equal"]) == (1, 1)
    lake.receive("payments/later.csv", HEADER + row(50, "7.00", "2025-01-01 00:00:00"))
    merge(lake, catalog=catalog)
    assert replaces(lake, HEADER + row(50, "6.00"))["older"] == 1


def test_of_people_every_row_with_a_key_of_the_lake_counts_and_no_value_is_shown() -> None:
    """Otherwise a sender without the right to personal data would find out values by sending guesses."""
    lake = MemoryLake()
    assert lake.receive("customers/old.csv", CUSTOMERS).accepted == 1
    merge(lake)
    for name in (b"Anna A", b"Anna B"):
        answer = replaces(lake, CUSTOMERS.replace(b"Anna A", name) + b"\n", "customers")
        assert answer["replaced"] == 1
        assert "full_name" not in answer["examples"][0]["changes"]
        assert "email" not in answer["examples"][0]["changes"]


def test_rows_of_the_version_before_that_the_file_lacks_are_listed() -> None:
    """A price list without the products that it no longer has deletes none of them."""
    lake = MemoryLake()
    before = lake.receive("payments/list.csv", payments(range(1, 41)))
    body = HEADER + b"".join(row(number) for number in range(1, 38)) + row(38, "no number")
    answer = replaces(merge(lake), body)
    assert answer["not_sent"] == {
        "file_id": before.file_id,
        "key": "payments/list.csv",
        "rows": 2,
        "examples": [{"payment_id": "39"}, {"payment_id": "40"}],
    }


def test_a_file_of_a_few_rows_is_no_later_version_of_another() -> None:
    assert replaces(lake_of(40), HEADER + row(1) + row(2, "3.39"))["not_sent"] is None
    assert replaces(lake_of(3), HEADER + row(1) + row(2) + row(3, "4.00"))["not_sent"] is None
