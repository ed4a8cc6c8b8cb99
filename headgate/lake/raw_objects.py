"""Objects in raw: the id of a file, and which objects are data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.lake import keys

if TYPE_CHECKING:
    from headgate.lake.ports import ObjectRef


def file_id_of(ref: ObjectRef) -> str:
    """Return the id of one version of one object: a SHA-256 over bucket, key and version id, cut to 32 hex
    digits.

    Neither its content nor the time of its delivery matters, so every delivery of a version finds the same
    record.
    """
    return keys.file_id(ref.bucket, ref.key, ref.version_id)


def why_ignored(key: str) -> str:
    """Return why a raw key names no data; empty when it names data."""
    name = key.rpartition("/")[2]
    if not name:
        return "the object is a folder marker"
    if name == keys.RUN_MANIFEST:
        return "the object is the manifest of an export run: it says which parts the run has"
    if key.startswith(f"{keys.LOAD_STATE}/"):
        return "the object is the state of a dlt pipeline"
    if name.startswith(("_", ".")):
        return f"a name that begins with `{name[0]}` is not data; rename the file to have it processed"
    return ""


def is_data(key: str) -> bool:
    """Return whether a raw key names data.

    Folder markers, and names that begin with `_` or `.` (manifests, `_SUCCESS`), name none.
    """
    return not why_ignored(key)
