"""`headgate sample`: a generated shop to try the lake with."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from headgate.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

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
    help=(
        "About how many; each has about five lines. The least is about one for every two customers: "
        "fewer ask for fewer --customers."
    ),
)
@click.option("--days", type=_AT_LEAST_ONE, default=730, show_default=True, help="How many days of history.")
@click.option("--ends-on", type=_DAY, default="2024-12-31", show_default=True, help="The shop's last day.")
@click.option(
    "--transactions",
    type=click.IntRange(min=0),
    default=0,
    help="Card transactions; 0 lets the shop's size decide.",
)
@click.option(
    "--searches", type=click.IntRange(min=0), default=0, help="Searches; 0 lets the shop's size decide."
)
@click.option(
    "--defect-rate",
    type=_RATE,
    default=0.01,
    show_default=True,
    help="Defective rows per clean row; 0 writes a clean shop as Parquet.",
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
    fact = {
        "summary": made.summary,
        "files": len(made.parts),
        "rows": made.rows,
        "defects": made.defects,
        "frauds": made.frauds,
    }
    options.show(
        as_json=as_json,
        value=lambda: fact,
        screen=lambda: f"{made.summary.removesuffix('.')}. Next: headgate upload {shlex.quote(str(folder))}",
    )


@contextmanager
def written_rows(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar per dataset, fed with dataset, rows written and rows expected."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} rows"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, object] = {}

        def written(dataset: str, rows: int, expected: int) -> None:
            if dataset not in tasks:
                tasks[dataset] = progress.add_task(dataset)
            progress.update(tasks[dataset], completed=rows, total=max(rows, expected))  # type: ignore[arg-type]  # rich's own id

        yield written
