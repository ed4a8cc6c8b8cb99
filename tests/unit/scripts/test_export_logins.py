"""A schedule of an export is enabled only after its login is stored, and a stored login is never replaced."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from headgate.errors import SettingsError
from scripts.deployment import export_logins

pytestmark = pytest.mark.unit

VARIABLES = {
    "export_enabled": "true",
    "export_sources": json.dumps({"crm": {}, "archive": {"enabled": False}}),
}


class NoValueError(Exception):
    """The error of Secrets Manager for a secret without a value."""


class Vault:
    """The two calls of Secrets Manager that a deployment makes, in memory."""

    exceptions = SimpleNamespace(ResourceNotFoundException=NoValueError)

    def __init__(self, **texts: str) -> None:
        self.texts = texts

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 AWS's own name
        if SecretId not in self.texts:
            raise NoValueError
        return {"SecretString": self.texts[SecretId]}

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:  # noqa: N803 as above
        self.texts[SecretId] = SecretString


def test_the_deployments_own_database_is_a_source_too() -> None:
    assert export_logins.sources({}) == ("",)
    assert export_logins.sources(VARIABLES) == ("", "archive", "crm")


def test_a_named_source_is_scheduled_unless_it_says_otherwise_and_the_own_one_when_asked_for() -> None:
    assert export_logins.scheduled(VARIABLES) == {"", "crm"}
    assert export_logins.scheduled({**VARIABLES, "export_enabled": "false"}) == {"crm"}


def test_each_source_has_its_own_variable() -> None:
    environment = {
        "MYSQL_URL": "mysql://u:p@db/shop",
        "MYSQL_URL_CRM": "mysql://u:p@db/crm",
        "MYSQL_URL_ARCHIVE": "",
    }
    found = export_logins.given(environment, ("", "archive", "crm"))
    assert {source: login["dbname"] for source, login in found.items()} == {"": "shop", "crm": "crm"}


def test_a_wrong_url_is_refused_without_repeating_it() -> None:
    with pytest.raises(SettingsError) as caught:
        export_logins.given({"MYSQL_URL": "postgres://u:secret@db/shop"}, ("",))
    assert "secret" not in str(caught.value)


def test_a_missing_login_is_stored_and_a_stored_one_is_kept() -> None:
    vault = Vault(**{"lake/mysql": "kept"})
    logins = export_logins.given(
        {"MYSQL_URL": "mysql://u:p@db/shop", "MYSQL_URL_CRM": "mysql://u:p@db:3307/crm"}, ("", "crm")
    )
    assert export_logins.store_missing(vault, "lake/mysql", logins) == ["crm"]
    assert vault.texts["lake/mysql"] == "kept"
    assert json.loads(vault.texts["lake/mysql/crm"]) == {
        "host": "db",
        "port": "3307",
        "username": "u",
        "password": "p",
        "dbname": "crm",
    }
    assert export_logins.stored(vault, "lake/mysql", ("", "archive", "crm")) == {"", "crm"}


def test_a_person_is_shown_the_variable_and_the_command() -> None:
    assert "MYSQL_URL_CRM=" in export_logins.how_to_store("crm")
    assert "headgate export login --source crm" in export_logins.how_to_store("crm")
