"""Run one system over one snapshot of the lake: build, audit everything, then publish."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING, cast

from headgate.errors import AuditError
from headgate.lake import keys
from headgate.lake.delete_old_versions import delete_old_versions
from headgate.lake.publishing import parquet_bytes
from headgate.lake.snapshots import snapshot_id_of
from headgate.learning.store import Origin, Shelf
from headgate.systems import registry
from headgate.systems.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date

    import pandas as pd
    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.lake.publishing import Published, Publisher, Staged
    from headgate.lake.snapshots import LakeSnapshot
    from headgate.learning.store import ModelStore
    from headgate.systems.registry import System
    from headgate.systems.snapshot_tables import Opened
    from headgate.systems.sql_models import SqlModels

log = logging.getLogger(__name__)

_NO_INSPECTIONS: Mapping[str, Callable[[], pd.DataFrame]] = {}
_NO_OPTIONS: Mapping[str, str] = {}


def run_system(
    system: str,
    snapshot: LakeSnapshot,
    tables: Opened,
    publisher: Publisher,
    contracts: Mapping[str, Contract],
    *,
    models: ModelStore | None = None,
    inspections: Mapping[str, Callable[[], pd.DataFrame]] = _NO_INSPECTIONS,
    options: Mapping[str, str] = _NO_OPTIONS,
    own_models: SqlModels | None = None,
) -> list[Published]:
    """All tables of `system` show what it makes of `snapshot`; none moves unless every one of them passed its audit.

    Args:
        tables: opens the datasets that the system reads (`registry.reads`) on some engine.
        contracts: the prod contracts, by table; those of other systems are passed over.
        models: where the system's models are kept, before any table moves; they are forgotten when there is none.
        inspections: the system's tables that are not built from the snapshot, and what makes their frames.
        own_models: the lake project's SQL models, if they are the system.
        options: by name; a system takes those that it has (`registry.options`), and tables built with others lie elsewhere.

    Raises:
        AuditError: an output does not hold its contract; every table shows what it showed before.
        ConflictError: another run moved a table first.
    """
    own = {name: contract for name, contract in contracts.items() if contract.system == system}
    package = cast("System", own_models) if own_models else registry.system(system)
    shelf = Shelf({name: models.champion(system, name, snapshot.as_of) for name in registry.learns(package)} if models else {})
    stated = {name: options[name] for name in registry.options(package) if options.get(name)}
    frames = build(package, tables, snapshot.as_of, shelf, stated) | {name: make() for name, make in inspections.items()}
    outputs = _outputs(system, frames, own, snapshot)
    code, asked = (
        own_models.version if own_models else registry.code_version(system),
        tuple(f"{name}={value}" for name, value in sorted(stated.items())),
    )
    made_of = {name: (*asked, *_made_of(shelf, rows, name in inspections)) for name, rows in outputs.items()}
    facts = _facts(snapshot, registry.reads(package, snapshot.datasets))
    staged = [
        _stage(publisher, own[name], rows, version_of(own[name], snapshot, code, made_of[name]), facts) for name, rows in outputs.items()
    ]
    if models:
        _keep(models, shelf, Origin(system, snapshot.snapshot_id, snapshot.as_of, code))
    published = [publisher.move(one) for one in staged]
    for one in staged:
        _delete_old_versions(publisher, one)
    log.info("system published", extra={"system": system, "snapshot_id": snapshot.snapshot_id, "tables": len(published)})
    return published


def build(
    package: System, tables: Opened, as_of: date, shelf: Shelf | None = None, options: Mapping[str, str] = _NO_OPTIONS
) -> dict[str, pd.DataFrame]:
    """What a system makes of the tables as of a day; the models that it learnt stand on the shelf."""
    with tables as opened:
        return registry.built(package, opened, as_of, shelf or Shelf(), options)


def _outputs(
    system: str, frames: Mapping[str, pd.DataFrame], contracts: Mapping[str, Contract], snapshot: LakeSnapshot
) -> dict[str, pa.Table]:
    """The rows of every table by its contract; AuditError where a table was not built, or one more was."""
    if set(frames) != set(contracts):
        missing, further = sorted(set(contracts) - set(frames)), sorted(set(frames) - set(contracts))
        raise AuditError(f"{system}: tables not built {missing}, without a contract {further}")
    return {name: rows_of(contract, _stamped(frames[name], snapshot)) for name, contract in contracts.items()}


def _keep(models: ModelStore, shelf: Shelf, origin: Origin) -> None:
    for trained in shelf.trained:
        models.keep(trained, origin)


def version_of(contract: Contract, snapshot: LakeSnapshot, code: str, made_of: tuple[str, ...] = ()) -> str:
    """The id of a table's version: a function of all it is made from."""
    return snapshot_id_of([snapshot.snapshot_id, snapshot.as_of.isoformat(), f"{contract.id}@{contract.version}", code, *made_of])


def _stamped(frame: pd.DataFrame, snapshot: LakeSnapshot) -> pd.DataFrame:
    return frame.assign(as_of=snapshot.as_of, snapshot_id=snapshot.snapshot_id)


def _made_of(shelf: Shelf, rows: pa.Table, inspected: bool) -> tuple[str, ...]:
    """What else decides a table's content: who was in charge of the models, and for an inspection all that it found."""
    champions = tuple(f"{model}={recipe}" for model, recipe in sorted(shelf.champions.items()) if recipe)
    return (*champions, _digest(rows)) if inspected else champions


def _digest(rows: pa.Table) -> str:
    """What an inspection found depends on more than the snapshot, so its own content tells its versions apart."""
    return hashlib.sha256(parquet_bytes(rows)).hexdigest()


def _facts(snapshot: LakeSnapshot, reads: Collection[str]) -> dict[str, str]:
    """What the catalog keeps beside each table, so that its lineage can be read without its rows."""
    return {
        "headgate.snapshot_id": snapshot.snapshot_id,
        "headgate.as_of": snapshot.as_of.isoformat(),
        "headgate.reads": ",".join(sorted(reads)),
    }


def _stage(publisher: Publisher, contract: Contract, rows: pa.Table, version: str, facts: dict[str, str]) -> Staged:
    return publisher.stage(contract, rows, keys.table_prefix(contract.dataset, version), parameters=facts)


def _delete_old_versions(publisher: Publisher, staged: Staged) -> None:
    folder = f"{keys.TABLES}/{staged.contract.dataset}/"
    shown = {location.rstrip("/").rpartition("/")[2] for location in (staged.location, staged.current.location)}
    delete_old_versions(publisher.objects, publisher.bucket, folder, named=shown)
