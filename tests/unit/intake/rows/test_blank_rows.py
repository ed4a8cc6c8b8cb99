"""A row of a text whose cells are all empty is no data: it waits for nobody, and the record names it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.formats.blank_rows import blank_rows, blank_rows_as_written
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey
from headgate.values.cells import text_array

if TYPE_CHECKING:
    from headgate.intake.rows.check_rows import CheckedRows

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING)
REQUIRED = (Rule("required"),)
CONTRACT = Contract(
    "shop.source.articles",
    "articles",
    "source",
    "1.0.0",
    (
        Column("product_id", TEXT, required=True, rules=REQUIRED),
        Column("name", TEXT),
        Column("price", ColumnType(Kind.DECIMAL, precision=9, scale=2)),
    ),
    key=("product_id",),
)


def gated(*lines: str, header: str = "product_id;name;price") -> CheckedRows:
    body = "\n".join((header, *lines, "")).encode()
    return check_bytes(body, CONTRACT, MaskingKey("", b""), object_key="articles/a.csv", received_at=AT)


AT = datetime(2026, 1, 2)


def test_a_row_without_any_value_is_no_row_and_is_named() -> None:
    checked = gated("A1;Hat;3.50", ";;", "A2;Cap;4.50", "; ;", '"";"";""')
    counts = checked.counts
    assert (counts.received, counts.accepted, counts.quarantined) == (2, 2, 0)
    assert (counts.written_as["blank_rows"], counts.written_as["blank_row_numbers"]) == ("3", "2, 4, 5")


def test_a_row_of_another_width_without_any_value_is_no_row_either() -> None:
    checked = gated("A1;Hat;3.50", ";;;;", "A2;Cap;4.50", ";", "A3;Bag;5.50;x")
    assert (checked.counts.received, checked.counts.quarantined) == (3, 1)
    assert checked.counts.written_as["blank_row_numbers"] == "2, 4"


def test_rows_keep_the_number_and_the_place_that_they_have_in_the_file() -> None:
    checked = gated("A1;Hat;3.50", ";;", "A2;Cap;dear", ";;", ";Bag;5.50")
    (dear, keyless) = checked.quarantine_rows.select(["source_row", "byte_offset"]).to_pylist()
    head = len("product_id;name;price\n")
    assert dear == {"source_row": 3, "byte_offset": head + len("A1;Hat;3.50\n;;\n")}
    assert keyless["source_row"] == 5


def test_a_row_with_one_value_is_a_row() -> None:
    assert gated("A1;Hat;3.50", ";;0.00").counts.quarantined == 1
    assert "blank_rows" not in gated("A1;Hat;3.50").counts.written_as


def test_a_file_of_blank_rows_alone_has_no_rows() -> None:
    assert gated(";;", ";;").counts.received == 0


def test_columns_decide_together() -> None:
    columns = [text_array(["a", None, "", None]), text_array([None, "\u00a0", " ", "b"])]
    assert blank_rows(columns).tolist() == [1, 2]
    assert blank_rows([]).tolist() == []
    assert blank_rows([pa.nulls(2, pa.string())]).tolist() == [0, 1]


def test_the_first_twenty_blank_rows_are_named() -> None:
    written = blank_rows_as_written(blank_rows([pa.nulls(30, pa.string())]) + 1)
    assert written["blank_rows"] == "30"
    assert written["blank_row_numbers"].endswith("19, 20, …")
