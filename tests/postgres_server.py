"""A PostgreSQL server of a test process's own, on a free port, with a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trustme

from headgate.errors import HeadgateError
from headgate.export.postgres.postgres_session import PostgresSession
from headgate.export.server.login import Login
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Iterator

START_S = 60


@dataclass(frozen=True)
class PostgresServer:
    """A running server, and the PEM file of the authority that signed its certificate for `db.test`."""

    port: int
    authority: Path

    def login(self, database: str = "postgres") -> Login:
        """A login to this server; a loopback connection needs no TLS."""
        login = Login("127.0.0.1", self.port, "postgres", "", database, tls=False)
        return replace(login, dialect=SqlDialect.POSTGRES)

    def url(self, database: str = "postgres") -> str:
        """The same as a URL."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"


def binaries() -> Path | None:
    """The newest installed server's folder of programs; Debian keeps them off the path."""
    servers = Path("/usr/lib/postgresql").glob("*/bin/postgres")  # a client alone has the folder, too
    folders = sorted((path.parent for path in servers), key=lambda path: int(path.parent.name))
    return folders[-1] if folders else None


@contextmanager
def running_postgres(*settings: str) -> Iterator[PostgresServer]:
    """A server, stopped by its own process. It refuses to run as root, so it runs as `nobody` then.

    It accepts every account but `barred`.
    """
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("PostgreSQL is not installed (Debian: apt install postgresql)")
    account: dict[str, Any] = {}
    folder = Path(tempfile.mkdtemp(prefix="headgate-postgres-"))
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    authority = _certificate(folder)
    for path in (folder, *folder.iterdir()):
        if account:
            os.chown(path, account["user"], account["group"])
    data = folder / "data"
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync"]
    subprocess.run(
        [*initdb, "-E", "UTF8", "--locale=C"], check=True, capture_output=True, cwd=folder, **account
    )
    access = data / "pg_hba.conf"
    access.write_text("host all barred all reject\n" + access.read_text("utf-8"), "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = [
        *("listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={folder}", "fsync=off"),
        *("ssl=on", f"ssl_cert_file={folder / 'server.pem'}", f"ssl_key_file={folder / 'server.key'}"),
        *settings,
    ]
    command = [
        str(programs / "postgres"),
        "-D",
        str(data),
        *(word for item in options for word in ("-c", item)),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **account)
    try:
        server = PostgresServer(port, authority)
        _wait_for(server)
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # ends sessions without waiting for them
        process.wait(30)
        shutil.rmtree(folder)


def _certificate(folder: Path) -> Path:
    issuer = trustme.CA()
    issued = issuer.issue_cert("db.test")
    issuer.cert_pem.write_to_path(folder / "authority.pem")
    issued.private_key_pem.write_to_path(folder / "server.key")
    issued.cert_chain_pems[0].write_to_path(folder / "server.pem")
    (folder / "server.key").chmod(0o600)
    return folder / "authority.pem"


def _wait_for(server: PostgresServer) -> None:
    for _ in range(START_S * 20):
        try:
            PostgresSession(server.login()).close()
        except HeadgateError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start")
