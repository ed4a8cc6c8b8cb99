"""Policies of roles are given to the linter as IAM has them."""

from __future__ import annotations

import json

import pytest

from scripts.policy_lint import policy_of

pytestmark = pytest.mark.unit

STATEMENT = {
    "sid": "ListSome",
    "effect": "Deny",
    "actions": ["s3:ListBucket"],
    "not_actions": None,
    "resources": ["arn:aws:s3:::raw"],
    "not_resources": None,
    "principals": [],
    "condition": [
        {"test": "StringLike", "variable": "s3:prefix", "values": ["a/*"]},
        {"test": "StringLike", "variable": "aws:SourceArn", "values": ["b"]},
    ],
}


def test_a_statement_has_what_is_stated_of_it() -> None:
    assert json.loads(policy_of([STATEMENT]))["Statement"] == [
        {
            "Sid": "ListSome",
            "Effect": "Deny",
            "Action": ["s3:ListBucket"],
            "Resource": ["arn:aws:s3:::raw"],
            "Condition": {"StringLike": {"s3:prefix": ["a/*"], "aws:SourceArn": ["b"]}},
        }
    ]
    (allowing,) = json.loads(policy_of([{**STATEMENT, "effect": None}]))["Statement"]
    assert allowing["Effect"] == "Allow"


def test_statements_of_a_resource_are_not_those_of_a_role() -> None:
    trusting = {**STATEMENT, "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}]}
    assert policy_of([trusting]) == ""
    assert len(json.loads(policy_of([trusting, STATEMENT]))["Statement"]) == 1
