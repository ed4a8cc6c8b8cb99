"""A mail leaves columns about people out of an answer, and no statement loses a condition or a group."""

from __future__ import annotations

import pytest

from headgate.contracts.registry import Registry
from headgate.query import Databases
from headgate.query.omit_personal_columns import omit_personal_columns
from headgate.query.personal_data import PersonalColumnError, personal_tables, without_personal_data
from headgate.query.qualify import qualify_tables

pytestmark = pytest.mark.unit

LAKE = Databases("bikes_curated", "bikes_prod")
TABLES = personal_tables(Registry.load(), LAKE)


def mailable(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return the statement of a mail as a reader without the right may run it."""
    mailed = omit_personal_columns(sql, TABLES)
    without_personal_data(qualify_tables(mailed.sql, LAKE), TABLES, "personal-data")
    return mailed


@pytest.mark.parametrize(
    ("sql", "mailed", "left_out"),
    [
        (
            (
                "select c.customer_id, c.full_name, c.email, count(*) as n from orders o "
                "join customers c on c.customer_id = o.customer_id group by 1, 2, 3 order by 4 desc limit 5"
            ),
            (
                "SELECT c.customer_id, COUNT(*) AS n FROM orders AS o JOIN customers AS c "
                "ON c.customer_id = o.customer_id GROUP BY 1 ORDER BY 2 DESC LIMIT 5"
            ),
            ("full_name", "email"),
        ),
        (
            (
                "select customer_id, lower(email) as mail, count(*) from customers "
                "group by customer_id, email order by mail, customer_id"
            ),
            "SELECT customer_id, COUNT(*) FROM customers GROUP BY customer_id ORDER BY customer_id",
            ("mail",),
        ),
        (
            "select region_id, full_name from customers order by full_name",
            "SELECT region_id FROM customers",
            ("full_name",),
        ),
    ],
)
def test_columns_of_the_answer_are_left_out_and_named(
    sql: str, mailed: str, left_out: tuple[str, ...]
) -> None:
    assert mailable(sql) == (mailed, left_out)


def test_the_columns_that_an_asterisk_lacks_are_named() -> None:
    sql = "select c.*, 1 as n from customers c"
    mailed, left_out = mailable(sql)
    assert mailed == sql
    assert {"email", "full_name", "phone"} <= {*left_out}


@pytest.mark.parametrize("sql", ["select count(*) as n from orders", "explain select 1", "show tables"])
def test_other_statements_stay_as_they_are(sql: str) -> None:
    assert mailable(sql) == (sql, ())


@pytest.mark.parametrize(
    "sql",
    [
        "select email from customers",
        "select region_id, email from customers where email like 'a%'",
        "select distinct region_id, email from customers",
        "select email, count(*) as n from customers group by email",
        "select region_id, email, count(*) as n from customers group by 1, 2",
        "select customer_id, email, count(*) from customers group by cube (customer_id, email)",
        "select customer_id, email from customers order by email limit 3",
        "select customer_id, n from (select customer_id, email as n from customers)",
        "select customer_id, email from customers union select customer_id, email from customers",
        "select customer_id, (select max(email) from customers) as m from orders",
        "select customer_id, email, count(*) from customers group by 1, 2 having max(email) > 'a'",
    ],
)
def test_a_statement_whose_rows_depend_on_such_a_column_is_refused(sql: str) -> None:
    with pytest.raises(PersonalColumnError) as refused:
        mailable(sql)
    assert (refused.value.column, refused.value.table) == ("email", "customers")
