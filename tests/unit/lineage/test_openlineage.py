"""An event of a table version has what OpenLineage requires, and depends on nothing but the version and its
time.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Level, Rule
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState
from headgate.lineage.column_sources import ColumnRef, TableColumns, Use
from headgate.lineage.openlineage import (
    COMPLETE,
    FAIL,
    MAX_FILES,
    START,
    JobRun,
    LakeNames,
    PublishedTable,
    as_part_of,
    dataset_input,
    event_json,
    failed_table_event,
    file_inputs,
    job_event,
    publisher_of,
    run_event,
    run_id,
    start_event,
    subject_of,
    table_of_event,
)
from headgate.snapshots.snapshot import DatasetSnapshot
from tests.openlineage import check_run_event

pytestmark = pytest.mark.unit

AT = datetime(2026, 1, 2, 3, 4, 5)
NAMES = LakeNames("eu-central-1", "shop-curated-1", "shop_curated")
CONTRACT = Contract(
    id="headgate.prod.churn_risk",
    dataset="churn_risk",
    zone="prod",
    version="1.0.0",
    columns=(
        Column("customer_id", ColumnType(Kind.STRING), required=True, description="Who it is about"),
        Column("risk", ColumnType(Kind.DECIMAL, precision=5, scale=4)),
    ),
    system="demand-insights-engine",
)
PUBLISHED = PublishedTable(CONTRACT, "shop_prod", "v1", rows=7, size_bytes=900)
ORDERS = DatasetSnapshot("orders", "s1", "snapshots/orders/s1/", 3, 100)
URL = "https://openlineage.io/spec/facets/"


def record(key: str, received_at: str, *, received: int = 2, size_bytes: int = 50) -> FileRecord:
    return FileRecord(
        f"{key} {received_at}",
        "raw-1",
        key,
        "v",
        "orders",
        FileState.DONE,
        size_bytes,
        received=received,
        received_at=received_at,
    )


def test_an_event_has_every_field_that_the_specification_requires() -> None:
    for inputs in (
        [],
        [dataset_input(NAMES, ORDERS, CONTRACT)],
        file_inputs("orders", [record("orders/a.csv", "2026-01-01")]),
    ):
        check_run_event(run_event(NAMES, PUBLISHED, inputs, AT))


def test_the_output_states_the_columns_that_each_column_was_computed_from() -> None:
    """Sources are columns of datasets, the inputs of the event.

    Those of models between them and unknown columns are left out.
    """
    amount, daily = ColumnRef("curated", "orders", "amount"), ColumnRef("prod", "daily", "total")
    columns = TableColumns(
        {
            "risk": {amount: frozenset({Use.AGGREGATION, Use.CONDITIONAL}), daily: frozenset({Use.IDENTITY})},
            "lost": {amount: frozenset()},
        },
        {amount: frozenset({Use.FILTER})},
        {"lost": "no reason"},
    )
    event = run_event(NAMES, replace(PUBLISHED, columns=columns), [], AT)
    check_run_event(event)
    facet = event["outputs"][0]["facets"]["columnLineage"]
    assert (
        facet["_schemaURL"] == f"{URL}1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
    )
    source = {**NAMES.table("shop_curated", "orders"), "field": "amount"}
    uses = [{"type": "DIRECT", "subtype": "AGGREGATION"}, {"type": "INDIRECT", "subtype": "CONDITIONAL"}]
    assert facet["fields"] == {"risk": {"inputFields": [{**source, "transformations": uses}]}}
    assert facet["dataset"] == [{**source, "transformations": [{"type": "INDIRECT", "subtype": "FILTER"}]}]
    no_columns = run_event(
        NAMES, replace(PUBLISHED, columns=TableColumns(unknown={"risk": "no reason"})), [], AT
    )
    assert "columnLineage" not in no_columns["outputs"][0]["facets"]


def test_inputs_state_the_rules_that_their_rows_keep_or_break() -> None:
    """Of a dataset's table those of the quality gate, of a file the gate's; a rule that warns is no test."""
    columns = (
        replace(CONTRACT.columns[0], rules=(Rule("max_length", 9), Rule("pattern", "^C", level=Level.WARN))),
        *CONTRACT.columns[1:],
    )
    table = dataset_input(NAMES, ORDERS, replace(CONTRACT, columns=columns, key=("customer_id",)))
    assert table["inputFacets"]["dataQualityAssertions"]["assertions"] == [
        {"assertion": "required", "success": True, "column": "customer_id"},
        {"assertion": "max_length", "success": True, "column": "customer_id"},
        {"assertion": "unique", "success": True},
    ]
    clean, broken = file_inputs(
        "orders",
        [
            record("orders/a.csv", "1"),
            replace(record("orders/b.csv", "2"), reasons={"type": 2, "pattern": 1}),
        ],
    )
    assert clean["inputFacets"]["dataQualityAssertions"]["assertions"] == [
        {"assertion": "contract", "success": True}
    ]
    assert broken["inputFacets"]["dataQualityAssertions"]["assertions"] == [
        {"assertion": rule, "success": False} for rule in ("contract", "pattern", "type")
    ]
    check_run_event(run_event(NAMES, PUBLISHED, [table, clean, broken], AT))


def test_the_check_of_required_fields_finds_what_is_missing() -> None:
    event = run_event(NAMES, PUBLISHED, [dataset_input(NAMES, ORDERS, CONTRACT)], AT)
    without_producer = json.loads(event_json(event))
    del without_producer["inputs"][0]["facets"]["version"]["_producer"]
    local_time = {**event, "eventTime": "2026-01-02T03:04:05"}
    for broken in (without_producer, local_time, {name: event[name] for name in event if name != "job"}):
        with pytest.raises((AssertionError, KeyError)):
            check_run_event(broken)


def test_the_output_states_schema_version_rows_and_bytes() -> None:
    (output,) = run_event(NAMES, PUBLISHED, [], AT)["outputs"]
    assert (output["namespace"], output["name"]) == (
        "awsathena://athena.eu-central-1.amazonaws.com",
        "AwsDataCatalog.shop_prod.churn_risk",
    )
    assert output["facets"]["schema"]["fields"] == [
        {"name": "customer_id", "type": "string", "description": "Who it is about"},
        {"name": "risk", "type": "decimal(5,4)"},
    ]
    assert output["facets"]["version"]["datasetVersion"] == "v1"
    assert output["outputFacets"]["outputStatistics"] == {
        "_producer": "urn:headgate",
        "_schemaURL": (
            f"{URL}1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet"
        ),
        "rowCount": 7,
        "size": 900,
    }


def test_each_table_has_a_job_of_its_own_named_by_its_system() -> None:
    event = run_event(NAMES, PUBLISHED, [], AT)
    assert event["job"] == {
        "namespace": "headgate://shop-curated-1",
        "name": "demand-insights-engine.churn_risk",
    }
    dataset = replace(
        PUBLISHED, contract=replace(CONTRACT, dataset="orders", system=""), database="shop_curated"
    )
    assert run_event(NAMES, dataset, [], AT)["job"]["name"] == "merge_curated.orders"


def test_the_same_version_gives_equal_bytes_except_for_the_time() -> None:
    inputs = [dataset_input(NAMES, ORDERS, CONTRACT)]
    event, later = (
        run_event(NAMES, PUBLISHED, inputs, AT),
        run_event(NAMES, PUBLISHED, inputs, datetime(2026, 1, 3)),
    )
    assert event_json(event) == event_json(run_event(NAMES, PUBLISHED, inputs, AT))
    assert event_json({**later, "eventTime": event["eventTime"]}) == event_json(event)
    assert (event["eventTime"], later["eventTime"]) == (
        "2026-01-02T03:04:05.000Z",
        "2026-01-03T00:00:00.000Z",
    )


def test_versions_tables_and_lakes_have_run_ids_of_their_own() -> None:
    other_lake = replace(NAMES, curated_bucket="shop-curated-2")
    other_version, other_database = (
        replace(PUBLISHED, version="v2"),
        replace(PUBLISHED, database="other_prod"),
    )
    events = [run_event(NAMES, one, [], AT) for one in (PUBLISHED, other_version, other_database)]
    assert len({run_id(event) for event in [*events, run_event(other_lake, PUBLISHED, [], AT)]}) == 4


def test_an_event_is_one_line_and_names_its_table() -> None:
    event = run_event(NAMES, PUBLISHED, [], AT)
    assert event_json(event).count(b"\n") == 1
    assert json.loads(event_json(event)) == event
    assert table_of_event(event) == "churn_risk"


def test_a_dataset_is_an_input_in_the_version_that_was_read() -> None:
    found = dataset_input(NAMES, ORDERS, replace(CONTRACT, dataset="orders"))
    assert found["name"] == "AwsDataCatalog.shop_curated.orders"
    assert found["facets"]["version"]["datasetVersion"] == "s1"
    assert {name: found["inputFacets"]["inputStatistics"][name] for name in ("rowCount", "size")} == {
        "rowCount": 3,
        "size": 100,
    }
    assert "schema" not in dataset_input(NAMES, ORDERS, None)["facets"]


def test_raw_files_are_inputs_by_key_with_their_rows_and_bytes() -> None:
    found = file_inputs(
        "orders", [record("orders/b.csv", "2026-01-01"), record("orders/a.csv", "2026-01-02", received=9)]
    )
    assert [(one["namespace"], one["name"]) for one in found] == [
        ("s3://raw-1", "orders/a.csv"),
        ("s3://raw-1", "orders/b.csv"),
    ]
    statistics = found[0]["inputFacets"]["inputStatistics"]
    assert (statistics["rowCount"], statistics["size"], statistics["fileCount"]) == (9, 50, 1)


def test_files_in_any_order_give_equal_inputs() -> None:
    records = [record(f"orders/{number}.csv", f"2026-01-{number:02}") for number in range(1, 20)]
    assert file_inputs("orders", records) == file_inputs("orders", reversed(records))


def test_an_object_that_was_sent_twice_is_one_input() -> None:
    (found,) = file_inputs(
        "orders", [record("orders/a.csv", "2026-01-02", received=5), record("orders/a.csv", "2026-01-01")]
    )
    assert found["inputFacets"]["inputStatistics"]["rowCount"] == 5


def test_of_many_files_the_newest_are_named_and_the_older_ones_are_one_folder() -> None:
    records = [
        record(f"orders/{number:03}.csv", f"2026-01-01T00:{number // 60:02}:{number % 60:02}")
        for number in range(MAX_FILES + 3)
    ]
    found = {one["name"]: one["inputFacets"]["inputStatistics"] for one in file_inputs("orders", records)}
    assert len(found) == MAX_FILES + 1
    assert "orders/002.csv" not in found
    assert "orders/003.csv" in found
    assert (found["orders"]["fileCount"], found["orders"]["rowCount"], found["orders"]["size"]) == (3, 6, 150)
    assert sum(one["fileCount"] for one in found.values()) == len(records)


RUN = JobRun(NAMES, "demand-insights-engine", "11111111-1111-4111-8111-111111111111")


def test_the_events_of_a_jobs_run_share_its_id_and_name_no_table() -> None:
    started, completed = (job_event(RUN, kind, AT) for kind in (START, COMPLETE))
    failed = job_event(RUN, FAIL, AT, "AuditError: 2 rows share a key")
    for event in (started, completed, failed):
        check_run_event(event)
        assert (run_id(event), table_of_event(event), subject_of(event)) == (
            RUN.run_id,
            "",
            "demand-insights-engine",
        )
    assert failed["run"]["facets"]["errorMessage"] == {
        "_producer": "urn:headgate",
        "_schemaURL": f"{URL}1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet",
        "message": "AuditError: 2 rows share a key",
        "programmingLanguage": "python",
    }


def test_a_table_version_keeps_its_run_id_and_names_the_jobs_run_as_parent() -> None:
    event = run_event(NAMES, PUBLISHED, [], AT)
    part = as_part_of(event, RUN)
    check_run_event(part)
    assert run_id(part) == run_id(event)
    assert part["run"]["facets"]["parent"]["run"] == {"runId": RUN.run_id}
    assert part["run"]["facets"]["parent"]["job"]["name"] == publisher_of(part) == "demand-insights-engine"


def test_a_start_belongs_to_the_run_that_it_starts_and_says_nothing_of_the_result() -> None:
    ends = (
        as_part_of(run_event(NAMES, PUBLISHED, [dataset_input(NAMES, ORDERS, CONTRACT)], AT), RUN),
        failed_table_event(RUN, "shop_prod", "churn_risk", "no rows", AT),
    )
    for event in ends:
        started = start_event(event, datetime(2026, 1, 1))
        check_run_event(started)
        assert (started["eventType"], started["eventTime"], run_id(started)) == (
            START,
            "2026-01-01T00:00:00.000Z",
            run_id(event),
        )
        assert (table_of_event(started), started["job"], started["inputs"]) == (
            "churn_risk",
            event["job"],
            event["inputs"],
        )
        assert set(started["outputs"][0]) == {"namespace", "name"}
        assert set(started["run"]["facets"]) == {"parent"}


def test_a_table_that_failed_has_a_run_of_its_own_in_each_run_of_the_job() -> None:
    failed = failed_table_event(RUN, "shop_prod", "churn_risk", "no rows", AT)
    check_run_event(failed)
    again = failed_table_event(
        replace(RUN, run_id="22222222-2222-4222-8222-222222222222"), "shop_prod", "churn_risk", "no rows", AT
    )
    other = failed_table_event(RUN, "shop_prod", "sales", "no rows", AT)
    assert len({RUN.run_id, *(run_id(one) for one in (failed, again, other))}) == 4
    assert failed["outputs"] == [NAMES.table("shop_prod", "churn_risk")]
