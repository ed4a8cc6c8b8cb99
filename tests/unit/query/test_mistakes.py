"""A mistake in a statement is explained with its place and its correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from headgate.errors import QueryError
from headgate.query import Databases, failure_reason, only_reading
from headgate.query.advice import with_advice
from headgate.query.function_names import check_functions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

pytestmark = pytest.mark.unit

NOT_SQL = "The statement is not Athena SQL: "


def refusal(sql: str) -> str:
    with pytest.raises(QueryError) as refused:
        only_reading(sql)
    return str(refused.value).removeprefix(NOT_SQL)


@pytest.mark.parametrize(
    ("sql", "word", "place", "keyword"),
    [
        ("select * form orders", "form", "line 1, column 10", "FROM"),
        ("select a\nfrom t\nwhre b = 1", "whre", "line 3, column 1", "WHERE"),
        ("select a from orders limt 5", "limt", "line 1, column 22", "LIMIT"),
        ("-- all\nselect a from t oder by a", "oder", "line 2, column 17", "ORDER"),
        ("explain select a from t grop by 1", "grop", "line 1, column 25", "GROUP"),
        ("with x as (select 1) selct * from x", "selct", "line 1, column 22", "SELECT"),
    ],
)
def test_a_keyword_with_a_slip_is_named_with_its_place(sql: str, word: str, place: str, keyword: str) -> None:
    assert refusal(sql) == f"'{word}' is unexpected, {place}. Did you mean {keyword}?"
    line, column = (int(part.split()[-1]) for part in place.split(", "))
    assert sql.splitlines()[line - 1][column - 1 :].startswith(word)


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        (
            "select *\nfrom ",
            "a table name is missing after FROM, line 2, column 1. Correct it at that place.",
        ),
        ("select a b c from t", "'c' is unexpected, line 1, column 12. Correct it at that place."),
        ("select a from orders x 7", "a sign or value is unexpected, line 1, column 24."),
        ("select (1", ") is missing, line 1, column 9. Correct it at that place."),
        ("select a from t where", "something is missing in WHERE, line 1, column 17."),
        ("select 'a from t", "the quote ' has no end, line 1, column 8. Close it."),
        ("select a\n\nfrom t\nwhere x = \n  'b", "the quote ' has no end, line 5, column 3. Close it."),
        ("select sum(weight from t", ") is missing, line 1, column 19."),
        ("select max(width from t", ") is missing, line 1, column 18."),
        ("select a from t order", "ORDER is incomplete. Write ORDER BY and columns, or leave it out."),
        ("select a from t group", "GROUP is incomplete. Write GROUP BY and columns, or leave it out."),
    ],
)
def test_another_mistake_has_its_place_and_no_suggestion(sql: str, text: str) -> None:
    assert refusal(sql).startswith(text)
    assert "Token" not in refusal(sql)


def test_a_correct_statement_is_no_mistake() -> None:
    for sql in ('select a from t "order"', "select a from t as o order by a", "select form from t fro"):
        assert only_reading(sql) is not None


def advised(sql: str) -> str:
    with pytest.raises(duckdb.Error) as failed:
        duckdb.sql(sql).fetchall()
    return with_advice(failure_reason(str(failed.value), "duckdb"), sql, Databases())


def test_a_function_that_does_not_exist_is_answered_with_similar_names() -> None:
    assert advised("select cuont(*)").endswith("'cuont' not registered. Did you mean count or concat?")
    assert advised("select zzyx(1)").endswith("'zzyx' not registered")


def test_a_function_that_only_the_engine_here_lacks_is_no_advice_for_itself() -> None:
    message = advised("select width_bucket(3.0, 0, 1000, 10)")
    assert message.startswith("Athena has the function width_bucket, but the engine")
    assert "Did you mean" not in message


def test_a_value_of_the_wrong_type_is_named_without_the_engines_own_cast() -> None:
    text = (
        "Not implemented Error: Unimplemented type for cast (TIMESTAMP -> DOUBLE) when casting from source "
        "column approx_quantile(updated_at, CAST(0.5 AS FLOAT))"
    )
    assert (
        failure_reason(text, "duckdb")
        == "TYPE_MISMATCH: A value of the type TIMESTAMP cannot be used as DOUBLE"
    )


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("select getdate()", "Did you mean now?"),
        ("select ifnull(a, 0) from t", "Did you mean coalesce?"),
        ("select datediff('day', a, b) from t", "Did you mean date_diff?"),
        ("select strlen (a) from t", "Did you mean length?"),
        ("select median(a) from t", "Write approx_percentile(x, 0.5)."),
        (
            "select to_char(at, 'YYYY-MM') from t",
            "Write date_format(x, '%Y-%m') for a time, or format('%.2f', x) for a number.",
        ),
        ("select string_agg(a, ',') from t", "Write array_join(array_agg(x), ', ')."),
        ("select DATE_PART('month', at) from t", "Write extract(MONTH FROM x)."),
        ("select to_date('31.12.2026')", "Write date(x), or date_parse(x, '%d.%m.%Y') for another form."),
    ],
)
def test_a_function_that_only_other_databases_have_is_refused_with_athenas(sql: str, text: str) -> None:
    with pytest.raises(QueryError, match="FUNCTION_NOT_FOUND") as refused:
        check_functions(sql)
    assert str(refused.value).endswith(text)


def test_a_column_or_a_text_may_have_the_name_of_such_a_function() -> None:
    check_functions("select median, 'ifnull(', \"strlen\" from t where len > 5 and concat('len', a) = 'b'")


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("select date_format(at, 'YYYY-MM') from t", "Write date_format(x, '%Y-%m')."),
        ("select date_format(date(at), 'yyyy-MM-dd HH:mm:ss') from t", "'%Y-%m-%d %H:%i:%s')."),
        ("select format(at, 'yyyy') from t", "Write date_format(x, '%Y')."),
        ("select a from t limit 5 offset 10", "line 1, column 17. Write OFFSET 10 LIMIT 5."),
        (
            "select a\nfrom t where a ilike '%x%'",
            "column 16. Write lower(x) LIKE and the text in small letters.",
        ),
    ],
)
def test_a_form_or_a_clause_that_only_other_databases_have_is_refused_with_athenas(
    sql: str, text: str
) -> None:
    assert only_reading(sql) is not None
    with pytest.raises(QueryError) as refused:
        check_functions(sql)
    assert str(refused.value).endswith(text)


def test_athenas_own_forms_and_clauses_are_accepted() -> None:
    check_functions("select date_format(at, '%Y-%m'), format_datetime(at, 'YYYY-MM') from t offset 5 limit 5")
    check_functions("select format('%.2f', a), format('%s', 'yyyy'), format(at, 'days') from t")
    check_functions("select date_format(at, 'Summer'), 'ilike', 'limit 5 offset 5' from t limit 5")
    check_functions("select a from (select a from t limit 5) as x offset 3")


@pytest.mark.parametrize("skipped", ["", "explain ", "-- names\n"])
def test_the_first_back_tick_is_named_with_what_names_take(skipped: str) -> None:
    place = "line 2, column 8" if "\n" in skipped else f"line 1, column {8 + len(skipped)}"
    text = f"the back-tick is unexpected, {place}. Names take double quotes."
    assert refusal(f"{skipped}select `a`, '`' from `t`") == text  # noqa: S608 parts of the test


def test_other_slips_have_their_own_answers() -> None:
    assert refusal("select top 5 * from t") == ("Athena has no TOP. End the statement with LIMIT 5 instead.")
    assert refusal("-- only a comment").startswith("There are only comments.")
    missing = "COLUMN_NOT_FOUND: Column 'bags' cannot be resolved"
    sql = 'select * from products where category = "Bags"'
    assert with_advice(missing, sql, Databases()).endswith("A text is in single quotes: 'Bags'.")


class Shop(Databases):
    """Databases with one table of sales."""

    def tables(self) -> dict[str, Mapping[str, Sequence[tuple[str, ...]]]]:
        """Return its columns."""
        return {"prod": {"sales": [("customer_id", "text"), ("revenue_gbp", "number"), ("region", "text")]}}


@pytest.mark.parametrize(
    ("sql", "advice"),
    [
        ('SELECT customer_id, "revenu_gbp" FROM sales', "Did you mean revenue_gbp?"),
        ('SELECT 1 FROM sales WHERE customer_id > "revenu_gbp"', "Did you mean revenue_gbp?"),
        ('SELECT 1 FROM sales WHERE region IN (SELECT 1, "Leeds" FROM sales)', "revenue_gbp, region."),
        ('SELECT 1 FROM sales WHERE region = "Leeds"', "A text is in single quotes: 'Leeds'."),
        ("SELECT 1 FROM sales WHERE region IN ('a', \"Leeds\")", "A text is in single quotes: 'Leeds'."),
        ("SELECT 1 FROM sales WHERE region IN (\"Leeds\", 'a')", "A text is in single quotes: 'Leeds'."),
    ],
)
def test_a_name_in_double_quotes_is_a_text_only_where_it_is_compared(sql: str, advice: str) -> None:
    name = "Leeds" if "Leeds" in sql else "revenu_gbp"
    missing = f"COLUMN_NOT_FOUND: Column '{name}' cannot be resolved"
    assert with_advice(missing, sql, Shop()).endswith(advice)


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("Cannot compare values of type TIMESTAMP and type INTEGER", "DATE"),
        ("Cannot compare values of type INTEGER_LITERAL and type DATE", "DATE"),
        ("Cannot mix values of type DATE and INTEGER in BETWEEN clause", "DATE"),
        ("TYPE_MISMATCH: line 1:49: Cannot apply operator: timestamp(3) >= integer", "DATE"),
        ("TYPE_MISMATCH: line 1:49: Cannot apply operator: integer < date", "DATE"),
        ("TYPE_MISMATCH: line 1:8: Cannot apply operator: date - integer", "INTERVAL"),
        ("TYPE_MISMATCH: line 1:8: Cannot apply operator: timestamp(3) with time zone + bigint", "INTERVAL"),
        ("FUNCTION_NOT_FOUND: Unexpected parameters for function -(TIMESTAMP, INTEGER_LITERAL)", "INTERVAL"),
        ("TYPE_MISMATCH: Unexpected parameters (date, integer) for function date_add", "INTERVAL"),
        (
            "FUNCTION_NOT_FOUND: Unexpected parameters for function date_add(DATE, INTEGER_LITERAL)",
            "INTERVAL",
        ),
        ("TYPE_MISMATCH: Unexpected parameters (varchar(3), date, integer) for function date_diff", ""),
        ("TYPE_MISMATCH: Cannot apply operator: date * integer", ""),
        ("TYPE_MISMATCH: Cannot apply operator: varchar(3) - integer", ""),
    ],
)
def test_a_day_is_written_as_a_date_where_it_is_compared_and_days_are_an_interval(
    message: str, advice: str
) -> None:
    advised = with_advice(message, "select 1", Databases())
    assert ("DATE '2026-12-31'" in advised, "INTERVAL '7' DAY" in advised) == (
        advice == "DATE",
        advice == "INTERVAL",
    )


@pytest.mark.parametrize(
    ("sql", "remedy"),
    [
        ("select hall, count(*) from (select 1 as hall)", "GROUP BY hall"),
        (
            "select t.hall as h, upper(door), max(1) from (select 1 as hall, 'x' as door) t",
            "GROUP BY t.hall, 2",
        ),
    ],
)
def test_a_column_beside_an_aggregate_is_grouped_by(sql: str, remedy: str) -> None:
    with pytest.raises(duckdb.Error) as failed:
        duckdb.sql(sql).fetchall()
    reason = failure_reason(str(failed.value), "duckdb")
    assert with_advice(reason, sql, Databases("c", "p")).endswith(f" Write {remedy}.")
    assert "Write" not in with_advice(reason, f"{sql} group by 1", Databases("c", "p"))


@pytest.mark.parametrize(
    ("sql", "written", "place"),
    [
        ("select * from orders\nwhere order_id = :id", ":id", "line 2, column 18"),
        ("select ':id' as a from orders where b = :b", ":b", "line 1, column 41"),
        ("select * from orders where order_id = ?", "?", "line 1, column 39"),
    ],
)
def test_a_placeholder_without_a_value_is_named_with_its_place(sql: str, written: str, place: str) -> None:
    assert refusal(sql).startswith(f"The placeholder '{written}' has no value, {place}. Write the value")


@pytest.mark.parametrize(
    ("sql", "advice"),
    [
        (
            "select * from orders o join regions on region_id = region_id",
            "The tables o and regions have it. Write o.region_id = regions.region_id.",
        ),
        (
            "select region_id from c.orders o join c.regions r on o.region_id = r.region_id",
            "The tables o and r have it. Did you mean o.region_id or r.region_id?",
        ),
        (
            "with a as (select region_id from regions) select region_id from a, (select 1 as region_id) as b",
            "The tables a and b have it. Did you mean a.region_id or b.region_id?",
        ),
    ],
)
def test_an_ambiguous_column_is_advised_with_the_tables_that_have_it(sql: str, advice: str) -> None:
    class Regions(Databases):
        def tables(self) -> Mapping[str, Mapping[str, Sequence[tuple[str, ...]]]]:
            return {"c": {"orders": [("order_id",), ("region_id",)], "regions": [("region_id",)]}}

    reason = failure_reason(
        'Binder Error: Ambiguous reference to column name "region_id" (use: "o.region_id")', "duckdb"
    )
    assert with_advice(reason, sql, Regions()) == (
        f"AMBIGUOUS_NAME: Column 'region_id' is ambiguous. {advice}"
    )
    trino = "AMBIGUOUS_NAME: line 1:8: Column 'region_id' is ambiguous"
    assert with_advice(trino, sql, Regions()) == f"{trino}. {advice}"


@pytest.mark.parametrize(
    ("sql", "word", "place"),
    [
        ("select avg(alter) from laps", "alter", "line 1, column 12"),
        ("select alter, count(*)\nfrom laps group by alter", "alter", "line 1, column 8"),
        ("select name\nfrom laps\nwhere values > 3", "values", "line 3, column 7"),
        ("select from, count(*) from trips group by from", "from", "line 1, column 8"),
    ],
)
def test_a_column_by_a_word_of_sql_is_named_with_the_quotes_it_needs(sql: str, word: str, place: str) -> None:
    assert refusal(sql) == f'{word} is a word of SQL, {place}. Write "{word}".'


@pytest.mark.parametrize(
    "sql",
    [
        "select a from laps x y z",
        "select a from t where",
        "select a from t where and b = 1",
    ],
)
def test_a_clause_at_its_place_is_no_column(sql: str) -> None:
    assert "is a word of SQL" not in refusal(sql)


def test_athena_itself_refuses_a_word_of_sql_that_the_parser_accepts() -> None:
    message = "line 1:8: mismatched input 'order'. Expecting: 'ALL', 'DISTINCT', <expression>"
    advice = with_advice(message, "select order from laps", Databases())
    assert advice == f'{message}. order is a word of SQL, line 1, column 8. Write "order".'
