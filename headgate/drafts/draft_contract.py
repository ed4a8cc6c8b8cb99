"""Draft a contract from a sample file: the contract by which the gate accepts files of this kind.

A draft is a proposal to a person. It never lets more through than the sample shows to be safe: what could be
a card number is masked, what could be a code stays text, and every guess is reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.curated import with_distinct_names
from headgate.contracts.encodings import ENCODING_PROPERTY, stated_encoding
from headgate.contracts.format_property import format_facts
from headgate.contracts.headerless import HEADER_PROPERTY, NO_HEADER
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Level, Mask, Rule
from headgate.contracts.new_column_policy import KEPT, PROPERTY, NewColumns
from headgate.contracts.odcs_writer import physical_type
from headgate.contracts.sensitive_names import PERSONAL, is_personal_name
from headgate.contracts.source_format import SourceFormat
from headgate.contracts.workbook_sheets import SHEET_PROPERTY, stated_sheet
from headgate.drafts.column_inference import (
    CARD_SHARE,
    MOST_PRECISION,
    Guess,
    are_email_addresses,
    are_ibans,
    guess_column,
    guess_content,
    guess_mask,
    guess_type,
    is_code_name,
    is_prose,
    with_room,
)
from headgate.drafts.format_answers import FormatAnswer, answer_of
from headgate.drafts.key_search import KEY_KINDS, find_key
from headgate.drafts.nearly_all_rows import (
    FEWEST_VALUES,
    about_bad_values,
    about_key,
    guess_of_nearly_all,
    key_of_nearly_all,
    sounds_like_key,
)
from headgate.drafts.table_layout import about_layout
from headgate.drafts.time_zones import about_zone, zones_of
from headgate.drafts.totals_row import last_row_is_refused, named_totals, totals_of
from headgate.errors import ContractError, UnreadableFileError
from headgate.formats.format_list import format_of
from headgate.formats.format_name import JSON_LINES, FormatName
from headgate.formats.json.json_records import read_records
from headgate.formats.json.nested_names import by_contract, every_object
from headgate.formats.read_file import read_file
from headgate.formats.read_table import no_table, read_table
from headgate.formats.unpack import unpack
from headgate.masking.card_columns import numeric_rows_with_cards
from headgate.masking.find_card_numbers import rows_with_cards
from headgate.masking.redaction import redact_text
from headgate.matching.header_names import folded, made_up_name, numbered, unnumbered
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast import cast
from headgate.values.cast_declared import cast_column
from headgate.values.cells import blank_to_null, flags
from headgate.values.inferred_times import has_short_year

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headgate.formats.received_rows import Received
    from headgate.matching.file_table import FileTable
    from headgate.values.format_inference import Most

_CHANGED = ("updated_at", "modified_at", "last_modified", "changed_at", "last_updated", "updated", "modified")
_MOST_VALUES, _LONGEST_VALUE, _ROWS_FOR_VALUES = 12, 32, 100
_ASSUMED = 0.9
_TYPED_FORMS = {FormatName.JSON, JSON_LINES, FormatName.XLSX}
_WIDE_DECIMAL = ColumnType(Kind.DECIMAL, precision=MOST_PRECISION, scale=9)
_MOST_DECIMALS_OF_AMOUNTS = 4
_NOISE = (
    "has numbers with digits that arithmetic with floats leaves, as 0.30000000000000004 has: they are "
    "read as Excel shows them"
)
_DAY_WITH_TIME = r"^\d{4}-\d\d-\d\d \d\d:"
_LONG_NUMBER = re.compile(r"\W*(?:\d\W*){9,}")
# Athena's SQL: other identifiers stand in double quotes.
_UNQUOTED = re.compile(r"[a-z_][a-z0-9_]*")
# Source: https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html, the list for SELECT.
_RESERVED_WORDS = (
    "alter and as between by case cast constraint create cross cube current_catalog current_date "
    "current_path current_schema current_time "
    "current_timestamp current_user deallocate delete describe distinct drop else end escape except "
    "execute exists extract false first for "
    "from full group grouping having in inner insert intersect into is join json_array json_exists "
    "json_object json_query json_table "
    "json_value last left like listagg localtime localtimestamp natural normalize not null of on or "
    "order outer prepare recursive right "
    "rollup select skip table then trim true uescape union unnest using values when where with"
)
_RESERVED = frozenset(_RESERVED_WORDS.split())
_WHY = {
    Mask.PAN: "holds card numbers: a token, the brand and the last four digits replace it in curated",
    Mask.CVV: "is named as a verification code: it is dropped",
    Mask.TRACK: "holds or names track data: it is dropped",
    Mask.SSN: "holds social security numbers: the last four digits are kept",
    Mask.FREE_TEXT: "is free text: card numbers inside are replaced",
}

_NESTED_VALUES = {"array": "lists", "object": "objects"}
_TOTALS = (
    "ends with the sum of the rows above: the last row is a line of totals. The gate accepts it as a "
    "row, so sums in queries count "
    "everything twice; send the file without it"
)
_REFUSED_TOTALS = (
    "ends with the sum of the rows above: the last row is a line of totals, and the gate quarantines it"
)
_NAMED_TOTALS = (
    "{count} rows are lines of totals, by their names and their sums; the first is data row {row}. The "
    "gate accepts them as rows, so sums "
    "in queries count everything twice; send the file without them"
)
_KEY_BY_CHANCE = (
    "is the key only because no value of it repeats in the sample: of two rows with one value the newer "
    "is kept. "
    "Name another key with --key, or none with --no-key"
)
_FEW_ROWS = (
    "are the key only because no two of {rows:,} rows have the same values in them, and {rows:,} rows "
    "are few. "
    "Draft from more rows, or name another key with --key, or none with --no-key"
)
_NO_KEY = (
    "no column and no set of up to three columns is unique, measures such as counts and amounts left out: "
    "name a key with --key, or every row is kept"
)
_AS_JSON = (
    "holds {kind} and is kept as JSON text: read it in queries with json_extract, as in "
    "json_extract({name}, '$'); "
    "card numbers inside are replaced"
)


@dataclass(frozen=True)
class Finding:
    """Something a person should check before keeping the draft.

    `column` is empty where the whole table is concerned.
    """

    column: str
    message: str


@dataclass(frozen=True)
class FormatQuestion:
    """An ambiguous column, and the answers that a person can choose from, as `--format COLUMN=ANSWER` takes
    them.
    """

    column: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """A proposed source contract, what was guessed in it, what a person must decide, and how many rows it was
    drafted from.
    """

    contract: Contract
    findings: tuple[Finding, ...]
    rows: int
    questions: tuple[FormatQuestion, ...] = ()


def draft_from_sample(
    body: bytes,
    dataset: str,
    encoding: str = "",
    *,
    formats: Mapping[str, str] | None = None,
    date_order: str = "",
    strict: bool = True,
    key: Sequence[str] | None = None,
    header: bool | None = None,
    sheet: str = "",
) -> Draft:
    """Return a source contract that accepts every row of the sample, except repeated rows and the values that
    the findings count.

    Args:
        encoding: of samples that are not UTF-8, which the draft states.
        formats: a pattern for each column that a person answered for.
        date_order: `dmy`, `mdy` or `ymd`: the order in dates that can be read in several ways.
        strict: type a column only if all of its values have the type; else 98 % of at least 50 values are
            enough, also for a key.
        key: the key's columns as a person states them; empty for none. By default the draft looks for one.
        header: whether the first row of a text holds the names; by default its cells decide.
        sheet: the only sheet of a workbook to read, which the draft states; by default all with the header of
            the fullest one.

    Raises:
        ContractError: there is no such encoding, no such column, a key is masked, a pattern does not read a
            column's values, or `header` or `sheet` is given for a file of another format.
        UnreadableFileError: the sample cannot be read as a table, or its first row is data.
        HeaderError: its header names a column twice, or not at all.
    """
    given = {ENCODING_PROPERTY: encoding, SHEET_PROPERTY: sheet}
    unread = Contract(
        dataset,
        dataset,
        "source",
        "0",
        (),
        properties={name: value for name, value in given.items() if value},
    )
    sample = _read_sample(body, unread, header)
    stored, cells = sample.stored, sample.cells
    rows = len(next(iter(cells.values())))
    guesses = _guesses(sample, _answers(stored.columns, formats or {}, date_order), strict=strict)
    columns = {
        column.name: _column(column, cells[column.name], guesses[column.name]) for column in stored.columns
    }
    columns |= _floats_again(body, stored, columns)
    columns |= _names_of_people(columns)
    names = _key(columns, cells, guesses, strict=strict) if key is None else _stated_key(columns, key)
    chance = _about_chance(names, rows) if key is None else []
    contract = _contract(stored, columns, names)
    open_columns = [
        column for column in contract.columns if guesses[column.name].choices and column.mask is None
    ]
    questions = tuple(
        FormatQuestion(column.name, tuple(map(answer_of, guesses[column.name].choices)))
        for column in open_columns
    )
    layout = [Finding("", note) for note in about_layout(sample.table, sample.received)]
    layout += [Finding(name, _NOISE) for name in sample.noisy]
    zones = _about_zones(sample.content, contract.columns, cells)
    return Draft(
        contract,
        (*layout, *_asked(questions), *_findings(contract, cells, guesses), *zones, *chance),
        rows,
        questions,
    )


@dataclass(frozen=True)
class _Sample:
    """A sample as the gate reads it.

    Attributes:
        content: unpacked.
        stored: a contract of its columns in the types in which the file stores them.
        table: None for a format with a schema.
        cells: texts by column, as they are drafted.
        noisy: columns of amounts of a workbook in which floats leave digits.
        typed: columns that the file stores as numbers.
    """

    content: bytes
    stored: Contract
    table: FileTable | None
    received: Received
    cells: Mapping[str, pa.Array]
    noisy: Collection[str]
    typed: Collection[str]


def _read_sample(body: bytes, unread: Contract, header: bool | None) -> _Sample:
    """Read the sample with a contract that has no columns yet."""
    content = unpack(body)
    form = format_of(content, unread)
    if stated_sheet(unread) and form.name != FormatName.XLSX:
        raise ContractError(
            "only a workbook has sheets. Remedy: leave out --sheet, and draft from workbooks in a "
            "command of their own"
        )
    table = None if form.schema else _table(content, unread, header)
    columns, properties = _stored_columns(content, unread, table)
    stored = replace(unread, columns=columns, properties=properties)
    received = _sample(body, stored)
    cells, noisy = (
        _of_workbook(body, stored, received.cells)
        if received.format_name == FormatName.XLSX
        else (received.cells, {})
    )
    typed = _typed_columns(body, stored, cells) if received.format_name in _TYPED_FORMS else set()
    return _Sample(content, stored, table, received, cells, [*noisy], typed)


def _guesses(sample: _Sample, answers: Mapping[str, FormatAnswer], *, strict: bool) -> dict[str, Guess]:
    """Return a guess for each column; `strict` as in `draft`."""
    cells, typed = sample.cells, sample.typed
    guesses = {
        column.name: _guess(column, cells[column.name], answers[column.name], is_typed=column.name in typed)
        for column in sample.stored.columns
    }
    if not strict:
        guesses = {name: guess_of_nearly_all(name, cells[name], guess) for name, guess in guesses.items()}
    guesses |= {name: replace(guesses[name], type=with_room(guesses[name].type)) for name in typed}
    return guesses | _with_thousands_of_others(guesses)


def _contract(stored: Contract, columns: Mapping[str, Column], key: tuple[str, ...]) -> Contract:
    """Return the contract of a sample's drafted columns."""
    order_by = tuple(
        name for name in _CHANGED if name in columns and columns[name].type.kind is Kind.TIMESTAMP
    )[:1]
    drafted = with_distinct_names(
        _keyed(column) if column.name in key else column for column in columns.values()
    )
    return replace(
        stored,
        id=f"headgate.source.{stored.dataset}",
        version="0.1.0",
        columns=drafted,
        key=key,
        order_by=order_by,
        grain=f"One row per {' and '.join(key)}" if key else "",
        properties={
            **stored.properties,
            **_kept_new_columns(drafted),
            **({"headgate.orderBy": [*order_by]} if order_by else {}),
        },
    )


def _kept_new_columns(columns: Sequence[Column]) -> dict[str, object]:
    """State that new columns are kept as text.

    Beside card data and codes a person has to say what a new column holds.
    """
    sensitive = any(column.mask not in {None, Mask.FREE_TEXT} for column in columns)
    return (
        {}
        if sensitive or KEPT in {column.name for column in columns}
        else {PROPERTY: NewColumns.KEEP_AS_TEXT.value}
    )


def _typed_columns(body: bytes, contract: Contract, cells: Mapping[str, pa.Array]) -> set[str]:
    """Return the columns whose fractions are all number cells of the file, so that a point in them is the
    decimal separator.

    The sample is read a second time with a decimal comma declared: readers spell number cells with it, and
    leave texts alone.
    """
    with_comma = tuple(
        replace(column, type=_WIDE_DECIMAL, format=SourceFormat(decimal=",")) for column in contract.columns
    )
    respelled = _cells(body, replace(contract, columns=with_comma))
    return {name for name, text in cells.items() if _share_equal(text, respelled[name]) == 0}


def _of_workbook(
    body: bytes, contract: Contract, cells: Mapping[str, pa.Array]
) -> tuple[Mapping[str, pa.Array], Mapping[str, pa.Array]]:
    """The cells of a workbook as its columns are drafted, and those of columns of amounts in which floats
    leave digits.

    A column is one of amounts if it is whole or has few decimals without those digits; else it is one of
    floats, which keeps them all.
    """
    timed = _with_midnights(body, contract, cells)
    shown = _cells(
        body,
        replace(contract, columns=tuple(replace(column, type=_WIDE_DECIMAL) for column in contract.columns)),
    )
    changed = {name: text for name, text in shown.items() if not text.equals(cells[name])}
    noisy = {
        name: text
        for name, text in changed.items()
        if (guess_type(name, text).scale or 0) <= _MOST_DECIMALS_OF_AMOUNTS
    }
    noisy = {
        name: text
        for name, text in noisy.items()
        if guess_type(name, text).kind in {Kind.DECIMAL, Kind.BIGINT}
    }
    return {**timed, **noisy}, noisy


def _with_midnights(body: bytes, contract: Contract, cells: Mapping[str, pa.Array]) -> Mapping[str, pa.Array]:
    """Return the cells with the time of midnights, where a column of a workbook has other times, too."""
    mixed = {
        name for name, text in cells.items() if flags(pc.match_substring_regex(text, _DAY_WITH_TIME)).any()
    }
    if not mixed:
        return cells
    timed = tuple(
        replace(column, type=ColumnType(Kind.TIMESTAMP)) if column.name in mixed else column
        for column in contract.columns
    )
    return {
        **cells,
        **{
            name: text
            for name, text in _cells(body, replace(contract, columns=timed)).items()
            if name in mixed
        },
    }


def _share_equal(text: pa.Array, respelled: pa.Array) -> float:
    """Return the share of texts with a point that were not respelled; 1 if there are none."""
    with_point = flags(pc.match_substring(text, "."))
    equal = flags(pc.equal(text, respelled))
    return float(equal[with_point].mean()) if with_point.any() else 1.0


def _answers(
    stored: Sequence[Column], formats: Mapping[str, str], date_order: str
) -> dict[str, FormatAnswer]:
    names = [column.name for column in stored]
    if unknown := sorted(set(map(folded, formats)) - set(names)):
        raise ContractError(
            f"the sample has no column {unknown[0]}. Remedy: --format takes one of {', '.join(names)}"
        )
    pattern_of = {folded(name): pattern for name, pattern in formats.items()}
    return {name: FormatAnswer(pattern_of.get(name, ""), date_order) for name in names}


def _guess(stored: Column, text: pa.Array, answer: FormatAnswer, *, is_typed: bool) -> Guess:
    """Return the guess for a column.

    One that the file stores as numbers or times has no source format, JSON text is text.
    """
    if stored.nested:
        return Guess(ColumnType(Kind.STRING))
    if stored.type.kind is not Kind.STRING:
        return Guess(guess_type(stored.name, text))
    return guess_column(stored.name, text, is_typed=is_typed, answer=answer)


def _with_thousands_of_others(guesses: Mapping[str, Guess]) -> dict[str, Guess]:
    """Return the amounts below a thousand with the separator of the file's larger ones: the next file may
    write 1.299,00 in them, too.
    """
    comma = {
        name: guess.format for name, guess in guesses.items() if guess.format and guess.format.decimal == ","
    }
    shown = {declared.thousands for declared in comma.values()} - {""}
    if len(shown) != 1:
        return {}
    (thousands,) = shown
    return {
        name: replace(guesses[name], format=replace(declared, thousands=thousands))
        for name, declared in comma.items()
        if not declared.thousands and guesses[name].type.kind is Kind.DECIMAL
    }


def _asked(questions: Sequence[FormatQuestion]) -> list[Finding]:
    return [
        Finding(
            question.column,
            (
                f"is ambiguous and stays text: it can be {' or '.join(question.answers)}. Answer with "
                f"{_options(question)}"
            ),
        )
        for question in questions
    ]


def _options(question: FormatQuestion) -> str:
    return " or ".join(f"--format '{question.column}={answer}'" for answer in question.answers)


def _sample(body: bytes, stored: Contract) -> Received:
    """The file, read as the gate reads it, but without rows above a workbook's header: columns of text alone
    would accept a title.
    """
    return read_file(body, stored, with_rows_above=False)


def _cells(body: bytes, stored: Contract) -> Mapping[str, pa.Array]:
    """Every column's texts in a sample."""
    return _sample(body, stored).cells


def _table(content: bytes, unread: Contract, header: bool | None) -> FileTable:
    """The file's table, with a header of one row or none."""
    if header is not None and not format_of(content, unread).has_stated_header:
        raise ContractError(
            "only CSV files can have a header or none. Remedy: leave out --header and --no-header"
        )
    table = read_table(content, unread, with_header=header)
    if table.two_row_sheet:
        from headgate.formats.excel.read_excel import two_row_header  # noqa: PLC0415 as read_file has it

        raise two_row_header(table.two_row_sheet)
    _check_header(table)
    return table


def _stored_columns(
    content: bytes, unread: Contract, table: FileTable | None
) -> tuple[tuple[Column, ...], Mapping[str, object]]:
    """The file's columns in the types from which the gate's reader keeps every value, and the properties of a
    contract that reads it.
    """
    properties = unread.properties
    nested: Mapping[str, str] = {}
    if table is None:
        schema = _schema(content)
        stored = {folded(field.name): _stored_type(field.type) for field in schema}
        nested = {
            folded(field.name): _logical_type(field.type)
            for field in schema
            if pa.types.is_nested(field.type)
        }
    else:
        is_json = format_of(content, unread).name == FormatName.JSON
        names = _json_names(content, unread) if is_json else numbered(table.names)
        stored = {
            folded(name) or made_up_name(position): ColumnType(Kind.STRING)
            for position, name in enumerate(names, 1)
        }
        nested = _nested_names(content, replace(unread, columns=_columns_of(stored, {}))) if is_json else {}
        properties = properties if table.has_header else {**properties, HEADER_PROPERTY: NO_HEADER}
    columns = _columns_of(stored, nested)
    if any(_is_data(column.name) for column in columns):
        raise UnreadableFileError(
            rule="not_a_table",
            message=(
                "the first row looks like data: a column's name is a long number, a card number or a "
                "social security number"
            ),
            remedy="put a line with the columns' names above",
        )
    return columns, properties


def _json_names(content: bytes, unread: Contract) -> tuple[str, ...]:
    """Return the names of the records' values.

    Those of nested objects are joined, and a null instead of an object has no name.
    """
    columns = read_records(content, stated_encoding(unread), every_object).columns
    nulls = {name for name, column in columns.items() if column.null_count == len(column)}
    return tuple(
        name
        for name in columns
        if name not in nulls or not any(other.startswith(f"{name}_") for other in columns)
    )


def _columns_of(stored: Mapping[str, ColumnType], nested: Mapping[str, str]) -> tuple[Column, ...]:
    """The columns in their stored types; a name that comes twice is left to the reader."""
    return tuple(
        Column(name, column_type, nested=nested.get(name, "")) for name, column_type in stored.items()
    )


def _nested_names(content: bytes, contract: Contract) -> dict[str, str]:
    """Return the columns that hold lists or objects when the file is read by the contract, with their ODCS
    logicalType.
    """
    read = read_records(content, stated_encoding(contract), by_contract(contract))
    firsts = {
        name: next(text for text in read.columns[name].to_pylist() if text and text[0] in "[{")
        for name in read.nested
    }
    return {folded(name): "array" if text[0] == "[" else "object" for name, text in firsts.items()}


def _check_header(table: FileTable) -> None:
    """The header has a name for each cell of a row, or none. UnreadableFileError where it has not."""
    if not table.names:
        raise no_table()
    if table.has_header and table.header_cells not in {0, len(table.names)}:
        raise UnreadableFileError(
            rule="not_a_table",
            message=(
                f"the header has {table.header_cells:,} names, but most rows have {len(table.names):,} cells"
            ),
            remedy="give each column one name, and quote cells that hold the delimiter",
        )


def _is_data(name: str) -> bool:
    """Whether a name is a value of a file without a header, which must not be shown."""
    return _LONG_NUMBER.fullmatch(name) is not None or redact_text(name) != name


def _stored_type(stored: pa.DataType) -> ColumnType:
    """The type by which the gate's reader spells every value of a stored type."""
    if pa.types.is_decimal(stored):
        return ColumnType(Kind.DECIMAL, precision=stored.precision, scale=stored.scale)
    kinds = {
        Kind.DOUBLE: pa.types.is_floating,
        Kind.TIMESTAMP: pa.types.is_timestamp,
        Kind.DATE: pa.types.is_date,
        Kind.BOOLEAN: pa.types.is_boolean,
    }
    return ColumnType(next((kind for kind, is_kind in kinds.items() if is_kind(stored)), Kind.STRING))


def _logical_type(stored: pa.DataType) -> str:
    """ODCS's word for a nested type."""
    return "object" if pa.types.is_struct(stored) or pa.types.is_map(stored) else "array"


def _schema(content: bytes) -> pa.Schema:
    """Return the types that the file states; none where its format states none."""
    schema = format_of(content).schema
    return schema(content) if schema else pa.schema([])


def _column(stored: Column, text: pa.Array, guess: Guess) -> Column:
    name, mask = stored.name, _mask(stored, text)
    column_type = _masked_type(mask) or _readable(guess.type, stored.type)
    declared = guess.format if column_type == guess.type else None
    column = Column(
        name, column_type, mask=mask, format=declared, classification=_classification(name, mask, text)
    )
    required = len(text) > 0 and not blank_to_null(null_where_absent(column, text)).null_count
    rules = [Rule("required")] if required else []
    if column_type.length is not None:
        rules.append(Rule("max_length", column_type.length))
    content = guess_content(name, text) if mask is None else None
    is_open = (
        column.classification == PERSONAL or is_code_name(name) or content is not None
    )  # the next file has other people and places
    if mask is None and not (guess.mostly or guess.choices or is_open):
        rules += _valid_values(text, column_type)
    description = (
        f"Format undecided: {' or '.join(map(answer_of, guess.choices))}"
        if guess.choices and mask is None
        else ""
    )
    return replace(
        column,
        required=required,
        rules=tuple(rules),
        description=description,
        content=content,
        nested=stored.nested,
    )


def _names_of_people(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return the column `name` as personal data, where contacts or birthdays beside it say that the rows are
    people.
    """
    name = columns.get("name")
    are_people = any(column.classification == PERSONAL for column in columns.values())
    if name is None or not are_people or name.mask not in {None, Mask.FREE_TEXT}:
        return {}
    return {
        "name": replace(
            name,
            classification=PERSONAL,
            rules=tuple(rule for rule in name.rules if rule.name != "valid_values"),
        )
    }


def _classification(name: str, mask: Mask | None, text: pa.Array) -> str:
    """Return `personal` for a column that by its name, or by e-mail addresses or accounts in it, holds data
    about people.
    """
    if mask not in {None, Mask.FREE_TEXT}:
        return ""
    is_named = is_personal_name(unnumbered(name)) or is_personal_name(name)
    return PERSONAL if is_named or are_email_addresses(text) or are_ibans(text) else ""


def _mask(stored: Column, text: pa.Array) -> Mask | None:
    """By name and texts.

    Floats spell card numbers with an exponent, and nobody stores prose as a number or a time.

    JSON text is free text, which may hold anything; what must be dropped by its name is dropped.
    """
    mask = guess_mask(stored.name, text)
    if stored.nested:
        return mask if mask in {Mask.CVV, Mask.TRACK} else Mask.FREE_TEXT
    if stored.type.kind is Kind.STRING or mask not in {None, Mask.FREE_TEXT}:
        return mask
    values = cast(blank_to_null(text), _kept(stored.type)).values
    return (
        Mask.PAN
        if len(numeric_rows_with_cards(values)) >= CARD_SHARE * max(1, len(values) - values.null_count)
        else None
    )


def _readable(guessed: ColumnType, stored: ColumnType) -> ColumnType:
    """Return the stored type for fractions, times and truth values, which have no text of their own.

    Else the guessed one.
    """
    return _kept(stored) if guessed.kind is Kind.STRING else guessed


def _kept(stored: ColumnType) -> ColumnType:
    """The stored type, no wider than a contract's."""
    if stored.precision is None or stored.scale is None:
        return stored
    return replace(
        stored, precision=min(stored.precision, MOST_PRECISION), scale=min(stored.scale, MOST_PRECISION)
    )


def _floats_again(body: bytes, stored: Contract, columns: Mapping[str, Column]) -> dict[str, Column]:
    """Columns of floats that do not keep all digits of the guessed type: they stay floats."""
    floats = {
        column.name
        for column in stored.columns
        if column.type.kind is Kind.DOUBLE and columns[column.name].mask is None
    }
    if not floats:
        return {}
    guessed = tuple(columns[column.name] if column.name in floats else column for column in stored.columns)
    cells = _cells(body, replace(stored, columns=guessed))
    lossy = [name for name in floats if len(cast(cells[name], columns[name].type).misfits)]
    return {name: replace(columns[name], type=ColumnType(Kind.DOUBLE)) for name in lossy}


def _masked_type(mask: Mask | None) -> ColumnType | None:
    """Return text for a masked column, whatever it looks like: a card number that were an integer would be
    nobody's to search.
    """
    return ColumnType(Kind.STRING) if mask else None


def _valid_values(text: pa.Array, column_type: ColumnType) -> list[Rule]:
    """The few values that a column repeats, as a rule that only warns: the sample may not have
    seen them all.
    """
    given = blank_to_null(text).drop_null()
    if column_type.kind is not Kind.STRING or len(given) < _ROWS_FOR_VALUES:
        return []
    values = sorted(pc.unique(given).to_pylist())
    is_short = len(values) <= _MOST_VALUES and max(map(len, values)) <= _LONGEST_VALUE
    return [Rule("valid_values", tuple(values), Level.WARN)] if is_short else []


def _keyed(column: Column) -> Column:
    rules = column.rules if column.required else (Rule("required"), *column.rules)
    return replace(column, required=True, rules=rules)


def _may_be_key(column: Column, text: pa.Array, guess: Guess) -> bool:
    """Whether the draft may take the column for a key or a part of one.

    Nothing written by hand, and of data about people only e-mail addresses and numbers: two people share a
    name or an address.
    """
    if guess.choices:
        return sounds_like_key(column.name)
    tells_apart = (
        column.content is not None
        or sounds_like_key(column.name)
        or are_email_addresses(text)
        or are_ibans(text)
    )
    if column.classification == PERSONAL and not tells_apart:
        return False
    return column.type.kind is not Kind.STRING or sounds_like_key(column.name) or not is_prose(text)


def _stated_key(columns: Mapping[str, Column], key: Sequence[str]) -> tuple[str, ...]:
    names = tuple(map(folded, key))
    for name in names:
        if name not in columns:
            raise ContractError(
                f"the sample has no column {name}. Remedy: --key takes one or more of {', '.join(columns)}"
            )
        if columns[name].mask is not None:
            raise ContractError(
                f"column {name} is masked, so it cannot be the key. Remedy: name another column, or --no-key"
            )
    return names


def _key(
    columns: Mapping[str, Column],
    cells: Mapping[str, pa.Array],
    guesses: Mapping[str, Guess],
    *,
    strict: bool,
) -> tuple[str, ...]:
    """Return the exact key.

    Unless the draft is strict, a column that sounds like a key and tells apart nearly all rows is preferred.
    """
    usable = {
        name: column for name, column in columns.items() if _may_be_key(column, cells[name], guesses[name])
    }
    exact = find_key(usable, cells)
    if strict or (len(exact) == 1 and sounds_like_key(exact[0])):
        return exact
    candidates = [
        column.name for column in usable.values() if column.mask is None and column.type.kind in KEY_KINDS
    ]
    return key_of_nearly_all(candidates, cells) or exact


def _about_chance(names: Sequence[str], rows: int) -> list[Finding]:
    """Return the caveat about a key that was found by its values: one column without a key's name, or several
    in few rows.
    """
    if len(names) == 1 and not sounds_like_key(names[0]):
        return [Finding(names[0], _KEY_BY_CHANCE)]
    return (
        [Finding(", ".join(names), _FEW_ROWS.format(rows=rows))]
        if len(names) > 1 and rows < FEWEST_VALUES
        else []
    )


def _findings(
    contract: Contract, cells: Mapping[str, pa.Array], guesses: Mapping[str, Guess]
) -> list[Finding]:
    findings = [
        Finding(column.name, message)
        for column in contract.columns
        for message in (
            *_about(column, cells[column.name], guesses[column.name]),
            *_about_format(column, guesses[column.name]),
        )
    ]
    if not any(len(text) for text in cells.values()):
        findings.append(
            Finding("", "the sample has no rows, so every type is a guess: draft from a file with rows")
        )
    if summed := totals_of(contract.columns, cells):
        findings.append(
            Finding(
                ", ".join(summed),
                _REFUSED_TOTALS if last_row_is_refused(contract.columns, cells) else _TOTALS,
            )
        )
    elif rows := named_totals(contract.columns, cells):
        findings.append(Finding("", _NAMED_TOTALS.format(count=len(rows), row=rows[0] + 1)))
    findings += [Finding(", ".join(contract.key), note) for note in about_key(contract, cells)]
    if not contract.key:
        findings.append(Finding("", _NO_KEY))
    elif not contract.order_by:
        findings.append(
            Finding(
                "", "no column says which of two rows with one key is newer: name one in headgate.orderBy"
            )
        )
    return findings


def _about_zones(content: bytes, columns: Sequence[Column], cells: Mapping[str, pa.Array]) -> list[Finding]:
    zones = {folded(name): zone for name, zone in zones_of(_schema(content)).items()}
    return [
        Finding(column.name, note)
        for column in columns
        for note in about_zone(column, cells[column.name], zones)
    ]


def _about_format(column: Column, guess: Guess) -> list[str]:
    """Return what was inferred about how the column is written."""
    if column.mask is not None:
        return []
    notes = []
    declared = column.format
    if declared is not None:
        notes.append(f"is written as {_shown(declared)}; confidence {_confidence(declared):.2f}")
    if declared is not None and has_short_year(declared):
        first = declared.year_from
        notes.append(
            f"has years of two digits, which are read as {first} to {first + 99}: set yearFrom in "
            "headgate.format for others"
        )
    if declared is not None and declared.percent:
        notes.append(
            "has percent signs and is read as points, so 19 % is 19: percent: fraction reads it as 0.19"
        )
    if guess.mostly and column.type.kind is Kind.STRING:
        notes.append(_why_text(column.name, guess.mostly))
    return notes


def _why_text(name: str, most: Most) -> str:
    """Return why a column stays text although nearly all of its rows have a type, and what a
    person can do.
    """
    what = "1 value is" if most.others == 1 else f"{most.others:,} values are"
    reading, others = most.reading, f"stays text, because {what} no {most.reading.kind}: correct the sample"
    if reading.kind is Kind.BOOLEAN or reading.kind is Kind.DOUBLE:
        return others
    return f"{others}, or refuse their rows with --format '{name}={answer_of(reading)}'"


def _shown(declared: SourceFormat) -> str:
    facts = {
        key: repr(value) if key in {"decimal", "thousands"} else value
        for key, value in format_facts(declared).items()
    }
    return ", ".join(f"{key} {value}" for key, value in facts.items())


def _confidence(declared: SourceFormat) -> float:
    """Return a confidence below 1 where the sample shows the format, but cannot exclude another one."""
    return _ASSUMED if declared.nulls or has_short_year(declared) else 1.0


def _about(column: Column, text: pa.Array, guess: Guess) -> list[str]:
    findings = [_WHY[column.mask]] if column.mask else []
    if column.nested and column.mask is Mask.FREE_TEXT:
        findings = [_AS_JSON.format(kind=_NESTED_VALUES[column.nested], name=column.name)]
    if column.classification == PERSONAL:
        findings.append("is proposed as personal data (classification: personal)")
    given = null_where_absent(column, text)
    values = blank_to_null(given).drop_null()
    if len(text) and not len(values):
        findings.append("has no value in the sample, so its type is a guess")
    if column.mask is Mask.FREE_TEXT and (count := len(rows_with_cards(values))):
        findings.append(
            f"has {count} values that pass as card numbers: take the mask away only if they are none"
        )
    if guess.mostly and column.type.kind is not Kind.STRING:
        findings += about_bad_values(column, text)
    elif misfits := len(cast_column(column, values).misfits):
        findings.append(
            f"{misfits:,} of {len(values):,} values do not read as {physical_type(column.type)}: their "
            "rows are quarantined. "
            "Correct the sample or its type"
        )
    if not _UNQUOTED.fullmatch(column.name):
        findings.append("stands in double quotes in queries, because of its characters")
    elif column.name in _RESERVED:
        findings.append("stands in double quotes in queries, because Athena's SQL reserves its name")
    return findings
