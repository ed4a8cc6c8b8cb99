"""The inputs of a system's tables: tables whose inputs have not changed are not built again.

The catalog keeps with each table the versions of the datasets that its system read, the day of the data, and
the deployment and the pushed definitions that built or last confirmed it.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import Catalog, ObjectRef, ObjectStore, TableVersion
from headgate.snapshots.read_snapshots import lake_snapshot
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot

SNAPSHOT_ID, AS_OF, READS = "headgate.snapshot_id", "headgate.as_of", "headgate.reads"
INPUTS, DEPLOYMENT, DEFINITIONS = "headgate.inputs", "headgate.deployment", "headgate.definitions"


def inputs_of(snapshot: LakeSnapshot, datasets: Iterable[str]) -> dict[str, str]:
    """Return the version of each dataset in a snapshot; empty for a dataset that the snapshot lacks."""
    current = snapshot.datasets
    return {name: current[name].snapshot_id if name in current else "" for name in sorted(set(datasets))}


@dataclass(frozen=True)
class BuiltBy:
    """The deployment and the definitions that build or confirm tables.

    Attributes:
        build: the id of the deployment and of the definitions (`headgate.lake.definitions.build_id`).
        definitions: the version that was pushed; empty for the deployment's own.
    """

    build: str = ""
    definitions: str = ""

    @property
    def facts(self) -> dict[str, str]:
        """Return what the catalog keeps with each table."""
        return {DEPLOYMENT: self.build, DEFINITIONS: self.definitions}


def catalog_facts(
    snapshot: LakeSnapshot, reads: Collection[str], may_read: Collection[str], built_by: BuiltBy
) -> dict[str, str]:
    """Return what the catalog keeps with each table of a system.

    Args:
        reads: the datasets that were read.
        may_read: all datasets that decide the content of the system's tables, also those that the snapshot
            lacks.
    """
    return {
        SNAPSHOT_ID: snapshot.snapshot_id,
        AS_OF: snapshot.as_of.isoformat(),
        READS: ",".join(sorted(reads)),
        INPUTS: json.dumps(inputs_of(snapshot, may_read), sort_keys=True),
        **built_by.facts,
    }


def is_up_to_date(built: TableVersion, snapshot: LakeSnapshot, deployment: str) -> bool:
    """Return whether this deployment built the table from the same datasets, as of the same day."""
    facts = built.parameters
    if (
        not deployment
        or facts.get(DEPLOYMENT) != deployment
        or facts.get(AS_OF) != snapshot.as_of.isoformat()
        or INPUTS not in facts
    ):
        return False
    inputs: Mapping[str, str] = json.loads(facts[INPUTS])
    return inputs == inputs_of(snapshot, inputs)


@dataclass(frozen=True)
class SystemTables:
    """The published tables of one system: their names, their database and their bucket."""

    objects: ObjectStore
    catalog: Catalog
    database: str
    bucket: str
    names: Collection[str]

    def are_up_to_date(self, snapshot: LakeSnapshot, deployment: str) -> bool:
        """Return whether all tables exist, are up to date, and their rows are there.

        False without tables, whose build names the cause.
        """
        try:
            shown = [self.catalog.current(self.database, name) for name in self.names]
        except NotFoundError:
            return False
        return bool(shown) and all(
            is_up_to_date(table, snapshot, deployment)
            and size_bytes_at(self.objects, self.bucket, table.location)
            for table in shown
        )


def snapshot_built_from(objects: ObjectStore, curated_bucket: str, built: TableVersion) -> LakeSnapshot:
    """Return the snapshot that a table was built from; the current one for a table that records none.

    The manifest of an old snapshot is deleted. The current one replaces it if all that the table was built
    from is unchanged.

    Raises:
        NotFoundError: nothing was merged yet, or the manifest was deleted and the table is not up to date.
    """
    facts = built.parameters
    try:
        return lake_snapshot(objects, curated_bucket, facts.get(SNAPSHOT_ID) or keys.CURRENT)
    except NotFoundError:
        current = lake_snapshot(objects, curated_bucket)
        inputs: Mapping[str, str] = json.loads(facts.get(INPUTS, "{}"))
        if not inputs or inputs != inputs_of(current, inputs):
            raise
        return replace(current, snapshot_id=facts[SNAPSHOT_ID], as_of=date.fromisoformat(facts[AS_OF]))


def datasets_read(built: TableVersion, snapshot: LakeSnapshot) -> list[DatasetSnapshot]:
    """Return the datasets that the publish of a table recorded as read, by name."""
    names = built.parameters.get(READS, "").split(",")
    return [of for name, of in sorted(snapshot.datasets.items()) if name in names]


def size_bytes_at(objects: ObjectStore, bucket: str, location: str) -> int:
    """Return the size of the Parquet at a location of a bucket; 0 where there is none."""
    root = f"s3://{bucket}/"
    if not location.startswith(root):
        return 0
    return sum(
        item.size_bytes for item in objects.list(bucket, f"{location.removeprefix(root).rstrip('/')}/")
    )


def mark_unchanged(objects: ObjectStore, bucket: str, unchanged: Collection[str]) -> None:
    """Mark the systems that the state machine skips; marks of an earlier run are removed."""
    for item in list(objects.list(bucket, keys.UNCHANGED_SYSTEMS)):
        if item.ref.key.removeprefix(keys.UNCHANGED_SYSTEMS) not in unchanged:
            objects.delete(item.ref)
    for system in sorted(unchanged):
        objects.write(ObjectRef(bucket, f"{keys.UNCHANGED_SYSTEMS}{system}"), b"")


def unchanged_systems(objects: ObjectStore, bucket: str) -> set[str]:
    """Return the systems that the newest quality gate marked."""
    return {
        item.ref.key.removeprefix(keys.UNCHANGED_SYSTEMS)
        for item in objects.list(bucket, keys.UNCHANGED_SYSTEMS)
    }


def mark_built(objects: ObjectStore, bucket: str, system: str) -> None:
    """Mark a system that the job of several built: it needs no job of its own in this run.

    The next run's quality gate removes the mark.
    """
    objects.write(ObjectRef(bucket, f"{keys.BUILT_SYSTEMS}{system}"), b"")
