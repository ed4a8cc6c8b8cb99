"""Warn if nobody gets the alerts of a deployment."""

from __future__ import annotations

from typing import Any

_HOW = "Deploy with --var alert_email=you@example.com, or subscribe to the topic (docs/operate/runbook.md)."


def warning(client: Any, topic_arn: str) -> str:  # noqa: ANN401 a client made by name
    """Return a warning if no subscription to the topic is confirmed; empty if there is one."""
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic_arn)
    arns = [subscription["SubscriptionArn"] for page in pages for subscription in page["Subscriptions"]]
    # Source: SNS API reference, ListSubscriptionsByTopic: an unconfirmed one has a word instead of an ARN.
    if any(arn.startswith("arn:") for arn in arns):
        return ""
    if arns:
        return (
            "Nobody gets the alerts yet: the subscription is not confirmed. Follow the link in SNS's e-mail."
        )
    return f"Nobody gets the alerts: {topic_arn} has no subscriber. {_HOW}"
