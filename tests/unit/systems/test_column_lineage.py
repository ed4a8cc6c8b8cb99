"""The lineage of an SQL model by column follows from its statement, and every column that matters
is in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from headgate.contracts.analytics_blocks import block_of, with_derived_columns
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.lineage.column_sources import MAX_LENGTH, ColumnRef, TableColumns, Use
from headgate.systems.column_lineage import columns_of_block, columns_of_query
from headgate.systems.sql_models import sql_models
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.lineage.column_sources import Sources

pytestmark = pytest.mark.unit

COLUMNS = {"orders": ("id", "total", "shop", "day"), "shops": ("shop", "city", "size")}
INPUTS = {name: ("curated", name) for name in COLUMNS}
# A source as the tests write it: `orders.total AGGREGATION`.
Readable = set[str]


def lineage_of(sql: str, *names: str) -> TableColumns:
    return columns_of_query(parse_one(sql, read="athena"), names, INPUTS, COLUMNS)


def readable(sources: Sources) -> Readable:
    return {f"{ref.table}.{ref.column} {use}" for ref, uses in sources.items() for use in uses}


@pytest.mark.parametrize(
    ("sql", "sources", "rows"),
    [
        ("select total as x from orders", {"orders.total IDENTITY"}, set()),
        ('select "Total" as x from orders as o', {"orders.total IDENTITY"}, set()),
        ("select * from (select total as x from orders)", {"orders.total IDENTITY"}, set()),
        ("select cast(total as bigint) + 1 as x from orders", {"orders.total TRANSFORMATION"}, set()),
        ("select 1 as x from orders", set(), set()),
        ("select count(*) as x from orders where day > 3", set(), {"orders.day FILTER"}),
        (
            "select sum(total) as x from orders group by shop",
            {"orders.total AGGREGATION"},
            {"orders.shop GROUP_BY"},
        ),
        (
            "select sum(total) filter (where day > 3) as x from orders having count(id) > 2",
            {"orders.total AGGREGATION", "orders.day FILTER"},
            {"orders.id FILTER"},
        ),
        (
            (
                "with a(p, q) as (select id, total from orders), b as (select 1 from shops where size = 3) "
                "select q as x from a where p > 1"
            ),
            {"orders.total IDENTITY"},
            {"orders.id FILTER"},
        ),
        (
            "select s.city as x from orders as o left join shops as s on o.shop = s.shop and o.day > 3",
            {"shops.city IDENTITY"},
            {"orders.shop JOIN", "shops.shop JOIN", "orders.day JOIN"},
        ),
        (
            "select city as x from orders join shops using (shop)",
            {"shops.city IDENTITY"},
            {"orders.shop JOIN", "shops.shop JOIN"},
        ),
        (
            "select total as x from orders union all select size from shops",
            {"orders.total IDENTITY", "shops.size IDENTITY"},
            set(),
        ),
        (
            "select total as x from orders union select size from shops",
            {"orders.total IDENTITY", "shops.size IDENTITY"},
            {"orders.total GROUP_BY", "shops.size GROUP_BY"},
        ),
        (
            "select total as x from orders except select size from shops",
            {"orders.total IDENTITY"},
            {"orders.total FILTER", "shops.size FILTER"},
        ),
        ("select distinct total as x from orders", {"orders.total IDENTITY"}, {"orders.total GROUP_BY"}),
        (
            "select total as x from orders order by day limit 3",
            {"orders.total IDENTITY"},
            {"orders.day SORT"},
        ),
        ("select total as x from orders order by x", {"orders.total IDENTITY"}, set()),
        (
            "select sum(total) as x from orders group by shop order by x limit 3",
            {"orders.total AGGREGATION"},
            {"orders.total SORT", "orders.shop GROUP_BY"},
        ),
        (
            "select row_number() over (partition by shop order by day) as x from orders",
            {"orders.shop WINDOW", "orders.day WINDOW"},
            set(),
        ),
        (
            "select sum(total) over w as x from orders window w as (partition by shop)",
            {"orders.total AGGREGATION", "orders.shop WINDOW"},
            set(),
        ),
        (
            "select case when day > 3 then total else id end as x from orders",
            {"orders.day CONDITIONAL", "orders.total TRANSFORMATION", "orders.id TRANSFORMATION"},
            set(),
        ),
        (
            "select (select max(s.size) from shops as s where s.shop = o.shop) as x from orders as o",
            {"shops.size AGGREGATION", "shops.shop FILTER", "orders.shop FILTER"},
            set(),
        ),
        (
            "select total as x from orders where shop in (select shop from shops where size > 2)",
            {"orders.total IDENTITY"},
            {"orders.shop FILTER", "shops.shop FILTER", "shops.size FILTER"},
        ),
        (
            (
                "select total as x from orders as o where exists (select city from shops as s where s.shop "
                "= o.shop)"
            ),
            {"orders.total IDENTITY"},
            {"orders.shop FILTER", "shops.shop FILTER"},
        ),
        (
            "select u.x from orders cross join unnest(sequence(day, day)) as u(x)",
            {"orders.day TRANSFORMATION"},
            {"orders.day JOIN"},
        ),
        (
            "select array_agg(total order by day) as x from orders",
            {"orders.total AGGREGATION", "orders.day SORT"},
            set(),
        ),
    ],
)
def test_each_part_of_a_statement_says_how_it_uses_a_column(
    sql: str, sources: Readable, rows: Readable
) -> None:
    lineage = lineage_of(sql, "x")
    assert readable(lineage.columns["x"]) == sources
    assert readable(lineage.rows) == rows
    assert lineage.unknown == {}


def test_a_star_has_the_columns_of_its_table() -> None:
    lineage = lineage_of("select * from orders", *COLUMNS["orders"])
    assert {name: readable(of) for name, of in lineage.columns.items()} == {
        name: {f"orders.{name} IDENTITY"} for name in COLUMNS["orders"]
    }


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select tottal as x from orders", "no table of the statement has a column tottal"),
        ("select o.tottal as x from orders as o", "Unknown column: tottal"),
        ("select total from orders", "the statement has no column x"),
        (
            (
                "with recursive r(x) as (select id from orders union all select x + 1 from r where x < 3) "
                "select x from r"
            ),
            "recursive",
        ),
        ("(select total as x from orders limit 1)", "parentheses"),
    ],
)
def test_a_column_that_cannot_be_resolved_is_unknown_with_its_reason(sql: str, reason: str) -> None:
    lineage = lineage_of(sql, "x")
    assert reason in lineage.unknown["x"]
    assert "x" not in lineage.columns


def test_one_unknown_column_leaves_the_others() -> None:
    lineage = lineage_of("select total as x, tottal as y from orders", "x", "y")
    assert (set(lineage.columns), set(lineage.unknown)) == ({"x"}, {"y"})


def test_an_error_of_the_parsers_optimizer_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run publishes its tables although their lineage cannot be derived."""

    def broken(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr("headgate.systems.column_lineage.qualify", broken)
    assert lineage_of("select total as x from orders", "x").unknown == {
        "x": "the statement has a form that lineage does not read (RecursionError)"
    }


def contract(table: str, *columns: str, zone: str = "prod", **properties: object) -> Contract:
    listed = tuple(
        Column(name, ColumnType(Kind.DATE if name == "day" else Kind.BIGINT), required=True)
        for name in columns
    )
    return Contract(f"shop.{zone}.{table}", table, zone, "1", listed, properties=properties)


def test_the_sources_of_a_model_that_is_read_are_sources_too() -> None:
    """A column has those of the models that its statement reads, and behind them those of datasets.

    Conditions are of both statements.
    """
    texts = {
        "large": "select id, total * 2 as twice, shop from orders where day > 3",
        "sums": "select shop, sum(twice) as total from large group by shop",
    }
    contracts = {"large": contract("large", "id", "twice", "shop"), "sums": contract("sums", "shop", "total")}
    datasets = {name: contract(name, *columns, zone="curated") for name, columns in COLUMNS.items()}
    own = sql_models(contracts, datasets, lambda text, _: text, texts)
    lineage = own.column_lineage["sums"]
    assert lineage.columns["total"] == {
        ColumnRef("prod", "large", "twice"): {Use.AGGREGATION},
        ColumnRef("curated", "orders", "total"): {Use.AGGREGATION},
    }
    assert readable(lineage.rows) == {"large.shop GROUP_BY", "orders.shop GROUP_BY", "orders.day FILTER"}
    assert TableColumns.from_json(lineage.to_json()) == lineage


def test_a_column_behind_an_unknown_one_is_unknown() -> None:
    behind = TableColumns(unknown={"total": "no reason"})
    sums = TableColumns({"x": {ColumnRef("prod", "large", "total"): frozenset({Use.IDENTITY})}})
    assert sums.with_models({"large": behind}).unknown == {"x": "large.total: no reason"}


def test_a_lineage_that_is_too_long_for_the_catalog_is_unknown_there() -> None:
    sources = {ColumnRef("curated", f"table_{number}", "a_column"): frozenset(Use) for number in range(1_000)}
    stored = TableColumns.from_json(TableColumns({"x": sources}).to_json())
    assert stored.columns == {}
    assert f"{MAX_LENGTH:,}" in stored.unknown["x"]


@pytest.mark.parametrize(
    ("kind", "options", "sources", "rows"),
    [
        (
            "forecast",
            {"of": "orders", "measure": "total", "time": "day", "by": ["shop"]},
            {
                "shop": {"orders.shop IDENTITY"},
                "period_on": {"orders.day TRANSFORMATION"},
                "mean": {"orders.total AGGREGATION"},
            },
            {"orders.shop GROUP_BY", "orders.day GROUP_BY"},
        ),
        (
            "trend",
            {"of": "orders", "measure": "total", "time": "day"},
            {
                "change_on": {"orders.day TRANSFORMATION"},
                "slope_share": {"orders.total AGGREGATION"},
                "grain": set(),
            },
            {"orders.day GROUP_BY"},
        ),
        (
            "segments",
            {"of": "orders", "measures": ["total", "id"], "by": ["shop"]},
            {
                "total": {"orders.total AGGREGATION"},
                "segment": {"orders.total AGGREGATION", "orders.id AGGREGATION"},
            },
            {"orders.shop GROUP_BY"},
        ),
    ],
)
def test_a_blocks_lineage_follows_from_its_declaration(
    kind: str, options: Mapping[str, object], sources: Mapping[str, Readable], rows: Readable
) -> None:
    orders = contract("orders", *COLUMNS["orders"], zone="curated")
    derived = with_derived_columns(
        {"made": contract("made", **{f"headgate.{kind}": options})}, {"orders": orders}
    )["made"]
    block = block_of(derived)
    assert block is not None
    lineage = columns_of_block(block, derived, "curated")
    assert {name: readable(lineage.columns[name]) for name in sources} == sources
    assert set(lineage.columns) == set(derived.names)
    assert readable(lineage.rows) == rows


# Generated statements: an outer query of one of these tables, with further parts that have columns of a, b
# and c only.
FROM = (
    "(select id as a, total as b, day as c from orders)",
    "(select o.id as a, s.size as b, o.total as c from orders as o left join shops as s on o.shop = s.shop)",
    "(select shop as a, sum(total) as b, max(day) as c from orders where id > 2 group by shop)",
    "(select id as a, total as b, shop as c from orders union all select size, shop, size from shops)",
    "(select id as a, shop as b, 1 as c from orders except select shop, size, 1 from shops)",
    "(select distinct shop as a, day as b, day + total as c from orders)",
)
NAME = st.sampled_from(["a", "b", "c"])
VALUE = st.recursive(
    NAME,
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("coalesce(nullif({}, {}), 0)".format, inner, inner),
        st.builds("(case when {} > 3 then {} else {} end)".format, inner, inner, inner),
        st.builds("(select count(*) + {0} from shops as s where s.size > {0})".format, NAME),
        st.builds("(select coalesce(max(s.size), 0) from shops as s where s.shop <= {})".format, NAME),
    ),
    max_leaves=4,
)
WINDOWED = st.builds("sum({}) over (partition by {} order by {})".format, VALUE, NAME, NAME) | VALUE
CONDITION = st.one_of(
    st.builds("{} > 2".format, VALUE),
    st.builds("{} in (select shop from shops where size > 2)".format, NAME),
    st.builds("exists (select 1 from shops as s where s.shop = t.{} and s.size > 1)".format, NAME),
)
SELECT = st.one_of(
    st.builds(
        "select {} as x, {} as y from {} as t where {}".format,
        WINDOWED,
        WINDOWED,
        st.sampled_from(FROM),
        CONDITION,
    ),
    st.builds(
        "with t as (select * from {}) select {} as x, sum({}) as y from t where {} group by 1 having "
        "count(b) > 0".format,
        st.sampled_from(FROM),
        NAME,
        VALUE,
        CONDITION,
    ),
)
VALUES = st.integers(0, 5)
ROWS = st.fixed_dictionaries(
    {
        name: st.lists(st.tuples(*[VALUES] * len(columns)), min_size=1, max_size=6)
        for name, columns in COLUMNS.items()
    }
)


def answers(query: exp.Expression, rows: Mapping[str, list[tuple[int, ...]]]) -> dict[str, list[str]]:
    """Return the values of each column of the answer, sorted: which row has them is another question."""
    with duckdb.connect() as engine:
        for name, columns in COLUMNS.items():
            engine.execute(f"create table {name} ({', '.join(f'{column} integer' for column in columns)})")
            engine.executemany(f"insert into {name} values ({', '.join('?' * len(columns))})", rows[name])  # noqa: S608 a name of the test
        listed = engine.execute(query.sql(dialect="duckdb")).fetchall()
    return {name: sorted(str(row[index]) for row in listed) for index, name in enumerate(("x", "y"))}


@examples(12)
@given(SELECT, ROWS, st.data())
def test_a_column_that_is_no_source_changes_no_value(
    sql: str, rows: dict[str, list[tuple[int, ...]]], data: st.DataObject
) -> None:
    """Whatever is not in a column's lineage can have any values: the column of the answer stays the same."""
    query, lineage = parse_one(sql, read="athena"), lineage_of(sql, "x", "y")
    assert lineage.unknown == {}
    output = data.draw(st.sampled_from(["x", "y"]))
    sources = {(ref.table, ref.column) for ref in (*lineage.columns[output], *lineage.rows)}
    others = [
        (table, name) for table, names in COLUMNS.items() for name in names if (table, name) not in sources
    ]
    assume(others)
    changed = {name: [*listed] for name, listed in rows.items()}
    for table, name in others:
        index = COLUMNS[table].index(name)
        changed[table] = [(*row[:index], data.draw(VALUES), *row[index + 1 :]) for row in changed[table]]
    assert answers(query, changed)[output] == answers(query, rows)[output]


def test_the_check_of_lineage_by_execution_finds_a_source_that_is_left_out() -> None:
    query = parse_one("select total as x, id as y from orders where day > 2", read="athena")
    rows = {"orders": [(1, 1, 1, 1)], "shops": [(1, 1, 1)]}
    assert answers(query, rows) != answers(query, {**rows, "orders": [(1, 1, 1, 3)]})
