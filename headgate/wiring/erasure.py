"""The erasure of one person, and the zones that it searches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.settings import GateSettings, RawSettings, ScanSettings, StagingSettings, SystemSettings
from headgate.wiring import clock, definitions, stores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.erasure.forget import Forgetter
    from headgate.erasure.purge_versions import BuiltZones


def forgetter(env: Mapping[str, str], build: Callable[[], None]) -> Forgetter:
    """Return the eraser of one person from every zone.

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
    return Forgetter(eraser, partial(_built_zones, env), build, StagingSettings.from_env(env).staging_bucket)


def _built_zones(env: Mapping[str, str]) -> BuiltZones:
    """Return where the lake keeps what it builds, with the folders that its tables show now."""
    from headgate.erasure.purge_versions import BuiltZones

    gate, systems, scan = GateSettings.from_env(env), SystemSettings.from_env(env), ScanSettings.from_env(env)
    registry, named = definitions.registry(env), stores.databases(env)
    shown: dict[str, set[str]] = {}
    tables = [(named.curated, name) for name in (*registry.source, *registry.lake)] + [
        (named.prod, name) for name in registry.prod
    ]
    for database, name in tables:
        try:
            bucket, _, folder = (
                stores.catalog().current(database, name).location.removeprefix("s3://").partition("/")
            )
        except NotFoundError:  # of a system that is not deployed
            continue
        shown.setdefault(bucket, set()).add(folder.rstrip("/"))
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
    )
