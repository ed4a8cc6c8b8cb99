from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from headgate.errors import QueryError
from headgate.query.declared_parameters import Parameter, declared_parameters, with_values
from headgate.query.read_only_statements import only_reading

pytestmark = pytest.mark.unit

ORDERS = """select * from orders where country = :country and ordered_at >= :since limit :most
-- :country text = Côte d'Ivoire
-- :since date = 2024-01-31
-- :most number = 10"""


def test_a_comment_declares_type_and_default_and_a_value_replaces_the_default() -> None:
    assert declared_parameters(ORDERS) == (
        Parameter("country", "text", "Côte d'Ivoire"),
        Parameter("since", "date", "2024-01-31"),
        Parameter("most", "number", "10"),
    )
    usual = (
        "select * from orders where country = 'Côte d''Ivoire' and ordered_at >= DATE '2024-01-31' limit 10"
    )
    assert with_values(ORDERS).strip() == usual
    assert "country = 'Peru'" in with_values(ORDERS, {"country": "Peru"})


def test_a_statement_without_parameters_is_unchanged() -> None:
    for sql in ("select 1", "select ':no' -- :no", "select TIMESTAMP '2024-01-01 10:00:00'", "show tables"):
        assert with_values(sql) == sql


@pytest.mark.parametrize(
    ("sql", "values", "message"),
    [
        ("select :a", {}, "The parameter :a has no value and no default"),
        ("select :a\n-- :a date", {"a": "31.1.2024"}, "The value of :a is no date"),
        ("select :a\n-- :a number", {"a": "1; drop table x"}, "The value of :a is no number"),
        ("select :a\n-- :a money = 1", {}, "has the type money. The types are text, number and date"),
        ("select :country", {"contry": "x"}, "no parameter :contry. Did you mean country"),
        ("select 1", {"a": "1"}, "The statement has no parameter :a"),
    ],
)
def test_what_cannot_be_bound_is_refused_with_the_remedy(
    sql: str, values: dict[str, str], message: str
) -> None:
    with pytest.raises(QueryError) as refused:
        with_values(sql, values)
    assert message in str(refused.value)
    assert "drop" not in str(refused.value)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=80))
def test_a_text_is_one_literal_whatever_it_has(text: str) -> None:
    query = only_reading(with_values("select * from orders where country = :country", {"country": text}))
    assert query
    (condition,) = query.find_all(exp.EQ)
    assert condition.expression == exp.Literal.string(text)
    assert [table.name for table in query.find_all(exp.Table)] == ["orders"]
