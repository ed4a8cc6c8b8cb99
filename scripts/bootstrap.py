"""Create the bucket that holds the Terraform state of all deployments of an AWS account and region.

Safe to run again.

The bucket is versioned, encrypted, private and speaks TLS only. Terraform locks a state by an object beside
it (`use_lockfile`), so two people cannot deploy at once. deployments/state.json names the bucket; commit it.
docs/operate/deploying.md

Example:
    make bootstrap-aws
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # the scripts are run by path and know each other as `scripts`

from headgate.project import project
from scripts.deploy import MissingError, aws_target
from scripts.deployment.deployment_settings import StateBucket
from scripts.terraform_cli import TERRAFORM_ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping


def create(client: Any, bucket: str, region: str) -> None:  # noqa: ANN401 boto3 makes clients at run time
    """Create the bucket with its protections, or add them to an existing bucket."""
    place: dict[str, Any] = (
        {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    with suppress(client.exceptions.BucketAlreadyOwnedByYou):
        client.create_bucket(Bucket=bucket, **place)
    closed = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    encrypted = {
        "Rules": [
            {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
        ]
    }
    client.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=closed)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    client.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=encrypted)
    client.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps(tls_only(bucket, boto3.Session().get_partition_for_region(region)))
    )


def tls_only(bucket: str, partition: str) -> Mapping[str, Any]:
    """Return a policy that denies every request without TLS."""
    arns = [f"arn:{partition}:s3:::{bucket}", f"arn:{partition}:s3:::{bucket}/*"]
    deny = {"Sid": "DenyWithoutTls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": arns}
    return {
        "Version": "2012-10-17",
        "Statement": [{**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}],
    }


def main() -> int:
    """Run the command line; 2 if credentials or region are missing."""
    try:
        target = aws_target(project().region)
    except MissingError as error:
        print(error, file=sys.stderr)
        return 2
    bucket = f"headgate-state-{target.account}-{target.region}"
    create(target.client("s3"), bucket, target.region)
    StateBucket(bucket, target.region).keep(project().folder or TERRAFORM_ROOT.parent)
    print(f"state bucket: {bucket}. The next deployment moves its local state there.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
