"""The scorer of the bike share: POST /v1/predictions/hourly-demand."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from headgate.api.analytics.scorers import exported, origin
from headgate.api.http.access import Group
from headgate.api.http.problems import invalid
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Lake
from headgate.api.shapes.base import Asked
from headgate.api.shapes.scorers import ModelOrigin

DAYS = 7  # ahead
routes = Routes("Predictions")


class DemandAsked(Asked):
    """An hour of the coming week."""

    hour_at: Annotated[
        str,
        StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:00:00$"),
        Field(examples=["2013-01-01T08:00:00"]),
    ]


class DemandPrediction(ModelOrigin):
    """Rentals that are expected in an hour, with the 80 % interval."""

    mean: float
    lower_80: float
    upper_80: float


@routes.post("/v1/predictions/hourly-demand", Group.VIEWER, problems=[409])
def predict_hourly_demand(lake: Lake, body: DemandAsked) -> DemandPrediction:
    """Rentals expected in an hour of the week after the data."""
    from headgate.project_systems._profile import Profile

    facts, profile = exported(lake, "hourly-demand", "demand", lambda scorer: Profile(**scorer.arrays))
    first = datetime.fromisoformat(facts["last_day"]) + timedelta(days=1)
    try:
        at = datetime.fromisoformat(body.hour_at)
    except ValueError:
        remedy = "`hour_at` must be an hour of the calendar. Send one such as 2013-01-01T08:00:00."
        raise invalid("body.hour_at", "datetime", remedy) from None
    if not first <= at < first + timedelta(days=DAYS):
        remedy = f"`hour_at` must be within {DAYS} days from {first.isoformat()} on. Send such an hour."
        raise invalid("body.hour_at", "range", remedy)
    mean, (_, lower, upper, _) = profile.at(at.weekday(), at.hour)
    figures = {"mean": mean, "lower_80": lower, "upper_80": upper}
    return DemandPrediction(
        **origin(facts, facts["model"]), **{name: round(value, 2) for name, value in figures.items()}
    )
