from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headgate.cli import command_deployment, options
from headgate.cli.commands.project.local_run import run_models
from headgate.cli.commands.project.model_tests import init_model, test_models
from headgate.cli.rendering import screens
from headgate.wiring import quality, snapshots, systems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.table import Table

    from headgate.learning.store import Card

_NO_MODELS = (
    "There is no model yet. `headgate run` trains the models of the lake's systems, if they have any."
)
_UNUSED = "! not in use: the current tables were not built with it"


@click.group(invoke_without_command=True, epilog=options.example("headgate models --json"))
@options.as_json
@options.deployment
@click.pass_context
def models(context: click.Context) -> None:
    """List the champion models of the systems, and run and test SQL models on this machine.

    Only some systems keep a model; the others choose their methods in each run. Quality is measured on days
    outside the training data. Models that lose to another recipe, or that the current tables do not use, are
    marked. Drift lists the columns that have changed since. `models card NAME` shows all facts of a model.
    """
    if context.invoked_subcommand:
        return
    deployed = command_deployment.activate()
    marked = [
        (card, lost_to(card) if is_used else _UNUSED)
        for card, is_used in systems.kept_models(deployed.environment)
    ]
    fact = [asdict(card) | {"attention": attention} for card, attention in marked]
    options.show(fact, lambda: _table(marked) if marked else _NO_MODELS)


models.add_command(init_model)
models.add_command(run_models)
models.add_command(test_models)


@models.command(epilog=options.example("headgate models card prices --to prices.html"))
@click.argument("name")
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the card to a file: .html with a calibration plot, or .md for Markdown.",
)
@options.as_json
@options.deployment
def card(name: str, file: Path | None) -> None:
    """Show the card of a model: data, period, naive rule, backtests, calibration, drift and known limits.

    An existing file is overwritten.
    """
    from rich.markdown import Markdown

    from headgate.systems import model_card_page

    formats = {
        ".html": model_card_page.model_card_html,
        ".htm": model_card_page.model_card_html,
        ".md": model_card_page.markdown,
    }
    if file and file.suffix.lower() not in formats:
        raise click.UsageError(f"{file} is neither HTML nor Markdown. Name a file with .html or .md.")
    deployed = command_deployment.activate()
    made = systems.model_card(deployed.environment, name)
    if file:
        file.write_text(formats[file.suffix.lower()](made), encoding="utf-8")
    if options.wants_json():
        click.echo(json.dumps(made.to_dict(), indent=2, default=str))
    elif file:
        click.echo(f"Wrote {file}.")
    else:
        text = model_card_page.markdown(made)
        options.console().print(Markdown(text) if sys.stdout.isatty() else text, crop=False)


@click.command("data-docs", epilog=options.example("headgate data-docs --to data-docs"))
@click.option("--snapshot", default="current", show_default=True, help="Snapshot of the lake.")
@click.option(
    "--to",
    "folder",
    default="data-docs",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Local folder.",
)
@options.as_json
@options.deployment
def data_docs(snapshot: str, folder: Path) -> None:
    """Download the pages about a run's quality checks and the model cards.

    The model cards are of the newest tables. Existing files of the same name are overwritten.
    """
    deployed = command_deployment.activate()
    lake = snapshots.lake_snapshot(deployed.environment, snapshot)
    sites = quality.data_docs(deployed.environment).fetch(lake.snapshot_id, folder)
    cards = _write_cards(deployed.environment, folder / "models")
    value = {"snapshot_id": lake.snapshot_id, "sites": [str(site) for site in (*sites, *cards)]}
    options.show(value, lambda: "\n".join(value["sites"]) or "No Data Docs of this snapshot.")


def _write_cards(environment: Mapping[str, str], folder: Path) -> list[Path]:
    """Write a page for each model card, and return the files."""
    from headgate.systems import model_card_page

    folder.mkdir(parents=True, exist_ok=True)
    made = {
        folder / f"{described.description.name}.html": model_card_page.model_card_html(described)
        for described in systems.model_cards(environment)
    }
    for file, page in made.items():
        file.write_text(page, encoding="utf-8")
    return list(made)


def _table(marked: Sequence[tuple[Card, str]]) -> Table:
    from headgate.learning.feature_drift import SHIFTED

    table = screens.screen_table(
        "system", "model", "as of", "recipe", "on unseen days", "inputs that changed since", "attention"
    )
    for card, attention in marked:
        figures = ", ".join(f"{name} {value:.4g}" for name, value in sorted(card.metrics.items()))
        moved = ", ".join(sorted(name for name, index in card.drift.items() if index > SHIFTED))
        table.add_row(
            card.system, card.model, card.as_of, card.recipe, figures or "-", moved or "-", attention
        )
    return table


def lost_to(card: Card) -> str:
    """Warn about a recipe that had a lower loss than the champion in the last contest; else empty."""
    results = {result["recipe"]: result["mean_loss"] for result in (card.contest or {}).get("results", ())}
    if not results or card.recipe not in results:
        return ""
    best = min(results, key=lambda recipe: results[recipe])
    if results[best] >= results[card.recipe]:
        return ""
    return f"! loses to {best}: {results[card.recipe]:.4g} against {results[best]:.4g}"
