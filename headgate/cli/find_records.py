from __future__ import annotations

from typing import TYPE_CHECKING

import click

from headgate.cli.rendering import screens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.lake.ports import FileRecord


def find_records(records: Iterable[FileRecord], name: str) -> list[FileRecord]:
    """Return the records with this file id or key in raw, newest first.

    The ledger stores keys without card numbers, so a key is looked up in this form, too.
    """
    from headgate.intake.quarantine.list_quarantine import records_named

    every = list(records)
    return records_named(every, name) or records_named(every, screens.safe_name(name))


def find_record(records: Iterable[FileRecord], name: str, *, listed_by: str = "headgate files") -> FileRecord:
    """Return the record with the rows of a file id or key, with a note about later, skipped copies."""
    from headgate.intake.quarantine.list_quarantine import count_skipped_copies, find_current

    every = list(records)
    record = find_current(every, name) or find_current(every, screens.safe_name(name))
    if not record:
        raise click.ClickException(
            f"There is no record of a file {screens.safe_name(name)}. `{listed_by}` lists ids and keys."
        )
    if name != record.file_id and (copies := count_skipped_copies(every, record)):
        later = (
            f"{copies:,} later copies of this file were" if copies > 1 else "A later copy of this file was"
        )
        click.echo(f"{later} skipped as duplicates. `headgate files` lists all copies.", err=True)
    return record
