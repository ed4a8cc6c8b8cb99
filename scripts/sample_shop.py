"""Write a generated shop to try the lake with.

python scripts/sample_shop.py /tmp/shop --orders 20000
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # the scripts are run by path and know each other as `scripts`

from headgate.cli import options
from headgate.errors import HeadgateError
from scripts.generated_shop.row_progress import written_rows
from scripts.generated_shop.shop import ShopSpec, generate

if TYPE_CHECKING:
    from datetime import datetime

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_AT_LEAST_ONE, _RATE = click.IntRange(min=1), click.FloatRange(0, 1)


@click.command(epilog=options.example("python scripts/sample_shop.py --defect-rate 0.01 /tmp/shop"))
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
def main(folder: Path, ends_on: datetime, **sizes: float) -> None:
    """Write a generated shop, with known defects, as files to upload.

    Defects come with the truth about each of them in FOLDER/truth.parquet.
    """
    file_format = "csv.gz" if sizes["defect_rate"] else "parquet"
    spec = ShopSpec(ends_on=ends_on.date(), file_format=file_format, **sizes)  # type: ignore[arg-type]  # click checked the options
    try:
        with written_rows(options.progress_console()) as progress:
            made = generate(spec, folder, progress)
    except HeadgateError as error:
        raise click.ClickException(str(error)) from error
    fact = {
        "summary": made.summary,
        "files": len(made.parts),
        "rows": made.rows,
        "defects": made.defects,
        "frauds": made.frauds,
    }
    options.show(
        fact, lambda: f"{made.summary.removesuffix('.')}. Next: headgate upload {shlex.quote(str(folder))}"
    )


if __name__ == "__main__":
    main()
