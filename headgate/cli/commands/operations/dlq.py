from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from headgate.aws.events import created_objects
from headgate.cli import command_deployment, options
from headgate.cli.commands.operations.queue import QUEUES
from headgate.cli.rendering import screens
from headgate.masking.redaction import redact_text
from headgate.wiring import operations, stores

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.table import Table

    from headgate.aws.sqs import Letter
    from headgate.lake.ports import FileRecord

MAX_LETTERS = 1000


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter with a redacted key.

    Attributes:
        state, error: of the file's newest record; empty if there is none.
    """

    message_id: str
    queue: str
    sent_at: str
    receives: int
    file: str
    state: str = ""
    error: str = ""
    remedy: str = ""


@click.group()
def dlq() -> None:
    """List, explain and redrive dead letters: messages that failed too often."""


@dlq.command("list", epilog=options.example("headgate dlq list"))
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_LETTERS),
    default=100,
    show_default=True,
    help="Largest number of each queue, oldest first.",
)
@options.as_json
@options.deployment
def list_(limit: int) -> None:
    """List the dead letters of both queues with their file, its state and its error."""
    letters = _letters(command_deployment.activate(), limit)
    options.show([vars(letter) for letter in letters], lambda: _table(letters))


@dlq.command(epilog=options.example("headgate dlq show 5fea7756-0ea4-451a-a703-a558b933e274"))
@click.argument("message_id")
@options.as_json
@options.deployment
def show(message_id: str) -> None:
    """Show one dead letter: its file, why the file failed, and what to do."""
    for letter in _letters(command_deployment.activate(), MAX_LETTERS):
        if letter.message_id == message_id:
            break
    else:
        problem = f"No dead letter has the id {screens.safe_name(message_id)}."
        raise click.ClickException(f"{problem} `headgate dlq list` lists the dead letters.")
    options.show(vars(letter), lambda: _details(letter))


@dlq.command(epilog=options.example("headgate dlq redrive --yes"))
@click.option(
    "--queue",
    "name",
    type=click.Choice(list(QUEUES)),
    default="raw_events",
    show_default=True,
    help="Queue of the dead letters.",
)
@options.yes
@options.as_json
@options.deployment
def redrive(name: str, yes: bool) -> None:
    """Move all messages of a dead-letter queue back to its queue.

    Fix the cause first: a message that fails again becomes a dead letter again. An accepted file is not
    accepted twice.
    """
    deployed = command_deployment.activate()
    url = deployed.output(f"{QUEUES[name]}_dead_letter_queue_url")
    waiting = operations.queues().depth(url).waiting
    if waiting and not yes:
        click.confirm(f"Redrive {waiting} messages?", abort=True, err=True)
    moved = operations.queues().redrive(url, deployed.output(f"{QUEUES[name]}_queue_url")) if waiting else 0
    options.show({"redriven": moved}, lambda: f"{moved} messages redriven.")


def _letters(deployed: command_deployment.Deployment, limit: int) -> list[DeadLetter]:
    newest = newest_records(stores.ledger(deployed.environment).records())
    return [
        described(letter, name, newest)
        for name, of in QUEUES.items()
        for letter in operations.queues().look(deployed.output(f"{of}_dead_letter_queue_url"), limit)
    ]


def newest_records(records: Iterable[FileRecord]) -> dict[tuple[str, str], FileRecord]:
    """Return the newest record of each object, by bucket and key."""
    return {
        (record.bucket, record.key): record
        for record in sorted(records, key=lambda record: record.received_at)
    }


def described(letter: Letter, queue: str, newest: Mapping[tuple[str, str], FileRecord]) -> DeadLetter:
    """Return a message without its body, but with the redacted key of its object."""
    try:
        ref = next(iter(created_objects(letter.body)), None)
    except ValueError:
        ref = None
    record = newest.get((ref.bucket, ref.key)) if ref else None
    error = record.error if record else {}
    return DeadLetter(
        message_id=letter.message_id,
        queue=queue,
        sent_at=letter.sent_at.isoformat(timespec="seconds"),
        receives=letter.receives,
        file=redact_text(ref.key) if ref else "",
        state=str(record.state) if record else "",
        error=redact_text(error.get("message", "")),
        remedy=redact_text(error.get("remedy", "")),
    )


def _table(letters: Sequence[DeadLetter]) -> Table | str:
    if not letters:
        return "There are no dead letters."
    columns = {"id": "message_id", "queue": "queue", "sent at, UTC": "sent_at"}
    return screens.fact_table(
        map(vars, letters), columns | {name: name for name in ("file", "state", "error")}
    )


def _details(letter: DeadLetter) -> Table:
    table = screens.screen_table("what", "value")
    for name, value in vars(letter).items():
        table.add_row(name, str(value))
    logs = "`headgate logs --level error` shows the errors of the function."
    table.add_row("next", f"Fix the cause, then `headgate dlq redrive`. {logs}")
    return table
