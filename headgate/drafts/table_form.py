"""The form of the table in an upload, as far as a person or its file has decided it before a draft."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TableForm:
    """Facts of a table that its content does not show.

    Attributes:
        header: whether the first row has the names of the columns; None if its cells decide.
        file_order: the positions of the columns in the order of the file, if the content has another one.
        beside: the columns of values beside a list of records.
        inner_list: path of a list in JSON records; empty for other tables.
    """

    header: bool | None = None
    file_order: tuple[int, ...] = ()
    beside: tuple[str, ...] = ()
    inner_list: str = ""


UNDECIDED = TableForm()
