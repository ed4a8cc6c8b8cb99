"""Read Online Retail II's table of invoice lines exactly: values stay text until their type is known."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from headgate.errors import NotFoundError, UnreadableFileError
from scripts.online_retail.unreadable_lines import (
    EXPECTED,
    misfit,
    not_csv,
    other_columns,
    refuse_other_separator,
)
from scripts.online_retail.workbooks import COLUMNS, sheet_as_csv, sheet_names

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.generated_shop.drawn_arrays import Bools, Ints

PRICE_SCALE = 4
NOBODY = -1
# The workbook stored customer numbers as floats, so its copies contain 13085.0: the ending is cut, not
# rounded.
_CUSTOMER = r"^(\d+)\.0$"
_HEAD_BYTES = 4_096
_ONE_THREAD = csv.ReadOptions(use_threads=False)  # with several threads, errors do not name the row
_READ = (".csv", ".csv.gz", ".xlsx")
_OTHER_NAMES = {
    "InvoiceNo": "Invoice",
    "UnitPrice": "Price",
    "CustomerID": "Customer ID",
}  # of the first edition, Online Retail


@dataclass(frozen=True)
class RetailLines:
    """The lines in file order, as codes of the distinct values of their columns (by first appearance).

    Attributes:
        price_units: price in 1/10,000 GBP.
        customers: code of the customer, or NOBODY.
        numbers: 1, 2, … for the distinct lines of an invoice; equal lines share one.
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
        """The amount of each line, in 1/10,000 GBP."""
        return self.quantities * self.price_units


def read_lines(source: Path) -> RetailLines:
    """Return the lines of Online Retail or Online Retail II, of one year or several.

    Args:
        source: a CSV (gzip or not), a workbook (every sheet with the columns), or a folder of these, in order
            of name.

    Raises:
        HeaderError: the columns are not those of Online Retail II.
        NotFoundError: there is no such file or folder.
        UnreadableFileError: a value does not have its column's type; values are never guessed or rounded.
    """
    parts = _parts(source)
    try:
        return _lines(pa.concat_tables(texts for _, texts in parts).combine_chunks())
    except (pa.ArrowInvalid, ValueError):
        for file, texts in parts:
            if error := misfit(texts, _CONVERTERS, file):
                raise error from None
        raise


def _parts(source: Path) -> list[tuple[str, pa.Table]]:
    """Yield the name and the texts of every file and sheet, with at least one line in total."""
    if not source.exists():
        raise NotFoundError(f"{source} does not exist. Name a CSV file, a workbook or a folder of them.")
    files = (
        [path for path in sorted(source.iterdir()) if path.name.endswith(_READ)]
        if source.is_dir()
        else [source]
    )
    if not files:
        raise UnreadableFileError(
            rule="not_a_table",
            message=f"{source} holds no CSV and no workbook",
            remedy="use UCI Online Retail II",
            file=source.name,
        )
    parts = [
        part
        for path in files
        for part in (_sheets(path) if path.suffix == ".xlsx" else [(path.name, _csv(path, path.name))])
    ]
    if not any(texts.num_rows for _, texts in parts):
        raise UnreadableFileError(
            rule="empty_file",
            message="the file holds no lines",
            remedy="use the whole data set",
            file=source.name,
        )
    return parts


def _sheets(workbook: Path) -> list[tuple[str, pa.Table]]:
    """Yield the name and the texts of every sheet, in the workbook's order."""
    try:
        with workbook.open("rb") as file:
            sheets = [
                (f"{workbook.name}, sheet {name}", sheet_as_csv(file, name)) for name in sheet_names(file)
            ]
    except (BadZipFile, KeyError, ParseError) as error:
        raise UnreadableFileError(
            rule="not_a_table",
            message=f"The file cannot be read as a workbook ({type(error).__name__}).",
            remedy=f"Save it as .xlsx again, or as CSV with {EXPECTED}.",
            file=workbook.name,
        ) from error
    return [(name, _csv(io.BytesIO(sheet), name)) for name, sheet in sheets]


def _csv(source: Path | io.BytesIO, name: str) -> pa.Table:
    options = csv.ConvertOptions(
        column_types=dict.fromkeys((*COLUMNS, *_OTHER_NAMES), pa.string()), strings_can_be_null=False
    )
    try:
        refuse_other_separator(_head(source), name)
        texts = csv.read_csv(source, _ONE_THREAD, csv.ParseOptions(newlines_in_values=True), options)
    except (pa.ArrowInvalid, OSError) as error:
        raise not_csv(error, name) from error
    texts = texts.rename_columns([_OTHER_NAMES.get(column, column) for column in texts.column_names])
    if tuple(texts.column_names) != COLUMNS:
        raise other_columns(texts.column_names, name)
    place = COLUMNS.index("Customer ID")
    return texts.set_column(
        place, COLUMNS[place], pc.replace_substring_regex(texts["Customer ID"], _CUSTOMER, r"\1")
    )


def _head(source: Path | io.BytesIO) -> str:
    """Return the first characters of a file, which is not consumed."""
    if isinstance(source, io.BytesIO):
        return source.getvalue()[:_HEAD_BYTES].decode(errors="replace")
    with pa.input_stream(source, compression="detect") as file:
        return bytes(file.read(_HEAD_BYTES)).decode(errors="replace")


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
        descriptions=pc.if_else(
            pc.equal(column["Description"], ""), pa.scalar(None, pa.string()), column["Description"]
        ),
        quantities=_quantities(column["Quantity"]),
        price_units=_units(coded["Price"].dictionary)[codes["Price"]],
        sold_at=_seconds(column["InvoiceDate"]),
        numbers=numbers,
        is_first=is_first,
    )


def _customers(spellings: pa.Array, codes: Ints) -> tuple[Ints, Ints]:
    """Return customer numbers, and for each line the position in them or NOBODY."""
    is_customer = pc.not_equal(spellings, "")
    ids = _customer_ids(spellings)
    place = np.where(
        is_customer.to_numpy(zero_copy_only=False),
        np.cumsum(is_customer.to_numpy(zero_copy_only=False)) - 1,
        NOBODY,
    )
    return ids, place[codes]


def _customer_ids(spellings: pa.Array) -> Ints:
    """Return the customer numbers of the texts that are not empty."""
    numbered = spellings.filter(pc.not_equal(spellings, ""))
    if not pc.all(pc.match_substring_regex(numbered, r"^\d+$")).as_py():
        raise ValueError("a customer number is not digits with the known stray ending")
    return np.asarray(numbered.cast(pa.int64()).to_numpy(), dtype=np.int64)


def _quantities(texts: pa.Array) -> Ints:
    return np.asarray(texts.cast(pa.int32()).cast(pa.int64()).to_numpy(), dtype=np.int64)


def _seconds(texts: pa.Array) -> Ints:
    """Return times as UTC seconds."""
    return np.asarray(texts.cast(pa.timestamp("s")).cast(pa.int64()).to_numpy(), dtype=np.int64)


def _units(prices: pa.Array) -> Ints:
    """Return prices as whole 1/10,000 GBP; raise an error for a price with more decimals."""
    exact = pc.multiply(
        prices.cast(pa.decimal128(12, PRICE_SCALE)), pa.scalar(10**PRICE_SCALE, pa.decimal128(6, 0))
    )
    return np.asarray(exact.cast(pa.int64()).to_numpy(), dtype=np.int64)


_CONVERTERS = {
    "Quantity": _quantities,
    "InvoiceDate": _seconds,
    "Price": _units,
    "Customer ID": _customer_ids,
}


def _numbered(codes: dict[str, Ints]) -> tuple[Ints, Bools]:
    """Return the number of each line within its invoice, and whether it is the first of its kind."""
    frame = pd.DataFrame(codes)
    is_first = ~frame.duplicated().to_numpy()
    firsts = frame[is_first]
    numbered = firsts.assign(number=firsts.groupby("Invoice", sort=False).cumcount() + 1)
    numbers = frame.merge(numbered, on=list(COLUMNS), how="left", sort=False)["number"].to_numpy()
    return numbers.astype(np.int64), is_first
