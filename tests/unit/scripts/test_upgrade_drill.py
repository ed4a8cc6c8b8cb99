"""The upgrade drill names the resources with data that a plan would delete, and the tables that have other
rows afterwards.
"""

from __future__ import annotations

import re
import subprocess

import pytest

from scripts.drills.upgrade_drill import changed, counted, lost, lost_tables, report

pytestmark = pytest.mark.unit


def change(address: str, *actions: str) -> dict[str, object]:
    return {"address": address, "type": address.split(".")[-2], "change": {"actions": list(actions)}}


def test_a_bucket_that_is_replaced_or_deleted_is_lost() -> None:
    replaced = change("module.bucket.aws_s3_bucket.this", "delete", "create")
    assert lost([replaced, change("aws_kms_key.lake", "delete")]) == [
        "aws_kms_key.lake",
        "module.bucket.aws_s3_bucket.this",
    ]


def test_changes_in_place_and_resources_without_data_are_not_lost() -> None:
    assert (
        lost(
            [
                change("aws_dynamodb_table.files", "update"),
                change("aws_lambda_layer_version.api", "create", "delete"),
            ]
        )
        == []
    )


def test_a_table_with_other_rows_or_none_that_can_be_read_is_changed_and_a_new_table_is_not() -> None:
    before = {"prod.sales": 5, "prod.churn": 7, "prod.gone": 2}
    assert changed(before, {"prod.sales": 5, "prod.churn": -1, "prod.new": 3}) == {
        "prod.churn": [7, -1],
        "prod.gone": [2, -1],
    }


def test_all_tables_are_counted_with_one_question_unless_one_cannot_be_read() -> None:
    asked: list[str] = []

    def ask(sql: str) -> list[dict[str, object]]:
        asked.append(sql)
        if "broken" in sql:
            raise subprocess.CalledProcessError(1, "headgate query")
        return [{"name": name, "count": len(name)} for name in re.findall("'([^']+)'", sql)]

    whole = [("prod", "a"), ("prod", "bb"), ("prod", "ccc")]
    assert counted(whole, ask) == {"prod.a": 6, "prod.bb": 7, "prod.ccc": 8}
    assert len(asked) == 1
    assert counted([*whole, ("prod", "broken")], ask) == {
        "prod.a": 6,
        "prod.bb": 7,
        "prod.ccc": 8,
        "prod.broken": -1,
    }


def test_after_a_run_datasets_keep_their_rows_and_a_system_may_build_others_but_not_none() -> None:
    before = {
        "curated.orders": 400,
        "curated.customers": 200,
        "prod.churn_risk": 159,
        "prod.sales_forecast": 90,
        "prod.empty": 0,
    }
    after = {
        "curated.orders": 400,
        "curated.customers": 199,
        "prod.churn_risk": 157,
        "prod.sales_forecast": 0,
        "prod.empty": 0,
    }
    assert lost_tables(before, after, "prod") == {
        "curated.customers": [200, 199],
        "prod.sales_forecast": [90, 0],
    }
    assert lost_tables(before, {**after, "prod.churn_risk": -1}, "prod")["prod.churn_risk"] == [159, -1]


def test_the_drill_fails_for_wrong_rows_and_not_for_tables_that_are_built_otherwise() -> None:
    updated = [change("aws_glue_job.this", "update")]
    assert (
        report(
            "0123456", updated, {"after the upgrade": {}, "after a run": {}}, {"prod.churn_risk": [159, 157]}
        )
        == 0
    )
    assert report("0123456", updated, {"after the upgrade": {"curated.orders": [400, -1]}}, {}) == 1
