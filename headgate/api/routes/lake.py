from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Query

from headgate.api.http import access
from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Lake
from headgate.api.operations import costs, health
from headgate.api.shapes.costs import Costs
from headgate.api.shapes.lake import Caller, Health

routes = Routes("Lake")


@routes.get("/v1/health", Group.VIEWER, cached=True)
def get_health(lake: Lake) -> Health:
    """Health of the lake: the worst state of runs, tables, freshness, files and quality."""
    return health.health_of(lake)


@routes.get("/v1/costs", Group.VIEWER)
def get_costs(
    lake: Lake, days: Annotated[int, Query(ge=1, le=90, description="Number of days before now.")] = 30
) -> Costs:
    """Cost of files and runs by service, dataset and job, with a forecast for more data."""
    return costs.of_days(lake, days)


@routes.get("/v1/me", Group.VIEWER)
def get_caller(caller: Annotated[access.CallerIdentity, Depends(access.caller)]) -> Caller:
    """The caller's name and groups."""
    return Caller(name=caller.name, groups=tuple(group.value for group in Group if caller.may(group)))
