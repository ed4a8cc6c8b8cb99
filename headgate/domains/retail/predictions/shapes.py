from typing import Annotated

from pydantic import Field, StringConstraints

from headgate.api.shapes.base import Asked, Count, Day, Shape, Share
from headgate.api.shapes.scorers import ModelOrigin

Id = Annotated[int, Field(ge=1, lt=2**63)]
Money = Annotated[str, Field(description="GBP with two decimals.", examples=["12.50"])]
Signal = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class FraudAsked(Asked):
    """A card transaction before its payment. A card number is neither needed nor accepted."""

    customer_id: Id
    terminal_id: Id
    amount: Annotated[str, StringConstraints(pattern=r"^\d{1,10}\.\d{2}$")] = Field(
        description="GBP with two decimals.", examples=["12.50"]
    )
    transacted_at: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$")] = (
        Field(description="ISO 8601 in UTC, without a zone.", examples=["2026-01-02T03:04:05"])
    )


class FraudPrediction(ModelOrigin):
    """Probability that a transaction is fraud, and the action that is expected to cost least."""

    score: Share
    decision: str = Field(description="approve, review or block.")
    reasons: tuple[str, ...] = Field(
        description="Groups of features that raised the score most; empty for approved transactions."
    )
    features: dict[str, float | None] = Field(description="What was known of the transaction; null: nothing.")


class CustomerAsked(Asked):
    """A customer of the last run, perhaps with changed signals, or with all signals a new customer."""

    customer_id: Id | None = None
    signals: dict[Annotated[str, Field(max_length=40)], Signal] = Field(
        {},
        max_length=40,
        description=(
            "Signals to change: silence, age, rhythm in trading days; silence_in_gaps; purchases, "
            "recent_purchases, frequency (purchases "
            "after the first); products per purchase; revenue, recent_revenue, purchase_value in GBP."
        ),
    )


class CustomerValue(Shape):
    """The purchases expected of a customer within a horizon."""

    horizon_days: Count
    purchases: Annotated[float, Field(ge=0)]
    value: Money
    low: Money | None = Field(description="Lower end of the 80 % interval; null when signals were changed.")
    high: Money | None = Field(description="Upper end of the 80 % interval; null when signals were changed.")


class CustomerPrediction(ModelOrigin):
    """The probability that a customer buys nothing in 90 days, and what the customer is expected to spend."""

    customer_id: int | None
    churn_probability: Share
    drivers: tuple[str, ...] = Field(description="What raises the probability most, strongest first.")
    expected_purchase: Money = Field(description="Expected value of one purchase, GBP.")
    value_model: str
    values: tuple[CustomerValue, ...]
    signals: dict[str, float] = Field(description="The signals that were scored.")


class ForecastAsked(Asked):
    """A series of `sales_forecast`."""

    series_id: str = Field("total", max_length=60, examples=["region=GB/category=Home"])
    periods: int | None = Field(
        None, ge=1, le=1_000, description="Periods ahead; all that are forecast when it is left out."
    )


class ForecastPeriod(Shape):
    """Net revenue to expect in one period, GBP, with its intervals."""

    period_on: Day
    horizon: Count
    mean: Money
    lower_80: Money
    upper_80: Money
    lower_95: Money
    upper_95: Money
    sum_mean: Money = Field(description="Of all periods from the first one ahead to this one.")
    sum_lower_80: Money
    sum_upper_80: Money
    sum_lower_95: Money
    sum_upper_95: Money
    sum_windows: Count = Field(description="Earlier origins from which such sums of the series were tested.")
    sum_inside_80: Count = Field(description="How many of these lay inside their 80 % interval.")
    sum_coverage_80: float | None = Field(description="The share of the same over all series.")


class ForecastPrediction(ModelOrigin):
    """The forecast of a series by the model that the batch chose for it."""

    series_id: str
    grain: str = Field(description="Length of a period.")
    unit: str
    history_too_short: bool
    periods: tuple[ForecastPeriod, ...]


class IntentAsked(Asked):
    """A search as typed."""

    text: str = Field(max_length=500, examples=["red mugs"])


class IntentPrediction(ModelOrigin):
    """The intent of a search."""

    intent: str = Field(
        description="Label of the group; empty when no known template shares a word with the search."
    )
    sub_intent: str = Field(
        "", description="Label of the smaller group within the intent; empty where `intent` is."
    )
    template: str = Field(
        description="The search without case, plural, sizes, personal data and slips of spelling."
    )
    nearest: str = Field(description="The known template that the intent is taken from.")
    similarity: Share = Field(description="Of both templates; 1 when the template is known.")
