"""Write an OpenLineage event for each table version that a job publishes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from headgate.errors import HeadgateError
from headgate.lake import keys
from headgate.lake.openlineage import publisher_of, run_id, table_of, to_json
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from headgate.lake.openlineage import Event
    from headgate.lake.ports import ObjectStore, TableVersion

log = logging.getLogger(__name__)


@dataclass
class LineageLog:
    """The table versions that are published inside its `with` block. Their events are written at its end, also after an error.

    The events of a run are a report of it: an event that cannot be written leaves a warning, and the run continues.

    Args:
        event_of: describes a published table version; the moment is naive UTC.
        bucket: the artifacts bucket.
    """

    objects: ObjectStore
    bucket: str
    event_of: Callable[[TableVersion, datetime], Event]
    clock: Callable[[], datetime]
    _published: list[tuple[TableVersion, datetime]] = field(default_factory=list, repr=False)

    def add(self, published: TableVersion) -> None:
        """A table shows this version from now on."""
        self._published.append((published, self.clock()))

    def __enter__(self) -> Self:
        """Return the log itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Write the events; the block's own error is raised after that."""
        for published, at in self._published:
            try:
                self._write(published, at)
            except Exception as cause:  # noqa: BLE001 the tables are published, and no fault of their description may undo the run
                reason = str(cause) if isinstance(cause, HeadgateError) else type(cause).__name__
                log.warning("lineage event not written", extra={"table": published.table, "cause": reason})

    def _write(self, published: TableVersion, at: datetime) -> None:
        event = self.event_of(published, at)
        key = keys.lineage_event_key(at.date(), publisher_of(event), run_id(event), table_of(event))
        self.objects.write(ObjectRef(self.bucket, key), to_json(event), content_type="application/json")
