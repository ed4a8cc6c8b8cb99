"""A file becomes the same in memory and by way of the disk: every format, every compression, and every file
of the sample shop.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.registry import Registry
from headgate.errors import BadInputError
from headgate.formats.batches import source_in_memory
from headgate.formats.csv.stream_csv import NotPlainError
from headgate.formats.open_file import open_batches, read_whole
from headgate.formats.unpack import unpack_file
from headgate.intake.rows.check_rows import ACCEPTED, QUARANTINE, CheckRun, Counts, check_bytes, write_outputs
from headgate.intake.rows.quarantine_rows import RowOrigin
from headgate.lake.keys import dataset_of
from headgate.lake.ports import MaskingKey
from scripts.generated_shop.shop import ShopSpec, generate
from scripts.generated_shop.written_parts import CSV, DATASETS, PARQUET, iter_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from headgate.contracts.model import Contract

pytestmark = pytest.mark.unit

SOURCE = Registry.load().source
KEY = MaskingKey("k1", b"a key for tests, of thirty-two b.")
LANDED = dt.datetime(2024, 1, 2)
GIB = 1 << 30
STREAMED, WHOLE, REFUSED = "streamed", "whole", "refused"
Outcome = tuple[object, ...]


def in_memory(body: bytes, contract: Contract) -> Outcome:
    try:
        gated = check_bytes(
            body, contract, KEY, object_key="a/b", received_at=LANDED, content_sha256="0" * 64
        )
    except BadInputError as error:
        return (error.rule, error.message, error.column)
    return gated.counts, _plain(gated.accepted), _plain(gated.quarantine_rows)


def from_disk(body: bytes, contract: Contract, folder: Path) -> tuple[str, Outcome]:
    """Which way the file went, and what became of it: streamed wherever it can be, else what stays between
    the goes is on disk.
    """
    folder.mkdir()
    (folder / "received").write_bytes(body)
    origin = RowOrigin(contract.dataset, "0" * 64, "a/b", LANDED)
    try:
        file = unpack_file(folder / "received", folder, GIB)
        source = open_batches(file, contract, folder, from_bytes=0)
        if source:
            with suppress(NotPlainError):
                return STREAMED, _reported(
                    write_outputs(CheckRun(source, contract, KEY, origin, folder), folder), folder
                )
        return WHOLE, _reported(
            write_outputs(
                CheckRun(source_in_memory(read_whole(file, contract)), contract, KEY, origin, folder), folder
            ),
            folder,
        )
    except BadInputError as error:
        return REFUSED, (error.rule, error.message, error.column)


def _reported(counts: Counts, folder: Path) -> Outcome:
    return counts, *(_stored(folder / name) for name in (ACCEPTED, QUARANTINE))


def _plain(table: pa.Table) -> list[dict[str, object]]:
    return list(table.to_pylist())


def _stored(path: Path) -> list[dict[str, object]]:
    return list(pq.read_table(path).to_pylist()) if path.is_file() else []


PAYMENTS = SOURCE["payments"]
ROWS = [
    {
        "payment_id": str(number // 2), "order_id": f"A{number}", "method": "card",
        "card_number": "4111111111111111", "card_cvv": "123",
        "card_expiry": "2026-01", "amount": "x" if number == 3 else f"{number}.50", "currency": "GBP",
        "paid_at": "2024-01-01 10:00:00", "status": "captured", "notes": "Zoë said\nso, 4111 1111 1111 1111",
        "updated_at": "2024-01-01 10:00:00",
    }
    for number in range(8)
]  # fmt: skip


def text(delimiter: str = ",", line_end: str = "\n", footer: str = "") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROWS[0]), delimiter=delimiter, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue() + footer


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), sink)
    return sink.getvalue()


def workbook() -> bytes:
    from tests.unit.formats.excel.test_read_excel import sheet, workbook  # noqa: PLC0415 only here

    return workbook(
        {
            "payments": sheet([list(ROWS[0]), *(list(row.values()) for row in ROWS)]),
            "notes": sheet([["none"]]),
        }
    )


def zipped(body: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows", body)
    return sink.getvalue()


PLAIN = text().encode()
LINES = "\n".join(map(json.dumps, ROWS)).encode() + b"\n"
FORMS: dict[str, tuple[bytes, str]] = {
    "CSV": (PLAIN, STREAMED),
    "CSV with CRLF": (text(line_end="\r\n").encode(), STREAMED),
    "CSV with a byte-order mark": (text().encode("utf-8-sig"), STREAMED),
    "TSV": (text("\t").encode(), STREAMED),
    "semicolons": (text(";").encode(), STREAMED),
    "bars": (text("|").encode(), STREAMED),
    "CSV with a footer": (text(footer="\n(8 rows affected)\nTotal,,,8\n").encode(), STREAMED),
    "CSV with rows without a value": (
        PLAIN.replace(b"\n", b"\n,,,,,,,,,,,\n", 1) + b",,,,,,,,,,,\n,,\n",
        STREAMED,
    ),
    "CSV that ends in a delimiter": (PLAIN + b"torn,", WHOLE),
    "CSV below a preamble": (b"Report,of,today\n\n" + PLAIN, STREAMED),
    "CSV with an odd quote": (PLAIN + PLAIN.split(b"\n", 1)[1].replace(b"captured", b'5" pipe', 1), WHOLE),
    "CSV in UTF-16": (text().encode("utf-16"), WHOLE),
    "CSV in Windows-1252": (text().encode("cp1252"), WHOLE),
    "JSON": (json.dumps(ROWS).encode(), WHOLE),
    "JSON Lines": (LINES, STREAMED),
    "Parquet": (parquet(), STREAMED),
    "Excel": (workbook(), WHOLE),
    "no table": (b"%PDF-1.4", REFUSED),
    "nothing": (b"", REFUSED),
    "another table": (b"a,b\n1,2\n", REFUSED),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_format_becomes_the_same(form: str, tmp_path: Path) -> None:
    body, way = FORMS[form]
    expected = in_memory(body, PAYMENTS)
    found = from_disk(body, PAYMENTS, tmp_path / "plain")
    assert found == (way, expected)


RUSSIAN = "windows-1251"


@pytest.mark.parametrize("form", ["CSV", "JSON", "JSON Lines"])
def test_a_text_in_the_encoding_that_its_contract_states_becomes_what_its_utf8_does(
    form: str, tmp_path: Path
) -> None:
    utf8 = FORMS[form][0].decode().replace("Zo\\u00eb", "Zoë").replace("Zoë said", "Москва, Казань и Псков")
    stating = replace(PAYMENTS, properties={**PAYMENTS.properties, "headgate.encoding": RUSSIAN})
    way, (_, accepted, *_) = from_disk(utf8.encode(RUSSIAN), stating, tmp_path / "stated")
    assert way == WHOLE
    assert accepted == in_memory(utf8.encode(), PAYMENTS)[1]
    for refused in (
        from_disk(utf8.encode(RUSSIAN), PAYMENTS, tmp_path / "not"),
        (REFUSED, in_memory(utf8.encode(RUSSIAN), PAYMENTS)),
    ):
        assert (refused[0], refused[1][0]) == (REFUSED, "unknown_encoding")


WITH_TWO_FAULTS: dict[str, bytes] = {
    "another header, and two encodings": b"a,b\n1," + "Zo\u00eb \u20ac".encode() + b"\n2,Zo\xeb\n",
    "a column too many, and two encodings": PLAIN.replace(b"notes", b"remark", 1) + b"Zo\xeb,\n",
    "a name twice in a record, and two encodings": b'{"a": 1, "a": 2}\n'
    + LINES
    + b'{"a": "Zo\xeb \xc3\xab"}\n',
    "a line that nothing ends, with binary data": PLAIN + bytes(100),
}


@pytest.mark.parametrize("faults", WITH_TWO_FAULTS)
def test_a_file_with_two_faults_is_refused_for_the_same_one_of_them(faults: str, tmp_path: Path) -> None:
    body = WITH_TWO_FAULTS[faults]
    assert from_disk(body, PAYMENTS, tmp_path / "plain") == (REFUSED, in_memory(body, PAYMENTS))


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zip": zipped,
    "zstd": lambda bare: pa.compress(bare, codec="zstd", asbytes=True),
}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize(
    "form", ["CSV", "CSV with a footer", "CSV in UTF-16", "JSON", "JSON Lines", "Parquet", "Excel"]
)
def test_every_format_becomes_the_same_whatever_it_is_packed_with(
    form: str, packing: str, tmp_path: Path
) -> None:
    body = FORMS[form][0]
    packed = PACKINGS[packing](body)
    assert from_disk(packed, PAYMENTS, tmp_path / "packed") == (FORMS[form][1], in_memory(packed, PAYMENTS))


def shop_files(folder: Path, file_format: str) -> Iterator[tuple[str, Path]]:
    with_defects = {"defect_rate": 0.05, "bad_files": True} if file_format == CSV else {}
    spec = ShopSpec(
        seed=3,
        customers=80,
        orders=300,
        days=60,
        file_format=file_format,
        rows_per_file=2_000,
        **with_defects,
    )  # type: ignore[arg-type]  # as it has them
    generate(spec, folder)
    yield from iter_objects(folder)


@pytest.mark.parametrize("file_format", [CSV, PARQUET])
def test_every_file_of_the_sample_shop_becomes_the_same(file_format: str, tmp_path: Path) -> None:
    seen, ways = set(), set()
    for number, (key, path) in enumerate(shop_files(tmp_path / "shop", file_format)):
        contract = SOURCE.get(dataset_of(key))
        if contract is None:  # a bad file that lies in no dataset's folder
            continue
        way, found = from_disk(path.read_bytes(), contract, tmp_path / str(number))
        assert found == in_memory(path.read_bytes(), contract), key
        seen.add(contract.dataset)
        ways.add(way)
    assert seen == set(DATASETS)
    assert STREAMED in ways
