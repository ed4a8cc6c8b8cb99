"""Lineage events name no card number, and are sent to the stated server only."""

from __future__ import annotations

import pytest

from headgate.errors import AuditError
from headgate.wiring import lineage_events

pytestmark = pytest.mark.unit


def test_lineage_events_are_sent_where_a_server_is_stated_and_nowhere_else() -> None:
    assert lineage_events.lineage_sender({}) is None
    sender = lineage_events.lineage_sender({"HEADGATE_LINEAGE_URL": "https://marquez.example.com"})
    assert sender
    receiver = sender.receiver()
    assert (receiver.address, receiver.api_key, receiver.pauses_s) == (
        "https://marquez.example.com/api/v1/lineage",
        "",
        (),
    )
    assert receiver.timeout_s <= 3


def test_the_failure_of_a_run_is_described_without_card_data_and_without_the_text_of_a_library() -> None:
    number = "4111 1111 1111 1111"  # published by payment gateways for tests
    assert lineage_events.describe_failure(AuditError(f"card {number}")) == "AuditError: card [PAN ****1111]"
    assert lineage_events.describe_failure(f"card {number}") == "card [PAN ****1111]"
    assert lineage_events.describe_failure(ValueError(f"card {number}")) == "unexpected ValueError"
