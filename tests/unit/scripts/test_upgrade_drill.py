"""The upgrade drill names the resources with data that a plan would delete."""

from __future__ import annotations

import pytest

from scripts.drills.upgrade_drill import lost

pytestmark = pytest.mark.unit


def change(address: str, *actions: str) -> dict[str, object]:
    return {"address": address, "type": address.split(".")[-2], "change": {"actions": list(actions)}}


def test_a_bucket_that_is_replaced_or_deleted_is_lost() -> None:
    replaced = change("module.bucket.aws_s3_bucket.this", "delete", "create")
    assert lost([replaced, change("aws_kms_key.lake", "delete")]) == ["aws_kms_key.lake", "module.bucket.aws_s3_bucket.this"]


def test_changes_in_place_and_resources_without_data_are_not_lost() -> None:
    assert lost([change("aws_dynamodb_table.files", "update"), change("aws_lambda_layer_version.api", "create", "delete")]) == []
