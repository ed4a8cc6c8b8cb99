"""The erasure of a person, and the zones that it searches."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.settings import GateSettings, RawSettings, ScanSettings, StagingSettings, SystemSettings
from headgate.wiring import clock, definitions, stores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from headgate.erasure.forget import Forgetter
    from headgate.erasure.purge_versions import BuiltZones
    from headgate.lake.ports import TableVersion


def forgetter(env: Mapping[str, str], build: Callable[[], None]) -> Forgetter:
    """Return the eraser of a person from every zone.

    Args:
        build: runs the pipeline and returns when its tables are published.
    """
    from headgate.erasure.erase_rows import Buckets, RowEraser
    from headgate.erasure.forget import Forgetter

    gate, raw = GateSettings.from_env(env), RawSettings.from_env(env).raw_bucket
    buckets = Buckets(raw, gate.curated_bucket, gate.quarantine_bucket, gate.artifacts_bucket)
    eraser = RowEraser(
        stores.objects(),
        stores.ledger(env),
        definitions.registry(env).source,
        buckets,
        clock.utc_now,
        gate.lease_s,
    )
    return Forgetter(
        eraser,
        partial(_built_zones, env),
        build,
        StagingSettings.from_env(env).staging_bucket,
        partial(_keep_shown_versions, env),
    )


def _keep_shown_versions(env: Mapping[str, str]) -> None:
    from headgate.snapshots.iceberg import keep_shown_version

    for table in _tables(env):
        keep_shown_version(stores.objects(), stores.catalog(), table)


def _tables(env: Mapping[str, str]) -> Iterator[TableVersion]:
    """Yield every table of the catalog that belongs to a deployed system."""
    registry, named = definitions.registry(env), stores.databases(env)
    curated = ((named.curated, name) for name in (*registry.source, *registry.lake))
    for database, name in (*curated, *((named.prod, name) for name in registry.prod)):
        with suppress(NotFoundError):  # the system is not deployed
            yield stores.catalog().current(database, name)


def _built_zones(env: Mapping[str, str]) -> BuiltZones:
    """Return the zones that the lake builds, with the folders that their tables currently show."""
    from headgate.erasure.purge_versions import BuiltZones
    from headgate.snapshots.iceberg import used_keys

    gate, systems, scan = GateSettings.from_env(env), SystemSettings.from_env(env), ScanSettings.from_env(env)
    shown: dict[str, set[str]] = {}
    iceberg: set[tuple[str, str]] = set()
    for table in _tables(env):
        bucket, _, folder = table.location.removeprefix("s3://").partition("/")
        shown.setdefault(bucket, set()).add(folder.rstrip("/"))
        iceberg |= {(bucket, key) for key in used_keys(stores.objects(), table.parameters)}
    return BuiltZones(
        curated=gate.curated_bucket,
        artifacts=gate.artifacts_bucket,
        results=scan.results_bucket,
        prod=tuple(systems.prod_buckets.values()),
        shown={bucket: frozenset(folders) for bucket, folders in shown.items()},
        searched=(
            RawSettings.from_env(env).raw_bucket,
            gate.quarantine_bucket,
            StagingSettings.from_env(env).staging_bucket,
        ),
        iceberg=frozenset(iceberg),
    )
