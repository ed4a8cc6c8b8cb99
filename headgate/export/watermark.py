"""Which rows an incremental run takes: those that changed since the run before, with an overlap."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from headgate.export.session import quoted
from headgate.export.slicing import EVERYTHING, KeyColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Contract
    from headgate.export.session import Session
    from headgate.export.source import SourceTable

_MOMENTS = {"datetime", "timestamp", "date"}
_NUMBERS = {"tinyint", "smallint", "mediumint", "int", "bigint", "decimal"}


@dataclass(frozen=True)
class Bound:
    """From (not included, None for the beginning) and to (included) of one watermark column, as SQL literals.

    `overlap_s` moves the beginning back: transactions commit later than they stamp their rows.
    """

    column: str
    after: str | None
    up_to: str | None
    overlap_s: int = 0

    def where(self) -> str:
        """The SQL condition; a row without a watermark comes with every run, since nobody can say that it did not change."""
        name = quoted(self.column)
        if self.up_to is None:
            return EVERYTHING
        if self.after is None:
            return f"({name} <= {self.up_to} OR {name} IS NULL)"
        start = f"{self.after} - INTERVAL {self.overlap_s} SECOND" if self.overlap_s else self.after
        return f"({name} > {start} AND {name} <= {self.up_to} OR {name} IS NULL)"


@dataclass(frozen=True)
class Reached:
    """A run that has landed, and each watermark column's last value in it, as a literal."""

    run: str
    columns: dict[str, str | None]


@dataclass(frozen=True)
class Watermark:
    """How far a table has landed, and how far it had before, for a run that has to land again."""

    last: Reached
    before: Reached | None = None

    def seen_by(self, run: str) -> Reached | None:
        """Where a run goes on from: where the run before it ended."""
        return self.before if self.last.run == run else self.last

    def to_json(self) -> str:
        """The text in which it is kept."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Watermark:
        """The watermark that the text states."""
        read = json.loads(text)
        return cls(Reached(**read["last"]), Reached(**read["before"]) if read["before"] else None)


def watermark_columns(table: SourceTable, contract: Contract | None) -> tuple[KeyColumn, ...]:
    """The columns whose values only grow when a row changes: the contract's order columns, else an automatic primary key, else none."""
    present = {column.name: column for column in table.columns}
    ordered = contract.order_by if contract else ()
    names = [name for name in ordered if name in present and present[name].kind in _MOMENTS | _NUMBERS]
    if not names:
        names = _growing_key(table)
    return tuple(KeyColumn(name, present[name].kind, present[name].charset) for name in names)


def _growing_key(table: SourceTable) -> list[str]:
    """The single automatic integer key, whose new rows are always greater."""
    keys = [index.columns for index in table.unique if index.name == "PRIMARY"]
    fit = len(keys) == 1 and len(keys[0]) == 1 and "auto_increment" in table.column(keys[0][0]).extra
    return list(keys[0]) if fit else []


def bounds(session: Session, table: str, columns: Sequence[KeyColumn], since: Reached | None, overlap_s: int) -> tuple[Bound, ...]:
    """The bounds of a run from what landed before up to the newest value that the session's snapshot shows."""
    found = []
    for column in columns:
        newest = session.value(f"SELECT CAST(MAX({quoted(column.name)}) AS CHAR) FROM {quoted(table)}")  # noqa: S608 quoted names
        up_to = None if newest is None else column.literal(str(newest))
        overlap = overlap_s if column.kind in _MOMENTS else 0
        found.append(Bound(column.name, since.columns.get(column.name) if since else None, up_to, overlap))
    return tuple(found)


def changed(limits: Sequence[Bound]) -> str:
    """The SQL condition that any of the columns is within its bounds; everything when there are none."""
    if not limits:
        return EVERYTHING
    return "(" + " OR ".join(limit.where() for limit in limits) + ")"
