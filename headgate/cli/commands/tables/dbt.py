from pathlib import Path

import click

from headgate.cli import command_deployment, options
from headgate.cli.command_deployment import Deployment


@click.group()
def dbt() -> None:
    """Write a dbt project over the lake's tables: sources, tests, freshness and exposures."""


@dbt.command(epilog=options.example("headgate dbt init analytics"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("dbt"))
@options.as_json
@options.deployment
def init(folder: Path) -> None:
    """Write a dbt project into FOLDER, by default `dbt`.

    Sources are the tables of curated and prod with the tests of their contracts; dashboards are exposures.
    The target `parts` reads the tables' files with dbt-duckdb, the target `athena` builds in your own
    database with dbt-athena. Existing files are kept, except sources, exposures and their tests.
    """
    from headgate.dbt_project.project_files import is_generated

    texts = _texts(command_deployment.activate(), folder)
    written = [path for path in texts if is_generated(path) or not (folder / path).exists()]
    for path in written:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(texts[path], encoding="utf-8")
    kept = sorted(set(texts) - set(written))
    options.show(
        {"folder": str(folder), "written": sorted(written), "kept": kept},
        lambda: _screen(folder, written, kept),
    )


def _texts(deployed: Deployment, folder: Path) -> dict[str, str]:
    from headgate.dbt_project.dbt_sources import SourceDatabase
    from headgate.dbt_project.project_files import DashboardExposure, ProfileNames, project_files
    from headgate.systems.dashboards import dashboards_of
    from headgate.wiring import definitions, stores

    contracts = definitions.registry(deployed.environment)
    databases = stores.databases(deployed.environment)
    boards = dashboards_of(contracts.systems, definitions.pushed_dashboards(deployed.environment))
    return project_files(
        ProfileNames(deployed.name, deployed.environment["AWS_DEFAULT_REGION"], folder.as_posix()),
        [
            SourceDatabase("curated", databases.curated, contracts.curated | contracts.lake),
            SourceDatabase("prod", databases.prod, contracts.prod),
        ],
        [
            DashboardExposure(name, board.title, tuple(sorted({panel.table for panel in board.panels})))
            for name, board in boards.items()
        ],
    )


def _screen(folder: Path, written: list[str], kept: list[str]) -> str:
    """Return the files, and the next commands."""
    lines = [f"wrote {folder / path}" for path in sorted(written)]
    lines += [f"kept {folder / path}" for path in kept]
    lines += [
        "Next: pip install dbt-duckdb",
        f"      dbt build --project-dir {folder} --profiles-dir {folder}",
    ]
    return "\n".join(lines)
