"""The generated shop: equal specs give equal bytes, every table holds its contract, and the tables agree with
each other.
"""

# ruff: noqa: S608 the tables and columns in these questions are the test's own
from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from headgate.errors import SettingsError
from headgate.intake.files.export_runs import names_of
from headgate.lake.keys import RUN_MANIFEST, ExportKey
from scripts.generated_shop.shop import SampleReport, ShopSpec, generate
from scripts.generated_shop.written_parts import CSV, DATASETS, PARQUET, iter_objects
from scripts.sample_shop import main

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

SPEC = ShopSpec(
    seed=11, customers=400, orders=2_500, days=400, ends_on=date(2024, 6, 30), rows_per_file=5_000
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleReport]:
    folder = tmp_path_factory.mktemp("shop") / "clean"
    return folder, generate(SPEC, folder)


@pytest.fixture(scope="module")
def sql(shop: tuple[Path, SampleReport]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for dataset in DATASETS:
        connection.execute(
            f"create view {dataset} as select * from read_parquet('{shop[0]}/{dataset}/*/*/*.parquet')"
        )
    return connection


def one(sql: duckdb.DuckDBPyConnection, question: str) -> Any:  # noqa: ANN401 the question decides the type
    return sql.execute(question).fetchone()[0]


def objects_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_equal_specs_make_byte_equal_folders(tmp_path: Path) -> None:
    spec = replace(SPEC, orders=600, file_format=CSV, defect_rate=0.05, bad_files=True)
    generate(spec, tmp_path / "once")
    generate(spec, tmp_path / "again")
    assert objects_of(tmp_path / "once") == objects_of(tmp_path / "again")


def test_another_seed_makes_another_shop(tmp_path: Path) -> None:
    generate(replace(SPEC, orders=300), tmp_path / "one")
    generate(replace(SPEC, orders=300, seed=12), tmp_path / "other")
    assert set(objects_of(tmp_path / "one").values()).isdisjoint(
        body for key, body in objects_of(tmp_path / "other").items() if "regions" not in key
    )


def test_every_object_lies_at_an_export_key_parents_first(shop: tuple[Path, SampleReport]) -> None:
    keys = [key for key, _ in iter_objects(shop[0])]
    parsed = [ExportKey.parse(key) for key in keys]
    assert all(found and found.exported_on == SPEC.ends_on for found in parsed)
    assert list(dict.fromkeys(found.dataset for found in parsed if found)) == list(DATASETS)
    assert keys == [key for dataset in DATASETS for key in sorted(keys) if key.startswith(f"{dataset}/")]


def test_every_dataset_has_a_manifest_that_names_its_parts(shop: tuple[Path, SampleReport]) -> None:
    keys = [key for key, _ in iter_objects(shop[0])]
    named = [
        path.with_name(name).relative_to(shop[0]).as_posix()
        for path in shop[0].rglob(RUN_MANIFEST)
        for name in names_of(path.read_bytes())
    ]
    assert sorted(named) == sorted(keys)


def test_large_tables_are_split_into_several_files(shop: tuple[Path, SampleReport]) -> None:
    lines = [part for part in shop[1].parts if part.dataset == "order_items"]
    assert len(lines) > 1
    assert sum(part.rows for part in lines) == shop[1].rows["order_items"]


@pytest.mark.parametrize(
    ("child", "column", "parent", "key"),
    [
        ("customers", "region_id", "regions", "region_id"),
        ("orders", "customer_id", "customers", "customer_id"),
        ("orders", "region_id", "regions", "region_id"),
        ("order_items", "order_id", "orders", "order_id"),
        ("order_items", "product_id", "products", "product_id"),
        ("payments", "order_id", "orders", "order_id"),
        ("card_transactions", "customer_id", "customers", "customer_id"),
        ("search_queries", "customer_id", "customers", "customer_id"),
        ("search_queries", "clicked_product_id", "products", "product_id"),
    ],
)
def test_every_reference_has_its_parent(
    sql: duckdb.DuckDBPyConnection, child: str, column: str, parent: str, key: str
) -> None:
    assert (
        one(
            sql,
            (
                f"select count(*) from {child} c anti join {parent} p on c.{column} = p.{key} where "
                f"c.{column} is not null"
            ),
        )
        == 0
    )


@pytest.mark.parametrize(
    ("dataset", "key"),
    [
        ("regions", "region_id"),
        ("customers", "customer_id"),
        ("products", "product_id"),
        ("orders", "order_id"),
        ("order_items", "order_item_id"),
        ("payments", "payment_id"),
        # Fmt: skip.
        ("card_transactions", "transaction_id"),
        ("search_queries", "query_id"),
    ],
)
def test_keys_are_unique_over_all_files(sql: duckdb.DuckDBPyConnection, dataset: str, key: str) -> None:
    assert one(sql, f"select count(*) - count(distinct {key}) from {dataset}") == 0


def test_payments_are_numbered_in_the_order_in_which_they_are_made(sql: duckdb.DuckDBPyConnection) -> None:
    earlier = "select paid_at < lag(paid_at) over (order by payment_id) as earlier from payments"
    assert one(sql, f"select count(*) filter (earlier) from ({earlier})") == 0


def test_payments_equal_order_totals_to_the_penny(sql: duckdb.DuckDBPyConnection) -> None:
    unequal = one(
        sql,
        """with due as (select order_id, sum(quantity * unit_price) as amount from order_items group by 1),
                paid as (select order_id, sum(amount) as amount from payments where status <> 'failed' group by 1)
           select count(*) from due full join paid using (order_id) where due.amount is distinct from paid.amount""",  # noqa: E501 a listing
    )
    assert unequal == 0
    assert one(sql, "select count(*) from payments where status = 'failed'")
    assert one(sql, "select count(*) from payments where status = 'refunded' and amount < 0")


def test_goods_leave_after_they_are_ordered_and_arrive_after_they_leave(
    sql: duckdb.DuckDBPyConnection,
) -> None:
    assert (
        one(sql, "select count(*) from orders where shipped_at < ordered_at or delivered_at < shipped_at")
        == 0
    )
    assert one(sql, "select count(*) from orders where delivered_at is not null") > 1_000


def test_nothing_lies_beyond_the_last_day(sql: duckdb.DuckDBPyConnection) -> None:
    for dataset in DATASETS:
        assert one(sql, f"select max(updated_at) < timestamp '2024-07-01' from {dataset}")


def test_some_customers_stop_buying_and_some_never_do(sql: duckdb.DuckDBPyConnection) -> None:
    gone = one(
        sql,
        """select avg((last_at < timestamp '2024-04-01')::int)
           from (select max(ordered_at) as last_at from orders where customer_id is not null group by customer_id having count(*) > 1)""",  # noqa: E501 a listing
    )
    assert 0.1 < gone < 0.9


def test_the_week_and_the_promotions_show_in_the_orders(tmp_path: Path) -> None:
    generate(replace(SPEC, orders=12_000, days=730), tmp_path / "shop")
    sql = duckdb.connect()
    sql.execute(
        f"create view orders as select * from read_parquet('{tmp_path}/shop/orders/*/*/*.parquet') where "
        "status <> 'cancelled'"
    )
    by_weekday = dict(sql.execute("select isodow(ordered_at), count(*) from orders group by 1").fetchall())
    assert by_weekday[6] < 0.8 * by_weekday[3]
    assert one(sql, "select count(*) from orders where promotion_code = 'BLACKFRIDAY25'") > 100
    assert one(sql, "select count(*) from orders where month(ordered_at) = 11") > 1.4 * one(
        sql, "select count(*) from orders where month(ordered_at) = 2"
    )


def test_a_promotion_lowers_the_price(sql: duckdb.DuckDBPyConnection) -> None:
    ratio = one(
        sql,
        """select avg(i.unit_price / p.list_price) from order_items i join orders o using (order_id) join products p using (product_id)
           where o.promotion_code = 'BLACKFRIDAY25'""",  # noqa: E501 a listing
    )
    assert 0.73 < ratio < 0.77


def test_the_newest_transactions_have_no_label_yet(sql: duckdb.DuckDBPyConnection) -> None:
    assert one(sql, "select count(*) from card_transactions where is_fraud is null") > 0
    assert (
        one(
            sql,
            (
                "select count(*) from card_transactions where (is_fraud is null) <> (transacted_at >= "
                "timestamp '2024-06-24')"
            ),
        )
        == 0
    )


def test_card_payments_end_with_the_last_kept_order(sql: duckdb.DuckDBPyConnection) -> None:
    """A customer who stopped buying has no later card payment.

    A burst of card testing may end after midnight.
    """
    late_days = sql.execute(
        """
        select max(date_diff('day', last_order, cast(t.transacted_at as date))), count(*)
        from card_transactions t
        join (
            select customer_id, cast(max(ordered_at) as date) as last_order
            from orders
            where status = 'completed'
            group by customer_id
        ) as o using (customer_id)
        """
    ).fetchone()
    assert late_days is not None
    assert late_days[0] <= 1
    assert late_days[1] == one(sql, "select count(*) from card_transactions")


def test_fraud_is_rare_and_of_every_kind(tmp_path: Path) -> None:
    report = generate(replace(SPEC, orders=500, transactions=60_000), tmp_path / "shop")
    frauds = {kind: count for kind, count in report.frauds.items() if kind != "none"}
    assert all(count > 0 for count in frauds.values()), frauds
    assert 0.003 < sum(frauds.values()) / sum(report.frauds.values()) < 0.03


def test_cards_are_luhn_valid_over_many_brands(sql: duckdb.DuckDBPyConnection) -> None:
    numbers = [
        row[0]
        for row in sql.execute(
            "select distinct card_number from payments where card_number is not null"
        ).fetchall()
    ]
    assert all(luhn(number) for number in numbers)
    assert {number[0] for number in numbers} == {"2", "3", "4", "5", "6"}
    assert {len(number) for number in numbers} >= {14, 15, 16}


def luhn(number: str) -> bool:
    """Check digit by the rule as a person does it, independent of the generator's arithmetic."""
    doubled = [int(digit) * 2 if place % 2 else int(digit) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def test_some_notes_hold_card_numbers(sql: duckdb.DuckDBPyConnection) -> None:
    share = one(
        sql, r"select avg(coalesce(regexp_matches(notes, '\d{4}[ -]?\d{4}'), false)::int) from payments"
    )
    assert 0.004 < share < 0.02


def test_searches_find_and_do_not_find_and_lead_to_real_purchases(sql: duckdb.DuckDBPyConnection) -> None:
    assert 0.05 < one(sql, "select avg((results_count = 0)::int) from search_queries") < 0.4
    assert (
        one(
            sql,
            "select count(*) from search_queries where clicked_product_id is not null and results_count = 0",
        )
        == 0
    )
    assert one(sql, "select count(*) from search_queries where purchased and clicked_product_id is null") == 0
    unmatched = one(
        sql,
        """select count(*) from search_queries s where purchased and not exists (
             select 1 from orders o join order_items i using (order_id)
             where o.customer_id = s.customer_id and i.product_id = s.clicked_product_id
               and o.ordered_at between s.searched_at and s.searched_at + interval 15 minute)""",
    )
    assert unmatched == 0
    assert one(sql, "select count(*) from search_queries where purchased") > 50


def test_traps_are_there_for_the_gate(sql: duckdb.DuckDBPyConnection) -> None:
    assert one(sql, "select count(*) from products where product_id = '007123'") == 1
    assert one(sql, "select count(*) from regions where continent = 'NA'") > 2
    assert one(sql, "select count(*) from orders where contains(notes, chr(10)) or contains(notes, '\"')") > 0


def test_the_amount_asked_for_is_about_what_comes(shop: tuple[Path, SampleReport]) -> None:
    rows = shop[1].rows
    assert rows["customers"] == SPEC.customers
    assert abs(rows["orders"] / SPEC.orders - 1) < 0.25
    assert 4 < rows["order_items"] / rows["orders"] < 6


def test_progress_reports_rows_as_they_are_written(tmp_path: Path) -> None:
    reported: list[tuple[str, int, int]] = []
    report = generate(replace(SPEC, orders=300), tmp_path / "shop", lambda *step: reported.append(step))
    assert {dataset: rows for dataset, rows, _ in reported} == report.rows


def test_csv_is_reproducible_gzip_with_a_header(tmp_path: Path) -> None:
    generate(replace(SPEC, orders=200, file_format=CSV), tmp_path / "shop")
    key, path = next(iter_objects(tmp_path / "shop"))
    assert key.endswith("part-00000.csv.gz")
    assert path.read_bytes()[4:8] == b"\0\0\0\0"
    assert gzip.decompress(path.read_bytes()).startswith(b"region_id,region_name,country_code,continent,")


def test_a_failure_leaves_no_folder(tmp_path: Path) -> None:
    def stop(dataset: str, rows: int, expected: int) -> None:
        del rows, expected
        if dataset == "payments":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(replace(SPEC, orders=200), tmp_path / "shop", stop)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(SettingsError, match="not empty"):
        generate(SPEC, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "change",
    [{"file_format": "xlsx"}, {"defect_rate": 0.1, "file_format": PARQUET}, {"days": 3}, {"customers": 0}],
)
def test_a_spec_that_contradicts_itself_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        generate(replace(SPEC, **change), tmp_path / "shop")  # type: ignore[arg-type] values of several types
    assert not (tmp_path / "shop").exists()


def test_parquet_has_the_contract_types(shop: tuple[Path, SampleReport]) -> None:
    schema = pq.read_schema(
        next(path for key, path in iter_objects(shop[0]) if key.startswith("order_items/"))
    )
    assert str(schema.field("unit_price").type) == "decimal128(12, 4)"
    assert str(schema.field("quantity").type) == "int32"
    assert str(schema.field("updated_at").type) == "timestamp[us]"


def test_a_shop_where_nobody_orders_is_reported_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="more of them"):
        generate(ShopSpec(seed=1, customers=1, orders=1), tmp_path / "shop")
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize(
    "arguments",
    [["--defect-rate", "3"], ["--defect-rate", "-0.1"], ["--orders", "0"], ["--days", "-1"]],
)
def test_the_script_refuses_numbers_that_make_no_sense(arguments: list[str]) -> None:
    ran = CliRunner().invoke(main, [*arguments, "shop"])
    assert ran.exit_code == 2
    assert "Invalid value" in ran.output
