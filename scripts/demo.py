"""Take half a million invoice lines through the whole lake on this machine, and show what became of them.

Examples:
    python scripts/demo.py
    python scripts/demo.py --keep          # leave the lake running, to query it

Exit code 0 when all of it worked, 1 when something failed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1])
)  # the scripts are run by path and know each other as `scripts`

from headgate.cli import command_deployment
from headgate.cli.commands.files import files
from headgate.cli.commands.operations import pipeline, report
from headgate.contracts.registry import Registry
from headgate.errors import HeadgateError
from headgate.lake.states import FileState
from headgate.uploads.select_files import select_files
from headgate.wiring import api
from scripts import deploy
from scripts.deployment.first_login import last_screen, new_login
from scripts.emulator import emulator
from scripts.terraform_cli import STATE, TerraformError

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "demo"
IMPORTER = Path(__file__).with_name("import_online_retail.py")
GENERATOR = Path(__file__).with_name("sample_shop.py")
GENERATED_ORDERS = 100_000  # about half a million lines, as many as Online Retail II has
DEFECT_RATE = "0.01"  # of the generated tables, so that the gate has something to refuse
GATE_TIMEOUT_S = 600
RUN_TIMEOUT_S = 900
NO_DEBOUNCE_S = 3600  # the demo starts its run itself


class DemoError(Exception):
    """A step of the demo failed. The message is for a person."""


def demo(console: Console, *, keep: bool) -> bool:
    """Return whether every system published. The emulator is stopped at the end unless `keep`."""
    folder = STATE / NAME
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    began = time.monotonic()
    try:
        with start_data(data) as making:
            console.rule("1 of 4  Deploy the lake with Terraform, and make the data beside it")
            deploy_lake(folder)
            console.print(await_data(making))
        complete = run_through(console, folder, data, began)
        if keep:
            deployed = command_deployment.find(NAME)
            login = new_login(api.users(deployed.environment))
            console.print(
                last_screen(deployed.environment["HEADGATE_CONSOLE_URL"], login, NAME),
                highlight=False,
                soft_wrap=True,
            )
        return complete
    finally:
        if not keep:
            emulator.stop(folder)
            console.print(
                "The emulator is stopped. `make demo KEEP=1` leaves it running, `make "
                "deploy-localstack` gives you a lake that stays."
            )


def deploy_lake(folder: Path) -> None:
    """Deploy the lake on its own emulator."""
    target = deploy.emulator_target(folder, own=True)
    variables = {"platform": "emulator", "region": target.region, "quiet_s": str(NO_DEBOUNCE_S)}
    deploy.apply(target, folder, variables, ask=False)


def run_through(console: Console, folder: Path, data: Path, began: float) -> bool:
    """Return whether the data went from raw to answers; print each step."""
    deployed = command_deployment.activate(NAME)
    console.rule("2 of 4  Through the gate: validate, mask, deduplicate")
    sent = select_files([str(data)], "", Registry.load().source, sys.stdin.buffer)
    _, records = files.through_the_gate(deployed, sent, timeout_s=GATE_TIMEOUT_S, console=console)
    rejected = [record for record in records if record.state is FileState.REJECTED]
    if rejected:
        console.print(files.rejections(rejected), crop=False)
    console.rule("3 of 4  Merge, Great Expectations gate, five systems, publish, crawl")
    ended = pipeline.watched_run(deployed, {}, timeout_s=RUN_TIMEOUT_S, console=console)
    if ended.cause:
        console.print(f"[red]{ended.error}[/red] {ended.cause}")
    console.rule("4 of 4  What became of it")
    console.print(report.screen(*report.collect(deployed), steps=report.next_steps(deployed)), crop=False)
    page = report.write_page(deployed, folder / "report.html")
    console.print(
        f"Report page: {folder.relative_to(STATE.parent)}/report.html (alerts: {len(page['alerts'])})"
    )
    console.print(
        f"From nothing to answers in {time.monotonic() - began:.0f} s. State and logs: "
        f"{folder.relative_to(STATE.parent)}/"
    )
    return ended.status == "SUCCEEDED"


def start_data(folder: Path) -> subprocess.Popen[bytes]:
    """Start the process that writes the demo's data: Online Retail II if available, else a generated shop."""
    return subprocess.Popen(
        [sys.executable, *_data_command(), str(folder), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _data_command() -> Sequence[str]:
    from scripts.online_retail.uci import find_source  # noqa: PLC0415 loads pyarrow, after the first line is on screen

    if find_source() is not None:
        return [str(IMPORTER), "--defect-rate", DEFECT_RATE]
    return [str(GENERATOR), "--orders", str(GENERATED_ORDERS), "--customers", "8000"]


def await_data(making: subprocess.Popen[bytes]) -> str:
    """Return a line about the data once they are written."""
    out, err = making.communicate()
    if making.returncode:
        raise DemoError(f"the data could not be made: {err.decode(errors='replace')[-2000:]}")
    return f"Data: {json.loads(out)['summary']}"


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", action="store_true", help="leave the lake running at the end")
    asked = parser.parse_args()
    try:
        return 0 if demo(Console(), keep=asked.keep) else 1
    except (
        DemoError,
        deploy.MissingError,
        TerraformError,
        emulator.EmulatorError,
        HeadgateError,
        click.ClickException,
    ) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
