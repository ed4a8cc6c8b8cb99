"""From a file to its tables, and events that other tools read."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.cli import command_deployment
from headgate.cli.commands.tables.lineage import lineage, trace_of
from headgate.errors import NotFoundError, ServiceError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lineage.openlineage import LakeNames, event_json, table_of_event
from headgate.lineage.receiver import API_KEY_VARIABLE
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot, MergedIncrements
from headgate.systems.table_events import TableEvents
from headgate.wiring import lineage_events
from tests.lineage_server import lineage_server
from tests.openlineage import check_run_event
from tests.unit.api.lakes import PAYMENTS, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

pytestmark = pytest.mark.unit


def merged(lake: MemoryLake, increment: str) -> None:
    """A snapshot whose dataset payments was merged from one increment, and a table that was built from it."""
    of = DatasetSnapshot("payments", "s1", keys.snapshot_prefix("payments", "s1"), 1, 10)
    snapshot = LakeSnapshot("lake1", date(2024, 1, 1), {"payments": of})
    listed = MergedIncrements("s1", "payments@1", (f"{increment} edition",))
    for key, text in {
        keys.merged_increments_key("payments", "s1"): listed.to_json(),
        keys.lake_snapshot_key("lake1"): snapshot.to_json(),
        keys.lake_snapshot_key(keys.CURRENT): snapshot.to_json(),
    }.items():
        lake.objects.write(ObjectRef("curated", key), text.encode())
    lake.catalog.create("ecommerce_prod", "risk_scores")
    facts = {"headgate.snapshot_id": "lake1", "headgate.reads": "orders,payments"}
    lake.catalog.move(
        lake.catalog.current("ecommerce_prod", "risk_scores"), "s3://prod/tables/risk_scores/v1/", [], facts
    )


def test_a_file_is_followed_to_the_tables_that_have_its_rows() -> None:
    lake = MemoryLake()
    record = lake.receive("payments/a.csv", PAYMENTS)
    assert trace_of(lake, record).tables == ()
    merged(lake, record.curated_key)
    trace = trace_of(lake, record)
    assert [(table.table, table.system, table.snapshot_id) for table in trace.tables] == [
        ("payments", "", "lake1"),
        ("risk_scores", "compliance-guardian", "lake1"),
    ]
    assert (trace.received, trace.accepted + trace.quarantined + trace.duplicates) == (4, 4)
    assert trace.stages[0].name == "upload"


def test_tables_of_one_snapshot_read_its_list_of_increments_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lake = MemoryLake()
    record = lake.receive("payments/a.csv", PAYMENTS)
    merged(lake, record.curated_key)
    read, keys_read = lake.objects.read, []
    monkeypatch.setattr(lake.objects, "read", lambda ref: keys_read.append(ref.key) or read(ref))
    assert len(trace_of(lake, record).tables) == 2
    assert keys_read.count(keys.merged_increments_key("payments", "s1")) == 1


def test_a_file_that_is_not_merged_yet_is_in_no_table() -> None:
    lake = MemoryLake()
    merged(lake, "increments/payments/another.parquet")
    assert trace_of(lake, lake.receive("payments/a.csv", PAYMENTS)).tables == ()


def test_a_rejected_file_says_why() -> None:
    lake = MemoryLake()
    trace = trace_of(lake, lake.receive("payments/b.csv", b""))
    assert (trace.state, trace.tables) == ("rejected", ())
    assert trace.error


@pytest.fixture
def lineage_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command on a lake in memory whose tables payments and risk_scores are built."""
    lake = built_lake()
    found = command_deployment.Deployment("memory", {}, {})
    names = LakeNames("eu-central-1", "curated", lake.databases.curated)
    events = TableEvents(
        lake.objects, names, lake.contracts.curated, lake.contracts.prod, lake.ledger.records
    )
    monkeypatch.setattr(command_deployment, "activate", lambda: found)
    monkeypatch.setattr("headgate.api.deployed_lake.DeployedLake", lambda _: lake)
    monkeypatch.setattr(lineage_events, "table_events", lambda _: events)
    monkeypatch.delenv(API_KEY_VARIABLE, raising=False)
    return lambda *arguments: CliRunner().invoke(lineage, arguments)


def built_lake() -> MemoryLake:
    lake = MemoryLake()
    record = lake.receive("payments/a.csv", PAYMENTS)
    merged(lake, record.curated_key)
    for database, table, location in (
        ("ecommerce_curated", "payments", "s3://curated/snapshots/payments/s1/"),
        ("ecommerce_prod", "risk_scores", "s3://prod/tables/risk_scores/v1/"),
    ):
        if table == "payments":
            lake.catalog.create(database, table)
        lake.catalog.move(lake.catalog.current(database, table), location, [], {"headgate.rows": "1"})
    old = {
        "eventTime": "2026-01-01T00:00:00.000Z",
        "run": {"runId": "old"},
        "outputs": [{"name": "AwsDataCatalog.ecommerce_prod.churn"}],
    }
    lake.objects.write(ObjectRef("artifacts", "openlineage/dt=2026-01-01/old-churn.json"), event_json(old))
    return lake


def test_one_table_gives_one_event_and_several_a_list(lineage_of: Callable[..., Result]) -> None:
    event = json.loads(lineage_of("payments", "--openlineage").stdout)
    check_run_event(event)
    assert [table["name"] for table in event["inputs"]] == ["payments/a.csv"]
    several = json.loads(lineage_of("payments", "ecommerce_prod.risk_scores", "--openlineage").stdout)
    assert [table_of_event(one) for one in several] == ["payments", "risk_scores"]
    assert [table["name"] for table in several[1]["inputs"]] == ["AwsDataCatalog.ecommerce_curated.payments"]


def test_without_a_table_every_table_that_was_built_has_an_event_and_the_others_are_named(
    lineage_of: Callable[..., Result],
) -> None:
    done = lineage_of("--openlineage")
    assert [table_of_event(one) for one in json.loads(done.stdout)] == ["payments", "risk_scores"]
    assert "not built yet" in done.stderr
    assert "orders" in done.stderr


def test_a_named_table_that_was_not_built_is_an_error(lineage_of: Callable[..., Result]) -> None:
    done = lineage_of("orders", "--openlineage")
    assert isinstance(done.exception, NotFoundError)
    assert done.stdout == ""


def test_events_are_sent_with_the_key_of_the_environment(
    lineage_of: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(API_KEY_VARIABLE, "a-secret-key")
    with lineage_server() as server:
        done = lineage_of("--openlineage", "--send", server.url)
    assert (done.exit_code, done.stdout) == (0, f"{server.url}/api/v1/lineage accepted 2 of 2 events.\n")
    assert [(key, table_of_event(event)) for _, key, event in server.received] == [
        ("Bearer a-secret-key", "payments"),
        ("Bearer a-secret-key", "risk_scores"),
    ]
    assert "a-secret-key" not in done.output


def test_what_is_sent_is_what_is_printed(lineage_of: Callable[..., Result]) -> None:
    with lineage_server() as server:
        assert lineage_of("payments", "--send", server.url).exit_code == 0
    (_, _, sent), printed = server.received[0], json.loads(lineage_of("payments", "--openlineage").stdout)
    assert {**sent, "eventTime": printed["eventTime"]} == printed


def test_a_refused_event_ends_with_3_and_json_says_which(lineage_of: Callable[..., Result]) -> None:
    with lineage_server(422, answer="too old") as server:
        done = lineage_of("--send", server.url, "--json")
    assert done.exit_code == 3
    assert [(one["table"], one["status"], one["error"]) for one in json.loads(done.stdout)] == [
        ("payments", 422, "too old"),
        ("risk_scores", 201, ""),
    ]


def test_refused_events_are_listed(lineage_of: Callable[..., Result]) -> None:
    with lineage_server(422, answer="too old") as server:
        shown = lineage_of("--send", server.url).stdout
    assert "accepted 1 of 2 events" in shown
    assert "too old" in shown


def test_a_server_that_cannot_be_reached_is_an_error_of_the_service(
    lineage_of: Callable[..., Result],
) -> None:
    with lineage_server() as stopped:
        pass
    done = lineage_of("payments", "--send", stopped.url)
    assert isinstance(done.exception, ServiceError)
    assert "Cannot reach" in str(done.exception)


def test_a_day_gives_the_events_that_runs_wrote_on_it(lineage_of: Callable[..., Result]) -> None:
    with lineage_server() as server:
        assert lineage_of("--send", server.url, "--day", "2026-01-01").exit_code == 0
    assert [event["run"]["runId"] for _, _, event in server.received] == ["old"]
    other_table, other_day = (
        lineage_of("payments", "--openlineage", "--day", "2026-01-01"),
        lineage_of("--openlineage", "--day", "2026-01-02"),
    )
    assert "No run wrote an event of payments on 2026-01-01" in str(other_table.exception)
    assert "No run wrote an event on 2026-01-02" in str(other_day.exception)


@pytest.mark.parametrize(
    "arguments",
    [(), ("--json",), ("payments", "--day", "2026-01-01"), ("--openlineage", "--day", "yesterday")],
)
def test_a_command_that_chooses_nothing_is_misspelt(
    lineage_of: Callable[..., Result], arguments: tuple[str, ...]
) -> None:
    assert lineage_of(*arguments).exit_code == 2


def test_a_column_is_shown_with_its_sources_and_what_it_feeds(
    lineage_of: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")  # a narrow screen wraps the names
    shown = lineage_of("risk_scores", "--column", "score")
    assert "card_transactions.amount (transformation)" in shown.stdout
    assert "customers.signed_up_at (transformation)" in shown.stdout
    assert "Its rows depend on:" in shown.stdout
    facts = json.loads(lineage_of("payments", "--column", "amount", "--json").stdout)
    assert facts == {
        "table": "payments",
        "columns": [
            {"column": "amount", "sources": [], "feeds": [], "headers": [], "readers": [], "unknown": ""}
        ],
        "rows": [],
        "is_declared": False,
    }
    assert len(json.loads(lineage_of("payments", "--column", "*", "--json").stdout)["columns"]) > 5


def test_an_unknown_column_is_named_with_the_nearest(lineage_of: Callable[..., Result]) -> None:
    done = lineage_of("payments", "--column", "amuont")
    assert done.exit_code == 1
    assert "Did you mean amount" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("payments", "risk_scores"), ("payments", "--openlineage")])
def test_a_column_is_of_one_table(lineage_of: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    assert lineage_of(*arguments, "--column", "amount").exit_code == 2


def test_an_unknown_table_is_named_with_the_nearest(lineage_of: Callable[..., Result]) -> None:
    done = lineage_of("payment", "--openlineage")
    assert done.exit_code == 1
    assert "payments" in done.stderr


def test_several_tables_are_shown_one_below_the_other(lineage_of: Callable[..., Result]) -> None:
    assert [one["table"] for one in json.loads(lineage_of("payments", "risk_scores", "--json").stdout)] == [
        "payments",
        "risk_scores",
    ]
    assert json.loads(lineage_of("payments", "--json").stdout)["table"] == "payments"
    assert "risk_scores: built by compliance-guardian" in lineage_of("payments", "risk_scores").stdout
