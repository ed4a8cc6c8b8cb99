"""Credentials of a role are variables that the AWS SDKs read."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from headgate.aws.sts import credentials_of
from headgate.errors import NotPermittedError

pytestmark = pytest.mark.unit

ROLE = "arn:aws:iam::123456789012:role/shop-build_retail_copilot-job"


class Tokens:
    """Gives credentials of one role."""

    def assume_role(self, *, RoleArn: str, RoleSessionName: str) -> dict[str, Any]:  # noqa: N803 boto3's names
        if RoleArn != ROLE:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized"}}, "AssumeRole")
        return {
            "Credentials": {
                "AccessKeyId": f"key of {RoleSessionName}",
                "SecretAccessKey": "secret",
                "SessionToken": "token",
            }
        }


def test_the_session_has_the_name_of_the_system() -> None:
    assert credentials_of(Tokens(), ROLE, "retail-copilot") == {
        "AWS_ACCESS_KEY_ID": "key of retail-copilot",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
    }


def test_a_role_that_may_not_be_assumed_is_named() -> None:
    with pytest.raises(NotPermittedError, match="assume another-role"):
        credentials_of(Tokens(), "arn:aws:iam::123456789012:role/another-role", "retail-copilot")
