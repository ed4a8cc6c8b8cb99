"""How well formats are inferred from samples in mixed locales, and what declared formats cost the gate.

The last line is JSON.

    make bench-formats [MIXES=1000] [ROWS=300000] [ROUNDS=5]

Each mix is a CSV file whose columns are written in locales drawn independently. `contract init` drafts a
contract from it, and the gate reads the file by the draft. A column is right if its values equal the
generated ones, or if it was asked about and two locales read its texts differently. It is silently wrong if
it was typed without a question and a value differs.

`inferred_right` and `silently_wrong` are the share and the count of columns; `ratio_formatted` is the gate's
median time for a file with three formatted columns (a date, two amounts) over its time for the same file in
plain spelling, with the same delimiter.

Source of the locales' formats: Unicode CLDR 44, short and medium dates, decimal numbers and currencies.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.contracts import odcs_reader
from headgate.contracts.source_format import SourceFormat
from headgate.drafts.draft_contract import draft_from_sample
from headgate.intake.rows.check_rows import check_bytes, check_file
from headgate.lake.ports import MaskingKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.contracts.model import Contract

ROOT = Path(__file__).resolve().parents[2]
BENCH = Path(os.environ.get("HEADGATE_BENCH", ROOT.parent / "shared" / "bench"))
PLAIN_CONTRACT = Path(__file__).with_name("gate_orders.yaml")
KEY = MaskingKey("bench", bytes(range(32)))
LANDED = datetime(2024, 1, 1)
_MOST_ROWS = 60
_OTHER_ORDERS = ("%m-%d-%Y", "%m-%d-%y", "%y/%m/%d")


@dataclass(frozen=True)
class Locale:
    """How one locale writes values: strptime forms, separators, currency shape and words."""

    day: str
    short_day: str
    decimal: str
    thousands: str
    money: str
    words: tuple[str, str]


LOCALES = {
    "de_DE": Locale("%d.%m.%Y", "%d.%m.%y", ",", ".", "{} €", ("ja", "nein")),
    "de_CH": Locale("%d.%m.%Y", "%d.%m.%y", ".", "'", "CHF {}", ("ja", "nein")),
    "en_US": Locale("%m/%d/%Y", "%m/%d/%y", ".", ",", "${}", ("yes", "no")),
    "en_GB": Locale("%d/%m/%Y", "%d/%m/%y", ".", ",", "£{}", ("Y", "N")),
    "fr_FR": Locale("%d/%m/%Y", "%d/%m/%y", ",", "\u202f", "{}\u00a0€", ("oui", "non")),
    "es_ES": Locale("%d/%m/%Y", "%d/%m/%y", ",", ".", "{} €", ("sí", "no")),
    "it_IT": Locale("%d/%m/%Y", "%d/%m/%y", ",", ".", "{} €", ("vero", "falso")),
    "nl_NL": Locale("%d-%m-%Y", "%d-%m-%y", ",", ".", "€ {}", ("ja", "nee")),
    "pl_PL": Locale("%d.%m.%Y", "%d.%m.%y", ",", "\u00a0", "{} zł", ("tak", "nie")),
    "sv_SE": Locale("%Y-%m-%d", "%y-%m-%d", ",", "\u00a0", "{} kr", ("ja", "nej")),
    "ja_JP": Locale("%Y/%m/%d", "%y/%m/%d", ".", ",", "¥{}", ("true", "false")),
    "pt_BR": Locale("%d/%m/%Y", "%d/%m/%y", ",", ".", "R$ {}", ("sim", "não")),
}
KINDS = ("day", "short_day", "moment", "amount", "number", "count", "flag")


@dataclass(frozen=True)
class Made:
    """One column of a mix: its values, their texts, and what it is."""

    kind: str
    locale: str
    values: list[Any]
    texts: list[str]


def column(rng: random.Random, rows: int) -> Made:
    """A column of random values in a random locale."""
    name = rng.choice(list(LOCALES))
    kind, how = rng.choice(KINDS), LOCALES[name]
    values = [_value(rng, kind) for _ in range(rows)]
    return Made(kind, name, values, [_text(value, kind, how) for value in values])


def _value(rng: random.Random, kind: str) -> Any:  # noqa: ANN401 of several types
    if kind in {"day", "short_day"}:
        return date(2001, 1, 1) + timedelta(days=rng.randrange(9_000))
    if kind == "moment":
        return datetime(2001, 1, 1) + timedelta(seconds=rng.randrange(800_000_000))
    if kind == "flag":
        return rng.random() < 0.5  # noqa: PLR2004 a coin
    largest = rng.choice([100, 10_000, 10_000_000])
    if kind == "count":
        return rng.randrange(largest)
    return Decimal(rng.randrange(largest * 100)).scaleb(-(3 if kind == "number" else 2))


def _text(value: Any, kind: str, how: Locale) -> str:  # noqa: ANN401 as above
    if kind in {"day", "short_day"}:
        return str(value.strftime(how.day if kind == "day" else how.short_day))
    if kind == "moment":
        return str(value.strftime(f"{how.day} %H:%M:%S"))
    if kind == "flag":
        return how.words[0 if value else 1]
    number = f"{value:,f}" if kind != "count" else f"{value:,}"
    shown = number.translate(str.maketrans({",": how.thousands, ".": how.decimal}))
    return how.money.format(shown) if kind == "amount" else shown


def judged(made: Made, name: str, values: dict[str, Any], *, is_asked: bool, is_text: bool) -> str:
    """`right`, `asked`, `text` or `wrong`: what became of a column."""
    if is_asked:
        return "right" if _is_ambiguous(made) else "asked"
    if is_text:
        # Both words of a flag must occur, and a short sample may hold one of them only.
        return "right" if made.kind == "flag" and len(set(made.texts)) == 1 else "text"
    pairs = [(made.values[int(row)], value) for row, value in zip(values["row"], values[name], strict=True)]
    if any(value != wanted for wanted, value in pairs):
        return "wrong"
    return "right" if len(pairs) == len(made.values) else "refused"


def _is_ambiguous(made: Made) -> bool:
    """Whether two locales read all texts of the column, and one of them differently."""
    if made.kind in {"day", "short_day", "moment"}:
        time_form = " %H:%M:%S" if made.kind == "moment" else ""
        forms = {how.short_day if made.kind == "short_day" else how.day for how in LOCALES.values()} | set(
            _OTHER_ORDERS
        )
        read = [_all(partial(_moment, form=form + time_form), made.texts) for form in forms]
    else:
        bare = [re.sub(r"[^\d.,'\s]|^\s+|\s+$", "", text) for text in made.texts]
        signs = {(how.decimal, how.thousands) for how in LOCALES.values()}
        read = [
            _all(partial(_number, decimal=decimal, thousands=thousands), bare) for decimal, thousands in signs
        ]
    return len({tuple(map(str, values)) for values in read if values is not None}) > 1


def _moment(text: str, form: str) -> object:
    return datetime.strptime(text, form)  # noqa: DTZ007 naive, as all times here are


def _all(parse: Callable[[str], object], texts: Sequence[str]) -> list[object] | None:
    try:
        return [parse(text) for text in texts]
    except (ValueError, ArithmeticError):
        return None


def _number(text: str, decimal: str, thousands: str) -> Decimal:
    grammar = rf"(?:\d+|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+)(?:{re.escape(decimal)}\d+)?"
    if not re.fullmatch(grammar, text.strip()):
        raise ValueError
    return Decimal(text.strip().replace(thousands, "").replace(decimal, "."))


def mix(seed: int) -> list[str]:
    """Return the outcome of each column of one mix."""
    rng = random.Random(seed)
    rows = rng.randrange(1, _MOST_ROWS)
    columns = {f"c{at}": column(rng, rows) for at in range(rng.randrange(3, 7))}
    lines = ["\t".join(["row", *columns])]
    lines += ["\t".join([str(row), *(made.texts[row] for made in columns.values())]) for row in range(rows)]
    body = "\n".join(lines).encode()
    drafted = draft_from_sample(body, "mix")
    contract = odcs_reader.parse(_document(drafted.contract), "source")
    gated = check_bytes(body, contract, KEY, object_key="mix/a.csv", received_at=LANDED)
    values = {name: gated.accepted.column(name).to_pylist() for name in ("row", *columns)}
    asked = {question.column for question in drafted.questions}
    kinds = {drafted_column.name: drafted_column.type.kind.value for drafted_column in contract.columns}
    return [
        judged(made, name, values, is_asked=name in asked, is_text=kinds[name] == "string")
        for name, made in columns.items()
    ]


def _document(contract: Contract) -> dict[str, Any]:
    from headgate.contracts.odcs_writer import to_odcs  # noqa: PLC0415 beside its only use

    return to_odcs(contract)


def formatted_contract() -> Contract:
    """The benchmark's contract with three formatted columns."""
    plain = odcs_reader.load(PLAIN_CONTRACT)
    amount = SourceFormat(decimal=",", thousands=".", currency=("€",))
    formats = {"order_date": SourceFormat(patterns=("dd.MM.yyyy",)), "unit_price": amount, "amount": amount}
    return replace(
        plain, columns=tuple(replace(column, format=formats.get(column.name)) for column in plain.columns)
    )


def files(rows: int, folder: Path) -> dict[str, Path]:
    """The same orders in plain and in declared spelling, with semicolons."""
    source, plain, formatted = folder / "orders.csv", folder / "plain.csv", folder / "formatted.csv"
    subprocess.run([sys.executable, BENCH / "make_orders.py", str(rows), source], check=True)
    with (
        source.open(newline="") as given,
        plain.open("w", newline="") as plain_file,
        formatted.open("w", newline="", encoding="utf-8") as other,
    ):
        reader = csv.DictReader(given)
        names = reader.fieldnames or []
        writers = [csv.DictWriter(file, names, delimiter=";") for file in (plain_file, other)]
        for writer in writers:
            writer.writeheader()
        for row in reader:
            writers[0].writerow(row)
            writers[1].writerow(row | _formatted(row))
    return {"plain": plain, "formatted": formatted}


def _formatted(row: dict[str, str]) -> dict[str, str]:
    year, month, day = row["order_date"].split("-")
    money = {
        name: f"{float(row[name]):,.2f}".translate(str.maketrans(",.", ".,")) + " €"
        for name in ("unit_price", "amount")
    }
    return {"order_date": f"{day}.{month}.{year}", **money}


def ratio(rows: int, rounds: int) -> float:
    """The gate's median time for the formatted file over that for the plain one, in turns."""
    contracts = {"plain": odcs_reader.load(PLAIN_CONTRACT), "formatted": formatted_contract()}
    took: dict[str, list[float]] = {side: [] for side in contracts}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = files(rows, folder)
        for _ in range(rounds + 1):  # the first round warms up
            for side, contract in contracts.items():
                start = time.perf_counter()
                counts = check_file(
                    made[side],
                    contract,
                    KEY,
                    object_key="a.csv",
                    received_at=LANDED,
                    folder=folder,
                    limit_bytes=1 << 40,
                )
                took[side].append(time.perf_counter() - start)
                print(
                    f"  {side:10} {took[side][-1]:.2f} s, {counts.accepted} accepted, "
                    f"{counts.quarantined} refused",
                    flush=True,
                )
    return statistics.median(took["formatted"][1:]) / statistics.median(took["plain"][1:])


def main() -> None:
    """Measure both, and print one line of JSON last."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--mixes", type=int, default=int(os.environ.get("MIXES") or 1000))
    arguments.add_argument("--rows", type=int, default=int(os.environ.get("ROWS") or 300_000))
    arguments.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS") or 5))
    given = arguments.parse_args()
    became = [(seed, what) for seed in range(given.mixes) for what in mix(seed)]
    counts = {
        what: sum(outcome == what for _, outcome in became)
        for what in ("right", "asked", "text", "refused", "wrong")
    }
    for what in ("wrong", "asked", "text", "refused"):
        print(
            f"  {what}: {counts[what]} of {len(became)} columns, in mixes "
            f"{[seed for seed, outcome in became if outcome == what][:5]}"
        )
    print(
        json.dumps(
            {
                "mixes": given.mixes,
                "columns": len(became),
                "inferred_right": round(counts["right"] / len(became), 4),
                "silently_wrong": counts["wrong"],
                "ratio_formatted": round(ratio(given.rows, given.rounds), 3) if given.rounds else None,
            }
        )
    )


if __name__ == "__main__":
    main()
