"""Events reach a server over HTTP; the API key reaches that server and nothing else."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headgate.cli.lineage_events import send_all
from headgate.errors import ServiceError, SettingsError
from headgate.lineage.receiver import EventAnswer, LineageReceiver
from tests.lineage_server import lineage_server

if TYPE_CHECKING:
    from tests.lineage_server import LineageServer

pytestmark = pytest.mark.unit

KEY = "a-secret-key"


def event(table: str) -> dict[str, Any]:
    return {"run": {"runId": f"id-of-{table}"}, "outputs": [{"name": f"AwsDataCatalog.shop.{table}"}]}


def receiver(server: LineageServer, key: str = "") -> LineageReceiver:
    return replace(LineageReceiver.at(server.url, key), pause=lambda _: None)


def test_an_event_is_posted_as_it_is_to_the_path_of_marquez() -> None:
    with lineage_server() as server:
        assert receiver(server).send(event("orders")) == EventAnswer("orders", "id-of-orders", 201)
    assert server.received == [("/api/v1/lineage", "", event("orders"))]


def test_a_path_and_a_query_that_are_stated_are_kept() -> None:
    with lineage_server() as server:
        assert not LineageReceiver.at(f"{server.url}/lineage?team=a").send(event("orders")).error
        assert not LineageReceiver.at(f"{server.url}/").send(event("orders")).error
    assert [path for path, _, _ in server.received] == ["/lineage?team=a", "/api/v1/lineage"]


def test_the_key_is_sent_as_bearer_token_and_no_text_of_the_receiver_has_it() -> None:
    with lineage_server() as server:
        made = receiver(server, f" {KEY}\n")
        made.send(event("orders"))
    assert server.received[0][1] == f"Bearer {KEY}"
    assert KEY not in repr(made)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_event_that_the_server_refuses_is_reported_with_its_answer_and_the_others_are_sent(
    status: int,
) -> None:
    with lineage_server(201, status, answer="no such\nfield \x1b[2J") as server:
        sent = send_all(receiver(server), [event("orders"), event("regions"), event("payments")])
    assert [(one.table, one.status, one.error) for one in sent] == [
        ("orders", 201, ""),
        ("regions", status, "no such field [2J"),
        ("payments", 201, ""),
    ]


def test_the_key_that_a_careless_server_repeats_is_not_shown() -> None:
    with lineage_server(400, answer=f"bad token {KEY}") as server:
        assert receiver(server, KEY).send(event("orders")).error == "bad token [key]"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(status: int) -> None:
    pauses: list[float] = []
    with lineage_server(status, status) as server:
        assert replace(receiver(server), pause=pauses.append).send(event("orders")).status == 201
    assert len(server.received) == 3
    assert pauses == [1.0, 3.0]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "401 Unauthorized. Set OPENLINEAGE_API_KEY"),
        (403, "403 Forbidden. Set OPENLINEAGE_API_KEY"),
        (404, "404 Not Found. State the URL with its path; Marquez receives events at /api/v1/lineage"),
        (503, "503 Service Unavailable. Send again later"),
        (599, "599. Send again later"),
    ],
)
def test_a_server_that_accepts_no_event_stops_the_sending_and_the_message_says_what_to_do(
    status: int, message: str
) -> None:
    with lineage_server(201, status, status, status) as server, pytest.raises(ServiceError) as raised:
        send_all(receiver(server, KEY), [event("orders"), event("regions"), event("payments")])
    assert message in str(raised.value)
    assert str(raised.value).endswith("1 of 3 events were accepted; sending all again is safe.")
    assert KEY not in str(raised.value)
    assert {one["run"]["runId"] for _, _, one in server.received} == {"id-of-orders", "id-of-regions"}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_error_so_that_no_other_server_gets_the_key(status: int) -> None:
    with lineage_server() as other, lineage_server(status, location=f"{other.url}/api/v1/lineage") as server:
        with pytest.raises(ServiceError, match="State the address that it redirects to"):
            receiver(server, KEY).send(event("orders"))
        assert other.received == []


def test_a_server_that_cannot_be_reached_is_named_without_the_query() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/lineage?token=hidden"
        with pytest.raises(
            ServiceError, match=r"Cannot reach http://127\.0\.0\.1:\d+/lineage: .*refused"
        ) as raised:
            LineageReceiver.at(url).send(event("orders"))
    assert "hidden" not in str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    "url",
    [
        "",
        "marquez.example.com",
        "ftp://marquez.example.com",
        "https://",
        "https://host:port",
        "https://[host",
        "https://a b/c?hidden",
    ],
)
def test_a_text_that_is_not_an_http_address_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(SettingsError, match="takes an http or https URL") as raised:
        LineageReceiver.at(url)
    assert "hidden" not in str(raised.value)


def test_a_login_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="OPENLINEAGE_API_KEY") as raised:
        LineageReceiver.at("https://user:hidden@marquez.example.com")
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize("key", ["two\nlines", "schlüssel"])
def test_a_key_that_no_header_may_have_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(SettingsError, match="no HTTP header may have") as raised:
        LineageReceiver.at("https://marquez.example.com", key)
    assert key not in str(raised.value)


def test_a_key_is_sent_encrypted_or_to_this_machine_only() -> None:
    with pytest.raises(SettingsError, match=r"unencrypted to marquez\.example\.com"):
        LineageReceiver.at("http://marquez.example.com", KEY)
    for url in ("https://marquez.example.com", "http://localhost:5000", "http://[::1]:5000"):
        assert LineageReceiver.at(url, KEY).api_key == KEY
    assert LineageReceiver.at("http://marquez.example.com").url == "http://marquez.example.com/api/v1/lineage"
