"""Errors of AWS that end a `terraform destroy` but do not occur in a second destroy.

All other errors need a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

# The form in which the AWS SDK for Go v2, which Terraform's provider uses, writes an error of AWS. The last
# part is the error's code.
_ANSWER = re.compile(
    r"operation error (?P<service>[^:]+): \w+, .*?(?:, |api error )(?!RequestID|HostID)(?P<code>\w+): "
    r"(?P<message>.*)"
)


@dataclass(frozen=True, kw_only=True)
class Repeatable:
    """A row of the table.

    Attributes:
        service: as the SDK names it; empty for any service.
        words: part of AWS's message, if other errors have the same code.
        wait_s: before the second destroy.
        source: a log or a document which shows that a second run succeeds.
    """

    name: str
    service: str = ""
    codes: Collection[str]
    words: str = ""
    wait_s: int
    source: str

    def matches(self, service: str, code: str, message: str) -> bool:
        """Return whether the row covers this error of AWS."""
        return self.service in {"", service} and code in self.codes and self.words in message


# Source of the codes: aws-sdk-go-v2, aws/retry/standard.go, `DefaultThrottleErrorCodes`, without
# `LimitExceededException`, which is also the code of a used-up quota, and without those of services that the
# root does not use.
_THROTTLED = {
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
REPEATABLE_ERRORS = (
    Repeatable(
        name="a stale ETag",
        service="CloudFront",
        codes={"PreconditionFailed", "InvalidIfMatchVersion"},
        wait_s=0,
        source="Observed: the provider disables a distribution before it deletes it, with the ETag that it "
        "read before. If the answer is "
        "lost, the SDK sends the request again, and CloudFront refuses the ETag, which is an old one by "
        "then. The distribution is "
        "disabled, so the second destroy only deletes it "
        "(tests/integration/scripts/test_destroy_again.py). On AWS: "
        'terraform-provider-aws issue 27147; "re-running made the trick": milliHQ/terraform-aws-next-js '
        "issue 274.",
    ),
    Repeatable(
        name="a conflict in S3",
        service="S3",
        codes={"OperationAborted"},
        wait_s=60,
        source='"A second destroy consistently succeeds": turnerlabs/terraform-remote-state issue 14. '
        '"A single retry within a minute" is enough in most cases: terraform-provider-aws issue 7628.',
    ),
    Repeatable(
        name="a conflict in CloudWatch Logs",
        service="CloudWatch Logs",
        codes={"OperationAbortedException"},
        wait_s=10,
        source='"Multiple concurrent requests to update the same resource were in conflict": CloudWatch '
        "Logs API reference. "
        '"Please try again": the message itself, mirkokiefer/bunyan-cloudwatch issue 5.',
    ),
    Repeatable(
        name="a conflict in API Gateway",
        service="ApiGatewayV2",
        codes={"ConflictException"},
        words="concurrent modification",
        wait_s=10,
        source=(
            '"Unable to complete operation due to concurrent modification. Please try again later": '
            "terraform-provider-aws issue 40575."
        ),
    ),
    Repeatable(
        name="a conflict in AppSync",
        service="AppSync",
        codes={"ConcurrentModificationException"},
        wait_s=60,
        source='"Schema is currently being altered" at a destroy: terraform-provider-aws issue 16211. '
        "The same command works after 30 to 60 seconds: terraform-aws-modules/terraform-aws-appsync issue 4.",
    ),
    Repeatable(
        name="throttling",
        codes=_THROTTLED,
        wait_s=30,
        source="The longest interval that is known: API Gateway deletes one API in 30 seconds for an "
        "account (pulumi-cdk issue 277). "
        "The provider has sent the request 25 times by then (its `max_retries`).",
    ),
)


def repeatable(diagnoses: Sequence[str]) -> list[Repeatable]:
    """Return the rows of the table that cover all of these Terraform errors.

    Return None if a second destroy would meet one of them again.
    """
    errors = [row for diagnosis in diagnoses for row in _rows(diagnosis)]
    return [row for row in REPEATABLE_ERRORS if row in errors] if all(errors) else []


def _rows(diagnosis: str) -> list[Repeatable | None]:
    """Return the row of each error of AWS, because Terraform may join several.

    None for an error or a diagnosis without a row.
    """
    answers = [answer.groupdict() for answer in _ANSWER.finditer(diagnosis)]
    return [
        next((row for row in REPEATABLE_ERRORS if row.matches(**answer)), None) for answer in answers
    ] or [None]
