"""Filter, sort and render the rows of a table in memory."""

from __future__ import annotations

import codecs
import io
import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from headgate.api.http.problems import invalid
from headgate.api.shapes.json_cells import cell
from headgate.contracts.first_view import first_rows, value_order
from headgate.plain_names import did_you_mean
from headgate.values.parquet_tables import table_of
from headgate.values.spreadsheet_text import inert, inert_column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.api.shapes.tables import Cell
    from headgate.contracts.model import Contract

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": pc.equal,
    "ne": pc.not_equal,
    "lt": pc.less,
    "le": pc.less_equal,
    "gt": pc.greater,
    "ge": pc.greater_equal,
}
_TRUTH = {"true": True, "false": False}
_WORDS = {
    "eq": "is",
    "ne": "is not",
    "lt": "less than",
    "le": "at most",
    "gt": "more than",
    "ge": "at least",
    "in": r"one of several values, with commas between them and \, for a comma of a value",
}
_TEXT_WORDS = {"contains": "has this part"}
_EMPTY_WORDS = {"empty:true": "has no value", "empty:false": "has a value"}


def read(bodies: Sequence[bytes], schema: pa.Schema) -> pa.Table:
    """Return the rows of a table's Parquet objects, with the contract's columns and types."""
    tables = [table_of(body).select(schema.names).cast(schema) for body in bodies]
    return pa.concat_tables(tables) if tables else schema.empty_table()


def filtered(rows: pa.Table, filters: Sequence[str]) -> pa.Table:
    """Return the rows that match every filter `<column>:<operator>:<value>`.

    Raises:
        ProblemError: 422, a filter names no column, no operator, or a value of another type.
    """
    for condition in filters:
        name, _, rest = condition.partition(":")
        operator, colon, value = rest.partition(":")
        if not colon:
            detail = (
                "A filter is a column, a comparison and a value with colons between them, such as "
                f"{rows.column_names[0]}:eq:5."
            )
            raise invalid("query.filter", "filter", detail)
        if name not in rows.column_names:
            raise invalid("query.filter", "filter", _no_column("filter", rows, name))
        rows = rows.filter(_mask(name, rows[name], operator, value))
    return rows


def equal(rows: pa.Table, column: str, value: str) -> pa.Table:
    """Return the rows with this value in a text column."""
    return rows.filter(pc.equal(rows[column], value))


def ordered(rows: pa.Table, sort: str) -> pa.Table:
    """Sort the rows by the columns of `sort`, stable and with nulls last."""
    names = [part.strip() for part in sort.split(",") if part.strip()]
    keys = [(name.removeprefix("-"), "descending" if name.startswith("-") else "ascending") for name in names]
    if unknown := [name for name, _ in keys if name not in rows.column_names]:
        raise invalid("query.sort", "sort", _no_column("sort", rows, unknown[0]))
    if not keys:
        return rows
    place = "\0place"  # no contract has a column of that name
    placed = rows.append_column(place, pa.array(range(rows.num_rows), pa.int64()))
    return rows.take(pc.sort_indices(placed, sort_keys=[*keys, (place, "ascending")]))


def in_first_view_order(rows: pa.Table, sort: str, contract: Contract) -> pa.Table:
    """Sort the rows by the columns of `sort`; if it is empty, in the order that the contract declares.

    The contract's order sorts a text column with valid values by their order in the contract.
    """
    if sort.strip():
        return ordered(rows, sort)
    first = [key for key in first_rows(contract) if key.removeprefix("-") in rows.column_names]
    ranked, keys = rows, []
    for key in first:
        name = key.removeprefix("-")
        if values := value_order(contract, name):
            rank = pc.index_in(rows[name], value_set=pa.array(values, rows.schema.field(name).type))
            ranked = ranked.append_column(f"\0{name}", rank)
            keys.append(key.replace(name, f"\0{name}"))
        else:
            keys.append(key)
    return ordered(ranked, ",".join(keys)).select(rows.column_names)


def selected(rows: pa.Table, columns: str) -> pa.Table:
    """Return the named columns in that order; all columns if `columns` is empty."""
    names = list(dict.fromkeys(part.strip() for part in columns.split(",") if part.strip()))
    if unknown := [name for name in names if name not in rows.column_names]:
        raise invalid("query.columns", "columns", _no_column("columns", rows, unknown[0]))
    return rows.select(names) if names else rows


def cells(rows: pa.Table) -> tuple[tuple[Cell, ...], ...]:
    """Return the rows as JSON values; see `headgate.api.shapes.tables.Rows`."""
    columns = [[cell(value) for value in column.to_pylist()] for column in rows.columns]
    return tuple(zip(*columns, strict=True)) if columns else ()


def as_csv(rows: pa.Table) -> bytes:
    """Return the rows as CSV in UTF-8, with an apostrophe before texts that look like a formula.

    It begins with the mark by which Excel reads a text as UTF-8; without it "Łódź" is shown as other letters.
    """
    guarded = [inert_column(column) for column in rows.columns]
    out = io.BytesIO(codecs.BOM_UTF8)
    out.seek(len(codecs.BOM_UTF8))
    pa_csv.write_csv(pa.table(guarded, names=[str(inert(name)) for name in rows.column_names]), out)
    return out.getvalue()


def _no_column(parameter: str, rows: pa.Table, name: str) -> str:
    near = did_you_mean(name, rows.column_names)
    return (
        f"`{parameter}` names {name}, and this table has no such column.{near} Columns of the table: "
        f"{', '.join(rows.column_names)}."
    )


def values_of_list(text: str) -> list[str]:
    r"""Return the values between commas; a backslash makes the next character a part of a value.

    >>> values_of_list(r"Washington\, D.C.,Paris")
    ['Washington, D.C.', 'Paris']
    """
    return re.sub(r"\\(.)|,", lambda sign: sign[1] or "\0", text, flags=re.DOTALL).split("\0")


def _mask(name: str, column: pa.ChunkedArray, operator: str, value: str) -> pa.ChunkedArray:
    if operator == "empty" and value in _TRUTH:
        return pc.equal(column.is_null(), _TRUTH[value])
    if operator == "contains" and pa.types.is_string(column.type):
        return pc.match_substring(column, value, ignore_case=True)
    if operator == "in":
        values = [_typed(name, part, column.type) for part in values_of_list(value)]
        return pc.is_in(column, value_set=pa.array(values, column.type))
    if operator not in _COMPARISONS:
        own = _TEXT_WORDS if pa.types.is_string(column.type) else {}
        words = "; ".join(f"{form}: {meaning}" for form, meaning in (_WORDS | own | _EMPTY_WORDS).items())
        detail = f"The filter on {name} has a comparison that does not exist. There are {words}."
        raise invalid("query.filter", "operator", detail)
    return _COMPARISONS[operator](column, _typed(name, value, column.type))


def _typed(name: str, value: str, kind: pa.DataType) -> pa.Scalar:
    if pa.types.is_boolean(kind) and value in _TRUTH:
        return pa.scalar(_TRUTH[value])
    try:
        return pa.scalar(value).cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise invalid(
            "query.filter", "type", f"The filter on {name} needs {_literal_form(kind)} as its value."
        ) from None


def _literal_form(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "true or false"
    if pa.types.is_date(kind):
        return "a date such as 2026-01-31"
    if pa.types.is_timestamp(kind):
        return "a timestamp such as 2026-01-31T13:45:00"
    number = "a whole number such as 12" if pa.types.is_integer(kind) else "a number such as 12.50"
    return f"{number} that is not too large for the column"
