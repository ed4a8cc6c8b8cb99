"""The ledger in one DynamoDB table. docs/adr/0006-ledger-claims.md tells why its items look as they do.

| item    | key `file_id`                 | attributes |
|---------|-------------------------------|------------|
| file    | the record's own id           | the record's fields, and `lease_until_ms` while it is processing or replaying |
|         |                               | `taken_by` (a run) and `taken_until_ms` while a larger worker has it |
| content | `content#<dataset>#<sha256>`  | `owner` (a file id), `state` (processing or done), `lease_until_ms` |
| pace    | `pace#<kind>`                 | `files`: what the newest files of a kind took |
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from headgate.aws.errors import translated
from headgate.errors import ConflictError, NotFoundError, ThrottledError
from headgate.lake.ports import UNDER_WAY, Claim, FileRecord, Measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

CONTENT, PACE = "content#", "pace#"
_FIELDS = tuple(field.name for field in fields(FileRecord))
_COUNTS = tuple(field.name for field in fields(FileRecord) if field.type == "int")  # annotations are text there
_NAMES = {"#state": "state", "#owner": "owner"}  # DynamoDB reserves both words
_FREE = "attribute_not_exists(file_id)"
_RUN_OUT = "(#state = :processing AND lease_until_ms <= :now)"
_ENDED = "#state = :failed OR (#state IN (:processing, :handed_over) AND lease_until_ms <= :now)"
_NOT_TAKEN = "(#state = :handed_over AND (attribute_not_exists(taken_by) OR taken_by = :run OR taken_until_ms <= :now))"
_REOPENABLE = "#state IN (:done, :refused) OR (#state = :replaying AND lease_until_ms <= :now)"
_RELEASED = 0  # the lease of what was given back; every other one is a moment
_FAILED = "ConditionalCheckFailed"
_LOST = {"None", _FAILED, "TransactionConflict"}
_Item = dict[str, Any]


@dataclass(frozen=True)
class DynamoLedger:
    """The FileLedger port over DynamoDB."""

    client: DynamoDBClient
    table: str

    def claim(self, record: FileRecord, *, now: datetime, lease_s: int) -> Claim:
        """Take the right to process `record`'s object and content, atomically; a lease that has run out may be taken over."""
        now_ms = _epoch_ms(now)
        until_ms = now_ms + 1000 * lease_s
        file = _file_item(replace(record, state="processing"), until_ms)
        return self._claim(record, self._put(file, f"{_FREE} OR {_ENDED}", _states(now_ms)), now_ms, until_ms)

    def hand_over(self, record: FileRecord, *, now: datetime, lease_s: int) -> Claim:
        """As `claim`, for a larger worker: the record is `handed_over`, and its content, which nobody has read, stays free."""
        now_ms = _epoch_ms(now)
        unread, until_ms = replace(record, state="handed_over", content_sha256=""), now_ms + 1000 * lease_s
        return self._claim(unread, self._put(_file_item(unread, until_ms), f"{_FREE} OR {_ENDED}", _states(now_ms)), now_ms, until_ms)

    def keep_handed_over(self, file_id: str, *, now: datetime, lease_s: int) -> None:
        """From now on nobody but the larger worker may claim the file for so long; nothing changes once it is not handed over any more."""
        with suppress(ConflictError), translated(f"keep {file_id} for a larger worker"):
            self.client.update_item(
                TableName=self.table,
                Key=_encode({"file_id": file_id}),
                UpdateExpression="SET lease_until_ms = :until",
                **_condition("#state = :handed_over", {":handed_over": "handed_over", ":until": _epoch_ms(now) + 1000 * lease_s}),
            )

    def take_over(self, record: FileRecord, *, run: str, now: datetime, lease_s: int) -> Claim:
        """As `claim`, by a larger worker: it gets what was handed over, unless another run has it; the record stays `handed_over`."""
        now_ms = _epoch_ms(now)
        until_ms = now_ms + 1000 * lease_s
        taken = _file_item(replace(record, state="handed_over"), until_ms) | {"taken_by": run, "taken_until_ms": until_ms}
        free = f"{_FREE} OR #state = :failed OR {_RUN_OUT} OR {_NOT_TAKEN}"
        claim = self._claim(record, self._put(taken, free, {**_states(now_ms), ":run": run}), now_ms, until_ms)
        return replace(claim, state="busy") if claim.state == "handed_over" else claim

    def _claim(self, record: FileRecord, file: _Item, now_ms: int, until_ms: int) -> Claim:
        """The file's item and, where its content is known, the content's are written, both or neither."""
        writes = [file]
        if record.content_sha256:
            item = {"file_id": _content_id(record), "owner": record.file_id, "state": "processing", "lease_until_ms": until_ms}
            mine = {":processing": "processing", ":now": now_ms, ":me": record.file_id}
            writes.append(self._put(item, f"{_FREE} OR #owner = :me OR {_RUN_OUT}", mine))
        refused = self._transact(f"claim {record.key}", writes)
        return Claim(granted=True, state="granted", owner=record.file_id) if refused is None else _refusal(record, refused)

    def measured(self, kind: str) -> tuple[Measured, ...]:
        """What the newest files of a kind took, oldest first; none where none was measured."""
        with translated(f"read what files of {kind} took"):
            item = self.client.get_item(TableName=self.table, Key=_encode({"file_id": PACE + kind})).get("Item")
        files = _decode(item)["files"] if item else []
        return tuple(Measured(**{name: int(value) for name, value in one.items()}) for one in files)

    def measure(self, kind: str, files: Sequence[Measured]) -> None:
        """The newest files of a kind took that."""
        with translated(f"record what files of {kind} took"):
            item = {"file_id": PACE + kind, "files": [dict(vars(one)) for one in files]}
            self.client.put_item(TableName=self.table, Item=_encode(item))

    def finish(self, record: FileRecord) -> None:
        """The record stands as given; ConflictError when another file has taken the content over meanwhile."""
        if record.state == "done" and record.content_sha256:
            self._finish_owning(record)
            return
        with translated(f"record {record.key}"):
            self.client.put_item(TableName=self.table, Item=_encode(_file_item(record)))
        if record.state in {"refused", "needs_mapping"} and record.content_sha256:
            self._disown(record)

    def release(self, record: FileRecord) -> None:
        """The object's lease ends now and its content is nobody's, where they are this file's and unfinished."""
        with suppress(ConflictError), translated(f"release {record.key}"):
            self.client.update_item(
                TableName=self.table,
                Key=_encode({"file_id": record.file_id}),
                UpdateExpression="SET lease_until_ms = :past REMOVE taken_by, taken_until_ms",
                **_condition("#state IN (:processing, :replaying, :handed_over)", {**_under_way(), ":past": _RELEASED}),
            )
        if record.content_sha256:
            self._disown(record)

    def reopen(self, file_id: str, *, now: datetime, lease_s: int) -> FileRecord:
        """The finished record as it stands; it is `replaying` from now on, in one conditional update."""
        now_ms = _epoch_ms(now)
        values = {":done": "done", ":refused": "refused", ":replaying": "replaying", ":now": now_ms, ":until": now_ms + 1000 * lease_s}
        try:
            with translated(f"reopen {file_id}"):
                before = self.client.update_item(
                    TableName=self.table,
                    Key=_encode({"file_id": file_id}),
                    UpdateExpression="SET #state = :replaying, lease_until_ms = :until",
                    ReturnValues="ALL_OLD",
                    **_condition(_REOPENABLE, values),
                )
        except ConflictError:
            record = self.get(file_id)
            raise ThrottledError(f"{record.key} is {record.state}; it can be replayed when it is done") from None
        return _record(_decode(before["Attributes"]))

    def get(self, file_id: str) -> FileRecord:
        """The record; NotFoundError when there is none."""
        item = self._item(file_id)
        if item is None:
            raise NotFoundError(f"no record of file {file_id}")
        return _record(item)

    def is_left_undone(self, file_id: str) -> bool:
        """Whether a worker took the file and neither finished it nor gave it back: it works on it, or it died."""
        item = self._item(file_id) or {}
        return item.get("state") == "processing" and item.get("lease_until_ms") != _RELEASED

    def _item(self, file_id: str) -> _Item | None:
        with translated(f"read the record of {file_id}"):
            item = self.client.get_item(TableName=self.table, Key=_encode({"file_id": file_id}), ConsistentRead=True).get("Item")
        return _decode(item) if item else None

    def records(self) -> Iterator[FileRecord]:
        """Every file's record, in no particular order."""
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.table,
            ConsistentRead=True,
            FilterExpression="NOT begins_with(file_id, :content) AND NOT begins_with(file_id, :pace)",
            ExpressionAttributeValues=_encode({":content": CONTENT, ":pace": PACE}),
        )
        with translated(f"scan {self.table}"):
            for page in pages:
                yield from (_record(_decode(item)) for item in page["Items"])

    def _finish_owning(self, record: FileRecord) -> None:
        """Record and content become done together, so that no copy can be let in between the two."""
        content = {"file_id": _content_id(record), "owner": record.file_id, "state": "done"}
        writes = [self._put(_file_item(record)), self._put(content, f"{_FREE} OR #owner = :me", {":me": record.file_id})]
        if self._transact(f"record {record.key}", writes) is not None:
            raise ConflictError(f"the content of {record.key} was taken over by another file; deliver it again")

    def _disown(self, record: FileRecord) -> None:
        """The content is nobody's, where it was this file's and unfinished: whoever sends it next is let in."""
        mine = {":me": record.file_id, ":processing": "processing"}
        with suppress(ConflictError), translated(f"release the content of {record.key}"):
            self.client.delete_item(
                TableName=self.table,
                Key=_encode({"file_id": _content_id(record)}),
                **_condition("#owner = :me AND #state = :processing", mine),
            )

    def _put(self, item: _Item, condition: str = "", values: _Item | None = None) -> _Item:
        put = {"TableName": self.table, "Item": _encode(item)}
        if condition:
            put |= {**_condition(condition, values or {}), "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        return {"Put": put}

    def _transact(self, doing: str, writes: list[_Item]) -> list[_Item] | None:
        """None when all was written; else what stood in the way, one reason per write."""
        with translated(doing):
            try:
                self.client.transact_write_items(TransactItems=cast("list[TransactWriteItemTypeDef]", writes))
            except ClientError as error:
                reasons = cast("list[_Item]", error.response.get("CancellationReasons", []))
                if not reasons or any(reason["Code"] not in _LOST for reason in reasons):
                    raise
                return reasons
        return None


def _refusal(record: FileRecord, reasons: list[_Item]) -> Claim:
    """What stood in the way of a claim: first this object's own record, then the content's owner."""
    own, *content = reasons
    if own["Code"] == _FAILED:
        state = _decode(own.get("Item", {})).get("state", "processing")
        told = {"handed_over": "handed_over", **dict.fromkeys(("processing", "replaying"), "busy")}
        return Claim(granted=False, state=told.get(state, "done"), owner=record.file_id)
    if content and content[0]["Code"] == _FAILED:
        held = _decode(content[0].get("Item", {}))
        return Claim(granted=False, state="duplicate" if held.get("state") == "done" else "busy", owner=held.get("owner", ""))
    return Claim(granted=False, state="busy")  # another worker's transaction on the same items is under way


def _condition(expression: str, values: _Item) -> _Item:
    """A write's condition, with the names it uses: DynamoDB refuses names that no expression uses."""
    return {
        "ConditionExpression": expression,
        "ExpressionAttributeNames": {name: field for name, field in _NAMES.items() if name in expression},
        "ExpressionAttributeValues": _encode(values),
    }


def _states(now_ms: int) -> _Item:
    """What a claim's condition compares with."""
    return {":processing": "processing", ":handed_over": "handed_over", ":failed": "failed", ":now": now_ms}


def _under_way() -> _Item:
    return {f":{state}": state for state in UNDER_WAY}


def _content_id(record: FileRecord) -> str:
    return f"{CONTENT}{record.dataset}#{record.content_sha256}"


def _file_item(record: FileRecord, lease_until_ms: int | None = None) -> _Item:
    item = vars(record) | {name: dict(getattr(record, name)) for name in ("reasons", "error", "profile", "mapping")}
    del item["seen_before"]
    return item if lease_until_ms is None else item | {"lease_until_ms": lease_until_ms}


def _record(item: _Item) -> FileRecord:
    """The record that an item holds; DynamoDB's numbers become integers, fields it does not know keep their default."""
    known = {name: item[name] for name in _FIELDS if name in item}
    counts = {name: int(known[name]) for name in _COUNTS if name in known}
    reasons = {rule: int(rows) for rule, rows in known.get("reasons", {}).items()}
    return FileRecord(**{**known, **counts, "reasons": reasons})


def _encode(item: Mapping[str, object]) -> _Item:
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in item.items()}


def _decode(item: Mapping[str, Any]) -> _Item:
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(value) for name, value in item.items()}


def _epoch_ms(at: datetime) -> int:
    """Milliseconds since 1970; a time without a zone is UTC, as everywhere in Headgate."""
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
