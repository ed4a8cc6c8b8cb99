"""A deployment whose alerts nobody gets says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.deployment.alert_subscribers import warning

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.unit

TOPIC = "arn:aws:sns:eu-central-1:123456789012:headgate-alerts"


class Topic:
    """The list of a topic's subscriptions in pages of one, in memory."""

    def __init__(self, *arns: str) -> None:
        self.arns = arns

    def get_paginator(self, _: str) -> Topic:
        return self

    def paginate(self, *, TopicArn: str) -> Iterator[dict[str, object]]:  # noqa: N803 AWS's own name
        assert TopicArn == TOPIC
        yield {"Subscriptions": []}
        for arn in self.arns:
            yield {"Subscriptions": [{"SubscriptionArn": arn}]}


def test_a_topic_without_a_subscriber_is_reported_with_what_to_do() -> None:
    assert "no subscriber. Deploy with --var alert_email" in warning(Topic(), TOPIC)


def test_a_subscription_that_nobody_confirmed_is_reported() -> None:
    assert "not confirmed" in warning(Topic("PendingConfirmation"), TOPIC)


def test_a_confirmed_subscription_is_enough() -> None:
    assert warning(Topic("PendingConfirmation", f"{TOPIC}:1"), TOPIC) == ""
