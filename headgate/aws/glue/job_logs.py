"""Logs of runs of Glue jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError

if TYPE_CHECKING:
    from headgate.aws.logs import LogLine, Logs

# Glue names the stream of a run's driver after the run.
# Source: AWS Glue developer guide, "Logging for AWS Glue jobs", default log groups.
_GROUPS = ("output", "error")


@dataclass(frozen=True)
class GlueJobLogs:
    """The two log groups in which runs of Glue jobs have a stream each.

    Attributes:
        prefix: of the groups' names.
        kept_days: how many days lines are kept.
    """

    logs: Logs
    prefix: str
    kept_days: int

    def last_lines(self, run_id: str, most: int) -> list[LogLine]:
        """Return the last lines that a run of a job wrote, oldest first; none where it wrote none."""
        lines = [line for group in _GROUPS for line in self._lines(f"{self.prefix}/{group}", run_id, most)]
        return sorted(lines, key=lambda line: line.written_at)[-most:]

    def _lines(self, group: str, run_id: str, most: int) -> list[LogLine]:
        try:
            return self.logs.last_lines(group, run_id, most)
        except NotFoundError:
            return []
