"""A function over every group: the same whatever order the rows come in and whoever runs it."""

from __future__ import annotations

import os
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import ibis
import joblib
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.engines import LOCAL, engine_of
from headgate.engines import local as local_engine
from headgate.engines.local import Local
from headgate.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

SCHEMA = pa.schema(
    {"region": pa.string(), "place": pa.int64(), "amount": pa.decimal128(12, 2), "process": pa.int64()}
)
LONG_ID = 2**60 + 1


@pytest.fixture
def processes() -> Iterator[None]:
    """Work over groups starts processes, which unit tests do not (tests/unit/conftest.py)."""
    with joblib.parallel_config(backend="loky"):
        yield


def numbered(rows: pd.DataFrame, process: int = 0) -> pd.DataFrame:
    """The rows of one region with their place in it."""
    return pd.DataFrame(
        {"region": rows["region"], "place": range(len(rows)), "amount": rows["amount"], "process": process}
    )


def process_id_of(rows: pd.DataFrame) -> pd.DataFrame:
    return numbered(rows, os.getpid())


def sales(pairs: list[tuple[str | None, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region": [region for region, _ in pairs],
            "amount": [Decimal(pence).scaleb(-2) for _, pence in pairs],
        }
    )


@given(
    st.lists(st.tuples(st.sampled_from(["GB", "FR", None]), st.integers(-5, 5)), min_size=1, max_size=20),
    st.randoms(),
)
def test_the_order_of_the_rows_changes_nothing(pairs: list[tuple[str | None, int]], chance: object) -> None:
    shuffled = pairs.copy()
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    first, second = (
        LOCAL.map_groups(sales(rows), ["region"], numbered, SCHEMA, ["amount"]) for rows in (pairs, shuffled)
    )
    pd.testing.assert_frame_equal(first, second)
    assert len(first) == len(pairs)


def test_groups_come_in_the_order_of_their_columns_and_a_null_is_a_group() -> None:
    made = LOCAL.map_groups(
        sales([("GB", 1), (None, 2), ("FR", 4), ("FR", 3)]), ["region"], numbered, SCHEMA, ["amount"]
    )
    assert made["region"].tolist() == ["FR", "FR", "GB", None]
    assert made["amount"].tolist() == [Decimal("0.03"), Decimal("0.04"), Decimal("0.01"), Decimal("0.02")]
    assert made["place"].tolist() == [0, 1, 0, 0]


def test_no_rows_give_no_rows_with_the_columns_asked_for() -> None:
    empty = ibis.memtable(
        pa.table({"region": pa.array([], pa.string()), "amount": pa.array([], pa.decimal128(12, 2))})
    )
    assert list(LOCAL.map_groups(empty, ["region"], numbered, SCHEMA).columns) == SCHEMA.names


@pytest.mark.usefixtures("processes")
def test_processes_give_what_one_process_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = sales([(f"R{number % 7}", number) for number in range(100)])
    work = partial(numbered, process=1)
    alone = Local(workers=1).map_groups(rows, ["region"], work, SCHEMA, ["amount"])
    monkeypatch.setattr(local_engine, "_MIN_MEASURED_S", 0.0)
    pd.testing.assert_frame_equal(
        Local(workers=2).map_groups(rows, ["region"], work, SCHEMA, ["amount"]), alone
    )


@pytest.mark.usefixtures("processes")
def test_work_that_lasts_is_done_in_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_engine, "_MIN_MEASURED_S", 0.0)
    made = Local(workers=2).map_groups(sales([("GB", 1), ("FR", 2)]), ["region"], process_id_of, SCHEMA)
    assert os.getpid() not in set(made["process"])


def test_a_function_sees_exact_values() -> None:
    table = pa.table(
        {
            "region": ["GB", "GB"],
            "customer_id": pa.array([LONG_ID, None], pa.int64()),
            "at": pa.array([datetime(2024, 1, 1, 23), None], pa.timestamp("us")),
            "on": pa.array([date(2024, 1, 1), None]),
        }
    )
    made = LOCAL.map_groups(ibis.memtable(table), ["region"], pd.DataFrame, table.schema, ["customer_id"])
    assert made["customer_id"].tolist() == [LONG_ID, pd.NA]
    assert made["at"].tolist()[0] == pd.Timestamp(2024, 1, 1, 23)
    assert made["on"].dtype == "datetime64[s]"


def test_every_result_must_name_its_group() -> None:
    with pytest.raises(ContractError, match=r"missing: \['country'\]"):
        LOCAL.map_groups(sales([("GB", 1)]), ["country"], numbered, SCHEMA)


def test_a_value_that_the_schema_cannot_hold_is_an_error() -> None:
    with pytest.raises(pa.ArrowInvalid):
        LOCAL.map_groups(
            sales([("GB", 1)]), ["region"], numbered, SCHEMA.set(2, pa.field("amount", pa.decimal128(12, 1)))
        )


def test_tables_in_memory_are_worked_on_here() -> None:
    assert engine_of([ibis.memtable({"a": [1]})]) is LOCAL
