"""Record the newest run of a job, so that the next run can report that it was killed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lineage.openlineage import START

if TYPE_CHECKING:
    from headgate.lake.ports import ObjectStore


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
