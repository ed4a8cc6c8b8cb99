"""The merge's one rule: of every key its newest row, whatever the order and the cut of the input."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.merge.newest_per_key import newest_by
from tests.examples import examples

pytestmark = pytest.mark.unit

SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("updated_at", pa.timestamp("us")),
        ("price", pa.float64()),
        ("name", pa.string()),
        ("_content_sha256", pa.string()),
        ("_source_row", pa.int64()),
    ]
)
ROW = st.fixed_dictionaries(
    {
        "id": st.integers(1, 4),
        "updated_at": st.none() | st.sampled_from([datetime(2024, 1, day) for day in (1, 2, 3)]),
        "price": st.none() | st.sampled_from([0.0, -0.0, 1.5]),
        "name": st.none() | st.sampled_from(["", "a", "B", "ß", "NA"]),
        "_content_sha256": st.sampled_from(["aa", "bb"]),
        "_source_row": st.integers(1, 3),
    }
)
ROWS = st.lists(ROW, max_size=12)


NEWEST = newest_by(
    ibis.table(ibis.Schema.from_pyarrow(SCHEMA), name="rows"),
    ["id"],
    ["updated_at"],
    ["_content_sha256", "_source_row"],
)
SQL = ibis.to_sql(NEWEST.order_by("id"), dialect="duckdb")
ENGINE = duckdb.connect()


def merged(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ENGINE.register("rows", pa.Table.from_pylist(rows, SCHEMA))
    kept = ENGINE.sql(SQL).to_arrow_table().to_pylist()
    return [{name: item[name] for name in SCHEMA.names} for item in kept]


def texts(rows: list[dict[str, Any]]) -> list[str]:
    """Texts distinguish 0.0 from -0.0, which are equal as numbers."""
    return [repr(row) for row in rows]


def row(**given: object) -> dict[str, Any]:
    return {
        "id": 1,
        "updated_at": None,
        "price": None,
        "name": None,
        "_content_sha256": "aa",
        "_source_row": 1,
    } | given


@examples(15)
@given(rows=ROWS, data=st.data())
def test_order_of_the_input_does_not_matter(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))
    assert texts(merged(rows)) == texts(merged(shuffled))


@examples(15)
@given(first=ROWS, second=ROWS)
def test_merging_a_merged_part_changes_nothing(
    first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    at_once = texts(merged(first + second))
    assert texts(merged(merged(first) + second)) == at_once
    assert texts(merged(merged(second) + merged(first))) == at_once


@examples(15)
@given(rows=ROWS)
def test_every_key_stays_exactly_once(rows: list[dict[str, Any]]) -> None:
    kept = merged(rows)
    assert [item["id"] for item in kept] == sorted({item["id"] for item in rows})
    assert {repr(sorted(item.items())) for item in kept} <= {repr(sorted(item.items())) for item in rows}


def test_the_later_row_wins() -> None:
    old, new = (
        row(updated_at=datetime(2024, 1, 1), name="old"),
        row(updated_at=datetime(2024, 1, 2), name="new"),
    )
    assert merged([new, old]) == [new]


def test_a_null_is_older_than_every_value() -> None:
    never, once = row(name="never"), row(updated_at=datetime(1970, 1, 1), name="once")
    assert merged([never, once]) == [once]


def test_lineage_breaks_ties_before_values_do() -> None:
    lower, higher = row(name="z", _source_row=1), row(name="a", _source_row=2)
    assert merged([lower, higher]) == [higher]


def test_negative_zero_does_not_make_the_answer_depend_on_the_order() -> None:
    plus, minus = row(price=0.0), row(price=-0.0)
    assert texts(merged([plus, minus])) == texts(merged([minus, plus]))
