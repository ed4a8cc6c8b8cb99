"""A job's run starts and ends, and each published version has events.

A failure to write one is a warning and nothing more.
"""

from __future__ import annotations

import json
import logging
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.errors import NotPermittedError
from headgate.lake.ports import ObjectRef, TableVersion
from headgate.lineage.openlineage import JobRun, LakeNames
from headgate.lineage.receiver import LineageReceiver
from headgate.lineage.sender import LineageSender
from headgate.lineage.write_events import LineageLog, NewestRun
from tests.lineage_server import lineage_server
from tests.openlineage import check_run_event

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.unit

AT = datetime(2026, 1, 2, 23, 59)
RUN = JobRun(
    LakeNames("eu-central-1", "curated", "shop"), "merge_curated", "11111111-1111-4111-8111-111111111111"
)
LATER_RUN = replace(RUN, run_id="33333333-3333-4333-8333-333333333333")
FOLDER = "openlineage/dt=2026-01-02/merge_curated"
VERSION_ID = "22222222-2222-4222-8222-222222222222"
ORDERS, REGIONS = (
    TableVersion("shop", name, f"s3://curated/snapshots/{name}/s1/", "1") for name in ("orders", "regions")
)
NEWEST = "runs/newest/merge_curated"
OF_THE_JOB = [f"{FOLDER}/{RUN.run_id}-complete.json", f"{FOLDER}/{RUN.run_id}-start.json"]


def event_of(shown: TableVersion, at: datetime) -> dict[str, Any]:
    return {
        "eventType": "COMPLETE",
        "eventTime": f"{at.isoformat()}Z",
        "producer": "urn:headgate",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json",
        "run": {"runId": VERSION_ID},
        "job": {"namespace": "headgate://curated", "name": f"merge_curated.{shown.table}"},
        "inputs": [],
        "outputs": [
            {"namespace": "awsathena://a", "name": f"AwsDataCatalog.shop.{shown.table}", "outputFacets": {}}
        ],
    }


def lineage_log(
    objects: MemoryObjects,
    of: Callable[[TableVersion, datetime], dict[str, Any]] = event_of,
    sender: LineageSender | None = None,
    clock: Callable[[], datetime] = lambda: AT,
    run: JobRun = RUN,
) -> LineageLog:
    return LineageLog(objects, "artifacts", run, of, clock, lambda error: f"described: {error}", sender)


def events_in(objects: MemoryObjects) -> dict[str, bytes]:
    """The objects of events, by key."""
    return {
        key: body for key, body in objects.contents("artifacts").items() if key.startswith("openlineage/")
    }


def written(objects: MemoryObjects) -> dict[str, dict[str, Any]]:
    """The events in the bucket, by the last part of their keys."""
    return {key.rpartition("/")[2]: json.loads(body) for key, body in events_in(objects).items()}


def killed(objects: MemoryObjects) -> None:
    """A job that starts and is killed: nothing of it runs any more."""
    lineage_log(objects).__enter__()


class RefusingObjects(MemoryObjects):
    """The role may not write."""

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "application/octet-stream") -> None:  # noqa: ARG002 the port's
        raise NotPermittedError(f"write {ref.key}: AccessDenied")


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str]]:
    return [(record.levelname, record.table, record.cause) for record in caplog.records]  # type: ignore[attr-defined]  # the log's extra fields


def test_each_published_version_has_an_event_below_the_day_of_its_publish() -> None:
    objects = MemoryObjects()
    with lineage_log(objects) as events:
        events.add(ORDERS)
        events.add(REGIONS)
        assert sorted(events_in(objects)) == OF_THE_JOB[1:]
    assert sorted(events_in(objects)) == sorted(
        [
            *OF_THE_JOB,
            *(
                f"{FOLDER}/{VERSION_ID}-{table}{start}.json"
                for table in ("orders", "regions")
                for start in ("", "-start")
            ),
        ]
    )
    found = written(objects)[f"{VERSION_ID}-orders.json"]
    facets = found["run"].pop("facets")
    assert found == event_of(ORDERS, AT)
    assert facets["parent"]["run"] == {"runId": RUN.run_id}
    assert facets["parent"]["job"] == {"namespace": "headgate://curated", "name": "merge_curated"}


def test_all_events_of_a_run_have_one_run_id_and_what_the_specification_requires() -> None:
    objects, moments = MemoryObjects(), iter(AT + timedelta(seconds=10 * passed) for passed in range(5))
    with lineage_log(objects, clock=lambda: next(moments)) as events:
        events.add(ORDERS)
    found = written(objects).values()
    for event in found:
        check_run_event(event)
    by_run = {(one["run"]["runId"], one["eventType"]): one["eventTime"] for one in found}
    assert by_run == {
        (RUN.run_id, "START"): "2026-01-02T23:59:00.000Z",
        (VERSION_ID, "START"): "2026-01-02T23:59:00.000Z",
        (VERSION_ID, "COMPLETE"): "2026-01-02T23:59:10Z",
        (RUN.run_id, "COMPLETE"): "2026-01-02T23:59:20.000Z",
    }


def test_an_event_lies_below_its_own_day_when_a_run_ends_after_midnight() -> None:
    objects, moments = MemoryObjects(), iter((AT, AT + timedelta(minutes=2)))
    with lineage_log(objects, clock=lambda: next(moments)):
        pass
    assert sorted(events_in(objects)) == [
        f"openlineage/dt=2026-01-02/merge_curated/{RUN.run_id}-start.json",
        f"openlineage/dt=2026-01-03/merge_curated/{RUN.run_id}-complete.json",
    ]


def test_a_job_that_publishes_nothing_writes_the_events_of_its_run_only() -> None:
    objects = MemoryObjects()
    with lineage_log(objects):
        pass
    assert sorted(events_in(objects)) == OF_THE_JOB


def test_tables_that_moved_before_an_error_have_events_and_the_error_is_raised() -> None:
    objects = MemoryObjects()

    def publish_two() -> None:
        with lineage_log(objects) as events:
            events.add(ORDERS)
            raise NotPermittedError("the second table")

    with pytest.raises(NotPermittedError, match="the second table"):
        publish_two()
    found = written(objects)
    assert sorted(found) == sorted(
        [
            f"{RUN.run_id}-start.json",
            f"{RUN.run_id}-fail.json",
            f"{VERSION_ID}-orders-start.json",
            f"{VERSION_ID}-orders.json",
        ]
    )
    failed = found[f"{RUN.run_id}-fail.json"]
    check_run_event(failed)
    assert failed["eventType"] == "FAIL"
    assert failed["run"]["facets"]["errorMessage"]["message"] == "described: the second table"


def test_the_next_run_of_a_job_that_was_killed_reports_its_failure_once() -> None:
    objects = MemoryObjects()
    killed(objects)
    for later in (LATER_RUN, replace(RUN, run_id="44444444-4444-4444-8444-444444444444")):
        with lineage_log(objects, run=later, clock=lambda: AT + timedelta(minutes=2)):
            pass
    of_the_killed = {
        name: event for name, event in written(objects).items() if event["run"]["runId"] == RUN.run_id
    }
    assert sorted(of_the_killed) == [f"{RUN.run_id}-fail.json", f"{RUN.run_id}-start.json"]
    failed = of_the_killed[f"{RUN.run_id}-fail.json"]
    check_run_event(failed)
    assert failed["eventTime"] == "2026-01-03T00:01:00.000Z"
    assert failed["run"]["facets"]["errorMessage"]["message"].startswith("The job ended without a report")
    ends = [event["eventType"] for event in written(objects).values() if event["eventType"] != "START"]
    assert sorted(ends) == ["COMPLETE", "COMPLETE", "FAIL"]


def test_the_failure_of_a_killed_run_is_posted_before_the_start_of_the_next_one() -> None:
    objects = MemoryObjects()
    killed(objects)
    with (
        lineage_server() as server,
        lineage_log(objects, sender=LineageSender(lambda: LineageReceiver.at(server.url, "")), run=LATER_RUN),
    ):
        pass
    found = [(event["run"]["runId"], event["eventType"]) for _, _, event in server.received]
    assert found == [(RUN.run_id, "FAIL"), (LATER_RUN.run_id, "START"), (LATER_RUN.run_id, "COMPLETE")]


@pytest.mark.parametrize("error", [None, NotPermittedError("the first table")])
def test_a_run_that_reported_its_end_gets_no_other_one(error: Exception | None) -> None:
    objects = MemoryObjects()

    def work() -> None:
        with lineage_log(objects):
            if error:
                raise error

    with suppress(NotPermittedError):
        work()
    before = events_in(objects)
    with lineage_log(objects, run=LATER_RUN):
        pass
    added = events_in(objects).keys() - before.keys()
    assert added == {f"{FOLDER}/{LATER_RUN.run_id}-{kind}.json" for kind in ("start", "complete")}


def test_a_run_ends_no_run_of_another_job() -> None:
    objects = MemoryObjects()
    killed(objects)
    with lineage_log(objects, run=replace(LATER_RUN, publisher="retail-copilot")):
        pass
    assert not any("fail" in key for key in events_in(objects))
    assert NewestRun(objects, "artifacts", "merge_curated").without_end() == RUN.run_id


def test_a_record_of_the_newest_run_that_cannot_be_read_is_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    objects = MemoryObjects()
    objects.write(ObjectRef("artifacts", f"{NEWEST}.json"), b"cut")
    with caplog.at_level(logging.WARNING), lineage_log(objects):
        pass
    assert sorted(events_in(objects)) == OF_THE_JOB
    assert warnings_of(caplog) == [("WARNING", "merge_curated", "JSONDecodeError")]


def test_a_dataset_that_could_not_be_merged_failed_while_the_run_is_complete() -> None:
    objects = MemoryObjects()
    with lineage_log(objects) as events:
        events.fail("shop", "orders", "2 rows share a key")
    found = {(one["job"]["name"], one["eventType"]): one for one in written(objects).values()}
    assert sorted(found) == [
        ("merge_curated", "COMPLETE"),
        ("merge_curated", "START"),
        ("merge_curated.orders", "FAIL"),
        ("merge_curated.orders", "START"),
    ]
    failed, started = (found["merge_curated.orders", kind] for kind in ("FAIL", "START"))
    for event in (failed, started):
        check_run_event(event)
        assert event["run"]["facets"]["parent"]["run"]["runId"] == RUN.run_id
    assert failed["run"]["runId"] == started["run"]["runId"] not in {RUN.run_id, VERSION_ID}
    assert failed["run"]["facets"]["errorMessage"]["message"] == "described: 2 rows share a key"


def test_an_event_that_cannot_be_written_is_a_warning_with_its_cause(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING), lineage_log(RefusingObjects()) as events:
        events.add(ORDERS)
    assert warnings_of(caplog) == [
        ("WARNING", subject, f"write {key}.json: AccessDenied")
        for subject, key in (
            ("merge_curated", f"{FOLDER}/{RUN.run_id}-start"),
            ("merge_curated", NEWEST),
            ("orders", f"{FOLDER}/{VERSION_ID}-orders-start"),
            ("orders", f"{FOLDER}/{VERSION_ID}-orders"),
            ("merge_curated", f"{FOLDER}/{RUN.run_id}-complete"),
            ("merge_curated", NEWEST),
        )
    ]


def test_an_unexpected_error_stops_neither_the_run_nor_the_other_events_and_its_text_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(shown: TableVersion, at: datetime) -> dict[str, Any]:
        if shown is ORDERS:
            raise KeyError("a value")
        return event_of(shown, at)

    objects = MemoryObjects()
    with caplog.at_level(logging.WARNING), lineage_log(objects, broken) as events:
        events.add(ORDERS)
        events.add(REGIONS)
    tables = [f"{FOLDER}/{VERSION_ID}-regions-start.json", f"{FOLDER}/{VERSION_ID}-regions.json"]
    assert sorted(events_in(objects)) == sorted([*OF_THE_JOB, *tables])
    assert warnings_of(caplog) == [("WARNING", "orders", "KeyError")]


def test_a_server_gets_what_the_bucket_gets_in_the_order_of_the_run() -> None:
    objects = MemoryObjects()
    with lineage_server() as server:
        sender = LineageSender(lambda: LineageReceiver.at(server.url, "a-secret-key"))
        with lineage_log(objects, sender=sender) as events:
            events.add(ORDERS)
    assert [(event["job"]["name"], event["eventType"]) for _, _, event in server.received] == [
        ("merge_curated", "START"),
        ("merge_curated.orders", "START"),
        ("merge_curated.orders", "COMPLETE"),
        ("merge_curated", "COMPLETE"),
    ]
    sent = {json.dumps(event, sort_keys=True) for _, _, event in server.received}
    assert sent == {json.dumps(event, sort_keys=True) for event in written(objects).values()}
    assert {key for _, key, _ in server.received} == {"Bearer a-secret-key"}


def test_a_server_that_is_down_leaves_the_events_in_the_bucket_and_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with lineage_server() as stopped:
        pass
    objects, began = MemoryObjects(), time.monotonic()
    sender = LineageSender(lambda: LineageReceiver.at(stopped.url, "a-secret-key"))
    with caplog.at_level(logging.WARNING), lineage_log(objects, sender=sender):
        pass
    assert time.monotonic() - began < 2
    assert sorted(events_in(objects)) == OF_THE_JOB
    (warning,) = caplog.records
    assert (warning.message, warning.events) == ("lineage events not sent", 2)  # type: ignore[attr-defined]  # the log's extra fields
    assert warning.cause.startswith(f"Cannot reach {stopped.url}/api/v1/lineage")  # type: ignore[attr-defined]
    assert "a-secret-key" not in str(vars(warning))
