"""Log lines of functions and jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headgate.aws.sdk_errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_logs import CloudWatchLogsClient


@dataclass(frozen=True)
class LogLine:
    """One line; `written_at` is UTC."""

    group: str
    written_at: datetime
    text: str


@dataclass(frozen=True)
class Logs:
    """CloudWatch Logs below a name prefix."""

    client: CloudWatchLogsClient

    def groups(self, prefix: str) -> list[str]:
        """Return the names of the log groups that start with `prefix`."""
        pages = self.client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        with translated(f"list log groups {prefix}"):
            return [group["logGroupName"] for page in pages for group in page["logGroups"]]

    def lines(self, group: str, *, since: datetime) -> Iterator[LogLine]:
        """Yield lines of a group from `since` on, oldest first."""
        start_ms = int(since.replace(tzinfo=since.tzinfo or UTC).timestamp() * 1000)
        pages = self.client.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=start_ms
        )
        with translated(f"read log group {group}"):
            for page in pages:
                for event in page["events"]:
                    written_at = datetime.fromtimestamp(event["timestamp"] / 1000, tz=UTC)
                    yield LogLine(group, written_at, event["message"].rstrip())
