"""Records of a run's stages, which the jobs write: when each began and ended, and how much it worked."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self

from headgate.errors import HeadgateError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from headgate.lake.ports import ObjectStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StageWork:
    """How much a stage of a run worked.

    Attributes:
        rows_read: of new files and of parts.
        rows_changed: for the merge rows that arrived, for a system the rows of tables that it published.
        parts_reused: parts of snapshots or facts that were taken over as they were.
        parts_rebuilt: parts that were written, or checked by the quality gate.
    """

    rows_read: int = 0
    rows_changed: int = 0
    parts_reused: int = 0
    parts_rebuilt: int = 0

    def __add__(self, other: StageWork) -> StageWork:
        return StageWork(**{name: amount + getattr(other, name) for name, amount in asdict(self).items()})


def count_nothing(work: StageWork) -> None:
    """Do nothing, where nobody asks how much a stage worked."""


@dataclass(frozen=True)
class StageRecord:
    """One stage of a run as its job recorded it; moments are naive UTC.

    Attributes:
        ended_at: None while the job works, and of a job that was killed.
    """

    began_at: datetime
    ended_at: datetime | None = None
    has_failed: bool = False
    work: StageWork | None = None

    def to_json(self) -> str:
        """Return the record as text; `from_json` reads it."""
        return json.dumps(asdict(self), default=lambda moment: moment.isoformat())

    @classmethod
    def from_json(cls, text: str | bytes) -> StageRecord:
        """Return the record that a text has."""
        saved = json.loads(text)
        ended_at = datetime.fromisoformat(saved["ended_at"]) if saved["ended_at"] else None
        work = StageWork(**saved["work"]) if saved["work"] else None
        return cls(datetime.fromisoformat(saved["began_at"]), ended_at, saved["has_failed"], work)


@dataclass
class StageLog:
    """Records one stage of a run: its `with` block.

    A record that cannot be written leaves a warning, and the run continues.

    Args:
        bucket: the artifacts bucket.
        run: the run's name; without one, nothing is recorded: somebody started the job alone.
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
        """Record that the stage ended, and its work."""
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
    """Return the records of a run's stages, by job; none for a run that recorded none."""
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
