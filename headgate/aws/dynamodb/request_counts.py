"""The number of requests per caller and minute, in DynamoDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.aws.sdk_errors import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT_S = 3_600  # counts of past minutes; DynamoDB deletes them within two days


@dataclass(frozen=True)
class DynamoRequestCounts:
    """The `RequestCounts` port; each count is one atomic update."""

    client: DynamoDBClient
    table: str

    def add(self, caller: str, minute: int) -> int:
        """Count a request of the caller in a minute since 1970, and return the minute's count."""
        with translated(f"count requests in {self.table}"):
            counted = self.client.update_item(
                TableName=self.table,
                Key={"caller_minute": {"S": f"{caller}#{minute}"}},
                UpdateExpression="ADD requests :one SET expires_at = :expires_at",
                ExpressionAttributeValues={
                    ":one": {"N": "1"},
                    ":expires_at": {"N": str(minute * 60 + _KEPT_S)},
                },
                ReturnValues="UPDATED_NEW",
            )
        return int(counted["Attributes"]["requests"]["N"])
