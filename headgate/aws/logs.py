"""Log lines of functions and jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headgate.aws.sdk_errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import GetLogEventsResponseTypeDef


@dataclass(frozen=True)
class LogLine:
    """A log line; `written_at` is UTC."""

    group: str
    written_at: datetime
    text: str


@dataclass(frozen=True)
class Logs:
    """CloudWatch Logs below a name prefix."""

    client: CloudWatchLogsClient

    def groups(self, prefix: str) -> list[str]:
        """Return the names of the log groups that begin with `prefix`."""
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
                    yield _log_line(group, event["timestamp"], event["message"])

    def last_lines(self, group: str, stream: str, most: int) -> list[LogLine]:
        """Return the last lines of a stream, oldest first.

        Raises:
            NotFoundError: the group or stream does not exist.
        """
        lines: list[LogLine] = []
        token = ""
        with translated(f"read log stream {stream} of {group}"):
            while len(lines) < most:
                page = self._page(group, stream, most - len(lines), token)
                lines = [
                    *(_log_line(group, event["timestamp"], event["message"]) for event in page["events"]),
                    *lines,
                ]
                if page["nextBackwardToken"] == token:  # the beginning; a page before may be empty
                    break
                token = page["nextBackwardToken"]
        return lines

    def _page(self, group: str, stream: str, most: int, token: str) -> GetLogEventsResponseTypeDef:
        if not token:
            return self.client.get_log_events(logGroupName=group, logStreamName=stream, limit=most)
        return self.client.get_log_events(
            logGroupName=group, logStreamName=stream, limit=most, nextToken=token
        )


def _log_line(group: str, timestamp_ms: int, message: str) -> LogLine:
    return LogLine(group, datetime.fromtimestamp(timestamp_ms / 1000, tz=UTC), message.rstrip())
