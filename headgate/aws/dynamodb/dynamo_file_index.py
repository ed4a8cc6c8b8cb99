"""The list of files in DynamoDB: the index `by_received_at` of the ledger's table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from headgate.aws.dynamodb.ledger import CONTENT, decode_item, encode_item, record_of_item
from headgate.aws.sdk_errors import translated
from headgate.lake.file_index import FileFilter, FileListPage

if TYPE_CHECKING:
    from collections.abc import Collection

    from mypy_boto3_dynamodb import DynamoDBClient


# Its hash key is the bucket, which only files have; so claims of contents and measurements are not in the
# index.
INDEX = "by_received_at"
_MAX_QUERIES = 10
_MAX_KEYS = 100  # Source: Amazon DynamoDB API reference, BatchGetItem


class _Start(TypedDict, total=False):
    ExclusiveStartKey: dict[str, Any]


@dataclass(frozen=True)
class DynamoFileIndex:
    """The FileIndex port; `bucket` is the raw bucket."""

    client: DynamoDBClient
    table: str
    bucket: str

    def newest(self, limit: int, *, after: str = "", where: FileFilter) -> FileListPage:
        records: list[Any] = []
        start: _Start = {"ExclusiveStartKey": encode_item(json.loads(after))} if after else {}
        for _ in range(_MAX_QUERIES):
            with translated(f"list files of {self.table}"):
                page = self.client.query(
                    TableName=self.table,
                    IndexName=INDEX,
                    ScanIndexForward=False,
                    Limit=limit - len(records),
                    **self._condition(where),
                    **start,
                )
            items = map(decode_item, page["Items"])
            records += [record_of_item(item) for item in items if where.fits_name(item["key"])]
            last = page.get("LastEvaluatedKey")
            if not last or len(records) >= limit:
                return FileListPage(tuple(records), json.dumps(decode_item(last)) if last else "")
            start = {"ExclusiveStartKey": last}
        return FileListPage(tuple(records), json.dumps(decode_item(start["ExclusiveStartKey"])))

    def accepted_with(self, content_sha256: str, datasets: Collection[str]) -> str:
        ids = [f"{CONTENT}{dataset}#{content_sha256}" for dataset in datasets]
        for first in range(0, len(ids), _MAX_KEYS):
            asked: Any = {
                self.table: {
                    "Keys": [
                        encode_item({"file_id": content_id}) for content_id in ids[first : first + _MAX_KEYS]
                    ]
                }
            }
            with translated(f"look up contents in {self.table}"):
                items = self.client.batch_get_item(RequestItems=asked)["Responses"].get(self.table, [])
            owners = [item["owner"] for item in map(decode_item, items) if item.get("state") == "done"]
            if owners:
                return str(owners[0])
        return ""

    def _condition(self, where: FileFilter) -> Any:  # noqa: ANN401 keyword arguments of boto3's query
        """Return the key condition and the filter of a query.

        Names are compared after it, because `contains` of DynamoDB distinguishes case.
        """
        names: dict[str, str] = {"#bucket": "bucket"}
        values: dict[str, str | int] = {":bucket": self.bucket}
        clauses: list[str] = []
        if where.dataset:
            names["#dataset"], values[":dataset"] = "dataset", where.dataset
            clauses.append("#dataset = :dataset")
        if where.state:
            names["#state"], values[":state"] = "state", where.state.value
            clauses.append("#state = :state")
        if where.refused:
            names["#quarantined"], values[":none"] = "quarantined", 0
            clauses.append("#quarantined > :none")
        filtered = {"FilterExpression": " AND ".join(clauses)} if clauses else {}
        return {
            "KeyConditionExpression": "#bucket = :bucket",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": encode_item(values),
            **filtered,
        }
