"""No row that came late, or with a strange watermark, is lost between two incremental runs."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.export.planning import watermark
from headgate.export.requests import Mode
from tests.integration.export.conftest import request

if TYPE_CHECKING:
    from headgate.export.exporting import Exporting
    from tests.integration.export.conftest import Shop

pytestmark = pytest.mark.integration


def ordered(shop: Shop, declared: str, kind: ColumnType) -> Exporting:
    """A table `t` whose contract orders its rows by the column `at`."""
    shop.run(f"CREATE TABLE t (id INT PRIMARY KEY, at {declared})")
    columns = (Column("id", ColumnType(Kind.INTEGER)), Column("at", kind))
    return shop.exporting(
        contracts={"t": Contract("shop.t", "t", "source", "1.0.0", columns, ("id",), ("at",))}
    )


def taken(shop: Shop, exporting: Exporting, run: str, overlap_s: int = 300) -> list[int]:
    """Ids of the rows that an incremental run took."""
    report = exporting.run(request(["t"], run, mode=Mode.INCREMENTAL, overlap_s=overlap_s))
    return sorted(shop.landed("t", run)["id"].to_pylist()) if report.rows else []


def test_a_transaction_that_commits_behind_a_run_is_taken_by_the_next(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 1), (2, 1)"
    )
    exporting = shop.exporting()
    with closing(shop.session()) as late:
        late.do("START TRANSACTION")
        late.do("INSERT INTO t (v) VALUES (3)")
        shop.run("INSERT INTO t (v) VALUES (4), (5)")
        assert taken(shop, exporting, "r1") == [1, 2, 4, 5]
        late.do("COMMIT")
    assert taken(shop, exporting, "r2") == [3, 4, 5]
    assert taken(shop, exporting, "r3") == []


def test_ids_that_never_came_do_not_bring_the_whole_table_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watermark, "UNSETTLED_IDS", 50)
    shop.run(
        "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY)",
        "INSERT INTO t SELECT seq FROM seq_1_to_200 WHERE seq <> 170",
    )
    exporting = shop.exporting()
    assert len(taken(shop, exporting, "r1")) == 199
    assert taken(shop, exporting, "r2") == list(range(171, 201))
    shop.run("INSERT INTO t SELECT seq FROM seq_201_to_219")
    assert taken(shop, exporting, "r3") == list(range(171, 220))
    shop.run("INSERT INTO t SELECT seq FROM seq_220_to_300")
    taken(shop, exporting, "r4")
    assert taken(shop, exporting, "r5") == []


def test_a_table_that_was_emptied_begins_again(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY)", "INSERT INTO t SELECT seq FROM seq_1_to_20"
    )
    exporting = shop.exporting()
    taken(shop, exporting, "r1")
    shop.run("TRUNCATE t", "INSERT INTO t VALUES (), ()")
    assert taken(shop, exporting, "r2") == [1, 2]


@pytest.mark.parametrize(
    ("declared", "before", "late"),
    [
        ("INT", "1000", "1000"),
        ("INT", "1000", "-5"),
        ("BIGINT", "1795000000", "1794999701"),
        ("BIGINT", "1795000000000", "1794999701000"),
        ("BIGINT", "1795000000000000000", "1794999701000000000"),
        ("BIGINT", "-9223372036854775808", "-9223372036854775808"),
        ("DECIMAL(28, 9)", "1795000000000000000.5", "1794999701000000000.499999999"),
    ],
)
def test_numbers_reach_back_as_moments_do(shop: Shop, declared: str, before: str, late: str) -> None:
    exporting = ordered(
        shop, declared, ColumnType(Kind.DECIMAL, None, 28, 9) if "(" in declared else ColumnType(Kind.INTEGER)
    )
    shop.run(f"INSERT INTO t VALUES (1, {before})")  # noqa: S608 a number of this file
    taken(shop, exporting, "r1")
    shop.run(f"INSERT INTO t VALUES (2, {late})")  # noqa: S608 as above
    assert 2 in taken(shop, exporting, "r2")


MOMENTS = pytest.mark.parametrize(
    ("declared", "kind"),
    [
        ("DATETIME", ColumnType(Kind.TIMESTAMP)),
        ("TIMESTAMP NULL", ColumnType(Kind.TIMESTAMP)),
        ("DATE", ColumnType(Kind.DATE)),
    ],
)


@MOMENTS
def test_dates_on_no_calendar_let_new_rows_in(shop: Shop, declared: str, kind: ColumnType) -> None:
    exporting = ordered(shop, declared, kind)
    shop.run("INSERT INTO t VALUES (1, '0000-00-00')")
    assert taken(shop, exporting, "r1") == [1]
    shop.run("INSERT INTO t VALUES (2, '2026-01-01'), (3, '2026-01-02')")
    assert taken(shop, exporting, "r2") == [1, 2, 3]
    shop.run("INSERT INTO t VALUES (4, '0000-00-00'), (5, '2026-01-03')")
    assert {1, 4, 5} <= set(taken(shop, exporting, "r3"))


@MOMENTS
def test_a_row_of_the_future_hides_no_other_row(shop: Shop, declared: str, kind: ColumnType) -> None:
    exporting = ordered(shop, declared, kind)
    shop.run("INSERT INTO t VALUES (1, '2037-12-31'), (2, '2026-01-01')")
    assert taken(shop, exporting, "r1") == [1, 2]
    shop.run("INSERT INTO t VALUES (3, '2026-01-05')")
    assert taken(shop, exporting, "r2") == [1, 2, 3]
    assert taken(shop, exporting, "r3") == [1, 3]


def test_a_watermark_that_was_reached_in_the_future_is_not_believed(shop: Shop) -> None:
    """As it was kept when the newest row of all decided."""
    exporting = ordered(shop, "DATETIME", ColumnType(Kind.TIMESTAMP))
    shop.run("INSERT INTO t VALUES (1, '2026-01-05')")
    exporting.run_store.advance("shop", "t", watermark.Reached("r0", {"at": "'9999-12-31 00:00:00'"}))
    assert taken(shop, exporting, "r1") == [1]


def test_a_day_is_taken_until_it_is_over(shop: Shop) -> None:
    exporting = ordered(shop, "DATE", ColumnType(Kind.DATE))
    shop.run("INSERT INTO t VALUES (1, '2026-01-01'), (2, '2026-01-02')")
    taken(shop, exporting, "r1")
    shop.run("INSERT INTO t VALUES (3, '2026-01-02'), (4, '2026-01-01'), (5, '2025-12-31')")
    assert taken(shop, exporting, "r2") == [1, 2, 3, 4]
    assert taken(shop, exporting, "r3", overlap_s=0) == [2, 3]


@pytest.mark.parametrize("overlap_s", [10**11, 10**18])
def test_an_overlap_beyond_all_calendars_takes_everything(shop: Shop, overlap_s: int) -> None:
    exporting = ordered(shop, "DATETIME", ColumnType(Kind.TIMESTAMP))
    shop.run("INSERT INTO t VALUES (1, '2026-01-01')")
    taken(shop, exporting, "r1")
    assert taken(shop, exporting, "r2", overlap_s) == [1]


def test_without_an_overlap_the_watermarks_own_second_is_taken_again(shop: Shop) -> None:
    exporting = ordered(shop, "DATETIME", ColumnType(Kind.TIMESTAMP))
    shop.run("INSERT INTO t VALUES (1, '2020-01-01 00:00:00'), (2, '2020-01-01 00:00:01')")
    assert taken(shop, exporting, "r1", overlap_s=0) == [1, 2]
    shop.run("INSERT INTO t VALUES (3, '2020-01-01 00:00:01')")
    assert taken(shop, exporting, "r2", overlap_s=0) == [2, 3]
