"""SQL that every source server understands, where only the spelling differs."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from headgate.values.sql_names import quoted_name

if TYPE_CHECKING:
    from collections.abc import Sequence

SEPARATOR = b"\x1f"
# PostgreSQL passes at most this many arguments to a function: its FUNC_MAX_ARGS is 100.
_ARGUMENTS = 99
# Longer texts are hashed by their MD5: for a few of them among short ones the copy of PostgreSQL's hash in
# `headgate.export.certifying.postgres_hash` is slow.
LONGEST_HASHED_BYTES = 1000
_ROW_TEXT = '"the text of the row"'


class SqlDialect(StrEnum):
    """The SQL of a source. The value is stored in plans, watermarks and certificates."""

    MYSQL = "mysql"
    POSTGRES = "postgresql"

    def quoted(self, name: str) -> str:
        """Return an identifier with its quotes."""
        return "`" + name.replace("`", "``") + "`" if self is SqlDialect.MYSQL else quoted_name(name)

    def text(self, expression: str) -> str:
        """Return the expression of a value's text; times with a zone in UTC."""
        return f"CAST({expression} AS {'CHAR' if self is SqlDialect.MYSQL else 'TEXT'})"

    @property
    def clock(self) -> str:
        """The expression of the server's time, UTC, as text."""
        return self.text(
            "UTC_TIMESTAMP(6)" if self is SqlDialect.MYSQL else "clock_timestamp() AT TIME ZONE 'UTC'"
        )

    def moment(self, text: str, kind: str) -> str:
        """Return the literal of a date or time that intervals can be subtracted from."""
        return f"'{text}'" if self is SqlDialect.MYSQL else f"'{text}'::{kind}"

    def string(self, text: str) -> str:
        """Return the literal of a text."""
        escaped = text.replace("'", "''")
        return "'" + (escaped.replace("\\", "\\\\") if self is SqlDialect.MYSQL else escaped) + "'"

    def literal(self, value: object, *, encodes_bytes: bool) -> str:
        """Return the literal of a value of a file.

        Args:
            encodes_bytes: a text is base64 of the source's bytes.
        """
        is_mysql = self is SqlDialect.MYSQL
        if isinstance(value, bytes):
            return f"X'{value.hex()}'" if is_mysql else f"'\\x{value.hex()}'::bytea"
        if isinstance(value, bool):
            return repr(int(value)) if is_mysql else repr(value)
        if isinstance(value, int | float | Decimal):
            return format(value, "f") if isinstance(value, Decimal) else repr(value)
        # By its bytes: a MySQL literal in quotes would be in the connection's collation.
        text = f"_utf8mb4 X'{str(value).encode().hex()}'" if is_mysql else self.string(str(value))
        if encodes_bytes:
            return f"FROM_BASE64({text})" if is_mysql else f"decode({text}, 'base64')"
        return text

    def checksum_sql(self, texts: Sequence[str], columns: Sequence[str], rows: str) -> tuple[str, str]:
        """Return the expression of a row's checksum, and the rows FROM which it can be asked.

        Args:
            texts: expressions of the row's values.
            columns: names that other expressions of the same SELECT need.
            rows: FROM which the values come, with their WHERE.
        """
        if self is SqlDialect.MYSQL:
            return f"CRC32(CONCAT_WS(X'{SEPARATOR.hex()}', {', '.join(texts)}))", rows
        arguments = ", ".join(texts)
        if len(texts) > _ARGUMENTS:
            arguments = f"VARIADIC ARRAY[{', '.join(f'({text})::text' for text in texts)}]"
        text = f"convert_to(concat_ws(chr({SEPARATOR[0]}), {arguments}), 'UTF8') AS {_ROW_TEXT}"
        named = ", ".join([*map(self.quoted, columns), text])
        hashed = (
            f"CASE WHEN octet_length({_ROW_TEXT}) > {LONGEST_HASHED_BYTES} "
            f"THEN decode(md5({_ROW_TEXT}), 'hex') "
            f"ELSE {_ROW_TEXT} END"
        )
        # OFFSET 0 keeps the planner from computing the text of a row twice.
        return f"hash_array_extended(ARRAY[{hashed}], 0)", f"(SELECT {named} FROM {rows} OFFSET 0) AS texts"  # noqa: S608 quoted names
