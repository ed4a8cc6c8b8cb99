"""A lake on an emulator has a first login, and its deployment says how to go on and how to end it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from scripts.deployment.deploy_commands import deploy_command
from scripts.deployment.first_login import NEW_PASSWORD, USER, first_login, last_screen, new_login

pytestmark = pytest.mark.unit


@dataclass
class People:
    """A user pool in memory, as `headgate.aws.cognito.Users`."""

    added: list[tuple[str, str, bool]] = field(default_factory=list)

    def exist(self) -> bool:
        return bool(self.added)

    def add(self, email: str, group: str, *, permanent: bool = False) -> str:
        self.added.append((email, group, permanent))
        return f"password-{len(self.added)}"


def test_the_first_deployment_makes_an_operator_whose_password_stays() -> None:
    people = People()
    assert first_login(people) == f"Login:    {USER}   password: password-1"  # type: ignore[arg-type]  # a twin of the user pool
    assert people.added == [(USER, "operator", True)]


def test_a_later_deployment_keeps_the_logins_and_says_how_to_get_a_new_password() -> None:
    people = People([("anna@example.com", "viewer", True)])
    assert NEW_PASSWORD in first_login(people)  # type: ignore[arg-type]  # as above
    assert len(people.added) == 1
    assert "password-2" in new_login(people)  # type: ignore[arg-type]  # as above


def test_the_last_screen_names_the_console_and_the_command_that_stops_the_lake() -> None:
    shown = last_screen("http://console", "Login:    somebody", "demo")
    assert shown.splitlines()[:2] == ["Console:  http://console", "Login:    somebody"]
    assert shown.endswith("make clean-localstack NAME=demo")
    assert last_screen("http://console", "", "local").endswith("make clean-localstack")


def test_the_last_screen_after_headgate_deploy_names_no_command_of_a_clone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HEADGATE_STATE", "/lake/.headgate")
    shown = last_screen("http://console", "", "demo")
    assert shown.endswith("Stop it:  headgate destroy localstack --name demo")
    assert "make" not in shown
    assert ".venv" not in shown


def test_a_message_names_the_command_that_was_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert deploy_command("apply", "aws", "prod") == "python scripts/deploy.py apply aws --name prod"
    monkeypatch.setenv("HEADGATE_STATE", "/lake/.headgate")
    assert deploy_command("plan", "aws", "prod") == "headgate deploy aws --plan --name prod"
    assert deploy_command("apply", "emulator", "x") == "headgate deploy localstack --name x"
