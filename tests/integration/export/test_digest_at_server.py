"""The server's fingerprint is the file's, and sees values that moved."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from headgate.export.certifying.digest import Digest, digest_from, digest_sql
from headgate.export.mysql.mysql_tables import describe_mysql_table
from headgate.export.mysql.mysql_types import map_column
from headgate.export.reading.file_batches import FileFormat

if TYPE_CHECKING:
    from tests.integration.export.conftest import Shop

pytestmark = pytest.mark.integration


def digest(shop: Shop, table: str) -> Digest:
    with closing(shop.session()) as session:
        described = describe_mysql_table(session, table)
        columns = [*map(map_column, described.columns)]
        return digest_from(session.rows(digest_sql(table, columns, "TRUE"))[0])


def test_values_that_moved_to_the_column_beside_are_seen(shop: Shop) -> None:
    """With as many nulls in every column as before."""
    shop.run(
        "CREATE TABLE t (id INT PRIMARY KEY, home VARCHAR(20), work VARCHAR(20))",
        "INSERT INTO t VALUES (1, 'a', NULL), (2, NULL, 'b')",
    )
    before = digest(shop, "t")
    shop.run(
        "UPDATE t SET work = home, home = NULL WHERE id = 1",
        "UPDATE t SET home = work, work = NULL WHERE id = 2",
    )
    moved = digest(shop, "t")
    assert moved.present == before.present
    assert moved != before


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_nulls_anywhere_in_a_wide_table_are_certified(shop: Shop, file_format: FileFormat) -> None:
    names = [f"c{place}" for place in range(130)]
    shop.run(
        "CREATE TABLE t (id INT PRIMARY KEY, day DATE NOT NULL, "
        f"{', '.join(f'{name} INT' for name in names)})",
        f"INSERT INTO t SELECT seq, IF(seq MOD 3, '2026-01-01', '0000-00-00'), "  # noqa: S608 names of this file
        f"{', '.join(f'IF(seq MOD {place + 2}, seq, NULL)' for place in range(130))} FROM seq_1_to_250",
    )
    report = shop.export(["t"], file_format=file_format)
    assert report.rows == 250
    assert shop.exporting().verify(shop.exporting().runs("t")[0]).holds
