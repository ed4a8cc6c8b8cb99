"""Options and output that commands share."""

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
    help="Deployment below .headgate/; default: the newest.",
)
yes = click.option("--yes", is_flag=True, help="Do not ask.")
watch_timeout = click.option(
    "--timeout-s",
    type=click.IntRange(min=1),
    default=3600,
    show_default=True,
    help="How long to watch; the run continues afterwards.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a screen.")


def console(*, unlimited: bool = False) -> Console:
    """Return the console of screens, without markup because data may have `[b]` or `:x:`.

    A pipe or a file has no width unless COLUMNS is set, so that a row stays one line for grep and sort.
    Tables about the lake take 120 characters there.
    """
    has_width = os.environ.get("COLUMNS") or sys.stdout.isatty()
    return Console(markup=False, emoji=False, width=None if has_width and not unlimited else _UNLIMITED_WIDTH)


def progress_console() -> Console:
    """Return the console of progress: standard error, so that standard output stays machine-readable."""
    return Console(stderr=True, markup=False, emoji=False)


def show(
    *,
    as_json: bool,
    value: Callable[[], object],
    screen: Callable[[], RenderableType],
    unlimited: bool = False,
) -> None:
    """Print either the JSON or the screen; an `unlimited` screen may be wider than the terminal."""
    if as_json:
        click.echo(json.dumps(value(), indent=2, default=str))
    else:
        console(unlimited=unlimited).print(screen(), crop=False)


def finish(*, complete: bool) -> None:
    """Exit with 3 if the work finished with refusals or failures."""
    if not complete:
        sys.exit(FINISHED_WITH_REFUSALS)


def example(text: str) -> str:
    """Return an example as a command's `epilog`."""
    return f"Example: {text}"
