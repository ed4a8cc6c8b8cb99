"""The screen of `headgate cost` shows the figures of the API."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from headgate.api.operations.costs import of_days
from headgate.cli.commands.operations.cost import _screen
from tests.unit.api.lakes import PAYMENTS, MemoryLake

pytestmark = pytest.mark.unit


def test_the_screen_shows_what_the_api_answers() -> None:
    lake = MemoryLake()
    lake.receive("payments/today.csv", PAYMENTS)
    fact = of_days(lake, 7).model_dump(mode="json")
    console = Console(file=io.StringIO(), width=120)
    console.print(_screen(fact))
    shown = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    for text in (
        "Last 7 days",
        fact["total_usd"],
        fact["by_dataset"]["payments"],
        fact["by_job"]["merge_curated"],
        "1,000",
        "times the data",
    ):
        assert text in shown
