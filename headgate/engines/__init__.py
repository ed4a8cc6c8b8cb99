"""Engines: where set-sized work runs.

The same Ibis expressions on DuckDB, Spark and Athena; the same models over many groups.
"""

from __future__ import annotations

from headgate.engines.choose_engine import LOCAL, engine_of
from headgate.engines.engine import Engine

__all__ = ["LOCAL", "Engine", "engine_of"]
