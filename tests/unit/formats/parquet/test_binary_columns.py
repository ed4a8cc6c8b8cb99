"""A column of binary data, such as pictures, is left out by name; the file's other columns are brought in."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.contracts.new_column_policy import left_out_names
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import UnreadableFileError
from headgate.local_files.draft_file import draft_of_upload
from headgate.values.stored_texts import stored_texts
from tests.unit.intake.files.test_new_columns import Lake, contract

pytestmark = pytest.mark.unit

ROWS = 40
# As bytes of pictures begin, and as codes of chargers with control characters, which are UTF-8.
PICTURE, CODE = b"\xff\xd8\xff\xe0", b"\x00\x01"


def written(raw: list[bytes | None], stored: pa.DataType | None = None) -> bytes:
    file = io.BytesIO()
    columns = {
        "id": pa.array(range(1, ROWS + 1)),
        "raw": pa.array(raw, stored or pa.binary()),
        "item": pa.array([f"item {row}" for row in range(ROWS)]),
    }
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


@pytest.mark.parametrize("raw", [PICTURE, CODE])
def test_a_draft_leaves_binary_data_out_and_says_so(raw: bytes) -> None:
    draft = draft_from_sample(written([raw] * ROWS), "charging", strict=False)
    assert draft.contract.names == ("id", "item")
    assert left_out_names(draft.contract) == {"raw"}
    (finding,) = [each for each in draft.findings if each.column == "raw"]
    assert finding.message.startswith("holds binary data, such as pictures, and no text: it is left out")


@pytest.mark.parametrize("raw", [PICTURE, CODE])
def test_a_person_sees_the_column_beside_those_that_come_in(raw: bytes) -> None:
    drafted = draft_of_upload("charging.parquet", written([raw] * ROWS))
    assert drafted is not None
    (table,) = drafted["document"]["schema"]
    assert [each["name"] for each in table["properties"]] == ["id", "raw", "item"]
    assert (drafted["rows"], drafted["received"]) == (ROWS, ROWS)


def test_bytes_of_text_are_text() -> None:
    """Old writers of Parquet store texts as bytes, without the logical type."""
    draft = draft_from_sample(written([f"Süd {row}".encode() for row in range(ROWS)]), "x", strict=False)
    assert draft.contract.column("raw").type.kind is Kind.STRING
    assert stored_texts(pa.array([b"two\nlines\t"])).to_pylist() == ["two\nlines\t"]


@pytest.mark.parametrize("policy", ["keep_as_text", "ignore"])
@pytest.mark.parametrize("raw", [PICTURE, CODE])
def test_the_gate_accepts_the_rows_without_a_new_column_of_binary_data(policy: str, raw: bytes) -> None:
    record = Lake().sent(contract(policy), written([raw] * ROWS), "sales/july.parquet")
    assert (record.state, record.accepted, record.new_columns) == ("done", ROWS, {})
    assert json.loads(record.mapping["left_out"]) == ["raw"]


def test_a_new_column_of_bytes_with_text_is_kept() -> None:
    record = Lake().sent(contract("keep_as_text"), written([b"north"] * ROWS), "sales/july.parquet")
    assert (record.state, record.new_columns) == ("done", {"raw": ROWS})


def test_binary_data_in_a_declared_column_rejects_the_file_and_names_it() -> None:
    by = contract("", "1", Column("raw", ColumnType(Kind.STRING)))
    record = Lake().sent(by, written([CODE] * ROWS), "sales/july.parquet")
    assert (record.state, record.error["rule"], record.error["column"]) == ("rejected", "type", "raw")
    assert "binary data" in record.error["message"]


def test_a_file_of_nothing_but_binary_data_is_refused() -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"photo": pa.array([PICTURE])}), file)
    with pytest.raises(UnreadableFileError, match="binary data"):
        draft_from_sample(file.getvalue(), "photos")
