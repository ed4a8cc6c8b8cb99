"""Write OpenLineage events of a job's run and of each table version that it publishes."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from headgate.errors import HeadgateError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore, TableVersion
from headgate.lineage.openlineage import (
    COMPLETE,
    FAIL,
    START,
    Event,
    JobRun,
    as_part_of,
    event_json,
    failed_table_event,
    job_event,
    publisher_of,
    run_id,
    start_event,
    table_of_event,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from headgate.lineage.sender import LineageSender

log = logging.getLogger(__name__)

# No event reports why a job was killed; Glue has the reason.
KILLED = (
    "The job ended without a report: it was stopped, or it exceeded its time or its memory. The Glue "
    "run of this job has the reason."
)


@dataclass(frozen=True)
class NewestRun:
    """The newest run of a publisher and the type of its newest event. A publisher has one run at a time.

    Args:
        bucket: the artifacts bucket.
        publisher: the system, or `merge_curated`.
    """

    objects: ObjectStore
    bucket: str
    publisher: str

    @property
    def _ref(self) -> ObjectRef:
        return ObjectRef(self.bucket, keys.newest_run_key(self.publisher))

    def write(self, run_id: str, kind: str) -> None:
        """Store the newest run and the type of its newest event."""
        self.objects.write(
            self._ref, json.dumps({"run_id": run_id, "event": kind}).encode(), content_type="application/json"
        )

    def without_end(self) -> str:
        """Return the id of the newest run if it reported a start and no end, or else an empty text."""
        if not any(self.objects.list(self.bucket, self._ref.key)):
            return ""
        newest = json.loads(self.objects.read(self._ref))
        return str(newest["run_id"]) if newest["event"] == START else ""


@dataclass
class LineageLog:
    """The events of one run of a job, as a `with` block.

    The run starts, and completes or fails, with the block. The events of tables are written at the end of the
    block, also after an error. An event that cannot be written is logged as a warning, and the run continues,
    because events only report on it. A killed job writes no end event; its next run does.

    Args:
        bucket: the artifacts bucket.
        run: the job's run, which is the parent in events of its tables.
        event_of: describes a published table version; the time is naive UTC.
        describe: returns the redacted description of an error.
        sender: also posts each event to a server; None if the lake has no server.
    """

    objects: ObjectStore
    bucket: str
    run: JobRun
    event_of: Callable[[TableVersion, datetime], Event]
    clock: Callable[[], datetime]
    describe: Callable[[BaseException | str], str]
    sender: LineageSender | None = None
    _began_at: datetime = field(init=False, repr=False)
    _published: list[tuple[TableVersion, datetime]] = field(default_factory=list, repr=False)
    _failed: list[tuple[str, str, str]] = field(default_factory=list, repr=False)

    def add(self, published: TableVersion) -> None:
        """Record that a table now shows this version."""
        self._published.append((published, self.clock()))

    def fail(self, database: str, table: str, cause: str) -> None:
        """Record that a table could not be built; the run continues with the others."""
        self._failed.append((database, table, cause))

    def __enter__(self) -> Self:
        """Start the run, and first end an earlier one that was killed."""
        self._began_at = self.clock()
        self._attempt(self.run.publisher, self._end_killed_run)
        self._report(self.run.publisher, lambda: job_event(self.run, START, self._began_at), START)
        self._attempt(self.run.publisher, lambda: self._newest_run.write(self.run.run_id, START))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the events of the tables, then that of the run; raise an error of the block afterwards."""
        for published, at in self._published:
            self._report_table(
                published.table,
                lambda of=published, at=at: as_part_of(self.event_of(of, at), self.run),  # type: ignore[misc]
            )
        now = self.clock()
        for database, table, cause in self._failed:
            self._report_table(
                table,
                lambda where=database, of=table, why=cause: self._failure(where, of, why, now),  # type: ignore[misc]
                FAIL,
            )
        ended = FAIL if error else COMPLETE
        self._report(
            self.run.publisher,
            lambda: job_event(self.run, ended, now, self.describe(error) if error else ""),
            ended,
        )
        self._attempt(self.run.publisher, lambda: self._newest_run.write(self.run.run_id, ended))
        if self.sender:
            self.sender.finish()

    @property
    def _newest_run(self) -> NewestRun:
        return NewestRun(self.objects, self.bucket, self.run.publisher)

    def _end_killed_run(self) -> None:
        if killed := self._newest_run.without_end():
            event = job_event(replace(self.run, run_id=killed), FAIL, self._began_at, KILLED)
            self._report(self.run.publisher, lambda: event, FAIL)

    def _failure(self, database: str, table: str, cause: str, at: datetime) -> Event:
        return failed_table_event(self.run, database, table, self.describe(cause), at)

    def _report_table(self, table: str, event_of: Callable[[], Event], kind: str = "") -> None:
        """Report start and end of a table's run, which are both known only at its end."""
        try:
            event = event_of()
        except Exception as cause:  # noqa: BLE001 the tables are published, and no fault of their description may undo the run
            self._warn(table, cause)
            return
        self._report(table, lambda: start_event(event, self._began_at), START)
        self._report(table, lambda: event, kind)

    def _report(self, subject: str, event_of: Callable[[], Event], kind: str) -> None:
        def report() -> None:
            event = event_of()
            if self.sender:
                self.sender.send(event)
            self._write(event, kind)

        self._attempt(subject, report)

    def _attempt(self, subject: str, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as cause:  # noqa: BLE001 as above
            self._warn(subject, cause)

    def _write(self, event: Event, kind: str) -> None:
        on = datetime.fromisoformat(event["eventTime"]).astimezone(UTC).date()
        key = keys.lineage_event_key(on, publisher_of(event), run_id(event), table_of_event(event), kind)
        self.objects.write(ObjectRef(self.bucket, key), event_json(event), content_type="application/json")

    @staticmethod
    def _warn(subject: str, cause: Exception) -> None:
        reason = str(cause) if isinstance(cause, HeadgateError) else type(cause).__name__
        log.warning("lineage event not written", extra={"table": subject, "cause": reason})
