"""The shop's amounts are in the lake's currency, and in pounds where a lake states none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.contracts.registry import Registry
from tests import clinic

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def test_a_domain_states_the_currency_of_a_lake_that_states_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stated, unit in (("", "GBP"), ('currency = "EUR"', "EUR")):
        folder = clinic.write(
            tmp_path / unit, {"headgate.toml": f'name = "shop"\ndomains = ["retail"]\n{stated}\n'}
        )
        monkeypatch.setenv("HEADGATE_PROJECT", str(folder))
        assert {column.unit for column in Registry.load().source["order_items"].columns} & {"GBP", "EUR"} == {
            unit
        }
