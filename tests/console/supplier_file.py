"""The file of a German supplier: foreign headings, semicolons, Windows-1252, decimal commas, bad prices."""

from __future__ import annotations

HEADER = "Artikelnummer;Bezeichnung;Warengruppe;Listenpreis;Lieferbar;Stand"
BAD_ROWS = (8, 21, 34)
# Texts: no value says which field they are, but the contract of products lists their names.
CHOSEN = {"Artikelnummer": "product_id", "Bezeichnung": "product_name", "Warengruppe": "category"}


def supplier_file(first: int = 4711) -> bytes:
    """Return 62 rows: 57 that are right, three without a price, and the first two once more."""
    rows = [_row(first, number) for number in range(1, 61)]
    return "\r\n".join([HEADER, *rows, *rows[:2], ""]).encode("cp1252")


def _row(first: int, number: int) -> str:
    price = "auf Anfrage" if number in BAD_ROWS else f"{12 + number},50"
    is_sold = "ja" if number % 2 else "nein"
    return f"{first + number - 1};Citybike Größe {number};Fahrräder;{price};{is_sold};31.12.2025"
