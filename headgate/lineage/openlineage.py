"""Convert runs of jobs and their published table versions to OpenLineage events. Pure.

Source: OpenLineage specification 2-0-2, RunEvent; https://openlineage.io/spec/2-0-2/OpenLineage.json
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from headgate.contracts.model import Contract, Level
from headgate.contracts.types import glue_columns
from headgate.lineage.column_sources import CURATED, Sources, TableColumns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from headgate.lake.ports import FileRecord
    from headgate.snapshots.snapshot import DatasetSnapshot

SCHEMA = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
PRODUCER = "urn:headgate"
START, COMPLETE, FAIL = "START", "COMPLETE", "FAIL"
MERGE = "merge_curated"  # who publishes a dataset's table
MAX_FILES = 100  # an event of a dataset of many thousand files would be larger than receivers accept
# Of names in Headgate: the same table version has the same run id everywhere.
_NAMES = UUID("8f9a3a6e-5a3f-5f8e-9d6d-0f3c3e1f8a11")

# Source: OpenLineage facets, https://openlineage.io/spec/facets
_FACETS = {
    "parent": "1-0-1/ParentRunFacet",
    "errorMessage": "1-0-1/ErrorMessageRunFacet",
    "schema": "1-2-0/SchemaDatasetFacet",
    "columnLineage": "1-2-0/ColumnLineageDatasetFacet",
    "version": "1-0-1/DatasetVersionDatasetFacet",
    "dataQualityAssertions": "1-0-2/DataQualityAssertionsDatasetFacet",
    "inputStatistics": "1-0-0/InputStatisticsInputDatasetFacet",
    "outputStatistics": "1-0-2/OutputStatisticsOutputDatasetFacet",
}

Event = dict[str, Any]


@dataclass(frozen=True)
class LakeNames:
    """The components of the names of a lake's jobs and tables.

    Source: OpenLineage, naming conventions, Athena and S3; https://openlineage.io/docs/spec/naming
    """

    region: str
    curated_bucket: str
    curated_database: str

    @property
    def job_namespace(self) -> str:
        """The namespace of the lake's jobs.

        The unique name of a bucket separates lakes with equal names.
        """
        return f"headgate://{self.curated_bucket}"

    def table(self, database: str, table: str) -> Event:
        """Return namespace and name of a table."""
        return {
            "namespace": f"awsathena://athena.{self.region}.amazonaws.com",
            "name": f"AwsDataCatalog.{database}.{table}",
        }


@dataclass(frozen=True)
class PublishedTable:
    """A published version of a table.

    Attributes:
        columns: its lineage by column, or None.
    """

    contract: Contract
    database: str
    version: str
    rows: int
    size_bytes: int
    columns: TableColumns | None = None


@dataclass(frozen=True)
class JobRun:
    """A run of a job that publishes tables.

    Attributes:
        publisher: the system, or `merge_curated`.
        run_id: a UUID that all events of the run share.
    """

    names: LakeNames
    publisher: str
    run_id: str


def run_event(names: LakeNames, published: PublishedTable, inputs: Sequence[Event], at: datetime) -> Event:
    """Return the event of a completed table version; equal arguments give equal events.

    Args:
        inputs: `file_inputs` of a dataset, or a `dataset_input` for each dataset that a system read.
        at: time of publication, naive UTC.
    """
    contract = published.contract
    table, job = contract.dataset, f"{contract.system or MERGE}.{contract.dataset}"
    version = f"{names.job_namespace}/{published.database}.{table}@{published.version}"
    written = {"rowCount": published.rows, "size": published.size_bytes}
    output = {
        **names.table(published.database, table),
        "facets": {**_table_facets(contract, published.version), **_column_facet(names, published.columns)},
        "outputFacets": _facet("outputStatistics", written),
    }
    event = _event(COMPLETE, at, str(uuid5(_NAMES, version)), names, job)
    return {**event, "inputs": list(inputs), "outputs": [output]}


def job_event(run: JobRun, kind: str, at: datetime, error: str = "") -> Event:
    """Return the event of a job's run that started, completed or failed.

    Its tables have their own events, with the run as parent.
    """
    event = _event(kind, at, run.run_id, run.names, run.publisher)
    return _with_run_facets(event, _error(error)) if error else event


def as_part_of(event: Event, run: JobRun) -> Event:
    """Return a table's event with the publishing run of the job as parent."""
    parent = {
        "run": {"runId": run.run_id},
        "job": {"namespace": run.names.job_namespace, "name": run.publisher},
    }
    return _with_run_facets(event, _facet("parent", parent))


def start_event(event: Event, at: datetime) -> Event:
    """Return the start event of the run that an event ends, with the names of its outputs only."""
    outputs = [{"namespace": output["namespace"], "name": output["name"]} for output in event["outputs"]]
    facets = {name: facet for name, facet in event["run"].get("facets", {}).items() if name != "errorMessage"}
    run = {"runId": run_id(event), **({"facets": facets} if facets else {})}
    return {**event, "eventType": START, "eventTime": _time(at), "run": run, "outputs": outputs}


def failed_table_event(run: JobRun, database: str, table: str, error: str, at: datetime) -> Event:
    """Return the event of a table that a job's run could not build; the table keeps its last version."""
    event = _event(FAIL, at, str(uuid5(UUID(run.run_id), table)), run.names, f"{run.publisher}.{table}")
    failed = {**event, "outputs": [run.names.table(database, table)]}
    return as_part_of(_with_run_facets(failed, _error(error)), run)


def _event(kind: str, at: datetime, of_run: str, names: LakeNames, job: str) -> Event:
    return {
        "eventType": kind,
        "eventTime": _time(at),
        "producer": PRODUCER,
        "schemaURL": SCHEMA,
        "run": {"runId": of_run},
        "job": {"namespace": names.job_namespace, "name": job},
        "inputs": [],
        "outputs": [],
    }


def _time(at: datetime) -> str:
    return f"{at.isoformat(timespec='milliseconds')}Z"


def _error(message: str) -> Event:
    return _facet("errorMessage", {"message": message, "programmingLanguage": "python"})


def _with_run_facets(event: Event, facets: Event) -> Event:
    run = event["run"]
    return {**event, "run": {**run, "facets": {**run.get("facets", {}), **facets}}}


def run_id(event: Event) -> str:
    """Return the id of an event's run: a table version, a job's run, or a table that could not be built."""
    return str(event["run"]["runId"])


def publisher_of(event: Event) -> str:
    """Return the publisher of an event's table or run: a system, or `merge_curated`."""
    return str(event["job"]["name"]).partition(".")[0]


def table_of_event(event: Event) -> str:
    """Return the table of an event, without its database; empty for the run of a job."""
    return str(event["outputs"][0]["name"]).rpartition(".")[2] if event["outputs"] else ""


def run_error(event: Event) -> str:
    """Return why the run of an event failed; empty without an error."""
    return str(event["run"].get("facets", {}).get("errorMessage", {}).get("message", ""))


def subject_of(event: Event) -> str:
    """Return the table of an event, or the job."""
    return table_of_event(event) or publisher_of(event)


def event_json(event: Event) -> bytes:
    """Return the event as one line of JSON; equal events give equal bytes."""
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def dataset_input(names: LakeNames, dataset: DatasetSnapshot, contract: Contract | None) -> Event:
    """Return a dataset's table as input, in the version that was read.

    It lists the rules that the quality gate verified: the gate stops a run before any system reads rows that
    break one. Without a contract it has no schema.
    """
    rules = [*_kept_rules(contract)] if contract else []
    read = {"rowCount": dataset.rows, "size": dataset.size_bytes}
    return {
        **names.table(names.curated_database, dataset.dataset),
        "facets": _table_facets(contract, dataset.snapshot_id),
        "inputFacets": _facet("inputStatistics", read) | _assertions(rules),
    }


def file_inputs(dataset: str, records: Iterable[FileRecord]) -> list[Event]:
    """Return raw files as inputs by key: the newest ones, and one folder for all older files.

    An object with several versions has only its newest one.
    """
    newest_first = sorted(records, key=lambda item: (item.received_at, item.file_id), reverse=True)
    newest_of = {(record.bucket, record.key): record for record in reversed(newest_first)}
    files = [record for record in newest_first if newest_of[record.bucket, record.key] is record]
    listed = [_raw_input(record.bucket, record.key, [record]) for record in files[:MAX_FILES]]
    older = [_raw_input(files[0].bucket, dataset, files[MAX_FILES:])] if len(files) > MAX_FILES else []
    return sorted([*listed, *older], key=lambda item: (item["namespace"], item["name"]))


def _raw_input(bucket: str, name: str, records: Sequence[FileRecord]) -> Event:
    read = {
        "rowCount": sum(record.received for record in records),
        "size": sum(record.size_bytes for record in records),
        "fileCount": len(records),
    }
    facets = _facet("inputStatistics", read) | _assertions(_gate_rules(records))
    return {"namespace": f"s3://{bucket}", "name": name, "inputFacets": facets}


def _gate_rules(records: Sequence[FileRecord]) -> list[Event]:
    """Return assertions: whether every row was accepted, and the rules that refused rows broke; no values."""
    broken = sorted({rule for record in records for rule in record.reasons})
    return [_assertion("contract", success=not broken), *(_assertion(rule, success=False) for rule in broken)]


def _kept_rules(contract: Contract) -> Iterator[Event]:
    """Return the rules of a contract that stop a run if a merged row breaks one."""
    for column in contract.columns:
        names = ["required"] if column.required else []
        names += ["unique"] if column.unique else []
        names += [rule.name for rule in column.rules if rule.level is not Level.WARN]
        yield from (_assertion(name, success=True, column=column.name) for name in names)
    over_rows = [rule.name for rule in contract.comparisons if rule.level is not Level.WARN]
    yield from (
        _assertion(name, success=True) for name in [*(["unique"] if contract.key else []), *over_rows]
    )


def _assertion(rule: str, *, success: bool, column: str = "") -> Event:
    return {"assertion": rule, "success": success} | ({"column": column} if column else {})


def _assertions(rules: Sequence[Event]) -> Event:
    return _facet("dataQualityAssertions", {"assertions": list(rules)}) if rules else {}


def _table_facets(contract: Contract | None, version: str) -> Event:
    schema = _facet("schema", {"fields": list(_fields(contract))}) if contract else {}
    return {**schema, **_facet("version", {"datasetVersion": version})}


def _column_facet(names: LakeNames, columns: TableColumns | None) -> Event:
    """Return the dataset columns from which each column was computed, without unknown sources."""
    if columns is None or not (
        described := {name: of for name, of in columns.columns.items() if name not in columns.unknown}
    ):
        return {}
    fields = {name: {"inputFields": _input_fields(names, of)} for name, of in described.items()}
    return _facet("columnLineage", {"fields": fields, "dataset": _input_fields(names, columns.rows)})


def _input_fields(names: LakeNames, sources: Sources) -> list[Event]:
    return [
        {
            **names.table(names.curated_database, ref.table),
            "field": ref.column,
            "transformations": [
                {"type": "DIRECT" if use.is_direct else "INDIRECT", "subtype": use.value}
                for use in sorted(uses)
            ],
        }
        for ref, uses in sorted(sources.items())
        if ref.zone == CURATED
    ]


def _fields(contract: Contract) -> Iterator[Event]:
    for column in glue_columns(contract):
        described = {"description": column["Comment"]} if column["Comment"] else {}
        yield {"name": column["Name"], "type": column["Type"], **described}


def _facet(name: str, values: Event) -> Event:
    path = _FACETS[name]
    url = f"https://openlineage.io/spec/facets/{path}.json#/$defs/{path.partition('/')[2]}"
    return {name: {"_producer": PRODUCER, "_schemaURL": url, **values}}
