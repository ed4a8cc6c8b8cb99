"""Compute billed quantities from recorded work, and their price in dollars.

AWS's minimums and units are here; its prices are in `price_list`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headgate.costs.price_list import Prices

GB = 10**9
# Source: AWS Glue pricing, "billed per second, with a 1-minute minimum" (Glue 2.0 and later).
GLUE_MIN_S = 60
STANDARD, FLEX = "STANDARD", "FLEX"
# Source: AWS Glue developer guide, "AWS Glue worker types".
WORKER_DPUS = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8}
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Used:
    """A billed quantity of one meter of the price file, and the part of the lake that used it."""

    part: str
    meter: str
    quantity: float

    @property
    def service(self) -> str:
        """The service that bills it."""
        return self.meter.partition(".")[0]

    def times(self, factor: float) -> Used:
        """Return the usage with `factor` times the quantity."""
        return replace(self, quantity=self.quantity * factor)


@dataclass(frozen=True)
class Cost:
    """The cost of one part of the lake at one service, in exact US dollars."""

    part: str
    service: str
    usd: Decimal


def priced(used: Iterable[Used], prices: Prices) -> tuple[Cost, ...]:
    """Return the cost by part and service, most expensive first."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for use in used:
        sums[use.part, use.service] += Decimal(repr(use.quantity)) * prices.usd[use.meter]
    costs = (Cost(part, service, usd) for (part, service), usd in sums.items())
    return tuple(sorted(costs, key=lambda cost: (-cost.usd, cost.part, cost.service)))


def total_usd(costs: Iterable[Cost]) -> Decimal:
    """Return the sum, rounded to cents."""
    return rounded(sum((cost.usd for cost in costs), Decimal(0)))


def rounded(usd: Decimal) -> Decimal:
    """Return dollars rounded to cents."""
    return usd.quantize(_CENT, rounding=ROUND_HALF_UP)


def by_service(costs: Iterable[Cost]) -> Mapping[str, Decimal]:
    """Return the cost of each service, most expensive first."""
    return _summed((cost.service, cost.usd) for cost in costs)


def by_part(costs: Iterable[Cost]) -> Mapping[str, Decimal]:
    """Return the cost of each part, most expensive first."""
    return _summed((cost.part, cost.usd) for cost in costs)


def _summed(pairs: Iterable[tuple[str, Decimal]]) -> Mapping[str, Decimal]:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for name, usd in pairs:
        sums[name] += usd
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def glue_job(
    part: str, seconds: float, dpus: float, execution_class: str = STANDARD, runs: float = 1
) -> Used:
    """Return the DPU-hours of runs of `seconds` each; each is billed for at least a minute."""
    meter = "glue.flex_dpu_hour" if execution_class == FLEX else "glue.dpu_hour"
    return Used(part, meter, runs * max(seconds, GLUE_MIN_S) * dpus / 3600)


def function(part: str, seconds: float, memory_mb: int, invocations: float = 1) -> tuple[Used, ...]:
    """Return the GB-seconds and requests of invocations of `seconds` each."""
    return Used(part, "lambda.gb_second", invocations * seconds * memory_mb / 1024), Used(
        part, "lambda.request", invocations
    )


def stored(part: str, stored_bytes: float) -> Used:
    """Return one month of storage in S3."""
    return Used(part, "s3.gb_month", stored_bytes / GB)
