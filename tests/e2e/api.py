"""The deployed HTTP API, called as a browser calls it: with a token of the user pool, through API Gateway."""

from __future__ import annotations

import http.client
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.lakes import Lake

PASSWORD = "Correct-horse-battery-1"  # noqa: S105 of a user that lives as long as an emulator


@dataclass(frozen=True)
class Response:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 whatever JSON it is
        return json.loads(self.body)


@dataclass(frozen=True)
class Api:
    """The API with the token of one user, or as a machine that signs its requests.

    Without either it is called by nobody.
    """

    lake: Lake
    token: str = ""
    signer: Credentials | None = None

    @property
    def host(self) -> str:
        """The API's name at the emulator, which answers for every name.

        This machine need not resolve them.
        """
        port = urlsplit(self.lake.environment["AWS_ENDPOINT_URL"]).port
        return f"{urlsplit(self.lake.outputs['api']['url']).hostname}:{port}"

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Response:
        """The answer to one request."""
        emulator = urlsplit(self.lake.environment["AWS_ENDPOINT_URL"])
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | {"Host": self.host}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        text = None if body is None else json.dumps(body)
        if self.signer:
            signed = AWSRequest(method, f"http://{sent['Host']}{path}", data=text)
            SigV4Auth(self.signer, "execute-api", self.lake.environment["AWS_REGION"]).add_auth(signed)
            sent |= dict(signed.headers)
        connection = http.client.HTTPConnection(emulator.hostname or "", emulator.port, timeout=60)
        connection.request(method, path, text, sent | ({"Content-Type": "application/json"} if text else {}))
        answer = connection.getresponse()
        found = Response(answer.status, dict(answer.getheaders()), answer.read())
        connection.close()
        return found

    def until(self, path: str, ready: Any, timeout_s: float = 60) -> Any:  # noqa: ANN401 a predicate, and whatever JSON it accepts
        """The answer to GET, once it is ready."""
        deadline = time.monotonic() + timeout_s
        while True:
            answer = self.call("GET", path)
            if answer.status == 200 and ready(answer.json):
                return answer.json
            assert time.monotonic() < deadline, (path, answer.status, answer.body[:500])
            time.sleep(0.3)


def signed_in(lake: Lake, *groups: str) -> Api:
    """The API with the token of a user in these groups; the files of a deployment share the user."""
    cognito, pool, client = (
        lake.client("cognito-idp"),
        lake.outputs["api"]["user_pool"],
        lake.outputs["api"]["client"],
    )
    name = f"{'-'.join(groups) or 'nobody'}@example.com"
    address = [{"Name": "email", "Value": name}, {"Name": "email_verified", "Value": "true"}]
    with suppress(cognito.exceptions.UsernameExistsException):
        cognito.admin_create_user(
            UserPoolId=pool, Username=name, UserAttributes=address, MessageAction="SUPPRESS"
        )
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)
    for group in groups:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)
    answer = cognito.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        ClientId=client,
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
    )
    return Api(lake, answer["AuthenticationResult"]["AccessToken"])


def machine(lake: Lake) -> Api:
    """The API as a machine calls it whose policy lets it invoke every route below `/machine`."""
    iam, name = lake.client("iam"), "reporting-machine"
    allowed = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": "arn:aws:execute-api:*:*:*/*/*/machine/*",
    }
    iam.create_user(UserName=name)
    iam.put_user_policy(
        UserName=name,
        PolicyName="call",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Api(lake, signer=Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
