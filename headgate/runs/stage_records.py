"""Records of a run's stages, written by the jobs: start, end and amount of work."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from headgate.errors import HeadgateError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MergedDataset:
    """The rows of a dataset that a merge changed.

    Attributes:
        arrived: accepted rows of new files, without those of files that were undone.
        rows_before: rows of the table before the merge.
    """

    arrived: int
    rows_before: int
    rows: int


@dataclass(frozen=True)
class StageWork:
    """The amount of work in a stage of a run.

    Attributes:
        rows_read: rows of new files and of parts.
        rows_changed: for the merge, rows that arrived; for a system, rows of its published tables.
        parts_reused: parts of snapshots or facts that were reused unchanged.
        parts_rebuilt: parts that were written, or checked by the quality gate.
        datasets: for the merge, the datasets that it changed.
    """

    rows_read: int = 0
    rows_changed: int = 0
    parts_reused: int = 0
    parts_rebuilt: int = 0
    datasets: Mapping[str, MergedDataset] = field(default_factory=dict)

    def __add__(self, other: StageWork) -> StageWork:
        return StageWork(
            self.rows_read + other.rows_read,
            self.rows_changed + other.rows_changed,
            self.parts_reused + other.parts_reused,
            self.parts_rebuilt + other.parts_rebuilt,
            {**self.datasets, **other.datasets},
        )

    @classmethod
    def of(cls, read: Mapping[str, Any]) -> Self:
        """Return the work from JSON; records of older versions have no datasets."""
        datasets = {name: MergedDataset(**rows) for name, rows in read.get("datasets", {}).items()}
        return cls(**{**read, "datasets": datasets})


def count_nothing(work: StageWork) -> None:
    """Do nothing, for stages whose work is not recorded."""


@dataclass(frozen=True)
class StageRecord:
    """The record of a stage, written by its job; times are naive UTC.

    Attributes:
        ended_at: None while the job runs, and for a killed job.
    """

    began_at: datetime
    ended_at: datetime | None = None
    has_failed: bool = False
    work: StageWork | None = None

    def to_json(self) -> str:
        """Return the record as JSON text."""
        return json.dumps(asdict(self), default=lambda moment: moment.isoformat())

    @classmethod
    def from_json(cls, text: str | bytes) -> StageRecord:
        """Parse the JSON text."""
        saved = json.loads(text)
        ended_at = datetime.fromisoformat(saved["ended_at"]) if saved["ended_at"] else None
        work = StageWork.of(saved["work"]) if saved["work"] else None
        return cls(datetime.fromisoformat(saved["began_at"]), ended_at, saved["has_failed"], work)


@dataclass
class StageLog:
    """Records a stage of a run as a `with` block.

    A record that cannot be written is logged as a warning, and the run continues.

    Args:
        bucket: the artifacts bucket.
        run: the run's name; nothing is recorded without it, because the job was started alone.
        job: the system, `merge_curated` or `quality_gate`.
    """

    objects: ObjectStore
    bucket: str
    run: str
    job: str
    clock: Callable[[], datetime]
    _record: StageRecord = field(init=False, repr=False)
    _work: StageWork = field(default_factory=StageWork, repr=False)

    def count(self, work: StageWork) -> None:
        """Add to the work of the stage."""
        self._work += work

    def __enter__(self) -> Self:
        """Record that the stage began."""
        self._record = StageRecord(self.clock())
        self._write()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Record the end and the work of the stage."""
        self._record = replace(
            self._record, ended_at=self.clock(), has_failed=error is not None, work=self._work
        )
        self._write()

    def _write(self) -> None:
        if not self.run:
            return
        ref = ObjectRef(self.bucket, keys.stage_record_key(self.run, self.job))
        try:
            self.objects.write(ref, self._record.to_json().encode(), content_type="application/json")
        except HeadgateError as error:
            log.warning("stage not recorded", extra={"job": self.job, "cause": str(error)})


def stage_records(objects: ObjectStore, bucket: str, run: str) -> dict[str, StageRecord]:
    """Return job → record of a run's stages; empty without records."""
    prefix = keys.stage_record_key(run, "").removesuffix(".json")
    records = {}
    for item in objects.list(bucket, prefix):
        try:
            records[item.ref.key.removeprefix(prefix).removesuffix(".json")] = StageRecord.from_json(
                objects.read(item.ref)
            )
        except NotFoundError:
            continue
    return records
