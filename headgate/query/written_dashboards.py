"""Dashboards that people write in the console, versioned separately from pushed ones.

The versions are stored like those of `headgate push`, in their own folder, so that the API may write
dashboards but neither contracts nor models, which only people push. docs/adr/0070-dashboards-are-data.md
"""

import json
from collections.abc import Mapping
from typing import Any

from headgate.lake import keys
from headgate.lake.definitions import DEPLOYED, DefinitionObjects, Definitions, DefinitionVersions, Push

NOTHING = DEPLOYED  # the version before the first dashboard was written
_OF_ANY_DEPLOYMENT = "lake"  # a new deployment ends pushes, but keeps the dashboards that people wrote
_NONE: Mapping[str, Mapping[str, Any]] = {}
_WRITTEN = ("written_by", "written_at")
_BOARD = ("system", "title", "filters_of_tables", "filters", "panels")  # the stored keys are by name
_PANEL = ("name", "question", "kind", "table", "sql", "x", "y", "series", "unit", "units", "width")


def dashboard_versions(objects: DefinitionObjects, bucket: str) -> DefinitionVersions:
    """Return the versions of the dashboards that people wrote."""
    return DefinitionVersions(objects, bucket, _OF_ANY_DEPLOYMENT, keys.WRITTEN_DASHBOARDS)


def documents(versions: DefinitionVersions, version: str) -> dict[str, dict[str, Any]]:
    """Return system → dashboard of a version, with its author and time.

    Raises:
        NotFoundError: the version does not exist.
    """
    if version == NOTHING:
        return {}
    return {name: json.loads(text) for name, text in versions.read(version).dashboards.items()}


def deletions(versions: DefinitionVersions, version: str) -> dict[str, dict[str, Any]]:
    """Return system → title, person, time, last version and mails of the dashboards deleted before a version.

    Raises:
        NotFoundError: the version does not exist.
    """
    return {} if version == NOTHING else deletions_of(versions.read(version))


def deletions_of(version: Definitions) -> dict[str, dict[str, Any]]:
    """Return the deletions that a version keeps."""
    return {name: json.loads(text) for name, text in version.removals.items()}


def write_version(
    versions: DefinitionVersions,
    boards: Mapping[str, Mapping[str, Any]],
    etag: str,
    by: str,
    at: str,
    *,
    deleted: Mapping[str, Mapping[str, Any]] = _NONE,
) -> Push:
    """Store a version with these dashboards and use it.

    Args:
        deleted: the deletions to keep, as `deletions` returns them.
        etag: ETag of the pointer that was read.

    Raises:
        ConflictError: somebody else wrote in the meantime.
    """
    files = {f"dashboards/{name}.yaml": json.dumps(board, sort_keys=True) for name, board in boards.items()}
    files |= {f"removals/{name}.json": json.dumps(each, sort_keys=True) for name, each in deleted.items()}
    edited = Definitions(files, by, at)
    versions.keep(edited)
    return versions.move(edited.version, etag, by, at)


def dashboard_files(versions: DefinitionVersions) -> dict[str, str]:
    """Return the dashboards in use as files of a lake project: name → YAML, without author and time."""
    import yaml  # noqa: PLC0415 a function has no YAML parser

    boards = documents(versions, versions.in_use())
    return {
        f"{name}.yaml": yaml.safe_dump(_in_reading_order(board), sort_keys=False, allow_unicode=True)
        for name, board in sorted(boards.items())
    }


def _in_reading_order(board: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dashboard without author and time: its title first, and each panel from its question on."""
    panels = [_ordered(panel, _PANEL) for panel in board.get("panels", ())]
    return _ordered({key: value for key, value in board.items() if key not in _WRITTEN}, _BOARD) | {
        "panels": panels
    }


def _ordered(document: Mapping[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    names = [*(name for name in first if name in document), *(name for name in document if name not in first)]
    return {name: document[name] for name in names}
