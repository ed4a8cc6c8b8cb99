"""SQL expressions that differ between the dialects of source servers."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from headgate.values.sql_names import quoted_name

SEPARATOR = b"\x1f"
_MAX_ARGUMENTS = 99  # below PostgreSQL's FUNC_MAX_ARGS of 100
# Longer texts are hashed by their MD5, because a few long texts among short ones slow down the vectorised
# hash in `headgate.export.certifying.postgres_hash`.
MAX_HASHED_BYTES = 1000
_ROW_TEXT = '"the text of the row"'


class SqlDialect(StrEnum):
    """The SQL dialect of a source, whose value is stored in plans, watermarks and certificates."""

    MYSQL = "mysql"
    POSTGRES = "postgresql"

    def quoted(self, name: str) -> str:
        """Return the quoted identifier."""
        return "`" + name.replace("`", "``") + "`" if self is SqlDialect.MYSQL else quoted_name(name)

    def text(self, expression: str) -> str:
        """Return the expression of a value's text; times with a zone are in UTC."""
        return f"CAST({expression} AS {'CHAR' if self is SqlDialect.MYSQL else 'TEXT'})"

    @property
    def clock(self) -> str:
        """The expression of the server's time as text, UTC."""
        return self.text(
            "UTC_TIMESTAMP(6)" if self is SqlDialect.MYSQL else "clock_timestamp() AT TIME ZONE 'UTC'"
        )

    def moment(self, text: str, kind: str) -> str:
        """Return the literal of a date or time, usable with intervals."""
        return f"'{text}'" if self is SqlDialect.MYSQL else f"'{text}'::{kind}"

    def string(self, text: str) -> str:
        """Return the literal of a text."""
        escaped = text.replace("'", "''")
        return "'" + (escaped.replace("\\", "\\\\") if self is SqlDialect.MYSQL else escaped) + "'"

    def literal(self, value: object, *, encodes_bytes: bool) -> str:
        """Return the literal of a value from a file; with `encodes_bytes` a text is base64."""
        is_mysql = self is SqlDialect.MYSQL
        if isinstance(value, bytes):
            return f"X'{value.hex()}'" if is_mysql else f"'\\x{value.hex()}'::bytea"
        if isinstance(value, bool):
            return repr(int(value)) if is_mysql else repr(value)
        if isinstance(value, int | float | Decimal):
            return format(value, "f") if isinstance(value, Decimal) else repr(value)
        # As bytes, because a quoted MySQL literal has the connection's collation.
        text = f"_utf8mb4 X'{str(value).encode().hex()}'" if is_mysql else self.string(str(value))
        if encodes_bytes:
            return f"FROM_BASE64({text})" if is_mysql else f"decode({text}, 'base64')"
        return text

    def checksum_sql(self, texts: Sequence[str], columns: Sequence[str], rows: str) -> tuple[str, str]:
        """Return the expression of a row's checksum, and the FROM clause that it needs.

        Args:
            texts: expressions of the row's values.
            columns: columns that other expressions of the SELECT use.
            rows: the FROM and WHERE clauses of the rows.
        """
        if self is SqlDialect.MYSQL:
            return f"CRC32(CONCAT_WS(X'{SEPARATOR.hex()}', {', '.join(texts)}))", rows
        arguments = ", ".join(texts)
        if len(texts) > _MAX_ARGUMENTS:
            arguments = f"VARIADIC ARRAY[{', '.join(f'({text})::text' for text in texts)}]"
        text = f"convert_to(concat_ws(chr({SEPARATOR[0]}), {arguments}), 'UTF8') AS {_ROW_TEXT}"
        named = ", ".join([*map(self.quoted, columns), text])
        hashed = (
            f"CASE WHEN octet_length({_ROW_TEXT}) > {MAX_HASHED_BYTES} "
            f"THEN decode(md5({_ROW_TEXT}), 'hex') "
            f"ELSE {_ROW_TEXT} END"
        )
        # OFFSET 0 prevents the planner from computing a row's text twice.
        return f"hash_array_extended(ARRAY[{hashed}], 0)", f"(SELECT {named} FROM {rows} OFFSET 0) AS texts"  # noqa: S608 quoted names
