"""Queues as an operator sees them, on the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.aws.sqs import Depth, Queues
from headgate.errors import NotFoundError, ServiceError
from tests.conftest import unique

if TYPE_CHECKING:
    from tests.conftest import Emulator

pytestmark = pytest.mark.integration


def test_redriving_moves_every_message_and_leaves_none_behind(emulator: Emulator) -> None:
    sqs = emulator.client("sqs")
    dead, live = (sqs.create_queue(QueueName=unique(name))["QueueUrl"] for name in ("dead", "live"))
    for number in range(23):
        sqs.send_message(QueueUrl=dead, MessageBody=f"message {number}")
    queues = Queues(sqs)
    assert queues.redrive(dead, live) == 23
    assert queues.depth(dead) == Depth(0, 0)
    assert queues.depth(live) == Depth(23, 0)


def test_looking_into_a_queue_leaves_every_message_in_it(emulator: Emulator) -> None:
    sqs = emulator.client("sqs")
    dead = sqs.create_queue(QueueName=unique("dead"))["QueueUrl"]
    for number in range(12):
        sqs.send_message(QueueUrl=dead, MessageBody=f"message {number}")
    seen = Queues(sqs).look(dead, limit=100)
    assert {letter.body for letter in seen} <= {f"message {number}" for number in range(12)}
    assert len(seen) >= 10
    assert Queues(sqs).depth(dead) == Depth(12, 0)


def test_redriving_an_empty_queue_moves_nothing(emulator: Emulator) -> None:
    sqs = emulator.client("sqs")
    dead, live = (sqs.create_queue(QueueName=unique(name))["QueueUrl"] for name in ("dead", "live"))
    assert Queues(sqs).redrive(dead, live) == 0


def test_a_queue_that_does_not_exist_is_a_clear_error(emulator: Emulator) -> None:
    url = f"{emulator.environment['AWS_ENDPOINT_URL']}/000000000000/{unique('none')}"
    with pytest.raises((NotFoundError, ServiceError), match="look at queue"):
        Queues(emulator.client("sqs")).depth(url)
