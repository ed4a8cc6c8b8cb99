"""The upgrade drill names the resources with data that a plan would delete, and the tables that have other rows afterwards."""

from __future__ import annotations

import pytest

from scripts.drills.upgrade_drill import changed, lost

pytestmark = pytest.mark.unit


def change(address: str, *actions: str) -> dict[str, object]:
    return {"address": address, "type": address.split(".")[-2], "change": {"actions": list(actions)}}


def test_a_bucket_that_is_replaced_or_deleted_is_lost() -> None:
    replaced = change("module.bucket.aws_s3_bucket.this", "delete", "create")
    assert lost([replaced, change("aws_kms_key.lake", "delete")]) == ["aws_kms_key.lake", "module.bucket.aws_s3_bucket.this"]


def test_changes_in_place_and_resources_without_data_are_not_lost() -> None:
    assert lost([change("aws_dynamodb_table.files", "update"), change("aws_lambda_layer_version.api", "create", "delete")]) == []


def test_a_table_with_other_rows_or_none_that_can_be_read_is_changed_and_a_new_table_is_not() -> None:
    before = {"prod.sales": 5, "prod.churn": 7, "prod.gone": 2}
    assert changed(before, {"prod.sales": 5, "prod.churn": -1, "prod.new": 3}) == {"prod.churn": [7, -1], "prod.gone": [2, -1]}
