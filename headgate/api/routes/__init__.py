"""The routes, in groups as the documentation shows them."""

from importlib import import_module

from headgate.api.routes import catalog, dashboards, files, lake, queries, runs, tables, uploads
from headgate.project import all_domains

EVERY = (
    lake.routes,
    uploads.routes,
    files.routes,
    runs.routes,
    tables.routes,
    queries.routes,
    *(import_module(domain.routes).routes for domain in all_domains() if domain.routes),
    catalog.routes,
    dashboards.routes,
)
