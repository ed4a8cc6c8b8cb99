"""Five sources of the comparison: public files, and two generated ones whose truth is known.

Each question has a known answer, which is computed from the source without any of the tools.
"""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from openpyxl import Workbook

if TYPE_CHECKING:
    from pathlib import Path

_CARD = "4111111111111111"  # a test number that payment gateways publish


@dataclass(frozen=True)
class Question:
    """A question in words, its known answer, and the SQL of both sides; `{table}` is the lake's table."""

    words: str
    truth: str
    lake: str
    peer: str


@dataclass(frozen=True)
class Source:
    """A source as its owner has it.

    Attributes:
        chart: SQL of the lake with a bar of # for each group.
    """

    name: str
    about: str
    path: Path
    questions: tuple[Question, ...]
    chart: str


def sources_in(folder: Path, data: Path) -> tuple[Source, ...]:
    """Put the five files into the folder; public ones come from `data`."""
    return (
        _countries(_copied(data / "regional" / "country-codes.csv", folder / "countries.csv")),
        _purchases(_copied(data / "cdnow" / "CDNOW_sample.txt", folder / "purchases.txt")),
        _searches(_copied(data / "queries" / "excite-small.log", folder / "searches.tsv")),
        _deliveries(folder / "deliveries.xlsx"),
        _orders(folder / "orders.xml"),
    )


def _copied(source: Path, target: Path) -> Path:
    shutil.copy(source, target)
    return target


def _bars(group: str, value: str) -> str:
    return f"select {group}, rpad('', cast(least({value}, 60) as integer), '#') as chart from {{table}} group by 1 order by 1"  # noqa: E501, S608 constants


def _countries(path: Path) -> Source:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    north = sum(row["Continent"] == "NA" for row in rows)
    return Source(
        "countries",
        "CSV, 249 countries; `NA` is North America",
        path,
        (
            Question(
                "rows", str(len(rows)), "select count(*) from {table}", "select count(*) from marts.countries"
            ),
            Question(
                "countries of North America (`NA`)",
                str(north),
                "select count(*) from {table} where continent = 'NA'",
                "select count(*) from marts.countries where continent = 'NA'",
            ),
        ),
        _bars("continent", "count(*)"),
    )


def _purchases(path: Path) -> Source:
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    return Source(
        "purchases",
        "fixed width without a header, 6,919 lines; ids have leading zeros",
        path,
        (
            Question(
                "dollars",
                str(sum(Decimal(line[4]) for line in lines)),
                "select sum(column_5) from {table}",
                "select cast(sum(dollars) as decimal(18, 2)) from marts.purchases",
            ),
            Question(
                "lines of customer 00004",
                str(sum(line[0] == "00004" for line in lines)),
                "select count(*) from {table} where column_1 = '00004'",
                "select count(*) from marts.purchases where cast(customer as varchar) = '00004'",
            ),
        ),
        _bars("date_format(column_3, '%Y-%m')", "sum(column_5) / 1000"),
    )


def _searches(path: Path) -> Source:
    lines = [line.split("\t") for line in path.read_text().splitlines() if line.strip()]
    return Source(
        "searches",
        "values between tabs without a header, 4,501 lines with quotes in them",
        path,
        (
            Question(
                "rows", str(len(lines)), "select count(*) from {table}", "select count(*) from marts.searches"
            ),
            Question(
                "characters of all queries",
                str(sum(len(line[2]) for line in lines)),
                "select sum(length(column_3)) from {table}",
                "select sum(length(query)) from marts.searches",
            ),
        ),
        _bars("substr(cast(column_2 as varchar), 1, 8)", "count(*) / 10"),
    )


def _deliveries(path: Path) -> Source:
    book, total = Workbook(), Decimal(0)
    sheet = book.active
    sheet.append(["Lieferungen 2026"])
    sheet.append([])
    sheet.append(["Beleg-Nr.", "Datum", "PLZ", "Betrag"])
    for number in range(1, 201):
        amount = Decimal(number * 7919 % 250_000) / 100 + 5
        total += amount
        day = date(2026, 1, 1) + timedelta(days=number)
        zip_code = f"{number * 337 % 99_000:05d}"
        sheet.append([f"L-{number:05d}", f"{day:%d.%m.%Y}", zip_code, _german(amount)])
    sheet.append(["Summe", None, None, _german(total)])
    book.save(path)
    zeros = sum(f"{number * 337 % 99_000:05d}"[0] == "0" for number in range(1, 201))
    return Source(
        "deliveries",
        "workbook, generated: a title above the header, `1.299,00 €`, postal codes such as `01067`, a line `Summe`",  # noqa: E501 a line of the page
        path,
        (
            Question(
                "euros",
                str(total),
                "select sum(betrag) from {table}",
                "select sum(amount) from marts.deliveries",
            ),
            Question(
                "postal codes that begin with 0",
                str(zeros),
                "select count(*) from {table} where plz like '0%'",
                "select count(*) from marts.deliveries where cast(zip as varchar) like '0%'",
            ),
        ),
        _bars("date_format(datum, '%Y-%m')", "sum(betrag) / 1000"),
    )


def _german(amount: Decimal) -> str:
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) + " €"


def _orders(path: Path) -> Source:
    root, quantity = ET.Element("orders"), 0
    for number in range(1, 301):
        order = ET.SubElement(root, "order")
        ET.SubElement(order, "order_id").text = f"{number:06d}"
        ET.SubElement(order, "ordered_on").text = (
            "2026-02-30" if number in (7, 70) else f"2026-0{number % 6 + 1}-15"
        )
        ET.SubElement(order, "total").text = f"{number}.50"
        ET.SubElement(order, "note").text = f"paid by {_CARD}" if number % 60 == 0 else "leave at the door"
        items = ET.SubElement(order, "items")
        for item in (1, 2):
            line = ET.SubElement(items, "item")
            ET.SubElement(line, "sku").text = f"S{item}"
            ET.SubElement(line, "quantity").text = str(item)
            quantity += item
    for order in list(root)[:3]:
        root.append(order)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    return Source(
        "orders",
        "XML, generated: 300 orders with items, of which 3 are sent twice, 2 have the day 30 February, and 5 a card number in a note",  # noqa: E501 a line of the page
        path,
        (
            Question(
                "orders with a day",
                "298",
                "select count(*) from {table}",
                "select count(ordered_on) from marts.orders",
            ),
            Question(
                "card numbers in clear",
                "0",
                f"select count(*) from {{table}} where note like '%{_CARD}%'",  # noqa: S608 a constant
                f"select count(*) from marts.orders where note like '%{_CARD}%'",  # noqa: S608 a constant
            ),
        ),
        _bars("ordered_on", "count(*)"),
    )
