import os

# Great Expectations reads it when a module of this package imports it.
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
