from __future__ import annotations

from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Lake
from headgate.domains.retail.predictions import answers
from headgate.domains.retail.predictions.shapes import (
    CustomerAsked,
    CustomerPrediction,
    ForecastAsked,
    ForecastPrediction,
    FraudAsked,
    FraudPrediction,
    IntentAsked,
    IntentPrediction,
)

routes = Routes("Predictions")


@routes.post("/v1/predictions/fraud", Group.VIEWER, problems=[409])
def predict_fraud(lake: Lake, body: FraudAsked) -> FraudPrediction:
    """Fraud score of a card transaction, what to do, and why.

    The past of customer and terminal is known up to the last run.
    """
    return answers.fraud(lake, body)


@routes.post("/v1/predictions/customer", Group.VIEWER, problems=[404, 409])
def predict_customer(lake: Lake, body: CustomerAsked) -> CustomerPrediction:
    """Churn probability and expected value of a customer.

    `signals` change what is known of the customer, to ask "what if".
    """
    return answers.customer(lake, body)


@routes.post("/v1/predictions/forecast", Group.VIEWER, problems=[404, 409])
def predict_sales(lake: Lake, body: ForecastAsked) -> ForecastPrediction:
    """Forecast of a series of sales, with intervals."""
    return answers.forecast(lake, body)


@routes.post("/v1/predictions/intent", Group.VIEWER, problems=[409])
def predict_intent(lake: Lake, body: IntentAsked) -> IntentPrediction:
    """Intent of a search as typed."""
    return answers.intent(lake, body)
