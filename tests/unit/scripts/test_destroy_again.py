"""A destroy is repeated once, and only after errors that a second destroy does not meet."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from scripts import deploy
from scripts.deployment.repeatable_errors import REPEATABLE_ERRORS, repeatable
from scripts.terraform_cli import Terraform, TerraformError

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

STALE_ETAG = (
    "updating CloudFront Distribution (E1): operation error CloudFront: UpdateDistribution, https "
    "response error StatusCode: 412, "
    "RequestID: 1b2c, PreconditionFailed: The request failed because it didn't meet the preconditions "
    "in one or more request-header fields."
)
CONFLICT_IN_S3 = (
    "deleting S3 Bucket Versioning (b): operation error S3: PutBucketVersioning, https response error "
    "StatusCode: 409, RequestID: 46CQ, "
    "HostID: h=, api error OperationAborted: A conflicting conditional operation is currently in "
    "progress against this resource."
)
CONFLICT_IN_LOGS = (
    "deleting CloudWatch Logs Log Group (g): operation error CloudWatch Logs: DeleteLogGroup, https "
    "response error StatusCode: 400, "
    "RequestID: 3b, OperationAbortedException: A conflicting operation is currently in progress against "
    "this resource. Please try again."
)
CONFLICT_IN_API_GATEWAY = (
    "deleting API Gateway v2 Route (5): operation error ApiGatewayV2: DeleteRoute, https response error "
    "StatusCode: 409, RequestID: 60dfa, "
    "api error ConflictException: Unable to complete operation due to concurrent modification. Please "
    "try again later."
)
CONFLICT_IN_APPSYNC = (
    "deleting AppSync Resolver (r): operation error AppSync: DeleteResolver, https response error "
    "StatusCode: 409, RequestID: 3b, "
    "ConcurrentModificationException: Schema is currently being altered, please wait until that is complete."
)
THROTTLED = (
    "deleting API Gateway v2 API (a): operation error ApiGatewayV2: DeleteApi, exceeded maximum number "
    "of attempts, 25, https response "
    "error StatusCode: 429, RequestID: 9649, api error TooManyRequestsException: Too Many Requests"
)
CURED = [
    STALE_ETAG,
    CONFLICT_IN_S3,
    CONFLICT_IN_LOGS,
    CONFLICT_IN_API_GATEWAY,
    CONFLICT_IN_APPSYNC,
    THROTTLED,
]
NOT_CURED = [
    pytest.param(
        "deleting S3 Bucket (b): operation error S3: DeleteBucket, https response error StatusCode: "
        "403, RequestID: 1, HostID: h, "
        "api error AccessDenied: Access Denied",
        id="a permission is missing",
    ),
    pytest.param(
        "Error acquiring the state lock: operation error S3: PutObject, https response error "
        "StatusCode: 412, RequestID: 1, HostID: h, "
        "api error PreconditionFailed: At least one of the pre-conditions you specified did not hold",
        id="another deployment holds the lock of the state",
    ),
    pytest.param(
        "deleting API Gateway v2 Integration (i): operation error ApiGatewayV2: DeleteIntegration, "
        "https response error StatusCode: 409, "
        "RequestID: 1, ConflictException: Cannot delete Integration 'i' due to dependencies",
        id="a conflict that lasts",
    ),
    pytest.param(
        "deleting S3 Bucket (b): operation error S3: DeleteBucket, https response error StatusCode: "
        "409, RequestID: 1, HostID: h, "
        "api error BucketNotEmpty: The bucket you tried to delete is not empty",
        id="a bucket is not empty",
    ),
    pytest.param(
        "waiting for CloudFront Distribution (E1) delete: timeout while waiting for state to become ''",
        id="no error of AWS",
    ),
    pytest.param(
        "reading S3 Bucket (b): operation error S3: HeadBucket, https response error StatusCode: 0, "
        "RequestID: , HostID: , request send "
        'failed, Head "https://s3.eu-central-1.amazonaws.com/b": dial tcp: lookup '
        "s3.eu-central-1.amazonaws.com: no such host",
        id="the network does not answer",
    ),
]


class Destroys:
    """Terraform whose destroys report these errors, one list for each; a destroy without errors succeeds."""

    def __init__(self, folder: Path, *outcomes: list[str]) -> None:
        folder.mkdir(parents=True)
        self._counted = folder / "destroys"
        lines = [[json.dumps(_diagnostic(error)) for error in errors] for errors in outcomes]
        binary = folder / "terraform-binary"
        binary.write_text(
            f"#!{sys.executable}\nimport pathlib, sys\ncounted = pathlib.Path({str(self._counted)!r})\n"
            "number = len(counted.read_text()) if counted.exists() else 0\ncounted.write_text('x' * "
            "(number + 1))\n"
            f"lines = {lines!r}[number]\nprint('\\n'.join(lines))\nsys.exit(bool(lines))\n",
            encoding="utf-8",
        )
        binary.chmod(0o755)
        self.terraform = Terraform(folder, binary=binary)

    @property
    def count(self) -> int:
        return len(self._counted.read_text())


def _diagnostic(error: str) -> dict[str, object]:
    return {"type": "diagnostic", "diagnostic": {"severity": "error", "summary": error, "detail": ""}}


def destroyed(destroys: Destroys) -> list[float]:
    """Destroy, and return how long a destroy waited in between; it does not really wait."""
    waits: list[float] = []
    deploy.destroy_resources(destroys.terraform, {}, sleep=waits.append)
    return waits


@pytest.mark.parametrize("error", CURED)
def test_a_destroy_is_repeated_after_an_error_that_a_second_destroy_does_not_meet(
    error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    destroys = Destroys(tmp_path / "lake", [error], [])
    waits = destroyed(destroys)
    (row,) = repeatable([error])
    assert (destroys.count, waits) == (2, [row.wait_s])
    said = capsys.readouterr().out
    assert row.name in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("error", NOT_CURED)
def test_a_destroy_fails_with_terraforms_error_after_every_other_error(error: str, tmp_path: Path) -> None:
    destroys = Destroys(tmp_path / "lake", [error], [])
    with pytest.raises(TerraformError) as failed:
        destroyed(destroys)
    assert error in str(failed.value) or "Another deployment of lake is running" in str(failed.value)
    assert destroys.count == 1


def test_a_destroy_fails_where_only_some_of_its_errors_would_be_cured(tmp_path: Path) -> None:
    destroys = Destroys(tmp_path / "lake", [STALE_ETAG, NOT_CURED[0].values[0]], [])
    with pytest.raises(TerraformError, match="AccessDenied"):
        destroyed(destroys)
    assert destroys.count == 1


def test_a_destroy_is_not_repeated_a_second_time(tmp_path: Path) -> None:
    destroys = Destroys(tmp_path / "lake", [STALE_ETAG], [CONFLICT_IN_S3], [])
    with pytest.raises(TerraformError, match="OperationAborted"):
        destroyed(destroys)
    assert destroys.count == 2


def test_several_errors_are_named_in_one_line_and_the_longest_wait_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    waits = destroyed(Destroys(tmp_path / "lake", [THROTTLED, STALE_ETAG, STALE_ETAG], []))
    assert capsys.readouterr().out.startswith(
        "The destroy failed because of a stale ETag and throttling. It is repeated once, in 30 s"
    )
    assert waits == [30]


def test_a_destroy_without_an_error_runs_once_and_says_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    destroys = Destroys(tmp_path / "lake", [])
    destroyed(destroys)
    assert (destroys.count, capsys.readouterr().out) == (1, "")


def test_an_error_of_several_answers_is_repeatable_only_if_all_are() -> None:
    assert repeatable([f"{CONFLICT_IN_S3}\n{STALE_ETAG}"])
    assert repeatable([f"{CONFLICT_IN_S3}\n{NOT_CURED[0].values[0]}"]) == []


def test_a_failure_without_a_reported_error_is_not_repeated() -> None:
    assert repeatable([]) == []


def test_every_row_of_the_table_has_a_source_and_an_error_of_these_tests() -> None:
    assert all(row.source for row in REPEATABLE_ERRORS)
    assert repeatable(CURED) == list(REPEATABLE_ERRORS)
