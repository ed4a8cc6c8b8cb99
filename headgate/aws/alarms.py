from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headgate.aws.sdk_errors import translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_cloudwatch import CloudWatchClient

_NAMES_A_CALL = 100  # Source: Amazon CloudWatch API reference, DescribeAlarms


@dataclass(frozen=True)
class RaisedAlarm:
    """An alarm in state ALARM; `since` is naive UTC."""

    name: str
    since: datetime
    description: str


@dataclass(frozen=True)
class Alarms:
    """CloudWatch alarms by name."""

    client: CloudWatchClient

    def raised(self, names: Sequence[str]) -> list[RaisedAlarm]:
        """Return the raised alarms among `names`, newest first."""
        return sorted(self._raised(names), key=lambda alarm: (alarm.since, alarm.name), reverse=True)

    def _raised(self, names: Sequence[str]) -> Iterator[RaisedAlarm]:
        for first in range(0, len(names), _NAMES_A_CALL):
            with translated("look at the alarms"):
                page = self.client.describe_alarms(
                    AlarmNames=list(names[first : first + _NAMES_A_CALL]),
                    StateValue="ALARM",
                    MaxRecords=_NAMES_A_CALL,
                )
            for alarm in page["MetricAlarms"]:
                since = alarm["StateUpdatedTimestamp"].astimezone(UTC).replace(tzinfo=None)
                yield RaisedAlarm(alarm["AlarmName"], since, alarm.get("AlarmDescription", ""))
