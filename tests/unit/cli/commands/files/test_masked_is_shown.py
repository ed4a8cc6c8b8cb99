"""No value is masked without a word: `upload` and `files` show how many values masking changed, by column."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from headgate.cli.commands.files import files
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState

pytestmark = pytest.mark.unit


def record(**masked: int) -> FileRecord:
    return FileRecord(
        file_id="a",
        bucket="raw",
        key="notes/a.csv",
        version_id="1",
        state=FileState.DONE,
        dataset="notes",
        masked=masked,
    )


def shown(*records: FileRecord) -> str:
    console = Console(file=io.StringIO(), width=200)
    files._show_masked(console, records)
    console.print(files._listed(records, 0.05, None))
    return " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]


def test_masked_values_are_counted_by_column_after_an_upload_and_in_the_list() -> None:
    text = shown(record(note=3, remark=1))
    assert "Values that masking changed" in text
    assert "notes.note" in text
    assert "headgate.no_cards" in text
    assert "values that masking changed: note 3, remark 1" in text


def test_nothing_is_said_where_nothing_was_masked() -> None:
    assert "masking" not in shown(record())
