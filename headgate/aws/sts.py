"""Credentials of roles that this process may assume."""

from collections.abc import Mapping
from typing import Any, Protocol

from headgate.aws.sdk_errors import translated


class TokenService(Protocol):
    """The used method of boto3's STS client."""

    def assume_role(self, *, RoleArn: str, RoleSessionName: str) -> Mapping[str, Any]:  # noqa: N803 boto3's names
        """Return the response of AssumeRole."""


class Identities(Protocol):
    """The method of boto3's STS client that returns the caller."""

    def get_caller_identity(self) -> Mapping[str, Any]:
        """Return the response of GetCallerIdentity."""


class Sts(TokenService, Identities, Protocol):
    """Both."""


def caller(client: Identities) -> str:
    """Return the ARN of the user or role of this process."""
    with translated("look up who calls"):
        return str(client.get_caller_identity()["Arn"])


def credentials_of(client: TokenService, role_arn: str, session: str) -> dict[str, str]:
    """Return a role's credentials as environment variables of the AWS SDKs, valid for an hour.

    Source: AWS STS API reference, AssumeRole: role chaining is limited to an hour.
    """
    with translated(f"assume {role_arn.rpartition('/')[2]}"):
        credentials = client.assume_role(RoleArn=role_arn, RoleSessionName=session)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }
