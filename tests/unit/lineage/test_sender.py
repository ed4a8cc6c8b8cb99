"""Events reach a server beside the run; whatever the server does, the run waits for a moment at most."""

from __future__ import annotations

import logging
import socket
import time
from dataclasses import replace
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from headgate.errors import SettingsError
from headgate.lineage.receiver import LineageReceiver
from headgate.lineage.sender import PATIENCE_S, TIMEOUT_S, LineageSender
from tests.lineage_server import lineage_server

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.unit

KEY = "a-secret-key"


def event(table: str) -> dict[str, Any]:
    return {"run": {"runId": f"id-of-{table}"}, "outputs": [{"name": f"AwsDataCatalog.shop.{table}"}]}


def finished(sender: LineageSender, caplog: pytest.LogCaptureFixture) -> tuple[float, list[tuple[int, str]]]:
    """Send two events.

    Return how long that held the run, and the warnings: events that were not sent, and the cause.
    """
    began = time.monotonic()
    with caplog.at_level(logging.WARNING):
        sender.send(event("orders"))
        sender.send(event("regions"))
        sender.finish()
    return time.monotonic() - began, [(record.events, record.cause) for record in caplog.records]  # type: ignore[attr-defined]  # extra fields


@pytest.fixture
def dripping() -> Iterator[str]:
    """A server that sends one byte of an endless answer again and again: no wait for it is long."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                try:
                    while True:
                        connection.sendall(b"X")
                        time.sleep(0.05)
                except OSError:
                    return

        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that accepts connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_events_are_sent_in_their_order_and_nothing_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    with lineage_server() as server:
        _, warnings = finished(LineageSender(lambda: LineageReceiver.at(server.url, KEY)), caplog)
    assert [(key, one["run"]["runId"]) for _, key, one in server.received] == [
        (f"Bearer {KEY}", "id-of-orders"),
        (f"Bearer {KEY}", "id-of-regions"),
    ]
    assert warnings == []


def test_a_server_that_answers_slowly_holds_a_run_for_the_patience_only(
    dripping: str, caplog: pytest.LogCaptureFixture
) -> None:
    sender = LineageSender(
        lambda: replace(LineageReceiver.at(dripping, KEY), timeout_s=TIMEOUT_S), patience_s=0.3
    )
    held_s, warnings = finished(sender, caplog)
    assert 0.25 < held_s < 2
    assert warnings == [(2, "The server did not answer within 0.3 seconds.")]


def test_a_server_that_answers_nothing_is_given_up_after_the_timeout(
    silent: str, caplog: pytest.LogCaptureFixture
) -> None:
    sender = LineageSender(lambda: replace(LineageReceiver.at(silent, KEY), timeout_s=0.2), patience_s=5)
    held_s, ((unsent, cause),) = finished(sender, caplog)
    assert held_s < 3
    assert unsent == 2
    assert cause.startswith(f"Cannot reach {silent}/api/v1/lineage")


def test_a_run_is_delayed_by_a_few_seconds_at_most() -> None:
    assert TIMEOUT_S <= 3
    assert PATIENCE_S <= 5
    assert LineageSender(lambda: LineageReceiver.at("https://marquez.example.com")).patience_s == PATIENCE_S


def test_an_event_after_a_failed_one_is_still_sent(caplog: pytest.LogCaptureFixture) -> None:
    with lineage_server(503, answer=f"busy {KEY}") as server:
        _, warnings = finished(
            LineageSender(lambda: replace(LineageReceiver.at(server.url, KEY), pauses_s=())), caplog
        )
    assert len(server.received) == 2
    assert warnings == [
        (
            1,
            (
                f"{server.url}/api/v1/lineage answered 503 Service Unavailable. "
                f"{warnings[0][1].partition('. ')[2]}"
            ),
        )
    ]
    assert KEY not in str(warnings)


def test_an_event_that_the_server_refuses_is_counted_with_its_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with lineage_server(422, answer="too old") as server:
        _, warnings = finished(LineageSender(lambda: LineageReceiver.at(server.url, KEY)), caplog)
    assert warnings == [(1, f"{server.url}/api/v1/lineage refused an event: too old")]


def test_a_key_that_cannot_be_read_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    def receiver() -> LineageReceiver:
        raise SettingsError("secret lineage-key has no value yet")

    assert finished(LineageSender(receiver), caplog)[1] == [(2, "secret lineage-key has no value yet")]


def test_the_text_of_an_unexpected_error_is_not_logged_because_it_may_hold_the_key(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def receiver() -> LineageReceiver:
        raise KeyError(KEY)

    assert finished(LineageSender(receiver), caplog)[1] == [(2, "KeyError")]


def test_a_run_without_an_event_starts_no_thread_and_waits_for_nothing() -> None:
    began = time.monotonic()
    LineageSender(lambda: LineageReceiver.at("https://marquez.example.com"), patience_s=5).finish()
    assert time.monotonic() - began < 0.5
