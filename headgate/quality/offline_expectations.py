"""Great Expectations, which sends nothing to anybody from here. Loading it takes seconds: whoever needs it imports this module then."""

from __future__ import annotations

import os

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read once, when the library is loaded

import great_expectations as gx

__all__ = ["gx"]
