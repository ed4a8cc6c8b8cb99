"""Defects: each row of the truth is written where the truth says, and the gate refuses these rows, for these
reasons, and no others.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.registry import Registry
from headgate.errors import BadInputError
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.keys import dataset_of
from headgate.lake.ports import MaskingKey
from scripts.generated_shop.defects import DEFECTS, TRUTH_SCHEMA
from scripts.generated_shop.shop import SampleReport, ShopSpec, generate
from scripts.generated_shop.written_parts import CSV, TRUTH, TRUTH_FILES, iter_objects

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.intake.rows.check_rows import CheckedRows

pytestmark = pytest.mark.unit

SPEC = ShopSpec(
    seed=5,
    customers=900,
    orders=2_500,
    days=300,
    ends_on=date(2024, 9, 30),
    defect_rate=0.05,
    bad_files=True,
    file_format=CSV,
    rows_per_file=6_000,
)
SOURCE = Registry.load().source
KEY = MaskingKey("k1", b"a key for tests, of thirty-two b.")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleReport]:
    folder = tmp_path_factory.mktemp("shop") / "dirty"
    return folder, generate(SPEC, folder)


@pytest.fixture(scope="module")
def truth(shop: tuple[Path, SampleReport]) -> list[dict[str, Any]]:
    return list(pq.read_table(shop[0] / TRUTH).to_pylist())


@pytest.fixture(scope="module")
def gated(shop: tuple[Path, SampleReport]) -> dict[str, CheckedRows]:
    return {
        key: check_bytes(
            path.read_bytes(), SOURCE[dataset_of(key)], KEY, object_key=key, received_at=datetime(2024, 10, 1)
        )
        for key, path in iter_objects(shop[0])
        if key not in bad_keys(shop[0])
    }


def bad_keys(folder: Path) -> dict[str, dict[str, str | None]]:
    return {file["object_key"]: file for file in json.loads((folder / TRUTH_FILES).read_text())}


@cache
def rows_of(path: Path) -> list[list[str]]:
    """The data rows as another reader than ours sees them."""
    return list(csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode(), newline="")))[1:]


def test_the_truth_has_its_schema_and_one_line_per_row(
    shop: tuple[Path, SampleReport], truth: list[dict[str, Any]]
) -> None:
    assert pq.read_schema(shop[0] / TRUTH).equals(TRUTH_SCHEMA)
    assert len({(line["object_key"], line["source_row"]) for line in truth}) == len(truth) == shop[1].defects


def test_defects_come_at_the_rate_asked_for(shop: tuple[Path, SampleReport]) -> None:
    spoiled = {defect.dataset for defect in DEFECTS}
    for part in shop[1].parts:
        assert part.defects == (
            round(SPEC.defect_rate * (part.rows - part.defects)) if part.dataset in spoiled else 0
        )


def test_every_kind_of_defect_occurs_about_as_often_as_the_others(truth: list[dict[str, Any]]) -> None:
    found = Counter((line["dataset"], line["defect"]) for line in truth)
    assert set(found) == {(defect.dataset, defect.kind) for defect in DEFECTS}
    for dataset in {defect.dataset for defect in DEFECTS}:
        counts = [count for (of, _), count in found.items() if of == dataset]
        assert max(counts) - min(counts) <= 2 * sum(
            part.startswith(f"{dataset}/") for part in {line["object_key"] for line in truth}
        )


def test_the_truth_reports_where_ragged_rows_lie(
    shop: tuple[Path, SampleReport], truth: list[dict[str, Any]]
) -> None:
    for key in {line["object_key"] for line in truth}:
        rows = rows_of(shop[0] / key)
        width = len(SOURCE[dataset_of(key)].columns)
        reported = {
            line["source_row"] for line in truth if line["object_key"] == key and line["rule"] == "ragged_row"
        }
        assert {number for number, row in enumerate(rows, 1) if len(row) != width} == reported


def test_the_truth_states_where_copies_lie_and_where_the_first_is(
    shop: tuple[Path, SampleReport], truth: list[dict[str, Any]]
) -> None:
    for key in {line["object_key"] for line in truth}:
        reported = {
            line["source_row"]
            for line in truth
            if line["object_key"] == key and line["rule"] == "duplicate_row"
        }
        seen: set[tuple[str, ...]] = set()
        repeats = set()
        for number, row in enumerate(rows_of(shop[0] / key), 1):
            if tuple(row) in seen:
                repeats.add(number)
            seen.add(tuple(row))
        assert repeats == reported


def test_an_impossible_date_is_written_where_the_truth_says(
    shop: tuple[Path, SampleReport], truth: list[dict[str, Any]]
) -> None:
    for line in (line for line in truth if line["defect"] == "impossible_date"):
        row = rows_of(shop[0] / line["object_key"])[line["source_row"] - 1]
        assert not is_time(row[SOURCE[line["dataset"]].names.index(line["column_name"])])


def is_time(text: str) -> bool:
    """Whether Python reads the text as a time."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def test_without_its_defects_the_shop_is_the_clean_shop(
    shop: tuple[Path, SampleReport], truth: list[dict[str, Any]], tmp_path: Path
) -> None:
    generate(replace(SPEC, defect_rate=0.0, bad_files=False), tmp_path / "clean")
    listed = {(line["object_key"], line["source_row"]) for line in truth}
    for key, path in iter_objects(tmp_path / "clean"):
        left = [row for number, row in enumerate(rows_of(shop[0] / key), 1) if (key, number) not in listed]
        assert left == rows_of(path)


def test_the_gate_refuses_exactly_the_rows_of_the_truth_for_the_right_reasons(
    gated: dict[str, CheckedRows], truth: list[dict[str, Any]]
) -> None:
    columns = ["object_key", "source_row", "rule", "column_name"]
    aside = pa.concat_tables([each.quarantine_rows.select(columns) for each in gated.values()]).to_pylist()
    assert {tuple(line[name] for name in columns) for line in aside} == {
        tuple(line[name] for name in columns) for line in truth
    }


def test_each_defective_row_breaks_one_rule_only(gated: dict[str, CheckedRows]) -> None:
    reported = pa.concat_tables([each.quarantine_rows.select(["all_rules"]) for each in gated.values()])[
        "all_rules"
    ].to_pylist()
    rules = Counter(len(json.loads(all_rules)) for all_rules in reported)
    # A wrong social security number fits neither its form nor the contract's pattern: one fault, two rules.
    assert set(rules) <= {1, 2}
    assert all("ssn" in all_rules for all_rules in reported if len(json.loads(all_rules)) > 1)


def test_the_gate_refuses_each_bad_file_for_the_right_reason(shop: tuple[Path, SampleReport]) -> None:
    reported = bad_keys(shop[0])
    assert {file["rule"] for file in reported.values()} == {
        "unknown_dataset", "missing_sensitive_column", "empty_file", "truncated_gzip", "not_a_table",
    }  # fmt: skip
    for key, file in reported.items():
        if dataset_of(key) not in SOURCE:
            assert file["rule"] == "unknown_dataset"
            continue
        with pytest.raises(BadInputError) as refused:
            check_bytes(
                (shop[0] / key).read_bytes(),
                SOURCE[dataset_of(key)],
                KEY,
                object_key=key,
                received_at=datetime(2024, 10, 1),
            )
        assert (refused.value.rule, refused.value.column or None) == (file["rule"], file["column_name"])


def test_card_numbers_in_notes_are_no_defect_and_do_not_pass(
    shop: tuple[Path, SampleReport], gated: dict[str, CheckedRows]
) -> None:
    for key, each in gated.items():
        if dataset_of(key) == "payments":
            numbers = {row[3] for row in rows_of(shop[0] / key) if len(row) > 3 and row[3].isdigit()}
            behind = (
                "\n".join(note or "" for note in each.accepted["notes"].to_pylist())
                .replace(" ", "")
                .replace("-", "")
            )
            assert numbers
            assert not any(number in behind for number in numbers)
