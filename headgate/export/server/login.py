"""Where the source's login comes from: a URL on a laptop, the parts of a secret anywhere else.

And when TLS may be left out.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from headgate.errors import SettingsError
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """How to reach the source. Its text never shows the password.

    Attributes:
        tls_ca: the certificate authority to trust, as the path of a PEM file or as PEM itself; empty for the
            system's own.
        tls_name: the name that the server's certificate must be valid for; empty for `host`. A tunnel's end
            is another host.
        tls: False only for a server on this machine or a private network that ends TLS elsewhere.
        dialect: the kind of server.
        schema: of PostgreSQL, whose tables are exported; empty for the account's own first one.
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
        """Return the login that the secret's JSON states: host, port, username, password, dbname."""
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
    """Return whether what is said to a host never leaves the machine, so that TLS protects nothing."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_database_name(source: str) -> None:
    """Check the name of one of several databases.

    Raises:
        SettingsError: the name cannot be part of a secret's and a variable's name.
    """
    if source and not _SOURCE.fullmatch(source):
        raise SettingsError(
            f"{source!r} cannot name a source. Use a-z, 0-9 and _, at most 32 characters, beginning with "
            "a letter"
        )


def secret_of(secret_id: str, source: str = "") -> str:
    """Return the secret with a source's login, whichever kind of server it is: `<deployment>/mysql` for the
    deployment's own, `<deployment>/mysql/<source>` for others.
    """
    check_database_name(source)
    return f"{secret_id}/{source}" if source else secret_id


def url_variable(source: str = "", dialect: SqlDialect = SqlDialect.MYSQL) -> str:
    """Return the environment variable with a source's login as a URL: MYSQL_URL or POSTGRES_URL, for a named
    source followed by its name as in MYSQL_URL_<SOURCE>.
    """
    check_database_name(source)
    return f"{_VARIABLE[dialect]}_{source.upper()}" if source else _VARIABLE[dialect]


def source_url(env: Mapping[str, str], source: str = "") -> str:
    """Return the login URL that the environment has for a source; empty where it has none.

    Raises:
        SettingsError: both variables are set, or one holds the URL of the other kind of server.
    """
    urls = {dialect: env.get(url_variable(source, dialect), "") for dialect in SqlDialect}
    if all(urls.values()):
        names = " and ".join(url_variable(source, dialect) for dialect in SqlDialect)
        raise SettingsError(f"{names} are both set. Unset the one that is not the source")
    for dialect, url in urls.items():
        if url and _SCHEMES.get(url.partition(":")[0]) is not dialect:
            raise SettingsError(_SPELLING)
    return next(filter(None, urls.values()), "")


def login_from_url(url: str) -> Login:
    """Return the login that a URL states.

    TLS is on where the URL says `?tls=on` or names an authority (`?ca=FILE`), as through a tunnel that ends
    on this machine; off where it says `?tls=off`; else on for every host but this machine. `name` is the
    server's name in its certificate.

    Args:
        url: mysql:// or postgresql://user:password@host:port/database; parts with special characters are
            percent-encoded.

    Raises:
        SettingsError: the URL is none; the message does not repeat it, for it holds a password.
    """
    try:
        parts = urlsplit(url)
        dialect = _SCHEMES[parts.scheme]
        host, port = parts.hostname, parts.port or _PORT[dialect]
    except (ValueError, KeyError):
        raise SettingsError(_SPELLING) from None
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    database = unquote(parts.path.strip("/"))
    if not host or not database or not _understood(options, dialect):
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
    """Return the login that a secret's parts state.

    TLS is as `tls` says (`on` or `off`), else on for every host but this machine. It is also on where the
    secret names an authority (`ca`, PEM) or the server's name in its certificate (`name`).
    """
    authority = str(secret.get("ca") or "") or tls_ca
    name, said = str(secret.get("name") or ""), str(secret.get("tls") or "")
    tls = said == "on" if said else bool(authority or name) or not is_this_machine(str(secret["host"]))
    # Amazon RDS's secrets name the server by `engine`: postgres, mysql, mariadb, aurora-postgresql or
    # aurora-mysql.
    is_postgres = "postgres" in str(secret.get("engine") or "")
    return replace(
        Login.from_secret(secret, tls=tls, tls_ca=authority),
        tls_name=name,
        dialect=SqlDialect.POSTGRES if is_postgres else SqlDialect.MYSQL,
        schema=str(secret.get("schema") or ""),
    )


def secret_from_url(url: str) -> dict[str, str]:
    """Return the parts of a login URL as a secret holds them; the authority's file becomes its text.

    Raises:
        SettingsError: the URL is none, or the file of `?ca=FILE` cannot be read.
    """
    login = login_from_url(url)
    said = parse_qs(urlsplit(url).query).get("tls", [""])[-1]
    try:
        authority = Path(login.tls_ca).read_text(encoding="ascii") if login.tls_ca else ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"?ca={login.tls_ca} is not a readable PEM file: {error}. Name the file of the authority to "
            "trust."
        ) from None
    optional = {"ca": authority, "name": login.tls_name, "tls": said, "schema": login.schema}
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


def _understood(options: Mapping[str, str], dialect: SqlDialect) -> bool:
    return options.keys() <= _OPTIONS[dialect] and options.get("tls", "on") in {"on", "off"}
