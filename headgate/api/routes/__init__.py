"""The routes, in groups as the documentation shows them."""

from headgate.api.routes import catalog, dashboards, files, lake, predictions, queries, runs, tables, uploads

EVERY = (
    lake.routes,
    uploads.routes,
    files.routes,
    runs.routes,
    tables.routes,
    queries.routes,
    predictions.routes,
    catalog.routes,
    dashboards.routes,
)
