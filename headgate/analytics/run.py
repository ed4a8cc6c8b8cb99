"""Run one system over one snapshot of the lake: build, audit everything, then publish."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

import ibis

from headgate.analytics import registry
from headgate.analytics.rows import rows_of
from headgate.errors import AuditError
from headgate.lake import keys, pruning
from headgate.lake.publishing import parquet_bytes
from headgate.lake.snapshots import snapshot_id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from headgate.analytics.registry import System
    from headgate.contracts.model import Contract
    from headgate.lake.publishing import Published, Publisher, Staged
    from headgate.lake.snapshots import LakeSnapshot

log = logging.getLogger(__name__)

_NO_INSPECTIONS: Mapping[str, Callable[[], pd.DataFrame]] = {}


def run_system(
    system: str,
    snapshot: LakeSnapshot,
    local: Mapping[str, Path],
    publisher: Publisher,
    contracts: Mapping[str, Contract],
    *,
    inspections: Mapping[str, Callable[[], pd.DataFrame]] = _NO_INSPECTIONS,
) -> list[Published]:
    """All tables of `system` show what it makes of `snapshot`; none moves unless every one of them passed its audit.

    Args:
        local: the datasets that the system reads (`registry.system(name).READS`), as Parquet files.
        contracts: the prod contracts, by table; those of other systems are passed over.
        inspections: the system's tables that are not built from the snapshot, and what makes their frames.

    Raises:
        AuditError: an output does not hold its contract; every table shows what it showed before.
        ConflictError: another run moved a table first.
    """
    own = {name: contract for name, contract in contracts.items() if contract.system == system}
    frames = build(registry.system(system), local, snapshot.as_of) | {name: make() for name, make in inspections.items()}
    if set(frames) != set(own):
        raise AuditError(
            f"{system}: tables not built {sorted(set(own) - set(frames))}, without a contract {sorted(set(frames) - set(own))}"
        )
    outputs = {name: rows_of(contract, _stamped(frames[name], snapshot)) for name, contract in own.items()}
    code = registry.code_version(system)
    staged = [
        _stage(publisher, own[name], rows, version_of(own[name], snapshot, code, made_of=(_digest(rows),) if name in inspections else ()))
        for name, rows in outputs.items()
    ]
    published = [publisher.move(one) for one in staged]
    for one in staged:
        _forget_old(publisher, one)
    log.info("system published", extra={"system": system, "snapshot_id": snapshot.snapshot_id, "tables": len(published)})
    return published


def build(package: System, local: Mapping[str, Path], as_of: date) -> dict[str, pd.DataFrame]:
    """What a system makes of local Parquet files as of a day."""
    connection = ibis.duckdb.connect()
    try:
        tables = {dataset: connection.read_parquet(local[dataset], table_name=dataset) for dataset in package.READS}
        return package.build(tables, as_of)
    finally:
        connection.disconnect()


def version_of(contract: Contract, snapshot: LakeSnapshot, code: str, made_of: tuple[str, ...] = ()) -> str:
    """The id of a table's version: a function of all it is made from."""
    return snapshot_id_of([snapshot.snapshot_id, snapshot.as_of.isoformat(), f"{contract.id}@{contract.version}", code, *made_of])


def _stamped(frame: pd.DataFrame, snapshot: LakeSnapshot) -> pd.DataFrame:
    return frame.assign(as_of=snapshot.as_of, snapshot_id=snapshot.snapshot_id)


def _digest(rows: pa.Table) -> str:
    """What an inspection found depends on more than the snapshot, so its own content tells its versions apart."""
    return hashlib.sha256(parquet_bytes(rows)).hexdigest()


def _stage(publisher: Publisher, contract: Contract, rows: pa.Table, version: str) -> Staged:
    return publisher.stage(contract, rows, keys.table_prefix(contract.dataset, version))


def _forget_old(publisher: Publisher, staged: Staged) -> None:
    folder = f"{keys.TABLES}/{staged.contract.dataset}/"
    shown = {location.rstrip("/").rpartition("/")[2] for location in (staged.location, staged.current.location)}
    pruning.prune(publisher.objects, publisher.bucket, folder, named=shown)
