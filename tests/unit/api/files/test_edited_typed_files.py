"""An edited cell of a typed file, such as Parquet, changes no other value that the gate reads."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import fastavro
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet as pq
import pytest

from headgate.contracts.source_format import SourceFormat
from headgate.lake.ports import ObjectRef
from tests.unit.api.files.test_edited_uploads import checked, counts, uploader
from tests.unit.api.files.test_uploads import uploaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.api.lakes import Caller

pytestmark = pytest.mark.unit

AT = datetime(2026, 7, 5, 14, 48, 18)
MIDNIGHT = datetime(2026, 7, 5)
PRODUCTS = {
    "product_id": pa.array(["P1", "P2"]),
    "product_name": pa.array(["a", "b"]),
    "category": pa.array(["x", "y"]),
    "list_price": pa.array([Decimal("1.250"), Decimal("12.500")], pa.decimal128(10, 3)),
    "is_active": pa.array([True, False]),
    "updated_at": pa.array([AT] * 2, pa.timestamp("us", tz="UTC")),
}
EVENTS = {
    "event_id": pa.array(["E1", "E2"]),
    "event_kind": pa.array(["promotion", "promotion"]),
    "event_name": pa.array(["a", "b"]),
    "starts_on": pa.array([MIDNIGHT] * 2, pa.timestamp("us")),
    "ends_on": pa.array([MIDNIGHT] * 2, pa.timestamp("us", tz="UTC")),
    "updated_at": pa.array([AT] * 2, pa.timestamp("us")),
}
FORMATS = {
    "list_price": SourceFormat(decimal=",", thousands="."),
    "is_active": SourceFormat(true_words=("ja",), false_words=("nein",)),
    "updated_at": SourceFormat(timezone="Europe/Berlin"),
}


def parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def orc(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pa.orc.write_table(table, file)
    return file.getvalue()


def avro(table: pa.Table) -> bytes:
    types: dict[str, Any] = dict.fromkeys(table.column_names, "string")
    types["list_price"] = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 3}
    types["is_active"] = "boolean"
    types["updated_at"] = {"type": "long", "logicalType": "timestamp-micros"}
    fields = [{"name": name, "type": kind} for name, kind in types.items()]
    rows = [{**row, "updated_at": AT.replace(tzinfo=UTC)} for row in table.to_pylist()]
    file = io.BytesIO()
    fastavro.writer(file, {"type": "record", "name": "row", "fields": fields}, rows)
    return file.getvalue()


def uploader_by(formats: dict[str, SourceFormat], dataset: str = "products") -> Caller:
    """An uploader to a lake whose contract declares these formats."""
    caller = uploader()
    contract = caller.lake.contracts.source[dataset]
    columns = tuple(replace(column, format=formats.get(column.name)) for column in contract.columns)
    source = {**caller.lake.contracts.source, dataset: replace(contract, columns=columns)}
    caller.lake.contracts = replace(caller.lake.contracts, source=source)
    return caller


def stored_rows(caller: Caller, upload_id: str, edits: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The rows in the lake after the commit of a file without refused rows."""
    answer = checked(caller, upload_id)
    if edits is not None:
        answer = checked(caller, upload_id, edits)
    assert counts(answer) == (2, 0, 0), answer.json["rejected_rows"]
    sent = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    record = caller.lake.receive(sent["key"])
    body = caller.lake.objects.read(ObjectRef("curated", record.curated_key))
    names = dict.fromkeys((*PRODUCTS, *EVENTS))
    table = pq.read_table(io.BytesIO(body))
    return table.select([name for name in names if name in table.column_names]).to_pylist()


def renamed(column: str, text: str, columns: dict[str, pa.Array], dataset: str) -> dict[str, Any]:
    """Edits of one cell of the first row."""
    cells = [{"row": 1, "column": column, "text": text}]
    return {"dataset": dataset, "columns": {name: name for name in columns}, "cells": cells}


@pytest.mark.parametrize("written", [parquet, orc, avro])
def test_an_edited_cell_changes_no_other_value_by_the_formats_of_the_contract(
    written: Callable[[pa.Table], bytes],
) -> None:
    """1.250 became 1250, and 14:48 in UTC became 14:48 in Berlin."""
    body = written(pa.table(PRODUCTS))
    unedited, edited, without_columns = (
        stored_rows(caller, uploaded(caller, body, "products.data", "products"), edits)
        for caller, edits in (
            (uploader_by(FORMATS), None),
            (uploader_by(FORMATS), renamed("product_name", "z", PRODUCTS, "products")),
            (uploader_by(FORMATS), renamed("product_name", "z", {}, "products")),
        )
    )
    first, second = unedited
    assert (first["list_price"], first["is_active"], first["updated_at"]) == (Decimal("1.25"), True, AT)
    assert edited == [{**first, "product_name": "z"}, second]
    assert without_columns == edited


def test_a_typed_cell_is_in_the_spelling_that_its_column_is_shown_in() -> None:
    caller = uploader_by(FORMATS)
    upload_id = uploaded(caller, parquet(pa.table(PRODUCTS)), "products.parquet", "products")
    first, second = stored_rows(caller, upload_id, renamed("list_price", "1.375", PRODUCTS, "products"))
    assert (first["list_price"], second["list_price"]) == (Decimal("1.375"), Decimal("12.5"))


def test_midnights_for_days_stay_days_after_an_edit() -> None:
    """All rows were refused after any edit."""
    body = parquet(pa.table(EVENTS))
    unedited, edited = (
        stored_rows(caller, uploaded(caller, body, "events.parquet", "calendar"), edits)
        for caller, edits in (
            (uploader(), None),
            (uploader(), renamed("event_name", "z", EVENTS, "calendar")),
        )
    )
    assert unedited[0]["starts_on"] == MIDNIGHT.date()
    assert edited == [{**unedited[0], "event_name": "z"}, unedited[1]]
