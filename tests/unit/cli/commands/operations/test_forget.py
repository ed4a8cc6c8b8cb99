"""The screen of a certificate is words, with no Python value and no field name."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.cli.commands.operations.forget import _result

pytestmark = pytest.mark.unit


def test_a_certificate_is_shown_in_words() -> None:
    certificate: dict[str, object] = {"rows_erased": {"orders": 2, "customers": 1}, "versions_with_texts": [], "complete": True}
    table = _result(certificate, Path("forgotten.json"))
    assert list(table.columns[0].cells) == [
        "rows erased",
        "object versions that still hold a text of the person",
        "complete",
        "certificate",
    ]
    assert list(table.columns[1].cells) == ["orders: 2\ncustomers: 1", "0", "yes", "forgotten.json"]
