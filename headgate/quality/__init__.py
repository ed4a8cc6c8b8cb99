import os

os.environ.setdefault(
    "GX_ANALYTICS_ENABLED", "false"
)  # Great Expectations reads it once, when a module here loads it
