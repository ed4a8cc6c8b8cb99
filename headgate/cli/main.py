"""The command `headgate`.

Exit codes: 0 done; 1 failed, such as for a name that does not exist, and the message says why; 2 the
command was misspelt, or a path on this machine cannot be read or written; 3 finished, but some files were
rejected or some systems failed.
"""

import difflib
import importlib
import os
import sys
from collections.abc import Mapping
from itertools import islice
from typing import NoReturn

import click

from headgate import __version__
from headgate.domains.discovery import package_domains
from headgate.errors import HeadgateError, SettingsError
from headgate.project import all_domains

_MAX_NAMED = 3

# A command is imported when it runs: name → where it is defined in `headgate.cli.commands`, and its line in
# `headgate --help`.
COMMANDS = {
    "contract": (
        "project.contract:contract",
        "List contracts, draft new ones, and validate files against them.",
    ),
    "cost": (
        "operations.cost:cost",
        "Show the cost of files and runs, with a forecast for 10 and 1,000 times the data.",
    ),
    "data-docs": (
        "tables.models:data_docs",
        "Download the pages about a run's quality checks and the model cards.",
    ),
    "datasets": (
        "files.datasets:datasets",
        "List, remove and restore datasets that people created in the console.",
    ),
    "dbt": (
        "tables.dbt:dbt",
        "Write a dbt project over the lake's tables: sources, tests, freshness and exposures.",
    ),
    "deploy": (
        "operations.deploy:deploy",
        "Deploy the lake project of this folder to an emulator on this machine, or to AWS.",
    ),
    "destroy": ("operations.deploy:destroy", "Destroy a deployment with all its data, after listing them."),
    "dlq": ("operations.dlq:dlq", "List, explain and redrive dead letters: messages that failed too often."),
    "export": (
        "files.export:export",
        "Export tables of a MySQL or PostgreSQL server, consistent and certified.",
    ),
    "file": (
        "tables.lineage:file",
        "Show the stages of the file at KEY, or of a file id, and the tables with its rows.",
    ),
    "files": ("files.files:files", "List the files, newest first: state, counts, error and what to do."),
    "forget": (
        "operations.forget:forget",
        "Erase the rows of KEY and all rows that refer to it everywhere, with a certificate.",
    ),
    "init": (
        "project.init:init",
        "Create a folder for a lake of your own: settings, contracts and SQL models.",
    ),
    "keys": (
        "operations.keys:keys",
        "List and rotate the masking keys, and replace tokens of old keys. No key is ever shown.",
    ),
    "lineage": (
        "tables.lineage:lineage",
        "Show the sources of each TABLE, or print or send OpenLineage events.",
    ),
    "logs": ("operations.logs:logs", "Print recent log lines of functions and jobs, oldest first."),
    "mapping": (
        "files.mapping:mapping",
        "Map columns of files that could not be mapped with enough confidence.",
    ),
    "mcp": ("tables.mcp:mcp", "Serve the lake's tables, figures and health to an AI agent, read-only."),
    "models": (
        "tables.models:models",
        "List the champion models of the systems, and run and test SQL models on this machine.",
    ),
    "onboard": ("files.onboard:onboard", "Check a file of records row by row, and create the records."),
    "profile": (
        "files.profile:profile",
        "Profile a file: types, distribution, patterns, gaps, and a quality score, without sensitive values.",
    ),
    "push": (
        "project.push:push",
        "Replace contracts, SQL and dashboards of the lake with those of the project, without a deployment.",
    ),
    "quarantine": (
        "files.quarantine:quarantine",
        "List refused rows, replay files after a fix, and settle rows that another file corrects.",
    ),
    "query": (
        "tables.query:query",
        "Run one Athena statement on the lake's tables: SELECT, WITH, SHOW, DESCRIBE or EXPLAIN.",
    ),
    "questions": (
        "tables.query:questions",
        "List the saved questions, which `headgate query --saved NAME` runs.",
    ),
    "queue": ("operations.queue:queue", "Show the queues."),
    "rebuild": (
        "operations.rebuild:rebuild",
        "Restore curated and quarantine from raw, for all files whose rows were deleted there.",
    ),
    "report": (
        "operations.report:report",
        "Show received rows, refused rows with reasons, and the systems' tables.",
    ),
    "restore": (
        "operations.restore:restore",
        "Undo deletions in a bucket, fill it from its copy, or process files whose records were lost.",
    ),
    "run": (
        "operations.pipeline:run",
        "Merge curated data, check it, build the systems' tables and publish them.",
    ),
    "runs": (
        "operations.pipeline:runs",
        "List the newest runs with start, trigger, state, duration, cost and problems.",
    ),
    "serve": (
        "operations.serve:serve",
        "Serve the HTTP API, and the console if it is built, from this machine.",
    ),
    "status": (
        "operations.status:status",
        "Show the state of the lake: health, last run, age of the data, files, dead letters, alarms, alerts.",
    ),
    "systems": (
        "project.systems:systems",
        "Write a Python system of your own, and run systems on local files.",
    ),
    "tables": (
        "tables.tables:tables",
        "List versions of the systems' tables, and roll a table back to an earlier version.",
    ),
    "upload": ("files.files:upload", "Send files to raw and follow them through the gate."),
    "users": (
        "operations.users:users",
        "Add, list and remove people who may sign in to the console and the API.",
    ),
}


_OWN = {name: (f"headgate.cli.commands.{function}", line) for name, (function, line) in COMMANDS.items()}


def commands() -> dict[str, tuple[str, str]]:
    """Return all commands, those of domains and the lake included: name → (`module:function`, line)."""
    try:
        domains = all_domains()
    except SettingsError:  # headgate.toml is wrong, which the command itself will say if it reads it
        domains = tuple(package_domains().values())
    return {
        **{
            command.name: (command.function, command.line)
            for domain in domains
            for command in domain.commands
        },
        **_OWN,
    }


def _command_at(place: str) -> click.Command:
    module, _, attribute = place.partition(":")
    command: click.Command = getattr(importlib.import_module(module), attribute)
    return command


def _groups_with(name: str, available: Mapping[str, tuple[str, str]]) -> list[str]:
    """Return the first commands of that name in groups: `contract check` of `check`."""
    groups = ((group, _command_at(place)) for group, (place, _) in sorted(available.items()))
    having = (
        f"{group} {name}"
        for group, command in groups
        if isinstance(command, click.Group) and name in command.commands
    )
    return list(islice(having, _MAX_NAMED))


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used, so that `headgate --help` starts at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's interface
        """Return the names of all commands, sorted."""
        return sorted(commands())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command; fail with the nearest names if there is none of that name."""
        available = _OWN if cmd_name in _OWN else commands()
        if cmd_name not in available:
            names = _groups_with(cmd_name, available) or difflib.get_close_matches(cmd_name, available, n=2)
            near = " or ".join(f"`headgate {name}`" for name in names)
            ctx.fail(
                f"No such command {cmd_name!r}. "
                f"{f'Did you mean {near}?' if near else '`headgate --help` lists the commands.'}"
            )
        return _command_at(available[cmd_name][0])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 click's interface
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in sorted(commands().items())])


@click.command(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(__version__, prog_name="headgate")
def cli() -> None:
    """Headgate decides what data enters a lake.

    Commands use the deployment of this folder: the newest below .headgate/, or another one with
    `headgate COMMAND --deployment NAME`.
    """


def run_command() -> None:
    """Run the command; an expected failure is one clear line, and with HEADGATE_DEBUG its traceback too."""
    try:
        code = cli(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:  # a group without a command, which is no sentence
        click.echo(error.format_message(), err=True)
        sys.exit(error.exit_code)
    except (HeadgateError, click.ClickException) as error:
        if os.environ.get("HEADGATE_DEBUG") and isinstance(error, HeadgateError):
            raise
        _fail(error)
    except click.Abort:
        click.echo("Aborted!", err=True)
        sys.exit(1)
    except BrokenPipeError:  # the reader, such as `head`, has ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        if not error.filename or isinstance(error, ConnectionError):
            raise
        _fail(click.UsageError(_path_failure(error)))
    sys.exit(code if isinstance(code, int) else 0)


def _fail(error: HeadgateError | click.ClickException) -> NoReturn:
    """Write an error to standard error, as a JSON object with --json, and exit with its code."""
    from headgate.cli.rendering.failures import failure_of, usage_of

    failure, used, code = failure_of(error), "", 1
    if isinstance(error, click.ClickException):
        used, code = usage_of(error), error.exit_code
    click.echo(failure.as_json() if "--json" in sys.argv else f"{used}{failure.line()}", err=True)
    sys.exit(code)


def _path_failure(error: OSError) -> str:
    """Say what happened to which path, and what to do."""
    from headgate.masking.redaction import redact_text

    path, reason = redact_text(str(error.filename)), error.strerror or type(error).__name__
    return (
        f"{path} cannot be read or written: {reason}. Name a path in a folder that exists and where you "
        "may write, and run this again."
    )


if __name__ == "__main__":
    run_command()
