from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError

if TYPE_CHECKING:
    from headgate.aws.logs import LogLine, Logs

# The log stream of a run's driver has the name of the run.
# Source: AWS Glue developer guide, "Logging for AWS Glue jobs", default log groups.
_GROUPS = ("output", "error")


@dataclass(frozen=True)
class GlueJobLogs:
    """The two log groups of Glue jobs, with a stream per run.

    Attributes:
        prefix: of the groups' names.
        kept_days: retention of lines.
    """

    logs: Logs
    prefix: str
    kept_days: int

    def last_lines(self, run_id: str, most: int) -> list[LogLine]:
        """Return the last lines of a job run, oldest first; none if it wrote none."""
        lines = [line for group in _GROUPS for line in self._lines(f"{self.prefix}/{group}", run_id, most)]
        return sorted(lines, key=lambda line: line.written_at)[-most:]

    def _lines(self, group: str, run_id: str, most: int) -> list[LogLine]:
        try:
            return self.logs.last_lines(group, run_id, most)
        except NotFoundError:
            return []
