"""A file with some of the columns of a dataset changes these alone: its rows keep the lake's other values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.lake.ports import ObjectRef
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.values.parquet_tables import table_of
from tests.duckdb_memory import MEMORY
from tests.unit.api.files.test_edited_uploads import checked, counts, uploaded
from tests.unit.api.lakes import REGISTRY, Caller, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = pytest.mark.unit

OTHERS = ("product_name", "category", "is_active", "updated_at")
COLUMNS = ("product_id", "product_name", "category", "list_price", "is_active", "updated_at")


def product(number: int, name: str = "Rad, gross", price: str = "10.50") -> str:
    return f'P{number},"{name}",Bikes,{price},true,2024-01-01 10:00:00'


def lake_of(rows: Iterable[str]) -> MemoryLake:
    lake = MemoryLake()
    lake.receive("products/all.csv", "\n".join([",".join(COLUMNS), *rows, ""]).encode())
    return lake


def edits(names: Iterable[str] = OTHERS) -> dict[str, Any]:
    """The decisions about a file with ids and prices; the other fields keep the lake's values."""
    steps = [{"kind": "lake", "column": name} for name in names]
    columns = {"Nr": "product_id", "Preis": "list_price"} | {name: name for name in names}
    return {"dataset": "products", "columns": columns, "steps": steps}


def test_rows_keep_the_values_of_the_lake_in_the_columns_that_the_file_lacks() -> None:
    caller = Caller(lake_of([product(1), product(2), product(3)]), ("uploader",))
    upload_id = uploaded(caller, b"Nr;Preis\nP2;12.00\nP1;10.50\n")
    check = checked(caller, upload_id, edits())
    assert counts(check) == (2, 0, 0)
    replaces = check.json["replaces"]
    assert (replaces["replaced"], replaces["equal"], replaces["emptied"]) == (1, 1, {})
    assert replaces["examples"] == [
        {"row": 1, "key": {"product_id": "P2"}, "changes": {"list_price": ["10.5", "12"]}}
    ]


def test_the_rows_of_the_merged_table_and_of_files_since_are_kept(tmp_path: Path) -> None:
    lake = lake_of([product(number) for number in range(1, 20)])
    products = {"products": REGISTRY.curated["products"]}
    ports = (lake.objects, MemoryCatalog(), products, "curated", "curated", tmp_path, audit)
    Merging(*ports, memory=MEMORY, part_rows=8).merge()
    lake.receive("products/later.csv", "\n".join([",".join(COLUMNS), product(2, "Neu"), ""]).encode())
    caller = Caller(lake, ("uploader",))
    upload_id = uploaded(caller, b"Nr;Preis\nP2;12.00\nP7;11.00\n")
    checked(caller, upload_id, edits())
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json
    record = lake.receive(committed["key"])
    rows = table_of(lake.objects.read(ObjectRef("curated", record.curated_key))).to_pylist()
    assert [(row["product_id"], row["product_name"]) for row in rows] == [("P2", "Neu"), ("P7", "Rad, gross")]


def test_a_row_with_a_new_key_waits_where_a_required_value_is_missing() -> None:
    caller = Caller(lake_of([product(1)]), ("uploader",))
    check = checked(caller, uploaded(caller, b"Nr;Preis\nP1;12.00\nP9;9.00\n"), edits())
    assert counts(check) == (1, 1, 0)


def test_the_next_file_with_these_columns_keeps_the_values_of_the_lake_too() -> None:
    caller = Caller(lake_of([product(1)]), ("uploader",))
    upload_id = uploaded(caller, b"Nr;Preis\nP1;12.00\n")
    checked(caller, upload_id, edits())
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json
    caller.lake.receive(committed["key"])
    later = checked(caller, uploaded(caller, b"Nr;Preis\nP1;13.00\n")).json
    assert (later["is_remembered"], later["accepted"], later["replaces"]["emptied"]) == (True, 1, {})
    fields = {field["name"]: field["may_be_kept"] for field in later["mapping"]["fields"]}
    assert fields == {name: name != "product_id" for name in COLUMNS}


def test_values_that_are_masked_are_not_copied() -> None:
    """Else somebody who may not read them would send guessed keys."""
    caller = Caller(MemoryLake(), ("uploader",))
    upload_id = uploaded(caller, b"Nr\n1\n")
    step = {"kind": "lake", "column": "ssn"}
    columns = {"Nr": "customer_id", "ssn": "ssn"}
    asked = {"dataset": "customers", "columns": columns, "steps": [step]}
    answer = caller.call("PUT", f"/v1/uploads/{upload_id}/edits", asked)
    assert answer.status == 200
    assert caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json["state"] == "failed"
