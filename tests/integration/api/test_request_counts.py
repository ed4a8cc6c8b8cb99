"""Requests of a caller are counted exactly, also by several functions at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from headgate.aws.dynamodb.request_counts import DynamoRequestCounts

if TYPE_CHECKING:
    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration


def test_forty_requests_at_once_are_counted_one_by_one(lake: Lake) -> None:
    client = lake.emulator.client("dynamodb")
    client.create_table(
        TableName="callers",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "caller_minute", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "caller_minute", "KeyType": "HASH"}],
    )
    counts = DynamoRequestCounts(client, "callers")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: counts.add("ana", 5), range(40)))
    assert sorted(found) == list(range(1, 41))
    assert counts.add("ana", 6) == counts.add("bob", 5) == 1
    item = client.get_item(TableName="callers", Key={"caller_minute": {"S": "ana#5"}})["Item"]
    assert int(item["expires_at"]["N"]) == 5 * 60 + 3_600
