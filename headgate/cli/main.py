"""The command `headgate`.

Exit codes: 0 done; 1 it failed, and the message says why; 2 the command was misspelt; 3 it finished, but some files
were refused or some systems failed.
"""

from __future__ import annotations

import sys

import click

from headgate import __version__
from headgate.cli import contract, data, export, files, keys, logs, mapping, models, pipeline, profile, quarantine, query, queue, report
from headgate.errors import HeadgateError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="headgate")
def cli() -> None:
    """Headgate decides what data enters a lake.

    Commands speak to the deployment of this folder: the newest below .headgate/, or the one that --deployment names.
    """


for command in (
    contract.contract,
    data.sample,
    data.import_mysql_command,
    data.import_online_retail_command,
    export.export,
    files.files,
    files.upload,
    keys.keys,
    logs.logs,
    mapping.mapping,
    models.data_docs,
    models.models,
    pipeline.run,
    profile.profile,
    quarantine.quarantine,
    query.query,
    query.questions,
    queue.queue,
    report.report,
):
    cli.add_command(command)


def main() -> None:
    """Run the command; an expected failure is one clear line, not a traceback."""
    try:
        cli(standalone_mode=True)
    except HeadgateError as error:
        click.echo(f"headgate: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
