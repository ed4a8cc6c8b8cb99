import os
import subprocess
import sys
from pathlib import Path

import click

from headgate.cli import options
from headgate.deployment import FOLDER, read_deployment
from headgate.errors import SettingsError
from headgate.project import FILE, project
from headgate.release import BOOTSTRAP, PLATFORMS, SCRIPT, SMOKE_TEST, STATE, deployment_files

_DEFAULT_NAMES = {"localstack": "local", "aws": "aws"}

_platform = click.argument("platform", metavar="localstack|aws", type=click.Choice([*PLATFORMS]))
_name = click.option("--name", default="", help="Name below .headgate/; default: local, or aws.")
_settings = click.option(
    "--var",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    help="Terraform variable; repeatable. On AWS it is stored in deployments/<name>.json.",
)


@click.command(epilog=options.example("headgate deploy localstack --yes"))
@_platform
@_name
@_settings
@click.option("--export", "has_export", is_flag=True, help="Enable the export of the source database.")
@click.option(
    "--new-ledger",
    "has_new_ledger",
    is_flag=True,
    help="Create an empty ledger for a new lake, under the name in files_table.",
)
@click.option(
    "--plan", "only_plan", is_flag=True, help="Show what would change and cost, and change nothing."
)
@click.option(
    "--state-bucket",
    "makes_bucket",
    is_flag=True,
    help="First create the bucket of Terraform's state if it is absent; not needed on an emulator.",
)
@click.option("--test", "tests", is_flag=True, help="Check the deployment afterwards, in a minute.")
@options.yes
@options.as_json
def deploy(
    platform: str,
    name: str,
    variables: tuple[str, ...],
    *,
    has_export: bool,
    has_new_ledger: bool,
    only_plan: bool,
    makes_bucket: bool,
    tests: bool,
    yes: bool,
) -> None:
    """Deploy the lake project of this folder to an emulator on this machine, or to AWS.

    Uses a running emulator or starts one, and the shell's credentials for AWS. Needs Terraform or OpenTofu on
    PATH. Shows the changes first.
    """
    if only_plan and (makes_bucket or tests):
        raise click.UsageError("--plan changes nothing. Remove --state-bucket and --test.")
    chosen = name or _DEFAULT_NAMES[platform]
    if makes_bucket and platform == "aws":
        _run_script(BOOTSTRAP)
    chosen_switches = {"--export": has_export, "--new-ledger": has_new_ledger, "--yes": yes}
    switches = [switch for switch, is_chosen in chosen_switches.items() if is_chosen]
    asked = ["plan" if only_plan else "apply", PLATFORMS[platform], "--name", chosen]
    _run_script(SCRIPT, *asked, *_vars(variables), *switches)
    if tests:
        _run_script(SMOKE_TEST, chosen)
    _show_facts(chosen)


@click.command(epilog=options.example("headgate destroy localstack"))
@_platform
@_name
@_settings
@options.yes
@options.as_json
def destroy(platform: str, name: str, variables: tuple[str, ...], *, yes: bool) -> None:
    """Destroy a deployment with all its data, after listing them.

    Stops the emulator that was started for it. On AWS the data is protected until a deployment with
    --var force_destroy=true.
    """
    chosen = name or _DEFAULT_NAMES[platform]
    asked = ["destroy", PLATFORMS[platform], "--name", chosen]
    _run_script(SCRIPT, *asked, *_vars(variables), *(["--yes"] if yes else []))
    _show_facts(chosen)


def _vars(variables: tuple[str, ...]) -> list[str]:
    return [part for variable in variables for part in ("--var", variable)]


def _run_script(script: Path, *arguments: str) -> None:
    """Run a script of the release for the project, and exit with its code if it fails."""
    folder = _project_folder()
    done = subprocess.run(  # noqa: S603 our own script
        [sys.executable, str(deployment_files(folder) / script), *arguments],
        cwd=folder,
        env={**os.environ, "HEADGATE_PROJECT": str(folder), STATE: str(folder.resolve() / FOLDER)},
        stdout=sys.stderr if options.wants_json() else None,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.returncode)


def _show_facts(name: str) -> None:
    if options.wants_json():
        options.print_json(_facts(_project_folder(), name))


def _project_folder() -> Path:
    folder = project().folder
    if folder is None:
        raise SettingsError(
            f"No {FILE} in this folder or above it. Create a project with `headgate init .`, then deploy."
        )
    return folder


def _facts(folder: Path, name: str) -> dict[str, object]:
    """Return the facts of a deployment as JSON; there are none after a plan or a destroy."""
    note = folder / FOLDER / name / "deployment.json"
    if not note.is_file():
        return {"deployment": name, "deployed": False}
    deployed = read_deployment(note)
    return {
        "deployment": name,
        "deployed": True,
        "database": deployed.environment["HEADGATE_CURATED_DATABASE"],
        "raw_bucket": deployed.environment["HEADGATE_RAW_BUCKET"],
    }
