"""The deployment's user pool: its users, and their access tokens, which Cognito verifies."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import string
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from headgate.aws.sdk_errors import translated
from headgate.errors import ConflictError, NotFoundError, NotPermittedError

_KNOWN_FOR_S = 60.0
_MAX_KNOWN = 1_000
_PASSWORD_SIGNS = string.ascii_letters + string.digits
_PASSWORD_LENGTH = 20
_ONE_OF_EACH = "-aZ7"  # user pools ask for a symbol, a small and a capital letter, and a digit


class UserPools(Protocol):
    """The used methods of boto3's Cognito client."""

    def get_user(self, *, AccessToken: str) -> Any:  # noqa: ANN401, N803 boto3's own
        """Return the user of a valid access token."""


@dataclass
class AccessTokens:
    """The verification of access tokens of one user pool and client.

    API Gateway verifies signatures itself. A local server has no keys, so it asks Cognito, at most once a
    minute per token.
    """

    client: UserPools
    user_pool: str
    client_id: str
    monotonic_s: Callable[[], float] = time.monotonic
    _known: dict[str, float] = field(default_factory=dict, repr=False)

    def claims(self, token: str) -> dict[str, Any] | None:
        """Return the claims of a valid access token; None for other texts."""
        claims = _payload(token)
        if not claims or claims.get("token_use") != "access" or claims.get("client_id") != self.client_id:
            return None
        if not str(claims.get("iss", "")).endswith(f"/{self.user_pool}"):
            return None
        return claims if self._is_valid(token) else None

    def _is_valid(self, token: str) -> bool:
        now_s = self.monotonic_s()
        if self._known.get(token, 0.0) > now_s:
            return True
        try:
            with translated("check an access token"):
                self.client.get_user(AccessToken=token)
        except (NotPermittedError, NotFoundError, ConflictError):
            return False
        if len(self._known) >= _MAX_KNOWN:
            self._known.clear()
        self._known[token] = now_s + _KNOWN_FOR_S
        return True


@dataclass(frozen=True)
class Users:
    """The people who may sign in to the console and the API."""

    client: Any  # boto3's `cognito-idp` client; its types are not installed
    user_pool: str

    def exist(self) -> bool:
        """Return whether the pool has users."""
        with translated("list users"):
            return bool(self.client.list_users(UserPoolId=self.user_pool, Limit=1)["Users"])

    def add(self, email: str, group: str, *, permanent: bool = False) -> str:
        """Create a user in a group, or add an existing one to it, and return a new password.

        Args:
            permanent: the password is permanent; otherwise it must be changed at the first sign-in.

        Raises:
            ServiceError: the user pool refused the call.
        """
        password = "".join(secrets.choice(_PASSWORD_SIGNS) for _ in range(_PASSWORD_LENGTH)) + _ONE_OF_EACH
        with translated("add a user"), suppress(self.client.exceptions.UsernameExistsException):
            self.client.admin_create_user(
                UserPoolId=self.user_pool,
                Username=email,
                UserAttributes=[
                    {"Name": "email", "Value": email},
                    {"Name": "email_verified", "Value": "true"},
                ],
                MessageAction="SUPPRESS",  # the password is printed once, and goes through no mailbox
            )
        with translated("add a user"):
            self.client.admin_set_user_password(
                UserPoolId=self.user_pool, Username=email, Password=password, Permanent=permanent
            )
            self.client.admin_add_user_to_group(UserPoolId=self.user_pool, Username=email, GroupName=group)
        return password

    def listed(self) -> list[PoolUser]:
        """Return all users in the order of their addresses, each with its groups."""
        with translated("list the users"):
            users = self._pages("list_users")["Users"]
            groups = [group["GroupName"] for group in self._pages("list_groups")["Groups"]]
            members = {group: self._members(group) for group in groups}
        return sorted(
            (
                PoolUser(
                    _attributes_of(user["Attributes"]).get("email") or user["Username"],
                    tuple(group for group in groups if user["Username"] in members[group]),
                    user["UserStatus"] == "FORCE_CHANGE_PASSWORD",
                    user["Enabled"],
                )
                for user in users
            ),
            key=lambda user: user.email,
        )

    def remove(self, email: str) -> None:
        """Delete a user; nobody signs in as this person any more.

        Raises:
            NotFoundError: the pool has no such user.
            ServiceError: the user pool refused the call.
        """
        with translated("remove a user"):
            self.client.admin_delete_user(UserPoolId=self.user_pool, Username=email)

    def _members(self, group: str) -> set[str]:
        return {user["Username"] for user in self._pages("list_users_in_group", GroupName=group)["Users"]}

    def _pages(self, operation: str, **asked: str) -> Any:  # noqa: ANN401 boto3's answer
        pages = self.client.get_paginator(operation).paginate(UserPoolId=self.user_pool, **asked)
        return pages.build_full_result()


@dataclass(frozen=True)
class PoolUser:
    """A person who may sign in."""

    email: str
    groups: tuple[str, ...]
    has_first_password: bool  # printed by `headgate users add`, and to be changed at the first sign-in
    is_enabled: bool


@dataclass
class PoolPeople:
    """The people of a user pool, for the API and mails; none without a pool."""

    client: Any  # as above
    user_pool: str
    monotonic_s: Callable[[], float] = time.monotonic
    _addresses: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)

    def address(self, name: str) -> str:
        """Return a person's verified address by user name or address; empty if there is none.

        Cognito is asked at most once a minute per name.
        """
        now_s = self.monotonic_s()
        until_s, address = self._addresses.get(name, (0.0, ""))
        if until_s > now_s:
            return address
        address = _verified_address(self._user(name))
        if len(self._addresses) >= _MAX_KNOWN:
            self._addresses.clear()
        self._addresses[name] = (now_s + _KNOWN_FOR_S, address)
        return address

    def groups(self, name: str) -> frozenset[str]:
        if not self._user(name).get("Enabled"):
            return frozenset()
        with translated("list the groups of a user"):
            listed = self.client.admin_list_groups_for_user(UserPoolId=self.user_pool, Username=name)
        return frozenset(group["GroupName"] for group in listed["Groups"])

    def _user(self, name: str) -> Any:  # noqa: ANN401 boto3's answer
        if not self.user_pool or name.startswith("arn:"):  # a machine is in no pool
            return {}
        try:
            with translated("look up a user"):
                return self.client.admin_get_user(UserPoolId=self.user_pool, Username=name)
        except NotFoundError:
            return {}


def _verified_address(user: Mapping[str, Any]) -> str:
    """Return a user's address; empty if it is not verified."""
    attributes = _attributes_of(user.get("UserAttributes", []))
    return attributes.get("email", "") if attributes.get("email_verified") == "true" else ""


def _attributes_of(listed: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in listed}


def _payload(token: str) -> dict[str, Any]:
    """Return the claims of a token, to be trusted only after Cognito has verified it."""
    _, _, rest = token.partition(".")
    text, _, _ = rest.partition(".")
    try:
        claims = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_"))
    except (binascii.Error, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
