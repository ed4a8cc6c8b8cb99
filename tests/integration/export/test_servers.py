"""Servers as they are: behind TLS with an authority of their own, and killed in the middle of a run."""

from __future__ import annotations

import subprocess
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.errors import NotPermittedError
from headgate.export.mysql.mysql_session import MySqlSession
from headgate.export.requests import Phase
from headgate.export.server.login import login_from_secret, login_from_url
from tests.integration.export.conftest import Shop, free_port, install, launch, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.export.requests import Progress
    from tests.integration.export.conftest import Server

pytestmark = pytest.mark.integration


def openssl(folder: Path, words: str) -> None:
    subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)


def authority(folder: Path, name: str) -> str:
    """A new authority's certificate, PEM."""
    openssl(
        folder,
        f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name} -keyout {name}.key -out {name}.pem",
    )
    return (folder / f"{name}.pem").read_text()


@pytest.fixture(scope="module")
def tls_server(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    """A server whose certificate an authority of its own has signed, for the name 127.0.0.1.

    And the folder of its papers.
    """
    del server  # it is not used, but skips where there is no MariaDB
    folder = tmp_path_factory.mktemp("tls")
    authority(folder, "ours")
    openssl(folder, "req -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -keyout server.key -out server.csr")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    openssl(
        folder,
        (
            "x509 -req -in server.csr -CA ours.pem -CAkey ours.key -CAcreateserial -days 2 -extfile names "
            "-out server.pem"
        ),
    )
    install(folder / "data")
    papers = (
        f"--ssl-ca={folder / 'ours.pem'}",
        f"--ssl-cert={folder / 'server.pem'}",
        f"--ssl-key={folder / 'server.key'}",
    )
    started = launch(folder, free_port(), *papers)
    yield started, folder
    started.stop()


def shop_of(server: Server, folder: Path) -> Shop:
    """A shop of three hundred numbers."""
    with closing(MySqlSession(server.login())) as session:
        session.do("CREATE OR REPLACE DATABASE shop")
    shop = Shop(server, "shop", MemoryObjects(), folder / "runs")
    shop.run(
        "CREATE TABLE numbers (id INT PRIMARY KEY, v VARCHAR(20))",
        "INSERT INTO numbers SELECT seq, 'x' FROM seq_1_to_3000",
    )
    return shop


def test_an_authority_in_the_secret_is_trusted_and_nobody_reads_along(
    tls_server: tuple[Server, Path], tmp_path: Path
) -> None:
    server, papers = tls_server
    shop = shop_of(server, tmp_path)
    secret = {"host": "127.0.0.1", "port": server.port, "username": "root", "password": "", "dbname": "shop"}
    login = login_from_secret({**secret, "ca": (papers / "ours.pem").read_text()})
    with closing(MySqlSession(login)) as session:
        assert dict(session.rows("SHOW STATUS LIKE 'Ssl_cipher'"))["Ssl_cipher"]
    assert (
        shop.exporting(connect=lambda: MySqlSession(login)).run(request(["numbers"], slice_rows=1000)).rows
        == 3000
    )
    with closing(MySqlSession(replace(login, tls_ca=str(papers / "ours.pem")))) as session:
        assert session.value("SELECT 1") == 1


def test_another_authority_is_refused_at_once(tls_server: tuple[Server, Path], tmp_path: Path) -> None:
    """Trying again cannot help."""
    server, _ = tls_server
    login = replace(server.login(), tls=True, tls_ca=authority(tmp_path, "theirs"))
    with pytest.raises(NotPermittedError, match=r"no TLS with the source: .*certificate"):
        MySqlSession(login)
    pauses: list[float] = []
    shop = Shop(server, "mysql", MemoryObjects(), tmp_path / "runs")
    with pytest.raises(NotPermittedError):
        shop.exporting(connect=lambda: MySqlSession(login), pause=pauses.append).run(request(["user"]))
    assert pauses == []


def test_a_certificate_for_another_name_is_refused(tls_server: tuple[Server, Path]) -> None:
    server, papers = tls_server
    with pytest.raises(NotPermittedError, match=r"no TLS with the source: .*localhost"):
        MySqlSession(replace(server.login(), host="localhost", tls=True, tls_ca=str(papers / "ours.pem")))


def kill(server: Server) -> None:
    """It has no time to say goodbye."""
    assert server.process
    server.process.kill()
    server.process.wait()


def test_a_server_that_dies_and_comes_back_loses_no_finished_slice(server: Server, tmp_path: Path) -> None:
    """As in a failover: the same data behind the same name, a while later."""
    del server
    install(tmp_path / "data")
    running = [launch(tmp_path, free_port())]
    shop = shop_of(running[0], tmp_path)
    seen: list[Progress] = []

    def kill_once(event: Progress) -> None:
        seen.append(event)
        if (
            event.phase is Phase.FINISHED
            and len(running) == 1
            and sum(one.phase is Phase.FINISHED for one in seen) == 4
        ):
            kill(running[0])
            running.append(launch(tmp_path, running[0].port))

    try:
        report = shop.exporting().run(request(["numbers"], slice_rows=300, workers=1), kill_once)
    finally:
        running[-1].stop()
    assert report.rows == shop.landed("numbers").num_rows == 3000
    assert Phase.RETRIED in {event.phase for event in seen}
    finished = [event.slice_number for event in seen if event.phase is Phase.FINISHED]
    assert len(finished) == len(set(finished)) == 10
    assert [event.slice_number for event in seen if event.phase is Phase.KEPT] == finished[:4]


def test_a_tunnel_on_this_machine_is_verified_by_the_servers_own_name(
    tls_server: tuple[Server, Path],
) -> None:
    """The certificate names 127.0.0.1; `localhost` is the near end of a tunnel here."""
    server, papers = tls_server
    url = f"mysql://root:@localhost:{server.port}/mysql?ca={papers / 'ours.pem'}"
    with closing(MySqlSession(login_from_url(f"{url}&name=127.0.0.1"))) as session:
        assert dict(session.rows("SHOW STATUS LIKE 'Ssl_cipher'"))["Ssl_cipher"]
    with pytest.raises(NotPermittedError, match=r"no TLS with the source: .*localhost"):
        MySqlSession(login_from_url(url))
