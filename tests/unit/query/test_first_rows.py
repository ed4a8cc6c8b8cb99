"""The first rows of a statement are rows of its whole answer, and asked only where they come sooner."""

from __future__ import annotations

from collections import Counter

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.registry import Registry
from headgate.errors import QueryError
from headgate.query import Databases, translate
from headgate.query.first_rows import first_rows_statement
from headgate.query.personal_data import personal_tables, reads_personal_data, without_personal_data

pytestmark = pytest.mark.unit

ROWS = 300
LAKE = duckdb.connect()
LAKE.execute(
    f"create table orders as select n as id, n % 7 as region, n * 37 % 101 as amount "  # noqa: S608 a number
    f"from range({ROWS}) as numbers (n)"
)
LAKE.execute("create table regions as select n as region, 'r' || n as name from range(5) as numbers (n)")


def answer(sql: str) -> list[tuple[object, ...]]:
    return LAKE.execute(translate(sql, "duckdb", {})).fetchall()


@st.composite
def statements(draw: st.DrawFn) -> tuple[str, str]:
    """A statement and the key that orders its rows, empty for none."""
    source = draw(
        st.sampled_from(
            [
                "orders",
                "(select * from orders where amount > 20) orders",
                "orders join regions using (region)",
                "(select * from orders) orders left join regions on regions.region = orders.id",
                "(select * from orders order by id limit 50) orders",
                "(select distinct region as id, region as amount from orders) orders",
                "(select * from orders union all select * from orders) orders",
            ]
        )
    )
    columns = draw(
        st.sampled_from(["id, amount", "amount, id", "id + 1 as id, amount", "distinct id, amount"])
    )
    where = draw(st.sampled_from(["", " where amount < 50", " where id in (select region from regions)"]))
    key = draw(st.sampled_from(["", "", "amount", "amount desc, id", "id"]))
    limit = draw(st.sampled_from(["", "", " limit 5", " limit 100", " limit all", " offset 9 limit 100"]))
    order = f" order by {key}" if key else ""
    with_ = draw(st.sampled_from(["", "with regions as (select region from regions) "]))
    return f"{with_}select {columns} from {source}{where}{order}{limit}", key  # noqa: S608 fixed texts of this file


@given(statements(), st.integers(1, 120))
def test_first_rows_are_rows_of_the_whole_answer_and_one_more_shows_that_there_are_more(
    asked: tuple[str, str], rows: int
) -> None:
    sql, key = asked
    first = first_rows_statement(sql, rows)
    if not first:
        return
    few, whole = answer(first), answer(sql)
    assert len(few) == min(rows + 1, len(whole))
    assert not Counter(few) - Counter(whole)
    if key:
        names = ["amount", "id"] if "select amount" in sql else ["id", "amount"]
        at = [names.index(part.split()[0]) for part in key.split(", ")]
        assert [[row[place] for place in at] for row in few] == [
            [row[place] for place in at] for row in whole[: len(few)]
        ]


@pytest.mark.parametrize(
    ("sql", "first"),
    [
        ("select * from t", "SELECT * FROM t LIMIT 11"),
        ("select * from t -- all of it\n;", "SELECT * FROM t LIMIT 11"),
        ("table t", "SELECT * FROM t LIMIT 11"),
        ("select * from t limit 5000", "SELECT * FROM t LIMIT 11"),
        (
            "select * from t where a > 1 order by a desc",
            "SELECT * FROM t WHERE a > 1 ORDER BY a DESC LIMIT 11",
        ),
        (
            "with w as (select a from t) select w.a, u.b from w join u on w.a = u.a",
            "WITH w AS (SELECT a FROM t) SELECT w.a, u.b FROM w JOIN u ON w.a = u.a LIMIT 11",
        ),
    ],
)
def test_a_statement_that_can_end_early_or_only_sorts_has_first_rows(sql: str, first: str) -> None:
    assert first_rows_statement(sql, 10) == first


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "select count(*) from t",
        "select a, sum(b) from t group by a",
        "select distinct a from t",
        "select a, row_number() over (order by b) from t",
        "with w as (select a, max(b) as b from t group by a) select * from w",
        "select * from t union all select * from u",
        "select * from t intersect select * from u",
        "values (1), (2)",
    ],
)
def test_a_statement_that_reads_everything_first_is_asked_once(sql: str) -> None:
    assert first_rows_statement(sql, 10) == ""


@pytest.mark.parametrize(
    "sql",
    [
        "select a, random() from t",
        "select uuid(), a from t",
        "select shuffle(a) from t",
        "select * from t tablesample bernoulli (10)",
        "select * from (select * from t limit 5000) order by a",
    ],
)
def test_a_statement_of_which_two_answers_differ_is_asked_once(sql: str) -> None:
    assert first_rows_statement(sql, 10) == ""


@pytest.mark.parametrize(
    "sql",
    [
        "select * from t limit 10",
        "select * from t limit all",
        "select * from t offset 5",
        "select * from t offset 5 limit 5000",
        "select * from t fetch first 5000 rows with ties",
        "show tables",
        "explain select * from t",
    ],
)
def test_a_statement_that_is_short_or_chooses_its_rows_is_asked_once(sql: str) -> None:
    assert first_rows_statement(sql, 10) == ""


def test_a_statement_that_writes_has_no_first_rows() -> None:
    with pytest.raises(QueryError):
        first_rows_statement("delete from t", 10)


def test_first_rows_read_about_people_what_the_whole_statement_reads() -> None:
    tables = personal_tables(Registry.load(), Databases("bikes_curated", "bikes_prod"))
    sql = "select * from bikes_curated.customers"
    without = first_rows_statement(without_personal_data(sql, tables, "personal-data"), 10)
    assert [reads_personal_data(each, tables) for each in (first_rows_statement(sql, 10), without)] == [
        True,
        False,
    ]
