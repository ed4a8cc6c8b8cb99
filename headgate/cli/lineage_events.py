"""Choose the OpenLineage events of a lake, and send them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from headgate.errors import NotFoundError, ServiceError
from headgate.lake import keys
from headgate.lineage.openlineage import Event, table_of_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from headgate.api.lake_ports import LakePorts
    from headgate.lineage.receiver import EventAnswer, LineageReceiver
    from headgate.systems.table_events import TableEvents


def current_events(lake: LakePorts, tables: TableEvents, names: Sequence[str]) -> list[Event]:
    """Return the events of the current versions of tables; without names, of all built tables."""
    every = [
        *sorted(lake.contracts.source),
        *(name for name, contract in sorted(lake.contracts.prod.items()) if contract.system in lake.systems),
    ]
    events, without, now = list[Event](), list[str](), lake.now()
    for name in names or every:
        database = lake.databases.curated if name in lake.contracts.source else lake.databases.prod
        try:
            events.append(tables.event(lake.catalog.current(database, name), now))
        except NotFoundError:
            if names:
                raise
            without.append(name)
    if not events:
        raise NotFoundError("No table was built yet. `headgate run` builds the tables.")
    if without:
        click.echo(
            f"Without an event (not built yet, or the snapshot was deleted): {', '.join(without)}.", err=True
        )
    return events


def written_events(lake: LakePorts, day: date, names: Sequence[str]) -> list[Event]:
    """Return the events that runs wrote on a day, oldest first; without names, of all tables."""
    bucket = lake.bucket("artifacts")
    listed = lake.objects.list(bucket, keys.lineage_events_prefix(day))
    events: list[Event] = [json.loads(lake.objects.read(item.ref)) for item in listed]
    wanted = [event for event in events if not names or table_of_event(event) in names]
    if not wanted:
        of = f" of {', '.join(names)}" if names else ""
        raise NotFoundError(
            f"No run wrote an event{of} on {day.isoformat()}. `headgate runs` lists the runs."
        )
    return sorted(wanted, key=lambda event: (event["eventTime"], event["run"]["runId"]))


def send_all(receiver: LineageReceiver, events: Sequence[Event]) -> list[EventAnswer]:
    """Post the events, and return the server's answers."""
    sent: list[EventAnswer] = []
    for event in events:
        try:
            sent.append(receiver.send(event))
        except ServiceError as error:
            accepted = sum(not answer.error for answer in sent)
            raise ServiceError(
                f"{error} {accepted} of {len(events)} events were accepted; sending all again is safe."
            ) from None
    return sent
