"""The contract that docs/use/contracts.md shows for declared formats can be loaded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from headgate.contracts import odcs_reader
from headgate.contracts.source_format import SourceFormat

pytestmark = pytest.mark.unit

PAGE = Path(__file__).resolve().parents[3] / "docs" / "use" / "contracts.md"


def test_the_example_of_declared_formats_is_a_contract() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## Declared source formats")[2]
    match = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert match
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "x",
        "version": "1",
        **yaml.safe_load(match[1]),
    }
    contract = odcs_reader.parse(document, "source")
    assert contract.column("ordered_on").format == SourceFormat(patterns=("dd.MM.yyyy",), nulls=("-",))
    assert contract.column("price").format == SourceFormat(
        decimal=",", thousands=".", currency=("€", "EUR"), nulls=("-",)
    )
