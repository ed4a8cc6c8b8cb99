"""Who a person of the user pool is: only an address whose mailbox has answered counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from headgate.aws.cognito import PoolPeople, PoolUser, Users

pytestmark = pytest.mark.unit

PERSON = "248289dc-1d5e-4f0e-9b5d-0123456789ab"


@dataclass
class MemoryPool:
    """A user pool with one person."""

    attributes: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def admin_get_user(self, *, UserPoolId: str, Username: str) -> dict[str, Any]:  # noqa: N803 boto3's own
        self.asked.append(f"{UserPoolId} {Username}")
        return {"UserAttributes": [{"Name": name, "Value": text} for name, text in self.attributes.items()]}


@pytest.mark.parametrize(
    ("verified", "address"),
    [({"email_verified": "true"}, "eva@example.com"), ({"email_verified": "false"}, ""), ({}, "")],
)
def test_an_address_counts_only_if_the_pool_verified_it(verified: dict[str, str], address: str) -> None:
    assert PoolPeople(MemoryPool({"email": "eva@example.com", **verified}), "pool").address(PERSON) == address


def test_a_changed_address_is_seen_after_a_minute_and_not_asked_for_before() -> None:
    pool, seconds = MemoryPool({"email": "eva@example.com", "email_verified": "true"}), [0.0]
    people = PoolPeople(pool, "pool", lambda: seconds[0])
    people.address(PERSON)
    pool.attributes["email"] = "eve@example.com"
    assert people.address(PERSON) == "eva@example.com"
    seconds[0] = 61.0
    assert people.address(PERSON) == "eve@example.com"
    assert len(pool.asked) == 2


def test_a_machine_is_not_looked_up_in_the_pool() -> None:
    pool = MemoryPool()
    people = PoolPeople(pool, "pool")
    machine = "arn:aws:iam::000000000000:role/loader"
    assert (people.address(machine), people.groups(machine)) == ("", frozenset())
    assert pool.asked == []


@dataclass
class PagesOfPool:
    """The answers of a user pool, by operation and group."""

    answers: dict[str, dict[str, Any]]

    def get_paginator(self, operation: str) -> PagesOfPool:
        return PagesOfPool(
            {"": self.answers, operation: self.answers[operation]} | {"now": {"of": operation}}
        )

    def paginate(self, *, UserPoolId: str, GroupName: str = "") -> PagesOfPool:  # noqa: N803 boto3's own
        assert UserPoolId == "pool"
        answer = self.answers[self.answers["now"]["of"]]
        return PagesOfPool(answer[GroupName] if GroupName else answer)

    def build_full_result(self) -> dict[str, Any]:
        return self.answers


def test_users_are_listed_by_their_addresses_with_their_groups() -> None:
    def user(name: str, status: str = "CONFIRMED") -> dict[str, Any]:
        email = {"Name": "email", "Value": f"{name}@example.com"}
        return {"Username": name, "UserStatus": status, "Enabled": True, "Attributes": [email]}

    pool = PagesOfPool(
        {
            "list_users": {"Users": [user("eva"), user("ben", "FORCE_CHANGE_PASSWORD")]},
            "list_groups": {"Groups": [{"GroupName": "viewer"}, {"GroupName": "personal-data"}]},
            "list_users_in_group": {
                "viewer": {"Users": [user("eva"), user("ben")]},
                "personal-data": {"Users": [user("eva")]},
            },
        }
    )
    assert Users(pool, "pool").listed() == [
        PoolUser("ben@example.com", ("viewer",), has_first_password=True, is_enabled=True),
        PoolUser("eva@example.com", ("viewer", "personal-data"), has_first_password=False, is_enabled=True),
    ]
