"""How card numbers are found in text, and what else is taken for one. The last line is JSON.

    make bench-pan [DATA=cells.csv with text,is_pan]

Without DATA three parts are measured, and `recall` and `false_share` are over all of them:

- published: the test cards of payment gateways, of `gateway_test_pans.csv`, and labelled sentences of
  `text_pii`, where these are (HEADGATE_DATA or ../shared/data);
- held out: numbers of every brand and length in formats, drawn with a seed that nothing was tuned on from the
  ranges that ISO/IEC 7812 registrars and schemes publish (typed here once more, not read from the code under
  test);
- no cards: millisecond timestamps, order ids, phone numbers, IBANs and UUIDs.

`recall` and `false_share` are of the search by range, length and check digit alone, as in columns declared
for cards. In all other columns numbers of 13 digits and fewer need a context, so `false_share_in_text` is
over more cells: article numbers, phone numbers without a plus sign and tax numbers besides. `recall_in_text`
is over the numbers of 14 digits and more and over short ones behind "card".

`false_share_numbers` is the share of cells with numbers of other kinds that redaction changes: coordinates,
decimals, GeoJSON, WKT, lists of codes, order ids, measures, timestamps, and ids of 12 to 19 digits. The ids
are columns: `contract init` drafts a contract from them, as a lake does that holds them, and its column says
how they are searched. `false_share_ids_undeclared` is the share of the same ids in a column that states
nothing.

`ms_per_mb_worst` is the slowest redaction of one text of 10, 100 and 1,000 kB, over texts of one kind each,
and `scan_ms_per_mb_worst` the slowest leak scan. Both are processor time, which other programs on the machine
change little, and the least of several repetitions.

`cells_per_s` is over a column of ordinary cells, one in a hundred with a card, on one thread.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.masking.find_card_numbers import ANYWHERE, CONTEXT_BELOW, rows_with_cards
from headgate.masking.redaction import redact
from headgate.masking.searched_columns import context_below
from headgate.python_api import draft_contract
from headgate.quality.leaks import leaks_in_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("HEADGATE_DATA", ROOT.parent / "shared" / "data"))
SEED = 20_241_107
OF_EACH, NO_CARDS, CELLS, NUMBERS = 20, 20_000, 1_000_000, 8_000
# Source: the ranges that the schemes publish for acquirers: Visa, Mastercard (51-55, 2221-2720; Maestro),
# American Express, Discover (with Diners Club), JCB, UnionPay, Mir, Troy.
BRANDS: tuple[tuple[str, tuple[str, ...], tuple[int, ...]], ...] = (
    ("visa", ("4",), (13, 16, 19)),
    ("mastercard", ("51", "53", "55", "2221", "2300", "2699", "2720"), (16,)),
    ("amex", ("34", "37"), (15,)),
    ("discover", ("6011", "644", "649", "65"), (16, 19)),
    ("diners", ("36", "300", "305", "38", "39"), (14,)),
    ("jcb", ("3528", "3555", "3589"), (16, 19)),
    ("unionpay", ("62", "8100"), (16, 17, 18, 19)),
    ("mir", ("2200", "2204"), (16, 19)),
    ("troy", ("9792",), (16,)),
    (
        "maestro",
        ("5018", "5020", "5902", "5930", "5947", "5991", "6304", "6759", "6761"),
        (12, 13, 16, 18, 19),
    ),
    ("uatp", ("1175",), (15,)),
    ("sodexo", ("606070", "600818"), (16,)),
    ("edenred", ("637483", "700676"), (16,)),
)


@dataclass(frozen=True)
class Cell:
    """A text, whether a card number is in it, and what kind of case it is."""

    text: str
    is_pan: bool
    kind: str


def with_check_digit(body: str) -> str:
    """Source: ISO/IEC 7812-1, annex B."""
    total = sum(
        int(digit) if place % 2 else sum(divmod(2 * int(digit), 10))
        for place, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)


def in_groups(number: str, separator: str) -> str:
    """The number as it stands on a card: 4-6-5 for fifteen digits, 4-6-4 for fourteen, else fours."""
    sizes = {15: (4, 6, 5), 14: (4, 6, 4)}.get(len(number), (4, 4, 4, 4, 3))
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    return separator.join(group for group in groups if group)


FORMATS: dict[str, Callable[[str], str]] = {
    "bare": str,
    "blanks": lambda number: in_groups(number, " "),
    "dashes": lambda number: in_groups(number, "-"),
    "dots": lambda number: in_groups(number, "."),
    "sentence": lambda number: f"card no. {number}, thanks",
    "in quotes": lambda number: f'{{"pan": "{number}"}}',
    "as float": lambda number: f"{number}.0",
    "full width": lambda number: number.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)}),
    "no-break blanks": lambda number: in_groups(number, "\u00a0"),
    "bars": lambda number: in_groups(number, "|"),
    "slashes": lambda number: in_groups(number, "/"),
    "lines": lambda number: in_groups(number, "\n"),
    "HTML blanks": lambda number: in_groups(number, "&nbsp;"),
    "unseen signs": lambda number: in_groups(number, "\u200b"),
    "unseen sign inside": lambda number: f"{number[:7]}\u200b{number[7:]}",
    "dashes with blanks": lambda number: in_groups(number, " - "),
}
# Written for numbers of 14 digits and more alone: shorter ones behind zeros are article numbers.
LONG_FORMATS: dict[str, Callable[[str], str]] = {
    "padded": lambda number: f"00{number}",
    "URL-encoded": lambda number: "".join(f"%3{digit}" for digit in number),
    "HTML-escaped": lambda number: "".join(f"&#{ord(digit)};" for digit in number),
}
GLUED_LENGTHS, SHORT = (14, 15, 16, 19), 13


def formats_of(length: int) -> dict[str, Callable[[str], str]]:
    """In which ways a number of so many digits is written."""
    if length <= SHORT:
        return FORMATS
    glued: dict[str, Callable[[str], str]] = (
        {"expiry glued": lambda number: f"{number}1227"} if length in GLUED_LENGTHS else {}
    )
    return {**FORMATS, **LONG_FORMATS, **glued}


def held_out(chance: random.Random) -> Iterator[Cell]:
    """Every brand, prefix, length and format."""
    for brand, prefixes, lengths in BRANDS:
        for prefix in prefixes:
            for length in lengths:
                for form, written in formats_of(length).items():
                    for _ in range(OF_EACH):
                        digits = "".join(chance.choices("0123456789", k=length - 1 - len(prefix)))
                        yield Cell(
                            written(with_check_digit(prefix + digits)),
                            is_pan=True,
                            kind=f"held out: {brand} {length}, {form}",
                        )


def no_cards(chance: random.Random) -> Iterator[Cell]:
    """Return texts of people and programs that have as many digits as a card number."""
    for _ in range(NO_CARDS):
        yield Cell(
            str(chance.randrange(1_500_000_000_000, 1_800_000_000_000)),
            is_pan=False,
            kind="millisecond timestamp",
        )
        yield Cell(f"ORD-{chance.randrange(10**9, 10**11)}", is_pan=False, kind="order id")
        yield Cell(
            f"+{chance.choice((1, 33, 44, 49, 86))} {chance.randrange(10**9, 10**10)}",
            is_pan=False,
            kind="phone number",
        )
        yield Cell(
            f"+49 15{chance.randrange(10)} {chance.randrange(10**7, 10**8)}",
            is_pan=False,
            kind="phone number",
        )
        yield Cell(iban(chance), is_pan=False, kind="IBAN")
        yield Cell(str(uuid.UUID(int=chance.getrandbits(128), version=4)), is_pan=False, kind="UUID")


def other_numbers(chance: random.Random) -> Iterator[Cell]:
    """Return numbers of 12 and 13 digits that begin like cards: GTIN-13, phone and tax numbers."""
    for _ in range(NO_CARDS):
        yield Cell(
            with_gtin_digit(f"{chance.choice((400, 420, 440, 450, 490))}{chance.randrange(10**9):09d}"),
            is_pan=False,
            kind="GTIN-13",
        )
        yield Cell(
            f"{chance.choice((50, 56, 58, 63, 67))}{chance.randrange(10**10):010d}",
            is_pan=False,
            kind="phone number without a plus sign",
        )
        yield Cell(f"{chance.randrange(10**11, 10**12)}", is_pan=False, kind="tax number")


def with_gtin_digit(body: str) -> str:
    """Source: GS1 General Specifications, section 7.9."""
    return body + str(
        -sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body))) % 10
    )


def iban(chance: random.Random) -> str:
    """A German one. Source: ISO 13616-1, check digits by ISO 7064 MOD 97-10."""
    account = "".join(chance.choices("0123456789", k=18))
    return f"DE{98 - int(account + '131400') % 97:02d}{account}"


def numbers(chance: random.Random) -> Iterator[Cell]:
    """Numbers of other kinds, each kind as often as the others."""
    for _ in range(NUMBERS):
        for kind, text in _written_numbers(chance).items():
            yield Cell(text, is_pan=False, kind=kind)


def _written_numbers(chance: random.Random) -> dict[str, str]:
    longitude, latitude = chance.uniform(-180, 180), chance.uniform(-90, 90)
    points = [
        [round(chance.uniform(-180, 180), 6), round(chance.uniform(-90, 90), 6)]
        for _ in range(chance.randint(2, 12))
    ]
    codes = [f"{chance.randrange(10 ** chance.randint(2, 5))}" for _ in range(chance.randint(2, 20))]
    day = f"{chance.randint(1990, 2030)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
    return {
        "coordinates": f"[{longitude:.4f},{latitude:.4f},{chance.uniform(0, 3000):.2f}]",
        "decimals": f"{longitude} {latitude}",
        "GeoJSON": json.dumps({"type": "LineString", "coordinates": points}),
        "WKT": f"LINESTRING({', '.join(f'{x} {y}' for x, y in points)})",
        "WKT point": f"POINT({longitude} {latitude})",
        "projected coordinates": f"{chance.uniform(1000, 9999):.4f} {chance.uniform(1000, 9999):.4f}",
        "three-digit codes": " ".join(f"{chance.randrange(100, 1000)}" for _ in range(chance.randint(2, 20))),
        "four-digit codes": ",".join(f"{chance.randrange(10_000):04d}" for _ in range(chance.randint(5, 30))),
        "codes": chance.choice((" ", ",", ";", ", ")).join(codes),
        "order id": f"O{chance.randrange(10**5):05d}-{chance.randrange(1000):03d}"
        f"-{chance.randrange(10**6):06d}",
        "measure": f"{chance.uniform(0, 10 ** chance.randint(1, 12)):,.3f}",
        "timestamps": (
            f"{day} {chance.randrange(24):02d}:{chance.randrange(60):02d}:{chance.random() * 60:09.6f}"
        ),
        "microseconds": str(chance.randrange(10**15, 2 * 10**15)),
    }


def ids(chance: random.Random) -> dict[int, list[str]]:
    """Columns of ids, by their number of digits."""
    return {
        length: [f"{chance.randrange(10 ** (length - 1), 10**length)}" for _ in range(NUMBERS)]
        for length in range(12, 20)
    }


def changed_numbers(chance: random.Random) -> tuple[float, float]:
    """Return the share of other numbers, and of undeclared ids, that redaction changes."""
    cells = list(numbers(chance))
    false, undeclared = changed(cells, CONTEXT_BELOW), Counter[str]()
    columns = ids(chance)
    for length, texts in columns.items():
        id_cells = [Cell(text, is_pan=False, kind=f"id of {length} digits") for text in texts]
        undeclared += changed(id_cells, CONTEXT_BELOW)
        false += changed(id_cells, drafted_search(texts))
    for kind, count in false.most_common():
        print(f"changed: {kind}: {count}")
    of_ids = sum(map(len, columns.values()))
    return round(sum(false.values()) / (len(cells) + of_ids), 6), round(sum(undeclared.values()) / of_ids, 6)


def changed(cells: list[Cell], below: int) -> Counter[str]:
    """How many cells of each kind redaction changes."""
    texts = pa.array([cell.text for cell in cells], pa.string())
    return Counter(
        cell.kind
        for cell, after in zip(cells, redact(texts, context_below=below).to_pylist(), strict=True)
        if cell.text != after
    )


def drafted_search(texts: list[str]) -> int:
    """How strictly a column with these ids is searched by the contract that is drafted from them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parcels.csv"
        path.write_text(
            "place,ident\n" + "".join(f"p{row},{text}\n" for row, text in enumerate(texts)), encoding="utf-8"
        )
        return context_below(
            next(column for column in draft_contract(path).columns if column.name == "ident")
        )


def worst_texts(chance: random.Random, size: int) -> dict[str, str]:
    """Return texts of so many characters, each of the kind that a search may take long for."""
    kinds: dict[str, Callable[[], str]] = {
        "13 digits": lambda: f"{chance.randrange(4 * 10**12, 5 * 10**12)} ",
        "decimals": lambda: f"{chance.uniform(-180, 180):.6f},",
        "groups of four": lambda: f"{chance.randrange(10_000):04d} ",
        "groups of three": lambda: f"{chance.randrange(1000):03d} ",
        "single digits": lambda: f"{chance.randrange(10)} ",
        "digits": lambda: str(chance.randrange(10**9, 10**10)),
        "16 digits": lambda: f"{chance.randrange(4 * 10**15, 5 * 10**15)} ",
        "groups of a card": lambda: in_groups(str(chance.randrange(4 * 10**15, 5 * 10**15)), " ") + ", ",
        "social security numbers": lambda: (
            f"{chance.randrange(1, 666):03d}-{chance.randrange(1, 100):02d}"
            f"-{chance.randrange(1, 10_000):04d},"
        ),
        "JSON": lambda: json.dumps(
            {
                "id": chance.randrange(10**16),
                "at": [chance.uniform(-90, 90), chance.randrange(10**6)],
                "card": None,
            }
        ),
        "separators": lambda: " -.",
    }
    return {
        kind: "".join(written() for _ in range(size // len(written()) + 1))[:size]
        for kind, written in kinds.items()
    }


def worst_times(chance: random.Random) -> tuple[float, float]:
    """Return the maximum processor time per megabyte, ms, of redaction and of the leak scanner."""
    worst = [0.0, 0.0]
    redact(pa.array(["4111 1111 1111 1111 card cvv 123"]))  # loads tables
    for size in (10_000, 100_000, 1_000_000):
        for text in worst_texts(chance, size).values():
            column = pa.array([text])
            for place, search in enumerate(
                (lambda column=column: redact(column), lambda text=text: leaks_in_text(text))
            ):
                worst[place] = max(
                    worst[place], min(_process_s(search) for _ in range(_repetitions(size))) * 1e9 / size
                )
    return round(worst[0], 1), round(worst[1], 1)


def _repetitions(size: int) -> int:
    """A search of a short text takes so little time that one repetition says little."""
    return max(3, min(20, 500_000 // size))


def _process_s(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def published() -> Iterator[Cell]:
    """Return published numbers of gateways and labelled sentences; nothing where the files are absent."""
    gateways, sentences = (
        FOLDER / "pan" / "gateway_test_pans.csv",
        FOLDER / "text_pii" / "synth_dataset_v2.json.gz",
    )
    if gateways.exists():
        with gateways.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["brand"] and row["luhn_ok"] == "1":
                    yield Cell(row["digits"], is_pan=True, kind="published by a gateway")
    if sentences.exists():
        with gzip.open(sentences, "rt", encoding="utf-8") as file:
            for entry in json.load(file):
                if any(span["entity_type"] == "CREDIT_CARD" for span in entry["spans"]):
                    yield Cell(entry["full_text"], is_pan=True, kind="labelled sentence")


def labelled(path: Path) -> Iterator[Cell]:
    """The cells of a CSV with `text,is_pan`."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Cell(
                row["text"], is_pan=row["is_pan"].strip().lower() in {"1", "true", "t", "yes"}, kind="given"
            )


def cells_per_s(chance: random.Random) -> float:
    """Speed over ordinary cells: notes, ids and timestamps, one in a hundred with a card."""
    card = with_check_digit("411111111111111")
    some = [
        f"paid with {card if row % 100 == 0 else 'card'}, order {chance.randrange(10**8)}"
        for row in range(CELLS // 2)
    ]
    some += [str(chance.randrange(1_500_000_000_000, 1_800_000_000_000)) for _ in range(CELLS // 2)]
    column = pa.array(some)
    start = time.process_time()
    rows_with_cards(column)
    return CELLS / (time.process_time() - start)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=os.environ.get("DATA") or None)
    given = parser.parse_args()
    chance = random.Random(SEED)
    cells = list(labelled(given.data)) if given.data else [*published(), *held_out(chance), *no_cards(chance)]
    others = [] if given.data else list(other_numbers(chance))
    by_length = shares(cells, found_in([cell.text for cell in cells], ANYWHERE))
    in_context = [*(with_context(cell) for cell in cells), *others]
    in_text = shares(in_context, found_in([cell.text for cell in in_context], CONTEXT_BELOW))
    print(
        f"{sum(cell.is_pan for cell in cells)} card numbers, "
        f"{sum(not cell.is_pan for cell in in_context)} other cells"
    )
    false_numbers, false_ids = changed_numbers(chance)
    worst, scan_worst = worst_times(chance)
    result = {
        "recall": by_length[0],
        "false_share": by_length[1],
        "recall_in_text": in_text[0],
        "false_share_in_text": in_text[1],
        "false_share_numbers": false_numbers,
        "false_share_ids_undeclared": false_ids,
        "ms_per_mb_worst": worst,
        "scan_ms_per_mb_worst": scan_worst,
        "cells_per_s": round(cells_per_s(chance)),
    }
    print(json.dumps(result))


def with_context(cell: Cell) -> Cell:
    """The cell with the word "card" before a short number, and other cells as they are."""
    is_short = cell.is_pan and sum(sign.isdigit() for sign in cell.text) <= SHORT + 1
    return replace(cell, text=f"card {cell.text}") if is_short else cell


def found_in(texts: list[str], context_below: int) -> set[int]:
    """The positions of the texts in which a card number is found."""
    return set(rows_with_cards(pa.array(texts, pa.string()), context_below=context_below).tolist())


def shares(cells: list[Cell], reported: set[int]) -> tuple[float | None, float | None]:
    """Which share of the cards is found, and of the other cells.

    What is missed and what is false is printed by kind.
    """
    total = Counter(cell.is_pan for cell in cells)
    missed = Counter(cell.kind for row, cell in enumerate(cells) if cell.is_pan and row not in reported)
    false = Counter(cell.kind for row, cell in enumerate(cells) if not cell.is_pan and row in reported)
    for title, kinds in (("missed", missed), ("false", false)):
        for kind, count in kinds.most_common(20):
            print(f"{title}: {kind}: {count}")
    recall = round(1 - sum(missed.values()) / total[True], 6) if total[True] else None
    return recall, round(sum(false.values()) / total[False], 6) if total[False] else None


if __name__ == "__main__":
    main()
