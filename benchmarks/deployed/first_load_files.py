"""Fifteen generated tables of one business, as files of five formats, with equal rows at each call."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from openpyxl import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty", "knoll"]
_FIRST_MOMENT, _YEAR_S, _SECONDS_OF_A_DAY = 1_700_000_000, 31_536_000, 86_400


# Name, rows, end of the file's name, and columns with their kinds; a number is the count of ids to refer to.
TABLES = """
customers 40000 csv customer_id:id full_name:words joined_on:day is_member:flag
addresses 40000 tsv address_id:id customer_id:40000 street:words town:word moved_in_on:day
stores 450 csv store_id:id town:word opened_on:day
categories 300 xlsx category_id:id title:words
suppliers 1200 xlsx supplier_id:id title:words since:day is_active:flag
products 8000 xlsx product_id:id category_id:300 supplier_id:1200 title:words list_price:amount
prices 9000 tsv price_id:id product_id:8000 price:amount valid_from:day
stock 40000 tsv stock_id:id product_id:8000 store_id:450 pieces:count counted_at:moment
orders 120000 csv order_id:id customer_id:40000 store_id:450 total:amount status:word ordered_at:moment
order_lines 250000 parquet line_id:id order_id:120000 product_id:8000 quantity:count unit_price:amount
invoices 110000 csv invoice_id:id order_id:120000 amount:amount status:word issued_at:moment remark:words
shipments 100000 jsonl shipment_id:id order_id:120000 carrier:word sent_at:moment is_late:flag
returned_items 12000 jsonl return_id:id line_id:250000 reason:words returned_on:day
reviews 30000 jsonl review_id:id product_id:8000 stars:count opinion:words written_at:moment
visits 90000 parquet visit_id:id customer_id:40000 page:word seconds:count visited_at:moment
"""
_LEAST_ROWS = 100


def write_files(folder: Path, scale: float = 1.0) -> dict[str, int]:
    """Write a file for each table, and return the rows by table."""
    chance = np.random.default_rng(20_240_101)
    rows_of = {}
    for line in TABLES.strip().splitlines():
        name, rows, ending, *columns = line.split()
        rows_of[name] = max(_LEAST_ROWS, int(int(rows) * scale))
        kinds = dict(column.split(":") for column in columns)
        table = pa.table({column: _column(kind, rows_of[name], chance) for column, kind in kinds.items()})
        _WRITERS[ending](folder / f"{name}.{ending}", table)
    return rows_of


def _column(kind: str, rows: int, chance: np.random.Generator) -> pa.Array:
    if kind.isdecimal():
        return pa.array(chance.integers(1, int(kind) + 1, rows))
    return _COLUMNS[kind](rows, chance)


def _words(rows: int, chance: np.random.Generator) -> pa.Array:
    return pa.array(_WORDS).take(pa.array(chance.integers(0, len(_WORDS), rows)))


def _sentences(rows: int, chance: np.random.Generator) -> pa.Array:
    return pc.binary_join_element_wise(*(_words(rows, chance) for _ in range(4)), " ")


def _amounts(rows: int, chance: np.random.Generator) -> pa.Array:
    return pc.multiply(pa.array(chance.integers(100, 99_999, rows)), pa.scalar(Decimal("0.01")))


def _moments(rows: int, chance: np.random.Generator, step_s: int) -> pa.Array:
    seconds = (_FIRST_MOMENT + chance.integers(0, _YEAR_S, rows)) // step_s * step_s
    return pa.array(seconds).cast(pa.timestamp("s"))


_COLUMNS: Mapping[str, Callable[[int, np.random.Generator], pa.Array]] = {
    "id": lambda rows, _: pa.array(np.arange(1, rows + 1)),
    "count": lambda rows, chance: pa.array(chance.integers(1, 6, rows)),
    "flag": lambda rows, chance: pa.array(chance.integers(0, 2, rows) > 0),
    "word": _words,
    "words": _sentences,
    "amount": _amounts,
    "day": lambda rows, chance: _moments(rows, chance, _SECONDS_OF_A_DAY).cast(pa.date32()),
    "moment": lambda rows, chance: _moments(rows, chance, 1),
}


def _write_text(path: Path, table: pa.Table) -> None:
    delimiter = "," if path.suffix == ".csv" else "\t"
    pa_csv.write_csv(table, path, pa_csv.WriteOptions(delimiter=delimiter, quoting_style="needed"))


def _write_lines(path: Path, table: pa.Table) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, default=str) + "\n" for row in table.to_pylist())


def _write_workbook(path: Path, table: pa.Table) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(path.stem)
    sheet.append(table.column_names)
    for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
        sheet.append([*row])
    book.save(path)


def _write_parquet(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path)


_WRITERS: Mapping[str, Callable[[Path, pa.Table], None]] = {
    "csv": _write_text,
    "tsv": _write_text,
    "jsonl": _write_lines,
    "xlsx": _write_workbook,
    "parquet": _write_parquet,
}
