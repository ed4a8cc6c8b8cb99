from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click
from rich.console import Group

from headgate.cli import command_deployment, options
from headgate.cli.commands.files.quarantine import replay_all
from headgate.cli.rendering import screens
from headgate.wiring import intake, operations, stores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.intake.quarantine.find_old_tokens import OldTokens

_KEY_BYTES = 32  # as long as SHA-256's output. Source: RFC 2104, section 3


@click.group()
def keys() -> None:
    """List and rotate the masking keys, and replace tokens of old keys. No key is ever shown."""


@keys.command(epilog=options.example("headgate keys list"))
@options.as_json
@options.deployment
def list() -> None:  # noqa: A001 the command is named so
    """List the ids of the current key and of earlier keys."""
    deployed = command_deployment.activate()
    current, *before = operations.masking_keys(deployed.environment).ids()
    summary = f"Tokens are made with {current}; before: {', '.join(before) or 'none'}."
    options.show({"current": current, "previous": before}, lambda: summary)


@keys.command(epilog=options.example("headgate keys rotate --yes"))
@options.yes
@options.as_json
@options.deployment
def rotate(yes: bool) -> None:
    """Create a new masking key for all new tokens; old keys are kept.

    Running workers use the old key for up to five more minutes. Cards have two tokens until `headgate keys
    retoken` is done.
    """
    deployed = command_deployment.activate()
    if not yes:
        click.confirm("Make all new card tokens with a new key?", abort=True, err=True)
    made = operations.masking_keys(deployed.environment).rotate(secrets.token_bytes(_KEY_BYTES))
    summary = f"New tokens are made with {made}. In five minutes: headgate keys retoken"
    options.show({"current": made}, lambda: summary)


@keys.command(epilog=options.example("headgate keys retoken --dry-run"))
@click.option("--dry-run", is_flag=True, help="Only name the files.")
@options.as_json
@options.deployment
def retoken(dry_run: bool) -> None:
    """Replay all files with tokens of another key from their originals in raw.

    A new token needs the card number, so files whose original is gone keep their old tokens. They are listed,
    and the command exits with 3.
    """
    from headgate.intake.files.replace_original import is_masked
    from headgate.intake.files.replay_file import REPLAYED

    deployed = command_deployment.activate()
    old = _old(deployed)
    masked = [file for file in old if is_masked(file.record)]  # it has tokens instead of card numbers
    due = [file.record for file in old if not is_masked(file.record)]
    results = (
        [_fact(file) for file in old]
        if dry_run
        else [*replay_all(intake.replayer(deployed.environment), due), *map(_masked, masked)]
    )
    options.show(results, lambda: _screen(results))
    options.finish(complete=dry_run or all(result["outcome"] == REPLAYED for result in results))


def _old(deployed: command_deployment.Deployment) -> Sequence[OldTokens]:
    from headgate.contracts.registry import Registry
    from headgate.intake.quarantine.find_old_tokens import old_tokens

    current, *_ = operations.masking_keys(deployed.environment).ids()
    records = stores.ledger(deployed.environment).records()
    bucket = deployed.environment["HEADGATE_CURATED_BUCKET"]
    return [*old_tokens(stores.objects(), bucket, records, Registry.load().source, current)]


def _fact(old: OldTokens) -> dict[str, object]:
    record = old.record
    return {
        "file_id": record.file_id,
        "key": record.key,
        "dataset": record.dataset,
        "outcome": "old_tokens",
        "detail": f"made with {', '.join(old.key_ids)}",
    }


def _masked(old: OldTokens) -> dict[str, object]:
    why = "the original was masked after the file was accepted (raw_originals), so the card numbers are gone"
    remedy = f"send the data again, or keep {', '.join(old.key_ids)} as long as the rows"
    return {**_fact(old), "outcome": "original_masked", "detail": f"{why}: {remedy}"}


def _screen(results: Sequence[dict[str, object]]) -> Group | str:
    from headgate.intake.files.replay_file import REPLAYED

    if not results:
        return "Every token is made with the current key."
    columns = {"dataset": "dataset", "file": "key", "outcome": "outcome", "why": "detail"}
    replayed = any(result["outcome"] == REPLAYED for result in results)
    step = ["Next: `headgate run` merges the new tokens."] if replayed else []
    return Group(screens.fact_table(results, columns), *step)
