"""Engines: where set-sized work runs. The same Ibis expressions on DuckDB, Spark and Athena; the same models over many groups."""

from __future__ import annotations

from headgate.engines.engine import LOCAL, Engine, engine_of

__all__ = ["LOCAL", "Engine", "engine_of"]
