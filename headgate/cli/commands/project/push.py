from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from headgate.cli import command_deployment, options
from headgate.cli.rendering import screens
from headgate.errors import HeadgateError
from headgate.project import project
from headgate.wiring import definitions
from headgate.wiring import push as pushes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from headgate.lake.definitions import Push
    from headgate.systems.model_tests import ModelTestResult
    from headgate.wiring.push import PushPlan


@click.command(epilog=options.example("headgate push --dry-run"))
@click.option("--list", "list_versions", is_flag=True, help="List the pushed versions of this deployment.")
@click.option(
    "--back",
    default="",
    metavar="VERSION",
    help="Use a version of --list again, or `deployed` for that of the deployment.",
)
@click.option(
    "--pull",
    is_flag=True,
    help="Write dashboards and contracts from the console into the project, and push nothing.",
)
@click.option("--dry-run", is_flag=True, help="Check and compare, and change nothing.")
@options.yes
@options.as_json
@options.deployment
def push(*, list_versions: bool, back: str, pull: bool, dry_run: bool, yes: bool) -> None:
    """Replace contracts, SQL and dashboards of the lake with those of the project, without a deployment.

    They apply to the next file, the next run, and the console after a reload; running files, replays and runs
    keep their version. All files are parsed and the tests of models run first. An edit that needs a
    deployment is refused with the file, the reason and a remedy. A deployment replaces pushed definitions by
    its own.

    A new contract needs no deployment, unless it has personal data or a mask; the next run creates its table.

    `--pull` writes dashboards from the console into `dashboards/` and contracts of new datasets into
    `contracts/source/` of the project, where they are edited, reviewed and pushed from then on.

    Before the first deployment, `--dry-run` checks the project's files and runs the tests of models.

    Exits with 1 if nothing was pushed because an edit was refused or a test failed.
    """
    if list_versions and (back or dry_run):
        raise click.UsageError("--list only shows versions. Remove --back and --dry-run.")
    if pull and (back or list_versions):
        raise click.UsageError("--pull pushes nothing. Remove --back and --list.")
    deployed = command_deployment.activate_if_deployed()
    if deployed is None and dry_run and not (back or pull):
        _check_project()
        return
    env = (deployed or command_deployment.activate()).environment
    if list_versions:
        _show_versions(env)
    elif pull:
        _pull(env, dry_run=dry_run, yes=yes)
    elif back:
        _go_back(env, back, dry_run=dry_run, yes=yes)
    else:
        _push(env, dry_run=dry_run, yes=yes)


def _push(env: Mapping[str, str], *, dry_run: bool, yes: bool) -> None:
    planned = pushes.plan(env)
    failed = [] if planned.refused or not planned.changed else _failed_tests()
    is_ready = not planned.refused and not failed and bool(planned.changed)
    if is_ready and not dry_run:
        if not yes:
            click.confirm(f"{_listed(planned)}\nReplace these definitions in the lake?", abort=True, err=True)
        pushes.push(env, planned)
    fact = {
        "version": planned.version,
        "before": planned.before,
        "changed": [*planned.changed],
        "effects": [*planned.effects],
        "pushed": is_ready and not dry_run,
        "refused": [asdict(refusal) for refusal in planned.refused],
        "failed_tests": [result.name for result in failed],
    }
    options.show(fact, lambda: _screen(planned, failed, dry_run=dry_run))
    if planned.refused or failed:
        sys.exit(1)


def _check_project() -> None:
    """Check the project's files and run its tests, without a deployment to compare them with."""
    from headgate.cli.commands.project.model_tests import results_screen
    from headgate.systems.push_rules import definition_files

    names = sorted(definition_files(pushes.checked_files()))
    failed = _failed_tests()
    text = (
        "The contracts, models and dashboards of the project are valid. No deployment of it exists yet, so "
        "there is nothing to compare them with. `headgate deploy` creates one."
    )
    options.show(
        {"checked": names, "pushed": False, "failed_tests": [result.name for result in failed]},
        lambda: results_screen(failed, failed, []) if failed else text,
    )
    if failed:
        sys.exit(1)


def _failed_tests() -> list[ModelTestResult]:
    from headgate.cli.commands.project.model_tests import run_tests
    from headgate.systems.model_tests import read_test

    results = run_tests([read_test(path) for path in project().model_tests])
    return [result for result in results if not result.passed]


def _pull(env: Mapping[str, str], *, dry_run: bool, yes: bool) -> None:
    """Write dashboards and contracts from the console into the project, whose files then replace them."""
    if (own := project().folder) is None:
        raise HeadgateError("No headgate.toml is in this folder or above it. Run `headgate init`.")
    texts = {own / name: text for name, text in pushes.files_of_people(env).items()}
    differing = [path for path in texts if path.exists() and path.read_text("utf-8") != texts[path]]
    if differing and not yes and not dry_run:
        listed = "\n".join(path.name for path in differing)
        click.confirm(f"{listed}\nReplace these files of the project?", abort=True, err=True)
    if not dry_run:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    names = [path.relative_to(own).as_posix() for path in texts]
    done = "Would write" if dry_run else "Wrote"
    nothing = "The console has no written dashboards or datasets."
    options.show(
        {"files": names, "written": not dry_run}, lambda: f"{done} {', '.join(names)}." if names else nothing
    )


def _go_back(env: Mapping[str, str], version: str, *, dry_run: bool, yes: bool) -> None:
    if not yes and not dry_run:
        click.confirm(f"Use the definitions of version {version} again?", abort=True, err=True)
    moved = pushes.push_back(env, version, dry_run=dry_run)
    fact = {"version": moved.version, "before": moved.before, "pushed": not dry_run}
    text = f"Version {moved.version} {'would be' if dry_run else 'is'} in use instead of {moved.before}."
    options.show(fact, lambda: text)


def _screen(planned: PushPlan, failed: Sequence[ModelTestResult], *, dry_run: bool) -> RenderableType:
    from headgate.cli.commands.project.model_tests import results_screen

    if planned.refused:
        table = screens.screen_table("file", "why it is not pushed", "what to do", title="Nothing was pushed")
        for refusal in planned.refused:
            table.add_row(refusal.file, refusal.reason, refusal.remedy)
        return table
    if failed:
        return results_screen(failed, failed, [])
    if not planned.changed:
        current = f"version {planned.before}, the version in use"
        return f"Nothing to push: the project's contracts, models and dashboards are {current}."
    if dry_run:
        return f"Would push version {planned.version}.\n{_listed(planned)}"
    undo = f"Undo: headgate push --back {planned.before}"
    return f"Pushed version {planned.version}.\n{_listed(planned)}\nThe next file and run use it. {undo}"


def _listed(planned: PushPlan) -> str:
    """Return the changed files and the effects of changed contracts, one per line."""
    return "\n".join([*planned.changed, *(f"  {effect}" for effect in planned.effects)])


def _show_versions(env: Mapping[str, str]) -> None:
    versions = definitions.versions(env)
    current, _ = versions.pointer()
    names = ("version", "pushed_by", "pushed_at")
    facts = [{name: getattr(version, name) for name in names} for version in versions.pushed()]
    rows = [{**fact, "in_use": fact["version"] == current.version} for fact in facts]
    contracts = versions.created(current.created).contracts
    created = sorted(name.rpartition("/")[2] for name in contracts)
    fact = {"current": asdict(current), "versions": rows, "created": created}
    options.show(fact, lambda: _versions_table(current, rows, created))


def _versions_table(current: Push, rows: Sequence[Mapping[str, object]], created: Sequence[str]) -> Table:
    more = f"; created datasets, in all versions: {', '.join(created)}" if created else ""
    title = f"Deployment {current.deployment}{more}"
    table = screens.screen_table("version", "in use", "first pushed by", "at (UTC)", title=title)
    for row in rows:
        in_use = "yes" if row["in_use"] else ""
        table.add_row(str(row["version"]), in_use, str(row["pushed_by"]), str(row["pushed_at"]))
    table.add_row("deployed", "" if any(row["in_use"] for row in rows) else "yes", "", "")
    return table
