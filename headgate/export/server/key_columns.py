"""Columns that order a table's rows, and the SQL of their values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from headgate.errors import ServiceError
from headgate.export.server.source_tables import INTEGERS, NamedAtSource
from headgate.export.server.sql_dialect import SqlDialect

_NUMBERS = INTEGERS | {"decimal", "numeric", "year"}
_MOMENTS = {"date", "datetime", "timestamp", "timestamptz"}
# PostgreSQL's place of a row on the disk: a block, and a number within it.
TUPLE_ID = "tid"
_PLACE = re.compile(r"\(\d+,\d+\)")
_TEXTS = {"char", "varchar"}
_BYTES = {"binary", "varbinary"}
# What orders by the place of its value, or by its bits: both are whole numbers to the server.
_PLACES = {"enum", "set", "bit"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MOMENT = re.compile(r"[0-9:. -]+")
_CHARSET = re.compile(r"\w+")
ORDERED_KINDS = _NUMBERS | _MOMENTS | _TEXTS | _BYTES | _PLACES  # compare as they are ordered

# A key as SQL literals, one per column: exact for every type, and storable as JSON.
Key = tuple[str, ...]


@dataclass(frozen=True)
class KeyColumn(NamedAtSource):
    """One column of a key, and how its values are spelled."""

    name: str
    kind: str
    charset: str = ""
    dialect: SqlDialect = SqlDialect.MYSQL
    name_at_source: str = ""

    @property
    def quoted(self) -> str:
        """The column's name in SQL."""
        return self.dialect.quoted(self.at_source)

    @property
    def text_sql(self) -> str:
        """The SQL expression whose text `literal` understands."""
        if self.kind in _TEXTS | _BYTES:
            return f"HEX({self.quoted})"
        if self.kind in _PLACES:
            return f"CAST(CAST({self.quoted} AS UNSIGNED) AS CHAR)"
        return self.dialect.text(self.quoted)

    def literal(self, text: str) -> str:
        """Return the value's SQL literal in the column's own character set, for its collation."""
        if self.kind in _NUMBERS | _PLACES and _NUMBER.fullmatch(text):
            return text
        if self.kind in _MOMENTS and _MOMENT.fullmatch(text):
            return self.dialect.moment(text, self.kind)
        if self.kind == TUPLE_ID and _PLACE.fullmatch(text):
            return f"'{text}'::tid"
        if self.kind in _BYTES:
            return f"X'{bytes.fromhex(text).hex()}'"
        if self.kind in _TEXTS and _CHARSET.fullmatch(self.charset):
            return f"_{self.charset} X'{bytes.fromhex(text).hex()}'"
        raise ServiceError(f"key column {self.name} answered with a text that is no {self.kind}")
