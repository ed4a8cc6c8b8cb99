"""A column to export: its Arrow type, and the SQL that reads and digests it exactly.

Each server maps its own types (`mysql.mysql_types`, `postgres.postgres_types`).
"""

from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from headgate.export.server.source_tables import NamedAtSource
from headgate.export.server.sql_dialect import SqlDialect


class CanonicalForm(StrEnum):
    """The notation of a value's canonical text, from which the server and Headgate compute the digest."""

    NUMBER = "number"
    REAL = "real"
    DATE = "date"
    MOMENT = "moment"
    TEXT = "text"
    LONG = "long"  # the decimal CRC-32 of the bytes
    BITS = "bits"  # PostgreSQL's binary format of a float or a timestamp, in hexadecimal
    MD5 = "md5"  # the MD5 of the bytes, in hexadecimal


@dataclass(frozen=True)
class ExportColumn(NamedAtSource):
    """A column to export.

    Attributes:
        type: the type in Parquet.
        read_sql: the expression that reads the value.
        text_sql: the expression of the value's canonical text.
        impossible_sql: the condition of an invalid date, which becomes null; empty for other columns.
        fraction_digits: number of fraction digits of a second in the canonical text.
        is_base64: the text encodes bytes.
        name_at_source: the server's spelling of the name; empty if equal to `name`.
    """

    name: str
    declared: str
    type: pa.DataType
    nullable: bool
    form: CanonicalForm
    read_sql: str
    text_sql: str
    impossible_sql: str = ""
    fraction_digits: int = 0
    is_base64: bool = False
    dialect: SqlDialect = SqlDialect.MYSQL
    name_at_source: str = ""

    def digest_sql(self, *, impossible_as_null: bool) -> str:
        """Return the expression of the canonical text, which is NULL where Parquet has null.

        Invalid dates are NULL only if `impossible_as_null`.
        """
        if self.impossible_sql and impossible_as_null:
            return f"CASE WHEN {self.impossible_sql} THEN NULL ELSE {self.text_sql} END"
        return self.text_sql

    def null_sql(self, *, impossible_as_null: bool) -> str:
        """Return the condition that the value is null in Parquet; empty for a NOT NULL column."""
        return f"{self._null_sql(impossible_as_null)} IS NULL" if self.nullable else ""

    def count_sql(self, *, impossible_as_null: bool) -> str:
        """Return the expression that counts the non-null values in Parquet."""
        return f"COUNT({self._null_sql(impossible_as_null)})" if self.nullable else "COUNT(*)"

    def _null_sql(self, impossible_as_null: bool) -> str:
        """Return an expression that is NULL where Parquet has null, and converts to text only if needed."""
        return (
            self.digest_sql(impossible_as_null=True)
            if self.impossible_sql and impossible_as_null
            else self.dialect.quoted(self.at_source)
        )

    @property
    def field(self) -> pa.Field:
        """The field of the Parquet schema, nullable because a zero date becomes null in a NOT NULL column."""
        return pa.field(self.name, self.type)
