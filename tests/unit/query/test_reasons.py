"""A failed query is explained in Athena's words, without the SQL and the files of the engine behind it."""

from __future__ import annotations

import duckdb
import pytest

from headgate.errors import QueryError
from headgate.query import failure_reason, translate

pytestmark = pytest.mark.unit


def why(sql: str) -> str:
    with pytest.raises(duckdb.Error) as failed:
        duckdb.sql(sql).fetchall()
    return failure_reason(str(failed.value), "duckdb")


@pytest.mark.parametrize(
    ("sql", "reported"),
    [
        ("select nope from (select 1 as yes)", "COLUMN_NOT_FOUND: Column 'nope' cannot be resolved"),
        ("select y.nope from (select 1 as yes) as y", "COLUMN_NOT_FOUND: Column 'y.nope' cannot be resolved"),
        ("select * from nosuch", "TABLE_NOT_FOUND: Table 'nosuch' does not exist"),
        ("select sum('a'::varchar)", "FUNCTION_NOT_FOUND: Unexpected parameters for function sum(VARCHAR)"),
        (
            "select yes, count(*) from (select 1 as yes)",
            "EXPRESSION_NOT_AGGREGATE: 'yes' must be an aggregate expression or appear in GROUP BY clause",
        ),
        ("select cast('x' as bigint)", "INVALID_CAST_ARGUMENT: Could not convert string 'x' to INT64"),
    ],
)
def test_the_reason_is_athenas(sql: str, reported: str) -> None:
    assert why(sql).startswith(reported)
    assert "\n" not in why(sql)


def test_no_path_of_the_engines_machine_is_shown() -> None:
    reported = why("select * from read_parquet(['/srv/lake/no such/part.parquet'])")
    assert "/srv" not in reported
    assert "part.parquet" not in failure_reason(
        "IO Error: No files found that match '/var/data/part.parquet'", "duckdb"
    )


def test_a_division_by_zero_is_named_without_the_engines_own_advice() -> None:
    text = (
        "Invalid Input Error: Division by zero in expression (1 // 0). Use TRY(...), or SET "
        "error_on_division_by_zero=false"
    )
    assert failure_reason(text, "duckdb") == "DIVISION_BY_ZERO: Division by zero"


def test_two_slashes_are_no_path() -> None:
    assert failure_reason("Binder Error: no 4 // 2 here", "duckdb") == "no 4 // 2 here"


def test_athenas_own_reason_is_left_alone() -> None:
    text = "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved\nLINE /tmp"
    assert failure_reason(text, "athena") == text


@pytest.mark.parametrize(
    ("sql", "reported"),
    [
        ("select 1 from t where", "something is missing in WHERE, line 1"),
        ("-", "something is missing behind -, line 1"),
        ("selec 1", "line 1, column 1. Did you mean SELECT"),
    ],
)
def test_a_syntax_error_is_reported_with_its_place(sql: str, reported: str) -> None:
    with pytest.raises(QueryError, match=reported) as refused:
        translate(sql, "duckdb")
    assert "sqlglot" not in str(refused.value)
