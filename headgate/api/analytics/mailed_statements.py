from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from headgate.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.api.lake_ports import LakePorts
    from headgate.query.omit_personal_columns import MailableStatement


def mailed_statement(lake: LakePorts, sql: str) -> MailableStatement:
    """Return a statement without the columns of its answer about people, and their names.

    Parameters have their defaults.

    Where its rows depend on such a column, it is still there, and the check of each statement refuses it.
    """
    from headgate.query.declared_parameters import with_values
    from headgate.query.omit_personal_columns import omit_personal_columns
    from headgate.query.personal_data import personal_tables

    return omit_personal_columns(with_values(sql), personal_tables(lake.contracts, lake.databases))


@contextmanager
def as_no_mail_has_it() -> Iterator[None]:
    """Report a column about people in a mailed statement as one that no mail has, whoever reads it."""
    from headgate.query.personal_data import PersonalColumnError

    try:
        yield
    except PersonalColumnError as error:
        raise QueryError(
            f"The column {error.column} of {error.table} is about people, so no mail has it, and the rows of "
            "this statement depend on it or nothing else remains. Use another column instead, such as "
            "the key of the table."
        ) from None
