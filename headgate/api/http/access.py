"""Who may call which route: viewers, uploaders and operators, each including the group before."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from headgate.api import lake_ports
from headgate.api.http.problems import ProblemError, forbidden
from headgate.api.lake_ports import LakePorts

_POOL_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Group(StrEnum):
    """A Cognito group of callers; `personal-data` complements viewer or uploader."""

    VIEWER = "viewer"
    UPLOADER = "uploader"
    OPERATOR = "operator"
    PERSONAL_DATA = "personal-data"


_INCLUDED_IN: Mapping[Group, frozenset[Group]] = {
    Group.VIEWER: frozenset({Group.VIEWER, Group.UPLOADER, Group.OPERATOR}),
    Group.UPLOADER: frozenset({Group.UPLOADER, Group.OPERATOR}),
    Group.OPERATOR: frozenset({Group.OPERATOR}),
    Group.PERSONAL_DATA: frozenset({Group.PERSONAL_DATA, Group.OPERATOR}),
}


@dataclass(frozen=True)
class CallerIdentity:
    """The sender of a request.

    Attributes:
        name: a readable name: a verified address, or the user name.
        pool_id: the immutable id from the user pool; empty for other callers.
    """

    name: str
    groups: frozenset[Group]
    pool_id: str = ""

    @property
    def key(self) -> str:
        """Stable name of the person's own lists in storage."""
        return self.pool_id or self.name

    def is_named(self, name: str) -> bool:
        """Return whether a recorded name is the caller's id or verified address; False for an empty name."""
        return name != "" and name in (self.name, self.pool_id)

    def may(self, group: Group) -> bool:
        """Return whether the caller has the rights of the group."""
        return not self.groups.isdisjoint(_INCLUDED_IN[group])


@dataclass(frozen=True)
class Access:
    """The group that a route requires; `path` is a template such as `/v1/files/<file_id>`."""

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
    """Return the sender of a request, which API Gateway's authorizer has checked.

    A machine signs its requests with IAM and has an operator's rights here: its policy limits its routes.
    """
    authorizer = event.get("requestContext", {}).get("authorizer", {})
    claims = authorizer.get("jwt", {}).get("claims") or {}
    if claims.get("token_use") == "access":  # the authorizer accepts ID tokens too, for the same client
        names = _listed(claims.get("cognito:groups", ""))
        user = claims.get("username") or claims.get("cognito:username") or claims.get("sub", "")
        return CallerIdentity(str(user), frozenset(Group(name) for name in names if name in set(Group)))
    if (iam := authorizer.get("iam")) and iam.get("userArn"):
        return CallerIdentity(str(iam["userArn"]), frozenset({Group.OPERATOR}))
    detail = "The request has no valid token. Sign in and send the token as `Authorization: Bearer <token>`."
    raise ProblemError(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


def check_method(required: Iterable[Access], method: str, path: str) -> None:
    """Check that the path has the method; a path without a route passes, because it is answered with 404."""
    methods = sorted({rule.method for rule in required if rule.matches(rule.method, path)})
    if methods and method not in methods:
        detail = f"This path does not support {method}. Use one of {', '.join(methods)}."
        raise ProblemError(405, "method-not-allowed", detail, headers={"Allow": ", ".join(methods)})


def check_access(caller: CallerIdentity, required: Iterable[Access], method: str, path: str) -> None:
    """Check that the caller may call the route; a path without a route passes.

    Raises:
        ProblemError: 403, the caller is in none of the permitted groups.
    """
    group = next((rule.group for rule in required if rule.matches(method, path)), None)
    if group and not caller.may(group):
        raise forbidden(f"This request needs the group {group}. Ask an operator to add you to it.")


def _listed(groups: object) -> list[str]:
    """Return the groups of a claim, which API Gateway passes as the text `[viewer operator]`."""
    if isinstance(groups, list):
        return [str(group) for group in groups]
    return str(groups).strip("[]").replace(",", " ").split()


def caller(request: Request, lake: Annotated[LakePorts, Depends(lake_ports.lake)]) -> CallerIdentity:
    """Return the sender of the current request, with the verified address as name.

    An access token has the user pool's id of a person. An unverified address is not used: it may be somebody
    else's. Source: Amazon Cognito developer guide, "Customizing sign-in attributes".
    """
    identity = identity_of(request.resolved_event.raw_event)
    if not _POOL_ID.fullmatch(identity.name):
        return identity
    pool_id = identity.name
    return replace(identity, name=lake.people.address(pool_id) or pool_id, pool_id=pool_id)


def reader(name: str) -> CallerIdentity:
    """Return a viewer of that name, who sees no personal data."""
    return CallerIdentity(name, frozenset({Group.VIEWER}))
