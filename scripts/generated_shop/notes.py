"""Generate notes of customers and staff, sometimes with a card number that should not be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.generated_shop.cards import grouped_digits
from scripts.generated_shop.drawn_arrays import Bools, Ints, joined_texts, texts_at

if TYPE_CHECKING:
    from numpy.random import Generator

    from scripts.generated_shop.cards import Cards

NOTED_SHARE = 0.08
_PLAIN = (
    "Please leave with a neighbour",
    "Gift wrap, please",
    'Customer asked for the "small" one, not the large',
    "Called twice, no answer; try after 17:00",
    "Fragile: handle with care",
    "Répondre en français, s'il vous plaît",
    "First line of the note\nsecond line of the note",
    "Invoice to the office, goods to the shop",
    "Order 2 of 3, ship together",
    "N/A",
)
_BEFORE_CARD = (
    "Card on file: ",
    "please charge ",
    "paid by phone with ",
    "new card number is ",
    "Customer read out ",
)
_AFTER_CARD = ("", ", thanks", " instead of the old one", " (confirmed)", " before Friday")
_SEPARATORS = ("", " ", "-")


def notes_for(rng: Generator, count: int, cards: Cards, *, card_share: float) -> pa.Array:
    """Return a note for some of `count` rows, else null.

    `card_share` of all rows have a card number in a note.
    """
    draw = rng.random(count)
    with_card = draw < card_share
    plain = texts_at(
        _PLAIN, rng.integers(0, len(_PLAIN), count), valid=~with_card & (draw < card_share + NOTED_SHARE)
    )
    return _spread(_card_notes(rng, int(with_card.sum()), cards), with_card, plain)


def _card_notes(rng: Generator, count: int, cards: Cards) -> pa.Array:
    numbers = cards.number_texts(rng.integers(0, len(cards.numbers), count))
    style = rng.integers(0, len(_SEPARATORS), count)
    written = numbers
    for position, separator in enumerate(_SEPARATORS):
        if separator:
            written = pc.if_else(pa.array(style == position), grouped_digits(numbers, separator), written)
    before, after = rng.integers(0, len(_BEFORE_CARD), count), rng.integers(0, len(_AFTER_CARD), count)
    return joined_texts(texts_at(_BEFORE_CARD, before), written, texts_at(_AFTER_CARD, after))


def _spread(values: pa.Array, where: Bools, otherwise: pa.Array) -> pa.Array:
    """Return `otherwise` with `values`, in their order, at the rows of `where`."""
    position: Ints = np.where(where, np.cumsum(where) - 1, 0)
    return pc.if_else(pa.array(where), values.take(pa.array(position, mask=~where)), otherwise)
