"""Lists, structs and maps of Parquet are kept as JSON text with exactly their values, where the contract
keeps them.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import math
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import UnreadableFileError
from headgate.formats.batches import all_rows
from headgate.formats.parquet.read_parquet import read_parquet
from headgate.formats.read_table import sample_table
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey
from headgate.matching.mappings import Decided, Mappings

pytestmark = pytest.mark.unit

ID = Column("id", ColumnType(Kind.BIGINT))
ITEMS = Column("items", ColumnType(Kind.STRING), nested="array")
LEAVES = {
    "whole": pa.int64(),
    "money": pa.decimal128(38, 9),
    "share": pa.float64(),
    "small": pa.float32(),
    "name": pa.string(),
    "on": pa.date32(),
    "at": pa.timestamp("us", "Europe/Berlin"),
    "paid": pa.bool_(),
    "by_key": pa.map_(pa.int64(), pa.list_(pa.int64())),
}
TEXTS = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs",)), max_size=6)
ROWS = st.fixed_dictionaries(
    {
        "whole": st.none() | st.integers(-(2**63), 2**63 - 1),
        "money": st.none() | st.decimals(-(10**28), 10**28, places=9),
        "share": st.none() | st.floats(),
        "small": st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False),
        "name": st.none() | TEXTS,
        "on": st.none() | st.dates(),
        "at": st.none() | st.datetimes(dt.datetime(1900, 1, 1), timezones=st.just(dt.UTC)),
        "paid": st.none() | st.booleans(),
        "by_key": st.none()
        | st.dictionaries(
            st.integers(-9, 9), st.none() | st.lists(st.integers(0, 9), max_size=2), max_size=2
        ),
    }
)
LISTS = st.none() | st.lists(st.none() | ROWS, max_size=2)


def written(values: pa.Array, name: str = "items") -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"id": pa.array(range(len(values)), pa.int64()), name: values}), file)
    return file.getvalue()


def texts(values: pa.Array, column: Column = ITEMS) -> list[str | None]:
    source = read_parquet(written(values), Contract("c", "orders", "source", "1", (ID, column)))
    found: list[str | None] = all_rows(source).cells["items"].to_pylist()
    return found


def in_json(value: Any) -> Any:  # noqa: ANN401 whatever a list holds
    """A value of Python as JSON has it: the rule of the module's table, by other means than the reader's."""
    if isinstance(value, dict):
        return {str(key): in_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [in_json(inner) for inner in value]
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value.isoformat() if isinstance(value, dt.date) else value


def as_arrow(value: Any) -> Any:  # noqa: ANN401 as above
    """The value with its maps as the pairs that Arrow takes."""
    if isinstance(value, list):
        return [as_arrow(inner) for inner in value]
    return value and {
        **value,
        "by_key": value["by_key"] if value["by_key"] is None else [*value["by_key"].items()],
    }


@given(st.lists(LISTS, max_size=3))
def test_the_text_has_exactly_the_values_of_the_file(rows: list[Any]) -> None:
    kept = texts(pa.array([as_arrow(row) for row in rows], pa.list_(pa.struct(LEAVES.items()))))
    parsed = [None if text is None else json.loads(text, parse_float=Decimal) for text in kept]
    for read, row in zip(parsed, rows, strict=True):
        assert (read is None) == (row is None)
        for one, sent in zip(read or [], row or [], strict=True):
            if sent is None:
                assert one is None
                continue
            assert _same_number(one.pop("share"), sent["share"], 64)
            assert _same_number(one.pop("small"), sent["small"], 32)
            assert one == {
                name: in_json(value) for name, value in sent.items() if name not in {"share", "small"}
            }


def _same_number(read: object, sent: float | None, bits: int) -> bool:
    """Whether a JSON number is the float that was sent, in its own precision."""
    if sent is None or not math.isfinite(sent):
        return bool(read == in_json(sent))
    narrow = pa.float32() if bits == 32 else pa.float64()
    return bool(pa.scalar(float(str(read)), narrow) == pa.scalar(sent, narrow))


@pytest.mark.parametrize(
    ("held", "value", "text"),
    [
        (pa.struct({"b": pa.int8(), "a": pa.string()}), {"b": 1, "a": None}, '{"a":null,"b":1}'),
        (pa.map_(pa.string(), pa.int8()), [("b", 1), ("a", 2)], '{"a":2,"b":1}'),
        (pa.map_(pa.string(), pa.int8()), [("b", 1), ("a", 2), ("b", 3)], '[["b",1],["a",2],["b",3]]'),
        (
            pa.list_(pa.map_(pa.int8(), pa.string())),
            [[(1, "x"), (1, None)], [(1, "x")]],
            '[[[1,"x"],[1,null]],{"1":"x"}]',
        ),
        (pa.large_list(pa.decimal128(5, 2)), [Decimal("1.10")], "[1.10]"),
        (pa.list_(pa.int8(), 2), [1, None], "[1,null]"),
        (pa.list_(pa.list_(pa.string())), [["a\n\x07b"], [], None], '[["a  b"],[],null]'),
        (pa.list_(pa.time32("ms")), [dt.time(1, 2, 3)], '["01:02:03.000"]'),
        (pa.list_(pa.binary()), [b"abc"], '["abc"]'),
    ],
)
def test_each_nested_type_has_one_canonical_text(held: pa.DataType, value: object, text: str) -> None:
    assert texts(pa.array([value], held)) == [text]


@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 9)), max_size=5))
def test_no_value_of_a_map_is_lost_where_keys_repeat(pairs: list[tuple[int, int]]) -> None:
    """Each stored pair is in the text, in an object or in a list of pairs."""
    (text,) = texts(pa.array([pairs], pa.map_(pa.int64(), pa.int64())))
    kept = json.loads(text or "")
    read = [(int(key), value) for key, value in (kept.items() if isinstance(kept, dict) else kept)]
    assert sorted(read) == sorted(pairs)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnreadableFileError, match="neither text nor number") as refused:
        texts(pa.array([[b"\xff"]], pa.list_(pa.binary())))
    assert (refused.value.rule, refused.value.column) == ("type", "items")


def test_a_list_in_a_column_of_plain_text_is_refused_with_the_remedy() -> None:
    with pytest.raises(UnreadableFileError, match=r"logicalType: array and physicalType: TEXT"):
        texts(pa.array([[1]]), Column("items", ColumnType(Kind.STRING)))


def test_old_timestamps_inside_a_list_are_refused_because_nanoseconds_would_be_lost() -> None:
    file = io.BytesIO()
    moments = pa.array([[dt.datetime(2026, 1, 1)]], pa.list_(pa.timestamp("ns")))
    pq.write_table(pa.table({"items": moments}), file, use_deprecated_int96_timestamps=True)
    with pytest.raises(UnreadableFileError, match="INT96"):
        read_parquet(file.getvalue(), Contract("c", "orders", "source", "1", (ITEMS,)))


def test_a_draft_keeps_lists_and_maps_as_json_text_unfolds_structs_and_accepts_its_sample() -> None:
    file = io.BytesIO()
    columns = {
        "id": pa.array([1, 2]),
        "items": pa.array([[{"sku": "A"}], []]),
        "ship_to": pa.array([{"city": "Ulm"}, None]),
        "tags": pa.array([[("color", "red")], None], pa.map_(pa.string(), pa.string())),
    }
    pq.write_table(pa.table(columns), file)
    contract = draft_from_sample(file.getvalue(), "orders").contract
    assert {column.name: (column.nested, column.mask) for column in contract.columns if column.nested} == {
        "items": ("array", None),
        "tags": ("object", None),
    }
    assert contract.key == ("id",)
    accepted = gated(file.getvalue(), contract)
    assert accepted.column("items").to_pylist() == ['[{"sku":"A"}]', "[]"]
    assert accepted.column("ship_to_city").to_pylist() == ["Ulm", None]


def gated(body: bytes, contract: Contract) -> pa.Table:
    key = MaskingKey("k", b"s" * 32)
    return check_bytes(
        body, contract, key, object_key="orders/a.parquet", received_at=datetime(2026, 1, 1)
    ).accepted


def test_card_data_inside_a_list_is_masked() -> None:
    body = written(pa.array([[{"note": "4111 1111 1111 1111"}]]))
    assert gated(body, draft_from_sample(body, "orders").contract).column("items").to_pylist() == [
        '[{"note":"[PAN ****1111]"}]'
    ]


def test_a_list_in_a_new_column_is_kept_as_text() -> None:
    body = written(pa.array([[1, 2]]), "codes")
    contract = Contract(
        "c", "orders", "source", "1", (ID,), properties={"headgate.newColumns": "keep_as_text"}
    )
    decided = Mappings(MemoryObjects(), "", {"orders": contract}, sample_table).decide(
        "orders/a.parquet", "orders", body
    )
    assert isinstance(decided, Decided)
    assert json.loads(gated(body, decided.contract).column("new_columns").to_pylist()[0]) == {
        "codes": "[1,2]"
    }
