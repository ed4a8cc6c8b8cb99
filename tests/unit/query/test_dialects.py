"""Athena's SQL, run for real in DuckDB: the same text must mean the same thing."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from headgate.errors import QueryError
from headgate.query import translate

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

TABLE = """
create schema shop;
create table shop.t as select
  7::bigint as whole, 2::bigint as two, 0.5::double as ratio, 2.55::decimal(12,2) as price, true as flag,
  timestamp '2010-12-09 08:26:30' as at, date '2010-12-09' as as_of, 'a,b,c' as tags, [1, 2, 3] as marks,
  '{"a": {"b": "x"}, "quantity": "6", "unit_price": "2.55", "list": [1, 2]}' as record
"""
TYPES = {
    "whole": "bigint",
    "two": "bigint",
    "ratio": "double",
    "price": "decimal(12,2)",
    "at": "timestamp",
    "as_of": "date",
}
ENGINE = duckdb.connect()
for statement in filter(str.strip, TABLE.split(";")):
    ENGINE.execute(statement).fetchall()


def asked(expression: str) -> Any:  # noqa: ANN401 whatever the engine answers
    query = expression if expression.startswith(("select", "with")) else f"select {expression} from shop.t"  # noqa: S608 fixed texts of this file
    (row,) = ENGINE.execute(translate(query, "duckdb", TYPES)).fetchall()
    return row[0]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("json_extract_scalar(record, '$.a.b')", "x"),
        ("cast(json_extract_scalar(record, '$.unit_price') as decimal(12,4))", Decimal("2.5500")),
        ("json_array_length(json_extract(record, '$.list'))", 2),
        ("try_cast('x' as integer)", None),
        ("try_cast('12' as bigint)", 12),
        ("date_trunc('month', at)", datetime(2010, 12, 1)),
        ("date_trunc('month', as_of)", date(2010, 12, 1)),
        ("date_trunc('week', as_of)", date(2010, 12, 6)),
        ("date_add('day', 7, as_of)", date(2010, 12, 16)),
        ("date_add('month', -1, as_of)", date(2010, 11, 9)),
        ("date_add('hour', 2, at)", datetime(2010, 12, 9, 10, 26, 30)),
        ("date_diff('day', date '2010-12-01', as_of)", 8),
        ("date_diff('month', date '2010-01-31', date '2010-02-01')", 0),
        ("date_diff('hour', timestamp '2010-12-09 07:59:00', timestamp '2010-12-09 08:01:00')", 0),
        ("date_format(at, '%Y-%m-%d %H:%i:%s')", "2010-12-09 08:26:30"),
        ("date_parse('2010-12-09', '%Y-%m-%d')", datetime(2010, 12, 9)),
        ("format_datetime(at, 'yyyy-MM-dd HH:mm:ss')", "2010-12-09 08:26:30"),
        ("format_datetime(at, 'EEE d. MMM hh a')", "Thu d. Dec 08 AM"),
        ("from_iso8601_date('2010-12-09')", date(2010, 12, 9)),
        ("to_unixtime(at)", 1291883190.0),
        ("year(as_of) * 100 + month(as_of)", 201012),
        ("day_of_week(as_of)", 4),
        ("last_day_of_month(as_of)", date(2010, 12, 31)),
        ("approx_distinct(whole)", 1),
        ("approx_percentile(ratio, 0.5)", 0.5),
        ("count_if(flag)", 1),
        ("select count_if(flag) from shop.t where two = 3", 0),
        ("count_if(flag) over ()", 1),
        ("every(flag)", True),
        ("max_by(tags, at)", "a,b,c"),
        ("arbitrary(two)", 2),
        ("array_agg(two order by two)", [2]),
        ("map_agg(tags, two)", {"a,b,c": 2}),
        ("element_at(marks, 1)", 1),
        ("cardinality(marks)", 3),
        ("contains(marks, 2)", True),
        ("transform(marks, x -> x + 1)", [2, 3, 4]),
        ("filter(marks, x -> x > 1)", [2, 3]),
        ("select sum(mark) from shop.t cross join unnest(marks) as u(mark)", 6),
        ("split_part(tags, ',', 2)", "b"),
        ("split(tags, ',')", ["a", "b", "c"]),
        ("regexp_like(tags, 'b')", True),
        ("regexp_extract(tags, '([a-z]),', 1)", "a"),
        ("regexp_replace(tags, '[,]', ' ')", "a b c"),
        ("strpos(tags, 'b')", 3),
        ("lpad(cast(two as varchar), 5, '0')", "00002"),
        ("if(flag, 'yes', 'no')", "yes"),
        ("coalesce(null, tags)", "a,b,c"),
        ("greatest(1, null)", None),
        ("sum(price) over (order by at rows between unbounded preceding and current row)", Decimal("2.55")),
        ("with a as (select 1 as z) select z from a", 1),
        ("select count(distinct two) filter (where flag) from shop.t", 1),
        ("infinity()", float("inf")),
        ("codepoint('A')", 65),
        ("case when tags like 'a%' then 1 end", 1),
        ("to_hex(md5(to_utf8('a')))", "0CC175B9C0F1B6A831C399E269772661"),
    ],
)
def test_common_functions_of_athena_answer_as_in_athena(expression: str, expected: object) -> None:
    answer = asked(expression)
    assert (answer, type(answer)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("whole / two", 3),
        ("count(*) / 2", 0),
        ("sum(whole) / 2 * 2", 6),
        ("whole / two / two", 1),
        ("2 * (whole / two)", 6),
        ("whole / 2.0", 3.5),
        ("whole / ratio", 14.0),
        ("cast(whole as double) / two", 3.5),
    ],
)
def test_whole_numbers_divide_as_whole_numbers_and_others_do_not(expression: str, expected: float) -> None:
    assert asked(expression) == expected


def test_sums_and_averages_keep_the_types_that_athena_gives_them() -> None:
    ENGINE.execute(translate("select sum(whole), avg(price), sum(price) from shop.t", "duckdb", TYPES))
    assert [str(column[1]) for column in ENGINE.description or []] == [
        "BIGINT",
        "DECIMAL(12,2)",
        "DECIMAL(38,2)",
    ]
    assert ENGINE.fetchall() == [(7, Decimal("2.55"), Decimal("2.55"))]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("select sum(whole) over (partition by flag order by at) from shop.t", 7),
        ("select sum(whole) filter (where flag) from shop.t", 7),
        ("select sum(whole) filter (where flag) over (partition by flag) from shop.t", 7),
        ("select avg(price) over (partition by flag) from shop.t", Decimal("2.55")),
    ],
)
def test_windows_and_filters_stay_with_their_aggregates(expression: str, expected: object) -> None:
    found = asked(expression)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "sequence", ["sequence(1, 10000)", "sequence(0, 99990, 10)", "sequence(10000, 1, -1)"]
)
def test_a_sequence_may_have_ten_thousand_entries(sequence: str) -> None:
    assert asked(f"cardinality({sequence})") == 10_000


@pytest.mark.parametrize(
    "sequence",
    ["sequence(1, 10001)", "sequence(1, 1000000000)", "sequence(0, whole * 10000)", "sequence(10001, 1, -1)"],
)
def test_a_longer_sequence_is_refused_as_in_athena(sequence: str) -> None:
    """DuckDB took 18 GB for `unnest(sequence(1, 1000000000))`."""
    with pytest.raises(duckdb.Error, match="sequence function must not have more than 10000 entries"):
        asked(f"select count(*) from shop.t cross join unnest({sequence}) as u(number)")  # noqa: S608 as above


def test_tables_with_a_comma_between_them_are_a_cross_join() -> None:
    """The emulator finds a table by FROM and JOIN only, so it did not know the second of two tables with a
    comma.
    """
    pair = "select count(*) from shop.t a, shop.t b where a.whole = b.whole"
    assert "CROSS JOIN shop.t AS b" in translate(pair, "duckdb", TYPES)
    assert asked(pair) == 1
    assert (
        asked(
            "select count(*) from shop.t a, unnest(a.marks) as u(mark), shop.t b left join shop.t c on "
            "b.two = c.whole"
        )
        == 3
    )


def test_a_comma_beside_a_full_join_stays_because_it_binds_less() -> None:
    assert ", " in translate(
        "select count(*) from shop.t a, shop.t b full join shop.t c on b.two = c.whole", "duckdb", TYPES
    )


def test_nameless_columns_are_named_by_their_place() -> None:
    ENGINE.execute(translate("select two, count(*), sum(two) as s from shop.t group by two", "duckdb", TYPES))
    assert [column[0] for column in ENGINE.description or []] == ["two", "_col1", "s"]
    ENGINE.fetchall()


def test_athena_itself_gets_the_text_as_it_is() -> None:
    text = "SELECT  json_extract_scalar(record, '$.a')  -- as typed"
    assert translate(text, "athena") == text


def test_statements_that_ask_nothing_pass_as_they_are() -> None:
    assert (
        translate("show partitions ecommerce_prod.sales_trends", "duckdb", TYPES)
        == "show partitions ecommerce_prod.sales_trends"
    )


@pytest.mark.parametrize("text", ["select from where", "select 1; select 2", "", "select (1"])
def test_what_is_not_one_statement_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        translate(text, "duckdb", TYPES)


def test_types_of_the_lake_are_known_from_its_contracts() -> None:
    assert "//" in translate(
        "select sum(results_count) / count(*) from ecommerce_curated.search_queries", "duckdb"
    )
    assert "//" not in translate(
        "select sum(unit_price) / count(*) from ecommerce_curated.order_items", "duckdb"
    )


def test_types_are_those_of_the_project_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process may ask the lakes of two projects, for example tests or a notebook."""
    (tmp_path / "headgate.toml").write_text('name = "clinic"\ndomains = []\n', encoding="utf-8")
    sql = "select sum(results_count) / count(*) from search_queries"
    with monkeypatch.context() as other:
        other.setenv("HEADGATE_PROJECT", str(tmp_path))
        assert "//" not in translate(sql, "duckdb")
    assert "//" in translate(sql, "duckdb")


@pytest.mark.parametrize(
    "query",
    [
        "select sum(whole) from (select coalesce(sum(price), 0) as whole from shop.t) as made",
        "select sum(made.whole) from (select coalesce(sum(price), 0) as whole from shop.t) as made",
        "with made as (select price as whole from shop.t) select sum(m.whole) from made as m",
        "select sum(whole) over () from (select coalesce(sum(price), 0) as whole from shop.t)",
    ],
)
def test_a_computed_column_has_its_own_type_and_not_that_of_a_lake_s_column_of_its_name(query: str) -> None:
    assert asked(query) == Decimal("2.55")


@pytest.mark.parametrize(
    "query",
    [
        "select sum(two) from (select whole as two from shop.t)",
        "select sum(n.two) from (select sum(whole) as two from shop.t) as n",
        "with n as (select whole from shop.t) select sum(whole) from n",
        "select sum(whole) from (select whole from shop.t union all select 0 from shop.t)",
    ],
)
def test_a_sum_of_integers_of_a_subquery_is_a_bigint(query: str) -> None:
    assert ENGINE.sql(f"describe {translate(query, 'duckdb', TYPES)}").fetchall()[0][1] == "BIGINT"
    assert asked(query) == 7
