"""Predictions of the API by the champions that the last run exported.

docs/adr/0031-models-kept-and-contested.md has the reasons.
"""

from datetime import datetime
from decimal import Decimal

from headgate.api.analytics import tables
from headgate.api.analytics.scorers import exported, origin
from headgate.api.http.problems import invalid, not_built, not_found
from headgate.api.lake_ports import LakePorts
from headgate.api.shapes.json_cells import cell
from headgate.domains.retail.predictions.shapes import (
    CustomerAsked,
    CustomerPrediction,
    CustomerValue,
    ForecastAsked,
    ForecastPeriod,
    ForecastPrediction,
    FraudAsked,
    FraudPrediction,
    IntentAsked,
    IntentPrediction,
)

_FRAUD = ("compliance-guardian", "fraud")
_CUSTOMERS = ("demand-insights-engine", "customers")
_INTENTS = ("retail-copilot", "intents")
_FORECAST = ("market-intelligence-hub", "sales_forecast")
_PENNY = Decimal("0.01")
_NO_MOMENT = (
    "`transacted_at` must be a moment of the calendar. Send an existing date and time, such as "
    "2026-01-31T13:45:00."
)
_UNKNOWN_CUSTOMER = (
    "The last run knew no customer of this number. Send all signals without `customer_id` instead."
)
_CUSTOMERS_NOT_EXPORTED = (
    "The last run knew more customers than it exports with the model. Send all signals without "
    "`customer_id`; the tables churn_risk and "
    "customer_lifetime_value have the predictions of every customer."
)


def fraud(lake: LakePorts, asked: FraudAsked) -> FraudPrediction:
    """Return the fraud score of a transaction."""
    from headgate.domains.retail.predictions.fraud import FraudScorer, Transaction

    facts, scorer = exported(lake, *_FRAUD, FraudScorer)
    try:
        at = datetime.fromisoformat(asked.transacted_at)
    except ValueError:
        raise invalid("body.transacted_at", "datetime", _NO_MOMENT) from None
    pence = int(Decimal(asked.amount) * 100)
    score = scorer.score(Transaction(asked.customer_id, asked.terminal_id, pence, at))
    return FraudPrediction(
        **origin(facts, facts["model"]),
        score=score.score,
        decision=score.decision,
        reasons=score.reasons,
        features=dict(score.features),
    )


def customer(lake: LakePorts, asked: CustomerAsked) -> CustomerPrediction:
    """Return the churn probability and the expected value of a customer."""
    from headgate.domains.retail.predictions.customers import CustomerScorer

    facts, scorer = exported(lake, *_CUSTOMERS, CustomerScorer)
    if set(asked.signals) - set(scorer.signals):
        raise invalid(
            "body.signals",
            "unknown_signal",
            f"`signals` has an unknown name. Signals: {', '.join(scorer.signals)}.",
        )
    stored = None if asked.customer_id is None else scorer.stored(asked.customer_id)
    if asked.customer_id is not None and stored is None:
        raise not_found(_UNKNOWN_CUSTOMER if facts.get("has_customers", True) else _CUSTOMERS_NOT_EXPORTED)
    signals = {**(stored or {}), **asked.signals}
    if missing := [name for name in scorer.signals if name not in signals]:
        raise invalid(
            "body.signals", "missing", f"A new customer needs all signals. Missing: {', '.join(missing)}."
        )
    prediction = scorer.predict(signals, None if asked.signals else asked.customer_id)
    return CustomerPrediction(
        **origin(facts, facts["churn"]["model"]),
        customer_id=asked.customer_id,
        churn_probability=prediction.churn_probability,
        drivers=prediction.drivers,
        expected_purchase=_money(prediction.spend_per_purchase),
        value_model=facts["method"],
        values=tuple(
            _value(days, prediction.purchases[days], value, prediction.intervals.get(days))
            for days, value in prediction.values_gbp.items()
        ),
        signals=signals,
    )


def forecast(lake: LakePorts, asked: ForecastAsked) -> ForecastPrediction:
    """Return the forecast of a series, as the last run published it."""
    from headgate.api.analytics import table_rows

    if _FORECAST[0] not in lake.systems:
        raise not_built(_FORECAST[0], lake.systems)
    detail, every = tables.published(lake, *_FORECAST)
    periods = table_rows.ordered(table_rows.equal(every, "series_id", asked.series_id), "horizon")
    if not periods.num_rows:
        raise not_found(
            "The last run forecast no series of this name. The table sales_forecast lists all series."
        )
    rows = periods.slice(0, asked.periods).to_pylist()
    bounds = ("mean", "lower_80", "upper_80", "lower_95", "upper_95")
    names = (
        "horizon",
        *bounds,
        *(f"sum_{name}" for name in bounds),
        "sum_windows",
        "sum_inside_80",
        "sum_coverage_80",
    )
    return ForecastPrediction(
        model=rows[0]["model"],
        as_of=detail.as_of,
        snapshot_id=detail.snapshot_id,
        series_id=asked.series_id,
        grain=rows[0]["grain"],
        unit=rows[0]["unit"],
        history_too_short=rows[0]["history_too_short"],
        periods=tuple(
            ForecastPeriod(
                period_on=row["period_on"].isoformat(), **{name: cell(row[name]) for name in names}
            )
            for row in rows
        ),
    )


def intent(lake: LakePorts, asked: IntentAsked) -> IntentPrediction:
    """Return the intent of a search."""
    from headgate.domains.retail.predictions.searches import IntentScorer

    facts, scorer = exported(lake, *_INTENTS, IntentScorer)
    intent_of_text = scorer.find(asked.text)
    return IntentPrediction(
        **origin(facts, "query_patterns"),
        intent=intent_of_text.intent,
        sub_intent=intent_of_text.sub_intent,
        template=intent_of_text.template,
        nearest=intent_of_text.nearest,
        similarity=intent_of_text.similarity,
    )


def _value(days: int, purchases: float, value: float, interval: tuple[float, float] | None) -> CustomerValue:
    low, high = (_money(end) for end in interval) if interval else (None, None)
    return CustomerValue(horizon_days=days, purchases=purchases, value=_money(value), low=low, high=high)


def _money(value: float) -> str:
    """Return pounds with two decimals, rounded as the tables' amounts are."""
    return format(Decimal(repr(value + 0.0)).quantize(_PENNY), "f")
