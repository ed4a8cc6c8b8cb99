from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Caller, IdempotencyKey, Lake
from headgate.api.operations import decisions
from headgate.api.shapes.decisions import Decision, DecisionAsked, Decisions

routes = Routes("Decisions")
Queue = Annotated[str, Query(pattern="^[a-z][a-z0-9_]{0,59}$", description="Queue of a dashboard.")]


@routes.get("/v1/decisions", Group.VIEWER)
def list_decisions(lake: Lake, queue: Queue, limit: Annotated[int, Query(ge=1, le=1000)] = 200) -> Decisions:
    """The newest decisions of a work queue, newest first. The table `decisions` has all decisions."""
    return decisions.newest(lake, queue, limit)


@routes.post("/v1/decisions", Group.UPLOADER)
def decide(lake: Lake, caller: Caller, body: DecisionAsked, idempotency_key: IdempotencyKey = "") -> Decision:
    """Record a decision about an item of a work queue."""
    return decisions.decide(lake, caller.name, body, idempotency_key)
