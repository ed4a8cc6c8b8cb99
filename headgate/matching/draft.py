"""Draft a contract from a sample file: what the gate would have to be told to let such files in.

A draft is a proposal to a person. It never lets more through than the sample shows to be safe: what could be a card number is
masked, what could be a code stays text, and everything that was guessed is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.curated import kept_apart
from headgate.contracts.document import physical_type
from headgate.contracts.encodings import ENCODING_PROPERTY, stated_encoding
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Level, Mask, Rule
from headgate.errors import UnreadableFileError
from headgate.formats.column_names import column_names
from headgate.formats.header import folded
from headgate.formats.read_file import read_file
from headgate.formats.sniff import is_parquet
from headgate.formats.unpack import unpack
from headgate.masking.card_numbers import rows_of_cards
from headgate.masking.card_search import redacted_text, rows_with_cards
from headgate.matching.column_inference import CARD_SHARE, MOST_PRECISION, guess_mask, guess_type, misfits_of_most, rows_repeated
from headgate.values.cast import cast
from headgate.values.cells import blank_to_null

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KEY_KINDS = {Kind.STRING, Kind.BIGINT}
_KEY_PARTS = {*_KEY_KINDS, Kind.DATE, Kind.TIMESTAMP}
_KEY_ENDINGS = ("id", "number", "no", "key", "uuid", "code", "sku")
_CHANGED = ("updated_at", "modified_at", "last_modified", "changed_at", "last_updated", "updated", "modified")
_MOST_KEY_CANDIDATES = 8
_MOST_VALUES, _LONGEST_VALUE, _ROWS_FOR_VALUES = 12, 32, 100
_LONG_NUMBER = re.compile(r"\W*(?:\d\W*){9,}")
_WHY = {
    Mask.PAN: "holds card numbers: a token, the brand and the last four digits stand for it behind the gate",
    Mask.CVV: "is named as a verification code: it is dropped",
    Mask.TRACK: "holds or names track data: it is dropped",
    Mask.SSN: "holds social security numbers: the last four digits are kept",
    Mask.FREE_TEXT: "is free text: card numbers inside are replaced",
}


@dataclass(frozen=True)
class Finding:
    """Something a person should look at before keeping the draft; `column` is empty where the whole table is concerned."""

    column: str
    told: str


@dataclass(frozen=True)
class Draft:
    """A proposed source contract, what was guessed in it, and how many rows it was drafted from."""

    contract: Contract
    findings: tuple[Finding, ...]
    rows: int


def draft(body: bytes, dataset: str, encoding: str = "") -> Draft:
    """A source contract that lets every row of the sample in, but for exact and keyed repeats of rows, and values that the findings count.

    Args:
        encoding: of samples that are not UTF-8, which the draft states.

    Raises:
        ContractError: there is no such encoding.
        UnreadableFileError: the sample cannot be read as a table, or its first row is data.
        HeaderError: its header names a column twice, or not at all.
    """
    unread = Contract(dataset, dataset, "source", "0", (), properties={ENCODING_PROPERTY: encoding} if encoding else {})
    stored = _stored_columns(unpack(body), stated_encoding(unread))
    cells = _cells(body, replace(unread, columns=stored))
    rows = len(next(iter(cells.values())))
    columns = {column.name: _column(column, cells[column.name]) for column in stored}
    columns |= _floats_again(body, replace(unread, columns=stored), columns)
    key = _key(columns, cells)
    order_by = tuple(name for name in _CHANGED if name in columns and columns[name].type.kind is Kind.TIMESTAMP)[:1]
    declared = kept_apart(_keyed(column) if column.name in key else column for column in columns.values())
    contract = Contract(
        id=f"headgate.source.{dataset}",
        dataset=dataset,
        zone="source",
        version="0.1.0",
        columns=declared,
        key=key,
        order_by=order_by,
        grain=f"One row per {' and '.join(key)}" if key else "",
        properties={**unread.properties, **({"headgate.orderBy": [*order_by]} if order_by else {})},
    )
    return Draft(contract, tuple(_findings(contract, cells)), rows)


def _cells(body: bytes, stored: Contract) -> Mapping[str, pa.Array]:
    """Every column's texts, read as the gate reads them."""
    return read_file(body, stored).cells


def _stored_columns(content: bytes, encoding: str) -> tuple[Column, ...]:
    """The file's columns in the types by which the gate's reader spells every value of theirs."""
    if is_parquet(content):
        stored = {folded(field.name): _stored_type(field.type) for field in _parquet_schema(content)}
    else:
        stored = {folded(name): ColumnType(Kind.STRING) for name in column_names(content, encoding)}
    columns = tuple(Column(name, column_type) for name, column_type in stored.items())  # a name that comes twice is left to the reader
    if any(_is_data(column.name) for column in columns):
        raise UnreadableFileError(
            rule="not_a_table",
            message="the first row looks like data: a column's name is a long number, a card number or a social security number",
            remedy="put a line with the columns' names above",
        )
    return columns


def _is_data(name: str) -> bool:
    """Whether a name is a value of a file without a header, which may be told to nobody."""
    return _LONG_NUMBER.fullmatch(name) is not None or redacted_text(name) != name


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


def _parquet_schema(content: bytes) -> pa.Schema:
    try:
        return pq.read_schema(pa.BufferReader(content))
    except (pa.ArrowException, OSError, ValueError):
        raise UnreadableFileError(rule="corrupt_parquet", message="the Parquet file is damaged", remedy="write it again") from None


def _column(stored: Column, text: pa.Array) -> Column:
    name, mask = stored.name, _mask(stored, text)
    column_type = _masked_type(mask) or _readable(guess_type(name, text), stored.type)
    required = len(text) > 0 and not blank_to_null(text).null_count
    rules = [Rule("required")] if required else []
    if column_type.length is not None:
        rules.append(Rule("max_length", column_type.length))
    if mask is None:
        rules += _valid_values(text, column_type)
    return Column(name, column_type, required=required, mask=mask, rules=tuple(rules))


def _mask(stored: Column, text: pa.Array) -> Mask | None:
    """By name and texts; floats spell card numbers with an exponent, and nobody stores prose as a number or a time."""
    mask = guess_mask(stored.name, text)
    if stored.type.kind is Kind.STRING or mask not in {None, Mask.FREE_TEXT}:
        return mask
    values = cast(blank_to_null(text), _kept(stored.type)).values
    return Mask.PAN if len(rows_of_cards(values)) >= CARD_SHARE * max(1, len(values) - values.null_count) else None


def _readable(guessed: ColumnType, stored: ColumnType) -> ColumnType:
    """What is stored as a fraction, a time or a truth value has no text of its own: such a column is what it is stored as."""
    return _kept(stored) if guessed.kind is Kind.STRING else guessed


def _kept(stored: ColumnType) -> ColumnType:
    """The stored type, no wider than a contract's."""
    if stored.precision is None or stored.scale is None:
        return stored
    return replace(stored, precision=min(stored.precision, MOST_PRECISION), scale=min(stored.scale, MOST_PRECISION))


def _floats_again(body: bytes, stored: Contract, columns: Mapping[str, Column]) -> dict[str, Column]:
    """Columns of floats that do not keep all digits of the guessed type: they stay floats."""
    floats = {column.name for column in stored.columns if column.type.kind is Kind.DOUBLE and columns[column.name].mask is None}
    if not floats:
        return {}
    guessed = tuple(columns[column.name] if column.name in floats else column for column in stored.columns)
    cells = _cells(body, replace(stored, columns=guessed))
    lossy = [name for name in floats if len(cast(cells[name], columns[name].type).misfits)]
    return {name: replace(columns[name], type=ColumnType(Kind.DOUBLE)) for name in lossy}


def _masked_type(mask: Mask | None) -> ColumnType | None:
    """What is masked is text, whatever it looks like: a card number that were an integer would be nobody's to search."""
    return ColumnType(Kind.STRING) if mask else None


def _valid_values(text: pa.Array, column_type: ColumnType) -> list[Rule]:
    """The few values that a column repeats, as a rule that only warns: the sample may not have seen them all."""
    given = blank_to_null(text).drop_null()
    if column_type.kind is not Kind.STRING or len(given) < _ROWS_FOR_VALUES:
        return []
    values = sorted(pc.unique(given).to_pylist())
    is_short = len(values) <= _MOST_VALUES and max(map(len, values)) <= _LONGEST_VALUE
    return [Rule("valid_values", tuple(values), Level.WARN)] if is_short else []


def _keyed(column: Column) -> Column:
    rules = column.rules if column.required else (Rule("required"), *column.rules)
    return replace(column, required=True, rules=rules)


def _key(columns: Mapping[str, Column], cells: Mapping[str, pa.Array]) -> tuple[str, ...]:
    """The column, else the pair of columns, that tells every row of the sample from the others; names that sound like one go first."""
    usable = [column for column in columns.values() if column.required and column.mask is None]
    single = [column.name for column in usable if column.type.kind in _KEY_KINDS]
    parts = [column.name for column in usable if column.type.kind in _KEY_PARTS]
    pairs = combinations(_by_sound(parts)[:_MOST_KEY_CANDIDATES], 2)
    for names in [*((name,) for name in _by_sound(single)), *pairs]:
        if (rows_repeated([cells[name] for name in names]) == 1).all():
            return tuple(name for name in columns if name in names)
    return ()


def _by_sound(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: not name.endswith(_KEY_ENDINGS))


def _findings(contract: Contract, cells: Mapping[str, pa.Array]) -> list[Finding]:
    found = [Finding(column.name, told) for column in contract.columns for told in _about(column, cells[column.name])]
    if not contract.key:
        found.append(Finding("", "no column and no pair of columns tells the rows apart: name a key, without which nothing is merged"))
    elif not contract.order_by:
        found.append(Finding("", "nothing tells which of two rows with one key is newer: name a column in headgate.orderBy"))
    return found


def _about(column: Column, text: pa.Array) -> list[str]:
    told = [_WHY[column.mask]] if column.mask else []
    given = blank_to_null(text).drop_null()
    if not len(given):
        told.append("has no value in the sample, so its type is a guess")
    if column.mask is Mask.FREE_TEXT and (count := len(rows_with_cards(given))):
        told.append(f"has {count} values that pass as card numbers: take the mask away only if they are none")
    if misfits := len(cast(given, column.type).misfits):
        told.append(
            f"has {misfits} values that are no {physical_type(column.type)}: their rows are refused, so mend the sample or its type"
        )
    if column.type.kind is Kind.STRING and column.mask is None and (most := misfits_of_most(column.name, text)):
        told.append(f"stays text since {most[1]} of its values are no {most[0]}: mend the sample to have it typed")
    if " " in column.name:
        told.append("has a blank in its name, so queries must quote it")
    return told
