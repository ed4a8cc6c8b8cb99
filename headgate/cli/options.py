"""Options and endings that commands share."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

FINISHED_WITH_REFUSALS = 3
_UNLIMITED_WIDTH = 1_000_000

deployment = click.option(
    "--deployment",
    "deployment_name",
    metavar="NAME",
    help="Deployment below .headgate/ to speak to; default: the newest.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a screen.")


def console(*, unlimited: bool = False) -> Console:
    """Return where screens go. Names and values of data are text: `[b]` or `:x:` in them is no markup.

    A pipe or a file has no width, so that a row of an answer stays one line for grep, sort and `less -S`,
    unless COLUMNS states one. Tables about the lake take 120 characters there.
    """
    has_width = os.environ.get("COLUMNS") or sys.stdout.isatty()
    return Console(markup=False, emoji=False, width=None if has_width and not unlimited else _UNLIMITED_WIDTH)


def progress_console() -> Console:
    """Return where progress goes: standard error, so that standard output stays machine-readable."""
    return Console(stderr=True, markup=False, emoji=False)


def show(
    *,
    as_json: bool,
    value: Callable[[], object],
    screen: Callable[[], RenderableType],
    unlimited: bool = False,
) -> None:
    """Print the JSON or the screen; only the one asked for is computed.

    An `unlimited` screen may be wider than the terminal.
    """
    if as_json:
        click.echo(json.dumps(value(), indent=2, default=str))
    else:
        console(unlimited=unlimited).print(screen(), crop=False)


def finish(*, complete: bool) -> None:
    """Leave with 3 when the work finished but something was refused or failed."""
    if not complete:
        sys.exit(FINISHED_WITH_REFUSALS)


def example(text: str) -> str:
    """Return a command's `epilog`, with one example."""
    return f"Example: {text}"
