"""The ledger in one DynamoDB table. docs/adr/0006-ledger-claims.md has the reasons for its items.

| item    | key `file_id`                 | attributes |
|---------|-------------------------------|------------|
| file    | the record's id               | the record's fields; `lease_until_ms` while a worker processes the file |
|         |                               | `taken_by` (a run) and `taken_until_ms` while a larger worker has it |
| content | `content#<dataset>#<sha256>`  | `owner` (a file id), `state` (processing or done), `lease_until_ms` |
| pace    | `pace#<kind>`                 | `files`: the time and memory of the newest files of a kind |
"""  # noqa: E501 a table

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from headgate.aws.sdk_errors import translated
from headgate.errors import ConflictError, NotFoundError, ThrottledError
from headgate.lake.ports import Claim, FileRecord, MeasuredFile, no_record, why_not_finished, why_not_reopened
from headgate.lake.states import (
    UNDER_WAY,
    WITHOUT_ROWS,
    Action,
    ClaimAnswer,
    Condition,
    FileState,
    answer_to_claim,
    finished_from,
    permits_new,
    state_after,
    states_by_condition,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

CONTENT, PACE = "content#", "pace#"
_FIELDS = tuple(field.name for field in fields(FileRecord))
_COUNTS = tuple(
    field.name for field in fields(FileRecord) if field.type == "int"
)  # annotations are text there
_COUNTS_BY_NAME = ("reasons", "warned", "masked", "new_columns", "model_records")
_MAPPINGS = (*_COUNTS_BY_NAME, "error", "profile", "mapping", "stage_times", "original", "worker")
_NAMES = {"#state": "state", "#owner": "owner"}  # both are reserved words of DynamoDB
_FREE = "attribute_not_exists(file_id)"
_EXPIRED = "(#state = :processing AND lease_until_ms <= :now)"
_CONDITIONS = {
    Condition.NONE: "",
    Condition.LEASE_ENDED: " AND lease_until_ms <= :now",
    Condition.NO_OTHER_RUN: (
        " AND (attribute_not_exists(taken_by) OR taken_by = :run OR taken_until_ms <= :now)"
    ),
}
_RELEASED = 0  # the lease of a released item
_FAILED = "ConditionalCheckFailed"
_LOST = {"None", _FAILED, "TransactionConflict"}
_Item = dict[str, Any]


@dataclass(frozen=True)
class DynamoLedger:
    """The FileLedger port over DynamoDB."""

    client: DynamoDBClient
    table: str

    def claim(self, record: FileRecord, *, now: datetime, lease_s: int) -> Claim:
        """Claim the record's object and content atomically; an expired lease is taken over."""
        return self._claim(Action.CLAIM, record, now, lease_s)

    def renew(self, record: FileRecord, *, now: datetime, lease_s: int) -> None:
        until = {":processing": FileState.PROCESSING, ":until": _epoch_ms(now) + 1000 * lease_s}
        self._extend(record.file_id, "#state = :processing", until)
        if record.content_sha256:
            self._extend(
                _content_id(record), "#state = :processing AND #owner = :me", until | {":me": record.file_id}
            )

    def _extend(self, item_id: str, condition: str, values: _Item) -> None:
        """Set the item's lease to `:until` if the condition holds."""
        with suppress(ConflictError), translated(f"extend the lease of {item_id}"):
            self.client.update_item(
                TableName=self.table,
                Key=encode_item({"file_id": item_id}),
                UpdateExpression="SET lease_until_ms = :until",
                **_condition(condition, values),
            )

    def hand_over(self, record: FileRecord, *, now: datetime, lease_s: int) -> Claim:
        return self._claim(Action.HAND_OVER, replace(record, content_sha256=""), now, lease_s)

    def keep_handed_over(self, file_id: str, *, now: datetime, lease_s: int) -> None:
        until_ms = _epoch_ms(now) + 1000 * lease_s
        self._extend(
            file_id, "#state = :handed_over", {":handed_over": FileState.HANDED_OVER, ":until": until_ms}
        )

    def take_over(self, record: FileRecord, *, run: str, now: datetime, lease_s: int) -> Claim:
        return self._claim(Action.TAKE_OVER, record, now, lease_s, run)

    def _claim(self, action: Action, record: FileRecord, now: datetime, lease_s: int, run: str = "") -> Claim:
        """Write the file's item, and the content's if it is given, or neither."""
        now_ms = _epoch_ms(now)
        until_ms = now_ms + 1000 * lease_s
        file = _file_item(replace(record, state=state_after(action)), until_ms)
        if run:
            file |= {"taken_by": run, "taken_until_ms": until_ms}
        writes = [self._put(file, *_permitted(action, now_ms, run))]
        if record.content_sha256:
            item = {
                "file_id": _content_id(record),
                "owner": record.file_id,
                "state": "processing",
                "lease_until_ms": until_ms,
            }
            mine = {":processing": "processing", ":now": now_ms, ":me": record.file_id}
            writes.append(self._put(item, f"{_FREE} OR #owner = :me OR {_EXPIRED}", mine))
        obstacles = self._transact(f"claim {record.key}", writes)
        return (
            Claim(ClaimAnswer.GRANTED, record.file_id)
            if obstacles is None
            else _refusal(action, record, obstacles)
        )

    def measured(self, kind: str) -> tuple[MeasuredFile, ...]:
        """Return the time and memory of the newest files of a kind, oldest first."""
        with translated(f"read what files of {kind} took"):
            item = self.client.get_item(TableName=self.table, Key=encode_item({"file_id": PACE + kind})).get(
                "Item"
            )
        files = decode_item(item)["files"] if item else []
        return tuple(MeasuredFile(**{name: int(value) for name, value in fields.items()}) for fields in files)

    def measure(self, kind: str, files: Sequence[MeasuredFile]) -> None:
        with translated(f"record what files of {kind} took"):
            item = {"file_id": PACE + kind, "files": [dict(vars(measured)) for measured in files]}
            self.client.put_item(TableName=self.table, Item=encode_item(item))

    def finish(self, record: FileRecord) -> None:
        """Store the finished record."""
        if record.state is FileState.DONE and record.content_sha256:
            self._finish_owning(record)
            return
        if record.state is FileState.REVERTED and record.content_sha256:
            self._finish_freeing(record)
            return
        self._put_finished(record)
        if record.state in WITHOUT_ROWS and record.content_sha256:
            self._release_content(record)

    def release(self, record: FileRecord) -> None:
        """End the object's lease and release its content if this file owns them and is unfinished."""
        with suppress(ConflictError), translated(f"release {record.key}"):
            self.client.update_item(
                TableName=self.table,
                Key=encode_item({"file_id": record.file_id}),
                UpdateExpression="SET lease_until_ms = :past REMOVE taken_by, taken_until_ms",
                **_condition(_is_one_of(UNDER_WAY), {**_values(UNDER_WAY), ":past": _RELEASED}),
            )
        if record.content_sha256:
            self._release_content(record)

    def reopen(
        self, file_id: str, *, now: datetime, lease_s: int, action: Action = Action.REOPEN
    ) -> FileRecord:
        """Set a finished record to `replaying` or `reverting` in one conditional update, and return it."""
        now_ms = _epoch_ms(now)
        condition, values = _permitted(action, now_ms)
        values |= {":after": state_after(action), ":until": now_ms + 1000 * lease_s}
        try:
            with translated(f"reopen {file_id}"):
                before = self.client.update_item(
                    TableName=self.table,
                    Key=encode_item({"file_id": file_id}),
                    UpdateExpression="SET #state = :after, lease_until_ms = :until",
                    ReturnValues="ALL_OLD",
                    **_condition(condition, values),
                )
        except ConflictError:
            raise ThrottledError(why_not_reopened(self.get(file_id))) from None
        return record_of_item(decode_item(before["Attributes"]))

    def get(self, file_id: str) -> FileRecord:
        item = self._item(file_id)
        if item is None:
            raise NotFoundError(no_record(file_id))
        return record_of_item(item)

    def is_left_undone(self, file_id: str) -> bool:
        item = self._item(file_id) or {}
        return item.get("state") == FileState.PROCESSING and item.get("lease_until_ms") != _RELEASED

    def _item(self, file_id: str) -> _Item | None:
        with translated(f"read the record of {file_id}"):
            item = self.client.get_item(
                TableName=self.table, Key=encode_item({"file_id": file_id}), ConsistentRead=True
            ).get("Item")
        return decode_item(item) if item else None

    def records(self, *, is_newest: bool = True) -> Iterator[FileRecord]:
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table,
            ConsistentRead=is_newest,
            FilterExpression="NOT begins_with(file_id, :content) AND NOT begins_with(file_id, :pace)",
            ExpressionAttributeValues=encode_item({":content": CONTENT, ":pace": PACE}),
        )
        with translated(f"scan {self.table}"):
            for page in pages:
                yield from (record_of_item(decode_item(item)) for item in page["Items"])

    def _put_finished(self, record: FileRecord) -> None:
        try:
            with translated(f"record {record.key}"):
                self.client.put_item(
                    TableName=self.table,
                    Item=encode_item(_file_item(record)),
                    **_condition(*_finishable(record)),
                )
        except ConflictError:
            raise ConflictError(why_not_finished(record)) from None

    def _finish_owning(self, record: FileRecord) -> None:
        """Finish record and content together, so that no copy is accepted in between."""
        content = {"file_id": _content_id(record), "owner": record.file_id, "state": "done"}
        mine = f"{_FREE} OR #owner = :me"
        writes = [
            self._put(_file_item(record), *_finishable(record)),
            self._put(content, mine, {":me": record.file_id}),
        ]
        obstacles = self._transact(f"record {record.key}", writes)
        if obstacles is None:
            return
        if obstacles[0]["Code"] == _FAILED:
            raise ConflictError(why_not_finished(record))
        raise ConflictError(f"the content of {record.key} was taken over by another file; deliver it again")

    def _finish_freeing(self, record: FileRecord) -> None:
        """Finish a reverted file, and release its content unless another file owns it."""
        free = {"TableName": self.table, "Key": encode_item({"file_id": _content_id(record)})}
        free |= _condition("#owner = :me", {":me": record.file_id})
        obstacles = self._transact(
            f"record {record.key}", [self._put(_file_item(record), *_finishable(record)), {"Delete": free}]
        )
        if obstacles is None:
            return
        if obstacles[0]["Code"] == _FAILED:
            raise ConflictError(why_not_finished(record))
        if obstacles[1]["Code"] != _FAILED:
            raise ThrottledError(f"another worker works on the content of {record.key}; try again")
        self._put_finished(record)

    def _release_content(self, record: FileRecord) -> None:
        """Release the content if this file owns it unfinished, so that another file can claim it."""
        mine = {":me": record.file_id, ":processing": "processing"}
        with suppress(ConflictError), translated(f"release the content of {record.key}"):
            self.client.delete_item(
                TableName=self.table,
                Key=encode_item({"file_id": _content_id(record)}),
                **_condition("#owner = :me AND #state = :processing", mine),
            )

    def _put(self, item: _Item, condition: str, values: _Item) -> _Item:
        put = {
            "TableName": self.table,
            "Item": encode_item(item),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        return {"Put": put | _condition(condition, values)}

    def _transact(self, doing: str, writes: list[_Item]) -> list[_Item] | None:
        """Write all items or none; return None, or the cancellation reason of each write."""
        with translated(doing):
            try:
                self.client.transact_write_items(TransactItems=cast("list[TransactWriteItemTypeDef]", writes))
            except ClientError as error:
                reasons = cast("list[_Item]", error.response.get("CancellationReasons", []))
                if not reasons or any(reason["Code"] not in _LOST for reason in reasons):
                    raise
                return reasons
        return None


def _refusal(action: Action, record: FileRecord, reasons: list[_Item]) -> Claim:
    """Return the reason for a refused claim: this object's record first, then the content's owner."""
    own, *content = reasons
    if own["Code"] == _FAILED:
        before = FileState(decode_item(own.get("Item", {})).get("state", FileState.PROCESSING))
        return Claim(answer_to_claim(action, before), record.file_id)
    if content and content[0]["Code"] == _FAILED:
        content_item = decode_item(content[0].get("Item", {}))
        return Claim(
            ClaimAnswer.DUPLICATE if content_item.get("state") == "done" else ClaimAnswer.BUSY,
            content_item.get("owner", ""),
        )
    return Claim(ClaimAnswer.BUSY)  # another worker's transaction on the same items


def _permitted(action: Action, now_ms: int, run: str = "") -> tuple[str, _Item]:
    """Return the condition that the transition table permits the action, and its values."""
    clauses, values = [_FREE] if permits_new(action) else [], dict[str, Any]()
    for condition, states in states_by_condition(action):
        clauses.append(f"({_is_one_of(states)}{_CONDITIONS[condition]})")
        values |= _values(states)
    expression = " OR ".join(clauses)
    return expression, values | {
        name: value for name, value in {":now": now_ms, ":run": run}.items() if name in expression
    }


def _finishable(record: FileRecord) -> tuple[str, _Item]:
    """Return the condition that the transition table permits this final state, and its values."""
    permitted = finished_from(record.state)
    states = [state for state in permitted if state]
    return f"{_FREE} OR {_is_one_of(states)}" if None in permitted else _is_one_of(states), _values(states)


def _is_one_of(states: Collection[FileState]) -> str:
    return f"#state IN ({', '.join(sorted(_values(states)))})"


def _values(states: Collection[FileState]) -> dict[str, str]:
    return {f":{state.value}": state.value for state in states}


def _condition(expression: str, values: _Item) -> _Item:
    """Return a condition with its names, because DynamoDB rejects unused names."""
    return {
        "ConditionExpression": expression,
        "ExpressionAttributeNames": {name: field for name, field in _NAMES.items() if name in expression},
        "ExpressionAttributeValues": encode_item(values),
    }


def _content_id(record: FileRecord) -> str:
    return f"{CONTENT}{record.dataset}#{record.content_sha256}"


def _file_item(record: FileRecord, lease_until_ms: int | None = None) -> _Item:
    item = vars(record) | {name: dict(getattr(record, name)) for name in _MAPPINGS}
    del item["seen_before"]
    return item if lease_until_ms is None else item | {"lease_until_ms": lease_until_ms}


def record_of_item(item: _Item) -> FileRecord:
    """Return the record in an item; unknown attributes are ignored, missing fields get their default."""
    stored = {name: item[name] for name in _FIELDS if name in item}
    counts = {name: int(stored[name]) for name in _COUNTS if name in stored}
    by_name = {
        name: {key: int(count) for key, count in stored.get(name, {}).items()} for name in _COUNTS_BY_NAME
    }
    return FileRecord(**{**stored, **counts, **by_name})


def encode_item(item: Mapping[str, object]) -> _Item:
    """Return an item in DynamoDB's format."""
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in item.items()}


def decode_item(item: Mapping[str, Any]) -> _Item:
    """Return an item as plain values; numbers become decimals."""
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(value) for name, value in item.items()}


def _epoch_ms(at: datetime) -> int:
    """Return milliseconds since 1970; a time without a zone is UTC."""
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
