"""Publish five tables in six versions each to an emulator, and let independent engines read them.

`engines_equal`: engines whose rows are equal to those of the Parquet parts, cell by cell, in every table, of
the shown version and of the version before. `iceberg_versions`: the least number of versions of a table that
each engine with time travel reads equal. Also the requests of a publish, and seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow as pa

from headgate.aws.glue.catalog import GlueCatalog
from headgate.aws.s3 import S3Objects
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.types import arrow_schema, glue_columns
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.snapshots import iceberg_metadata
from headgate.snapshots.delete_old_versions import delete_versions, old_versions
from headgate.snapshots.iceberg import METADATA_LOCATION, IcebergTables, metadata_showing, read_at
from headgate.snapshots.iceberg_manifests import ManifestWriter
from headgate.snapshots.publishing import Publisher, parquet_bytes
from headgate.wiring.clock import utc_now
from scripts.emulator import emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".headgate" / "peers-iceberg" / "bin" / "python"
READERS = Path(__file__).with_name("iceberg_readers.py")
BUCKET, DATABASE = "open-lake", "open_lake"
VERSIONS, PART_ROWS = 6, 50
NO_TIME_TRAVEL = {"datafusion"}
START = datetime(2024, 2, 29, 23, 59, 59, 999999)


def contract_of(table: str, **kinds: ColumnType) -> Contract:
    """Return a contract with the key `id`."""
    columns = (Column(name, kind, required=name == "id") for name, kind in kinds.items())
    return Contract(
        id=f"headgate.prod.{table}",
        dataset=table,
        zone="prod",
        version="1.0.0",
        key=("id",),
        columns=tuple(columns),
    )


LONG, TEXT, MOMENT = ColumnType(Kind.BIGINT), ColumnType(Kind.STRING), ColumnType(Kind.TIMESTAMP)
ORDERS = replace(
    contract_of(
        "orders", id=TEXT, total=ColumnType(Kind.DECIMAL, precision=12, scale=2), updated_at=MOMENT,
        _content_sha256=TEXT, _source_row=LONG,
    ),
    order_by=("updated_at",),
)  # fmt: skip


def money(digits: int) -> ColumnType:
    """Return a decimal with two digits behind the point."""
    return ColumnType(Kind.DECIMAL, precision=digits, scale=2)


def every_type(version: int) -> tuple[Contract, list[dict[str, Any]]]:
    """Return every type with nulls and extremes; from the third version on with a new column."""
    kinds = {
        "id": LONG, "small": ColumnType(Kind.SMALLINT), "whole": ColumnType(Kind.INTEGER), "text": TEXT,
        "is_open": ColumnType(Kind.BOOLEAN), "share": ColumnType(Kind.DOUBLE),
        "sold_on": ColumnType(Kind.DATE),
        "sold_at": MOMENT, "exact": ColumnType(Kind.DECIMAL, precision=38, scale=9),
    }  # fmt: skip
    rows = [
        {
            "id": number - 2**63 + version, "small": -32768 + number, "whole": 2**31 - 1 - number,
            "text": f"né 雪 {number}", "is_open": number % 2 == 0, "share": number / 3,
            "sold_on": date(1969, 12, 1) + timedelta(number), "sold_at": START + timedelta(hours=number),
            "exact": Decimal("12345678901234567890123456789.123456789"),
        }
        for number in range(1, 100 + version)
    ]  # fmt: skip
    for number, row in enumerate(rows):
        row |= {name: None for place, name in enumerate(kinds) if place and number % (place + 2) == 0}
    if version > 2:  # noqa: PLR2004 the third version
        kinds = {"id": LONG, "added": TEXT, **{name: kind for name, kind in kinds.items() if name != "id"}}
        rows = [{**row, "added": f"{version}"} for row in rows]
    return contract_of("every_type", **kinds), rows


def wider(version: int) -> tuple[Contract, list[dict[str, Any]]]:
    """Return a decimal and a whole number that become wider in the fourth version."""
    is_wide = version > 3  # noqa: PLR2004 the fourth version
    kinds = {
        "id": LONG,
        "price": money(14 if is_wide else 12),
        "n": LONG if is_wide else ColumnType(Kind.INTEGER),
    }
    rows = [{"id": number, "price": Decimal(number) / 100, "n": number * version} for number in range(50)]
    return contract_of("wider", **kinds), rows


def sometimes_empty(version: int) -> tuple[Contract, list[dict[str, Any]]]:
    """Return no rows in every odd version but the first: rows are deleted and come back."""
    rows = [{"id": number, "text": None} for number in range(5 if version % 2 == 0 else 0)]
    return contract_of("sometimes_empty", id=LONG, text=TEXT), rows


def renamed(version: int) -> tuple[Contract, list[dict[str, Any]]]:
    """Return a column that another one replaces, and that comes back."""
    name = "title" if version in {3, 4} else "name"
    return contract_of("renamed", id=LONG, **{name: TEXT}), [
        {"id": n, name: f"{version}-{n}"} for n in range(40)
    ]


@dataclass
class Published:
    """A lake on an emulator."""

    objects: S3Objects
    catalog: GlueCatalog
    calls: Counter[str]

    @property
    def iceberg(self) -> IcebergTables:
        """Return the keeper of the metadata."""
        return IcebergTables(self.objects, utc_now, ManifestWriter)

    def publish(self, contract: Contract, version: int, rows: list[dict[str, Any]]) -> None:
        """Publish a version as a run of a system does."""
        name = f"version{version}"
        publisher = Publisher(self.objects, self.catalog, DATABASE, BUCKET, audit, iceberg=self.iceberg)
        table = pa.Table.from_pylist(rows, arrow_schema(contract))
        publisher.publish(contract, table, keys.table_prefix(contract.dataset, name))
        doomed = old_versions(self.objects, BUCKET, f"{keys.TABLES}/{contract.dataset}/", named={name})
        publisher.settle(contract, [item.name for item in doomed])
        delete_versions(self.objects, doomed)

    def merge(self, version: int, folder: Path) -> None:
        """Merge late, new and deleted rows of a dataset in parts, as a run does."""
        if version > 1:
            deleted = pa.table({"id": pa.array([f"{version:04d}"], pa.string())})
            key = keys.deletions_key("orders", START + timedelta(hours=version))
            self.objects.write(ObjectRef(BUCKET, key), parquet_bytes(deleted))
        rows = [
            {
                "id": f"{number * (1 + version % 2):04d}", "total": Decimal(version), "_source_row": number,
                "updated_at": datetime(2024, 1, version), "_content_sha256": f"{version}",
            }
            for number in range(40 * version)
        ]  # fmt: skip
        body = parquet_bytes(pa.Table.from_pylist(rows, arrow_schema(ORDERS)))
        self.objects.write(ObjectRef(BUCKET, keys.increment_key("orders", f"{version}")), body)
        Merging(
            self.objects, self.catalog, {"orders": ORDERS}, BUCKET, DATABASE, folder, audit,
            part_rows=PART_ROWS, iceberg=self.iceberg,
        ).merge()  # fmt: skip

    def tasks(self, table: str) -> Iterator[dict[str, Any]]:
        """Yield what a reader has to read: the shown version, and every version by its snapshot."""
        shown = self.catalog.current(DATABASE, table)
        address = shown.parameters[METADATA_LOCATION]
        document = read_at(self.objects, address)
        current = iceberg_metadata.shown_version(document)
        folder = shown.location.removeprefix(f"s3://{BUCKET}/").rstrip("/").rpartition("/")[0]
        versions = [*iceberg_metadata.summaries(document)]
        for version in (*versions, None):
            name = version or current
            parts = self.objects.list(BUCKET, f"{folder}/{name}/")
            yield {
                "table": table,
                "version": name,
                "age": "shown" if version is None else len(versions) - 1 - versions.index(name),
                "metadata": address,
                "metadata_showing_it": metadata_showing(document, address, name),
                "snapshot": iceberg_metadata.version_snapshot_id(name) if version else None,
                "parts": [f"s3://{BUCKET}/{item.ref.key}" for item in parts],
                "key": ["id"],
            }


def new_lake() -> Published:
    """Return an empty lake on the emulator of this process' environment."""
    calls: Counter[str] = Counter()
    s3, glue = boto3.client("s3"), boto3.client("glue")
    for client in (s3, glue):
        client.meta.events.register("before-call.*.*", lambda model, **_: calls.update([model.name]))
    s3.create_bucket(Bucket=BUCKET)
    glue.create_database(DatabaseInput={"Name": DATABASE})
    return Published(S3Objects(s3), GlueCatalog(glue), calls)


SYSTEMS: list[Callable[[int], tuple[Contract, list[dict[str, Any]]]]] = [
    every_type,
    wider,
    sometimes_empty,
    renamed,
]


def publish_all(lake: Published, folder: Path) -> list[str]:
    """Publish every version of every table, and return the tables' names."""
    first = [ORDERS, *(make(1)[0] for make in SYSTEMS)]
    for contract in first:
        zone = keys.SNAPSHOTS if contract is ORDERS else keys.TABLES
        place = {
            "Location": f"s3://{BUCKET}/{zone}/{contract.dataset}/none/",
            "Columns": glue_columns(contract),
        }
        lake.catalog.client.create_table(
            DatabaseName=DATABASE, TableInput={"Name": contract.dataset, "StorageDescriptor": place}
        )
    for version in range(1, VERSIONS + 1):
        lake.merge(version, folder)
        for make in SYSTEMS:
            contract, rows = make(version)
            lake.publish(contract, version, rows)
    return [contract.dataset for contract in first]


def read_all(tasks: list[dict[str, Any]], folder: Path) -> dict[str, dict[str, str]]:
    """Return by engine how each task's rows differ, by place in the list; equal ones are absent."""
    path = folder / "tasks.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    out = subprocess.run(
        [PEER, READERS, path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
    ).stdout
    return {line["engine"]: line["differing"] for line in map(json.loads, out.splitlines())}


def figures(tasks: list[dict[str, Any]], differing: dict[str, dict[str, str]]) -> dict[str, object]:
    """Return the figures of the readers' answers."""
    recent = {str(place) for place, task in enumerate(tasks) if task["age"] in {"shown", 0, 1}}
    equal = [engine for engine, wrong in differing.items() if not recent & wrong.keys()]
    travellers = [engine for engine in equal if engine not in NO_TIME_TRAVEL]
    versions = Counter(
        task["table"]
        for place, task in enumerate(tasks)
        if task["snapshot"] and all(str(place) not in differing[engine] for engine in travellers)
    )
    return {
        "engines_equal": len(equal),
        "iceberg_versions": min(versions.values(), default=0) if travellers else 0,
        "engines": equal,
        "engines_with_time_travel": travellers,
    }


def measure() -> dict[str, object]:
    """Return the figures of Iceberg."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        running = emulator.start(folder / "emulator")
        try:
            os.environ |= running.environment
            lake = new_lake()
            began = time.perf_counter()
            tables = publish_all(lake, folder)
            published_s = time.perf_counter() - began
            contract, rows = wider(VERSIONS + 1)
            lake.calls.clear()
            lake.publish(contract, VERSIONS + 1, rows)
            requests = dict(sorted(lake.calls.items()))
            tasks = [task for table in tables for task in lake.tasks(table)]
            differing = read_all(tasks, folder)
        finally:
            emulator.stop(folder / "emulator")
    for engine, wrong in differing.items():
        print(f"{engine}: {len(tasks) - len(wrong)} of {len(tasks)} equal", file=sys.stderr)
        for place, cause in [*wrong.items()][:3]:
            task = tasks[int(place)]
            print(f"  {task['table']} {task['version']} ({task['age']}): {cause}", file=sys.stderr)
    return {
        **figures(tasks, differing),
        "tables": len(tables),
        "publish_s": round(published_s / (VERSIONS * len(tables)), 3),
        "requests_of_a_publish": requests,
    }
