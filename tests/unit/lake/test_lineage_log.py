"""An event for each published table version; a failure to write one is a warning and nothing more."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.errors import NotPermittedError
from headgate.lake.lineage_log import LineageLog
from headgate.lake.ports import ObjectRef, TableVersion

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.unit

AT = datetime(2026, 1, 2, 23, 59)
ORDERS, REGIONS = (TableVersion("shop", name, f"s3://curated/snapshots/{name}/s1/", "1") for name in ("orders", "regions"))


def event_of(shown: TableVersion, at: datetime) -> dict[str, Any]:
    return {
        "eventTime": at.isoformat(),
        "run": {"runId": "an-id"},
        "job": {"name": f"merge_curated.{shown.table}"},
        "outputs": [{"name": f"AwsDataCatalog.shop.{shown.table}"}],
    }


def lineage_log(objects: MemoryObjects, of: Callable[[TableVersion, datetime], dict[str, Any]] = event_of) -> LineageLog:
    return LineageLog(objects, "artifacts", of, lambda: AT)


class RefusingObjects(MemoryObjects):
    """The role may not write."""

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "application/octet-stream") -> None:  # noqa: ARG002 the port's
        raise NotPermittedError(f"write {ref.key}: AccessDenied")


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str]]:
    return [(one.levelname, one.table, one.cause) for one in caplog.records]  # type: ignore[attr-defined]  # the log's extra fields


def test_each_published_version_has_an_event_below_the_day_of_its_publish() -> None:
    objects = MemoryObjects()
    with lineage_log(objects) as events:
        events.add(ORDERS)
        events.add(REGIONS)
        assert objects.contents("artifacts") == {}
    found = objects.contents("artifacts")
    assert sorted(found) == [
        "openlineage/dt=2026-01-02/merge_curated/an-id-orders.json",
        "openlineage/dt=2026-01-02/merge_curated/an-id-regions.json",
    ]
    assert json.loads(found["openlineage/dt=2026-01-02/merge_curated/an-id-orders.json"]) == event_of(ORDERS, AT)


def test_a_job_that_publishes_nothing_writes_no_event() -> None:
    objects = MemoryObjects()
    with lineage_log(objects):
        pass
    assert objects.contents("artifacts") == {}


def test_tables_that_moved_before_an_error_have_events_and_the_error_is_raised() -> None:
    objects = MemoryObjects()

    def publish_two() -> None:
        with lineage_log(objects) as events:
            events.add(ORDERS)
            raise NotPermittedError("the second table")

    with pytest.raises(NotPermittedError, match="the second table"):
        publish_two()
    assert list(objects.contents("artifacts")) == ["openlineage/dt=2026-01-02/merge_curated/an-id-orders.json"]


def test_an_event_that_cannot_be_written_is_a_warning_with_its_cause(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), lineage_log(RefusingObjects()) as events:
        events.add(ORDERS)
    key = "openlineage/dt=2026-01-02/merge_curated/an-id-orders.json"
    assert warnings_of(caplog) == [("WARNING", "orders", f"write {key}: AccessDenied")]


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
    assert list(objects.contents("artifacts")) == ["openlineage/dt=2026-01-02/merge_curated/an-id-regions.json"]
    assert warnings_of(caplog) == [("WARNING", "orders", "KeyError")]
