"""No value of public data sets is altered in a column named for phone numbers or accounts: 92 phone numbers,
4,695 of banks, 21 IBANs.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import os
from pathlib import Path

import pytest

from headgate.drafts.draft_contract import draft_from_sample
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey

DATA = Path(os.environ.get("HEADGATE_DATA", Path(__file__).parents[4] / "shared/data"))
pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(not (DATA / "text_pii").is_dir(), reason="text_pii/ is not here; set HEADGATE_DATA"),
]


def labelled(kind: str) -> list[str]:
    """Return the texts that people labelled in Presidio's data set."""
    with gzip.open(DATA / "text_pii" / "synth_dataset_v2.json.gz", "rt", encoding="utf-8") as file:
        return [
            span["entity_value"]
            for entry in json.load(file)
            for span in entry["spans"]
            if span["entity_type"] == kind
        ]


def phones_of_banks() -> list[str]:
    with (DATA / "pan" / "iin_ranges_2017.csv").open(encoding="utf-8", newline="") as file:
        return [row["bank_phone"] for row in csv.DictReader(file) if row["bank_phone"]]


def without_signs(numbers: list[str]) -> list[str]:
    return ["".join(sign for sign in number if sign.isdigit()) for number in numbers]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("phone", lambda: labelled("PHONE_NUMBER")),
        ("phone", lambda: without_signs(labelled("PHONE_NUMBER"))),
        ("mobile", lambda: [f"0049{number}" for number in without_signs(labelled("PHONE_NUMBER"))]),
        ("bank_phone", phones_of_banks),
        ("iban", lambda: labelled("IBAN_CODE")),
    ],
)
def test_no_published_number_is_altered(name: str, values: object) -> None:
    assert callable(values)
    numbers: list[str] = values()
    written = io.StringIO(newline="")
    csv.writer(written).writerows([("id", name), *enumerate(numbers)])
    body = written.getvalue().encode()
    made = check_bytes(
        body,
        draft_from_sample(body, "contacts").contract,
        MaskingKey("k", b"0" * 32),
        object_key="x",
        received_at=dt.datetime(2026, 1, 1),
    )
    assert made.accepted[name].to_pylist() == numbers
    assert made.counts.masked == {}
