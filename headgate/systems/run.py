from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd
import pyarrow as pa

from headgate.contracts.types import glue_columns
from headgate.engines.local import release_memory
from headgate.engines.one_thread import one_thread
from headgate.errors import AuditError, ContractError
from headgate.lake import keys
from headgate.lake.ports import ROWS
from headgate.learning.store import ModelStore, Shelf
from headgate.lineage.column_sources import COLUMNS
from headgate.snapshots.delete_old_versions import delete_versions, old_versions
from headgate.snapshots.publishing import Published, Publisher, Staged, parquet_bytes
from headgate.systems import system_registry
from headgate.systems.build_inputs import BuildInputs
from headgate.systems.rollback import is_held, with_history
from headgate.systems.rows_by_range import RowsByRange
from headgate.systems.rows_in_file import RowsInFile, rows_by_contract, unstamped_schema
from headgate.systems.rows_over_base import RowsOverBase, stage_over_base
from headgate.systems.table_parts import stage_in_parts
from headgate.systems.up_to_date import DEPLOYMENT, READS, BuiltBy, size_bytes_at
from headgate.values.key_order import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date

    from headgate.contracts.model import Contract
    from headgate.snapshots.snapshot import LakeSnapshot
    from headgate.systems.snapshot_tables import Opened
    from headgate.systems.sql_models import SqlModels
    from headgate.systems.system_registry import Made, SystemPackage

    _Rows: TypeAlias = "pa.Table | RowsInFile | RowsByRange | RowsOverBase"

log = logging.getLogger(__name__)

_NO_INSPECTIONS: Mapping[str, Callable[[], pd.DataFrame]] = {}
_NO_OPTIONS: Mapping[str, str] = {}
_NO_DEPLOYMENT = BuiltBy()


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
    built_by: BuiltBy = _NO_DEPLOYMENT,
    is_full: bool = False,
) -> list[Published]:
    """Build all tables of `system` from `snapshot`, and publish them if every one of them passed its audit.

    Tables that show the version of these inputs, code and options are kept. If all do, `tables` is not
    opened.

    Args:
        tables: opens the datasets that the system reads (`system_registry.reads`) on some engine.
        contracts: the prod contracts, by table; those of other systems are passed over.
        models: stores the system's models before any table moves; without it they are dropped.
        inspections: the system's tables that are not built from the snapshot; they are always built.
        own_models: the lake project's SQL models, if they are the system.
        is_full: build tables again that show their version already.

    Raises:
        AuditError: an output breaks its contract; every table shows what it showed before.
        ContractError: no contract is of this system, so a run would publish nothing and succeed.
        ConflictError: another run moved a table first.
    """
    own = _contracts_of(system, contracts)
    inputs = BuildInputs.of(system, snapshot, models, options, own_models)
    columns = _columns_of(own_models)
    versions = {name: inputs.version(own[name]) for name in own if name not in inspections}
    kept = {} if is_full else _confirm_published(publisher, own, versions, built_by, columns)
    is_kept = kept.keys() == versions.keys()
    frames = {} if is_kept else build(inputs.package, tables, snapshot.as_of, inputs.shelf, inputs.options)
    frames |= {name: inspect() for name, inspect in inspections.items()}
    outputs = _outputs(system, frames, own, snapshot, kept)
    versions |= {name: inputs.version(own[name], _digest(outputs[name])) for name in inspections}
    stage = partial(_stage, publisher, stamps=_stamps(snapshot), is_full=is_full)
    staged = []
    for name, rows in outputs.items():
        facts = {**inputs.catalog_facts(name, built_by), COLUMNS: "", **columns.get(name, {})}
        if name in inspections:
            # It inspects the lake, whatever the other tables of the system are built from.
            facts[READS] = ",".join(sorted(snapshot.datasets))
        staged.append(stage(own[name], rows, versions[name], facts))
    if models:
        inputs.keep_models(models)
    published = [*kept.values(), *_move_all(publisher, staged)]
    for name in kept:
        publisher.settle(own[name])
    counts = {"tables": len(staged), "kept": len(kept)}
    log.info("system published", extra={"system": system, "snapshot_id": snapshot.snapshot_id, **counts})
    return published


def _columns_of(own_models: SqlModels | None) -> dict[str, dict[str, str]]:
    """Return the column lineage of each table for the catalog; Python systems have none."""
    return (
        {name: {COLUMNS: lineage.to_json()} for name, lineage in own_models.column_lineage.items()}
        if own_models
        else {}
    )


def _contracts_of(system: str, contracts: Mapping[str, Contract]) -> dict[str, Contract]:
    own = {name: contract for name, contract in contracts.items() if contract.system == system}
    if not own:
        others = ", ".join(sorted({contract.system for contract in contracts.values()})) or "none"
        raise ContractError(
            f"No prod contract is of the system {system}; those of this code are of {others}. The job "
            "probably runs other code than "
            f"the lake's: deploy again, or write contracts/prod/<table>.yaml for {system}."
        )
    return own


def build(
    package: SystemPackage,
    tables: Opened,
    as_of: date,
    shelf: Shelf | None = None,
    options: Mapping[str, str] = _NO_OPTIONS,
) -> dict[str, Made]:
    """Build a system's frames from the tables as of a day; the models that it learnt stand on the shelf."""
    with tables as opened, one_thread():
        return system_registry.built(package, opened, as_of, shelf or Shelf(), options)


def _confirm_published(
    publisher: Publisher,
    contracts: Mapping[str, Contract],
    versions: Mapping[str, str],
    built_by: BuiltBy,
    columns: Mapping[str, Mapping[str, str]],
) -> dict[str, Published]:
    """Return the tables that already show their version, and those that were rolled back from it.

    The catalog notes which deployment and definitions confirmed them, and the lineage by column of the
    version that a table shows.
    """
    kept = {}
    for name, version in versions.items():
        current = publisher.catalog.current(publisher.database, name)
        size_bytes = size_bytes_at(publisher.objects, publisher.bucket, current.location)
        is_shown = keys.version_of(current.location) == version
        if not size_bytes or not (is_shown or is_held(current, version)):
            continue
        if current.parameters.get(DEPLOYMENT, "") != built_by.build:
            noted = {**built_by.facts, **(columns.get(name, {}) if is_shown else {})}
            publisher.catalog.move(current, current.location, glue_columns(contracts[name]), noted)
        rows = int(current.parameters.get(ROWS, "0"))
        kept[name] = Published(name, current.location, rows, size_bytes, changed=False)
    return kept


def _outputs(
    system: str,
    frames: dict[str, Made],
    contracts: Mapping[str, Contract],
    snapshot: LakeSnapshot,
    kept: Collection[str],
) -> dict[str, _Rows]:
    """Return the rows of every table that is not kept, by its contract.

    AuditError where a table was not built, or one more was.

    Args:
        frames: they leave it one by one, so that no table of millions of rows is in memory in both forms for
            longer than needed.
    """
    missing, further = sorted(set(contracts) - set(frames) - set(kept)), sorted(set(frames) - set(contracts))
    if missing or further:
        raise AuditError(
            f"{system}: tables not built {missing}, without a contract {further}. "
            "Return exactly the tables that have a contract of this system from its build, and deploy again."
        )
    outputs: dict[str, _Rows] = {}
    for name in (name for name in contracts if name not in kept):
        outputs[name] = _exact(contracts[name], frames.pop(name), snapshot)
        release_memory()
    return outputs


def _exact(contract: Contract, made: Made, snapshot: LakeSnapshot) -> _Rows:
    """Return the rows with the stamps, in the order of the key.

    A table that keeps parts gets the stamps when a part is written, and comes in its order.
    """
    if not isinstance(made, pd.DataFrame | RowsInFile | RowsByRange | RowsOverBase):
        raise AuditError(
            f"{contract.id}: the system returned {type(made).__name__} as the table. Return a pandas frame; "
            "an Ibis table becomes one with .to_pandas()."
        )
    if isinstance(made, RowsByRange | RowsOverBase):
        return made
    if isinstance(made, RowsInFile):
        return made if made.keeps_parts else made.write_stamped(contract, _stamps(snapshot))
    return in_order(rows_by_contract(contract, made.assign(**_stamps(snapshot))), contract.key)


def _stamps(snapshot: LakeSnapshot) -> dict[str, date | str]:
    return {"as_of": snapshot.as_of, "snapshot_id": snapshot.snapshot_id}


def _digest(rows: _Rows) -> str:
    """Return the digest of an inspection's rows.

    They depend on more than the snapshot, so only their content distinguishes versions.
    """
    if isinstance(rows, RowsByRange):
        return hashlib.sha256("".join(rows.addresses).encode()).hexdigest()
    if isinstance(rows, RowsOverBase):
        rows = pa.Table.from_batches(rows.batches(), unstamped_schema(rows.contract))
    body = rows.path.read_bytes() if isinstance(rows, RowsInFile) else parquet_bytes(rows)
    return hashlib.sha256(body).hexdigest()


def _stage(
    publisher: Publisher,
    contract: Contract,
    rows: _Rows,
    version: str,
    facts: dict[str, str],
    *,
    stamps: Mapping[str, object],
    is_full: bool,
) -> Staged:
    prefix = keys.table_prefix(contract.dataset, version)
    if isinstance(rows, pa.Table):
        return with_history(publisher.stage(contract, rows, prefix, parameters=facts))
    if isinstance(rows, RowsOverBase):
        over_base = stage_over_base(publisher, rows, prefix, stamps, is_full=is_full)
        return with_history(replace(over_base, parameters={**facts, **over_base.parameters}))
    if isinstance(rows, RowsByRange) or rows.keeps_parts:
        parted = stage_in_parts(publisher, contract, rows, prefix, stamps, is_full=is_full)
        return with_history(replace(parted, parameters={**facts, **parted.parameters}))
    current = publisher.catalog.current(publisher.database, contract.dataset)
    staged = publisher.stage_file(contract, rows.path, prefix, current=current)
    return with_history(replace(staged, parameters=facts))


def _move_all(publisher: Publisher, staged: Sequence[Staged]) -> list[Published]:
    """Publish all staged tables in the catalog, then delete versions that are no longer shown."""
    published = [publisher.move(table) for table in staged]
    for table in staged:
        _delete_old_versions(publisher, table)
    return published


def _delete_old_versions(publisher: Publisher, staged: Staged) -> None:
    folder = f"{keys.TABLES}/{staged.contract.dataset}/"
    shown = {keys.version_of(location) for location in (staged.location, staged.current.location)}
    doomed = old_versions(publisher.objects, publisher.bucket, folder, named=shown)
    publisher.settle(staged.contract, [version.name for version in doomed])
    delete_versions(publisher.objects, doomed)
