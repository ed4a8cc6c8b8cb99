from typing import Annotated

from pydantic import Field

from headgate.api.shapes.base import Count, Day, Moment, Shape

Usd = Annotated[str, Field(description="US dollars.", examples=["0.05"])]


class PriceList(Shape):
    """The list prices of the costs."""

    region: str
    recorded_on: Day


class RunCost(Shape):
    """The cost of one run of `curated_to_prod`."""

    run: str
    started_at: Moment
    jobs: Count
    usd: Usd


class CostForecast(Shape):
    """The cost of the same files and runs with more data."""

    times: Count = Field(description="Factor of the data.")
    usd: Usd


class Costs(Shape):
    """Cost of files and runs; requests are estimated from the number of files."""

    days: Count
    prices: PriceList
    files: Count
    job_runs: Count
    total_usd: Usd
    by_service: dict[str, Usd]
    by_dataset: dict[str, Usd]
    by_job: dict[str, Usd]
    runs: tuple[RunCost, ...] = Field(description="The newest runs, newest first.")
    forecast: tuple[CostForecast, ...]
