"""The command line with its libraries loaded: a command loads them for most of a second."""

from __future__ import annotations

from scripts.emulator.warm_python import WarmPython

warm_python = WarmPython(
    ("boto3", "click", "rich.console", "rich.table", "sqlglot", "yaml", "headgate.engines.local")
)
