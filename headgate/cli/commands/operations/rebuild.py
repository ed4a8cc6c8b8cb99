import click

from headgate.cli import command_deployment, options
from headgate.cli.commands.files.quarantine import replay_all, replayed_screen
from headgate.wiring import intake, stores


@click.command(epilog=options.example("headgate rebuild --dry-run"))
@click.option("--dry-run", is_flag=True, help="List the files, and change nothing.")
@options.as_json
@options.deployment
def rebuild(*, dry_run: bool) -> None:
    """Restore curated and quarantine from raw, for all files whose rows were deleted there.

    Needs the permissions of a replay: read raw and the masking key, write curated and quarantine. `headgate
    run` then builds the tables. Exits with 3 if the original of a file is not in raw.
    """
    from headgate.intake.files.missing_rows import files_without_rows
    from headgate.intake.files.replay_file import REPLAYED

    env = command_deployment.activate().environment
    curated, quarantine = env["HEADGATE_CURATED_BUCKET"], env["HEADGATE_QUARANTINE_BUCKET"]
    missing = files_without_rows(stores.objects(), stores.ledger(env).records(), curated, quarantine)
    if dry_run:
        names = ("file_id", "key", "dataset")
        facts = [{name: getattr(record, name) for name in names} for record in missing]
        text = f"{len(facts):,} files have rows to restore."
        options.show(facts, lambda: text)
        return
    results = replay_all(intake.replayer(env), missing)
    options.show(results, lambda: replayed_screen(results) if results else "No rows are missing.")
    options.finish(complete=all(result["outcome"] == REPLAYED for result in results))
