"""AWS's list prices from one dated file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Prices:
    """Prices in US dollars by meter, such as `glue.dpu_hour`.

    Attributes:
        recorded_on: the date of the prices.
        sources: the address of each service's price page.
    """

    region: str
    recorded_on: date
    usd: Mapping[str, Decimal]
    sources: Mapping[str, str]

    @classmethod
    @cache
    def load(cls) -> Prices:
        """Return the prices in `headgate/costs/price_list.toml`, cached."""
        content = tomllib.loads(
            files("headgate.costs").joinpath("price_list.toml").read_text(encoding="utf-8")
        )
        usd = {
            f"{service}.{name}": Decimal(text)
            for service, meters in content["usd"].items()
            for name, text in meters.items()
        }
        return cls(content["region"], content["recorded_on"], usd, content["source"])
