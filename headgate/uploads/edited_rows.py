"""Write the file with a person's edits of an upload.

It is a CSV file with the contract's names, the original rows in order, and the values in the plain format of
their types. A text that does not parse in the person's format is unchanged, so that the gate rejects it with
its original text. docs/adr/0064-http-api.md has the reasons.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.file_form import has_header, stated_widths
from headgate.contracts.format_property import stated_format
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.sheet_names import column_of_sheet
from headgate.contracts.source_format import SourceFormat
from headgate.errors import BadInputError, ContractError
from headgate.formats.blank_rows import blank_rows
from headgate.formats.format_name import WORKBOOKS
from headgate.formats.parquet.read_parquet import as_exact_texts, without_zeros
from headgate.formats.typed_cells import has_times_of_day
from headgate.matching.header_names import folded, unused_name
from headgate.uploads.edits import APOSTROPHE, COUNTRY, JOIN, LAKE, REPEATED_HOUR, CellEdit, Edits, Step
from headgate.uploads.ragged_rows import with_completed
from headgate.uploads.typed_values import as_file_writes, changed_as_file_writes, percent_meaning
from headgate.values.cast_declared import cast_column, trimmed, without_nulls
from headgate.values.cells import bool_array, flags, int_array, marked, null_where, text_array
from headgate.values.country_codes import in_country_codes
from headgate.values.declared_spelling import in_declared_format
from headgate.values.refusal_reasons import rule_reason, type_reason
from headgate.values.spreadsheet_text import without_apostrophe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.formats.batches import Source
    from headgate.formats.received_rows import Received
    from headgate.uploads.number_cells import NumberCells

    Rewritten = Mapping[str, Callable[[pa.Array, Sequence[int]], pa.Array]]

RULE = "edits"
_DAY = r"^(\d{4}-\d{2}-\d{2})$"


def check_edits(edits: Edits, contract: Contract, names: Collection[str]) -> None:
    """Check the edits against the contract and the columns of the file.

    Raises:
        BadInputError: a column, field or format is not valid, or a required field has no column.
    """
    every = {*names, *edits.made_columns}
    fields = [field for field in edits.columns.values() if field is not None]
    reasons = [
        _listed("the file has no column", [name for name in edits.columns if name not in every]),
        _listed("the contract has no field", [field for field in fields if field not in contract.names]),
        _listed("two columns for", sorted({field for field in fields if fields.count(field) > 1})),
        _listed("no column for", contract.lacking(fields)),
        _listed(
            "a format for no field of the contract",
            [name for name in edits.formats if name not in contract.names],
        ),
    ]
    if wrong := "; ".join(filter(None, reasons)):
        remedy = "choose a field for each column, and leave out the columns that are none"
        message = f"the columns do not make a file of {contract.dataset}: {wrong}"
        raise BadInputError(rule="needs_mapping", message=message, remedy=remedy)
    for name in edits.formats:
        source_format_of(edits, contract.column(name))


def check_widths(edits: Edits, contract: Contract) -> None:
    """Check that values of a file with declared widths are not edited.

    The edited file is CSV, which the gate would cut by the widths.

    Raises:
        BadInputError: the edits change values.
    """
    if stated_widths(contract) and replace(edits, part="").changes_values:
        raise BadInputError(
            rule=RULE,
            message=f"files of {contract.dataset} have columns of declared widths, and are not edited here",
            remedy="correct the file where it was made, and send it again",
        )


def _listed(what: str, names: Sequence[str]) -> str:
    return f"{what} {', '.join(names)}" if names else ""


def source_format_of(edits: Edits, column: Column) -> SourceFormat | None:
    """Return the format of a field in the edits; None if it has none.

    Percent signs mean hundredths in a field whose unit is a share, and times without a zone are of the
    contract's.
    """
    keys = edits.formats.get(column.name)
    if not keys:
        return None
    try:
        declared = SourceFormat(**stated_format(dict(keys)))  # type: ignore[arg-type]  # stated_format checks keys and types
    except (ContractError, TypeError) as error:
        message = f"the format of {column.name} cannot be used: {error}"
        raise BadInputError(
            rule=RULE, message=message, column=column.name, remedy="choose another format"
        ) from None
    if column.type.kind is Kind.TIMESTAMP and not declared.timezone and column.format:
        declared = replace(declared, timezone=column.format.timezone)
    is_share = bool(declared.percent) and percent_meaning(column) == "fraction"
    return replace(declared, percent="fraction") if is_share else declared


def edited_csv(
    source: Source,
    names: Sequence[str],
    edits: Edits,
    contract: Contract | None,
    path: Path,
    *,
    stored: Mapping[str, pa.DataType] | None = None,
    number_cells: NumberCells | None = None,
    undecided: Sequence[str] = (),
    rewritten: Rewritten | None = None,
) -> None:
    """Write the edited file: UTF-8, the contract's names, one line per row of the original.

    Without a contract or decided columns the file keeps its names and values. A file of a contract whose
    files have no header has the contract's columns in their order.

    Args:
        stored: the types in which the file stores its columns; None for texts alone.
        number_cells: of a workbook or of JSON, for fields with a declared format.
        undecided: columns that the file of a contract keeps under their own names.
        rewritten: changes texts of some columns by row, after the steps.
    """
    of_dataset, contract = contract, contract if edits.columns else None
    fields, column_of = _fields_of(names, edits, contract, undecided)
    sheet_column = _sheet_column(source, of_dataset, column_of)
    fields += [sheet_column] if sheet_column and sheet_column not in fields else []
    typed = {cell.row for cell in edits.cells}
    set_for_all = {step.column for step in edits.steps if step.kind == "default"} - set(names)
    is_workbook = source.written_as.get("format") in WORKBOOKS
    read_as = _formats_by_column(column_of, edits, contract)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if has_header(of_dataset):
            writer.writerow(fields)
        declared = number_cells.source.batches() if number_cells else repeat(None)
        for received, spelled in zip(source.batches(), declared, strict=False):
            batch = with_completed(received, typed, source)
            own = dict(zip(names, batch.cells.values(), strict=True))
            changed = edited_columns(batch, names, edits)
            rows = batch.source_rows.tolist()
            columns = changed | {name: each(changed[name], rows) for name, each in (rewritten or {}).items()}
            if number_cells and spelled:
                numbered = with_completed(spelled, typed, number_cells.source)
                columns |= number_cells.of(batch, numbered, names, columns)
            if is_workbook:
                columns |= _midnights(columns, column_of, edits, of_dataset)
            columns |= _of_stored_types(columns, column_of, edits, of_dataset, stored or {})
            columns |= changed_as_file_writes(own, changed, columns, read_as)
            cells = [
                _plain(
                    columns[column_of[name]], edits, contract, name, is_plain=column_of[name] in set_for_all
                ).to_pylist()
                if name in column_of
                else [*source.row_sheets.take(int_array(batch.source_rows - 1)).to_pylist()]
                if name == sheet_column
                else [None] * len(batch.source_rows)
                for name in fields
            ]
            writer.writerows(_with_ragged_rows(batch, cells, len(fields), set(edits.left_out)))


def _fields_of(
    names: Sequence[str], edits: Edits, contract: Contract | None, undecided: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    """Return the names in the edited file in their order, and the column of each that has one."""
    if contract is None:
        own = dict.fromkeys((*names, *edits.made_columns))
        return [*own], {name: name for name in own}
    column_of = {field: name for name, field in edits.columns.items() if field is not None}
    fields = [name for name in contract.names if name in column_of or not has_header(contract)]
    column_of |= {unused_name(name, column_of): name for name in undecided}
    return fields + [name for name in column_of if name not in fields], column_of


def _formats_by_column(
    column_of: Mapping[str, str], edits: Edits, contract: Contract | None
) -> dict[str, tuple[Column, SourceFormat | None]]:
    """Return the field of each column, and its format in the file."""
    if contract is None:
        return {}
    fields = {column_of[each.name]: each for each in contract.columns if each.name in column_of}
    return {name: (each, source_format_of(edits, each) or each.format) for name, each in fields.items()}


def _sheet_column(source: Source, contract: Contract | None, column_of: Mapping[str, str]) -> str:
    """Return the contract's column with the names of sheets; empty if the workbook has the column itself."""
    name = column_of_sheet(contract)
    is_absent = name and name not in map(folded, column_of)
    return name if is_absent and len(source.row_sheets) else ""


def _midnights(
    columns: Mapping[str, pa.Array], column_of: Mapping[str, str], edits: Edits, contract: Contract | None
) -> dict[str, pa.Array]:
    """Return the workbook columns of timestamps, in which a day is its midnight, as the gate reads it.

    Without a contract they are the columns with times of day.
    """
    timed = set() if contract else {name for name, text in columns.items() if has_times_of_day(text)}
    for field in contract.columns if contract else ():
        declared = source_format_of(edits, field)
        read = as_read(field, declared) if declared else field
        if field.name in column_of and read.type.kind is Kind.TIMESTAMP:
            timed.add(column_of[field.name])
    return {name: pc.replace_substring_regex(columns[name], _DAY, r"\1 00:00:00") for name in timed}


def _of_stored_types(
    columns: Mapping[str, pa.Array],
    column_of: Mapping[str, str],
    edits: Edits,
    contract: Contract | None,
    stored: Mapping[str, pa.DataType],
) -> dict[str, pa.Array]:
    """Return the columns of typed formats, such as Parquet, as the gate reads them from the unedited file.

    The gate reads the edited file by the formats of the contract. A column with a format of the person is
    read by that one.
    """
    name_of = {folded(field): name for field, name in column_of.items() if name in stored}
    texts = {}
    for field in contract.columns if contract else ():
        name = name_of.get(folded(field.name), "")
        if not name:
            continue
        if field.name not in edits.formats:
            texts[name] = as_exact_texts(columns[name], stored[name], field)
        elif pa.types.is_decimal(stored[name]):
            texts[name] = without_zeros(columns[name], field)
    return texts


def edited_columns(batch: Received, names: Sequence[str], edits: Edits) -> dict[str, pa.Array]:
    """Return the texts of a batch by column, after the edited cells and the steps."""
    columns = dict(zip(names, batch.cells.values(), strict=True))
    rows = {int(row): place for place, row in enumerate(batch.source_rows)} if edits.cells else {}
    typed = [cell for cell in edits.cells if cell.row in rows]
    columns = with_typed_cells(columns, typed, rows)
    blank = blank_rows(columns.values())
    columns |= {name: pa.nulls(len(batch.source_rows), pa.string()) for name in edits.kept_in_lake}
    for step in (each for each in edits.steps if each.kind not in {REPEATED_HOUR, LAKE}):  # need all rows
        columns = _with_step(columns, step, len(batch.source_rows))
    if len(blank):  # a value for all rows makes no row of them
        is_blank = marked(blank, len(batch.source_rows))
        columns = {name: null_where(is_blank, text) for name, text in columns.items()}
    return with_typed_cells(columns, [cell for cell in typed if cell.column not in names], rows)


def with_typed_cells(
    columns: dict[str, pa.Array], typed: Sequence[CellEdit], place_of: Mapping[int, int]
) -> dict[str, pa.Array]:
    """Return the columns with edited cells, by the place of their rows."""
    edited = dict(columns)
    for name in {cell.column for cell in typed} & set(columns):
        texts = columns[name].to_pylist()
        for cell in typed:
            if cell.column == name:
                texts[place_of[cell.row]] = cell.text
        edited[name] = text_array(texts)
    return edited


def _with_step(columns: dict[str, pa.Array], step: Step, rows: int) -> dict[str, pa.Array]:
    text = columns.get(step.column, pa.nulls(rows, pa.string()))
    if step.kind == "split":
        parts = [
            [] if cell is None else cell.split(step.text, len(step.into) - 1) for cell in text.to_pylist()
        ]
        made = {
            name: text_array(part[place].strip() if place < len(part) else None for part in parts)
            for place, name in enumerate(step.into)
        }
        return {**columns, **made}
    if step.kind == "map":
        new = text_array(step.values.values()).take(pc.index_in(trimmed(text), text_array(step.values)))
        return {**columns, step.column: pc.coalesce(new, text)}
    if step.kind == COUNTRY:
        return {**columns, step.column: in_country_codes(trimmed(text), step.text)}
    if step.kind == JOIN:
        joined = [columns.get(name, pa.nulls(rows, pa.string())) for name in step.into]
        return {**columns, step.column: pc.binary_join_element_wise(*joined, step.text)}
    if step.kind in {"replace", APOSTROPHE}:
        is_part = step.kind == "replace"
        new = pc.replace_substring(text, step.search, step.text) if is_part else without_apostrophe(text)
        return {**columns, step.column: new}
    is_empty = ~flags(text.is_valid()) | (flags(pc.equal(trimmed(pc.fill_null(text, "")), "")))
    return {**columns, step.column: pc.if_else(bool_array(is_empty), pa.scalar(step.text), text)}


def corrections_in_declared_spelling(
    corrections: Mapping[int, Mapping[str, str | None]],
    formats: Mapping[str, Mapping[str, Any]],
    contract: Contract,
) -> dict[int, dict[str, str | None]]:
    """Return corrected values in the contract's format; a person can type `13,50`, `13%` or `31.12.2026`.

    `true` and `false` are the first words that the contract declares for them.

    Args:
        corrections: new texts by source row and column.
        formats: the formats in which the file's columns were read, by field.
    """
    edits = Edits(formats=formats)
    return {
        row: {
            name: _corrected(text, edits, contract, name) if name in contract.names else text
            for name, text in values.items()
        }
        for row, values in corrections.items()
    }


def _corrected(text: str | None, edits: Edits, contract: Contract, name: str) -> str | None:
    column = contract.column(name)
    typed = as_file_writes(text_array([text]), column, source_format_of(edits, column) or column.format)
    plain = _plain(typed, edits, contract, name)
    if column.type.kind is Kind.BOOLEAN:
        plain = in_declared_format(column, plain)
    corrected: str | None = plain[0].as_py()
    return corrected


def in_contract_format(text: pa.Array, column: Column, keys: Mapping[str, Any]) -> pa.Array:
    """Return texts of a column that are written in a format; texts that do not parse are unchanged."""
    return _read_in(text, column, source_format_of(Edits(formats={column.name: keys}), column))


def _plain(
    text: pa.Array, edits: Edits, contract: Contract | None, name: str, *, is_plain: bool = False
) -> pa.Array:
    """Return texts in the contract's format; texts that do not parse are unchanged.

    Args:
        is_plain: a person set a value for all rows of a missing column: `true`, `0.5`.
    """
    if contract is None or name not in contract.names:
        return text
    column = contract.column(name)
    if name not in edits.formats:
        return in_declared_format(column, text, are_values=True) if is_plain else text
    return _read_in(text, column, source_format_of(edits, column))


def _read_in(text: pa.Array, column: Column, declared: SourceFormat | None) -> pa.Array:
    if declared is None:
        return text
    read = as_read(column, declared)
    values = cast_column(read, without_nulls(read, text)).values
    spelled = in_declared_format(column, pc.cast(values, pa.string()), are_values=True)
    if read.type.kind is not column.type.kind:
        spelled = pc.binary_join_element_wise(spelled, "00:00:00", " ")
    elif declared.timezone and column.format and column.format.timezone:
        # The gate takes times without an offset for the contract's zone.
        spelled = pc.binary_join_element_wise(spelled, "Z", "")
    is_null = ~flags(without_nulls(read, text).is_valid())
    return pc.if_else(bool_array(is_null), pa.nulls(len(text), pa.string()), pc.coalesce(spelled, text))


def as_read(column: Column, declared: SourceFormat) -> Column:
    """Return a column in the format of the file; timestamps with only a day are dates."""
    if (
        column.type.kind is Kind.TIMESTAMP
        and declared.patterns
        and not any("H" in each or "h" in each for each in declared.patterns)
    ):
        day = replace(declared, timezone="")  # a day is its midnight in the contract's zone
        return replace(column, type=ColumnType(Kind.DATE), format=day)
    return replace(column, format=declared)


def reasons_as_written(
    formats: Mapping[str, Mapping[str, Any]], contract: Contract | None
) -> dict[tuple[str, str], str]:
    """Return the reasons of the gate with the values of the original file, by column and reason.

    The gate reads the edited file, so its reasons have the contract's format, but a person corrects the
    original.

    Args:
        formats: the formats in which the file's columns were read, by field.
    """
    edits, reasons = Edits(formats=formats), {}
    for column in contract.columns if contract else ():
        if declared := source_format_of(edits, column):
            reasons[column.name, type_reason(column)] = type_reason(as_read(column, declared))
    return reasons


def rule_reasons_as_written(
    formats: Mapping[str, Mapping[str, Any]], contract: Contract | None
) -> dict[tuple[str, str], str]:
    """Return by column and rule the reason of a value that breaks the rule, as a reader of the file
    understands it.
    """
    edits, reasons = Edits(formats=formats), {}
    for column in contract.columns if contract else ():
        declared = source_format_of(edits, column)
        reasons[column.name, "type"] = type_reason(as_read(column, declared) if declared else column)
        reasons |= {(column.name, rule.name): rule_reason(rule, column) for rule in column.rules}
    return reasons


def _with_ragged_rows(
    batch: Received, cells: Sequence[Sequence[str | None]], width: int, left_out: Collection[int]
) -> Iterator[Sequence[str | None]]:
    """Yield the remaining rows in file order; ragged rows stay ragged."""
    whole = zip(batch.source_rows.tolist(), zip(*cells, strict=True), strict=True)
    ragged = ((row, (text,) if width > 1 else (text, "")) for row, text in _ragged(batch))
    every = sorted(chain(whole, ragged), key=lambda each: each[0])
    yield from (row for number, row in every if number not in left_out)


def _ragged(batch: Received) -> Iterator[tuple[int, str]]:
    return zip(batch.ragged.source_rows.tolist(), batch.ragged.texts, strict=True)


def member_of(body: bytes, part: str) -> bytes | None:
    """Return a member of a zip archive; None if it is absent."""
    import zipfile  # noqa: PLC0415 few uploads are archives

    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return archive.read(part) if part in archive.namelist() else None
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return None
