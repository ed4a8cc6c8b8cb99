"""Generate the catalogue of the shop: a style, a thing and sometimes a size, in twelve categories.

Categories have their own prices and months.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.generated_shop.drawn_arrays import (
    Floats,
    Ints,
    joined_texts,
    money,
    padded_text,
    texts_at,
    timestamps,
)
from scripts.generated_shop.season import month_of

if TYPE_CHECKING:
    import numpy.typing as npt
    from numpy.random import Generator

PENCE = 100


@dataclass(frozen=True)
class Category:
    """A merchandise category: its things, median price in GBP, share of sales, and peak months."""

    name: str
    things: tuple[str, ...]
    price: float
    share: float
    peaks: tuple[int, ...] = ()  # 0 for January


CATEGORIES = (
    Category(
        "kitchen",
        ("MUG", "TEAPOT", "CAKE STAND", "BAKING TIN", "APRON", "TEA TOWEL", "EGG CUP", "BUTTER DISH"),
        5.5,
        14,
    ),
    Category(
        "home decoration",
        ("PHOTO FRAME", "WALL CLOCK", "CUSHION COVER", "DOORMAT", "MIRROR", "DOORSTOP"),
        7.9,
        16,
    ),
    Category(
        "lighting",
        ("FAIRY LIGHTS", "TEALIGHT HOLDER", "LANTERN", "LAMPSHADE", "CANDLESTICK"),
        6.2,
        10,
        (9, 10, 11),
    ),
    Category(
        "christmas",
        ("CHRISTMAS BAUBLE", "ADVENT CALENDAR", "CHRISTMAS WREATH", "TREE DECORATION"),
        3.9,
        5,
        (9, 10, 11),
    ),
    Category(
        "garden",
        ("PLANT POT", "WATERING CAN", "BIRD HOUSE", "PARASOL", "PICNIC BASKET"),
        11.5,
        7,
        (3, 4, 5, 6),
    ),
    Category(
        "stationery",
        ("NOTEBOOK", "GREETING CARD", "PENCIL CASE", "WRITING SET", "STICKER SHEET"),
        2.4,
        10,
        (7, 8),
    ),
    Category("bags", ("SHOPPER BAG", "LUNCH BAG", "WASH BAG", "PURSE", "RUCKSACK"), 4.8, 10),
    Category("jewellery", ("NECKLACE", "BRACELET", "EARRINGS", "BROOCH", "HAIR CLIP"), 8.4, 7, (1, 4)),
    Category(
        "toys", ("JIGSAW PUZZLE", "SPINNING TOP", "RAG DOLL", "BUILDING BLOCKS", "KITE"), 6.9, 7, (10, 11)
    ),
    Category(
        "party", ("PAPER PLATES", "BUNTING", "BALLOON PACK", "PARTY HATS", "PAPER CHAIN"), 2.9, 6, (5, 6)
    ),
    Category(
        "textiles", ("BLANKET", "HOT WATER BOTTLE", "SCARF", "BATH TOWEL", "QUILT"), 14.5, 5, (0, 1, 11)
    ),
    Category(
        "storage", ("STORAGE TIN", "CABINET DRAWER", "COAT HOOK", "JEWELLERY BOX", "MAGAZINE RACK"), 9.9, 5
    ),
)
STYLES = (
    *(
        "RED",
        "BLUE",
        "PINK",
        "IVORY",
        "BLACK",
        "GREEN",
        "SILVER",
        "VINTAGE",
        "RETROSPOT",
        "FLORAL",
        "GINGHAM",
        "ENAMEL",
        "WOODEN",
    ),
    *(
        "FRENCH",
        "STRIPED",
        "PAISLEY",
        "RUSTIC",
        "COPPER",
        "SPACEBOY",
        "DOLLY GIRL",
        "WOODLAND",
        "STRAWBERRY",
        "SKULL",
        "UNION JACK",
    ),
)
SIZES = (
    "",
    "SMALL",
    "LARGE",
    "MINI",
    "JUMBO",
    "SET OF 2",
    "SET OF 3",
    "SET OF 6",
    "PACK OF 12",
    "ASSORTED",
    "FOLDING",
    "TALL",
)
_PEAK = 3.0
_POPULARITY = 0.8  # Zipf exponent within a category
_DISCONTINUED = 0.06


@dataclass(frozen=True)
class Catalogue:
    """Products in parallel arrays, most popular first within each category."""

    ids: pa.Array
    names: pa.Array
    categories: Ints
    pence: Ints
    is_active: pa.Array

    def table(self, updated_at_s: int) -> pa.Table:
        """Return the `products` rows."""
        return pa.table(
            {
                "product_id": self.ids,
                "product_name": self.names,
                "category": texts_at([category.name for category in CATEGORIES], self.categories),
                "list_price": money(self.pence * 100, 12, 4),
                "is_active": self.is_active,
                "updated_at": timestamps(np.full(len(self.ids), updated_at_s, dtype=np.int64)),
            }
        )


def catalogue_of(rng: Generator, size: int) -> Catalogue:
    """Return a catalogue of about `size` distinct products.

    Ids are six digits with leading zeros, one in ten with a letter.
    """
    categories, names = _names(rng, size)
    count = len(names)
    numbers = rng.permutation(999_999)[:count] + 1
    numbers[0] = 7_123 if 7_123 not in numbers else numbers[0]  # noqa: PLR2004 the id that people mistake for a number
    letters = np.where(rng.random(count) < 0.1, rng.integers(1, 5, count), 0)  # noqa: PLR2004 one in ten
    ids = joined_texts(padded_text(numbers, width=6), texts_at(["", "A", "B", "C", "L"], letters))
    medians = np.array([category.price for category in CATEGORIES])[categories]
    pence = np.maximum(20, np.round(medians * np.exp(rng.normal(0, 0.55, count)) * 20) * 5 - 1).astype(
        np.int64
    )
    return Catalogue(ids, names, categories, pence, pa.array(rng.random(count) >= _DISCONTINUED))


def _names(rng: Generator, size: int) -> tuple[Ints, pa.Array]:
    categories: list[Ints] = []
    names: list[str] = []
    for position, category in enumerate(CATEGORIES):
        combined = [
            " ".join(filter(None, (size_, style, thing)))
            for size_ in SIZES
            for style in STYLES
            for thing in category.things
        ]
        wanted = max(
            1, min(len(combined), round(size * category.share / sum(each.share for each in CATEGORIES)))
        )
        picked = rng.permutation(len(combined))[:wanted]
        names.extend(combined[pick] for pick in picked)
        categories.append(np.full(wanted, position, dtype=np.int64))
    return np.concatenate(categories), pa.array(names)


def pick_products(rng: Generator, catalogue: Catalogue, sold_at: Ints) -> Ints:
    """Return a product for each line sold at these seconds.

    Its category depends on the season, and the product on its popularity within the category.
    """
    chosen_category = _pick_categories(rng, sold_at)
    picked = np.zeros(len(sold_at), dtype=np.int64)
    for position in range(len(CATEGORIES)):
        lines = np.flatnonzero(chosen_category == position)
        products = np.flatnonzero(catalogue.categories == position)
        weights = _cumulative((1.0 + np.arange(len(products))) ** -_POPULARITY)
        picked[lines] = products[np.searchsorted(weights, rng.random(len(lines)), side="right")]
    return picked


def _pick_categories(rng: Generator, sold_at: Ints) -> Ints:
    months, draws = month_of(sold_at), rng.random(len(sold_at))
    picked = np.zeros(len(sold_at), dtype=np.int64)
    for month in range(12):
        weights = np.array(
            [category.share * (_PEAK if month in category.peaks else 1.0) for category in CATEGORIES]
        )
        lines = months == month
        picked[lines] = np.searchsorted(_cumulative(weights), draws[lines], side="right")
    return picked


def _cumulative(weights: npt.ArrayLike) -> Floats:
    edges: Floats = np.cumsum(weights, dtype=np.float64)
    edges /= edges[-1]
    edges[-1] = np.inf  # rounding must not leave a draw after the last edge
    return edges


def words_of(names: pa.Array) -> list[list[str]]:
    """Return the lower-case words of each product name; a product without a name has none."""
    return [(name or "").lower().split() for name in pc.utf8_trim_whitespace(names).to_pylist()]
