"""A query reads tables of the catalog, and nothing else: no file of the machine that the engine runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.errors import QueryError
from headgate.query import Databases, failure_reason, for_engine, only_reading
from headgate.query.advice import with_advice

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

LAKE = Databases()
# `{file}` is a file of this machine with a row in it.
TOUCHING_FILES = [
    "copy (select 1) to '{file}'",
    "COPY (select 1) TO '{file}' (format csv)",
    "select * from read_csv('{file}')",
    "select * from read_text('{file}')",
    "select * from read_blob('{file}')",
    "select * from '{file}'",
    'select * from "{file}"',
    "from '{file}'",
    'table "{file}"',
    "select * from glob('{file}')",
    "select * from sniff_csv('{file}')",
    "select read_text('{file}')",
    "select * from query('select * from read_text(''{file}'')')",
    "select * from query_table('{file}')",
    "select 1 where exists (select * from read_csv_auto('{file}'))",
    'with a as (select * from "{file}") select * from a',
    'select * from (with "{file}" as (select 1 as x) select * from "{file}") as a, "{file}" as b',
    "select 1 as a union all select count(*) from read_csv('{file}')",
    "explain analyze select * from read_csv('{file}')",
    "explain analyze copy (select 1) to '{file}'",
    "attach '{file}' as other",
    "export database '{file}'",
    "install httpfs",
    "load '{file}'",
    "pragma database_list",
    "set home_directory = '{file}'",
    "select 1; copy (select 1) to '{file}'",
    "show tables; copy (select 1) to '{file}'",
    "/* select */ copy (select 1) to '{file}'",
    "create table a as select * from read_csv('{file}')",
    "insert into orders select * from read_csv('{file}')",
    "call dbgen(sf=1)",
    "select getenv('HOME')",
    "select current_setting('home_directory')",
    "select * from duckdb_settings()",
    "select * from information_schema.tables",
]


@pytest.mark.parametrize("statement", TOUCHING_FILES)
def test_no_statement_reads_or_writes_a_local_file(statement: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("x\n1\n", encoding="utf-8")
    with pytest.raises(QueryError):
        duckdb.connect().execute(for_engine(statement.format(file=path), "duckdb", LAKE))
    assert path.read_text(encoding="utf-8") == "x\n1\n"


def test_the_tables_about_tables_are_answered_with_the_statements_that_list_them() -> None:
    with pytest.raises(
        QueryError, match=r"SHOW TABLES IN \w+, DESCRIBE <table> and `headgate contract list`"
    ):
        for_engine("select * from information_schema.columns", "duckdb", LAKE)


@pytest.mark.parametrize("verb", ["show", "describe", "desc", "DESC"])
@pytest.mark.parametrize(
    "statement",
    # `describe pragma database_list` asks for the column `database_list` of a table `pragma`.
    [
        *(one for one in TOUCHING_FILES if one != "pragma database_list"),
        "rows.csv",
        '"{file}"',
        "`{file}`",
        "a.'{file}'",
    ],
)
def test_a_listing_lists_the_catalog_and_describes_no_query_and_no_file(verb: str, statement: str) -> None:
    with pytest.raises(QueryError):
        for_engine(f"{verb}\n{statement.format(file='/nowhere/rows.csv')}", "duckdb", LAKE)


@pytest.mark.parametrize(
    "statement",
    [
        "show databases",
        "SHOW SCHEMAS LIKE 'e*'",
        "show tables;",
        "show tables in ecommerce_prod",
        "show tables in ecommerce_prod 'sales*'",
        "show views in ecommerce_prod",
        "show columns in ecommerce_prod.sales_forecast",
        "show columns from sales_forecast in ecommerce_prod",
        "show partitions `ecommerce_curated`.`orders`",
        "show create table ecommerce_prod.sales_forecast",
        "show tblproperties orders ('classification')",
        "describe ecommerce_prod.sales_forecast",
        "-- what is there\nDESC formatted orders",
        'describe "orders" order_id',
    ],
)
def test_athenas_listings_are_sent_as_they_are(statement: str) -> None:
    assert only_reading(statement) is None


@given(st.text(alphabet="selctfromadv_'\"/(), ;*", max_size=60), st.sampled_from(TOUCHING_FILES))
def test_no_text_before_such_a_statement_lets_it_pass(before: str, statement: str) -> None:
    text = f"{before}\n{statement.format(file='/nowhere/rows.csv')}"
    try:
        sent = for_engine(text, "duckdb", LAKE)
    except QueryError:
        return
    assert not duckdb.extract_statements(sent)[1:]
    # What passes has taken the statement for a part of a text, a comment or a name of its own.
    assert "/nowhere/rows.csv" not in duckdb.connect().get_table_names(sent)


@pytest.mark.parametrize(
    "statement",
    [
        "select count(*) from ecommerce_curated.orders",
        "select * from awsdatacatalog.ecommerce_curated.orders limit 1",
        'select o."order_id" from "ecommerce_curated"."orders" as o',
        "select * from sales_forecast",
        "with a as (select 1 as x), b as (select x from a) select * from b",
        "select * from (values (1, 'a')) as v (n, t)",
        "values (1), (2)",
        "select t.n from unnest(sequence(1, 3)) as t (n)",
        "select * from ecommerce_curated.orders o cross join unnest(array[1, 2]) as u (n)",
        "select 1 union all select 2",
        "(select 'copy x to y')",
        "-- a note\nselect 1",
        "explain select * from ecommerce_curated.orders",
        "show tables in ecommerce_curated",
        "describe ecommerce_curated.orders",
        "select 1;",
    ],
)
def test_a_query_of_the_catalog_passes(statement: str) -> None:
    assert for_engine(statement, "duckdb", LAKE)


def test_on_athena_the_statement_stays_as_it_was_written() -> None:
    assert (
        for_engine("select * from another_database.t", "athena", LAKE) == "select * from another_database.t"
    )


def test_two_statements_are_refused_on_athena_too() -> None:
    with pytest.raises(QueryError, match="one at a time"):
        only_reading("select 1; drop table orders")


@pytest.mark.parametrize(
    ("statement", "advice"),
    [
        ("select * from ecommerce_curated.ordrs", "Did you mean ecommerce_curated.orders"),
        ("select * from sales_forcast", "Did you mean ecommerce_prod.sales_forecast"),
        ("select * from sales", "Did you mean ecommerce_prod.sales_.* or "),
        ("select * from ecommerce_curatd.orders", "The databases are ecommerce_curated, ecommerce_prod"),
        ("select * from zzzzzz", "The tables are "),
    ],
)
def test_a_wrong_table_gets_the_nearest_names(statement: str, advice: str) -> None:
    with pytest.raises(QueryError, match=advice):
        for_engine(statement, "duckdb", LAKE)


def test_a_wrong_column_gets_the_nearest_names_of_the_tables_that_were_asked() -> None:
    message = "query 1 failed: COLUMN_NOT_FOUND: line 1:8: Column 'custmer_id' cannot be resolved"
    assert "Did you mean customer_id" in with_advice(
        message, "select custmer_id from ecommerce_curated.orders", LAKE
    )


def test_of_columns_alike_the_one_with_the_fewest_other_letters_is_offered_first() -> None:
    message = "query 1 failed: COLUMN_NOT_FOUND: line 1:8: Column 'action' cannot be resolved"
    advice = with_advice(message, "select action from ecommerce_prod.fraud_scores", LAKE)
    assert advice.index("decision") < advice.index("transaction_id")


def test_a_wrong_column_behind_an_alias_gets_the_nearest_names_with_every_engine() -> None:
    statement = "select o.custmer_id from ecommerce_curated.orders as o"
    for said in (
        "COLUMN_NOT_FOUND: line 1:8: Column 'o.custmer_id' cannot be resolved",
        failure_reason('Binder Error: Table "o" does not have a column named "custmer_id"', "duckdb"),
    ):
        assert "Did you mean customer_id" in with_advice(said, statement, LAKE)


@pytest.mark.parametrize(
    ("column", "statement", "advice"),
    [
        (
            "quantty",
            "select quantty from order_items",
            "order_items has no column quantty. Did you mean quantity",
        ),
        (
            "o.quantity",
            "select o.quantity from orders o join order_items i on o.order_id = i.order_id",
            "orders has no column quantity. order_items has it: write i.quantity.",
        ),
        ("full_name", "select full_name from orders", "orders has no column full_name. customers has it."),
        (
            "quantty",
            "select quantty from orders o join customers c on o.customer_id = c.customer_id",
            "None of the tables orders and customers has a column quantty.",
        ),
        (
            "quantity",
            "select quantity from (select order_id from order_items) as lines",
            "quantity is a column of order_items, which this part of the statement does not read.",
        ),
    ],
)
def test_a_wrong_column_names_the_table_that_lacks_it_and_those_that_have_it(
    column: str, statement: str, advice: str
) -> None:
    message = f"COLUMN_NOT_FOUND: line 1:8: Column '{column}' cannot be resolved"
    assert advice in with_advice(message, statement, LAKE)


def test_a_wrong_column_that_is_near_none_gets_all_columns() -> None:
    message = "query 1 failed: COLUMN_NOT_FOUND: line 1:8: Column 'zzzzzz' cannot be resolved"
    assert "order_items has the columns order_item_id, order_id, " in with_advice(
        message, "select zzzzzz from ecommerce_curated.order_items", LAKE
    )


def test_the_advice_for_a_missing_table_is_given_once() -> None:
    said = failure_reason("Catalog Error: Table with name zzzzzz does not exist", "duckdb")
    assert with_advice(said, "select * from zzzzzz", LAKE).count("The tables are") == 1
    with pytest.raises(QueryError) as refused:
        for_engine("select * from zzzzzz", "duckdb", LAKE)
    assert with_advice(str(refused.value), "select * from zzzzzz", LAKE).count("The tables are") == 1


@pytest.mark.parametrize("name", ["orders", '"ecommerce_curated.orders"', "ecommerce_curated.orders"])
def test_a_dataset_without_a_table_yet_names_the_run_that_makes_it(name: str) -> None:
    said = f"TABLE_NOT_FOUND: Table '{name}' does not exist"
    assert with_advice(said, "select * from orders", LAKE) == (
        "orders is new and has no table yet: the next run makes it, with the accepted rows."
    )


@pytest.mark.parametrize(
    ("word", "advice"),
    [("selct", "Did you mean SELECT?"), ("xyzzy", "Use SELECT, WITH, SHOW, DESCRIBE or EXPLAIN.")],
)
def test_a_word_that_begins_no_statement_is_not_called_a_change(word: str, advice: str) -> None:
    with pytest.raises(QueryError) as refused:
        only_reading(f"{word} 1")
    assert str(refused.value) == f"{word.upper()} begins no statement of Athena's SQL. {advice}"


def test_a_deployment_may_have_other_database_names() -> None:
    own = Databases("shop_curated", "shop_prod")
    assert (
        own.rename_in("select 1 from ecommerce_prod.a, ecommerce_curated.b")
        == "select 1 from shop_prod.a, shop_curated.b"
    )
    assert "shop_curated" in for_engine("show databases", "duckdb", own)
    with pytest.raises(QueryError, match="ecommerce_curated"):
        for_engine("select * from ecommerce_curated.orders", "duckdb", own)


def test_a_question_for_an_earlier_version_says_who_can_have_versions_kept() -> None:
    said = "NOT_SUPPORTED: This connector does not support versioned tables"
    advice = with_advice(said, "select * from orders for version as of 7", LAKE)
    assert advice.startswith(said)
    assert "whoever deploys it turns earlier versions on with iceberg = true" in advice
