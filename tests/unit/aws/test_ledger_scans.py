"""How the file records are scanned: with the newest writes, or for half the price."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import ANY, Stubber

from headgate.aws.dynamodb.ledger import DynamoLedger

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("is_newest", [True, False])
def test_a_scan_without_the_newest_records_is_eventually_consistent(*, is_newest: bool) -> None:
    client = boto3.client("dynamodb", region_name="us-east-1")
    asked = {
        "TableName": "files",
        "ConsistentRead": is_newest,
        "FilterExpression": ANY,
        "ExpressionAttributeValues": ANY,
    }
    with Stubber(client) as stub:
        stub.add_response("scan", {"Items": []}, asked)
        assert list(DynamoLedger(client, "files").records(is_newest=is_newest)) == []
        stub.assert_no_pending_responses()
