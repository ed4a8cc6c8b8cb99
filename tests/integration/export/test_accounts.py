"""A missing right and a missing server are reported with their remedy."""

from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING

import pytest

from headgate.errors import ServiceError, SettingsError
from headgate.export.mysql.mysql_errors import CrowdedError
from headgate.export.mysql.mysql_session import MySqlSession
from headgate.export.server.login import Login
from headgate.export.server.source import SourceLostError
from tests.integration.export.conftest import free_port, request

if TYPE_CHECKING:
    from tests.integration.export.conftest import Shop

pytestmark = pytest.mark.integration


def test_a_server_that_is_not_there_is_named() -> None:
    port = free_port()
    with pytest.raises(SourceLostError, match=f"connect to 127.0.0.1:{port}"):
        MySqlSession(Login("127.0.0.1", port, "reader", "hunter2", "shop", tls=False))


def test_a_connection_waits_until_the_server_has_forgotten_one_that_closes(shop: Shop) -> None:
    shop.run("CREATE OR REPLACE USER single@localhost IDENTIFIED BY 'pw' WITH MAX_USER_CONNECTIONS 1")
    shop.run(f"GRANT SELECT ON {shop.name}.* TO single@localhost")
    first = MySqlSession(shop.login("single", "pw"))
    with pytest.raises(CrowdedError, match="max_user_connections"):
        MySqlSession(shop.login("single", "pw"))
    closing = Timer(0.3, first.close)
    closing.start()
    second = MySqlSession(shop.login("single", "pw"))
    closing.join()
    assert second.value("SELECT 1") == 1
    second.close()


def test_an_account_of_few_connections_is_advised_to_take_fewer_workers(shop: Shop) -> None:
    shop.run(
        "CREATE TABLE t (id INT PRIMARY KEY)",
        "INSERT INTO t VALUES (1)",
        "CREATE OR REPLACE USER few@localhost IDENTIFIED BY 'pw' WITH MAX_USER_CONNECTIONS 3",
        f"GRANT SELECT ON {shop.name}.* TO few@localhost",
    )
    exporting = shop.exporting(connect=lambda: MySqlSession(shop.login("few", "pw")))
    with pytest.raises(ServiceError, match=r"max_user_connections.*Use fewer --workers"):
        exporting.run(request(["t"], workers=4))
    assert exporting.run(request(["t"], "r2", workers=1)).rows == 1


def test_a_run_or_table_whose_name_makes_no_key_reads_nothing(shop: Shop) -> None:
    shop.run("CREATE TABLE `sl/ash` (id INT PRIMARY KEY)")
    for tables, run in ((["sl/ash"], "r1"), (["t"], "..")):
        with pytest.raises(SettingsError, match="has no valid key in raw"):
            shop.export(tables, run)
    assert not shop.workspace.exists()
