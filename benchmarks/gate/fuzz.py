"""Mutated files through the gate: nothing but BadInputError gets out, no row is lost, no card is shown.

The last line is JSON.

    make fuzz [COUNT=1000000] [FIRST=0] [SEED=0] [WORKERS=2] [DATA=folder of files to begin with]

Each input is a small file: one of our own in any format, or the head of a real one, with some of its bytes
moved, doubled, cut or replaced by what formats are sensitive to. Files of our own hold published test cards,
social security numbers and codes.

Held for every input:

- `BadInputError` is the only error, and the process lives;
- received = accepted + quarantined + duplicates;
- no card number and no social security number of the file stands, with nothing written against it, in an
  accepted row, in one that was quarantined, in an error or in the log; and no verification code in its
  column.

An input is made by SEED and its number alone; what fails is kept in `.headgate/fuzz`, to be tried again with
`--file`.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import logging
import multiprocessing
import os
import random
import re
import tarfile
import time
import traceback
import zipfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.registry import Registry
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import BadInputError, HeadgateError
from headgate.formats.read_table import unknown_table
from headgate.formats.sniff import is_parquet
from headgate.intake import check_bytes
from headgate.lake.ports import MaskingKey
from headgate.values.parallel_work import use_lean_allocator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.contracts.model import Contract
    from headgate.intake import CheckedRows

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("HEADGATE_DATA", ROOT.parent / "shared" / "data"))
KEPT = ROOT / ".headgate" / "fuzz"
KEY, LANDED = MaskingKey("fuzz", bytes(range(32))), datetime(2024, 1, 1)
AT_ONCE = 250
LARGEST_SEED, HEAD_BYTES = 24_000, 1_500
SLOW_S = 20.0  # of processor time; none of the files is larger than some kilobytes

# Published by gateways for tests.
CARDS = (
    "4111111111111111",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "6011111111111117",
    "30569309025904",
)
SSNS = ("078-05-1120", "219-09-9999", "457-55-5462")
CODES = ("9174", "8265", "7356")
# What formats are sensitive to.
_SIGNS = [
    *"\"',;\t|\n\r\0\\{}[]:<>&=-+. ",
    "\r\n",
    "\\N",
    "null",
    "\\ud800",
    "1e999",
    "4.11E+15",
    "-0",
    "007",
    "NaN",
    "9" * 40,
    "2024-02-30",
]
_SIGNS += [CARDS[0], "4111 1111 1111 1111", SSNS[0], "cvv 917"]
_MARKS = (
    b"\xff",
    b"\xfe",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"PK\x03\x04",
    b"PAR1",
    b"\x1f\x8b",
)
TOKENS = (*(sign.encode() for sign in _SIGNS), *_MARKS, b"\x28\xb5\x2f\xfd")


@dataclass(frozen=True)
class Seed:
    """A file to mutate, its contract, and the values in it that must not be shown anywhere."""

    body: bytes
    contract: Contract
    secrets: tuple[str, ...] = ()


@dataclass
class Outcome:
    """The outcomes of some inputs."""

    inputs: int = 0
    crashes: int = 0
    leaks: int = 0
    slowest_s: float = 0.0
    rules: Counter[str] = field(default_factory=Counter)
    reported: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """These inputs, too."""
        self.inputs += other.inputs
        self.crashes += other.crashes
        self.leaks += other.leaks
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.rules.update(other.rules)
        self.reported += other.reported


class BrokenPromiseError(Exception):
    """Something that is held for every input does not hold for this one."""


@lru_cache(maxsize=1)
def seeds(data: Path) -> tuple[Seed, ...]:
    """Files of our own in every format, and the heads of real ones, each with a contract that accepts it."""
    return (*_own(), *_real(data))


def _own() -> Iterator[Seed]:
    source = Registry.load().source
    for contract, rows in ((source["payments"], _payments()), (source["customers"], _customers())):
        secrets = (*CARDS, *SSNS)
        for body in _forms(rows):
            yield Seed(body, contract, secrets)
        for body in list(_forms(rows))[:3]:
            yield from (Seed(packed, contract, secrets) for packed in _packed(body))
        yield Seed(_dump(rows), contract, secrets)
        stating = replace(contract, properties={**contract.properties, "headgate.encoding": "windows-1251"})
        yield Seed(
            _csv(rows, ",").replace("Zoë \u017bak", "Анна Жук").encode("windows-1251"), stating, secrets
        )


def _payments() -> list[dict[str, str]]:
    return [
        {
            "payment_id": str(number), "order_id": f"A{number}", "method": "card", "card_number": card,
            "card_cvv": CODES[number % 3],
            "card_expiry": "2026-01", "amount": f"{number}.50", "currency": "GBP",
            "paid_at": f"2024-01-0{1 + number} 10:00:00",
            "status": "captured", "notes": f"card {card} cvv {CODES[0]}, ssn {SSNS[0]}",
            "updated_at": "2024-01-01 10:00:00",
        }
        for number, card in enumerate((*CARDS, CARDS[0]))
    ]  # fmt: skip


def _customers() -> list[dict[str, str]]:
    return [
        {
            "customer_id": str(number % 4), "email": f"jane{number}@example.com", "full_name": "Zoë \u017bak",
            "ssn": SSNS[number % 3],
            "region_id": "NA", "signed_up_at": "2024-01-01 00:00:00", "marketing_opt_in": "true",
            "updated_at": f"2024-01-0{1 + number} 00:00:00",
        }
        for number in range(6)
    ]  # fmt: skip


def _forms(rows: Sequence[dict[str, str]]) -> Iterator[bytes]:
    """The rows as CSV in several dialects and encodings, JSON, JSON Lines, Parquet and Excel."""
    plain = _csv(rows, ",")
    yield plain.encode()
    yield _csv(rows, ";", quote="'").encode("cp1252", "replace")
    yield ("\ufeff" + _csv(rows, "\t", quote="")).encode("utf-16-le")
    yield ("Report of today\r\n\r\n" + plain.replace("\n", "\r\n") + "Total,7\r\n").encode("utf-8-sig")
    yield json.dumps(rows).encode()
    yield "\n".join(json.dumps(row) for row in rows).encode()
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), sink, compression="zstd")
    yield sink.getvalue()
    yield _workbook(rows)
    yield json.dumps([*rows, {**rows[0], "\ud800": "half of a pair"}]).encode()
    yield json.dumps([*rows, ["\ud800"]]).encode()


def _csv(rows: Sequence[dict[str, str]], delimiter: str, quote: str = '"') -> str:
    lines = [delimiter.join(rows[0])]
    lines += [
        delimiter.join(f"{quote}{cell}{quote}" if quote and " " in cell else cell for cell in row.values())
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _dump(rows: Sequence[dict[str, str]]) -> bytes:
    r"""As MySQL's OUTFILE writes it: escaped tabs and line feeds, `\N` for null."""
    escaped = [
        {name: cell.replace(", ", "\\\t").replace("0 ", "0\\\n") for name, cell in row.items()}
        for row in rows
    ]
    return _csv([*rows, *escaped, dict.fromkeys(rows[0], "\\N")], "\t", quote="").encode()


def _workbook(rows: Sequence[dict[str, str]]) -> bytes:
    """The least that is an Excel file: one sheet, texts in place."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    link = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in line) + "</row>"
        for line in lines
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {main} {link}><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="r1" Target="worksheets/s.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/s.xml", f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>"
        )
    return sink.getvalue()


def _packed(body: bytes) -> Iterator[bytes]:
    yield gzip.compress(body, mtime=0)
    yield pa.compress(body, codec="zstd", asbytes=True)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("rows.csv"), body)
    yield sink.getvalue()


def _real(data: Path) -> Iterator[Seed]:
    """The heads of real files, and whole small ones, each by the contract that is drafted from it."""
    for body in _bodies(data):
        with suppress(HeadgateError):
            yield Seed(body, draft_from_sample(body, "fuzzed").contract)


def _bodies(data: Path) -> Iterator[bytes]:
    if not data.is_dir():
        return
    for path in sorted(path for path in data.rglob("*") if path.is_file()):
        if path.name.endswith(".tar.gz"):
            yield from _members(path)
        elif path.suffix == ".gz":
            with gzip.open(path) as file:
                yield _head(file.read(HEAD_BYTES))
        elif path.suffix in {".csv", ".txt", ".log"}:
            yield _head(path.open("rb").read(HEAD_BYTES))


def _members(path: Path, at_most: int = 60) -> Iterator[bytes]:
    with tarfile.open(path) as archive:
        files = [member for member in archive.getmembers() if member.isfile() and member.size <= LARGEST_SEED]
        for member in files[:: max(1, len(files) // at_most)]:
            file = archive.extractfile(member)
            yield _brief(file.read()) if file else b""


def _brief(body: bytes) -> bytes:
    """Parquet as it is.

    Of a text its head, where each change has more effect and costs a fraction of the time.
    """
    return body if is_parquet(body) else _head(body[: 2 * HEAD_BYTES])


def _head(body: bytes) -> bytes:
    return body[: body.rfind(b"\n") + 1] or body


def made(number: int, seed: int, data: Path) -> tuple[Seed, bytes]:
    """The input of that number."""
    chance = random.Random(f"{seed}/{number}")
    begun = chance.choice(seeds(data))
    return begun, mutated(begun.body, chance)


def mutated(body: bytes, chance: random.Random) -> bytes:
    """The file with one to six changes; one in fifty is left as it is."""
    if chance.random() < 0.02:  # noqa: PLR2004 a share
        return body
    changed = bytearray(body)
    for _ in range(chance.randint(1, 6)):
        at, kind = chance.randrange(len(changed) + 1), chance.random()
        if kind < 0.35:  # noqa: PLR2004 shares, here and below
            changed[at:at] = chance.choice(TOKENS)
        elif kind < 0.5 and changed:  # noqa: PLR2004
            changed[min(at, len(changed) - 1)] = chance.randrange(256)
        elif kind < 0.65:  # noqa: PLR2004
            del changed[at : at + chance.randint(1, 12)]
        elif kind < 0.7:  # noqa: PLR2004
            del changed[at:]
        elif kind < 0.85:  # noqa: PLR2004
            other = chance.randrange(len(changed) + 1)
            changed[at:at] = changed[min(at, other) : min(max(at, other), min(at, other) + 200)]
        else:
            other = chance.randrange(len(changed) + 1)
            changed[at : at + 4], changed[other : other + 4] = (
                changed[other : other + 4],
                changed[at : at + 4],
            )
    return bytes(changed)


def check(seed: Seed, body: bytes, log: io.StringIO) -> str:
    """The rule by which the file was refused, or `accepted`.

    Raises:
        BrokenPromiseError: what is held for every input does not hold.
    """
    log.seek(0)
    log.truncate()
    said, rule = "", "accepted"
    try:
        if not seed.secrets:
            unknown_table(body)
        gated = check_bytes(body, seed.contract, KEY, object_key="fuzzed/in", received_at=LANDED)
        said = _said(gated)
    except BadInputError as error:
        said, rule = f"{error} {error.remedy} {error.column}", error.rule
    for secret in seed.secrets:
        if _shows(said, secret) or _shows(log.getvalue(), secret):
            raise BrokenPromiseError(f"shows ****{secret[-4:]} where the file is {rule}")
    return rule


def _said(gated: CheckedRows) -> str:
    """Everything that would be written."""
    if gated.accepted.num_rows + gated.counts.quarantined + gated.counts.duplicates != gated.counts.received:
        raise BrokenPromiseError("rows are lost")
    for row in gated.quarantine_rows.select(["record"]).to_pylist():
        shown = json.loads(row["record"])
        if shown.get("card_cvv") in CODES:
            raise BrokenPromiseError("shows a verification code in its column")
    return (
        repr(gated.accepted.to_pydict())
        + repr(gated.quarantine_rows.to_pydict())
        + repr(gated.counts.written_as)
    )


def _shows(text: str, secret: str) -> bool:
    """Whether the secret stands there with nothing written against it, as a person would read it."""
    return secret in text and re.search(rf"(?<![\w+.\-/\\]){secret}(?![\w.\-/\\])", text) is not None


def some(first: int, count: int, seed: int, data: Path) -> Outcome:
    """The inputs of these numbers, in this process, which takes memory as the function does."""
    use_lean_allocator()
    outcome, log = Outcome(), io.StringIO()
    logging.basicConfig(stream=log, level=logging.DEBUG, force=True)
    for number in range(first, first + count):
        begun, body = made(number, seed, data)
        start = time.process_time()
        try:
            outcome.rules[check(begun, body, log)] += 1
        except BrokenPromiseError as error:
            outcome.leaks += 1
            outcome.reported.append(_kept(body, f"{number}: {error}"))
        except Exception as error:  # noqa: BLE001 that none escapes is what is measured
            outcome.crashes += 1
            outcome.reported.append(_kept(body, f"{number}: {traceback.format_exc(limit=-3)}"))
            outcome.rules[
                f"{type(error).__name__} in {traceback.extract_tb(error.__traceback__)[-1].name}"
            ] += 1
        seconds = time.process_time() - start
        if seconds > SLOW_S:
            outcome.reported.append(_kept(body, f"{number}: took {seconds:.0f} s"))
        outcome.slowest_s = max(outcome.slowest_s, seconds)
        outcome.inputs += 1
    return outcome


def _kept(body: bytes, reported: str) -> str:
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"{hashlib.sha256(body).hexdigest()[:16]}.bin"
    path.write_bytes(body)
    return f"{path}\n  {reported}"


def every(count: int, first: int, seed: int, data: Path, workers: int) -> Outcome:
    """All inputs, on so many cores; a process that dies is a crash, too."""
    total, firsts = Outcome(), range(first, first + count, AT_ONCE)
    # Forked, so that whoever pauses or ends this program by its name finds them all; nothing was done here
    # yet that a fork could break.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as processes:
        parts = [
            processes.submit(some, start, min(AT_ONCE, first + count - start), seed, data) for start in firsts
        ]
        for done, part in enumerate(parts, 1):
            try:
                total.add(part.result())
            except BrokenProcessPool:
                total.crashes += 1
                total.reported.append(
                    f"a process died over one of the {AT_ONCE} inputs from {firsts[done - 1]} on, or of "
                    "those beside them"
                )
                break
            if done % 100 == 0:
                print(f"  {total.inputs:,} inputs, {total.crashes} crashes, {total.leaks} leaks", flush=True)
    return total


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=Path(os.environ.get("DATA") or DATA))
    parser.add_argument("--count", type=int, default=int(os.environ.get("COUNT") or 1_000_000))
    parser.add_argument(
        "--first", type=int, default=int(os.environ.get("FIRST") or 0), help="the number of the first input"
    )
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or 0))
    parser.add_argument(
        "--workers",
        type=int,
        default=int(os.environ.get("WORKERS") or os.cpu_count() or 1),
        help="processes side by side",
    )
    parser.add_argument("--file", type=Path, help="one input that was kept, through each contract")
    given = parser.parse_args()
    if given.file:
        for seed in {of_dataset.contract.dataset: of_dataset for of_dataset in seeds(given.data)}.values():
            print(seed.contract.dataset, check(seed, given.file.read_bytes(), io.StringIO()))
        return
    start = time.perf_counter()
    total = every(given.count, given.first, given.seed, given.data, given.workers)
    print("\n".join(total.reported[:20]))
    print(", ".join(f"{rule} {count:,}" for rule, count in total.rules.most_common()))
    seconds = round(time.perf_counter() - start, 1)
    reported = {
        "inputs": total.inputs,
        "crashes": total.crashes,
        "leaks": total.leaks,
        "seconds": seconds,
        "slowest_s": round(total.slowest_s, 2),
    }
    print(json.dumps(reported))
    raise SystemExit(bool(total.crashes or total.leaks))


if __name__ == "__main__":
    main()
