"""`headgate sample`, `import-online-retail` and `import-mysql`: data to try the lake with."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from headgate.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_AT_LEAST_ONE, _RATE = click.IntRange(min=1), click.FloatRange(0, 1)


@click.command(epilog=options.example("headgate sample --orders 20000 --defect-rate 0.01 /tmp/shop"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--seed", default=7, show_default=True, help="The same seed and sizes write the same bytes.")
@click.option("--customers", type=_AT_LEAST_ONE, default=2_000, show_default=True)
@click.option(
    "--orders",
    type=_AT_LEAST_ONE,
    default=10_000,
    show_default=True,
    help="About how many; each has about five lines. The least is about one for every two customers: fewer ask for fewer --customers.",
)
@click.option("--days", type=_AT_LEAST_ONE, default=730, show_default=True, help="How many days of history.")
@click.option("--ends-on", type=_DAY, default="2024-12-31", show_default=True, help="The shop's last day.")
@click.option("--transactions", type=click.IntRange(min=0), default=0, help="Card transactions; 0 lets the shop's size decide.")
@click.option("--searches", type=click.IntRange(min=0), default=0, help="Searches; 0 lets the shop's size decide.")
@click.option(
    "--defect-rate", type=_RATE, default=0.01, show_default=True, help="Defective rows per clean row; 0 writes a clean shop as Parquet."
)
@click.option("--bad-files", is_flag=True, help="Add files that the gate must reject.")
@click.option("--rows-per-file", type=_AT_LEAST_ONE, default=250_000, show_default=True)
@options.as_json
def sample(folder: Path, ends_on: datetime, as_json: bool, **sizes: float) -> None:
    """Write a generated shop, with known defects, as files to upload.

    Defects come with the truth about each of them in FOLDER/truth.parquet.
    """
    from headgate.domains.retail.sample.shop import ShopSpec, generate

    file_format = "csv.gz" if sizes["defect_rate"] else "parquet"
    spec = ShopSpec(ends_on=ends_on.date(), file_format=file_format, **sizes)  # type: ignore[arg-type]  # click checked the options
    with written_rows(options.progress_console()) as progress:
        made = generate(spec, folder, progress)
    fact = {"summary": made.summary, "files": len(made.parts), "rows": made.rows, "defects": made.defects, "frauds": made.frauds}
    options.show(
        as_json=as_json,
        value=lambda: fact,
        screen=lambda: f"{made.summary.removesuffix('.')}. Next: headgate upload {shlex.quote(str(folder))}",
    )


@click.command("import-online-retail", epilog=options.example("headgate import-online-retail /tmp/online_retail"))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--source",
    type=click.Path(exists=True, path_type=Path),
    help="A CSV, a workbook, or a folder of them; default: below HEADGATE_DATA or ../shared/data.",
)
@click.option(
    "--fetch",
    "fetched",
    type=click.Path(file_okay=False, path_type=Path),
    help="Download it to this folder first; its checksum is checked.",
)
@click.option("--defect-rate", type=_RATE, default=0.0, help="Defective rows per clean row of the tables that are generated.")
@options.as_json
def import_online_retail_command(folder: Path, source: Path | None, fetched: Path | None, defect_rate: float, as_json: bool) -> None:
    """Convert UCI Online Retail II into the tables of the shop.

    What that data does not have (payments, card transactions, searches) is generated for its customers and orders.
    """
    from headgate.domains.retail.sample.online_retail.import_shop import import_online_retail
    from headgate.domains.retail.sample.online_retail.uci import fetch, find_source

    with written_rows(options.progress_console()) as progress:
        path = source or (fetch(fetched, progress) if fetched else find_source())
        if path is None:
            raise click.ClickException(
                "The data set Online Retail II was not found. Download it with --fetch FOLDER, or set HEADGATE_DATA to its folder."
            )
        made = import_online_retail(path, folder, progress, defect_rate=defect_rate)
    fact = {"summary": made.summary, "rows": made.rows, "lines": made.lines, "repeats": made.repeats, "amount": str(made.amount)}
    options.show(
        as_json=as_json,
        value=lambda: fact,
        screen=lambda: f"{made.summary.removesuffix('.')}. Next: headgate upload {shlex.quote(str(folder))}",
    )


@click.command(
    "import-mysql", epilog=options.example("MYSQL_URL=mysql://reader:secret@db:3306/ecommerce headgate import-mysql /tmp/export")
)
@click.argument("folder", type=click.Path(path_type=Path))
@options.as_json
def import_mysql_command(folder: Path, as_json: bool) -> None:
    """Read the shop's tables once from the MySQL server at MYSQL_URL.

    The files are laid out as an export writes them to raw.
    """
    from headgate.domains.retail.sample.mysql_source import import_mysql

    url = os.environ.get("MYSQL_URL", "")
    if not url:
        raise click.ClickException(
            "MYSQL_URL is not set. Remedy: MYSQL_URL=mysql://user:password@host:port/database headgate import-mysql FOLDER"
        )
    with written_rows(options.progress_console()) as progress:
        parts = import_mysql(url, folder, datetime.now(UTC).date(), progress)
    summary = f"{sum(part.rows for part in parts):,} rows read from MySQL."
    options.show(
        as_json=as_json, value=lambda: {"summary": summary}, screen=lambda: f"{summary} Next: headgate upload {shlex.quote(str(folder))}"
    )


@contextmanager
def written_rows(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar per dataset, fed with dataset, rows written and rows expected."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f} rows"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, object] = {}

        def written(dataset: str, rows: int, expected: int) -> None:
            if dataset not in tasks:
                tasks[dataset] = progress.add_task(dataset)
            progress.update(tasks[dataset], completed=rows, total=max(rows, expected))  # type: ignore[arg-type]  # rich's own id

        yield written
