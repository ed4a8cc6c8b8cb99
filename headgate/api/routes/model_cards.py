from __future__ import annotations

from headgate.api.analytics import model_cards
from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Lake, Name
from headgate.api.shapes.model_cards import ModelCardDetail, ModelCards

routes = Routes("Model cards")


@routes.get("/v1/model-cards", Group.VIEWER, cached=True)
def list_model_cards(lake: Lake) -> ModelCards:
    """The models of the deployed systems."""
    return model_cards.every_card(lake)


@routes.get("/v1/model-cards/<name>", Group.VIEWER, problems=[404], cached=True)
def get_model_card(lake: Lake, name: Name) -> ModelCardDetail:
    """The card of a model: prediction, method, data, tests with their results, limits and use."""
    return model_cards.card(lake, name)
