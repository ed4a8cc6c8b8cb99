"""Values of named parameters are literals, and nothing of a value is SQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from headgate.errors import QueryError
from headgate.query.parameters import bind

pytestmark = pytest.mark.unit


@given(st.text())
@settings(max_examples=40)
def test_any_text_comes_back_as_the_one_literal(text: str) -> None:
    (statement,) = sqlglot.parse(
        bind("select * from t where a = :value and b = 1", {"value": text}), read="trino"
    )
    assert statement is not None
    (comparison, other) = statement.find_all(exp.EQ)
    found = {comparison.this.name: comparison.expression, other.this.name: other.expression}
    assert (found["a"].is_string, found["a"].name) == (True, text)
    assert found["b"].name == "1"


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (3, "3"),
        (-3, "(-3)"),
        (np.int64(3), "3"),
        (0.1, "CAST('0.1' AS DOUBLE)"),
        (np.float64(1e-300), "CAST('1e-300' AS DOUBLE)"),
        (Decimal("9007199254740993.07"), "DECIMAL '9007199254740993.07'"),
        (date(2012, 2, 29), "DATE '2012-02-29'"),
        (datetime(2012, 2, 29, 1, 2, 3), "TIMESTAMP '2012-02-29 01:02:03.000000'"),
        (
            datetime(2012, 2, 29, 1, tzinfo=timezone(timedelta(hours=1))),
            "TIMESTAMP '2012-02-29 00:00:00.000000'",
        ),
        (pd.Timestamp(2012, 2, 29, tz=UTC), "TIMESTAMP '2012-02-29 00:00:00.000000'"),
        (["a", "b'"], "'a', 'b'''"),
    ],
)
def test_a_value_is_a_literal_of_its_type(value: object, literal: str) -> None:
    assert bind("select :value", {"value": value}) == f"select {literal}"


def test_only_parameters_are_replaced() -> None:
    sql = "select ':a', a:b, \":a\", x::int -- :a\n/* :a */ from t where c=:a"
    assert bind(sql, {"a": 1, "b": 2}) == sql.replace("a:b", "a2").replace("c=:a", "c=1")


@pytest.mark.parametrize("value", [float("nan"), Decimal("Infinity"), object(), pd.NaT, pd.NA, b"bytes", []])
def test_a_value_without_a_literal_is_refused(value: object) -> None:
    with pytest.raises(QueryError, match=":value"):
        bind("select :value", {"value": value})


def test_a_missing_and_an_unused_value_are_named() -> None:
    with pytest.raises(QueryError, match=":country"):
        bind("select :country", {})
    with pytest.raises(QueryError, match="contry"):
        bind("select :country", {"country": "GB", "contry": "GB"})


def test_a_text_without_an_end_is_refused() -> None:
    with pytest.raises(QueryError, match="no end"):
        bind("select 'a", {})
