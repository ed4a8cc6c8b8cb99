"""The secrets: the masking key, the logins of source databases, and the API key of a lineage server.

None is ever shown by a repr or an error.
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

CACHED_S = 300.0  # a rotated key reaches every warm worker within five minutes
_NUMBERED = re.compile(r"k(\d+)")
_CURRENT, _NEXT = "AWSCURRENT", "AWSPENDING"  # labels of Secrets Manager's own
_FIRST = "first_key_id"  # of the key that generates ids of records, which no rotation may drop
KEY_BYTES = 32  # as long as SHA-256's output. Source: RFC 2104, section 3


@dataclass(frozen=True)
class DatabaseLogin:
    """How to reach the source database.

    Attributes:
        ca: PEM of the authority that signed its certificate, empty where the system knows it.
        name: the server's name in its certificate; empty for `host`.
        tls: `on` or `off`; empty for off to this machine and on elsewhere.
        engine: the kind of server, as Amazon RDS names it (`postgres`); empty for MySQL.
        schema: of PostgreSQL; empty for the account's own first one.
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
    """Secrets Manager's secrets by name or ARN, each fetched at most once in five minutes."""

    client: SecretsManagerClient
    monotonic_s: Callable[[], float] = time.monotonic
    _fetched: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)

    def masking_key(self, secret_id: str) -> MaskingKey:
        """Return the key that card tokens are made with now.

        Raises:
            SettingsError: the secret is not `{"key_id": …, "key": <base64 of at least 32 bytes>}`;
                `previous`, a list of the same, may be beside them. Or `previous` lacks the first key, which
                generated ids of records depend on.
        """
        document = self._document(secret_id, {"key_id", "key"})
        first = _first_key(secret_id, document)
        key = _masking_key(secret_id, document)
        return key if first == key else replace(key, first_secret=first.secret)

    def masking_key_ids(self, secret_id: str) -> tuple[str, ...]:
        """Return the id of the key that tokens are made with now, and of those before it, newest first."""
        document = self._document(secret_id, {"key_id", "key"})
        return (str(document["key_id"]), *(str(entry["key_id"]) for entry in _previous(secret_id, document)))

    def rotate_masking_key(self, secret_id: str, key: bytes) -> MaskingKey:
        """Make new tokens with `key` from now on, under an id of its own.

        The one before is kept behind it.

        Raises:
            SettingsError: the secret holds no masking key or lacks its first one, or `key` is too short or in
                use already.
            ConflictError: somebody else changed the secret meanwhile; `key` is not in use.
        """
        version, text = self._current(secret_id)
        document = _document(secret_id, text, {"key_id", "key"})
        current, first = _masking_key(secret_id, document), _first_key(secret_id, document)
        before = [_entry(current), *_previous(secret_id, document)]
        entry = _entry(MaskingKey(_next_id([str(earlier["key_id"]) for earlier in before]), key))
        if entry["key"] in {earlier["key"] for earlier in before}:
            raise SettingsError(
                f"secret {secret_id} holds this very key already. Rotate to a new one: `headgate keys "
                "rotate` makes it."
            )
        made = _masking_key(secret_id, entry)
        self._replace(secret_id, version, json.dumps({**entry, "previous": before, _FIRST: first.key_id}))
        return made

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
        """Make `login` the secret's value, in the parts that `database_login` reads.

        Raises:
            NotFoundError: there is no such secret.
        """
        self._fetched.pop(secret_id, None)
        with translated(f"write secret {secret_id}"):
            self.client.put_secret_value(SecretId=secret_id, SecretString=json.dumps(dict(login)))

    def api_key(self, secret_id: str) -> str:
        """Return the API key of another service: the secret's text as it stands."""
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
        """Return the id of the secret's version that is current, and its text.

        SettingsError where it has none, as right after a deployment.
        """
        with translated(f"read secret {secret_id}"):
            response = self.client.get_secret_value(SecretId=secret_id)
        if not response.get("SecretString"):
            raise SettingsError(f"secret {secret_id} has no value yet. {how_to_fill(secret_id)}")
        return response["VersionId"], response["SecretString"]

    def _replace(self, secret_id: str, version: str, text: str) -> None:
        """Replace the secret's text if that version was current until now.

        Source: AWS Secrets Manager API reference, UpdateSecretVersionStage: it fails when the label is not
        attached to the version that it is taken from.
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
                    f"secret {secret_id} was changed by somebody else meanwhile; look at it and try again"
                ) from None


@dataclass(frozen=True)
class MaskingKeys:
    """One secret's masking keys, as those see them who rotate them: by their ids."""

    secrets: Secrets
    secret_id: str

    def ids(self) -> tuple[str, ...]:
        """Return the id of the key that tokens are made with now, and of those before it, newest first."""
        return self.secrets.masking_key_ids(self.secret_id)

    def rotate(self, key: bytes) -> str:
        """Return the id under which `key` makes all new tokens."""
        return self.secrets.rotate_masking_key(self.secret_id, key).key_id


def how_to_fill(secret_id: str) -> str:
    """Return the function that writes a secret's value, by Terraform's names (export.tf, security.tf)."""
    if "/masking-key" in secret_id:
        return "It holds the masking key: deploy again, which stores one."
    if "/mysql" in secret_id:
        return "It holds the login of a database: store it with `headgate export login`."
    return (
        "It holds the key of a server that you named in the settings: store it with `aws secretsmanager "
        "put-secret-value`."
    )


def how_to_correct(secret_id: str) -> str:
    """Return what gives a secret with a wrong value a right one, by the names that Terraform gives."""
    if "/masking-key" in secret_id:
        return (
            "It holds the masking key: make its last good version current again with `aws "
            "secretsmanager update-secret-version-stage`, "
            "because a new key gives each card another token."
        )
    if "/mysql" in secret_id:
        return "It holds the login of a database: store it again with `headgate export login`."
    return "Store a right value with `aws secretsmanager put-secret-value`."


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
            f"secret {secret_id}: previous is no list of keys with their ids. {how_to_correct(secret_id)}"
        )
    return previous


def _first_key(secret_id: str, document: Mapping[str, object]) -> MaskingKey:
    """Return the oldest key; SettingsError where it was not the first at the last rotation."""
    key = _masking_key(secret_id, [document, *_previous(secret_id, document)][-1])
    if (first_id := document.get(_FIRST, key.key_id)) != key.key_id:
        raise SettingsError(
            f"secret {secret_id} lacks key {first_id}, with which ids of records are generated: without it "
            f"all of them would change. {how_to_correct(secret_id)}"
        )
    return key


def _next_id(used: list[str]) -> str:
    """Return `k` and the next number after all that are in use."""
    numbers = [int(number[1]) for key_id in used if (number := _NUMBERED.fullmatch(key_id))]
    return f"k{max(numbers, default=len(used)) + 1}"
