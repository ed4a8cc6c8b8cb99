"""Generate a consistent shop of any size from a seed, with known defects.

It has customers, orders, payments, card transactions and searches.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headgate.contracts.registry import Registry
from headgate.errors import SettingsError
from scripts.generated_shop.bad_files import BadFile, bad_files
from scripts.generated_shop.catalogue import Catalogue, catalogue_of
from scripts.generated_shop.countries import REGIONS, regions_table
from scripts.generated_shop.defects import Spoiler
from scripts.generated_shop.drawn_arrays import DAY_S, Floats, Ints
from scripts.generated_shop.drawn_searches import Bought, Offer, searches_table
from scripts.generated_shop.notes import notes_for
from scripts.generated_shop.orders import (
    LINES_PER_ORDER,
    OrderBook,
    lines_of,
    lines_table,
    order_book,
    order_ids,
    orders_table,
    return_ids,
)
from scripts.generated_shop.payments import (
    NOTE_CARD_SHARE,
    UNITS_PER_GBP,
    Bills,
    Payments,
    Wallets,
    numbers_by_time,
    payments_table,
    wallets_for,
)
from scripts.generated_shop.people import Population, customers_table, population_of
from scripts.generated_shop.season import Season, season_of
from scripts.generated_shop.transactions import Fraud, PayingDays, transactions_of, transactions_table
from scripts.generated_shop.written_parts import (
    CSV,
    DATASETS,
    PARQUET,
    PartWriter,
    WrittenPart,
    rows_by_dataset,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.random import Generator

    from scripts.generated_shop.written_parts import Progress

_UNITS_PER_PENNY = UNITS_PER_GBP // 100
_SEARCHED_FIRST = 0.15  # of orders that customers (not guests) place
_BAD_FILE_ROWS = 50


@dataclass(frozen=True)
class ShopSpec:
    """The shop to generate. Equal specs make byte-equal folders.

    Attributes:
        orders: approximate number of orders; there are about five times as many lines, and returns in
            addition.
        products, transactions, searches: approximate numbers; with 0 they depend on the size of the shop.
        defect_rate: defective rows per clean row, in CSV only.
        bad_files: also write files that the gate must reject.
        closed: first and last day of a closure with nearly no orders; None for a shop that is always open.
    """

    seed: int = 7
    customers: int = 2_000
    orders: int = 10_000
    days: int = 730
    ends_on: date = date(2024, 12, 31)
    products: int = 0
    transactions: int = 0
    searches: int = 0
    defect_rate: float = 0.0
    bad_files: bool = False
    file_format: str = PARQUET
    rows_per_file: int = 250_000
    closed: tuple[date, date] | None = None

    def __post_init__(self) -> None:
        if min(self.customers, self.orders, self.rows_per_file) < 1 or self.days < 28:  # noqa: PLR2004 a week-season needs weeks
            raise SettingsError("a shop needs at least one customer, one order, one row per file and 28 days")
        if self.defect_rate and self.file_format != CSV:
            raise SettingsError(
                f"defective rows can only be written as {CSV}: a typed format cannot hold most of them"
            )

    @property
    def catalogue_size(self) -> int:
        """The approximate number of products."""
        return self.products or int(min(6_000, 200 + self.orders**0.7))

    @property
    def transaction_count(self) -> int:
        """The approximate number of card transactions."""
        return self.transactions or 2 * self.orders

    @property
    def search_count(self) -> int:
        """The approximate number of searches."""
        return self.searches or 2 * self.orders


@dataclass(frozen=True)
class SampleReport:
    """The written files.

    `frauds` is the true number of card transactions by kind; the files label only some of them.
    """

    spec: ShopSpec
    parts: tuple[WrittenPart, ...]
    frauds: dict[str, int]

    @property
    def rows(self) -> dict[str, int]:
        """Data rows by dataset, defective ones included."""
        return rows_by_dataset(self.parts)

    @property
    def defects(self) -> int:
        """Rows that the gate must refuse or report as duplicates."""
        return sum(part.defects for part in self.parts)

    @property
    def summary(self) -> str:
        """Describe the shop in one line."""
        rows = sum(self.rows.values())
        return (
            f"a generated shop (seed {self.spec.seed}): {rows:,} rows in {len(self.parts)} files, "
            f"{self.defects:,} of them defective"
        )


def generate(spec: ShopSpec, folder: Path, progress: Progress | None = None) -> SampleReport:
    """Write the shop of `spec` to `folder` as one export run in raw, completely or not at all.

    In addition to the objects, `truth.parquet` has a row for each row that must be refused if defects were
    requested, and `truth_files.json` describes bad files.

    Raises:
        SettingsError: the folder is not empty, the spec is contradictory, or there are no orders.
    """
    spoiler = Spoiler(spec.seed, spec.defect_rate, DATASETS) if spec.defect_rate else None
    contracts = Registry.load().source
    run = f"sample-{spec.seed}"
    with PartWriter(
        folder, contracts, spec.ends_on, run, spec.file_format, spec.rows_per_file, spoiler, progress
    ) as out:
        shop = _Shop.of(spec)
        if not len(shop.book):
            raise SettingsError("so few customers order nothing. Remedy: more of them, or another seed")
        _write_masters(shop, out)
        totals, bought = _write_orders(shop, out)
        _write_payments(shop, totals, out)
        frauds = _write_transactions(shop, out)
        _write_searches(shop, bought, out)
        if spec.bad_files:
            out.write_bad_files(_bad_files(shop))
    return SampleReport(spec, tuple(out.parts), frauds)


def stream(seed: int, name: str, block: int = 0) -> Generator:
    """Return random numbers for one table and block, independent of the size of the others."""
    return np.random.default_rng([seed, zlib.crc32(name.encode()), block])


@dataclass(frozen=True)
class _Shop:
    spec: ShopSpec
    season: Season
    people: Population
    catalogue: Catalogue
    book: OrderBook
    wallets: Wallets

    @classmethod
    def of(cls, spec: ShopSpec) -> _Shop:
        season = season_of(stream(spec.seed, "season"), spec.ends_on, spec.days, spec.closed)
        people = population_of(stream(spec.seed, "people"), spec.customers, season)
        return cls(
            spec,
            season,
            people,
            catalogue_of(stream(spec.seed, "catalogue"), spec.catalogue_size),
            order_book(stream(spec.seed, "orders"), spec.seed, people, season, spec.orders),
            wallets_for(stream(spec.seed, "cards"), spec.customers, season.ends_s),
        )

    def blocks(self) -> list[tuple[int, int]]:
        """Yield consecutive orders whose lines fill about one file."""
        size = max(1, int(self.spec.rows_per_file / LINES_PER_ORDER * 0.9))
        return [(begin, min(begin + size, len(self.book))) for begin in range(0, len(self.book), size)]

    def stream(self, name: str, block: int = 0) -> Generator:
        return stream(self.spec.seed, name, block)


def _write_masters(shop: _Shop, out: PartWriter) -> None:
    out.write("regions", regions_table(REGIONS, shop.season.starts_s))
    customers = customers_table(shop.stream("customers"), shop.people, shop.season)
    out.write("customers", customers, expected=len(shop.people))
    out.write("products", shop.catalogue.table(shop.season.starts_s))


def _write_orders(shop: _Shop, out: PartWriter) -> tuple[Ints, Bought]:
    """Write orders and their lines, block by block.

    Return the amount of each order in pence, and the products that were searched for first.
    """
    totals, searched = [], []
    for number, (begin, end) in enumerate(shop.blocks()):
        book, ids = shop.book.slice(begin, end), order_ids(begin, end - begin)
        notes = notes_for(
            shop.stream("notes", number), len(book), shop.wallets.cards, card_share=NOTE_CARD_SHARE
        )
        out.write_part("orders", orders_table(book, ids, shop.people.ids, notes), expected=len(shop.book))
        lines = lines_of(shop.stream("lines", number), book, shop.catalogue)
        out.write_part(
            "order_items",
            lines_table(lines, book, ids, shop.catalogue),
            expected=round(len(shop.book) * LINES_PER_ORDER),
        )
        totals.append(lines.totals(len(book)))
        first = lines.products[lines.numbers == 1]
        picked = (book.customers >= 0) & (shop.stream("searched", number).random(len(book)) < _SEARCHED_FIRST)
        searched.append(np.stack([book.customers, first, book.ordered_at])[:, picked])
    return np.concatenate(totals), Bought(*np.concatenate(searched, axis=1))


def _write_payments(shop: _Shop, totals: Ints, out: PartWriter) -> None:
    """Write the payments of each block of orders, numbered by time: a refund comes weeks after its order."""
    drawn = []
    for number, (begin, end) in enumerate(shop.blocks()):
        bills = _bills(shop.book.slice(begin, end), order_ids(begin, end - begin), totals[begin:end])
        rng = shop.stream("payments", number)
        drawn.append((rng, Payments.of(rng, bills, shop.season.ends_s)))
    numbers = numbers_by_time(np.concatenate([payments.paid_at for _, payments in drawn]))
    for rng, payments in drawn:
        own, numbers = np.split(numbers, [len(payments.paid_at)])
        out.write_part("payments", payments.table(rng, shop.wallets, own), expected=len(shop.book))


def _bills(book: OrderBook, ids: pa.Array, pence: Ints) -> Bills:
    """Return the bills of orders, then of their returns."""
    back = np.flatnonzero(book.returned)
    return Bills(
        order_ids=pa.concat_arrays([ids, return_ids(ids.take(pa.array(back)))]),
        customers=np.concatenate([book.customers, book.customers[back]]),
        billed_at=np.concatenate([book.ordered_at, book.returned_at[back]]),
        amounts=np.concatenate([pence, -pence[back]]) * _UNITS_PER_PENNY,
    )


def _write_transactions(shop: _Shop, out: PartWriter) -> dict[str, int]:
    weights = np.diff(shop.season.ends, prepend=0.0)
    book, starts_s = shop.book, shop.season.starts_s
    kept = book.is_kept
    days = (book.ordered_at[kept] - starts_s) // DAY_S
    paying = PayingDays.of(book.customers[kept], days, len(shop.people))
    made = transactions_of(
        shop.stream("transactions"),
        shop.wallets,
        paying,
        starts_s,
        weights,
        count=shop.spec.transaction_count,
    )
    size = shop.spec.rows_per_file
    for begin in range(0, len(made), size):
        some = made.only(np.arange(begin, min(begin + size, len(made))))
        rows = transactions_table(some, shop.people.ids, shop.wallets, begin + 1, shop.season.ends_s)
        out.write_part("card_transactions", rows, expected=len(made))
    return {kind.name.lower(): int((made.frauds == kind).sum()) for kind in Fraud}


def _write_searches(shop: _Shop, bought: Bought, out: PartWriter) -> None:
    offer = Offer(shop.catalogue.ids, shop.catalogue.names, _popularity(shop.catalogue))
    rng, count = shop.stream("searches"), shop.spec.search_count
    rows = searches_table(rng, offer, bought, shop.people.ids, moments=shop.book.ordered_at, count=count)
    out.write("search_queries", rows, expected=count)


def _popularity(catalogue: Catalogue) -> Floats:
    """Return the popularity of products in searches: within a category, the most popular come first."""
    first = np.searchsorted(catalogue.categories, catalogue.categories)
    return np.asarray(1.0 / (1.0 + np.arange(len(catalogue.categories)) - first) ** 0.7, dtype=np.float64)


def _bad_files(shop: _Shop) -> tuple[BadFile, ...]:
    book = shop.book.slice(0, min(_BAD_FILE_ROWS, len(shop.book)))
    ids = order_ids(0, len(book))
    orders = orders_table(book, ids, shop.people.ids, pa.nulls(len(book), pa.string()))
    bills = Bills(ids, book.customers, book.ordered_at, np.full(len(book), UNITS_PER_GBP))
    payments = payments_table(shop.stream("bad files"), bills, shop.wallets, shop.season.ends_s + DAY_S)
    return bad_files(shop.stream("noise"), orders, payments)
