"""Values of parameters among the filters of a dashboard."""

import pytest

from headgate.errors import QueryError
from headgate.query.declared_parameters import with_chosen_values, with_values
from headgate.reports.answer_words import value_lines

pytestmark = pytest.mark.unit

SQL = """select * from calls where age >= :min_age and day >= :since
-- :min_age number = 40
-- :since date = 2026-07-01"""


def test_a_chosen_value_replaces_the_default_and_another_filter_does_not() -> None:
    sql = with_values(with_chosen_values(SQL, {"p.min_age": ["60"], "min_age": ["1"]}))
    assert sql.strip() == "select * from calls where age >= 60 and day >= DATE '2026-07-01'"


def test_a_statement_without_chosen_values_is_unchanged() -> None:
    assert with_chosen_values(SQL, {"p.country": ["Peru"]}) == SQL


def test_a_mail_names_the_values_with_which_it_was_computed() -> None:
    assert list(value_lines(SQL, {"p.min_age": ["60"]})) == ["Min age: 60 · Since: 1 Jul 2026"]
    assert list(value_lines("select 1")) == []


def test_an_impossible_day_is_refused_before_a_query() -> None:
    with pytest.raises(QueryError, match="The value of :since is no date"):
        with_values(with_chosen_values(SQL, {"p.since": ["2026-02-31"]}))
