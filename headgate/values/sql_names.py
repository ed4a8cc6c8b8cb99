"""Names in SQL that DuckDB runs.

MySQL quotes names in another way: `headgate.export.server.sql_dialect.SqlDialect.quoted`.
"""

from __future__ import annotations


def quoted_name(name: str) -> str:
    """Return a column's name as an identifier, whatever characters it has.

    >>> quoted_name("a column")
    '"a column"'
    """
    return '"' + name.replace('"', '""') + '"'
