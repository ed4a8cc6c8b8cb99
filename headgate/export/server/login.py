"""The login of a source, from a URL or from a secret, and the rules for TLS."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from headgate.errors import SettingsError
from headgate.export.server.sql_dialect import SqlDialect

_SOURCE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SCHEMES = {
    "mysql": SqlDialect.MYSQL,
    "mariadb": SqlDialect.MYSQL,
    "postgres": SqlDialect.POSTGRES,
    "postgresql": SqlDialect.POSTGRES,
}
_PORT = {SqlDialect.MYSQL: 3306, SqlDialect.POSTGRES: 5432}
_VARIABLE = {SqlDialect.MYSQL: "MYSQL_URL", SqlDialect.POSTGRES: "POSTGRES_URL"}
_OPTIONS = {SqlDialect.MYSQL: {"tls", "ca", "name"}, SqlDialect.POSTGRES: {"tls", "ca", "name", "schema"}}
_SPELLING = (
    "MYSQL_URL must be mysql://user:password@host:port/database, and POSTGRES_URL "
    "postgresql://user:password@host:port/database, followed by ?tls=off, ?ca=FILE or "
    "?ca=FILE&name=HOST where needed, and for PostgreSQL by ?schema=NAME"
)


@dataclass(frozen=True)
class Login:
    """The address and account of a source; its `repr` has no password.

    Attributes:
        tls_ca: the trusted certificate authority, as the path of a PEM file or as PEM text; empty for the
            system's authorities.
        tls_name: the server's name in its certificate if it is not `host`, as through a tunnel.
        tls: False only for a server on this machine or behind a private network that terminates TLS.
        dialect: the kind of server.
        schema: the PostgreSQL schema to export; empty for the first one of the account's search path.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    database: str
    tls: bool = True
    tls_ca: str = ""
    tls_name: str = ""
    dialect: SqlDialect = SqlDialect.MYSQL
    schema: str = ""

    @classmethod
    def from_secret(cls, secret: Mapping[str, Any], *, tls: bool = True, tls_ca: str = "") -> Login:
        """Return the login from a secret's host, port, username, password and dbname."""
        return cls(
            secret["host"],
            int(secret["port"]),
            secret["username"],
            secret["password"],
            secret["dbname"],
            tls=tls,
            tls_ca=tls_ca,
        )


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine, so that TLS is not needed."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_database_name(source: str) -> None:
    """Raise a SettingsError if a source's name is not valid in names of secrets and variables."""
    if source and not _SOURCE.fullmatch(source):
        raise SettingsError(
            f"{source!r} cannot name a source. Use a-z, 0-9 and _, at most 32 characters, beginning with "
            "a letter"
        )


def secret_name(secret_id: str, source: str = "") -> str:
    """Return the name of a login's secret: `<deployment>/mysql`, or `<deployment>/mysql/<source>`.

    Secrets of PostgreSQL logins have the same names.
    """
    check_database_name(source)
    return f"{secret_id}/{source}" if source else secret_id


def url_variable(source: str = "", dialect: SqlDialect = SqlDialect.MYSQL) -> str:
    """Return the environment variable of a source's login URL, such as MYSQL_URL or MYSQL_URL_<SOURCE>."""
    check_database_name(source)
    return f"{_VARIABLE[dialect]}_{source.upper()}" if source else _VARIABLE[dialect]


def source_url(env: Mapping[str, str], source: str = "") -> str:
    """Return a source's login URL from the environment; empty if it is not set."""
    urls = {dialect: env.get(url_variable(source, dialect), "") for dialect in SqlDialect}
    if all(urls.values()):
        names = " and ".join(url_variable(source, dialect) for dialect in SqlDialect)
        raise SettingsError(f"{names} are both set. Unset the one that is not the source")
    for dialect, url in urls.items():
        if url and _SCHEMES.get(url.partition(":")[0]) is not dialect:
            raise SettingsError(_SPELLING)
    return next(filter(None, urls.values()), "")


def login_from_url(url: str) -> Login:
    """Return the login from a URL.

    `?tls=on` and `?tls=off` switch TLS. By default it is on for other hosts than this machine, and with
    `?ca=FILE` or `?name=HOST`, the server's name in its certificate, as through a tunnel.

    Args:
        url: mysql:// or postgresql://user:password@host:port/database, with special characters
            percent-encoded.
    """
    try:
        parts = urlsplit(url)
        dialect = _SCHEMES[parts.scheme]
        host, port = parts.hostname, parts.port or _PORT[dialect]
    except (ValueError, KeyError):
        raise SettingsError(_SPELLING) from None
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    database = unquote(parts.path.strip("/"))
    has_valid_options = options.keys() <= _OPTIONS[dialect] and options.get("tls", "on") in {"on", "off"}
    if not host or not database or not has_valid_options:
        raise SettingsError(_SPELLING)
    tls = (
        options["tls"] == "on"
        if "tls" in options
        else bool({"ca", "name"} & options.keys()) or not is_this_machine(host)
    )
    return Login(
        host,
        port,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        database,
        tls=tls,
        tls_ca=options.get("ca", ""),
        tls_name=options.get("name", ""),
        dialect=dialect,
        schema=options.get("schema", ""),
    )


def login_from_secret(secret: Mapping[str, object], tls_ca: str = "") -> Login:
    """Return the login from the fields of a secret.

    `tls` (`on` or `off`) switches TLS. By default it is on for other hosts than this machine, and if the
    secret has an authority (`ca`, PEM) or the server's name in its certificate (`name`).
    """
    authority = str(secret.get("ca") or "") or tls_ca
    name, tls_option = str(secret.get("name") or ""), str(secret.get("tls") or "")
    tls = (
        tls_option == "on"
        if tls_option
        else bool(authority or name) or not is_this_machine(str(secret["host"]))
    )
    # The `engine` of Amazon RDS's secrets is postgres, mysql, mariadb, aurora-postgresql or aurora-mysql.
    is_postgres = "postgres" in str(secret.get("engine") or "")
    return replace(
        Login.from_secret(secret, tls=tls, tls_ca=authority),
        tls_name=name,
        dialect=SqlDialect.POSTGRES if is_postgres else SqlDialect.MYSQL,
        schema=str(secret.get("schema") or ""),
    )


def secret_from_url(url: str) -> dict[str, str]:
    """Return the fields of a secret from a login URL; the authority's file becomes its text."""
    login = login_from_url(url)
    tls_option = parse_qs(urlsplit(url).query).get("tls", [""])[-1]
    try:
        authority = Path(login.tls_ca).read_text(encoding="ascii") if login.tls_ca else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"?ca={login.tls_ca} is not a readable PEM file: {error}. Give the file of the trusted authority."
        ) from None
    optional = {"ca": authority, "name": login.tls_name, "tls": tls_option, "schema": login.schema}
    if login.dialect is not SqlDialect.MYSQL:  # a secret without an engine is MySQL's
        optional["engine"] = "postgres"
    return {
        "host": login.host,
        "port": str(login.port),
        "username": login.username,
        "password": login.password,
        "dbname": login.database,
        **{name: text for name, text in optional.items() if text},
    }
