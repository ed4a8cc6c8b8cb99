"""The routes, in the order of the documentation."""

from headgate.api.routes import (
    catalog,
    dashboards,
    decisions,
    files,
    lake,
    mails,
    model_cards,
    notes,
    queries,
    runs,
    tables,
    uploads,
)
from headgate.project import all_domains, load_module

EVERY = (
    lake.routes,
    uploads.routes,
    files.routes,
    runs.routes,
    tables.routes,
    queries.routes,
    decisions.routes,
    notes.routes,
    mails.routes,
    *(load_module(domain.routes).routes for domain in all_domains() if domain.routes),
    catalog.routes,
    dashboards.routes,
    model_cards.routes,
)
