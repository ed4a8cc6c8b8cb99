"""Columns of slicing keys, and the SQL literals of their values."""

import re
from dataclasses import dataclass

from headgate.errors import ServiceError
from headgate.export.server.source_tables import INTEGERS, NamedAtSource
from headgate.export.server.sql_dialect import SqlDialect

_NUMBERS = INTEGERS | {"decimal", "numeric", "year"}
_MOMENTS = {"date", "datetime", "timestamp", "timestamptz"}
# PostgreSQL's row address: a block on disk, and a number in the block.
TUPLE_ID = "tid"
_TUPLE_ID = re.compile(r"\(\d+,\d+\)")
_TEXTS = {"char", "varchar"}
_BYTES = {"binary", "varbinary"}
# Types that are ordered by an integer: the position of the member, or the bits.
_INTEGER_ORDERED = {"enum", "set", "bit"}
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MOMENT = re.compile(r"[0-9:. -]+")
_CHARSET = re.compile(r"\w+")
ORDERED_KINDS = _NUMBERS | _MOMENTS | _TEXTS | _BYTES | _INTEGER_ORDERED  # comparison and index order agree

# A key as SQL literals, one per column: exact for all types, and serializable as JSON.
Key = tuple[str, ...]


@dataclass(frozen=True)
class KeyColumn(NamedAtSource):
    """One column of a key."""

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
        """The SQL expression of the text that `literal` parses."""
        if self.kind in _TEXTS | _BYTES:
            return f"HEX({self.quoted})"
        if self.kind in _INTEGER_ORDERED:
            return f"CAST(CAST({self.quoted} AS UNSIGNED) AS CHAR)"
        return self.dialect.text(self.quoted)

    def literal(self, text: str) -> str:
        """Return the value's SQL literal in the column's character set, so that its collation applies."""
        if self.kind in _NUMBERS | _INTEGER_ORDERED and _NUMBER.fullmatch(text):
            return text
        if self.kind in _MOMENTS and _MOMENT.fullmatch(text):
            return self.dialect.moment(text, self.kind)
        if self.kind == TUPLE_ID and _TUPLE_ID.fullmatch(text):
            return f"'{text}'::tid"
        if self.kind in _BYTES:
            return f"X'{bytes.fromhex(text).hex()}'"
        if self.kind in _TEXTS and _CHARSET.fullmatch(self.charset):
            return f"_{self.charset} X'{bytes.fromhex(text).hex()}'"
        raise ServiceError(f"the server returned a text for key column {self.name} that is not a {self.kind}")
