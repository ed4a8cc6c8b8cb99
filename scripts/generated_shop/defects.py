"""Add rows with known defects to a clean table, and record the truth about each.

The truth is its position and why the gate must refuse it. A defective row is an extra row: a copy of a clean
one with its own key and one defect. So the rows that remain after refusing all of them are exactly the clean
shop.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Kind
from scripts.generated_shop.cards import grouped_digits, issue_cards
from scripts.generated_shop.drawn_arrays import Floats, Ints, joined_texts, padded_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator

    from headgate.contracts.model import Contract

    Change = Callable[
        [pa.Table, str, Generator], pa.Table
    ]  # clean rows of text, column, chance → the same rows with the defect

TRUTH_SCHEMA = pa.schema(
    [
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("object_key", pa.string(), nullable=False),
        pa.field("source_row", pa.int64(), nullable=False),
        pa.field("defect", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("column_name", pa.string()),
    ]
)
_FRESH_NUMBER = 9_000_000_000  # keys of defective rows start here, after every clean key


@dataclass(frozen=True)
class Defect:
    """A kind of defect of one dataset.

    It has the rule that refuses it, the column concerned (empty for the whole row), and its generator.
    """

    kind: str
    dataset: str
    rule: str
    column: str
    change: Change
    surplus_cells: int = 0  # number of extra (or, if negative, missing) cells of the line

    @property
    def is_repeat(self) -> bool:
        """Whether the row is a copy or an older version of a row that stays, so it follows that row."""
        return self.rule.startswith("duplicate")


@dataclass(frozen=True)
class Spoiled:
    """Rows with defects among them, the number of extra cells of each line, and the truth (TRUTH_SCHEMA)."""

    rows: pa.Table
    surplus_cells: Ints
    truth: pa.Table


@dataclass(frozen=True)
class Spoiler:
    """Adds `rate` defective rows per clean row of `datasets`, with equal numbers of all kinds."""

    seed: int
    rate: float
    datasets: tuple[str, ...]

    def spoil(self, contract: Contract, rows: pa.Table, object_key: str) -> Spoiled:
        """Insert defective rows into `rows` (all text), depending only on the seed and the object's key."""
        rng = np.random.default_rng([self.seed, zlib.crc32(object_key.encode())])
        kinds = [defect for defect in DEFECTS if defect.dataset == contract.dataset]
        count = round(self.rate * rows.num_rows) if kinds else 0
        base = rng.permutation(rows.num_rows)[:count]
        dealt = (rng.integers(0, max(1, len(kinds))) + np.arange(len(base))) % max(1, len(kinds))
        pieces = [
            _Piece.of(defect, rows, base[dealt == place], contract, rng) for place, defect in enumerate(kinds)
        ]
        return _interleaved(rows, _with_fresh_keys(pieces, contract), contract.dataset, object_key)


@dataclass(frozen=True)
class _Piece:
    """The defective rows of one kind, and the clean row after which each is inserted."""

    defect: Defect
    rows: pa.Table
    places: Floats

    @classmethod
    def of(cls, defect: Defect, clean: pa.Table, base: Ints, contract: Contract, rng: Generator) -> _Piece:
        earliest = base if defect.is_repeat else np.zeros(len(base))
        places = earliest + (clean.num_rows - earliest) * rng.random(len(base))
        column = defect.column or contract.order_by[0]
        return cls(defect, defect.change(clean.take(pa.array(base)), column, rng), places)


def _with_fresh_keys(pieces: list[_Piece], contract: Contract) -> list[_Piece]:
    """Return the pieces with keys that no other row of the file has, except for repeats of a row."""
    name, first = contract.key[0], 0
    renamed = []
    for piece in pieces:
        keys = _fresh_key(contract, name, first + np.arange(piece.rows.num_rows))
        first += piece.rows.num_rows
        renamed.append(
            piece if piece.defect.is_repeat else replace(piece, rows=_with(piece.rows, name, keys))
        )
    return renamed


def _fresh_key(contract: Contract, name: str, numbers: Ints) -> pa.Array:
    if contract.column(name).type.kind is Kind.STRING:
        return joined_texts("X", padded_text(numbers))
    return padded_text(_FRESH_NUMBER + numbers)


def _interleaved(clean: pa.Table, pieces: list[_Piece], dataset: str, object_key: str) -> Spoiled:
    places = np.concatenate(
        [np.arange(clean.num_rows, dtype=np.float64), *(piece.places for piece in pieces)]
    )
    order = np.argsort(places, kind="stable")
    rows = pa.concat_tables([clean, *(piece.rows for piece in pieces)]).take(pa.array(order))
    kinds = np.concatenate(
        [
            np.full(clean.num_rows, -1),
            *(np.full(len(piece.places), place) for place, piece in enumerate(pieces)),
        ]
    )[order]
    surplus = np.array([*(piece.defect.surplus_cells for piece in pieces), 0], dtype=np.int64)[
        kinds
    ]  # kind -1 is the last: clean
    return Spoiled(rows, surplus, _truth(pieces, kinds, dataset, object_key))


def _truth(pieces: list[_Piece], kinds: Ints, dataset: str, object_key: str) -> pa.Table:
    at = np.flatnonzero(kinds >= 0)
    kind = pa.array(kinds[at])
    defects = [piece.defect for piece in pieces]
    texts = {
        "dataset": pa.repeat(dataset, len(at)),
        "object_key": pa.repeat(object_key, len(at)),
        "source_row": pa.array(at + 1),
        "defect": pa.array([defect.kind for defect in defects], pa.string()).take(kind),
        "rule": pa.array([defect.rule for defect in defects], pa.string()).take(kind),
        "column_name": pa.array([defect.column or None for defect in defects], pa.string()).take(kind),
    }
    return pa.table(texts, schema=TRUTH_SCHEMA)


def _with(rows: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return rows.set_column(rows.column_names.index(column), column, values)


def _one_of(*values: str | None) -> Change:
    """Replace the cell by one of these texts."""

    def change(rows: pa.Table, column: str, rng: Generator) -> pa.Table:
        picked = pa.array(rng.integers(0, len(values), rows.num_rows))
        return _with(rows, column, pa.array(values, pa.string()).take(picked))

    return change


def _wrong_check_digit(rows: pa.Table, column: str, rng: Generator) -> pa.Table:
    """Return a card number with an invalid last digit."""
    numbers = issue_cards(rng, rows.num_rows, 0).numbers
    last = numbers % 10
    return _with(rows, column, padded_text(numbers - last + (last + rng.integers(1, 10, rows.num_rows)) % 10))


def _card_in_sentence(rows: pa.Table, column: str, rng: Generator) -> pa.Table:
    """Return a card number in a column where no contract expects one."""
    numbers = issue_cards(rng, rows.num_rows, 0).number_texts(np.arange(rows.num_rows))
    return _with(rows, column, joined_texts("paid with ", grouped_digits(numbers, " ")))


def _too_long(rows: pa.Table, column: str, rng: Generator) -> pa.Table:
    """Return a text far longer than any declared length."""
    return _with(rows, column, pc.binary_repeat("overlong ", pa.array(rng.integers(40, 80, rows.num_rows))))


def _delivered_before_shipped(rows: pa.Table, column: str, rng: Generator) -> pa.Table:
    """Return orders shipped when ordered and delivered up to a week before that."""
    del column  # the rule is about the row
    shipped = rows["ordered_at"].combine_chunks()
    early = pa.array(rng.integers(60, 7 * 86_400, rows.num_rows), pa.duration("s"))
    delivered = pc.subtract(shipped.cast(pa.timestamp("s")), early).cast(pa.string())
    return _with(_with(rows, "shipped_at", shipped), "delivered_at", delivered)


def _no_units(rows: pa.Table, column: str, rng: Generator) -> pa.Table:
    """Return a line with quantity zero."""
    del column  # the rule is about the row
    return _one_of("0")(rows, "quantity", rng)


def _older(rows: pa.Table, column: str, rng: Generator) -> pa.Table:
    """Return the row as it was a second before its last change."""
    del rng
    before = pc.subtract(
        rows[column].combine_chunks().cast(pa.timestamp("s")), pa.scalar(1, pa.duration("s"))
    )
    return _with(rows, column, before.cast(pa.string()))


def _unchanged(rows: pa.Table, column: str, rng: Generator) -> pa.Table:
    """Return the row unchanged."""
    del column, rng
    return rows


_IMPOSSIBLE_TIME = _one_of(
    "2023-13-45 10:00:00", "2023-02-30 09:15:00", "2022-04-31 23:00:00", "0000-00-00 00:00:00", "yesterday"
)
_NO_INTEGER = _one_of("12.7", "3,5", "1e", "two")
_NEGATIVE = _one_of("-0.0100", "-12.5000", "-199.9900")
_EMPTY = _one_of(None)
_MANGLED_CARD = _one_of("4.11E+15", "5.55556E+15", "3.78282E+14", "6.01111E+15")
_BAD_EMAIL = _one_of(
    "customer.example.com", "customer@", "@example.com", "two words@example.com", "customer@example"
)
_BAD_SSN = _one_of("123-456-789", "12-345-6789", "ABC-12-3456", "123-45-678X")

DEFECTS = (
    Defect("impossible_date", "customers", "type", "signed_up_at", _IMPOSSIBLE_TIME),
    Defect("bad_email", "customers", "pattern", "email", _BAD_EMAIL),
    Defect("bad_ssn", "customers", "type", "ssn", _BAD_SSN),
    Defect("missing_required", "customers", "required", "region_id", _EMPTY),
    Defect("card_in_text", "customers", "undeclared_card_number", "full_name", _card_in_sentence),
    Defect("exact_duplicate", "customers", "duplicate_row", "", _unchanged),
    Defect("older_version", "customers", "duplicate_key", "", _older),
    Defect("negative_price", "products", "minimum", "list_price", _NEGATIVE),
    Defect("over_long_text", "products", "max_length", "product_name", _too_long),
    Defect("missing_required", "products", "required", "category", _EMPTY),
    Defect("ragged_row", "products", "ragged_row", "", _unchanged, surplus_cells=1),
    Defect("older_version", "products", "duplicate_key", "", _older),
    Defect("impossible_date", "orders", "type", "ordered_at", _IMPOSSIBLE_TIME),
    Defect(
        "unknown_value",
        "orders",
        "valid_values",
        "status",
        _one_of("shipped", "Completed", "COMPLETED ", "?"),
    ),
    Defect("delivered_before_shipped", "orders", "delivered_after_shipped", "", _delivered_before_shipped),
    Defect("missing_required", "orders", "required", "region_id", _EMPTY),
    Defect("over_long_text", "orders", "max_length", "promotion_code", _too_long),
    Defect("ragged_row", "orders", "ragged_row", "", _unchanged, surplus_cells=-1),
    Defect("exact_duplicate", "orders", "duplicate_row", "", _unchanged),
    Defect("older_version", "orders", "duplicate_key", "", _older),
    Defect("no_integer", "order_items", "type", "quantity", _NO_INTEGER),
    Defect("zero_quantity", "order_items", "quantity_is_not_zero", "", _no_units),
    Defect("negative_price", "order_items", "minimum", "unit_price", _NEGATIVE),
    Defect("missing_required", "order_items", "required", "product_id", _EMPTY),
    Defect("card_in_text", "order_items", "undeclared_card_number", "description", _card_in_sentence),
    Defect("ragged_row", "order_items", "ragged_row", "", _unchanged, surplus_cells=1),
    Defect("exact_duplicate", "order_items", "duplicate_row", "", _unchanged),
    Defect("older_version", "order_items", "duplicate_key", "", _older),
    Defect("wrong_check_digit", "payments", "card_number", "card_number", _wrong_check_digit),
    Defect("mangled_card", "payments", "destroyed_number", "card_number", _MANGLED_CARD),
    Defect("unknown_value", "payments", "valid_values", "method", _one_of("cash", "Card", "crypto")),
    Defect("missing_required", "payments", "required", "amount", _EMPTY),
    Defect("impossible_date", "payments", "type", "paid_at", _IMPOSSIBLE_TIME),
    Defect("exact_duplicate", "payments", "duplicate_row", "", _unchanged),
    Defect("wrong_check_digit", "card_transactions", "card_number", "card_number", _wrong_check_digit),
    Defect("mangled_card", "card_transactions", "destroyed_number", "card_number", _MANGLED_CARD),
    Defect("no_integer", "card_transactions", "type", "terminal_id", _NO_INTEGER),
    Defect("negative_amount", "card_transactions", "exclusive_minimum", "amount", _one_of("0.00", "-5.00")),
    Defect("missing_required", "card_transactions", "required", "customer_id", _EMPTY),
    Defect("older_version", "card_transactions", "duplicate_key", "", _older),
    Defect("no_integer", "search_queries", "type", "results_count", _NO_INTEGER),
    Defect("missing_required", "search_queries", "required", "query_text", _EMPTY),
    Defect("impossible_date", "search_queries", "type", "searched_at", _IMPOSSIBLE_TIME),
    Defect("exact_duplicate", "search_queries", "duplicate_row", "", _unchanged),
)
