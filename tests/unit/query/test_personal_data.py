"""A caller without the right to personal data reads no value about a person, however the statement is
written.
"""

from __future__ import annotations

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.registry import Registry
from headgate.errors import QueryError
from headgate.query import Databases
from headgate.query.personal_data import personal_tables, reads_personal_data, without_personal_data
from headgate.query.qualify import qualify_tables
from tests.examples import examples

pytestmark = pytest.mark.unit

LAKE = Databases("bikes_curated", "bikes_prod")
TABLES = personal_tables(Registry.load(), LAKE)
CUSTOMERS = TABLES["bikes_curated", "customers"]
EMAIL = "someone@example.com"
GROUP = "personal-data"


@pytest.fixture(scope="module")
def lake() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA bikes_curated; CREATE SCHEMA bikes_prod")
    for table in (CUSTOMERS, TABLES["bikes_curated", "quarantine"]):
        shown = ", ".join(f"'1' AS \"{name}\"" for name in table.shown)
        hidden = ", ".join(f"'{EMAIL}' AS \"{name}\"" for name in sorted(table.hidden))
        connection.execute(f"CREATE TABLE bikes_curated.{table.name} AS SELECT {hidden}, {shown}")
    return connection


def shown(sql: str) -> str:
    return without_personal_data(qualify_tables(sql, LAKE), TABLES, GROUP)


def answer(lake: duckdb.DuckDBPyConnection, sql: str) -> str:
    return str(lake.execute(sqlglot.transpile(shown(sql), read="athena", write="duckdb")[0]).fetchall())


HOSTILE = [
    "select * from customers",
    "table customers",
    "select * from (table customers)",
    "select a, b, c from customers as x (a, b, c)",
    "select c from customers c",
    "select customers from customers",
    "select c.* from bikes_curated.customers c",
    "select * from BIKES_CURATED.Customers",
    'select * from "bikes_curated"."customers"',
    "select * from awsdatacatalog.bikes_curated.customers",
    "select * from (select * from (select * from customers))",
    "with x as (select * from customers) select * from x",
    "with x as (with y as (select * from customers) select * from y) select * from x",
    "select '1' union all select cast(c as varchar) from customers c",
    "select * from customers except select * from customers where customer_id = '2'",
    "select * from customers intersect select * from customers",
    (
        "select (select cast(c as varchar) from customers c where c.customer_id = o.customer_id) from "
        "customers o"
    ),
    "select * from customers a join customers b using (customer_id)",
    "select * from customers a, customers b",
    "select * from customers cross join unnest(array[1, 2]) as t (n)",
    "select array_agg(c) from customers c",
    "select max(c) from customers c",
    "select * from quarantine",
    "select q from quarantine q",
    "select 1 /* /* */ union select customer_id from customers -- */",
    "select bikes_curated.customers.customer_id from bikes_curated.customers",
    "select * from (from customers)",
    "select exists (select 1 from customers)",
]


@pytest.mark.parametrize("sql", HOSTILE)
def test_no_form_of_a_statement_shows_a_value_about_a_person(
    lake: duckdb.DuckDBPyConnection, sql: str
) -> None:
    assert EMAIL not in answer(lake, sql)
    assert reads_personal_data(qualify_tables(sql, LAKE), TABLES)


@pytest.mark.parametrize("sql", [sql for sql in HOSTILE if "*" in sql and "/*" not in sql])
def test_the_same_statement_shows_it_to_those_who_may(lake: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Otherwise the rule above would hold for an empty table, too."""
    whole = qualify_tables(sql, LAKE).replace("awsdatacatalog.", "")
    found = str(lake.execute(sqlglot.transpile(whole, read="athena", write="duckdb")[0]).fetchall())
    assert (EMAIL in found) == ("except" not in sql or "customer_id = '2'" in sql)


@pytest.mark.parametrize("sql", HOSTILE)
def test_a_rewritten_statement_is_not_rewritten_again(sql: str) -> None:
    """The rows of a query are given to those only to whom its statement shows nothing about people."""
    sent = shown(sql)
    assert not reads_personal_data(sent, TABLES)
    assert without_personal_data(sent, TABLES, GROUP) == sent


@pytest.mark.parametrize(
    "sql",
    [
        "select email from customers",
        "select c.EMAIL from customers c",
        'select "email" from customers',
        "select customer_id from customers where email like 'a%'",
        "select customer_id from customers order by full_name",
        "select count(*) from customers a join customers b on a.email = b.email",
        (
            "select o.customer_id from customers o where exists (select 1 from customers c where c.email = "
            "o.email)"
        ),
        "select record from quarantine",
        "select masked_value from bikes_curated.quarantine",
        "explain analyze select email from customers",
    ],
)
def test_a_named_column_about_people_is_refused_with_the_group_that_sees_it(sql: str) -> None:
    with pytest.raises(
        QueryError, match=r"is personal data, which needs the group personal-data\. Leave the column out"
    ):
        shown(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "with customers as (select * from bikes_curated.customers) select * from customers",
        "with x as (select 1), Customers as (select 1 as n) select n from Customers",
        "explain (type /* ) select '*/ logical) select email from customers --'",
        "select * from customers for version as of (select max(customer_id) from customers)",
        "select * from customers c for version as of c.customer_id",
    ],
)
def test_a_statement_that_could_hide_its_table_is_refused(sql: str) -> None:
    with pytest.raises(QueryError):
        shown(sql)


@pytest.mark.parametrize(
    "clause", ["VERSION AS OF 7", "TIMESTAMP AS OF CURRENT_TIMESTAMP - INTERVAL '1' DAY"]
)
def test_an_earlier_version_shows_the_same_columns_as_the_current_one(clause: str) -> None:
    columns = ", ".join(f'"{name}"' for name in CUSTOMERS.shown)
    statement = f"select max(c.customer_id) from customers for {clause} c"  # noqa: S608 no lake is asked
    sent = shown(statement)
    rows = f"FROM (SELECT {columns} FROM bikes_curated.customers FOR {clause}) AS c"  # noqa: S608 no lake is asked
    assert rows in sent
    assert not reads_personal_data(sent, TABLES)
    assert reads_personal_data(qualify_tables(statement, LAKE), TABLES)
    with pytest.raises(QueryError, match="The column email of customers is personal data"):
        shown(statement.replace("customer_id", "email"))


def test_a_subquery_that_only_resembles_a_rewritten_one_is_rewritten() -> None:
    columns = ", ".join(CUSTOMERS.shown)
    for sql in (
        f"select * from (select {columns} from customers where length(cast(customers as varchar)) > 5) as c",  # noqa: S608 no lake is asked
        f"select * from (select {columns}, * from customers) as c",  # noqa: S608 no lake is asked
        f"select * from (select {columns} from customers c (a, b)) as c",  # noqa: S608 no lake is asked
    ):
        assert reads_personal_data(qualify_tables(sql, LAKE), TABLES)


def test_what_is_sent_has_no_comment_that_another_parser_could_end_elsewhere() -> None:
    assert shown("select 1 /* /* */ union select 2 -- */") == "SELECT 1 UNION SELECT 2"
    assert shown("select '--', '/*', 'it''s \\' -- x") == "SELECT '--', '/*', 'it''s \\'"


@pytest.mark.parametrize(
    "sql", ["select count(*) as n from orders", "show databases", "describe customers", "select 1"]
)
def test_statements_about_nobody_stay_readable(sql: str) -> None:
    assert not reads_personal_data(sql, TABLES)
    assert shown(sql).lower().replace("bikes_curated.", "") == sql


NAMES = st.sampled_from(
    [*sorted(CUSTOMERS.shown), *sorted(CUSTOMERS.hidden), "*", "c", "c.*", "customers", "cast(c as varchar)"]
)
SOURCES = st.sampled_from(
    ["customers c", "customers", "(select * from customers) c", "(table customers) c",
     "customers c join customers d on true", "(select c from customers c) c", "customers c (a, b)"]
)  # fmt: skip


@given(
    names=st.lists(NAMES, min_size=1, max_size=4),
    source=SOURCES,
    is_distinct=st.booleans(),
    again=st.booleans(),
)
@examples(25)
def test_no_projection_shows_a_value_about_a_person(
    names: list[str], source: str, *, is_distinct: bool, again: bool
) -> None:
    columns = ", ".join(names)
    sql = f"select {'distinct ' * is_distinct}{columns} from {source}"  # noqa: S608 no lake is asked
    if again:
        sql = f"{sql} union all {sql}"
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA bikes_curated")
    table = ", ".join(
        [f"'{EMAIL}' AS \"{name}\"" for name in sorted(CUSTOMERS.hidden)]
        + [f"'1' AS \"{name}\"" for name in CUSTOMERS.shown]
    )
    connection.execute(f"CREATE TABLE bikes_curated.customers AS SELECT {table}")
    try:
        assert EMAIL not in answer(connection, sql)
    except (QueryError, duckdb.Error):
        return


def test_a_filter_with_the_name_of_its_table_narrows_it_without_columns_about_people(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    columns = ", ".join(f'"{name}"' for name in (*CUSTOMERS.hidden, *CUSTOMERS.shown))
    rows = f"SELECT {columns} FROM bikes_curated.customers WHERE region_id = '1'"  # noqa: S608 names of a contract
    counted = "SELECT customers.region_id, count(*) FROM customers GROUP BY 1"
    statement = f"WITH customers AS ({rows}) {counted}"
    assert answer(lake, statement) == "[('1', 1)]"
    assert answer(lake, statement.replace("= '1'", "= '2'")) == "[]"


FILTER = "with customers as (select region_id, email from bikes_curated.customers where region_id = '1')"


@pytest.mark.parametrize(
    "query",
    [
        "select * from customers",
        "select c from customers c",
        "select * from (select * from customers)",
        "select * from customers, bikes_curated.customers c",
        "select * from (with x as (select * from customers) select * from x)",
    ],
)
def test_no_reading_of_a_filter_shows_a_value_about_a_person(
    lake: duckdb.DuckDBPyConnection, query: str
) -> None:
    sql = f"{FILTER} {query}"
    assert EMAIL not in answer(lake, sql)
    assert EMAIL in str(lake.execute(sql).fetchall())
    assert reads_personal_data(sql, TABLES)
    assert without_personal_data(shown(sql), TABLES, GROUP) == shown(sql)


@pytest.mark.parametrize(
    ("part", "instead", "query"),
    [
        ("email", "email as phone", "select * from customers"),
        ("email", "lower(email) as mail", "select * from customers"),
        ("region_id, email", "*", "select * from customers"),
        ("region_id, email", "email", "select * from customers"),
        ("where region_id = '1'", "where email = 'x'", "select 1 from customers"),
        ("customers as", "customers (a, b) as", "select a from customers"),
        ("bikes_curated.customers", "(select * from bikes_curated.customers)", "select * from customers"),
        ("= '1')", "= '1'), filtered_customers as (select 1 as n)", "select * from customers"),
        ("", "", "select email from customers"),
    ],
)
def test_a_filter_with_more_than_columns_of_its_table_is_refused(part: str, instead: str, query: str) -> None:
    with pytest.raises(QueryError):
        shown(f"{FILTER.replace(part, instead)} {query}")
