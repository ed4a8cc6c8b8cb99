"""Athena's SQL: which statements may run, and how to run them on another engine."""

import logging

from headgate.query.catalog_queries import Databases
from headgate.query.dialects import for_engine, translate
from headgate.query.qualify import qualify_tables
from headgate.query.read_only_statements import check_tables, only_reading
from headgate.query.reasons import failure_reason

# SHOW and DESCRIBE, which Athena answers, are no queries to the parser: it warns of each.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

__all__ = [
    "Databases",
    "check_tables",
    "failure_reason",
    "for_engine",
    "only_reading",
    "qualify_tables",
    "translate",
]
