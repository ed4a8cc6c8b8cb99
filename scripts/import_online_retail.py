"""Convert UCI Online Retail II into the tables of the shop, as files to upload.

python scripts/import_online_retail.py /tmp/online_retail
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # the scripts are run by path and know each other as `scripts`

from headgate.cli import options
from headgate.errors import HeadgateError
from scripts.generated_shop.row_progress import written_rows
from scripts.online_retail.import_shop import import_online_retail
from scripts.online_retail.uci import fetch, find_source


@click.command(epilog=options.example("python scripts/import_online_retail.py /tmp/online_retail"))
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
@click.option(
    "--defect-rate",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Defective rows per clean row of the tables that are generated.",
)
@options.as_json
def main(folder: Path, source: Path | None, fetched: Path | None, defect_rate: float) -> None:
    """Convert UCI Online Retail II into the tables of the shop.

    What that data does not have (payments, card transactions, searches) is generated for its customers and
    orders.
    """
    try:
        with written_rows(options.progress_console()) as progress:
            path = source or (fetch(fetched, progress) if fetched else find_source())
            if path is None:
                raise click.ClickException(
                    "The data set Online Retail II was not found. Download it with --fetch FOLDER, or "
                    "set HEADGATE_DATA to its folder."
                )
            made = import_online_retail(path, folder, progress, defect_rate=defect_rate)
    except HeadgateError as error:
        raise click.ClickException(str(error)) from error
    fact = {
        "summary": made.summary,
        "rows": made.rows,
        "lines": made.lines,
        "repeats": made.repeats,
        "amount": str(made.amount),
    }
    options.show(
        fact, lambda: f"{made.summary.removesuffix('.')}. Next: headgate upload {shlex.quote(str(folder))}"
    )


if __name__ == "__main__":
    main()
