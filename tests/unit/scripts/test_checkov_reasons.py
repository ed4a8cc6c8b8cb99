"""Each check of checkov that is left out has a written reason."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.unit

SETTINGS = Path(__file__).resolve().parents[3] / ".checkov.yaml"


def test_every_check_that_is_left_out_has_a_reason() -> None:
    lines = SETTINGS.read_text(encoding="utf-8").splitlines()
    skipped = [line.strip() for line in lines if line.strip().startswith("- CKV")]
    assert [line for line in skipped if len(line.partition(" # ")[2]) < len("the same")] == []


def test_no_check_is_left_out_twice() -> None:
    skipped = [
        line.split()[1]
        for line in SETTINGS.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith("- CKV")
    ]
    assert len(set(skipped)) == len(skipped)
    assert yaml.safe_load(SETTINGS.read_text(encoding="utf-8"))["skip-check"] == skipped
