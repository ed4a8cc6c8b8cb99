"""The watermark: an incremental run takes the rows that changed since the run before, with an overlap."""

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
from headgate.export.server.source_tables import INTEGERS
from headgate.export.server.sql_dialect import SqlDialect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Contract
    from headgate.export.server.source import Session
    from headgate.export.server.source_tables import SourceColumn, SourceTable

MODE_PROPERTY, ORDER_BY_PROPERTY = "headgate.export", "headgate.orderBy"
_MOMENTS = {"datetime", "timestamp", "timestamptz", "date"}
_NUMBERS = INTEGERS | {"decimal", "numeric"}

# Automatic keys are given in one order and committed in another: so many of the newest are looked through for
# any still missing.
UNSETTLED_IDS = 100_000
# A contract's numbers may be counters, or moments since 1970: so far an incremental run reaches back, or by
# `overlap_s` if that is more.
OVERLAP_NUMBERS = 10_000
# Digits that moments since 1970 have in milli-, micro- and nanoseconds, and how many of these make a second.
_UNITS = ((18, 10**9), (15, 10**6), (12, 10**3), (0, 1))
# MySQL's first supported date: https://dev.mysql.com/doc/refman/8.4/en/datetime.html. Only impossible ones
# lie before it.
_FIRST_DATE = "1000-01-01"
_FIRST_YEAR = 1000
_DAY_S = 86_400


@dataclass(frozen=True)
class WatermarkColumn(KeyColumn):
    """A column whose values only grow when a row changes.

    `automatic` when the server itself gives them, one after the other.
    """

    automatic: bool = False


@dataclass(frozen=True)
class Bound:
    """From (None for the beginning; included for moments without an overlap) and to (included) of one
    watermark column, as SQL literals.

    Attributes:
        overlap_s: moves the beginning back: transactions commit later than they stamp their rows.
        reach_back: the same for numbers, in their own unit.
        besides: the condition of rows whose watermark says nothing, such as one in the future; they come with
            every run.
        settled: where the next run starts when that is before `up_to`: open transactions may still hold
            values after it.
        name_at_source: the server's spelling of the column, empty for that of `column`.
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
        """Where the next run starts."""
        return self.settled or self.up_to

    def where(self) -> str:
        """Return the SQL condition.

        A row without a watermark comes with every run, since nobody can say that it did not change.
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
        # Rows may still get the watermark's own second after the run before has read; a number is given once.
        return f">= {after}" if after.startswith("'") else f"> {after}"


@dataclass(frozen=True)
class Reached:
    """A landed run, with the literal of each watermark column's last value and the source's moment."""

    run: str
    columns: dict[str, str | None]
    taken_at: str = ""


@dataclass(frozen=True)
class Watermark:
    """How far a table has landed, and how far it had before, for a run that has to land again."""

    last: Reached
    before: Reached | None = None

    def seen_by(self, run: str) -> Reached | None:
        """Return where a run starts: where the previous run ended."""
        return self.before if self.last.run == run else self.last

    def to_json(self) -> str:
        """Return the text in which it is kept."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Watermark:
        """Return the watermark that the text states."""
        read = json.loads(text)
        return cls(Reached(**read["last"]), Reached(**read["before"]) if read["before"] else None)


def mode_of(contract: Contract | None, asked: Mode) -> Mode:
    """Return how a table is taken in a run: as asked, but for tables that their contract wants in full every
    time.

    Raises:
        ContractError: the contract says something else.
    """
    mode = contract.properties.get(MODE_PROPERTY) if contract else None
    if mode is None:
        return asked
    if mode != Mode.FULL:
        raise ContractError(f"{contract.id if contract else ''}: {MODE_PROPERTY} may only be {Mode.FULL}")
    return Mode.FULL


def watermark_columns(table: SourceTable, contract: Contract | None) -> tuple[WatermarkColumn, ...]:
    """Return the columns that only grow: the contract's order columns, else an automatic key, else none."""
    present = {column.name: column for column in table.columns}
    ordered = contract.order_by if contract else ()
    names = [name for name in ordered if name in present and present[name].kind in _MOMENTS | _NUMBERS]
    if not names:
        names = _growing_key(table)
    return tuple(_watermark_column(present[name], table.dialect) for name in names)


def _watermark_column(column: SourceColumn, dialect: SqlDialect) -> WatermarkColumn:
    return WatermarkColumn(
        column.name,
        column.kind,
        column.charset,
        dialect,
        column.name_at_source,
        automatic=column.automatic,
    )


def _growing_key(table: SourceTable) -> list[str]:
    """Return the single automatic integer key, whose new rows are always greater."""
    keys = [index.columns for index in table.unique if index.name == "PRIMARY"]
    fit = len(keys) == 1 and len(keys[0]) == 1 and table.column(keys[0][0]).automatic
    return list(keys[0]) if fit else []


def bounds(
    session: Session, table: str, columns: Sequence[WatermarkColumn], since: Reached | None, overlap_s: int
) -> tuple[Bound, ...]:
    """Return a run's bounds: from the last landed run to the newest value in the session's snapshot."""
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
    """Return a bound up to the server's clock: a row stamped in the future would hide later rows."""
    name, clock = column.quoted, str(session.value(f"SELECT {column.dialect.clock}"))
    newest, besides = _newest(session, table, column), f"{name} < '{_FIRST_DATE}'"
    if newest and newest > clock:
        newest, besides = (
            _newest(session, table, column, f"{name} <= '{clock}'"),
            f"{besides} OR {name} > '{clock}'",
        )
    if newest is None or not _on_calendar(newest):
        return Bound(column.name, after, None)
    begun = _moment_in(after)
    # What landed is not known to be all before a moment that is still to come, nor when the table has gone
    # back behind it.
    continues = _on_calendar(begun, overlap_s) and begun <= newest
    overlap = overlap_s + (_DAY_S if column.kind == "date" else 0)  # a day is stamped on rows until it ends
    return Bound(
        column.name,
        after if continues else None,
        column.literal(newest),
        overlap,
        besides=besides,
    )


def _moment_in(literal: str | None) -> str:
    """Return the text between a literal's quotes; the literal itself where it has none."""
    return (literal or "").split("'")[1] if "'" in (literal or "") else literal or ""


def _bound_of_numbers(
    session: Session, table: str, column: WatermarkColumn, after: str | None, overlap_s: int
) -> Bound:
    newest = _newest(session, table, column)
    if newest is None:
        return Bound(column.name, after, None)
    # Below what landed the table was emptied, or restored, and may give its numbers again.
    continues = after is not None and "'" not in after and Decimal(after) <= Decimal(newest)
    begun, up_to = after if continues else None, column.literal(newest)
    if column.automatic:
        return Bound(
            column.name,
            begun,
            up_to,
            settled=str(_settled(session, table, column, int(newest))),
        )
    second = next(many for digits, many in _UNITS if len(str(abs(int(Decimal(newest))))) > digits)
    return Bound(column.name, begun, up_to, reach_back=max(OVERLAP_NUMBERS, overlap_s * second))


def _newest(session: Session, table: str, column: WatermarkColumn, where: str = EVERYTHING) -> str | None:
    dialect = column.dialect
    name = f"{column.quoted} AT TIME ZONE 'UTC'" if column.kind == "timestamptz" else column.quoted
    query = f"SELECT {dialect.text(f'MAX({name})')} FROM {dialect.quoted(table)} WHERE {where}"  # noqa: S608 quoted names, own literals
    newest = session.value(query)
    return None if newest is None else str(newest)


def _on_calendar(text: str, back_s: int = 0) -> bool:
    """Return whether a moment, and the one so many seconds before it, can be reckoned with.

    With others the server's conditions are NULL.
    """
    try:
        return (
            datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(seconds=back_s)
        ).year >= _FIRST_YEAR
    except (ValueError, OverflowError):
        return False


def _settled(session: Session, table: str, column: WatermarkColumn, newest: int) -> int:
    """Return the id before the first gap among the newest ones, which an open transaction may fill."""
    name = column.quoted

    def whole(low: int, high: int) -> bool:
        query = (
            f"SELECT COUNT(*) FROM {column.dialect.quoted(table)} WHERE {name} > {low} AND {name} <= {high}"  # noqa: S608 quoted names, numbers
        )
        return int(session.value(query)) == high - low

    settled, missing = max(newest - UNSETTLED_IDS, 0), newest
    if newest <= settled or whole(settled, newest):
        return newest
    while missing - settled > 1:
        middle = (settled + missing) // 2
        settled, missing = (middle, missing) if whole(settled, middle) else (settled, middle)
    return settled


def changed(limits: Sequence[Bound]) -> str:
    """Return the SQL condition that any of the columns is within its bounds; all rows without bounds."""
    if not limits:
        return EVERYTHING
    return "(" + " OR ".join(limit.where() for limit in limits) + ")"
