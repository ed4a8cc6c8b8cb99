"""Options and output that commands share."""

import json
import os
import sys
from collections.abc import Callable

import click
from rich.console import Console, RenderableType

FINISHED_WITH_REFUSALS = 3
_UNLIMITED_WIDTH = 1_000_000


def _remember(context: click.Context, option: click.Parameter, value: object) -> None:
    """Keep the value for the running command; a command without the option has that of its group."""
    name = f"headgate.{option.name}"
    if value or name not in context.meta:
        context.meta[name] = value


deployment = click.option(
    "--deployment",
    metavar="NAME",
    expose_value=False,
    callback=_remember,
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
as_json = click.option(
    "--json",
    is_flag=True,
    expose_value=False,
    callback=_remember,
    help="Print one JSON document instead of a screen.",
)


def wants_json() -> bool:
    """Return whether the running command has --json."""
    return bool(_remembered("json"))


def deployment_name() -> str | None:
    """Return the name that --deployment gives the running command; None in other threads than its own."""
    name = _remembered("deployment")
    return name if isinstance(name, str) else None


def _remembered(option: str) -> object:
    context = click.get_current_context(silent=True)
    return context.meta.get(f"headgate.{option}") if context else None


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


def show(value: object, screen: Callable[[], RenderableType], *, unlimited: bool = False) -> None:
    """Print the value with --json, else the screen; an `unlimited` one may be wider than the terminal.

    A large value is a function that returns it.
    """
    if wants_json():
        print_json(value() if callable(value) else value)
    else:
        console(unlimited=unlimited).print(screen(), crop=False)


def print_json(value: object) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(value, indent=2, default=str))


def finish(*, complete: bool) -> None:
    """Exit with 3 if the work finished with refusals or failures."""
    if not complete:
        sys.exit(FINISHED_WITH_REFUSALS)


def example(text: str) -> str:
    """Return an example as a command's `epilog`."""
    return f"Example: {text}"
