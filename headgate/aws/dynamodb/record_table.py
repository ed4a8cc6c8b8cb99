"""Records in DynamoDB: one item per record, and a guard item per unique value.

The table key is `record_model` and `record_id`, because shorter names are reserved words. A guard's model is
`<model>.<column>`, and its id the value's normal form; it has the id of the owner.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from headgate.aws.sdk_errors import translated
from headgate.errors import NotFoundError, ThrottledError
from headgate.onboarding.records import Record, RecordPage, WriteAnswer, WriteResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# Conflicting transactions are cancelled, so a hundred writers of one address need many attempts.
ATTEMPTS = 12
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 1.0
_Item = dict[str, Any]


@dataclass(frozen=True)
class DynamoRecords:
    """The Records port over DynamoDB."""

    client: DynamoDBClient
    table: str
    sleep: Callable[[float], None] = time.sleep

    def create(self, record: Record) -> WriteResult:
        writes = [
            self._put(_item(record), "attribute_not_exists(record_id)"),
            *(self._guard(record, name) for name in record.unique),
        ]
        reasons = self._transact(f"create {record.model}", writes)
        if reasons is None:
            return WriteResult(WriteAnswer.CREATED)
        if _failed(reasons[0]):
            same = json.loads(reasons[0]["Item"]["body"]["S"]) == record.values
            return WriteResult(WriteAnswer.PRESENT if same else WriteAnswer.OTHER_VALUES)
        return _taken(record, reasons[1:])

    def update(self, before: Record, record: Record) -> WriteResult:
        revision = {":before": {"N": str(before.revision)}}
        moved = [name for name in record.unique if before.unique.get(name) != record.unique[name]]
        left = [name for name in before.unique if before.unique[name] != record.unique.get(name)]
        writes = [
            self._put(_item(record), "revision = :before", revision),
            *(self._guard(record, name) for name in moved),
            *(self._unguard(before, name) for name in left),
        ]
        reasons = self._transact(f"update {record.model}", writes)
        if reasons is None:
            return WriteResult(WriteAnswer.UPDATED)
        return (
            WriteResult(WriteAnswer.CHANGED)
            if _failed(reasons[0])
            else _taken(record, reasons[1 : 1 + len(moved)], moved)
        )

    def get(self, model: str, record_id: str) -> Record:
        with translated(f"read {model}"):
            response = self.client.get_item(
                TableName=self.table, Key=_key(model, record_id), ConsistentRead=True
            )
        if "Item" not in response:
            raise NotFoundError(f"There is no {model} of this id.")
        return _record(response["Item"])

    def page(self, model: str, limit: int, after: str = "") -> RecordPage:
        start = {"ExclusiveStartKey": _key(model, after)} if after else {}
        with translated(f"list {model}"):
            page = self.client.query(
                TableName=self.table,
                KeyConditionExpression="record_model = :model",
                ExpressionAttributeValues={":model": {"S": model}},
                Limit=limit,
                **start,  # type: ignore[arg-type]  # typed as every argument of query
            )
        return RecordPage(
            [_record(item) for item in page["Items"]],
            page.get("LastEvaluatedKey", {}).get("record_id", {}).get("S", ""),
        )

    def _put(self, item: _Item, condition: str, values: _Item | None = None) -> _Item:
        put = {
            "TableName": self.table,
            "Item": item,
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        return {"Put": {**put, **({"ExpressionAttributeValues": values} if values else {})}}

    def _guard(self, record: Record, column: str) -> _Item:
        item = {**_key(_guard_model(record, column), record.unique[column]), "held_by": {"S": record.id}}
        return self._put(
            item, "attribute_not_exists(record_id) OR held_by = :owner", {":owner": {"S": record.id}}
        )

    def _unguard(self, record: Record, column: str) -> _Item:
        condition = {
            "ConditionExpression": "held_by = :owner",
            "ExpressionAttributeValues": {":owner": {"S": record.id}},
        }
        return {
            "Delete": {
                "TableName": self.table,
                "Key": _key(_guard_model(record, column), record.unique[column]),
                **condition,
            }
        }

    def _transact(self, doing: str, writes: list[_Item]) -> list[_Item] | None:
        """Write all items or none; return None, or the cancellation reason of each write."""
        for attempt in range(ATTEMPTS):
            reasons = self._refusals(doing, writes)
            if reasons is None or any(map(_failed, reasons)):
                return reasons
            self.sleep(random.uniform(0, min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**attempt)))  # noqa: S311 no secret
        raise ThrottledError(f"{doing}: other writers use the same records. Send the row again.")

    def _refusals(self, doing: str, writes: list[_Item]) -> list[_Item] | None:
        with translated(doing):
            try:
                self.client.transact_write_items(TransactItems=cast("list[TransactWriteItemTypeDef]", writes))
            except ClientError as error:
                if error.response["Error"]["Code"] != "TransactionCanceledException":
                    raise
                return cast("list[_Item]", error.response.get("CancellationReasons", []))
        return None


def _failed(reason: _Item) -> bool:
    return bool(reason.get("Code") == "ConditionalCheckFailed")


def _taken(record: Record, reasons: list[_Item], columns: list[str] | None = None) -> WriteResult:
    names = [*record.unique] if columns is None else columns
    return WriteResult(
        WriteAnswer.TAKEN, next(name for name, reason in zip(names, reasons, strict=True) if _failed(reason))
    )


def _key(model: str, record_id: str) -> _Item:
    return {"record_model": {"S": model}, "record_id": {"S": record_id}}


def _guard_model(record: Record, column: str) -> str:
    return f"{record.model}.{column}"


def _item(record: Record) -> _Item:
    body = {
        "body": {"S": json.dumps(record.values, sort_keys=True)},
        "unique": {"S": json.dumps(record.unique, sort_keys=True)},
    }
    return {**_key(record.model, record.id), **body, "revision": {"N": str(record.revision)}}


def _record(item: _Item) -> Record:
    unique = json.loads(item["unique"]["S"])
    return Record(
        item["record_model"]["S"],
        item["record_id"]["S"],
        json.loads(item["body"]["S"]),
        unique,
        int(item["revision"]["N"]),
    )
