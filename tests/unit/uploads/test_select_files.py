"""`headgate upload` takes files, folders of any form, patterns and standard input."""

from __future__ import annotations

import atexit
import io
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from rich.console import Console

from headgate.aws.in_memory_ports import MemoryLedger
from headgate.cli.commands.files import files
from headgate.errors import HeadgateError
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState
from headgate.uploads.select_files import Selection, select_files
from tests.workbooks import open_document

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.unit

KNOWN = {"orders", "payments"}


def sent(*sources: object, dataset: str = "", stdin: bytes = b"") -> Selection:
    return select_files([str(one) for one in sources], dataset, KNOWN, io.BytesIO(stdin))


def keys(made: Selection) -> list[str]:
    return [key for key, _ in made.files]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "in/a.csv",
        "in/orders.csv",
        "in/b.json",
        "in/.hidden",
        "in/_notes.txt",
        "payments/x.csv",
        "payments/y.csv",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("id\n1\n", encoding="utf-8")
    return tmp_path


def test_one_file_belongs_to_the_dataset_that_is_named(folder: Path) -> None:
    assert keys(sent(folder / "in" / "a.csv", dataset="orders")) == ["orders/a.csv"]


def test_one_file_belongs_to_the_dataset_of_its_folder_or_its_name_else_the_gate_finds_it(
    folder: Path,
) -> None:
    assert keys(sent(folder / "payments" / "x.csv")) == ["payments/x.csv"]
    assert keys(sent(folder / "in" / "orders.csv")) == ["orders/orders.csv"]
    assert keys(sent(folder / "in" / "a.csv")) == ["uploads/a.csv"]


def test_the_name_of_a_file_says_more_than_a_folder_above_its_own(tmp_path: Path) -> None:
    """A home folder that happens to have the name of a dataset takes no files of other datasets."""
    for name in ("payments/exports/orders.csv", "payments/exports/part-1.csv", "payments/orders.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("id\n1\n", encoding="utf-8")
    assert keys(sent(tmp_path / "payments" / "exports")) == ["orders/orders.csv", "payments/part-1.csv"]
    assert keys(sent(tmp_path / "payments" / "orders.csv")) == ["payments/orders.csv"]


def test_a_file_belongs_to_the_dataset_that_was_drafted_from_its_name(tmp_path: Path) -> None:
    file = tmp_path / "Mahngebühren Oktober.csv"
    file.write_text("id\n1\n", encoding="utf-8")
    made = select_files([str(file)], "", {"mahngebuhren_oktober"}, io.BytesIO())
    assert keys(made) == ["mahngebuhren_oktober/Mahngebühren Oktober.csv"]


def test_a_flat_folder_is_sent_and_hidden_files_are_named_with_the_reason(folder: Path) -> None:
    made = sent(folder / "in")
    assert keys(made) == ["uploads/a.csv", "uploads/b.json", "orders/orders.csv"] or sorted(keys(made)) == [
        "orders/orders.csv",
        "uploads/a.csv",
        "uploads/b.json",
    ]
    assert sorted(name for name, _ in made.left_out) == [".hidden", "_notes.txt"]
    assert {reason for _, reason in made.left_out} == {
        "a name that begins with . or _ is not data; rename the file to send it"
    }


def test_a_folder_of_datasets_keeps_its_form(folder: Path) -> None:
    (folder / "truth.json").write_text("{}", encoding="utf-8")
    made = sent(folder)
    assert "payments/x.csv" in keys(made)
    assert (
        "truth.json",
        "no folder names its dataset; `headgate upload FILE` sends it alone",
    ) in made.left_out


def test_the_folder_of_one_dataset_with_export_runs_is_sent_under_its_name(tmp_path: Path) -> None:
    run = tmp_path / "orders" / "dt=2026-01-02" / "run=r1"
    run.mkdir(parents=True)
    for name in ("part-00000.csv", "_manifest.json"):
        (run / name).write_text("x", encoding="utf-8")
    made = sent(tmp_path / "orders")
    assert keys(made) == ["orders/dt=2026-01-02/run=r1/part-00000.csv"]
    assert [key for key, _ in made.manifests] == ["orders/dt=2026-01-02/run=r1/_manifest.json"]
    assert made.left_out == ()


def test_a_pattern_is_expanded(folder: Path) -> None:
    assert keys(sent(folder / "payments" / "*.csv")) == ["payments/x.csv", "payments/y.csv"]


def test_an_archive_of_several_tables_is_sent_as_its_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "feed.zip", "w") as archive:
        for name in ("orders.txt", "more/stops.txt", "__MACOSX/orders.txt", "_notes"):
            archive.writestr(name, f"id\n{name}\n")
    selection = sent(tmp_path / "feed.zip", dataset="orders")
    assert keys(selection) == ["orders/more/stops.txt", "orders/orders.txt"]
    assert [path.read_text() for _, path in selection.files] == ["id\nmore/stops.txt\n", "id\norders.txt\n"]


def test_a_flat_archive_finds_the_dataset_of_each_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "feed.zip", "w") as archive:
        for name in ("orders.txt", "stops.txt"):
            archive.writestr(name, "id\n1\n")
    assert keys(sent(tmp_path / "feed.zip")) == ["orders/orders.txt", "uploads/stops.txt"]


def test_an_archive_of_one_file_is_sent_as_it_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "orders.zip", "w") as archive:
        archive.writestr("export.csv", "id\n1\n")
    (tmp_path / "orders.xlsx").write_bytes(open_document({"A": [["id"], [1]]}))
    assert keys(sent(tmp_path / "orders.zip", tmp_path / "orders.xlsx")) == [
        "orders/orders.zip",
        "orders/orders.xlsx",
    ]


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "feed.zip").write_bytes(b"PK\x03\x04" + b"x" * 100)
    with pytest.raises(HeadgateError, match=r"feed.zip.*damaged"):
        sent(tmp_path / "feed.zip")


def test_an_archive_that_grows_beyond_all_tables_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "feed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.csv", "b.csv"):
            archive.writestr(name, b"0" * (50 << 20))
    with pytest.raises(HeadgateError, match="the most for a file of its size: 500 times"):
        sent(tmp_path / "feed.zip")


def test_files_of_one_name_get_distinct_keys(tmp_path: Path) -> None:
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "may.csv").write_text(name, encoding="utf-8")
    made = sent(tmp_path / "north" / "may.csv", tmp_path / "south" / "may.csv", dataset="orders")
    assert keys(made) == ["orders/north/may.csv", "orders/south/may.csv"]


def test_standard_input_is_a_file_named_by_its_content() -> None:
    made = sent("-", dataset="orders", stdin=b"id\n1\n")
    assert keys(made) == keys(sent("-", dataset="orders", stdin=b"id\n1\n"))
    assert keys(made)[0].startswith("orders/stdin-")
    assert made.files[0][1].read_bytes() == b"id\n1\n"


def test_the_copy_of_standard_input_is_deleted_when_the_command_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    at_exit: list[tuple[object, ...]] = []
    monkeypatch.setattr(atexit, "register", lambda function, *given, **_: at_exit.append((function, *given)))
    made = sent("-", stdin=b"card\n4111111111111111\n")
    assert at_exit == [(shutil.rmtree, str(made.files[0][1].parent))]


@pytest.mark.parametrize(
    ("source", "message"), [("nowhere.csv", "does not exist"), ("-", "Standard input is empty")]
)
def test_what_cannot_be_sent_is_named_with_what_to_do(source: str, message: str) -> None:
    with pytest.raises(HeadgateError, match=message):
        sent(source)


def test_a_dataset_without_a_contract_offers_to_draft_one(folder: Path) -> None:
    with pytest.raises(
        HeadgateError,
        match=r"headgate contract init FILE --dataset bikes --output .*contracts/source/bikes\.yaml",
    ):
        sent(folder / "in" / "a.csv", dataset="bikes")
    with pytest.raises(HeadgateError, match="Did you mean orders"):
        sent(folder / "in" / "a.csv", dataset="order")


def rejected(key: str, rule: str) -> FileRecord:
    error = {"rule": rule, "column": "", "message": f"the file breaks {rule}", "remedy": "correct it"}
    return FileRecord(key, "raw", key, "v1", "", FileState.REJECTED, error=error)


def test_a_file_of_no_contract_offers_to_draft_one(folder: Path) -> None:
    made = sent(folder / "in" / "a.csv")
    offer = files._contract_offer([rejected("uploads/a.csv", "unknown_dataset")], made)
    assert "headgate contract init" in offer
    assert re.search(r"--dataset a --output \S*contracts/source/a\.yaml", offer)


def test_the_offer_names_the_folder_of_the_lake_project(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "headgate.toml").write_text('name = "bikes"\n', encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(folder))
    offer = files._contract_offer(
        [rejected("uploads/a.csv", "unknown_dataset")], sent(folder / "in" / "a.csv")
    )
    assert f"--output {folder.resolve()}/contracts/source/a.yaml" in offer


def test_no_contract_is_offered_for_a_file_that_is_no_table(folder: Path) -> None:
    assert (
        files._contract_offer([rejected("uploads/a.csv", "not_a_table")], sent(folder / "in" / "a.csv")) == ""
    )


def next_steps(*records: FileRecord, kept: Sequence[FileRecord] = ()) -> str:
    console, ledger = Console(width=200, record=True), MemoryLedger()
    for record in kept:
        ledger.claim(record, now=datetime(2026, 11, 27), lease_s=60)
        ledger.finish(record)
    with patch.object(files.options, "console", lambda: console):
        files._show_next_steps([*records], [], Selection(()), ledger)
    return console.export_text()


def test_a_file_with_a_header_alone_is_reported_when_it_is_sent_and_when_it_is_sent_again() -> None:
    first = FileRecord("1", "raw", "orders/a.csv", "v1", "orders", FileState.DONE)
    copy = replace(first, state=FileState.SKIPPED_DUPLICATE, duplicate_of="1", error={"rule": "no_rows"})
    for record in (first, copy):
        text = next_steps(record)
        assert "a header and no rows: orders/a.csv. Send rows below" in text
        assert "Duplicate File Skipped" not in text


def test_a_copy_says_since_when_the_lake_has_its_content() -> None:
    done = {"state": FileState.DONE, "received": 3, "accepted": 3, "finished_at": "2026-11-27T14:03:20"}
    first = FileRecord("1", "raw", "orders/a.csv", "v1", "orders", **done)
    copy = replace(first, file_id="2", key="orders/b.csv", state=FileState.SKIPPED_DUPLICATE)
    text = next_steps(replace(copy, duplicate_of="1"), kept=[first])
    assert (
        "orders/b.csv: the same content is in the lake since 2026-11-27 14:03 UTC as orders/a.csv. "
        "Nothing new was accepted."
    ) in text


def test_a_hundred_equal_notices_are_one_line_and_the_rare_one_comes_first() -> None:
    records = [rejected(f"orders/{number:03}.csv", "empty_file") for number in range(100)]
    console = Console(width=160, record=True)
    console.print(files.rejections([*records, rejected("payments/x.csv", "mixed_encoding")]))
    text = console.export_text()
    assert text.index("mixed_encoding") < text.index("empty_file")
    assert text.count("empty_file") == 2  # the rule and the message of one line
    assert "and 97 more" in " ".join(text.replace("│", " ").split())
