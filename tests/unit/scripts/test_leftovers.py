"""After a lake was destroyed, a listing of the account names what is left of it, and nothing of
another lake.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from scripts.deployment.leftovers import leftovers, names_in_state

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.unit

STATE = {
    "resources": [
        {"mode": "managed", "instances": [{"attributes": {"bucket": "shop-raw", "id": "shop-raw"}}]},
        {
            "mode": "managed",
            "instances": [{"attributes": {"name": "/aws/lambda/shop-gate", "arn": "arn:aws:logs:x"}}],
        },
        {"mode": "data", "instances": [{"attributes": {"name": "read-only"}}]},
    ]
}


@dataclass
class Account:
    """An account that answers listings without pages.

    Calls that it does not have fail as an emulator's do.
    """

    has: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __call__(self, service: str) -> Account:
        del service
        return self

    def can_paginate(self, call: str) -> bool:
        del call
        return False

    def __getattr__(self, call: str) -> Any:  # noqa: ANN401 any call of any client
        if call.startswith("__"):
            raise AttributeError(call)

        def answer() -> Mapping[str, Any]:
            if call not in self.has:
                raise ClientError({"Error": {"Code": "InvalidAction", "Message": ""}}, call)
            return self.has[call]

        return answer


def test_names_are_those_of_managed_resources() -> None:
    assert names_in_state(STATE) == {"shop-raw", "/aws/lambda/shop-gate", "arn:aws:logs:x"}


def test_what_is_left_is_named_by_kind() -> None:
    account = Account(
        {
            "list_buckets": {"Buckets": [{"Name": "shop-raw"}, {"Name": "shop-raw-of-another-lake"}]},
            "describe_log_groups": {"logGroups": [{"logGroupName": "/aws/lambda/shop-gate"}]},
        }
    )
    assert leftovers(account, names_in_state(STATE)) == [
        "bucket: shop-raw",
        "log group: /aws/lambda/shop-gate",
    ]


def test_an_empty_account_has_nothing_left() -> None:
    assert leftovers(Account(), names_in_state(STATE)) == []


def test_a_listing_that_is_not_permitted_is_an_error_and_not_an_empty_account() -> None:
    class Denied(Account):
        def __getattr__(self, call: str) -> Any:  # noqa: ANN401 as above
            def answer() -> Mapping[str, Any]:
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, call)

            return answer

    with pytest.raises(ClientError):
        leftovers(Denied(), names_in_state(STATE))
