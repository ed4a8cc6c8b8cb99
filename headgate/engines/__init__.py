"""Engines that run set-based work.

The same Ibis expressions run on DuckDB, Spark and Athena, and the same models over many groups.
"""

from headgate.engines.choose_engine import LOCAL, engine_of
from headgate.engines.engine import Engine

__all__ = ["LOCAL", "Engine", "engine_of"]
