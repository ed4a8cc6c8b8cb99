"""Earlier versions of a prod table, and the rollback to one of them.

The catalog keeps the newest versions of each table with their columns and facts. A rollback moves the table
to one of them in one step, and holds the version that was left: a run with the same data and code does not
publish it again. New data or new code does publish.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from headgate.contracts.types import glue_columns
from headgate.errors import ConflictError, NotFoundError
from headgate.lake import keys
from headgate.lineage.column_sources import COLUMNS
from headgate.snapshots.delete_old_versions import KEPT_VERSIONS
from headgate.snapshots.iceberg import METADATA_LOCATION, rolled_back, show_in_hint
from headgate.systems.up_to_date import AS_OF, SNAPSHOT_ID, size_bytes_at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from headgate.lake.ports import Catalog, ObjectStore, TableVersion
    from headgate.snapshots.publishing import Staged

VERSIONS, HELD = "headgate.versions", "headgate.held"


@dataclass(frozen=True)
class BuiltVersion:
    """A published version of a table: its `s3://` folder, columns and catalog parameters."""

    location: str
    columns: tuple[Mapping[str, str], ...]
    parameters: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its id: the last folder of its location."""
        return keys.version_of(self.location)

    @property
    def as_of(self) -> str:
        """The day of the data that it was built from."""
        return self.parameters.get(AS_OF, "")

    @property
    def snapshot_id(self) -> str:
        """The snapshot that it was built from."""
        return self.parameters.get(SNAPSHOT_ID, "")


def versions_of(table: TableVersion) -> list[BuiltVersion]:
    """Return the versions of a table in the catalog, newest first, including the shown one."""
    history = json.loads(table.parameters.get(VERSIONS, "[]"))
    return [
        BuiltVersion(version["location"], tuple(version["columns"]), version["parameters"])
        for version in history
    ]


def with_history(staged: Staged) -> Staged:
    """Return a staged version that the catalog will list before the earlier ones.

    What was held is not held any more.
    """
    new = BuiltVersion(staged.location, tuple(glue_columns(staged.contract)), staged.facts)
    earlier = [version for version in versions_of(staged.current) if version.name != new.name]
    history = json.dumps([asdict(version) for version in [new, *earlier][:KEPT_VERSIONS]])
    return replace(staged, parameters={**staged.parameters, VERSIONS: history, HELD: ""})


def is_held(table: TableVersion, version: str) -> bool:
    """Return whether somebody rolled the table back from this version."""
    return table.parameters.get(HELD, "") == version


def roll_back(
    catalog: Catalog, objects: ObjectStore, bucket: str, table: TableVersion, to: str = "", *, now: datetime
) -> BuiltVersion:
    """Make the table show an earlier version, and return it.

    Args:
        bucket: where the versions of the table are.
        now: naive UTC; the moment in the log of an Iceberg table.
        to: id of the version; by default the one before the version that the table shows.

    Raises:
        NotFoundError: there is no such version, or its rows were deleted.
        ConflictError: the table shows this version already, or a run moved the table in the meantime.
    """
    target = rollback_target(table, to)
    if not size_bytes_at(objects, bucket, target.location):
        raise NotFoundError(
            f"The rows of version {target.name} of {table.table} were deleted, as an erasure deletes those "
            f"of all earlier versions. `headgate tables versions {table.table}` lists all."
        )
    versions = versions_of(table)
    newest = versions[0].name if target.name != versions[0].name else ""
    iceberg = rolled_back(objects, table, target.name, now)
    facts = {COLUMNS: "", **target.parameters, HELD: newest, **iceberg}
    catalog.move(table, target.location, target.columns, facts)
    if iceberg.get(METADATA_LOCATION):
        show_in_hint(objects, bucket, table.table, iceberg)
    return target


def rollback_target(shown_version: TableVersion, to: str = "") -> BuiltVersion:
    """Return the version that a rollback would show; errors as `roll_back`, but for deleted rows."""
    table, versions = shown_version.table, versions_of(shown_version)
    shown = keys.version_of(shown_version.location)
    names = [version.name for version in versions]
    if to and to == shown:
        raise ConflictError(
            f"Table {table} shows version {to} already. `headgate tables versions {table}` lists the others."
        )
    if to in names:
        return versions[names.index(to)]
    before = names.index(shown) + 1 if shown in names else len(names)
    if to or before >= len(names):
        wanted = f"no version {to}" if to else "no earlier version"
        raise NotFoundError(
            f"The catalog knows {wanted} of {table}. `headgate tables versions {table}` lists its versions."
        )
    return versions[before]
