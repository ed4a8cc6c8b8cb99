"""Secrets: the masking key, logins of source databases, and the API key of a lineage server.

No `repr` and no error contains them.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from headgate.aws.sdk_errors import translated
from headgate.errors import ConflictError, SettingsError
from headgate.lake.ports import MaskingKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_secretsmanager import SecretsManagerClient

CACHED_S = 300.0  # warm workers use a rotated key after at most five minutes
_NUMBERED = re.compile(r"k(\d+)")
_CURRENT, _NEXT = "AWSCURRENT", "AWSPENDING"  # version labels of Secrets Manager
_FIRST = "first_key_id"  # of the key that generates ids of records, which rotations must keep
KEY_BYTES = 32  # as long as SHA-256's output. Source: RFC 2104, section 3


@dataclass(frozen=True)
class DatabaseLogin:
    """The address and account of a source database.

    Attributes:
        ca: PEM of the authority of the server's certificate; empty for the system's authorities.
        name: the server's name in its certificate; empty for `host`.
        tls: `on` or `off`; empty for off to this machine and on elsewhere.
        engine: the kind of server in Amazon RDS's terms (`postgres`); empty for MySQL.
        schema: the PostgreSQL schema; empty for the first one of the account's search path.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    dbname: str
    ca: str = ""
    name: str = ""
    tls: str = ""
    engine: str = ""
    schema: str = ""


@dataclass(frozen=True)
class Secrets:
    """Secrets by name or ARN, each fetched at most once in five minutes."""

    client: SecretsManagerClient
    monotonic_s: Callable[[], float] = time.monotonic
    _fetched: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)

    def masking_key(self, secret_id: str) -> MaskingKey:
        """Return the current masking key.

        Raises:
            SettingsError: the secret is not `{"key_id": …, "key": <base64 of at least 32 bytes>}`, with
                optional `previous` keys of the same form. Or `previous` lacks the first key, which generates
                ids of records.
        """
        document = self._document(secret_id, {"key_id", "key"})
        first = _first_key(secret_id, document)
        key = _masking_key(secret_id, document)
        return key if first == key else replace(key, first_secret=first.secret)

    def masking_key_ids(self, secret_id: str) -> tuple[str, ...]:
        """Return the ids of the masking keys, newest first."""
        document = self._document(secret_id, {"key_id", "key"})
        return (str(document["key_id"]), *(str(entry["key_id"]) for entry in _previous(secret_id, document)))

    def rotate_masking_key(self, secret_id: str, key: bytes) -> MaskingKey:
        """Make `key` the current masking key with a new id, and keep the previous ones.

        Raises:
            SettingsError: the secret has no masking key or lacks its first one, or `key` is too short or
                already used.
            ConflictError: the secret was changed at the same time; `key` is not used.
        """
        version, text = self._current(secret_id)
        document = _document(secret_id, text, {"key_id", "key"})
        current, first = _masking_key(secret_id, document), _first_key(secret_id, document)
        before = [_entry(current), *_previous(secret_id, document)]
        entry = _entry(MaskingKey(_next_id([str(earlier["key_id"]) for earlier in before]), key))
        if entry["key"] in {earlier["key"] for earlier in before}:
            raise SettingsError(
                f"secret {secret_id} already has this key. Run `headgate keys rotate`, which creates a new "
                "one."
            )
        masking_key = _masking_key(secret_id, entry)
        self._replace(secret_id, version, json.dumps({**entry, "previous": before, _FIRST: first.key_id}))
        return masking_key

    def database_login(self, secret_id: str) -> DatabaseLogin:
        """Return the login of the source database.

        Raises:
            SettingsError: the secret lacks host, port, username, password or dbname.
        """
        document = self._document(secret_id, {"host", "port", "username", "password", "dbname"})
        host, username, password, dbname = (
            str(document[name]) for name in ("host", "username", "password", "dbname")
        )
        optional = (str(document.get(part) or "") for part in ("ca", "name", "tls", "engine", "schema"))
        return DatabaseLogin(host, int(str(document["port"])), username, password, dbname, *optional)

    def store_database_login(self, secret_id: str, login: Mapping[str, str]) -> None:
        """Store `login` as the secret's value for `database_login`.

        Raises:
            NotFoundError: the secret does not exist.
        """
        self._fetched.pop(secret_id, None)
        with translated(f"write secret {secret_id}"):
            self.client.put_secret_value(SecretId=secret_id, SecretString=json.dumps(dict(login)))

    def api_key(self, secret_id: str) -> str:
        """Return the API key of another service, which is the text of the secret."""
        return self._text(secret_id).strip()

    def _document(self, secret_id: str, names: set[str]) -> dict[str, object]:
        return _document(secret_id, self._text(secret_id), names)

    def _text(self, secret_id: str) -> str:
        now = self.monotonic_s()
        fetched_at, text = self._fetched.get(secret_id, (float("-inf"), ""))
        if now - fetched_at <= CACHED_S:
            return text
        _, text = self._current(secret_id)
        self._fetched[secret_id] = (now, text)
        return text

    def _current(self, secret_id: str) -> tuple[str, str]:
        """Return the id and the text of the secret's current version."""
        with translated(f"read secret {secret_id}"):
            response = self.client.get_secret_value(SecretId=secret_id)
        if not response.get("SecretString"):
            raise SettingsError(f"secret {secret_id} has no value yet. {how_to_fill(secret_id)}")
        return response["VersionId"], response["SecretString"]

    def _replace(self, secret_id: str, version: str, text: str) -> None:
        """Replace the secret's text if `version` is still current.

        Source: AWS Secrets Manager API reference, UpdateSecretVersionStage: it fails if the label is not
        attached to the version that it is removed from.
        """
        self._fetched.pop(secret_id, None)
        with translated(f"write secret {secret_id}"):
            written = self.client.put_secret_value(
                SecretId=secret_id, SecretString=text, VersionStages=[_NEXT]
            )["VersionId"]
            try:
                self.client.update_secret_version_stage(
                    SecretId=secret_id,
                    VersionStage=_CURRENT,
                    MoveToVersionId=written,
                    RemoveFromVersionId=version,
                )
            except self.client.exceptions.InvalidParameterException:
                raise ConflictError(
                    f"secret {secret_id} was changed at the same time. Check its value and try again"
                ) from None


@dataclass(frozen=True)
class MaskingKeys:
    """The masking keys of a secret, by their ids."""

    secrets: Secrets
    secret_id: str

    def ids(self) -> tuple[str, ...]:
        """Return the ids of the keys, newest first."""
        return self.secrets.masking_key_ids(self.secret_id)

    def rotate(self, key: bytes) -> str:
        """Make `key` the current key, and return its id."""
        return self.secrets.rotate_masking_key(self.secret_id, key).key_id


def how_to_fill(secret_id: str) -> str:
    """Return advice for an empty secret, by the names of Terraform's secrets (export.tf, security.tf)."""
    if "/masking-key" in secret_id:
        return "It is for the masking key: deploy again, which stores one."
    if "/mysql" in secret_id:
        return "It is for the login of a database: store it with `headgate export login`."
    return (
        "It is for the key of a server in the settings: store it with `aws secretsmanager put-secret-value`."
    )


def how_to_correct(secret_id: str) -> str:
    """Return advice for a secret with an invalid value, by the names of Terraform's secrets."""
    if "/masking-key" in secret_id:
        return (
            "It is the masking key: make its last valid version current again with `aws secretsmanager "
            "update-secret-version-stage`, because a new key would change the tokens of all cards."
        )
    if "/mysql" in secret_id:
        return "It is the login of a database: store it again with `headgate export login`."
    return "Store a valid value with `aws secretsmanager put-secret-value`."


def _document(secret_id: str, text: str, names: set[str]) -> dict[str, object]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        raise SettingsError(f"secret {secret_id} is not JSON. {how_to_correct(secret_id)}") from None
    missing = sorted(names - document.keys()) if isinstance(document, dict) else sorted(names)
    if missing:
        raise SettingsError(f"secret {secret_id} lacks {', '.join(missing)}. {how_to_correct(secret_id)}")
    return dict(document)


def _masking_key(secret_id: str, document: Mapping[str, object]) -> MaskingKey:
    try:
        secret = base64.b64decode(str(document["key"]), validate=True)
    except binascii.Error:
        raise SettingsError(f"secret {secret_id}: key is not base64. {how_to_correct(secret_id)}") from None
    if len(secret) < KEY_BYTES:
        too_short = f"key has {len(secret)} bytes, it must have at least {KEY_BYTES}"
        raise SettingsError(f"secret {secret_id}: {too_short}. {how_to_correct(secret_id)}")
    return MaskingKey(str(document["key_id"]), secret)


def _entry(key: MaskingKey) -> dict[str, str]:
    return {"key_id": key.key_id, "key": base64.b64encode(key.secret).decode()}


def _previous(secret_id: str, document: Mapping[str, object]) -> list[dict[str, str]]:
    previous = document.get("previous", [])
    if not isinstance(previous, list) or not all(
        isinstance(entry, dict) and {"key_id", "key"} <= entry.keys() for entry in previous
    ):
        raise SettingsError(
            f"secret {secret_id}: `previous` is not a list of keys with ids. {how_to_correct(secret_id)}"
        )
    return previous


def _first_key(secret_id: str, document: Mapping[str, object]) -> MaskingKey:
    """Return the oldest key; raise SettingsError if it is not the first key of the last rotation."""
    key = _masking_key(secret_id, [document, *_previous(secret_id, document)][-1])
    if (first_id := document.get(_FIRST, key.key_id)) != key.key_id:
        raise SettingsError(
            f"secret {secret_id} lacks key {first_id}, which generates the ids of records; they would all "
            f"change. {how_to_correct(secret_id)}"
        )
    return key


def _next_id(used: list[str]) -> str:
    """Return `k` and the number after the greatest used one."""
    numbers = [int(number[1]) for key_id in used if (number := _NUMBERED.fullmatch(key_id))]
    return f"k{max(numbers, default=len(used)) + 1}"
