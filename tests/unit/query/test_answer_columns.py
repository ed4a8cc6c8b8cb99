"""A column of an answer has the unit and the title of a table's column only where it is that column."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from headgate.contracts.registry import Registry
from headgate.contracts.source_format import SHOWN_AS_DURATION
from headgate.query.answer_columns import (
    NO_FACTS,
    RANK,
    UnitAndTitle,
    facts_in_lake,
    facts_of_answer,
    facts_of_tables,
)
from headgate.query.catalog_queries import Databases

pytestmark = pytest.mark.unit

TABLES = {
    ("c", "items"): {
        "item_id": UnitAndTitle("", "Item", "name"),
        "quantity": UnitAndTitle("", "Quantity"),
        "amount": UnitAndTitle("GBP", "Amount"),
        "weight": UnitAndTitle("kg", ""),
        "pieces": UnitAndTitle("units", "Pieces"),
        "waited": UnitAndTitle("days", "Waited"),
        "level": UnitAndTitle("GBP per 1,000 people", ""),
        "worked": UnitAndTitle(SHOWN_AS_DURATION, ""),
    },
    ("p", "forecast"): {
        "mean": UnitAndTitle("GBP", "Expected"),
        "share": UnitAndTitle("share", "Ended here"),
    },
}


def facts(sql: str, *names: str) -> list[tuple[str, str]]:
    return [(each.unit, each.label) for each in facts_of_answer(sql, names, TABLES, "p")]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("amount", ("GBP", "Amount")),
        ("sum(amount) as amount", ("GBP", "Amount")),
        ("sum(i.amount) as revenue", ("GBP", "")),
        ("round(avg(amount), 2) as mean", ("GBP", "")),
        ("max(weight) as share", ("kg", "")),
        ("cast(min(amount) as double) as low", ("GBP", "")),
        ("sum(amount) filter (where quantity > 0) as kept", ("GBP", "")),
        ("sum(amount) over (partition by item_id) as total", ("GBP", "")),
        ("sum(case when quantity > 0 then amount else 0 end) as kept", ("GBP", "")),
        ("coalesce(amount, 0) - 5 as less", ("GBP", "")),
        ("(select max(mean) from forecast) as best", ("GBP", "")),
        # An amount times or divided by values without a unit is an amount.
        ("quantity * amount as amount", ("GBP", "")),
        ("amount / quantity as amount", ("GBP", "")),
        ("sum(quantity * amount) as revenue", ("GBP", "")),
        ("round(avg(1.2 * amount * quantity), 2) as gross", ("GBP", "")),
        ("sum(amount) / count(distinct item_id) as each", ("GBP", "")),
        ("sum(amount) / nullif(count(*), 0) as each", ("GBP", "")),
        ("amount * (select max(share) from forecast) as part", ("GBP", "")),
        ("sum(weight * quantity) as load", ("kg", "")),
        ("100 * sum(amount) / 5 as hundredfold", ("GBP", "")),
        # A count of things may say which things.
        ("sum(pieces * amount) as revenue", ("GBP", "")),
        ("avg(amount * i.pieces) as revenue", ("GBP", "")),
        ("sum(pieces * amount) / count(distinct item_id) as each", ("GBP", "")),
        ("sum(amount) / sum(pieces) as each", ("GBP", "")),
        ("sum(pieces * amount) - sum(amount) as less", ("GBP", "")),
        ("pieces / amount as per_amount", ("", "")),
        ("amount * waited as other", ("", "")),
        ("amount / waited as each_day", ("", "")),
        ("level * pieces as other", ("", "")),
        ("amount * sum(amount) / sum(amount) as same", ("", "")),  # no product of two amounts is certain
        ("amount * (sum(amount) / sum(amount)) as same", ("GBP", "")),
        ("amount * amount as square", ("", "")),
        ("amount * amount * quantity as square", ("", "")),
        ("sum(amount) / sum(amount) as ratio", ("", "")),
        ("quantity / amount as per_amount", ("", "")),
        ("amount * weight as other", ("", "")),
        ("amount / weight as price_of_weight", ("", "")),
        ("100 * (select max(share) from forecast) as percentage", ("", "")),
        ("amount * length(item_id) as other", ("", "")),
        # Values of another kind than the column's.
        ("avg(quantity) as mean", ("", "")),
        ("sum(quantity) as amount", ("", "")),
        ("avg(quantity) as share", ("", "")),
        ("year(from_unixtime(amount)) * amount as amount", ("", "")),
        ("count(amount) as amount", ("", "")),
        ("amount + weight as amount", ("", "")),
        ("5 as amount", ("", "")),
        ("year(from_unixtime(amount)) as mean", ("", "")),
    ],
)
def test_a_column_has_the_unit_of_the_column_that_it_shows(column: str, expected: tuple[str, str]) -> None:
    name = column.rpartition(" ")[2]
    assert facts(f"select {column} from c.items i", name) == [expected]  # noqa: S608 parts of the test


@pytest.mark.parametrize(
    ("column", "name", "kind"),
    [
        ("year(from_unixtime(quantity)) y", "y", "name"),
        ("extract(hour from from_unixtime(quantity)) as h", "h", "name"),
        ("max(week(from_unixtime(quantity))) as w", "w", "name"),
        ("item_id as i", "i", "name"),
        ("avg(quantity) as each", "each", "mean"),
        ("count(item_id) as n", "n", ""),
        ("sum(quantity) as n", "n", ""),
        ("year(from_unixtime(quantity)) - 2000 as n", "n", ""),
    ],
)
def test_numbers_that_name_things_and_means_are_known_by_their_expression(
    column: str, name: str, kind: str
) -> None:
    (answer,) = facts_of_answer(f"select {column} from c.items", [name], TABLES, "p")  # noqa: S608 parts of the test
    assert answer.kind == kind


def test_a_column_that_the_statement_does_not_name_has_the_words_of_its_aggregate() -> None:
    columns = "item_id, count(*), sum(amount), avg(quantity), count(distinct item_id), 1 + 1, sum(amount * 2)"
    names = ["item_id", *(f"_col{place}" for place in range(1, 7))]
    assert facts(f"select {columns} from c.items group by 1", *names) == [  # noqa: S608 parts of the test
        ("", "Item"),
        ("", "Count"),
        ("GBP", "Sum of amount"),
        ("", "Average of quantity"),
        ("", "Different items"),
        ("", "1 + 1"),
        ("GBP", "Sum of amount * 2"),
    ]
    assert facts("select sum(amount) as _col0 from c.items", "_col0") == [("GBP", "Sum of amount")]


def test_columns_pass_through_subqueries_stars_and_unions() -> None:
    everything = [(each.unit, each.label) for each in TABLES["c", "items"].values()]
    assert facts("select * from c.items limit 5", *TABLES["c", "items"]) == everything
    inner = "with sold as (select item_id, sum(amount) as total from c.items group by 1)"
    assert facts(f"{inner} select s.item_id, max(total) as most from sold s", "item_id", "most") == [  # noqa: S608
        ("", "Item"),
        ("GBP", ""),
    ]
    assert facts("select mean from forecast union all select amount from c.items", "mean") == [("GBP", "")]
    assert facts("select mean from forecast union all select quantity from c.items", "mean") == [("", "")]


def test_a_statement_that_cannot_be_read_gives_no_unit() -> None:
    nothing = [(NO_FACTS.unit, NO_FACTS.label)]
    assert facts("this is no statement", "mean") == nothing
    assert facts("select mean from unheard_of", "mean") == nothing
    assert facts("select * from c.items", "amount") == nothing
    assert facts("show tables", "tab_name") == nothing


def test_the_facts_are_those_of_the_contracts_in_the_order_of_the_tables() -> None:
    tables = facts_of_tables(Registry.load(), Databases("c", "p"))
    assert tables["p", "sales_forecast"]["mean"].label == "Expected"
    assert next(iter(tables["c", "orders"])) == "order_id"


def test_a_statement_whose_columns_double_at_each_level_takes_no_long_time() -> None:
    nested = "select amount as a from c.items"
    for _ in range(25):
        nested = f"select a + a as a from ({nested})"  # noqa: S608 parts of the test
    chain = ", ".join(f"a{place} + a{place} as a{place + 1}" for place in range(25))
    pairs = ", ".join(
        f"c{place + 1} as (select x.a + y.a as a from c{place} x, c{place} y)"  # noqa: S608 parts of the test
        for place in range(25)
    )
    began = time.process_time()
    assert facts(nested, "a") == [("GBP", "")]
    assert facts(f"with c0 as (select amount as a from c.items), {pairs} select a from c25", "a") == [  # noqa: S608
        ("GBP", "")
    ]
    # A column may name another one of its SELECT only in other databases than Athena.
    assert facts(f"select amount as a0, {chain} from c.items", *(f"a{place}" for place in range(26)))[:2] == [  # noqa: S608
        ("GBP", ""),
        ("", ""),
    ]
    assert time.process_time() - began < 10


def test_the_facts_of_an_answer_are_computed_once_for_all_its_pages() -> None:
    contracts, databases = Registry.load(), Databases("c", "p")
    first = facts_in_lake("select mean from sales_forecast", ["mean"], contracts, databases)
    assert first[0].label == "Expected"
    assert facts_in_lake("select mean from sales_forecast", ["mean"], contracts, Databases("c", "p")) is first
    pushed = replace(contracts, prod={})
    assert facts_in_lake("select mean from sales_forecast", ["mean"], pushed, databases) == (NO_FACTS,)


@pytest.mark.parametrize(
    "column",
    [
        "count_if(quantity < 0) / cast(count(*) as double)",
        "1.0 * count_if(quantity < 0) / count(*)",
        "round(cast(count(*) filter (where quantity < 0) as double) / nullif(count(*), 0), 3)",
        "sum(case when quantity < 0 then 1 else 0 end) * 1.0 / count(*)",
        "sum(if(quantity < 0, 1, 0)) / cast(count(item_id) as double)",
        "avg(case when quantity < 0 then 1.0 else 0.0 end)",
        "avg(if(quantity < 0, 1, 0))",
        "avg(cast(quantity < 0 as double))",
        "sum(case when quantity < 0 then amount else 0 end) / sum(amount)",
        "sum(amount) filter (where quantity < 0) / sum(amount)",
        "sum(amount) / sum(sum(amount)) over ()",
        "cast(count(*) as double) / sum(count(*)) over (partition by item_id)",
    ],
)
def test_a_part_divided_by_its_whole_is_a_share_whatever_it_is_called(column: str) -> None:
    sql = "select item_id, PART as part from c.items group by item_id".replace("PART", column)
    assert facts(sql, "item_id", "part")[1] == ("share", "")


@pytest.mark.parametrize(
    "column",
    [
        "100.0 * count_if(quantity < 0) / count(*)",
        "count_if(quantity < 0) / count(*) * 100",
        "count_if(quantity < 0) / count_if(quantity > 0)",
        "count_if(quantity < 0) / count(distinct item_id)",
        "count(*) / count(distinct item_id)",
        "avg(case when quantity < 0 then 1 end)",
        "avg(case when quantity < 0 then 2 else 0 end)",
        "sum(amount) / sum(quantity * amount)",
    ],
)
def test_another_quotient_is_no_share(column: str) -> None:
    sql = "select item_id, PART as part from c.items group by item_id".replace("PART", column)
    assert facts(sql, "item_id", "part")[1][0] != "share"


def test_a_quotient_of_one_unit_that_is_called_a_share_is_one_unless_it_is_percent() -> None:
    sql = (
        "select sum(amount) / max(amount) as top_share, 100 * sum(amount) / max(amount) as share from c.items"
    )
    (top, _), (percent, _) = facts(sql, "top_share", "share")
    assert top == "share"
    assert percent != "share"


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        # Two counts, or two sums of one column: called a rate, the quotient is a share.
        ("count_if(quantity < 0) / count_if(quantity > 0) as return_rate", "share"),
        ("count_if(quantity < 0) / count(distinct item_id) as rate", "share"),
        (
            "sum(if(quantity < 0, -quantity)) / nullif(sum(if(quantity > 0, quantity)), 0) as return_rate",
            "share",
        ),
        ("sum(amount) / sum(quantity) as exchange_rate", "GBP"),
        # Of one unit, a rate or a percentage is a share, too, and a share may say of which whole.
        ("sum(amount) / (select sum(mean) from forecast) as return_rate", "share"),
        ("round(sum(amount) / nullif(max(amount), 0), 4) as returned_percent", "share"),
        ("100 * sum(amount) / max(amount) as returned_percent", ""),
        ("sum(amount) / (select sum(mean) from forecast) as share_of_sales", "share"),
        ("sum(amount) / sum(weight) as return_rate", ""),
        ("sum(waited) / sum(quantity) as rate", "days"),
        ("sum(quantity) / count(*) as rate", ""),
        ("100 * count_if(quantity < 0) / count_if(quantity > 0) as return_rate", ""),
        # A share times 100 is percent, whatever it is called; another number called so is not.
        ("100.0 * count(*) / sum(count(*)) over () as pct", "percent"),
        ("round(100 * avg(case when quantity < 0 then 1.0 else 0 end), 1) as part", "percent"),
        ("count_if(quantity < 0) * 100.0 / count(*) as part", "percent"),
        ("count(*) / count(distinct item_id) * 100 as pct", ""),
        ("sum(quantity) as pct", ""),
    ],
)
def test_a_share_and_a_percentage_are_known_where_nothing_else_is_possible(column: str, unit: str) -> None:
    sql = "select item_id, COLUMN from c.items group by item_id".replace("COLUMN", column)
    assert facts(sql, "item_id", column.rpartition(" ")[2])[1][0] == unit


@pytest.mark.parametrize(
    ("column", "period"),
    [
        ("year(at) as n", "year"),
        ("extract(month from at) as n", "month"),
        ("quarter(at) as n", "quarter"),
        ("week(at) as n", "week"),
        ("year_of_week(at) as n", "year_of_week"),
        ("extract(dow from at) as n", "day_of_week"),
        ("day_of_week(at) as n", "day_of_week"),
        ("cast(extract(hour from at) as integer) as n", "hour"),
        ("day(at) as n", "day"),
        ("cast(date_trunc('quarter', at) as date) as n", "quarter"),
        ("date(date_trunc('year', at)) as n", "year"),
        ("date_trunc('week', cast(at as date)) as n", "week"),
        ("(select month(at) as m from c.items limit 1) as n", "month"),
        ("year(at) - 2000 as n", ""),
        ("avg(hour(at)) as n", ""),
        ("sum(month(at)) as n", ""),
        ("count(month(at)) as n", ""),
        ("at as n", ""),
    ],
)
def test_a_part_of_a_date_and_the_start_of_a_period_are_known_by_their_expression(
    column: str, period: str
) -> None:
    (answer,) = facts_of_answer(f"select {column} from c.items", ["n"], TABLES, "p")  # noqa: S608 parts of the test
    assert answer.period == period


@pytest.mark.parametrize(
    ("column", "adds_up"),
    [
        ("price as n", False),
        ("max(price) as n", False),
        ("round(coalesce(price, 0), 2) as n", False),
        ("(select price from c.items limit 1) as n", False),
        ("price * quantity as n", True),
        ("sum(price * quantity) as n", True),
        ("count(price) as n", True),
        ("amount as n", True),
    ],
)
def test_a_column_that_its_contract_does_not_add_up_is_not_added_up(column: str, *, adds_up: bool) -> None:
    items = {**TABLES["c", "items"], "price": UnitAndTitle("GBP", "Price", adds_up=False)}
    (answer,) = facts_of_answer(f"select {column} from c.items", ["n"], {("c", "items"): items}, "p")  # noqa: S608 parts of the test
    assert answer.adds_up is adds_up


_TOP = "row_number() over (partition by item_id order by quantity desc)"


@pytest.mark.parametrize(
    "sql",
    [
        "select TOP as n from c.items",
        "select n from (select item_id, TOP as n from c.items)",
        "with t as (select item_id, TOP as best from c.items) select best as n from t where best < 9",
        "with t as (select *, TOP as n from c.items), u as (select * from t) select n from u order by n",
        "select rank() over (order by quantity) as n from c.items",
        "select dense_rank() over (order by quantity) as n from c.items",
        "select ntile(4) over (order by quantity) as n from c.items",
        "select percent_rank() over (order by quantity) as n from c.items",
        "select cume_dist() over (order by quantity) as n from c.items",
        "select min(n) as n from (select TOP as n from c.items)",
        "select quantity * 2 + 1 as place from c.items",
        "select risk_rank as n from c.items",
    ],
)
def test_a_rank_is_recognized_by_each_name_and_never_added_up(sql: str) -> None:
    items = {**TABLES["c", "items"], "risk_rank": UnitAndTitle("", "", RANK, adds_up=False)}
    name = "place" if "as place" in sql else "n"
    (answer,) = facts_of_answer(sql.replace("TOP", _TOP), [name], {("c", "items"): items}, "p")
    assert (answer.kind, answer.adds_up) == (RANK, False)


def test_a_count_of_ranks_and_a_column_with_a_unit_are_no_ranks() -> None:
    sql = "select count(n) as n, sum(amount) as place from (select amount, rank() over () as n from c.items)"
    answers = facts_of_answer(sql, ["n", "place"], TABLES, "p")
    assert [(each.kind, each.adds_up) for each in answers] == [("", True), ("", True)]


def test_a_statement_that_is_no_query_is_passed_over_without_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert facts("show databases", "database_name") == [("", "")]
    assert caplog.records == []


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("sum(worked)", SHOWN_AS_DURATION),
        ("avg(worked)", SHOWN_AS_DURATION),
        ("sum(worked) / count(distinct item_id)", SHOWN_AS_DURATION),
        ("sum(worked) / 3600.0", ""),
        ("sum(worked / 60)", ""),
        ("24 * avg(worked)", ""),
    ],
)
def test_totals_and_means_of_durations_are_durations_and_their_hours_are_numbers(
    column: str, unit: str
) -> None:
    sql = "select COLUMN as n from c.items".replace("COLUMN", column)
    assert facts(sql, "n")[0][0] == unit
