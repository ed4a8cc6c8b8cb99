"""A lake in memory: gate, merge and the build of a system's tables from local files."""

import difflib
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import pyarrow as pa

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.cli.own_code import own_code
from headgate.contracts.event_time import event_time
from headgate.contracts.model import Contract
from headgate.contracts.registry import Registry
from headgate.drafts.dataset_name import dataset_name_of, without_time
from headgate.errors import AuditError, BadInputError, NotFoundError
from headgate.intake.rows.check_rows import ACCEPTED, Counts, check_file
from headgate.lake import keys
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.local_files.check_file import decided_columns
from headgate.local_files.check_statements import CheckedStatement, check_project
from headgate.merge.merge_lake import Merging
from headgate.plain_names import did_you_mean
from headgate.project import FILE as PROJECT_FILE
from headgate.project import MODELS_SYSTEM, project
from headgate.quality.contract_audit import audit
from headgate.quality.output_audit import check_output
from headgate.query import Databases, translate
from headgate.snapshots.publishing import Publisher
from headgate.snapshots.read_snapshots import checked_references
from headgate.snapshots.reference_counts import CheckedReference
from headgate.snapshots.snapshot import LakeSnapshot
from headgate.systems import system_registry
from headgate.systems.rows_in_file import without_rows
from headgate.systems.run import run_system
from headgate.systems.snapshot_tables import EngineChoice, Opened, SnapshotTables
from headgate.systems.sql_models import SqlModels, sql_models
from headgate.systems.system_registry import SystemPackage
from headgate.values.parquet_tables import table_of
from headgate.wiring.quality import CARD_AUDIT, CARD_FINDINGS

_CURATED, _PROD = "curated", "prod"


@dataclass
class GatedRows:
    """Counts of the gate for one dataset."""

    files: int = 0
    received: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class LocalRun:
    """A local run of one system.

    Attributes:
        as_of: day of the data.
        as_of_columns: the columns of dates by which the day was found, as `dataset.column`; empty if a person
            gave the day.
        datasets: counts of the gate by dataset.
        tables: the built tables, ordered by name.
        statements: results of the project's dashboards and saved questions on these tables.
        missing_parents: references to parents that are in no file.
    """

    as_of: date
    datasets: Mapping[str, GatedRows]
    tables: Mapping[str, pa.Table]
    statements: Sequence[CheckedStatement] = ()
    missing_parents: Sequence[CheckedReference] = ()
    as_of_columns: Sequence[str] = ()

    @property
    def problems(self) -> list[str]:
        """Return why the console could not show some of the statements."""
        return [f"{of.place}: {problem}" for of in self.statements for problem in of.problems]


@dataclass(frozen=True)
class _LocalSystem:
    """A system with the contracts of its tables, and its SQL models if it has them."""

    name: str
    package: SystemPackage
    contracts: Mapping[str, Contract]
    sql: SqlModels | None = None

    def reader_of(self, dataset: str) -> str:
        """Return the name of the reader of a dataset, for messages."""
        if not self.sql:
            return f"the system {self.name}"
        tables = (table for table, reads in self.sql.reads_by_table.items() if dataset in reads)
        return " and ".join(map(self.sql.file_of, tables))


def run_system_locally(
    system: str, folder: Path, models: Sequence[str] = (), as_of: date | None = None
) -> LocalRun:
    """Build a system's tables from the files of a folder, with the gate, merge and audit of the lake.

    Args:
        folder: has `<dataset>.csv`, in any format of the gate, or a folder `<dataset>` of files.
        models: SQL models to build, with the models that they read; all by default.
        as_of: day of the data; by default the last day in the data.

    Raises:
        NotFoundError: there is no such system or model, or no file of a dataset.
        BadInputError: the gate rejects a file.
        AuditError: rows of a dataset or table do not fit their contract.
    """
    contracts = Registry.load()
    with own_code():
        local = _local_system(system, contracts, models)
        needed = system_registry.reads(
            local.package, {name for name in contracts.source if _files_of(folder, name)}
        )
    if unknown := [dataset for dataset in needed if dataset not in contracts.source]:
        raise NotFoundError(
            f"{local.reader_of(unknown[0])} reads {unknown[0]}, which has no contract."
            f"{did_you_mean(unknown[0], contracts.source)} Datasets: {', '.join(sorted(contracts.source))}."
        )
    files = {dataset: _files_of(folder, dataset) for dataset in needed}
    if missing := [dataset for dataset, paths in files.items() if not paths]:
        raise NotFoundError(_why_missing(missing[0], local.reader_of(missing[0]), folder))
    objects = MemoryObjects()
    with TemporaryDirectory(prefix="headgate-local-") as name:
        workspace = Path(name)
        gated = {
            dataset: _gate(objects, contracts.source[dataset], paths, workspace)
            for dataset, paths in files.items()
        }
        curated = {dataset: contracts.curated[dataset] for dataset in needed}
        lake = _merge(objects, curated, workspace, as_of)
        tables = SnapshotTables(
            objects, MemoryCatalog(), curated, _CURATED, _CURATED, workspace, EngineChoice(), _no_athena
        )
        with own_code():
            built = _build(local, lake, tables, objects)
        rows = {name: _rows_at(objects, _CURATED, of.location) for name, of in lake.datasets.items()}
        with own_code():  # the project's questions are Python too
            statements = check_project(built, rows)
        checked = checked_references(objects, _CURATED, lake.snapshot_id)
        missing_parents = [reference for reference in checked if reference.rows]
        by = [] if as_of else _as_of_columns(curated.values())
        return LocalRun(lake.as_of, gated, built, statements, missing_parents, by)


def _as_of_columns(contracts: Iterable[Contract]) -> list[str]:
    """Return the columns of dates that decide the day of the data."""
    times = {contract.dataset: event_time(contract) for contract in contracts}
    tier = min((time.tier for time in times.values() if time), default=0)
    return [f"{dataset}.{time.column}" for dataset, time in times.items() if time and time.tier == tier]


def local_models() -> SqlModels:
    """Return the lake project's SQL models, in the dialect of each engine."""
    contracts, name = Registry.load(), project().name
    translated = partial(translate, databases=Databases(f"{name}_curated", f"{name}_prod"))
    return sql_models(contracts.prod, contracts.curated, translated)


def _local_system(system: str, contracts: Registry, models: Sequence[str]) -> _LocalSystem:
    own = contracts.tables_of(system)
    if system != MODELS_SYSTEM:
        return _LocalSystem(system, system_registry.system(system), own)
    sql = local_models()
    limited = sql.limited_to(models or [*sql.queries])
    if not limited.queries:
        raise NotFoundError(
            "The lake project has no SQL model. Write models/<table>.sql and contracts/prod/<table>.yaml."
        )
    built = {name: own[name] for name in limited.queries}
    return _LocalSystem(system, cast("SystemPackage", limited), built, limited)


def _files_of(folder: Path, dataset: str) -> list[Path]:
    """Return the files whose name gives the dataset's name, and all visible files below `<dataset>`.

    A time at the end of a file's name is not of the dataset, unless the dataset has it, too.

    A lake project in the folder `<dataset>` has no rows.
    """
    files = [path for path in _visible(folder.iterdir()) if dataset in _names_of(path) and path.is_file()]
    if (folder / dataset / PROJECT_FILE).exists():
        return files
    return files + [path for path in _visible((folder / dataset).rglob("*")) if path.is_file()]


def _names_of(file: Path) -> set[str]:
    name = dataset_name_of(file.name)
    return {file.name.partition(".")[0].lower(), name, without_time(name)}


def _visible(paths: Iterator[Path]) -> list[Path]:
    return sorted(path for path in paths if not path.name.startswith((".", "_")))


def _why_missing(dataset: str, reader: str, folder: Path) -> str:
    names = [path.name for path in _visible(folder.iterdir())]
    near = difflib.get_close_matches(dataset, names, n=1)
    has = f"has {', '.join(names[:8])}{' and others' if names[8:] else ''}" if names else "is empty"
    rename = f", or rename {near[0]}" if near else ""
    return (
        f"{folder} has no file of the dataset {dataset}, which is read by {reader}; it {has}. Put its rows "
        f"into {folder / dataset}.csv, in any format of the gate, or its files into a folder "
        f"{folder / dataset}{rename}."
    )


def _gate(objects: MemoryObjects, contract: Contract, paths: Sequence[Path], workspace: Path) -> GatedRows:
    """Check all rows of a dataset's files, and store accepted rows as increments."""
    gated, key = GatedRows(), MaskingKey("local", secrets.token_bytes(32))
    for path in paths:
        landed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None, microsecond=0)
        with TemporaryDirectory(dir=workspace) as name:
            check = partial(
                check_file, path, key=key, object_key=path.name, received_at=landed_at, folder=Path(name)
            )
            counts = _checked(check, path, contract)
            if counts.accepted:
                increment = keys.increment_key(contract.dataset, counts.content_sha256)
                objects.upload(Path(name) / ACCEPTED, ObjectRef(_CURATED, increment))
        gated.files += 1
        for name in ("received", "accepted", "quarantined", "duplicates"):
            setattr(gated, name, getattr(gated, name) + getattr(counts, name))
        gated.reasons.update(counts.reasons)
    return gated


def _checked(check: Callable[..., Counts], path: Path, contract: Contract) -> Counts:
    """Check a file by its contract, or by the columns that its aliases name; an error names the file."""
    try:
        try:
            return check(contract=contract)
        except BadInputError as error:
            decided = decided_columns(error, path.name, path.read_bytes(), contract)
        return check(contract=decided.contract)
    except BadInputError as error:
        error.file = error.file or str(path)
        raise


def _merge(
    objects: MemoryObjects, contracts: Mapping[str, Contract], workspace: Path, as_of: date | None
) -> LakeSnapshot:
    logging.getLogger("headgate").addHandler(logging.NullHandler())  # the result has the facts of the log
    catalog = _catalog(_CURATED, contracts)
    lake = Merging(objects, catalog, contracts, _CURATED, _CURATED, workspace, audit).merge(as_of)
    if lake.failed:
        dataset, cause = next(iter(lake.failed.items()))
        remedy = f"Correct its files or contracts/source/{dataset}.yaml."
        raise AuditError(f"The rows of {dataset} cannot be merged: {cause} {remedy}")
    return lake


def _build(
    system: _LocalSystem, lake: LakeSnapshot, tables: SnapshotTables, objects: MemoryObjects
) -> dict[str, pa.Table]:
    """Build and audit the tables, and return their rows; the audit of the lake's objects has no rows here."""
    publisher = Publisher(objects, _catalog(_PROD, system.contracts), _PROD, _PROD, check_output)
    inspected = {
        name: contract for name, contract in system.contracts.items() if name in {CARD_AUDIT, CARD_FINDINGS}
    }
    published = run_system(
        system.name,
        lake,
        tables.opened(lake, system_registry.reads(system.package, lake.datasets)),
        publisher,
        system.contracts,
        inspections={name: partial(without_rows(inspected).__getitem__, name) for name in inspected},
        own_models=system.sql,
    )
    location = {built.table: built.location.removeprefix(f"s3://{_PROD}/") for built in published}
    return {name: _rows_at(objects, _PROD, location[name]) for name in sorted(location)}


def _rows_at(objects: MemoryObjects, bucket: str, prefix: str) -> pa.Table:
    return pa.concat_tables([table_of(objects.read(part.ref)) for part in objects.list(bucket, prefix)])


def _catalog(database: str, tables: Collection[str]) -> MemoryCatalog:
    catalog = MemoryCatalog()
    for table in tables:
        catalog.create(database, table, f"s3://{database}/none/")
    return catalog


def _no_athena(schemas: Mapping[str, pa.Schema], database: str) -> Opened:
    raise NotImplementedError
