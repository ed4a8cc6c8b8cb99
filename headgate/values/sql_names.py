"""Quote names in SQL for DuckDB.

MySQL quotes names differently: `headgate.export.server.sql_dialect.SqlDialect.quoted`.
"""


def quoted_name(name: str) -> str:
    """Return a column's name as an identifier, whatever characters it has.

    >>> quoted_name("a column")
    '"a column"'
    """
    return '"' + name.replace('"', '""') + '"'
