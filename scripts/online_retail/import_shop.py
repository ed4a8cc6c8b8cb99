"""UCI Online Retail II as the tables of a shop.

Invoices are real; what the data set lacks is generated and said to be.

Source: Chen, D. (2012). Online Retail II. UCI Machine Learning Repository, https://doi.org/10.24432/C5CG6D,
CC BY 4.0.

| table | from |
|---|---|
| order_items | every line of the data set, exact duplicates and bad debts included: the gate finds them |
| orders | its invoices: C… are cancelled, A… adjusted (bad debt), others completed |
| customers | its customer numbers; region: the one of most of their invoices, of several the first by code |
| products | its stock codes; name and price: the most frequent one, of several the first seen; category: `merchandise` |
| regions | its countries; population and output: `countries` |
| payments | generated for completed and cancelled orders: a payment for what an order's distinct lines come to |
| card_transactions, search_queries | generated for these customers, orders and product names |
"""  # noqa: E501 a table

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.registry import Registry
from headgate.errors import UnreadableFileError
from scripts.generated_shop.countries import Region, regions_table
from scripts.generated_shop.defects import Spoiler
from scripts.generated_shop.drawn_arrays import (
    DAY_S,
    Bools,
    Floats,
    Ints,
    joined_texts,
    money,
    nullable,
    padded_text,
    texts_at,
    timestamps,
)
from scripts.generated_shop.drawn_searches import Bought, Offer, searches_table
from scripts.generated_shop.payments import Bills, payments_table, wallets_for
from scripts.generated_shop.transactions import PayingDays, transactions_of, transactions_table
from scripts.generated_shop.written_parts import PARQUET, PartWriter, WrittenPart, rows_by_dataset
from scripts.online_retail.country_names import UNSPECIFIED, region_named
from scripts.online_retail.merchandise import SERVICE, categories_of
from scripts.online_retail.retail_lines import NOBODY, PRICE_SCALE, RetailLines, read_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.random import Generator

    from scripts.generated_shop.written_parts import Progress

REAL = ("regions", "customers", "products", "orders", "order_items")
GENERATED = ("payments", "card_transactions", "search_queries")
RUN = "online-retail-ii"
STATUSES = ("completed", "cancelled", "adjusted")
_ACTIVE_S = 90 * DAY_S  # a stock code not sold for that long is no longer offered
_SEARCHED_FIRST = 0.15


@dataclass(frozen=True)
class ImportReport:
    """The written files, and the counts of their source.

    Attributes:
        lines, repeats, amount: the source's: all lines, exact repeats, sum of quantity times price.
        unspecified: lines by country name without a region; they belong to the region `X-UNSPEC`.
    """

    parts: tuple[WrittenPart, ...]
    lines: int
    repeats: int
    amount: Decimal
    unspecified: Mapping[str, int] = field(default_factory=dict)
    real: tuple[str, ...] = REAL
    generated: tuple[str, ...] = GENERATED

    @property
    def rows(self) -> dict[str, int]:
        """Data rows by dataset, including defective ones."""
        return rows_by_dataset(self.parts)

    @property
    def summary(self) -> str:
        """Describe the real and the generated data in one line."""
        return (
            f"UCI Online Retail II, {self.lines:,} real invoice lines worth {self.amount:,} GBP "
            f"({', '.join(self.real)}); "
            f"generated for them, because the data set lacks it: {', '.join(self.generated)}"
            + self._unspecified_text
        )

    @property
    def _unspecified_text(self) -> str:
        names = ", ".join(f"{name} ({count:,} lines)" for name, count in sorted(self.unspecified.items()))
        return f"; countries that are not known and count as unspecified: {names}" if names else ""


def import_online_retail(
    source: Path,
    folder: Path,
    progress: Progress | None = None,
    *,
    seed: int = 7,
    transactions: int = 100_000,
    searches: int = 60_000,
    defect_rate: float = 0.0,
) -> ImportReport:
    """Write the data set at `source` to `folder` as one export run in raw, completely or not at all.

    Args:
        source: the data set for `retail_lines.read_lines`: CSV, a workbook, or a folder of several years.
        transactions, searches: approximate numbers of rows to generate.
        defect_rate: defective rows per clean row of the *generated* tables, which are then CSV; the real ones
            are unchanged.

    Raises:
        UnreadableFileError, HeaderError: the source is not the data set, has a value that does not fit
            exactly, or has no sale.
        SettingsError: the folder is not empty.
    """
    lines = read_lines(source)
    invoices = _Invoices.of(lines)
    products = _products(lines)
    if not _sold(lines, invoices, products).any():
        raise UnreadableFileError(
            rule="no_sales",
            message=(
                "The file has no sale of a product, only returns, adjustments or services; searches "
                "cannot be generated for it."
            ),
            remedy=(
                "Use a file with invoices of products, whose numbers do not begin with C or A and whose "
                "quantities are above zero."
            ),
            file=source.name,
        )
    ends_on = _day(int(lines.sold_at.max()))
    spoiler = Spoiler(seed, defect_rate, GENERATED) if defect_rate else None
    with PartWriter(folder, Registry.load().source, ends_on, RUN, PARQUET, 250_000, spoiler, progress) as out:
        _write_masters(lines, invoices, products, out)
        _write_invoices(lines, invoices, out)
        _write_generated(lines, invoices, products, out, _Wanted(seed, transactions, searches))
    amount = Decimal(int(lines.amount_units.sum())).scaleb(-PRICE_SCALE)
    return ImportReport(
        tuple(out.parts), len(lines), int((~lines.is_first).sum()), amount, _unspecified(lines)
    )


@dataclass(frozen=True)
class _Invoices:
    """An entry per invoice, in order of first appearance. `customers` and `country` as in RetailLines."""

    customers: Ints
    country: Ints
    first_at: Ints
    last_at: Ints
    status: Ints
    amount_units: Ints  # of distinct lines: what is left once the gate has taken the duplicates out

    @classmethod
    def of(cls, lines: RetailLines) -> _Invoices:
        count = len(lines.invoice_codes)
        _, first_line = np.unique(lines.invoices, return_index=True)
        first_at, last_at = np.full(count, np.iinfo(np.int64).max), np.zeros(count, dtype=np.int64)
        np.minimum.at(first_at, lines.invoices, lines.sold_at)
        np.maximum.at(last_at, lines.invoices, lines.sold_at)
        amounts = np.zeros(count, dtype=np.int64)
        np.add.at(amounts, lines.invoices[lines.is_first], lines.amount_units[lines.is_first])
        letter = pc.utf8_slice_codeunits(lines.invoice_codes, 0, 1)
        status = np.select([_is(letter, "C"), _is(letter, "A")], [1, 2], 0).astype(np.int64)
        return cls(lines.customers[first_line], lines.country[first_line], first_at, last_at, status, amounts)


def _is(texts: pa.Array, wanted: str) -> Bools:
    return np.asarray(pc.equal(texts, wanted).to_numpy(zero_copy_only=False))


def regions_of(countries: pa.Array) -> list[Region]:
    """Return the region of each country name of the data set, in their order.

    An unknown name is unspecified.
    """
    return [region_named(name) or UNSPECIFIED for name in countries.to_pylist()]


def _unspecified(lines: RetailLines) -> dict[str, int]:
    """Return the number of lines by country name without a region."""
    counts = np.bincount(lines.country, minlength=len(lines.countries))
    named = zip(lines.countries.to_pylist(), counts, strict=True)
    return {name: int(count) for name, count in named if region_named(name) is None}


def _write_masters(lines: RetailLines, invoices: _Invoices, products: pa.Table, out: PartWriter) -> None:
    regions = regions_of(lines.countries)
    different = {region.region_id: region for region in regions}
    out.write(
        "regions", regions_table([different[code] for code in sorted(different)], int(lines.sold_at.min()))
    )
    out.write("customers", _customers(lines, invoices, [region.region_id for region in regions]))
    out.write("products", products)


def _customers(lines: RetailLines, invoices: _Invoices, region_ids: list[str]) -> pa.Table:
    """Return one row per customer number, in its order."""
    frame = pd.DataFrame(
        {
            "customer": lines.customer_ids[invoices.customers],
            "region": np.array(region_ids, dtype=object)[invoices.country],
            "first": invoices.first_at,
            "last": invoices.last_at,
        }
    )[invoices.customers != NOBODY]
    seen = frame.groupby("customer").agg(first=("first", "min"), last=("last", "max"))
    votes = frame.groupby(["customer", "region"]).size().reset_index(name="invoices")
    home = votes.sort_values(
        ["customer", "invoices", "region"], ascending=[True, False, True]
    ).drop_duplicates("customer")
    unknown = pa.nulls(len(seen), pa.string())
    return pa.table(
        {
            "customer_id": seen.index.to_numpy(dtype=np.int64),
            "email": unknown,
            "full_name": unknown,
            "phone": unknown,
            "ssn": unknown,
            "region_id": pa.array(home["region"].to_numpy(), pa.string()),
            "signed_up_at": timestamps(seen["first"].to_numpy(dtype=np.int64)),
            "marketing_opt_in": pa.nulls(len(seen), pa.bool_()),
            "updated_at": timestamps(seen["last"].to_numpy(dtype=np.int64)),
        }
    )


def _products(lines: RetailLines) -> pa.Table:
    """Return one row per stock code, in order of first appearance."""
    count = len(lines.stock_codes)
    described = lines.descriptions.dictionary_encode()
    has_text = described.is_valid().to_numpy(zero_copy_only=False)
    texts = pc.fill_null(described.indices, 0).to_numpy().astype(np.int64)
    usual_name, named = _most_frequent(lines.stocks, texts, has_text, count)
    names = texts_at(described.dictionary, usual_name, valid=named)
    prices, priced = _most_frequent(lines.stocks, lines.price_units, lines.price_units > 0, count)
    last_at = np.zeros(count, dtype=np.int64)
    np.maximum.at(last_at, lines.stocks, lines.sold_at)
    return pa.table(
        {
            "product_id": lines.stock_codes,
            "product_name": names,
            "category": pa.array(categories_of(lines.stock_codes.to_pylist(), names.to_pylist())),
            "list_price": money(prices, 12, PRICE_SCALE, valid=priced),
            "is_active": pa.array(last_at >= lines.sold_at.max() - _ACTIVE_S),
            "updated_at": timestamps(last_at),
        }
    )


def _most_frequent(groups: Ints, values: Ints, counted: Bools, count: int) -> tuple[Ints, Bools]:
    """Return the most frequent value of each of `count` groups, and whether it has any.

    On a tie, it is the first one.
    """
    frame = pd.DataFrame(
        {"group": groups[counted], "value": values[counted], "line": np.flatnonzero(counted)}
    )
    votes = frame.groupby(["group", "value"])["line"].agg(["size", "min"]).reset_index()
    best = votes.sort_values(["group", "size", "min"], ascending=[True, False, True]).drop_duplicates("group")
    chosen_values, has_value = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    chosen_values[best["group"]], has_value[best["group"]] = best["value"], True
    return chosen_values, has_value


def _write_invoices(lines: RetailLines, invoices: _Invoices, out: PartWriter) -> None:
    """Write one file per month; all lines of an invoice are in one file, in the order of the source."""
    orders = _orders(lines, invoices)
    items = _items(lines)
    months = invoices.first_at.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    for month in np.unique(months):
        out.write_part("orders", orders.filter(pa.array(months == month)), expected=orders.num_rows)
        out.write_part(
            "order_items", items.filter(pa.array(months[lines.invoices] == month)), expected=items.num_rows
        )


def _orders(lines: RetailLines, invoices: _Invoices) -> pa.Table:
    count = len(invoices.status)
    regions = [region.region_id for region in regions_of(lines.countries)]
    unknown_time = pa.nulls(count, pa.timestamp("us"))
    return pa.table(
        {
            "order_id": lines.invoice_codes,
            "customer_id": nullable(lines.customer_ids[invoices.customers], invoices.customers != NOBODY),
            "region_id": texts_at(regions, invoices.country),
            "ordered_at": timestamps(invoices.first_at),
            "status": texts_at(STATUSES, invoices.status),
            "promotion_code": pa.nulls(count, pa.string()),
            "shipped_at": unknown_time,
            "delivered_at": unknown_time,
            "notes": pa.nulls(count, pa.string()),
            "updated_at": timestamps(invoices.last_at),
        }
    )


def _items(lines: RetailLines) -> pa.Table:
    orders = lines.invoice_codes.take(pa.array(lines.invoices))
    return pa.table(
        {
            "order_item_id": joined_texts(orders, padded_text(lines.numbers), separator="-"),
            "order_id": orders,
            "product_id": lines.stock_codes.take(pa.array(lines.stocks)),
            "description": lines.descriptions,
            "quantity": pc.cast(pa.array(lines.quantities), pa.int32()),
            "unit_price": money(lines.price_units, 12, PRICE_SCALE),
            "updated_at": timestamps(lines.sold_at),
        }
    )


@dataclass(frozen=True)
class _Wanted:
    """How much to generate, with which seed."""

    seed: int
    transactions: int
    searches: int

    def stream(self, name: str) -> Generator:
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])


def _write_generated(
    lines: RetailLines, invoices: _Invoices, products: pa.Table, out: PartWriter, wanted: _Wanted
) -> None:
    first_day, last_day = int(lines.sold_at.min()) // DAY_S, int(lines.sold_at.max()) // DAY_S
    ends_s = (last_day + 1) * DAY_S
    wallets = wallets_for(wanted.stream("cards"), len(lines.customer_ids), ends_s)
    out.write("payments", payments_table(wanted.stream("payments"), _bills(lines, invoices), wallets, ends_s))
    days: Floats = np.ones(last_day - first_day + 1) + np.bincount(invoices.first_at // DAY_S - first_day)
    kept = invoices.status == STATUSES.index("completed")
    buyers, bought_on = invoices.customers[kept], invoices.first_at[kept] // DAY_S - first_day
    paying = PayingDays.of(buyers, bought_on, len(lines.customer_ids))
    paying = paying.going_on(buyers, bought_on, last_day - first_day)
    made = transactions_of(
        wanted.stream("transactions"), wallets, paying, first_day * DAY_S, days, count=wanted.transactions
    )
    out.write("card_transactions", transactions_table(made, lines.customer_ids, wallets, 1, ends_s))
    out.write("search_queries", _searches(lines, invoices, products, wanted))


def _bills(lines: RetailLines, invoices: _Invoices) -> Bills:
    """Return completed and cancelled orders in the order of the source.

    Adjustments of bad debt are not payments.
    """
    billed = np.flatnonzero(invoices.status != STATUSES.index("adjusted"))
    ids = lines.invoice_codes.take(pa.array(billed))
    return Bills(ids, invoices.customers[billed], invoices.first_at[billed], invoices.amount_units[billed])


def _sold(lines: RetailLines, invoices: _Invoices, products: pa.Table) -> Bools:
    """Return a mask of the lines that sell merchandise on a completed invoice."""
    merchandise = pc.not_equal(products["category"], SERVICE).to_numpy()
    return np.asarray(
        (lines.quantities > 0) & merchandise[lines.stocks] & (invoices.status[lines.invoices] == 0)
    )


def _searches(lines: RetailLines, invoices: _Invoices, products: pa.Table, wanted: _Wanted) -> pa.Table:
    rng = wanted.stream("searches")
    sold = _sold(lines, invoices, products)
    weights = np.bincount(lines.stocks[sold], minlength=products.num_rows).astype(np.float64)
    offer = Offer(lines.stock_codes, products["product_name"].combine_chunks(), weights)
    begun = (
        sold
        & (lines.customers != NOBODY)
        & (lines.numbers == 1)
        & lines.is_first
        & (rng.random(len(lines)) < _SEARCHED_FIRST)
    )
    bought = Bought(lines.customers[begun], lines.stocks[begun], lines.sold_at[begun])
    moments = invoices.first_at[invoices.status == 0]
    return searches_table(rng, offer, bought, lines.customer_ids, moments=moments, count=wanted.searches)


def _day(seconds: int) -> date:
    return date.fromisoformat(str(np.datetime64(seconds, "s").astype("datetime64[D]")))
