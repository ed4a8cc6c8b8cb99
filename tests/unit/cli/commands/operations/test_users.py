"""`headgate users remove` asks before a person can no longer sign in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.aws.cognito import PoolUser
from headgate.cli import command_deployment
from headgate.cli.commands.operations.users import users
from headgate.wiring import api

if TYPE_CHECKING:
    from click.testing import Result

pytestmark = pytest.mark.unit

ANNA = "anna@example.com"


@dataclass
class MemoryPool:
    """A user pool of addresses."""

    addresses: list[str]

    def listed(self) -> list[PoolUser]:
        return [
            PoolUser(address, ("uploader", "personal-data"), has_first_password=False, is_enabled=True)
            for address in self.addresses
        ]

    def remove(self, email: str) -> None:
        self.addresses.remove(email)


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> MemoryPool:
    pool = MemoryPool([ANNA])
    monkeypatch.setattr(
        command_deployment, "activate", lambda: command_deployment.Deployment("memory", {}, {})
    )
    monkeypatch.setattr(api, "users", lambda _: pool)
    return pool


def removed(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(users, ["remove", *arguments], input=typed)


def test_a_person_stays_until_the_question_is_answered_with_yes(pool: MemoryPool) -> None:
    refused = removed(ANNA, typed="n\n")
    assert (refused.exit_code, pool.addresses) == (1, [ANNA])
    assert f"Remove {ANNA} (uploader, personal-data)? The person can no longer sign in." in refused.stderr
    assert removed(ANNA, typed="y\n").exit_code == 0
    assert pool.addresses == []


def test_yes_removes_without_a_question(pool: MemoryPool) -> None:
    answer = removed(ANNA, "--yes")
    assert (answer.exit_code, answer.stderr, pool.addresses) == (0, "", [])
    assert f"Removed {ANNA}." in answer.stdout


def test_nobody_is_asked_about_an_address_that_the_lake_does_not_have(pool: MemoryPool) -> None:
    for arguments in (("ana@example.com",), ("ana@example.com", "--yes")):
        answer = removed(*arguments)
        assert (answer.exit_code, pool.addresses) == (1, [ANNA])
        assert (
            "ana@example.com is no user of this lake. `headgate users list` lists all users." in answer.stderr
        )
        assert "Remove ana" not in answer.stderr
