"""Generate search texts: words of product names as people write them, and things the shop does not sell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.generated_shop.catalogue import words_of
from scripts.generated_shop.drawn_arrays import (
    Bools,
    Floats,
    Ints,
    joined_texts,
    nullable,
    padded_text,
    texts_at,
    timestamps,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

# Things that people search for in vain in a gift shop of this kind.
WANTED_IN_VAIN = (
    *(
        "phone charger",
        "gift voucher",
        "garden gnome",
        "yoga mat",
        "face mask",
        "coffee machine",
        "vinyl record",
        "scented diffuser",
    ),
    *(
        "wedding dress",
        "bluetooth speaker",
        "reusable straw",
        "puzzle 5000 pieces",
        "dog lead",
        "sewing machine",
        "beard oil",
    ),
)
_STYLES = ("as it is", "capitals", "title", "plural", "spaces", "misspelt")
_STYLE_SHARES = (0.52, 0.08, 0.10, 0.14, 0.04, 0.12)
_MISSPELT = len(_STYLES) - 1
_VAIN_SHARE = 0.09
_FORGIVEN_SHARE = 0.25  # of misspelt searches that find all the same
_SIGNED_IN_SHARE = 0.6
_CLICK_SHARE = 0.42
_MOST_PER_SESSION = 4


@dataclass(frozen=True)
class Offer:
    """The products that can be searched for, with their names and popularity."""

    product_ids: pa.Array
    names: pa.Array
    weights: Floats


@dataclass(frozen=True)
class Bought:
    """Purchases that began with a search: customer (position), product (position), and time."""

    customers: Ints
    products: Ints
    at: Ints


@dataclass(frozen=True)
class Phrases:
    """Distinct phrases that find products.

    Each product is found by the phrases `first[product]` to `first[product + 1]`.
    """

    texts: list[str]
    product_counts: Ints  # products that hold all its words
    of_product: Ints
    first: Ints


def searches_table(
    rng: Generator, offer: Offer, bought: Bought, customer_ids: Ints, *, moments: Ints, count: int
) -> pa.Table:
    """Draw about `count` `search_queries` rows: all purchases of `bought`, and visits at some of `moments`.

    Args:
        moments: UTC seconds at which the shop was busy; visits happen at these times.
    """
    phrases = phrases_of(offer)
    visits = _visits(
        rng, offer, bought, customers=len(customer_ids), moments=moments, count=max(0, count - len(bought.at))
    )
    typed = _typed(rng, phrases, visits)
    order = np.lexsort((visits.numbers, visits.at))
    position = pa.array(order)
    signed_in = visits.customers[order] >= 0
    at = timestamps(visits.at[order])
    return pa.table(
        {
            "query_id": 1 + np.arange(len(order)),
            "session_id": joined_texts("S", padded_text(visits.sessions[order], width=9)),
            "customer_id": nullable(customer_ids[visits.customers[order]], signed_in),
            "searched_at": at,
            "query_text": typed.texts.take(position),
            "results_count": pc.cast(pa.array(typed.results[order]), pa.int32()),
            "clicked_product_id": texts_at(
                offer.product_ids, visits.products[order], valid=typed.clicked[order]
            ),
            "purchased": pa.array(visits.bought[order]),
            "updated_at": at,
        }
    )


def phrases_of(offer: Offer) -> Phrases:
    """Return up to three phrases for each product with a name.

    They are its last word, its last two words, and all words.
    """
    names = words_of(offer.names)
    holders: dict[str, set[int]] = defaultdict(set)
    for product, words in enumerate(names):
        for word in words:
            holders[word].add(product)
    numbers: dict[str, int] = {}
    texts: list[str] = []
    product_counts: list[int] = []
    of_product: list[int] = []
    first = [0]
    for words in names:
        for phrase in dict.fromkeys(" ".join(words[-length:]) for length in (1, 2, len(words)) if words):
            if phrase not in numbers:
                numbers[phrase] = len(texts)
                texts.append(phrase)
                product_counts.append(len(set.intersection(*(holders[word] for word in phrase.split()))))
            of_product.append(numbers[phrase])
        first.append(len(of_product))
    return Phrases(
        texts,
        np.array(product_counts, dtype=np.int64),
        np.array(of_product, dtype=np.int64),
        np.array(first, dtype=np.int64),
    )


@dataclass(frozen=True)
class _Visits:
    sessions: Ints
    numbers: Ints
    customers: Ints  # negative when not signed in
    products: Ints
    at: Ints
    bought: Bools


def _visits(
    rng: Generator, offer: Offer, bought: Bought, *, customers: int, moments: Ints, count: int
) -> _Visits:
    buying = len(bought.at)
    lengths = rng.integers(1, _MOST_PER_SESSION + 1, count)
    sessions = np.repeat(np.arange(count), lengths)[:count]
    begins = rng.choice(moments, count) - rng.integers(0, 1_800, count)
    numbers = np.arange(count) - np.searchsorted(sessions, sessions)
    products = rng.choice(len(offer.weights), size=count, p=offer.weights / offer.weights.sum())
    who = np.where(rng.random(count) < _SIGNED_IN_SHARE, rng.integers(0, max(1, customers), count), -1)
    return _Visits(
        sessions=np.concatenate([np.arange(buying), buying + sessions]) + 1,
        numbers=np.concatenate([np.zeros(buying, dtype=np.int64), numbers]),
        customers=np.concatenate([bought.customers, who[sessions]]),
        products=np.concatenate([bought.products, products]).astype(np.int64),
        at=np.concatenate([bought.at - rng.integers(60, 900, buying), begins[sessions] + numbers * 25]),
        bought=np.arange(buying + count) < buying,
    )


@dataclass(frozen=True)
class _Typed:
    texts: pa.Array
    results: Ints
    clicked: Bools


def _typed(rng: Generator, phrases: Phrases, visits: _Visits) -> _Typed:
    count = len(visits.at)
    have = phrases.first[visits.products + 1] - phrases.first[visits.products]
    vain = ((rng.random(count) < _VAIN_SHARE) & ~visits.bought) | (have == 0)
    pick = phrases.first[visits.products] + (rng.random(count) * have).astype(np.int64)
    phrase = phrases.of_product[np.where(vain, 0, pick)]
    style = rng.choice(len(_STYLES), size=count, p=_STYLE_SHARES)
    style = np.where(visits.bought & (style == _MISSPELT), 0, style)
    lost = (style == _MISSPELT) & (rng.random(count) >= _FORGIVEN_SHARE)
    results = np.where(vain | lost, 0, phrases.product_counts[phrase])
    clicked = visits.bought | ((results > 0) & (rng.random(count) < _CLICK_SHARE))
    written = _written(rng, [*phrases.texts, *WANTED_IN_VAIN])
    base = np.where(vain, len(phrases.texts) + rng.integers(0, len(WANTED_IN_VAIN), count), phrase)
    return _Typed(written.take(pa.array(base * len(_STYLES) + style)), results, clicked)


def _written(rng: Generator, phrases: Sequence[str]) -> pa.Array:
    """Return every phrase in every style, phrase by phrase."""
    draws = rng.random((len(phrases), 2)).tolist()
    written = [
        (phrase, phrase.upper(), phrase.title(), _plural(phrase), f" {phrase}  ", _misspelt(phrase, *draw))
        for phrase, draw in zip(phrases, draws, strict=True)
    ]
    return pa.array([text for styles in written for text in styles])


def _plural(phrase: str) -> str:
    return phrase[:-1] if phrase.endswith("s") else f"{phrase}s"


def _misspelt(phrase: str, where: float, how: float) -> str:
    """Return the phrase with one letter dropped, doubled, or swapped with the next."""
    at = int(where * max(1, len(phrase) - 1))
    variants = (
        phrase[:at] + phrase[at + 1 :],
        phrase[: at + 1] + phrase[at:],
        phrase[:at] + phrase[at : at + 2][::-1] + phrase[at + 2 :],
    )
    return variants[int(how * len(variants))] or phrase
