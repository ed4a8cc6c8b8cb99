"""Objects in raw: the id of a file, and the distinction between data and other objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.lake import keys

if TYPE_CHECKING:
    from headgate.lake.ports import ObjectRef


def file_id_of(ref: ObjectRef) -> str:
    """Return an object version's id: 32 hex digits of the SHA-256 of bucket, key and version id.

    It depends on neither content nor time, so every delivery of a version has the same record.
    """
    return keys.file_id(ref.bucket, ref.key, ref.version_id)


def why_ignored(key: str) -> str:
    """Return why a raw key does not name data; empty if it does."""
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

    Folder markers, and names that begin with `_` or `.` (manifests, `_SUCCESS`), do not.
    """
    return not why_ignored(key)
