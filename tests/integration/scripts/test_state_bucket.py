"""The Terraform state of a deployment lies in a locked, private bucket once `make bootstrap-aws` made one."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from scripts import bootstrap
from scripts.deployment.deployment_settings import StateBucket
from scripts.terraform_cli import Terraform
from tests.conftest import unique

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

# What Terraform's S3 backend needs besides to speak to an emulator.
EMULATED = {
    "use_path_style": True,
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
    "skip_metadata_api_check": True,
}


def test_the_bucket_is_versioned_encrypted_and_private_and_made_once(emulator: Emulator) -> None:
    client, bucket = emulator.client("s3"), unique("state")
    for _ in range(2):
        bootstrap.create(client, bucket, "us-east-1")
    assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert all(client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    assert "DenyWithoutTls" in client.get_bucket_policy(Bucket=bucket)["Policy"]


def test_a_local_state_moves_to_the_bucket_and_is_locked_there(emulator: Emulator, tmp_path: Path) -> None:
    client, bucket = emulator.client("s3"), unique("state")
    client.create_bucket(Bucket=bucket)
    backend = {**StateBucket(bucket, "us-east-1").backend("shop"), **EMULATED, "encrypt": False}
    terraform = Terraform(tmp_path, {**os.environ, **emulator.environment}, backend=backend)
    state = {
        "version": 4,
        "terraform_version": "1.9.0",
        "serial": 3,
        "lineage": "one",
        "outputs": {"kept": {"value": "1", "type": "string"}},
        "resources": [],
    }
    terraform.state.write_text(json.dumps(state), encoding="utf-8")
    terraform.init()
    assert (
        json.loads(client.get_object(Bucket=bucket, Key="shop/terraform.tfstate")["Body"].read())["outputs"][
            "kept"
        ]["value"]
        == "1"
    )
    assert not terraform.state.exists()
    assert (
        json.loads(terraform.current_state().read_text(encoding="utf-8"))["outputs"]["kept"]["value"] == "1"
    )
    assert json.loads((terraform.root / "backend.tf.json").read_text(encoding="utf-8"))["terraform"][
        "backend"
    ]["s3"]["use_lockfile"]
