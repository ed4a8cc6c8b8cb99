"""The table of docs/operate/scale.md shows what the model calculates."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.costs.measured import Measured
from headgate.costs.price_list import Prices
from scripts.cost_planning.scale_table import scale_table

pytestmark = pytest.mark.unit

PAGE = Path(__file__).resolve().parents[3] / "docs" / "operate" / "scale.md"


def test_the_page_shows_the_calculated_table() -> None:
    table = "\n".join(scale_table(Measured.load(), Prices.load()))
    assert table in PAGE.read_text(encoding="utf-8"), (
        "replace the table by what `python scripts/cost_planning/scale_table.py` prints"
    )
