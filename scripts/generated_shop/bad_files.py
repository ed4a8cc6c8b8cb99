"""Generate files that the gate must reject, each for one reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scripts.generated_shop.csv_text import as_csv_text, compressed, csv_bytes

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.random import Generator

_NOISE_BYTES = 4_096
_LOYALTY = b"member,points,tier\n1,20,gold\n2,35,silver\n"  # columns of no contract
_PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452")  # how a picture begins


@dataclass(frozen=True)
class BadFile:
    """A file, the rule that rejects it, and the column concerned, if there is one."""

    dataset: str
    name: str
    body: bytes
    rule: str
    column: str | None = None


def bad_files(rng: Generator, orders: pa.Table, payments: pa.Table) -> tuple[BadFile, ...]:
    """Create one file of each kind from a few clean rows."""
    good = compressed(csv_bytes(as_csv_text(orders)))
    without_card = as_csv_text(payments.drop_columns(["card_number"]))
    return (
        BadFile("loyalty_points", "part-00000.csv.gz", compressed(_LOYALTY), "unknown_dataset"),
        BadFile(
            "payments",
            "bad-without-card.csv.gz",
            compressed(csv_bytes(without_card)),
            "missing_sensitive_column",
            "card_number",
        ),
        BadFile("orders", "bad-empty.csv", b"", "empty_file"),
        BadFile("orders", "bad-truncated.csv.gz", good[: len(good) // 2], "truncated_gzip"),
        BadFile("products", "bad-picture.csv", _PNG + rng.bytes(_NOISE_BYTES), "not_a_table"),
    )
