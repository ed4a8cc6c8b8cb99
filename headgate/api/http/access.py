"""Who may call what: three groups, each of which includes the one before, and the group of those who see
personal data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from headgate.api import lake_ports
from headgate.api.http.problems import ProblemError
from headgate.api.lake_ports import LakePorts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_ACCESS = "access"
_ID_OF_A_POOL = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Group(StrEnum):
    """A group of callers: a Cognito group of that name.

    `personal-data` is given beside viewer or uploader.
    """

    VIEWER = "viewer"
    UPLOADER = "uploader"
    OPERATOR = "operator"
    PERSONAL_DATA = "personal-data"


_GIVEN_BY: Mapping[Group, frozenset[Group]] = {
    Group.VIEWER: frozenset({Group.VIEWER, Group.UPLOADER, Group.OPERATOR}),
    Group.UPLOADER: frozenset({Group.UPLOADER, Group.OPERATOR}),
    Group.OPERATOR: frozenset({Group.OPERATOR}),
    Group.PERSONAL_DATA: frozenset({Group.PERSONAL_DATA, Group.OPERATOR}),
}


@dataclass(frozen=True)
class CallerIdentity:
    """Who sent a request.

    Attributes:
        name: what people read: a verified address, or the user name.
        pool_id: the id that the user pool made, which nobody can change; empty for others.
    """

    name: str
    groups: frozenset[Group]
    pool_id: str = ""

    @property
    def key(self) -> str:
        """Name of the person's own lists in storage, which stays when the address changes."""
        return self.pool_id or self.name

    def goes_by(self, name: str) -> bool:
        """Return whether a record names the caller, by id or by verified address; nobody has no name."""
        return name != "" and name in (self.name, self.pool_id)

    def may(self, group: Group) -> bool:
        """Return whether the caller has the rights of the group."""
        return not self.groups.isdisjoint(_GIVEN_BY[group])


@dataclass(frozen=True)
class Access:
    """The group that a route asks for; `path` is a template such as `/v1/files/<file_id>`."""

    method: str
    path: str
    group: Group

    def matches(self, method: str, path: str) -> bool:
        """Return whether a request is for this route."""
        return method == self.method and _pattern(self.path).fullmatch(path) is not None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"<\w+>", "[^/]+", template))


def identity_of(event: Mapping[str, Any]) -> CallerIdentity:
    """Return who sent a request, as API Gateway's authorizer has checked it.

    A machine signs its requests with IAM. Its policy names the routes that it may call, so it has the rights
    of an operator here.

    Raises:
        ProblemError: 401, no authorizer has checked the request.
    """
    authorizer = event.get("requestContext", {}).get("authorizer", {})
    claims = authorizer.get("jwt", {}).get("claims") or {}
    if (
        claims.get("token_use") == _ACCESS
    ):  # the authorizer accepts ID tokens, too: their audience is the same client
        groups = frozenset(
            Group(name) for name in _listed(claims.get("cognito:groups", "")) if name in set(Group)
        )
        return CallerIdentity(
            str(claims.get("username") or claims.get("cognito:username") or claims.get("sub", "")), groups
        )
    if (iam := authorizer.get("iam")) and iam.get("userArn"):
        return CallerIdentity(str(iam["userArn"]), frozenset({Group.OPERATOR}))
    detail = (
        "The request has no valid token. Sign in and send the access token as `Authorization: Bearer "
        "<token>`."
    )
    raise ProblemError(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


def check_method(required: Iterable[Access], method: str, path: str) -> None:
    """Check that the path has the method.

    A path without any route is allowed, because it is answered with 404.

    Raises:
        ProblemError: 405, the path has other methods; `Allow` names them.
    """
    methods = sorted({rule.method for rule in required if rule.matches(rule.method, path)})
    if methods and method not in methods:
        detail = f"This path has no such method. It has: {', '.join(methods)}."
        raise ProblemError(405, "method-not-allowed", detail, headers={"Allow": ", ".join(methods)})


def check_access(caller: CallerIdentity, required: Iterable[Access], method: str, path: str) -> None:
    """Check that the caller may call the route.

    A path without a route is allowed, because it is answered with 404.

    Raises:
        ProblemError: 403, the caller is in none of the groups that may.
    """
    group = next((rule.group for rule in required if rule.matches(method, path)), None)
    if group and not caller.may(group):
        raise ProblemError(
            403, "forbidden", f"This needs the group {group}. Ask an operator to add you to it."
        )


def _listed(groups: object) -> list[str]:
    """Return the groups of a claim: API Gateway passes a list as the text `[viewer operator]`."""
    return (
        [str(group) for group in groups]
        if isinstance(groups, list)
        else str(groups).strip("[]").replace(",", " ").split()
    )


def caller(request: Request, lake: Annotated[LakePorts, Depends(lake_ports.lake)]) -> CallerIdentity:
    """Return who sent the request that is being answered, under the name that people know.

    An address that is not verified names nobody: a person could have typed that of a colleague.

    The name of a person in an access token is an id that the user pool made. Source: Amazon Cognito developer
    guide, "Customizing sign-in attributes".
    """
    identity = identity_of(request.resolved_event.raw_event)
    if not _ID_OF_A_POOL.fullmatch(identity.name):
        return identity
    pool_id = identity.name
    return replace(identity, name=lake.people.address(pool_id) or pool_id, pool_id=pool_id)


def reader(name: str) -> CallerIdentity:
    """Return a person who reads and sees no personal data, whatever groups the person is in."""
    return CallerIdentity(name, frozenset({Group.VIEWER}))
