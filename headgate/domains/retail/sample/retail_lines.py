"""Read Online Retail II's one table of invoice lines, exactly: every value keeps its text until its type is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from headgate.errors import HeaderError, UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.domains.retail.sample.arrays import Bools, Ints

COLUMNS = ("Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country")
PRICE_SCALE = 4
NOBODY = -1
# The workbook kept customer numbers as numbers with a fraction, so its copies say 13085.0: the text is undone, not rounded.
_CUSTOMER = r"^(\d+)\.0$"


@dataclass(frozen=True)
class RetailLines:
    """The lines in file order, as codes into the distinct values of their columns (in order of first appearance).

    Attributes:
        price_units: price in 1/10,000 GBP.
        customers: code of the customer, or NOBODY.
        numbers: 1, 2, … for the distinct lines of an invoice; lines equal in every cell share one.
        is_first: false for a line that repeats an earlier one in every cell.
    """

    invoice_codes: pa.Array
    stock_codes: pa.Array
    countries: pa.Array
    customer_ids: Ints
    invoices: Ints
    stocks: Ints
    country: Ints
    customers: Ints
    descriptions: pa.Array
    quantities: Ints
    price_units: Ints
    sold_at: Ints
    numbers: Ints
    is_first: Bools

    def __len__(self) -> int:
        return len(self.invoices)

    @property
    def amount_units(self) -> Ints:
        """What each line comes to, in 1/10,000 GBP."""
        return self.quantities * self.price_units


def read_lines(source: Path) -> RetailLines:
    """The lines of the CSV at `source` (gzip or not).

    Raises:
        HeaderError: the columns are not those of Online Retail II.
        UnreadableFileError: a value is not of the kind its column holds; nothing is guessed or rounded.
    """
    texts = _texts(source)
    try:
        return _lines(texts)
    except (pa.ArrowInvalid, ValueError) as error:
        raise UnreadableFileError(
            rule="type",
            message=f"a value does not have the type of its column ({type(error).__name__})",
            remedy="use the CSV form of UCI Online Retail II, unchanged",
            file=source.name,
        ) from error


def _texts(source: Path) -> pa.Table:
    try:
        options = csv.ConvertOptions(column_types=dict.fromkeys(COLUMNS, pa.string()), strings_can_be_null=False)
        texts = csv.read_csv(source, convert_options=options, parse_options=csv.ParseOptions(newlines_in_values=True))
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableFileError(
            rule="not_a_table",
            message=f"the file cannot be read as CSV ({type(error).__name__})",
            remedy="use the CSV form of UCI Online Retail II",
            file=source.name,
        ) from error
    if tuple(texts.column_names) != COLUMNS:
        raise HeaderError(
            rule="missing_column", message="the columns are not those of Online Retail II", remedy=f"have {', '.join(COLUMNS)}"
        )
    if not texts.num_rows:
        raise UnreadableFileError(rule="empty_file", message="the file holds no lines", remedy="use the whole data set", file=source.name)
    return texts.combine_chunks()


def _lines(texts: pa.Table) -> RetailLines:
    column = {name: texts[name].combine_chunks() for name in COLUMNS}
    coded = {name: column[name].dictionary_encode() for name in COLUMNS}
    codes = {name: coded[name].indices.to_numpy().astype(np.int64) for name in COLUMNS}
    customer_ids, customers = _customers(coded["Customer ID"].dictionary, codes["Customer ID"])
    numbers, is_first = _numbered(codes)
    return RetailLines(
        invoice_codes=coded["Invoice"].dictionary,
        stock_codes=coded["StockCode"].dictionary,
        countries=coded["Country"].dictionary,
        customer_ids=customer_ids,
        invoices=codes["Invoice"],
        stocks=codes["StockCode"],
        country=codes["Country"],
        customers=customers,
        descriptions=pc.if_else(pc.equal(column["Description"], ""), pa.scalar(None, pa.string()), column["Description"]),
        quantities=column["Quantity"].cast(pa.int32()).cast(pa.int64()).to_numpy(),
        price_units=_units(coded["Price"].dictionary)[codes["Price"]],
        sold_at=column["InvoiceDate"].cast(pa.timestamp("s")).cast(pa.int64()).to_numpy(),
        numbers=numbers,
        is_first=is_first,
    )


def _customers(spellings: pa.Array, codes: Ints) -> tuple[Ints, Ints]:
    """Customer numbers, and for each line the position in them or NOBODY."""
    known = pc.not_equal(spellings, "")
    if not pc.all(pc.match_substring_regex(spellings.filter(known), _CUSTOMER)).as_py():
        raise ValueError("a customer number is not digits with the known stray ending")
    ids = pc.replace_substring_regex(spellings.filter(known), _CUSTOMER, r"\1").cast(pa.int64()).to_numpy()
    place = np.where(known.to_numpy(zero_copy_only=False), np.cumsum(known.to_numpy(zero_copy_only=False)) - 1, NOBODY)
    return ids, place[codes]


def _units(prices: pa.Array) -> Ints:
    """Prices as whole 1/10,000 GBP; a price with more decimals than that raises instead of being rounded."""
    exact = pc.multiply(prices.cast(pa.decimal128(12, PRICE_SCALE)), pa.scalar(10**PRICE_SCALE, pa.decimal128(6, 0)))
    return np.asarray(exact.cast(pa.int64()).to_numpy(), dtype=np.int64)


def _numbered(codes: dict[str, Ints]) -> tuple[Ints, Bools]:
    """The number of each line within its invoice, and whether it is the first of its kind."""
    frame = pd.DataFrame(codes)
    is_first = ~frame.duplicated().to_numpy()
    firsts = frame[is_first]
    numbered = firsts.assign(number=firsts.groupby("Invoice", sort=False).cumcount() + 1)
    numbers = frame.merge(numbered, on=list(COLUMNS), how="left", sort=False)["number"].to_numpy()
    return numbers.astype(np.int64), is_first
