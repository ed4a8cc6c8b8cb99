"""The files that the harness sends: each group is sent to a lake of its own, and all of them to one."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.registry import Registry
from headgate.lake.keys import RUN_DELETIONS, RUN_MANIFEST, ExportKey

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

REGION = "region_id,region_name,country_code,continent,population,gdp_usd,updated_at"
PAYMENT = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,"
    "updated_at"
)
CARD = "4111111111111111"  # a test number that payment gateways publish
Upload = tuple[str, bytes | None]  # key and body; without one the object is deleted


@cache
def contracts() -> dict[str, Contract]:
    """Two source contracts, of which one reports deletions."""
    source = Registry.load().source
    regions = source["regions"]
    telling = replace(regions, properties={**regions.properties, "headgate.deletes": "key_comparison"})
    return {"payments": source["payments"], "regions": telling}


def regions(*codes: str) -> bytes:
    """A CSV of one row for each code; a row with another text is to be refused."""
    rows = [f"{code},Region {code},{code},EU,1000000,,2024-05-01 00:00:00" for code in codes]
    return "\n".join([REGION, *rows, ""]).encode()


def payments(*amounts: str, header: str = PAYMENT) -> bytes:
    """A CSV of one card payment for each amount; a row with another text is to be refused."""
    rows = [
        (
            f"{number},O-{number},card,{CARD},123,2030-12,{amount},GBP,2024-01-01 10:00:00,captured,by "
            f"{CARD},2024-01-01 10:00:00"
        )
        for number, amount in enumerate(amounts, 1)
    ]
    return "\n".join([header, *rows, ""]).encode()


def parquet(body: bytes) -> bytes:
    """The CSV's rows as Parquet."""
    header, *rows = [line.split(",") for line in body.decode().splitlines()]
    out = io.BytesIO()
    pq.write_table(
        pa.table(
            {name: pa.array(cells) for name, cells in zip(header, zip(*rows, strict=True), strict=True)}
        ),
        out,
    )
    return out.getvalue()


def run(name: str, *parts: bytes, gone: tuple[str, ...] = ()) -> tuple[Upload, ...]:
    """An export run as the export lands it: its parts, the keys that are gone, and last its manifest."""
    key = ExportKey("regions", date(2024, 5, 1), name, "")
    deleted = parquet("\n".join(["region_id", *gone, ""]).encode()) if gone else b""
    names = [f"part-{number:05d}.parquet" for number in range(len(parts))]
    manifest = {
        "files": [
            {"name": part, "sha256": hashlib.sha256(body).hexdigest()}
            for part, body in zip(names, parts, strict=True)
        ],
        "moment": {"taken_at": "2024-05-01T00:00:00"},
        "deleted_sha256": hashlib.sha256(deleted).hexdigest() if gone else "",
    }
    reported = ((RUN_DELETIONS, deleted),) if gone else ()
    uploads = (*zip(names, parts, strict=True), *reported, (RUN_MANIFEST, json.dumps(manifest).encode()))
    return tuple((replace(key, name=part).path(), body) for part, body in uploads)


MIXED = (
    payments("10.50", "not an amount", "12.00") + payments("10.50").split(b"\n", 1)[1]
)  # one refused row, one duplicate
UNSURE = PAYMENT.replace("payment_id", "F1").replace("order_id", "F2").replace("amount", "F3")
GROUPS: dict[str, tuple[Upload, ...]] = {
    "csv": (("regions/clean.csv", regions("GB", "FR")),),
    "parquet": (("regions/clean.parquet", parquet(regions("DE", "IT"))),),
    "gzip": (("regions/packed.csv.gz", gzip.compress(regions("ES", "not a code", "ES"), mtime=0)),),
    "copies": (("payments/may.csv", MIXED), ("payments/may again.csv", MIXED)),
    "correction": (
        ("payments/june.csv", MIXED[:-1] + b"\n\n"),
        ("payments/june.csv", payments("10.50", "11.00", "12.00")),
    ),
    "refused": (("payments/no-table.csv", b"%PDF-1.4"),),
    "empty": (("regions/empty.csv", b""),),
    "to map": (("payments/unsure.csv", payments("10.50", "11.50", header=UNSURE)),),
    "unknown": (("somewhere/file.csv", b"a,b\n1,2\n"),),
    "found by its header": (("somewhere/regions.csv", regions("PT", "GR")),),
    "no data": (("regions/_SUCCESS", b""),),
    "run": run("r1", parquet(regions("NL", "BE")), parquet(regions("LU", "not a code")), gone=("FR",)),
    "no manifest": ((ExportKey("regions", date(2024, 5, 2), "r2", RUN_MANIFEST).path(), b"[]"),),
}
GROUPS["all"] = tuple(upload for group in GROUPS.values() for upload in group)
GROUPS["reverted"] = (
    ("payments/july.csv", MIXED),
    ("payments/july.csv", payments("9.50", "no amount")),
    ("payments/july.csv", MIXED),
)
GROUPS["sent again"] = (
    ("payments/august.csv", MIXED),
    ("payments/august.csv", None),
    ("payments/august.csv", MIXED),
)
# Three files like each other and one unlike them: an alert reports it, and it must not be compared with
# itself when it comes again.
GROUPS["out of line"] = tuple(
    (f"payments/{number}.csv", payments(*[f"{amount}.{number}" for amount in range(100, 400)]))
    for number in (1, 2, 3)
)
GROUPS["out of line"] += (("payments/4.csv", payments(*[f"{amount}.4" for amount in range(9000, 9300)])),)
