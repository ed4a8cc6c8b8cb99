"""The metadata of an Apache Iceberg table whose snapshots are the published versions: plain JSON, no I/O.

Every function returns a new document. The id of a version's snapshot is derived from the version's name, so
that a query of an older version needs no lookup.

Source: Apache Iceberg table spec, version 2.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from headgate.contracts.model import Contract
from headgate.contracts.types import iceberg_type

Document: TypeAlias = "dict[str, Any]"

VERSION = "headgate.version"  # key in a snapshot's summary
NAME_MAPPING = "schema.name-mapping.default"
_METRICS = "write.metadata.metrics"
_WIDER = {("int", "long"), ("float", "double")}
_DECIMAL = re.compile(r"decimal\((\d+), (\d+)\)")
_SNAPSHOT_ID_DIGITS = 13  # hexadecimal: 52 bits are exact in JSON readers that use doubles


def version_snapshot_id(version: str) -> int:
    """Return the id of a version's snapshot: the number after `FOR VERSION AS OF`."""
    return int(hashlib.sha256(version.encode()).hexdigest()[:_SNAPSHOT_ID_DIGITS], 16)


def new_document(location: str) -> Document:
    """Return the metadata of a table without versions.

    Args:
        location: the `s3://` folder above the folder `metadata`.
    """
    return {
        "format-version": 2,
        "table-uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, location)),
        "location": location,
        "last-sequence-number": 0,
        "last-updated-ms": 0,
        "last-column-id": 0,
        "current-schema-id": 0,
        "schemas": [],
        "default-spec-id": 0,
        "partition-specs": [{"spec-id": 0, "fields": []}],
        "last-partition-id": 999,
        "default-sort-order-id": 0,
        "sort-orders": [{"order-id": 0, "fields": []}],
        "properties": {},
        "snapshots": [],
        "snapshot-log": [],
        "metadata-log": [],
        "refs": {},
    }


def with_schema(document: Document, contract: Contract) -> Document:
    """Return the document with the contract's columns as its current schema.

    A column keeps the id of its name. If its type is incompatible with that of an earlier version, readers
    could not map the files of both, so the earlier versions are removed.
    """
    fields_before = {field["name"]: field for schema in document["schemas"] for field in schema["fields"]}
    fields, last = [], int(document["last-column-id"])
    for column in contract.columns:
        before, type_name = fields_before.get(column.name), iceberg_type(column.type)
        is_same = before is not None and _fits(before["type"], type_name)
        last += not is_same
        field = {
            "id": before["id"] if before and is_same else last,
            "name": column.name,
            "required": False,  # the gate and the audit refuse nulls; a rule may be dropped or added later
            "type": type_name,
        }
        fields.append({**field, "doc": column.description} if column.description else field)
    is_evolution = _is_evolution(fields_before, fields)
    history: Document = {} if is_evolution else {"schemas": [], "snapshots": [], "refs": {}}
    schemas = document["schemas"] if is_evolution else []
    same = next((schema for schema in schemas if schema["fields"] == fields), None)
    number = max((schema["schema-id"] for schema in document["schemas"]), default=-1) + 1
    current = same or {"type": "struct", "schema-id": number, "fields": fields}
    return {
        **document,
        **history,
        "last-column-id": last,
        "schemas": schemas if same else [*schemas, current],
        "current-schema-id": current["schema-id"],
    }


def with_properties(document: Document, contract: Contract) -> Document:
    """Return the document with the properties for readers and writers of its files.

    The files have no field ids, so readers map columns by name. Bounds of values are written for numbers,
    dates and times without data about a person; for other columns only sizes and nulls.
    """
    names = {field["id"]: field["name"] for schema in document["schemas"] for field in schema["fields"]}
    mapping = [{"field-id": number, "names": [name]} for number, name in sorted(names.items())]
    bounded = [
        column.name
        for column in contract.columns
        if iceberg_type(column.type) not in {"string", "boolean"}
        and not (column.classification or column.mask or column.references)
    ]
    return {
        **document,
        "properties": {
            NAME_MAPPING: json.dumps(mapping),
            f"{_METRICS}.default": "counts",
            **{f"{_METRICS}.column.{name}": "full" for name in bounded},
        },
    }


def with_version(
    document: Document, version: str, manifest_list: str, summary: Mapping[str, str], at_ms: int
) -> Document:
    """Return the document that shows a version, whose files the manifest list names.

    An existing snapshot of the same version is replaced.
    """
    before = without_versions(document, [version], is_shown_kept=False)
    parent = document["refs"].get("main", {}).get("snapshot-id")
    number = version_snapshot_id(version)
    snapshot = {
        "snapshot-id": number,
        "sequence-number": next_sequence(document),
        "timestamp-ms": max(at_ms, int(document["last-updated-ms"]) + 1),
        "manifest-list": manifest_list,
        "schema-id": document["current-schema-id"],
        "summary": {"operation": "overwrite", **summary, VERSION: version},
    }
    if parent not in {None, number}:
        snapshot["parent-snapshot-id"] = parent
    updated = {
        **before,
        "last-sequence-number": snapshot["sequence-number"],
        "snapshots": [*before["snapshots"], snapshot],
    }
    return showing(updated, version, at_ms)


def showing(document: Document, version: str, at_ms: int) -> Document:
    """Return the document with one of its versions as the current one."""
    snapshot = next(item for item in document["snapshots"] if item["summary"][VERSION] == version)
    number, moment = snapshot["snapshot-id"], max(at_ms, int(document["last-updated-ms"]) + 1)
    return {
        **document,
        "last-updated-ms": moment,
        "current-schema-id": snapshot["schema-id"],
        "current-snapshot-id": number,
        "refs": {"main": {"snapshot-id": number, "type": "branch"}},
        "snapshot-log": [*document["snapshot-log"], {"snapshot-id": number, "timestamp-ms": moment}],
    }


def without_versions(
    document: Document, versions: Collection[str], *, is_shown_kept: bool = True
) -> Document:
    """Return the document without these versions, and without schemas of only these versions.

    Args:
        is_shown_kept: keep the version that the document shows, which a document must have.
    """
    shown = shown_version(document) if is_shown_kept else ""
    removed = {
        item["snapshot-id"]
        for item in document["snapshots"]
        if item["summary"][VERSION] in versions and item["summary"][VERSION] != shown
    }
    if not removed:
        return document
    snapshots = [item for item in document["snapshots"] if item["snapshot-id"] not in removed]
    needed = {item["schema-id"] for item in snapshots} | {document["current-schema-id"]}
    return {
        **document,
        "snapshots": snapshots,
        "schemas": [schema for schema in document["schemas"] if schema["schema-id"] in needed],
        "snapshot-log": _log_without(document["snapshot-log"], removed),
    }


def current_schema(document: Document) -> Document:
    """Return the schema of new snapshots."""
    return next(item for item in document["schemas"] if item["schema-id"] == document["current-schema-id"])


def next_sequence(document: Document) -> int:
    """Return the sequence number of the next snapshot."""
    return int(document["last-sequence-number"]) + 1


def shown_version(document: Document) -> str:
    """Return the version that the document shows, or an empty text."""
    current = document.get("current-snapshot-id")
    return next(
        (item["summary"][VERSION] for item in document["snapshots"] if item["snapshot-id"] == current), ""
    )


def summaries(document: Document) -> dict[str, Mapping[str, str]]:
    """Return the summary of each version's snapshot, the oldest first."""
    ordered = sorted(document["snapshots"], key=lambda item: int(item["sequence-number"]))
    return {item["summary"][VERSION]: item["summary"] for item in ordered}


def _log_without(log: Collection[Mapping[str, int]], removed: Collection[int]) -> list[Mapping[str, int]]:
    """Return the log after its last entry of a removed snapshot; the earlier history is then unknown.

    Source: Apache Iceberg table spec, "Table Metadata", snapshot-log.
    """
    entries = list(log)
    last = max((place for place, entry in enumerate(entries) if entry["snapshot-id"] in removed), default=-1)
    return entries[last + 1 :]


def _is_evolution(before: Mapping[str, Document], fields: Collection[Document]) -> bool:
    return all(
        _fits(before[field["name"]]["type"], field["type"]) for field in fields if field["name"] in before
    )


def _fits(before: str, after: str) -> bool:
    """Return whether readers can read values of one type as the other.

    Source: Apache Iceberg table spec, "Schema Evolution".
    """
    if before == after or (before, after) in _WIDER:
        return True
    narrow, wide = _DECIMAL.fullmatch(before), _DECIMAL.fullmatch(after)
    return bool(narrow and wide and narrow[2] == wide[2] and int(narrow[1]) <= int(wide[1]))
