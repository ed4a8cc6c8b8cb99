"""An engine's answer becomes pandas by one rule, and an answer that differs from the expression's types is an
error.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from headgate.engines import frames, local
from headgate.engines.frames import by_rows, exact, frame_of, frame_of_batches
from headgate.errors import AuditError

pytestmark = pytest.mark.unit


def test_nulls_take_the_form_that_pandas_has_for_each_type() -> None:
    table = pa.table(
        {
            "text": pa.array(["a", None]),
            "money": pa.array([Decimal("1.10"), None]),
            "whole": pa.array([1, None], pa.int32()),
            "real": pa.array([0.5, None]),
            "flag": pa.array([True, None]),
            "at": pa.array([datetime(2024, 1, 1, 12), None], pa.timestamp("us")),
            "on": pa.array([date(2024, 1, 1), None]),
        }
    )
    frame = frame_of(table)
    assert frame["text"].tolist() == ["a", None]
    assert frame["money"].tolist() == [Decimal("1.10"), None]
    assert frame["flag"].tolist() == [True, None]
    assert {name: str(kind) for name, kind in frame.dtypes.items() if kind.kind != "O"} == {
        "whole": "float64",
        "real": "float64",
        "at": "datetime64[ns]",
        "on": "datetime64[s]",
    }
    assert frame.loc[1, ["whole", "real", "at", "on"]].isna().all()


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 2**63 - 1])
def test_a_long_number_beside_a_null_keeps_its_digits(value: int) -> None:
    column = frame_of(pa.table({"id": pa.array([value, None], pa.int64())}))["id"]
    assert column.tolist() == [value, pd.NA]
    assert column.dtype == "Int64"


def test_duckdb_answers_by_this_rule(tmp_path: pytest.TempPathFactory) -> None:
    path = f"{tmp_path}/ids.parquet"
    ibis.memtable(pa.table({"id": pa.array([2**60 + 1, None], pa.int64())})).to_parquet(path)
    with local.opened({"ids": path}) as tables:
        assert tables["ids"].to_pandas()["id"].tolist() == [2**60 + 1, pd.NA]


def test_an_instant_becomes_naive_utc_and_a_decimal_takes_its_scale() -> None:
    answer = pa.table(
        {
            "at": pa.array([datetime(2024, 1, 1)], pa.timestamp("us", "UTC")),
            "money": pa.array([Decimal("1.1")]),
        }
    )
    wanted = pa.schema({"money": pa.decimal128(38, 4), "at": pa.timestamp("us")})
    assert exact(answer, wanted).to_pylist() == [{"money": Decimal("1.1000"), "at": datetime(2024, 1, 1)}]


@pytest.mark.parametrize(
    ("answered", "wanted"),
    [
        (pa.array([1.5]), pa.decimal128(12, 2)),
        (pa.array([Decimal("1.50")]), pa.float64()),
        (pa.array([Decimal("1.505")]), pa.decimal128(12, 2)),
        (pa.array([2**40]), pa.int32()),
        (pa.array(["12x"]), pa.int64()),
    ],
)
def test_a_value_that_would_change_is_an_error_that_does_not_show_it(
    answered: pa.Array, wanted: pa.DataType
) -> None:
    with pytest.raises(AuditError) as reported:
        exact(pa.table({"money": answered}), pa.schema({"money": wanted}))
    assert str(answered[0].as_py()) not in str(reported.value)


def test_rows_are_ordered_by_the_columns_named_first_and_then_by_all_others() -> None:
    table = pa.table({"b": [2, 1, 1], "a": [1, 2, 1]})
    assert by_rows(table, ["b"]).to_pylist() == [{"b": 1, "a": 1}, {"b": 1, "a": 2}, {"b": 2, "a": 1}]


def test_an_empty_answer_keeps_its_columns() -> None:
    frame = frame_of(pa.table({"id": pa.array([], pa.int64()), "text": pa.array([], pa.string())}))
    assert list(frame.columns) == ["id", "text"]
    assert frame["id"].dtype == np.int64


def test_equal_texts_are_one_object_however_the_rows_are_batched() -> None:
    tokens = pa.array(["k1:" + "a" * 64, None, "k1:" + "b" * 64, "k1:" + "a" * 64])
    batches = pa.table({"token": tokens}).to_batches(max_chunksize=2)
    column = frame_of_batches(pa.schema({"token": pa.string()}), batches)["token"]
    assert column.tolist() == tokens.to_pylist()
    assert column[0] is column[3]


def test_texts_beyond_those_that_are_looked_out_for_come_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_MAX_SHARED", 1)
    table = pa.table({"token": ["a", "b", "a", "c", "b"]})
    assert frame_of_batches(table.schema, table.to_batches(max_chunksize=1))["token"].tolist() == [
        "a",
        "b",
        "a",
        "c",
        "b",
    ]
