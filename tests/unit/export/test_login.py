"""Logins: TLS is left out only where nothing leaves the machine or somebody says so, and no text shows a
password.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymysql.connections import Connection  # type: ignore[import-untyped]  # PyMySQL ships no types
from pymysql.protocol import MysqlPacket  # type: ignore[import-untyped]  # as above

from headgate.errors import SettingsError
from headgate.export.server.login import (
    is_this_machine,
    login_from_secret,
    login_from_url,
    secret_from_url,
    secret_name,
    source_url,
    url_variable,
)
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

SECRET = {
    "host": "db.example.com",
    "port": 3306,
    "username": "reader",
    "password": "p",
    "dbname": "ecommerce",
}


@given(st.text(min_size=1), st.text(min_size=1))
def test_every_user_and_password_can_be_spelt(username: str, password: str) -> None:
    login = login_from_url(f"mysql://{quote(username, safe='')}:{quote(password, safe='')}@db:3307/shop")
    assert (login.username, login.password, login.host, login.port, login.database) == (
        username,
        password,
        "db",
        3307,
        "shop",
    )


@pytest.mark.parametrize(
    ("url", "tls"),
    [
        ("mysql://u:p@db.example.com/shop", True),
        ("mysql://u:p@db.example.com/shop?tls=off", False),
        ("mysql://u:p@127.0.0.1/shop", False),
        ("mysql://u:p@127.0.0.1/shop?tls=on", True),
        ("mysql://u:p@127.0.0.1/shop?ca=/etc/ssl/rds.pem", True),
        ("mysql://u:p@localhost/shop?name=db.example.com", True),
        ("mysql://u:p@127.0.0.1/shop?ca=/etc/ssl/rds.pem&tls=off", False),
        ("mysql://u:p@[::1]:3306/shop", False),
        ("mariadb://u:p@localhost/shop", False),
        ("mysql://u:p@10.0.0.1/shop", True),
    ],
)
def test_tls_is_on_except_to_this_machine_or_by_word(url: str, tls: bool) -> None:
    assert login_from_url(url).tls is tls


@pytest.mark.parametrize(
    "url",
    [
        "oracle://u:secret@db/shop",
        "mysql://u:secret@db/shop?schema=sales",
        "mysql://u:secret@db",
        "mysql:///shop",
        "mysql://u:secret@db:port/shop",
        "mysql://u:secret@db/shop?tls=maybe",
        "mysql://u:secret@db/shop?ssl=off",
    ],
)
def test_a_wrong_login_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        login_from_url(url)
    assert "secret" not in str(caught.value)


def test_a_secrets_login_speaks_tls_except_to_this_machine() -> None:
    assert login_from_secret(SECRET, "ca.pem").tls
    assert login_from_secret(SECRET, "ca.pem").tls_ca == "ca.pem"
    assert not login_from_secret({**SECRET, "host": "127.0.0.1"}).tls


def test_an_authority_can_be_named() -> None:
    assert login_from_url("mysql://u:p@db/shop?ca=/etc/ssl/rds.pem").tls_ca == "/etc/ssl/rds.pem"


@pytest.mark.parametrize(
    "options",
    [
        "",
        "?tls=off",
        "?tls=on",
        "?name=db.example.com",
        "?ca={ca}",
        "?ca={ca}&name=db.example.com",
        "?ca={ca}&tls=off",
    ],
)
@pytest.mark.parametrize("host", ["127.0.0.1", "db.example.com"])
def test_the_job_connects_as_the_url_says(tmp_path: Path, host: str, options: str) -> None:
    """A tunnel that ends on the job's machine is verified there as it is from a laptop."""
    authority = tmp_path / "rds.pem"
    authority.write_text("PEM", encoding="ascii")
    url = f"mysql://u:p%40ss@{host}:3307/my%20shop" + options.format(ca=authority)
    stored = login_from_secret(secret_from_url(url))
    direct = login_from_url(url)
    assert stored == replace(direct, tls_ca="PEM" if direct.tls_ca else "")


def test_an_authority_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.pem is not a readable PEM file"):
        secret_from_url(f"mysql://u:p@db/shop?ca={tmp_path}/none.pem")


def test_names_that_merely_look_local_are_not_this_machine() -> None:
    assert not is_this_machine("localhost.example.com")
    assert not is_this_machine("128.0.0.1")


def test_the_login_of_one_of_several_databases_has_a_name_of_its_own() -> None:
    assert (secret_name("lake/mysql"), secret_name("lake/mysql", "crm")) == ("lake/mysql", "lake/mysql/crm")
    assert (url_variable(), url_variable("crm")) == ("MYSQL_URL", "MYSQL_URL_CRM")
    with pytest.raises(SettingsError, match="cannot name a source"):
        secret_name("lake/mysql", "../masking-key")


def test_the_driver_has_the_private_names_that_the_export_uses() -> None:
    """PyMySQL has no prepared statements, so rows are read from its connection.

    Another release may rename these.
    """
    assert {"_execute_command", "_read_packet", "_force_close"} <= vars(Connection).keys()
    assert all(hasattr(Connection(defer_connect=True), name) for name in ("_sock", "_rfile"))
    assert "_data" in MysqlPacket.__slots__


def test_a_postgres_url_has_its_own_port_and_schema_and_its_secret_names_the_server() -> None:
    url = "postgresql://u:p@db.example.com/shop?schema=Sales%20EU"
    login = login_from_url(url)
    assert (login.port, login.schema, login.dialect, login.tls) == (
        5432,
        "Sales EU",
        SqlDialect.POSTGRES,
        True,
    )
    assert login_from_secret(secret_from_url(url)) == login


def test_a_secret_of_amazon_rds_says_by_its_engine_which_server_it_is() -> None:
    assert login_from_secret({**SECRET, "engine": "aurora-postgresql"}).dialect is SqlDialect.POSTGRES
    assert login_from_secret({**SECRET, "engine": "mariadb"}).dialect is SqlDialect.MYSQL
    assert login_from_secret(SECRET).dialect is SqlDialect.MYSQL


def test_each_kind_of_server_has_its_own_variable() -> None:
    mysql, postgres = "mysql://u:p@db/shop", "postgresql://u:p@db/crm"
    assert source_url({"MYSQL_URL": mysql, "POSTGRES_URL_CRM": postgres}) == mysql
    assert source_url({"MYSQL_URL": mysql, "POSTGRES_URL_CRM": postgres}, "crm") == postgres
    assert source_url({}) == ""
    with pytest.raises(SettingsError, match="both set"):
        source_url({"MYSQL_URL": mysql, "POSTGRES_URL": postgres})
    with pytest.raises(SettingsError, match="POSTGRES_URL"):
        source_url({"POSTGRES_URL": mysql})
