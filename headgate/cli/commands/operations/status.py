from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
from rich.console import Group, RenderableType

from headgate.cli import command_deployment, options
from headgate.cli.commands.operations.pipeline import run_state
from headgate.cli.commands.operations.queue import DEAD_LETTERS, queue_depths
from headgate.cli.rendering import screens
from headgate.lake.file_index import FileFilter, received_since
from headgate.lake.states import NOT_ACCEPTED, FileState
from headgate.lake.versions import History
from headgate.plain_names import capitalised
from headgate.reports.rule_words import state_words
from headgate.wiring import operations, stores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.api.lake_ports import LakePorts
    from headgate.aws.alarms import RaisedAlarm
    from headgate.aws.sqs import Depth
    from headgate.lake.ports import FileRecord
    from headgate.reports.alerts import Alert
    from headgate.runs.start_or_postpone import Execution

HEALTHY = ("healthy", "unknown")  # unknown: nothing was received or run yet
CORRECTED = "corrected"
MAX_DECISIONS = 1000
_NEXT_STEPS = {
    "failed": "headgate files --state failed",
    "rejected": "headgate files --state rejected",
    "needs_mapping": "headgate files --state needs_mapping",
    "dead letters": "headgate dlq list",
}


@dataclass(frozen=True)
class Check:
    """A check of the lake's health; `state` is healthy, unknown, degraded or failed."""

    name: str
    state: str
    message: str


@dataclass(frozen=True)
class Status:
    """The state of a lake.

    Attributes:
        state: the worst of the checks; at least degraded with a dead letter or a raised alarm.
        last_run: name, state, start and problems of the newest run; empty before the first.
        datasets_not_merged, failed_stages: reasons of unsolved problems; the newest run that tried a stage
            decides.
        runs_with_problems: the runs with these problems, newest first.
        data_as_of: last day of the data in the newest snapshot, ISO 8601; empty before the first run.
        data_age_hours: since the newest file was received; None before the first.
        files: recent files by state; `corrected` files are settled by a later version of the same key.
        quarantined_rows: rejected rows of these files without a later version or a correction.
        pending_messages: messages in the queues and in flight.
        alarms: raised alarms with start and description.
        alerts: figures above their limits that nobody has acknowledged, with what to do.
    """

    state: str
    checks: tuple[Check, ...]
    last_run: Mapping[str, object]
    datasets_not_merged: Mapping[str, str]
    failed_stages: Mapping[str, str]
    runs_with_problems: tuple[str, ...]
    data_as_of: str
    data_age_hours: float | None
    files: Mapping[str, int]
    quarantined_rows: int
    pending_messages: int
    dead_letters: int
    alarms: tuple[Mapping[str, str], ...]
    alerts: tuple[Mapping[str, str], ...]

    @property
    def healthy(self) -> bool:
        """Whether nobody needs to act."""
        return self.state in HEALTHY


@click.command(epilog=options.example("headgate status"))
@click.option(
    "--days", type=click.IntRange(1, 90), default=7, show_default=True, help="Days of the counted files."
)
@options.as_json
@options.deployment
def status(days: int) -> None:
    """Show the state of the lake: health, last run, age of the data, files, dead letters, alarms, alerts.

    For each stage, the newest of the last 20 runs that tried it decides. Exits with 3 if somebody needs to
    act.
    """
    from headgate.api.deployed_lake import DeployedLake

    deployed = command_deployment.activate()
    raised = operations.alarms().raised(sorted(deployed.names("alarms")))
    lake = DeployedLake(deployed.environment)
    alerts = open_alerts(lake, stores.queries(deployed.environment))
    now = status_of(lake, queue_depths(deployed), raised, days, alerts)
    options.show(asdict(now), lambda: _screen(now, days))
    options.finish(complete=now.healthy)


def open_alerts(lake: LakePorts, queries: Any) -> list[Alert]:  # noqa: ANN401 Athena's adapter or its twin
    """Return the alerts of figures that nobody has acknowledged, as the console lists them."""
    from headgate.api.operations import decisions
    from headgate.reports.alerts import QUEUE, raised_figures, unacknowledged
    from headgate.systems.dashboards import dashboards_of

    figures = raised_figures(queries, dashboards_of(lake.systems, lake.pushed_dashboards).values())
    return unacknowledged(figures, decisions.newest(lake, QUEUE, MAX_DECISIONS).decisions) if figures else []


def status_of(
    lake: LakePorts,
    depths: Mapping[str, Depth],
    raised: Sequence[RaisedAlarm],
    days: int,
    alerts: Sequence[Alert] = (),
) -> Status:
    """Return the state of a lake.

    Args:
        depths: of the queues by name; dead-letter queues end in `DEAD_LETTERS`.
        raised: the raised alarms.
        alerts: the open alerts of figures.
    """
    from headgate.api.files.corrected_values import correction_outcomes
    from headgate.api.operations.health import health_of
    from headgate.api.operations.run_problems import MAX_RUNS, problems_of, unsolved_problems

    runs = lake.runs.newest(MAX_RUNS)
    unsolved = unsolved_problems(lake, runs)
    health, records = health_of(lake), list(received_since(lake.files, lake.now() - timedelta(days=days)))
    messages = {name: depth.waiting + depth.in_flight for name, depth in depths.items()}
    dead = sum(count for name, count in messages.items() if name.endswith(DEAD_LETTERS))
    state = "degraded" if health.state in HEALTHY and (dead or raised or alerts) else str(health.state)
    newest = lake.files.newest(1, where=FileFilter()).records
    past = History.of(records)
    age = lake.now() - datetime.fromisoformat(newest[0].received_at) if newest else None
    return Status(
        state=state,
        checks=tuple(Check(check.name, check.state, check.message) for check in health.checks),
        last_run=_run(runs[0], has_problems=problems_of(lake, runs[:1])[runs[0].name].exist) if runs else {},
        datasets_not_merged={
            name: why for problems in unsolved.values() for name, why in problems.datasets_not_merged.items()
        },
        failed_stages={
            name: why for problems in unsolved.values() for name, why in problems.failed_stages.items()
        },
        runs_with_problems=tuple(unsolved),
        data_as_of=health.as_of,
        data_age_hours=round(age.total_seconds() / 3600, 1) if age else None,
        files=dict(sorted(Counter(_shown_state(record, past) for record in records).items())),
        quarantined_rows=_open_rows(records, past, correction_outcomes(lake).replaced_rows(records)),
        pending_messages=sum(messages.values()) - dead,
        dead_letters=dead,
        alarms=tuple(
            {"name": alarm.name, "since": screens.utc_time(alarm.since), "description": alarm.description}
            for alarm in raised
        ),
        alerts=tuple(
            {"name": alert.name, "message": alert.message, "remedy": alert.remedy} for alert in alerts
        ),
    )


def _shown_state(record: FileRecord, past: History) -> str:
    stopped = record.state in {*NOT_ACCEPTED, FileState.FAILED}
    return CORRECTED if stopped and past.is_settled(record) else record.state.value


def _open_rows(
    records: Sequence[FileRecord], past: History, corrected: Mapping[str, Mapping[str, int]]
) -> int:
    """Return the number of rejected rows without a later version of their file or a correction."""
    open_records = (record for record in records if not past.is_settled(record))
    return sum(
        max(0, record.quarantined - sum(corrected.get(record.file_id, {}).values()))
        for record in open_records
    )


def _run(execution: Execution, *, has_problems: bool) -> dict[str, object]:
    times = {"started_at": screens.utc_time(execution.started_at), "seconds": execution.seconds}
    return {"name": execution.name, "state": execution.status.lower(), **times, "has_problems": has_problems}


def _ago(hours: float) -> str:
    """Return an age in its largest unit.

    >>> _ago(0.2), _ago(1.0), _ago(50.4)
    ('12 minutes', '1 hour', '2 days')
    """
    for size, unit in ((24.0, "day"), (1.0, "hour"), (1 / 60, "minute")):
        if (many := int(hours / size + 1e-9)) >= 1:
            return f"{many} {unit}{'s' if many > 1 else ''}"
    return "less than a minute"


def _screen(now: Status, days: int) -> RenderableType:
    table = screens.screen_table("what", "state", "details", title=headline(now))
    for check in now.checks:
        table.add_row(check.name, state_words(check.state), check.message)
    run = "There was no run yet."
    if now.last_run:
        start = screens.shown_time(str(now.last_run["started_at"]))
        run = f"Started {start} UTC. `headgate runs show {now.last_run['name']}` shows its stages."
    has_problems = bool(now.last_run.get("has_problems"))
    table.add_row("last run", run_state(str(now.last_run.get("state", "")), has_problems=has_problems), run)
    for dataset, why in sorted(now.datasets_not_merged.items()):
        table.add_row("not merged", dataset, why)
    for stage, why in sorted(now.failed_stages.items()):
        table.add_row("failed stage", stage, why)
    age = "No file was received yet."
    if now.data_age_hours is not None:
        age = f"The newest file arrived {_ago(now.data_age_hours)} ago."
    table.add_row("data", "", f"{age} Tables are as of {now.data_as_of or 'no day yet'}.")
    files = ", ".join(f"{count:,} {state}" for state, count in now.files.items()) or "none"
    table.add_row(f"files, {days} days", "", f"{files}; {now.quarantined_rows:,} rows in quarantine")
    messages = (
        f"{now.pending_messages:,} message{'s' * (now.pending_messages != 1)} pending, "
        f"{now.dead_letters:,} dead letter{'s' * (now.dead_letters != 1)}"
    )
    table.add_row("queues", "", messages)
    for alarm in now.alarms:
        since = f"{alarm['name']} since {screens.shown_time(alarm['since'])} UTC"
        table.add_row("alarm", "raised", f"{since}. {alarm['description']}")
    for alert in now.alerts:
        words = f"{alert['message']} {alert['remedy']}".strip()
        table.add_row("alert", "open", f"{capitalised(alert['name'].replace('_', ' '))}: {words}")
    return Group(table, *(f"Next: `{command}`" for command in next_commands(now)))


def headline(now: Status) -> str:
    """Return the state of the lake in words: failures, and checks that need a look."""
    failed = [check.name for check in now.checks if check.state == "failed"]
    looks = [check.name for check in now.checks if check.state == "degraded"]
    looks += ["dead letters"] if now.dead_letters else []
    looks += ["alarms"] if now.alarms else []
    looks += ["alerts"] if now.alerts else []
    if failed:
        more = f"; {', '.join(looks)} {_need(looks)} a look" if looks else ""
        return f"Failed: {', '.join(failed)}{more}"
    if looks:
        return f"Nothing failed; {', '.join(looks)} {_need(looks)} a look"
    return "Nothing has been received yet" if now.state == "unknown" else "Everything works"


def _need(names: Sequence[str]) -> str:
    is_one = len(names) == 1 and not names[0].endswith("s")
    return "needs" if is_one else "need"


def next_commands(now: Status) -> list[str]:
    """Return the commands that show the problems."""
    stopped = {state.value for state in (*NOT_ACCEPTED, FileState.FAILED)} & set(now.files)
    wanted = {*stopped, *(["dead letters"] if now.dead_letters else [])}
    commands = [command for what, command in _NEXT_STEPS.items() if what in wanted]
    has_failed = now.last_run.get("state", "") in {"failed", "timed_out", "aborted"}
    runs = dict.fromkeys([*([now.last_run["name"]] if has_failed else []), *now.runs_with_problems])
    return [*(f"headgate runs show {name}" for name in runs), *commands]
