"""A model is incremental if each row of its statement follows from rows of the same key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import own_model
from headgate.errors import ContractError
from headgate.systems.incremental_models import BUILD, IncrementalModel
from headgate.systems.sql_models import sql_models

pytestmark = pytest.mark.unit

TEXT, NUMBER, MONEY, FLOAT = (
    ColumnType(Kind.STRING),
    ColumnType(Kind.BIGINT),
    ColumnType(Kind.DECIMAL, precision=12, scale=2),
    ColumnType(Kind.DOUBLE),
)


def contract_of(dataset: str, zone: str, key: tuple[str, ...], **types: ColumnType) -> Contract:
    columns = tuple(Column(name, kind) for name, kind in types.items())
    return Contract(f"shop.{zone}.{dataset}", dataset, zone, "1.0.0", key=key, columns=columns)


DATASETS = {
    "orders": contract_of(
        "orders",
        "curated",
        ("order_id",),
        order_id=TEXT,
        customer_id=TEXT,
        shop=TEXT,
        total=MONEY,
        weight=FLOAT,
    ),
    "customers": contract_of("customers", "curated", ("id",), id=TEXT, name=TEXT, number=NUMBER),
    "shops": contract_of("shops", "curated", ("shop",), shop=TEXT, region=TEXT),
}
DECLARED = {"kind": "incremental", "key": ["customer_id"]}
SPENT = replace(
    own_model(contract_of("spent", "prod", ("customer_id",), customer_id=TEXT, spent=MONEY)),
    properties={BUILD: DECLARED},
)
BY_CUSTOMER = "select customer_id, sum(total) as spent from orders group by customer_id"


def model(sql: str, declared: object = DECLARED, **types: ColumnType) -> IncrementalModel:
    own = SPENT if not types else own_model(contract_of("spent", "prod", ("customer_id",), **types))
    contracts = {"spent": replace(own, properties={BUILD: declared})}
    return sql_models(contracts, DATASETS, lambda text, _: text, {"spent": sql}).incremental["spent"]


@pytest.mark.parametrize(
    ("sql", "by_key", "as_whole"),
    [
        pytest.param(BY_CUSTOMER, {"orders": ("customer_id",)}, (), id="group by"),
        pytest.param(
            "select customer_id, sum(total) as spent from orders group by 1",
            {"orders": ("customer_id",)},
            (),
            id="group by its place",
        ),
        pytest.param(
            "select c.id as customer_id, sum(o.total) as spent from customers c "
            "left join orders o on o.customer_id = c.id and o.shop <> 'test' group by c.id",
            {"customers": ("id",), "orders": ("customer_id",)},
            (),
            id="left join by the key under another name",
        ),
        pytest.param(
            "select o.customer_id, sum(o.total) as spent from orders o join shops s on s.shop = o.shop "
            "where s.region = 'north' group by o.customer_id",
            {"orders": ("customer_id",)},
            ("shops",),
            id="join without the key",
        ),
        pytest.param(
            "select o.customer_id, sum(o.total) as spent from orders o "
            "where o.shop in (select shop from shops order by region limit 1) group by o.customer_id",
            {"orders": ("customer_id",)},
            ("shops",),
            id="subquery in a condition",
        ),
        pytest.param(
            "with own as (select id, name from customers) select o.customer_id, max(o.total) as spent "
            "from orders o join own c on c.id = o.customer_id "
            "where exists (select 1 from own where own.name = 'all') group by o.customer_id",
            {"orders": ("customer_id",)},
            ("customers",),
            id="query of WITH, by key and in a condition",
        ),
        pytest.param(
            "with placed as (select customer_id as of, total from orders where total > 0), "
            "sums as (select of, sum(total) as spent from placed group by of) "
            "select of as customer_id, spent from sums",
            {"orders": ("customer_id",)},
            (),
            id="queries in WITH",
        ),
        pytest.param(
            "select o.customer_id, max(o.total) as spent from orders o, customers c "
            "where (c.id = o.customer_id and o.total > 1) group by c.id, o.customer_id",
            {"customers": ("id",), "orders": ("customer_id",)},
            (),
            id="join in WHERE",
        ),
        pytest.param(
            "select customer_id, total as spent from (select customer_id, total, row_number() over "
            "(partition by customer_id order by total desc, order_id) as place from orders) as ranked "
            "where place = 1",
            {"orders": ("customer_id",)},
            (),
            id="row number in an order without ties",
        ),
        pytest.param(
            "select c.id as customer_id, sum(o.total) as spent from customers c left join orders o "
            "on o.customer_id = c.name group by c.id",
            {"customers": ("id",)},
            ("orders",),
            id="left join by another column",
        ),
    ],
)
def test_inputs_are_read_by_the_key_where_the_statement_compares_it(
    sql: str, by_key: dict[str, tuple[str, ...]], as_whole: tuple[str, ...]
) -> None:
    incremental = model(sql)
    assert (incremental.key, incremental.by_key, incremental.as_whole) == (("customer_id",), by_key, as_whole)


def test_a_dataset_behind_another_model_is_read_as_a_whole() -> None:
    other = own_model(contract_of("regions", "prod", ("region",), region=TEXT, shops=NUMBER))
    sql = (
        "select o.customer_id, sum(o.total) as spent from orders o "
        "where exists (select 1 from regions) group by o.customer_id"
    )
    texts = {"spent": sql, "regions": "select region, count(*) as shops from shops group by region"}
    models = sql_models({"spent": SPENT, "regions": other}, DATASETS, lambda text, _: text, texts)
    assert models.incremental == {
        "spent": IncrementalModel(("customer_id",), {"orders": ("customer_id",)}, ("shops",))
    }


@pytest.mark.parametrize(
    ("sql", "rule", "remedy"),
    [
        ("select 'all' as customer_id, sum(total) as spent from orders", "no plain column", "as it is"),
        (
            "select upper(customer_id) as customer_id, 1 as spent from orders",
            "no plain column",
            "as it is",
        ),
        (
            "select max(customer_id) as customer_id, sum(total) as spent from orders group by shop",
            "no plain column",
            "as it is",
        ),
        (
            (
                "select customer_id, spent from (select min(customer_id) as customer_id, sum(total) as spent "
                "from orders group by shop) as s"
            ),
            "no plain column",
            "as it is",
        ),
        (
            (
                "select customer_id, total as spent from (select customer_id, total, shop from orders "
                "group by customer_id, total, shop having count(*) > 1) as s limit 10"
            ),
            "LIMIT",
            "Write it otherwise",
        ),
        ("select customer_id, total as spent from orders order by 2 offset 1", "OFFSET", "otherwise"),
        (
            "select customer_id, sum(total) over (partition by shop) as spent from orders",
            "PARTITION BY lacks the key",
            "Add the columns",
        ),
        ("select customer_id, sum(total) over () as spent from orders", "PARTITION BY lacks", "Add the"),
        (
            (
                "select customer_id, sum(total) as spent from (select customer_id, total from orders "
                "union all select id, null from customers) as u group by customer_id"
            ),
            "set operation",
            "one SELECT",
        ),
        (
            (
                "select o.customer_id, max(o.total) as spent from customers c right join orders o "
                "on o.customer_id = c.id group by o.customer_id"
            ),
            "keeps rows without the key",
            "LEFT join",
        ),
        (
            (
                "select o.customer_id, max(o.total) as spent from customers c full join orders o "
                "on o.customer_id = c.id group by o.customer_id"
            ),
            "keeps rows without the key",
            "LEFT join",
        ),
        (
            (
                "select o.customer_id, max(o.total) as spent from orders o join orders p using (customer_id) "
                "group by o.customer_id"
            ),
            "no ON",
            "Write ON",
        ),
        (
            "select customer_id, sum(total) as spent from orders group by rollup (customer_id)",
            "groups without the key",
            "plain columns",
        ),
        (
            "select customer_id, sum(total) as spent from orders group by grouping sets ((customer_id), ())",
            "groups without the key",
            "plain columns",
        ),
        (
            "select customer_id, cast(sum(weight) as decimal(12, 2)) as spent from orders group by 1",
            "order of rows",
            "CAST it to DECIMAL",
        ),
        (
            (
                "select o.customer_id, max(o.total) as spent from (orders o left join customers c "
                "on c.id = o.customer_id) group by o.customer_id"
            ),
            "more than a table or a query",
            "Read the dataset as it is",
        ),
        (
            (
                "select customer_id, cast(sum(weight) over (partition by customer_id order by order_id) as "
                "decimal(12, 2)) as spent from orders"
            ),
            "order of rows",
            "Order the window by the key",
        ),
        (
            "select customer_id, arbitrary(total) as spent from orders group by 1",
            "order of rows",
            "Use count, min, max",
        ),
        (
            "select customer_id, max_by(total, shop) as spent from orders group by 1",
            "order of rows",
            "Use count, min, max",
        ),
        (
            "select customer_id, odd_function(total) as spent from orders",
            "order of rows",
            "Use count, min, max",
        ),
        (
            (
                "select customer_id, total as spent from (select customer_id, total, row_number() over "
                "(partition by customer_id order by total) as place from orders) as ranked where place = 1"
            ),
            "order of rows",
            "Order the window by the key",
        ),
        (
            (
                "select customer_id, sum(total) over (partition by customer_id order by shop "
                "rows unbounded preceding) as spent from orders"
            ),
            "ROWS",
            "Order the window by the key",
        ),
        (
            (
                "select o.customer_id, max(o.total) as spent from orders o "
                "where o.total > (select avg(total) from orders) group by o.customer_id"
            ),
            "no dataset is read by the key alone",
            "otherwise",
        ),
        (
            (
                "with recursive chain (customer_id, spent) as (select customer_id, total from orders "
                "union all select customer_id, spent from chain where spent < 0) "
                "select customer_id, spent from chain"
            ),
            "recursive",
            "otherwise",
        ),
        (
            (
                "select o.customer_id, max(n.amount) as spent from orders o cross join "
                "unnest(array[o.total]) as n (amount) group by o.customer_id"
            ),
            "no table and no query",
            "Read a dataset",
        ),
        (
            (
                "select customer_id, max(total) as spent from orders group by shop, customer_id, total "
                "having sum(sum(total)) over () > 1"
            ),
            "PARTITION BY lacks",
            "Add the",
        ),
        (
            "select customer_id, sum(total) over w as spent from orders window w as (partition by shop)",
            "a window has a name",
            "where it is used",
        ),
    ],
)
def test_a_statement_whose_rows_depend_on_other_keys_is_refused(sql: str, rule: str, remedy: str) -> None:
    with pytest.raises(ContractError) as refused:
        model(sql)
    message = str(refused.value)
    assert message.startswith("models/spent.sql cannot be incremental: ")
    assert rule in message
    assert remedy in message
    assert " in `" in message


@pytest.mark.parametrize(
    ("declared", "rule"),
    [
        ("incremental", "is not {kind: incremental"),
        ({"kind": "incremental"}, "is not {kind: incremental"),
        ({"kind": "view", "key": ["customer_id"]}, "is not {kind: incremental"),
        ({**DECLARED, "time": "day"}, "no other"),
        ({"kind": "incremental", "key": []}, "list of different columns"),
        ({"kind": "incremental", "key": ["customer_id", "customer_id"]}, "list of different columns"),
        ({"kind": "incremental", "key": ["shop"]}, "no column of the table. Its columns are customer_id"),
        ({"kind": "incremental", "key": ["as_of"]}, "no column of the table"),
    ],
)
def test_a_wrong_declaration_is_an_error_of_the_contract(declared: object, rule: str) -> None:
    with pytest.raises(ContractError, match=r"^contracts/prod/spent\.yaml: headgate\.build") as refused:
        model(BY_CUSTOMER, declared)
    assert rule in str(refused.value)


@pytest.mark.parametrize("column", ["number", "weight"])
def test_a_key_of_another_type_or_of_floats_is_refused(column: str) -> None:
    key = FLOAT if column == "weight" else TEXT
    dataset = "orders" if column == "weight" else "customers"
    with pytest.raises(ContractError, match=r"A key has one type everywhere, and no float"):
        model(f"select {column} as customer_id, 1 as spent from {dataset}", customer_id=key, spent=MONEY)  # noqa: S608 names of this test


def test_a_table_that_no_model_builds_cannot_be_incremental() -> None:
    with pytest.raises(ContractError, match=r"no SQL model builds the table. Write models/spent\.sql"):
        sql_models({"spent": SPENT}, DATASETS, lambda text, _: text, {})
