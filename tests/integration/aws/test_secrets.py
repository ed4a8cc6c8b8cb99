"""Secrets are read rarely, checked, and never shown."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from headgate.aws.secrets import CACHED_S, Secrets
from headgate.errors import ConflictError, NotFoundError, SettingsError
from tests.conftest import unique

if TYPE_CHECKING:
    from headgate.lake.ports import MaskingKey
    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

KEY = bytes(range(32))


def masking(key_id: str, key: bytes) -> dict[str, str]:
    return {"key_id": key_id, "key": base64.b64encode(key).decode()}


def stored(emulator: Emulator, document: object) -> str:
    name = unique("secret")
    emulator.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(document))
    return name


def test_the_masking_key_is_read_and_its_text_hides_it(emulator: Emulator) -> None:
    name = stored(emulator, masking("k1", KEY))
    key = Secrets(emulator.client("secretsmanager")).masking_key(name)
    assert (key.key_id, key.secret) == ("k1", KEY)
    assert "secret" not in repr(key)


def test_a_rotated_key_is_seen_after_the_cached_time_and_not_before(emulator: Emulator) -> None:
    name, seconds = stored(emulator, masking("k1", KEY)), [0.0]
    secrets = Secrets(emulator.client("secretsmanager"), monotonic_s=lambda: seconds[0])
    assert secrets.masking_key(name).key_id == "k1"
    emulator.client("secretsmanager").put_secret_value(
        SecretId=name, SecretString=json.dumps(masking("k2", KEY))
    )
    assert secrets.masking_key(name).key_id == "k1"
    seconds[0] = CACHED_S + 1
    assert secrets.masking_key(name).key_id == "k2"


@pytest.mark.parametrize(
    ("document", "reported"),
    [
        ({"key_id": "k1"}, "lacks key"),
        ([], "lacks key, key_id"),
        ({"key_id": "k1", "key": "?not base64?"}, "not base64"),
        (masking("k1", b"short"), "at least 32"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(
    emulator: Emulator, document: object, reported: str
) -> None:
    name = stored(emulator, document)
    with pytest.raises(SettingsError, match=reported) as caught:
        Secrets(emulator.client("secretsmanager")).masking_key(name)
    assert "?not base64?" not in str(caught.value)


def test_a_secret_that_was_deployed_and_never_filled_is_an_error(emulator: Emulator) -> None:
    name = unique("secret")
    emulator.client("secretsmanager").create_secret(Name=name)
    with pytest.raises(SettingsError, match=f"{name} has no value yet"):
        Secrets(emulator.client("secretsmanager")).database_login(name)


def test_a_secret_that_is_not_json_is_refused(emulator: Emulator) -> None:
    name = unique("secret")
    emulator.client("secretsmanager").create_secret(Name=name, SecretString="hunter2")
    with pytest.raises(SettingsError, match="not JSON") as caught:
        Secrets(emulator.client("secretsmanager")).masking_key(name)
    assert "hunter2" not in str(caught.value)


def test_the_login_is_read_and_its_text_hides_the_password(emulator: Emulator) -> None:
    name = stored(
        emulator,
        {"host": "db", "port": 3306, "username": "reader", "password": "hunter2", "dbname": "ecommerce"},
    )
    login = Secrets(emulator.client("secretsmanager")).database_login(name)
    assert (login.host, login.port, login.username, login.password, login.dbname) == (
        "db",
        3306,
        "reader",
        "hunter2",
        "ecommerce",
    )
    assert "hunter2" not in repr(login)


def test_an_absent_secret_is_not_found(emulator: Emulator) -> None:
    with pytest.raises(NotFoundError):
        Secrets(emulator.client("secretsmanager")).masking_key(unique("absent"))


def test_a_rotated_key_has_an_id_of_its_own_and_the_one_before_is_kept(emulator: Emulator) -> None:
    name = stored(emulator, masking("k1", KEY))
    secrets = Secrets(emulator.client("secretsmanager"))
    assert secrets.masking_key_ids(name) == ("k1",)
    made = secrets.rotate_masking_key(name, b"2" * 32)
    assert (made.key_id, made.secret) == ("k2", b"2" * 32)
    assert secrets.masking_key(name) == made
    assert secrets.rotate_masking_key(name, b"3" * 32).key_id == "k3"
    assert secrets.masking_key_ids(name) == ("k3", "k2", "k1")


def test_a_secret_that_lost_its_first_key_is_refused_because_ids_of_records_would_change(
    emulator: Emulator,
) -> None:
    name, client = stored(emulator, masking("k1", KEY)), emulator.client("secretsmanager")
    for key in (b"2" * 32, b"3" * 32):
        Secrets(client).rotate_masking_key(name, key)
    assert Secrets(client).masking_key(name).first_secret == KEY
    document = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
    for previous in (document["previous"][:-1], []):
        shortened = json.dumps({**document, "previous": previous})
        client.put_secret_value(SecretId=name, SecretString=shortened)
        with pytest.raises(SettingsError, match="lacks key k1"):
            Secrets(client).masking_key(name)
        with pytest.raises(SettingsError, match="lacks key k1"):
            Secrets(client).rotate_masking_key(name, b"4" * 32)
        assert client.get_secret_value(SecretId=name)["SecretString"] == shortened


def test_of_two_rotations_at_the_same_time_one_is_refused(emulator: Emulator) -> None:
    """Else one's key, and all tokens made with it, would be lost without a word."""
    name, client = stored(emulator, masking("k1", KEY)), emulator.new_client("secretsmanager")
    other = Secrets(emulator.client("secretsmanager"))

    def rotated_meanwhile(**_: object) -> None:
        if not met:
            met.append(other.rotate_masking_key(name, b"3" * 32))

    met: list[MaskingKey] = []
    client.meta.events.register("before-call.secrets-manager.PutSecretValue", rotated_meanwhile)
    with pytest.raises(ConflictError, match="at the same time"):
        Secrets(client).rotate_masking_key(name, b"2" * 32)
    assert Secrets(emulator.client("secretsmanager")).masking_key(name) == met[0]
    assert other.masking_key_ids(name) == ("k2", "k1")


def test_a_key_of_another_name_is_followed_by_a_numbered_one(emulator: Emulator) -> None:
    assert (
        Secrets(emulator.client("secretsmanager"))
        .rotate_masking_key(stored(emulator, masking("first", KEY)), b"2" * 32)
        .key_id
        == "k2"
    )


@pytest.mark.parametrize("key", [b"short", KEY])
def test_a_short_key_or_the_same_key_again_is_no_rotation(emulator: Emulator, key: bytes) -> None:
    name = stored(emulator, masking("k1", KEY))
    with pytest.raises(SettingsError) as refused:
        Secrets(emulator.client("secretsmanager")).rotate_masking_key(name, key)
    assert base64.b64encode(KEY).decode() not in str(refused.value)
    assert Secrets(emulator.client("secretsmanager")).masking_key_ids(name) == ("k1",)


def test_previous_keys_that_are_none_are_refused(emulator: Emulator) -> None:
    name = stored(emulator, {**masking("k1", KEY), "previous": ["k0"]})
    with pytest.raises(SettingsError, match="previous"):
        Secrets(emulator.client("secretsmanager")).masking_key_ids(name)
