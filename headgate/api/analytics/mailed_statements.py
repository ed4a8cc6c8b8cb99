"""Statements of answers by mail, which never have columns about people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.errors import QueryError

if TYPE_CHECKING:
    from headgate.api.lake_ports import LakePorts
    from headgate.query.omit_personal_columns import MailableStatement


def mailed_statement(lake: LakePorts, sql: str) -> MailableStatement:
    """Return a statement without the columns of its answer about people, and their names.

    Raises:
        QueryError: it does more than read, or its rows depend on such a column.
    """
    from headgate.query.omit_personal_columns import omit_personal_columns
    from headgate.query.personal_data import PersonalColumnError, personal_tables, without_personal_data
    from headgate.query.qualify import qualify_tables

    tables = personal_tables(lake.contracts, lake.databases)
    mailed = omit_personal_columns(sql, tables)
    try:
        without_personal_data(qualify_tables(mailed.sql, lake.databases), tables, "")
    except PersonalColumnError as error:
        raise QueryError(
            f"The column {error.column} of {error.table} is about people, so no mail has it, and the rows of "
            "this statement depend on it or nothing else remains. Use another column instead, such as "
            "the key of the table."
        ) from None
    return mailed
