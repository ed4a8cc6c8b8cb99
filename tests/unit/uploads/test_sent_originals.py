"""A file that a person sent is kept beside its edited form only where no number of a card can be in it."""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.contracts.registry import Registry
from headgate.uploads.sent_originals import sent_original
from headgate.uploads.upload import SentOriginal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

PAN = "4111111111111111"
PRODUCTS, PAYMENTS = (Registry.load().source[name] for name in ("products", "payments"))
CLEAN = "Nr;Preis;EAN\nA1;13,50;4012345678901\n"


def zipped(**members: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (CLEAN.encode(), SentOriginal.KEPT),
        (CLEAN.encode("utf-16"), SentOriginal.KEPT),
        (f"Karte {PAN}\n{CLEAN}".encode(), SentOriginal.HAS_NUMBERS),
        (f"Käufer {PAN}\n{CLEAN}".encode("cp1252"), SentOriginal.HAS_NUMBERS),
        (f"Karte {PAN}\n{CLEAN}".encode("utf-16"), SentOriginal.HAS_NUMBERS),
        (gzip.compress(f"{CLEAN}A2;1;{PAN}\n".encode()), SentOriginal.HAS_NUMBERS),
        (zipped(a=CLEAN, b=CLEAN), SentOriginal.KEPT),
        (zipped(a=CLEAN, b=f"{CLEAN}A2;1;{PAN}\n"), SentOriginal.HAS_NUMBERS),
        (zipped(a=CLEAN, b=f"<t>{PAN}</t>"), SentOriginal.HAS_NUMBERS),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), SentOriginal.NOT_SEARCHED),
        (b"PK damaged", SentOriginal.NOT_SEARCHED),
    ],
)
def test_every_text_of_the_file_is_searched(tmp_path: Path, body: bytes, expected: SentOriginal) -> None:
    path = tmp_path / "sent"
    path.write_bytes(body)
    assert sent_original(path, PRODUCTS, has_numbers=False) is expected


def test_a_file_with_a_number_in_a_cell_or_of_a_dataset_with_cards_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "sent"
    path.write_text(CLEAN)
    assert sent_original(path, PRODUCTS, has_numbers=True) is SentOriginal.HAS_NUMBERS
    assert sent_original(path, PAYMENTS, has_numbers=False) is SentOriginal.HAS_NUMBERS
    assert sent_original(path, None, has_numbers=False) is SentOriginal.KEPT


def test_a_file_with_a_column_for_codes_is_not_kept_although_its_dataset_lacks_the_column(
    tmp_path: Path,
) -> None:
    """Three digits are no number that a search finds."""
    path = tmp_path / "sales.csv"
    path.write_text("sku;cvv\nA1;123\n", encoding="utf-8")
    kept = (["sku", "menge"], ["sku", "CVV"])
    assert [sent_original(path, PRODUCTS, has_numbers=False, names=names) for names in kept] == [
        SentOriginal.KEPT,
        SentOriginal.HAS_NUMBERS,
    ]


def test_a_file_of_a_dataset_without_one_of_its_columns_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "sent"
    path.write_text(CLEAN)
    without_ean = replace(PRODUCTS, properties={**PRODUCTS.properties, "headgate.leftOut": ["EAN"]})
    assert sent_original(path, without_ean, has_numbers=False) is SentOriginal.LEFT_OUT
