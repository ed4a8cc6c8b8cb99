"""Whether the confidence of matching columns is right: generated headers over a generated shop.

Prints JSON as its last line.

Each file is a sample of one dataset whose header was changed: another case, words shortened, vowels dropped,
typing slips, synonyms, prefixes, other columns' names, or nothing that says anything; or it is in another
language. The weights of the model are fitted with `--fit` on half of the contracts and languages; what is
printed is measured on the other half.

    python -m benchmarks.contracts.matching [--fit] [--files 400]
"""
# ruff: noqa: PLR2004, SLF001 the shares of kinds of change stand where they are used; the model's own weights are fitted here

from __future__ import annotations

import argparse
import json
import random
import tempfile
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.contracts.foreign_headers import foreign
from headgate.contracts.registry import Registry
from headgate.matching import suggest_mapping as matching
from headgate.matching.dataset_evidence import known_dataset
from headgate.values.parquet_tables import table_of
from scripts.generated_shop.shop import ShopSpec, generate
from scripts.generated_shop.written_parts import DATASETS

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

FITTED_ON = ("customers", "order_items", "payments", "regions")
FITTED_IN, HELD_OUT_IN = ("de", "fr"), ("es", "nl")
BINS = (0.3, 0.5, 0.7, 0.9, 0.98, 1.01)
SYNONYMS = {
    "order_id": ("invoice no", "InvoiceNumber", "order ref"),
    "customer_id": ("client number", "buyer id", "cust"),
    "product_id": ("article no", "sku", "StockCode"), "quantity": ("units", "pieces", "count"),
    "unit_price": ("price each", "item price"),
    "amount": ("total", "value paid", "sum"), "currency": ("ccy", "money unit"),
    "status": ("state", "order status"),
    "ordered_at": ("order date", "InvoiceDate", "placed on"),
    "updated_at": ("last modified", "changed", "mod_ts"),
    "shipped_at": ("dispatch date", "ship date"), "delivered_at": ("arrival", "delivery date"),
    "notes": ("comments", "remarks", "memo"),
    "card_number": ("pan", "credit card", "CC No"), "card_cvv": ("cvc", "security code"),
    "card_expiry": ("valid until", "exp date"),
    "method": ("payment type", "paid by"), "paid_at": ("payment date", "settled on"),
    "region_id": ("area", "territory code"),
    "country": ("nation", "ctry"), "email": ("mail address", "e-mail"),
    "first_name": ("given name", "forename"),
    "last_name": ("surname", "family name"), "category": ("department", "group"),
    "description": ("article text", "title"),
    "promotion_code": ("voucher", "coupon"), "payment_id": ("receipt no", "transaction"),
    "name": ("label", "title"),
    "created_at": ("signup", "registered"), "phone": ("telephone", "mobile"),
    "ssn": ("social security", "tax id"),
}  # fmt: skip
# Another word, unit or number in a name of two words or more makes it another column.
SIBLINGS = {
    "created": "deleted", "updated": "deleted", "shipped": "ordered", "delivered": "returned",
    "paid": "refunded", "ordered": "cancelled", "first": "maiden", "last": "birth", "unit": "list",
    "card": "gift", "customer": "supplier", "product": "bundle", "payment": "refund", "region": "store",
    "amount": "tax", "promotion": "tariff", "quantity": "backorder",
}  # fmt: skip
ENDINGS = ("old", "2", "planned", "2027", "before_tax")
OTHERS = ("remark 2", "row no", "exported by", "checksum", "source system", "flag")


@dataclass(frozen=True)
class File:
    """One file with a changed header; `truth` has each position's field, empty where it is none."""

    dataset: str
    names: tuple[str, ...]
    samples: tuple[pa.Array, ...]
    truth: tuple[str, ...]


def shop(folder: Path) -> dict[str, pa.Table]:
    """A few hundred rows of each dataset, as texts."""
    generate(ShopSpec(orders=400, customers=200, file_format="parquet"), folder)
    files = {}
    for dataset in DATASETS:
        table = table_of(next((folder / dataset).rglob("*.parquet"))).slice(0, 300)
        files[dataset] = pa.table(
            {name: pc.cast(table.column(name), pa.string()).combine_chunks() for name in table.column_names}
        )
    return files


def changed(name: str, rng: random.Random) -> str:
    """The name as another system may spell it."""
    words = name.split("_")
    kind = rng.random()
    if kind < 0.3:
        words = list(rng.choice(SYNONYMS.get(name, (name,))).split())
    elif kind < 0.45:
        words = [word if len(word) < 4 else word[: rng.randint(3, 4)] for word in words]
    elif kind < 0.6:
        words = [word[0] + "".join(letter for letter in word[1:] if letter not in "aeiou") for word in words]
    elif kind < 0.75:
        words = [slipped(word, rng) for word in words]
    elif kind < 0.8:
        return f"{rng.choice(['col', 'F', 'field_'])}{rng.randint(1, 40)}"
    if rng.random() < 0.1:
        words = [rng.choice(["src", "tbl", "x"]), *words]
    style = rng.choice(["_".join, " ".join, "".join, "-".join])
    case = rng.choice([str.lower, str.upper, str.title, str])
    return case(style(words))


def slipped(word: str, rng: random.Random) -> str:
    """The word with two letters exchanged, or one lost."""
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    return word[:at] + (word[at + 1] + word[at] + word[at + 2 :] if rng.random() < 0.5 else word[at + 1 :])


def a_file(dataset: str, table: pa.Table, rng: random.Random) -> File:
    """The dataset's rows below a changed header.

    Some columns left out, sometimes one that belongs to nothing.
    """
    share = rng.choice([0.1, 0.3, 0.6, 1.0])
    kept = [name for name in table.column_names if rng.random() > 0.05]
    names = [changed(name, rng) if rng.random() < share else name for name in kept]
    samples, truth = [table.column(name).combine_chunks() for name in kept], list(kept)
    if rng.random() < 0.3:
        other = rng.choice(table.column_names)
        names.append(rng.choice(OTHERS))
        samples.append(
            pc.take(
                table.column(other).combine_chunks(),
                pa.array(rng.choices(range(table.num_rows), k=table.num_rows)),
            )
        )
        truth.append("")
    order = rng.sample(range(len(names)), len(names))
    return File(
        dataset,
        tuple(names[at] for at in order),
        tuple(samples[at] for at in order),
        tuple(truth[at] for at in order),
    )


def files(tables: dict[str, pa.Table], datasets: tuple[str, ...], count: int, seed: int) -> list[File]:
    """So many files of these datasets."""
    rng = random.Random(seed)
    return [a_file(dataset, tables[dataset], rng) for dataset in (rng.choice(datasets) for _ in range(count))]


def foreign_files(
    tables: dict[str, pa.Table], datasets: tuple[str, ...], languages: tuple[str, ...], count: int, seed: int
) -> list[File]:
    """Return files of these datasets whose header is wholly or half in another language."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        dataset, language = rng.choice(datasets), rng.choice(languages)
        table, share = tables[dataset].slice(0, rng.choice([3, 30, 300])), rng.choice([0.5, 1.0, 1.0])
        kept = [name for name in table.column_names if rng.random() > 0.05]
        rng.shuffle(kept)
        names = tuple(foreign(name, language) if rng.random() < share else name for name in kept)
        made.append(
            File(dataset, names, tuple(table.column(name).combine_chunks() for name in kept), tuple(kept))
        )
    return made


def sibling_files(
    tables: dict[str, pa.Table], datasets: tuple[str, ...], count: int, seed: int
) -> list[File]:
    """Return files with a column that has the values of a field and a misleading name."""
    rng = random.Random(seed)
    made = []
    for _ in range(count):
        dataset = rng.choice(datasets)
        table = tables[dataset]
        names = list(table.column_names)
        place = rng.randrange(len(names))
        names[place] = sibling(names[place], rng)
        truth = [name if at != place else "" for at, name in enumerate(table.column_names)]
        samples = tuple(table.column(name).combine_chunks() for name in table.column_names)
        made.append(File(dataset, tuple(names), samples, tuple(truth)))
    return made


def sibling(name: str, rng: random.Random) -> str:
    """A name that differs in one word and means another column."""
    words = name.split("_")
    at = next((at for at, word in enumerate(words) if len(words) > 1 and word in SIBLINGS), None)
    if at is None or rng.random() < 0.3:
        return f"{name}_{rng.choice(ENDINGS)}"
    return "_".join([*words[:at], SIBLINGS[words[at]], *words[at + 1 :]])


def fit(given: list[File]) -> dict[str, float]:
    """The model's weights from every pair of column and field that a name does not settle."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 only `--fit` needs it

    contracts = shop_contracts()
    rows, right = [], []
    for file in given:
        contract = contracts[file.dataset]
        facts = matching._facts(file.names, matching.Samples(file.samples), contract)
        features = facts.features()
        open_pairs = ~(
            (facts.exact.max(axis=1, keepdims=True) > 0) | (facts.exact.max(axis=0, keepdims=True) > 0)
        )
        truth = np.array([[field == column for column in contract.names] for field in file.truth])
        rows.append(
            np.stack([features[name][open_pairs] for name in matching._WEIGHTS if name != "one"], axis=1)
        )
        right.append(truth[open_pairs])
    model = LogisticRegression(C=10.0, max_iter=1000).fit(np.concatenate(rows), np.concatenate(right))
    return dict(zip(matching._WEIGHTS, [float(model.intercept_[0]), *model.coef_[0].tolist()], strict=True))


def fit_rivalry(given: list[File]) -> dict[str, float]:
    """Return the weight of a pair's odds among rivals with the least log loss."""
    from scipy.optimize import minimize  # noqa: PLC0415 only `--fit` needs it

    contracts = shop_contracts()
    odds, truth = [], []
    for file in given:
        contract = contracts[file.dataset]
        facts = matching._facts(file.names, matching.Samples(file.samples), contract)
        alone = np.clip(facts.alone, 1e-6, 0.99)
        rows, columns = ~(facts.exact.max(axis=1) > 0), ~(facts.exact.max(axis=0) > 0)
        odds.append(np.log(alone / (1 - alone))[np.ix_(rows, columns)])
        truth.append(
            np.array([[field == column for column in contract.names] for field in file.truth])[
                np.ix_(rows, columns)
            ]
        )

    def loss(weights: np.ndarray) -> float:
        shares = np.concatenate(
            [matching.share_of_odds(np.exp(weights[0] + weights[1] * each)).ravel() for each in odds]
        )
        right = np.concatenate([each.ravel() for each in truth])
        return float(-np.log(np.clip(np.where(right, shares, 1 - shares), 1e-4, 1)).mean())

    best = minimize(loss, [2.0, 1.0], method="Nelder-Mead").x
    return dict(zip(matching._RIVALRY, best.tolist(), strict=True))


def measure(given: list[File], *, with_words: bool = False) -> dict[str, object]:
    """Return shares of right pairs by confidence, of wrongly accepted files, and of files by dataset.

    `unknown_attributed` is the share of files that get another dataset where their own has no contract.

    Args:
        with_words: the contracts list other names of their fields, in six languages; without them the
            model is measured on languages that it does not know.
    """
    contracts = shop_contracts(with_words=with_words)
    confidence, right, fields = [], [], 0
    accepted = wrong = rightly = recognised = 0
    by_names = {"dataset_found": 0, "dataset_wrong": 0, "unknown_attributed": 0}
    for file in given:
        match = matching.match_columns(file.names, file.samples, contracts[file.dataset])
        pairs = [pair for pair in match.pairs if pair.how != matching.EXACT]
        good = [pair.field == file.truth[pair.position] for pair in pairs]
        confidence += [pair.confidence for pair in pairs]
        right += good
        fields += sum(1 for name in file.truth if name) - (len(match.pairs) - len(pairs))
        is_accepted, is_right = (
            match.confidence >= matching.THRESHOLD,
            all(pair.field == file.truth[pair.position] for pair in match.pairs),
        )
        accepted, wrong = accepted + is_accepted, wrong + (is_accepted and not is_right)
        rightly += is_accepted and is_right
        matched = matching.match_dataset(file.names, file.samples, contracts)
        recognised += matched is not None and matched.dataset == file.dataset
        named = known_dataset(file.names, file.samples, contracts)
        others = {dataset: contract for dataset, contract in contracts.items() if dataset != file.dataset}
        by_names["dataset_found"] += named == file.dataset
        by_names["dataset_wrong"] += named not in {"", file.dataset}
        by_names["unknown_attributed"] += bool(known_dataset(file.names, file.samples, others))
    sure = np.array(confidence) >= matching.THRESHOLD
    good = np.array(right)
    return {
        "files": len(given),
        "fields_renamed": fields,
        "accuracy_at_threshold": round(float(good[sure].mean()), 4),
        "coverage_at_threshold": round(float((good & sure).sum() / fields), 4),
        "accuracy_of_suggestions": round(float(good.mean()), 4),
        "dataset_right": round(recognised / len(given), 4),
        **{name: round(count / len(given), 4) for name, count in by_names.items()},
        "files_accepted": accepted,
        "false_accept_rate": round(wrong / len(given), 4),
        "calibration_error": round(calibration_error(np.array(confidence), good), 4),
        "calibration": reliability(np.array(confidence), good),
    }


def shop_contracts(*, with_words: bool = False) -> dict[str, Contract]:
    """The shop's contracts, with or without the other names of their fields."""
    contracts = dict(Registry.load().source)
    if with_words:
        return contracts
    bare = {"headgate.aliases": {}}
    return {
        name: replace(contract, properties={**contract.properties, **bare})
        for name, contract in contracts.items()
    }


def reliability(confidence: np.ndarray, right: np.ndarray) -> list[dict[str, float]]:
    """For each bin of confidence: the mean confidence, and the share that was right."""
    reported = []
    for low, high in pairwise(BINS):
        inside = (confidence >= low) & (confidence < high)
        if inside.any():
            reported.append(
                {
                    "pairs": int(inside.sum()),
                    "said": round(float(confidence[inside].mean()), 3),
                    "was": round(float(right[inside].mean()), 3),
                }
            )
    return reported


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """The mean distance of what was said from what was, by bin, weighted (expected calibration error).

    Source:
        Naeini, Cooper & Hauskrecht (2015), Obtaining Well Calibrated Probabilities Using Bayesian Binning.
    """
    bins = reliability(confidence, right)
    return sum(group["pairs"] * abs(group["said"] - group["was"]) for group in bins) / sum(
        group["pairs"] for group in bins
    )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--fit",
        action="store_true",
        help="print newly fitted weights, and what they said and was on the half that they were fitted on",
    )
    parser.add_argument("--files", type=int, default=400)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tables = shop(Path(folder) / "shop")
    if asked.fit:
        matching._WEIGHTS.update(fit(files(tables, FITTED_ON, asked.files, seed=1)))
        half = files(tables, FITTED_ON, asked.files, seed=1) + foreign_files(
            tables, FITTED_ON, FITTED_IN, asked.files // 2, seed=5
        )
        matching._RIVALRY.update(fit_rivalry(half))
        for weights in (matching._WEIGHTS, matching._RIVALRY):
            print(json.dumps({name: round(weight, 2) for name, weight in weights.items()}))
        matching._SHARES_OF_ODDS = matching._SHARES_RIGHT = (0.0, 1.0)
        print(json.dumps(measure(files(tables, FITTED_ON, asked.files, seed=3))["calibration"]))
        return
    held_out = tuple(dataset for dataset in tables if dataset not in FITTED_ON)
    reported = measure(files(tables, held_out, asked.files, seed=2))
    reported["siblings_accepted"] = measure(sibling_files(tables, tuple(tables), asked.files, seed=7))[
        "files_accepted"
    ]
    reported["foreign"] = measure(foreign_files(tables, held_out, HELD_OUT_IN, asked.files // 2, seed=6))
    reported["with_words"] = {
        "siblings_accepted": measure(sibling_files(tables, tuple(tables), asked.files, 7), with_words=True)[
            "files_accepted"
        ],
        "own_language": measure(files(tables, held_out, asked.files, seed=2), with_words=True),
        "foreign": measure(
            foreign_files(tables, tuple(tables), ("de", "fr", "es", "nl"), asked.files // 2, seed=6),
            with_words=True,
        ),
    }
    print(json.dumps(reported))


if __name__ == "__main__":
    main()
