"""A secret without a value, or with a wrong one, names the step that gives it one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headgate.aws.secrets import Secrets, how_to_fill
from headgate.errors import SettingsError

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("secret_id", "step"),
    [
        ("headgate/mysql", "headgate export login"),
        ("headgate/mysql/shop", "headgate export login"),
        (
            "arn:aws:secretsmanager:eu-central-1:000000000000:secret:headgate/mysql-AbCdEf",
            "headgate export login",
        ),
        ("headgate/masking-key", "deploy again"),
        ("marquez-key", "aws secretsmanager put-secret-value"),
    ],
)
def test_an_empty_secret_names_its_own_step(secret_id: str, step: str) -> None:
    assert step in how_to_fill(secret_id)


class OneSecret:
    """Secrets Manager with the same text in every secret."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get_secret_value(self, **_: str) -> dict[str, str]:
        return {"VersionId": "v1", "SecretString": self.text}


@pytest.mark.parametrize(
    "text",
    [
        "hunter2",
        json.dumps({"key_id": "k1"}),
        json.dumps({"key_id": "k1", "key": "?hunter2?"}),
        json.dumps({"key_id": "k1", "key": "aHVudGVyMg=="}),
    ],
    ids=["not JSON", "without a part", "not base64", "too short"],
)
@pytest.mark.parametrize(
    ("secret_id", "step"),
    [
        ("headgate/masking-key", "aws secretsmanager update-secret-version-stage"),
        ("other", "aws secretsmanager put-secret-value"),
    ],
)
def test_a_masking_key_with_a_wrong_value_names_what_to_do(secret_id: str, step: str, text: str) -> None:
    client: Any = OneSecret(text)
    with pytest.raises(SettingsError, match=step) as caught:
        Secrets(client).masking_key(secret_id)
    assert "hunter2" not in str(caught.value)


def test_keys_without_their_ids_name_what_to_do() -> None:
    client: Any = OneSecret(json.dumps({"key_id": "k1", "key": "x", "previous": ["hunter2"]}))
    with pytest.raises(SettingsError, match="update-secret-version-stage") as caught:
        Secrets(client).masking_key_ids("headgate/masking-key")
    assert "hunter2" not in str(caught.value)


def test_a_login_with_a_wrong_value_names_the_command_that_stores_it() -> None:
    client: Any = OneSecret(json.dumps({"host": "db"}))
    with pytest.raises(
        SettingsError, match=r"lacks dbname, password, port, username\..*`headgate export login`"
    ):
        Secrets(client).database_login("headgate/mysql/shop")
