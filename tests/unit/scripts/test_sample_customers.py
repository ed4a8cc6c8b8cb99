"""The generated sample files are those that docs/use/uploading.md describes."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.sample_customers import customers

pytestmark = pytest.mark.unit

SAMPLES = Path(__file__).parents[3] / "samples"


def test_generated_customers_have_the_bytes_of_the_committed_samples() -> None:
    assert customers(10) == (SAMPLES / "valid.csv").read_text(encoding="utf-8")


def test_a_longer_file_begins_with_the_rows_of_a_shorter_one() -> None:
    assert customers(5000).startswith(customers(1000))
    assert customers(5000).count("\n") == 5001
