"""The server of this machine answers with the API's handlers, to holders of its token, under its own name
only.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest

from headgate.api.local_server import LocalApi, server
from tests.unit.api.lakes import PAYMENTS, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.unit
TOKEN, OF_USER = "t" * 43, "cognito-token"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    console = tmp_path / "console"
    console.mkdir()
    (console / "index.html").write_text("<!doctype html><title>Headgate</title>")
    (console / "not-a-file.html").write_text("<!doctype html><script src='/not-a-file.js'></script>")
    (tmp_path / "secret.txt").write_text("secret")
    lake = MemoryLake()
    lake.receive("payments/today.csv", PAYMENTS)
    viewer = {"token_use": "access", "username": "vera", "cognito:groups": ["viewer"]}
    running = server(LocalApi(lake, TOKEN, {OF_USER: viewer}.get, console), 0)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield int(running.server_address[1])
    running.shutdown()
    running.server_close()
    thread.join()


def ask(
    port: int, path: str, method: str = "GET", token: str = TOKEN, host: str = "", **headers: str
) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    sent = {"Authorization": f"Bearer {token}", "Host": host or f"localhost:{port}", **headers}
    connection.request(method, path, headers=sent)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def test_the_token_of_this_start_is_an_operators(port: int) -> None:
    status, body = ask(port, "/v1/me")
    assert (status, json.loads(body)["groups"]) == (200, ["viewer", "uploader", "operator", "personal-data"])


def test_a_token_of_the_deployments_users_has_its_own_groups(port: int) -> None:
    status, body = ask(port, "/v1/me", token=OF_USER)
    assert (status, json.loads(body)) == (200, {"name": "vera", "groups": ["viewer"]})
    assert ask(port, "/v1/runs", "POST", token=OF_USER)[0] == 403


@pytest.mark.parametrize("token", ["", "wrong", "ü", TOKEN[:-1]])
def test_another_token_is_a_401(port: int, token: str) -> None:
    assert ask(port, "/v1/files", token=token.encode().decode("latin-1"))[0] == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1"])
def test_another_name_that_resolves_to_this_machine_is_not_answered(port: int, host: str) -> None:
    assert ask(port, "/v1/me", host=host)[0] == 421
    assert ask(port, "/", host=host)[0] == 421


def test_the_console_is_served_and_nothing_beside_it(port: int) -> None:
    assert ask(port, "/")[1].startswith("<!doctype html>")
    own = LocalApi(MemoryLake(), TOKEN).lake_id
    assert json.loads(ask(port, "/config.json")[1]) == {"api_url": "", "lake": own}
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//etc/passwd", "/nothing.js"):
        assert ask(port, path)[0] == 404, path


def test_a_path_without_a_file_gets_the_page_that_opens_the_console(port: int) -> None:
    status, body = ask(port, "/query?sql=select+1")
    assert (status, "/not-a-file.js" in body) == (404, True)


def test_many_requests_at_once_get_their_own_answers(port: int) -> None:
    paths = [f"/v1/contracts/source/{name}" for name in ("orders", "payments", "customers", "products")] * 10
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda path: ask(port, path), paths))
    assert [json.loads(body)["name"] for _, body in answers] == [path.rpartition("/")[2] for path in paths]


def test_lakes_that_are_served_at_the_same_address_have_different_ids() -> None:
    class Other(MemoryLake):
        def bucket(self, zone: str) -> str:
            return f"other-{zone}"

    ids = [LocalApi(lake, TOKEN).lake_id for lake in (MemoryLake(), MemoryLake(), Other())]
    assert ids[0] == ids[1] != ids[2]


def test_connections_beyond_the_usual_five_are_queued_while_the_server_is_busy() -> None:
    busy = server(LocalApi(MemoryLake(), TOKEN), 0)  # it accepts none yet
    with closing(busy.socket), ExitStack() as opened:
        for _ in range(40):
            opened.enter_context(socket.create_connection(("127.0.0.1", busy.server_address[1]), timeout=0.5))


def test_a_request_without_a_length_or_with_too_much_is_refused(port: int) -> None:
    assert ask(port, "/v1/queries", "POST", **{"Content-Length": "99999999999"})[0] == 413
    assert ask(port, "/v1/queries", "POST", **{"Transfer-Encoding": "chunked"})[0] == 413
