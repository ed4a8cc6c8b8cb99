"""Watermarks: an incremental run exports the rows that changed since the previous run, with an overlap."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from headgate.errors import ContractError
from headgate.export.planning.slicing import EVERYTHING
from headgate.export.requests import Mode
from headgate.export.server.key_columns import KeyColumn
from headgate.export.server.source_tables import INTEGERS, SourceTable
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Contract
    from headgate.export.server.source import Session

MODE_PROPERTY, ORDER_BY_PROPERTY = "headgate.export", "headgate.orderBy"
_MOMENTS = {"datetime", "timestamp", "timestamptz", "date"}
_NUMBERS = INTEGERS | {"decimal", "numeric"}

# Transactions commit automatic keys in another order than they get them, so the newest ones are searched for
# gaps.
UNSETTLED_IDS = 100_000
# The minimum overlap of numeric watermarks, which may be counters or epoch times.
OVERLAP_NUMBERS = 10_000
# Epoch times with more than this many digits, and their units per second.
_UNITS = ((18, 10**9), (15, 10**6), (12, 10**3), (0, 1))
# MySQL's first supported date; earlier ones are invalid. Source:
# https://dev.mysql.com/doc/refman/8.4/en/datetime.html
_FIRST_DATE = "1000-01-01"
_FIRST_YEAR = 1000
_DAY_S = 86_400


@dataclass(frozen=True)
class WatermarkColumn(KeyColumn):
    """A column whose value grows when a row changes; `automatic` for auto-increment columns."""

    automatic: bool = False


@dataclass(frozen=True)
class Bound:
    """The bounds of a run in one watermark column, as SQL literals.

    Attributes:
        after: the start, None for the beginning; inclusive only for times without an overlap.
        up_to: the end, inclusive.
        overlap_s: moves the start back, because transactions commit later than they stamp their rows.
        reach_back: the overlap of a numeric column, in its own unit.
        besides: the condition of rows with unusable watermarks, such as future ones; every run exports them.
        settled: the start of the next run if before `up_to`, because open transactions may have later values.
        name_at_source: the server's spelling of the column; empty if equal to `column`.
    """

    column: str
    after: str | None
    up_to: str | None
    overlap_s: int = 0
    reach_back: int = 0
    besides: str = ""
    settled: str | None = None
    dialect: SqlDialect = SqlDialect.MYSQL
    name_at_source: str = ""

    @property
    def reached(self) -> str | None:
        """The start of the next run."""
        return self.settled or self.up_to

    def where(self) -> str:
        """Return the SQL condition of the rows within the bounds.

        Every run exports rows without a watermark, because they may have changed.
        """
        name = self.dialect.quoted(self.name_at_source or self.column)
        if self.up_to is None:
            return EVERYTHING
        others = " OR ".join([f"{name} IS NULL", *([self.besides] if self.besides else [])])
        if self.after is None:
            return f"({name} <= {self.up_to} OR {others})"
        return f"({name} {self._from(self.after)} AND {name} <= {self.up_to} OR {others})"

    def _from(self, after: str) -> str:
        if self.reach_back:
            return f"> {int(Decimal(after)) - self.reach_back}"
        if self.overlap_s:
            return f"> {after} - INTERVAL '{self.overlap_s}' SECOND"
        # Rows may be stamped with the watermark's second after the previous run; a number is given only once.
        return f">= {after}" if after.startswith("'") else f"> {after}"


@dataclass(frozen=True)
class Reached:
    """The position that a published run reached: SQL literals per watermark column, and the source's time."""

    run: str
    columns: dict[str, str | None]
    taken_at: str = ""


@dataclass(frozen=True)
class Watermark:
    """The positions of a table's last two runs; `before` is used if the last run is published again."""

    last: Reached
    before: Reached | None = None

    def start_of(self, run: str) -> Reached | None:
        """Return the position where a run starts: the end of the previous run."""
        return self.before if self.last.run == run else self.last

    def to_json(self) -> str:
        """Return the watermark as JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Watermark:
        """Return the watermark from its JSON."""
        read = json.loads(text)
        return cls(Reached(**read["last"]), Reached(**read["before"]) if read["before"] else None)


def mode_of(contract: Contract | None, requested: Mode) -> Mode:
    """Return the mode of a table in a run: full if its contract says so, else the requested mode."""
    mode = contract.properties.get(MODE_PROPERTY) if contract else None
    if mode not in {None, Mode.FULL}:
        raise ContractError(f"{contract.id if contract else ''}: {MODE_PROPERTY} may only be {Mode.FULL}")
    return Mode.FULL if mode else requested


def watermark_columns(table: SourceTable, contract: Contract | None) -> tuple[WatermarkColumn, ...]:
    """Return the watermark columns: the contract's order columns, else an auto-increment key, else none."""
    present = {column.name: column for column in table.columns}
    ordered = contract.order_by if contract else ()
    names = [name for name in ordered if name in present and present[name].kind in _MOMENTS | _NUMBERS]
    if not names:
        names = _growing_key(table)
    return tuple(
        WatermarkColumn(
            item.name, item.kind, item.charset, table.dialect, item.name_at_source, automatic=item.automatic
        )
        for item in (present[name] for name in names)
    )


def _growing_key(table: SourceTable) -> list[str]:
    """Return the primary key if it is one auto-increment column, else nothing."""
    keys = [index.columns for index in table.unique if index.name == "PRIMARY"]
    fit = len(keys) == 1 and len(keys[0]) == 1 and table.column(keys[0][0]).automatic
    return list(keys[0]) if fit else []


def bounds(
    session: Session, table: str, columns: Sequence[WatermarkColumn], since: Reached | None, overlap_s: int
) -> tuple[Bound, ...]:
    """Return a run's bounds: from the last published run to the newest value in the session's snapshot."""
    bounds_of_columns = []
    for column in columns:
        after = since.columns.get(column.name) if since else None
        bound = _bound_of_moments if column.kind in _MOMENTS else _bound_of_numbers
        bounds_of_columns.append(
            replace(
                bound(session, table, column, after, overlap_s),
                dialect=column.dialect,
                name_at_source=column.name_at_source,
            )
        )
    return tuple(bounds_of_columns)


def _bound_of_moments(
    session: Session, table: str, column: WatermarkColumn, after: str | None, overlap_s: int
) -> Bound:
    """Return bounds that end at the server's clock, because a future timestamp would hide later rows."""
    name, clock = column.quoted, str(session.value(f"SELECT {column.dialect.clock}"))
    newest, besides = _newest(session, table, column), f"{name} < '{_FIRST_DATE}'"
    if newest and newest > clock:
        newest, besides = (
            _newest(session, table, column, f"{name} <= '{clock}'"),
            f"{besides} OR {name} > '{clock}'",
        )
    if newest is None or not _on_calendar(newest):
        return Bound(column.name, after, None)
    start = _moment_in(after)
    # A watermark in the future, or after the table's newest value (a restored table), is not usable.
    continues = _on_calendar(start, overlap_s) and start <= newest
    overlap = overlap_s + (_DAY_S if column.kind == "date" else 0)  # rows get today's date until midnight
    start_literal = after if continues else None
    return Bound(column.name, start_literal, column.literal(newest), overlap, besides=besides)


def _moment_in(literal: str | None) -> str:
    """Return the text between a literal's quotes, or the unquoted literal."""
    return (literal or "").split("'")[1] if "'" in (literal or "") else literal or ""


def _bound_of_numbers(
    session: Session, table: str, column: WatermarkColumn, after: str | None, overlap_s: int
) -> Bound:
    newest = _newest(session, table, column)
    if newest is None:
        return Bound(column.name, after, None)
    # A newest value below the watermark means that the table was emptied or restored, and may reuse numbers.
    continues = after is not None and "'" not in after and Decimal(after) <= Decimal(newest)
    start, up_to = after if continues else None, column.literal(newest)
    if column.automatic:
        return Bound(column.name, start, up_to, settled=str(_settled(session, table, column, int(newest))))
    per_second = next(units for digits, units in _UNITS if len(str(abs(int(Decimal(newest))))) > digits)
    return Bound(column.name, start, up_to, reach_back=max(OVERLAP_NUMBERS, overlap_s * per_second))


def _newest(session: Session, table: str, column: WatermarkColumn, where: str = EVERYTHING) -> str | None:
    dialect = column.dialect
    name = f"{column.quoted} AT TIME ZONE 'UTC'" if column.kind == "timestamptz" else column.quoted
    query = f"SELECT {dialect.text(f'MAX({name})')} FROM {dialect.quoted(table)} WHERE {where}"  # noqa: S608 quoted names, own literals
    newest = session.value(query)
    return None if newest is None else str(newest)


def _on_calendar(text: str, back_s: int = 0) -> bool:
    """Return whether a time, and the time `back_s` before it, are valid dates for SQL conditions."""
    try:
        return (
            datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(seconds=back_s)
        ).year >= _FIRST_YEAR
    except (ValueError, OverflowError):
        return False


def _settled(session: Session, table: str, column: WatermarkColumn, newest: int) -> int:
    """Return the id before the first gap in the newest ids, which an open transaction may fill."""
    name = column.quoted

    def is_complete(low: int, high: int) -> bool:
        query = (
            f"SELECT COUNT(*) FROM {column.dialect.quoted(table)} WHERE {name} > {low} AND {name} <= {high}"  # noqa: S608 quoted names, numbers
        )
        return int(session.value(query)) == high - low

    settled, missing = max(newest - UNSETTLED_IDS, 0), newest
    if newest <= settled or is_complete(settled, newest):
        return newest
    while missing - settled > 1:
        middle = (settled + missing) // 2
        settled, missing = (middle, missing) if is_complete(settled, middle) else (settled, middle)
    return settled


def changed_rows_sql(limits: Sequence[Bound]) -> str:
    """Return the SQL condition that any watermark column is within its bounds; all rows if there are none."""
    if not limits:
        return EVERYTHING
    return "(" + " OR ".join(limit.where() for limit in limits) + ")"
