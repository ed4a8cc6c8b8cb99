"""What `headgate contract init` makes of every file below a folder.

A file is `accepted` when the contract that was drafted from it accepts all of its rows, `some_rows_refused` when it refuses some (rows of
another width, or values that the draft names), and `no_contract` when the reason why none can be drafted is given in one error message.
`broken` is a contract that does not load or refuses its own sample, and any other error; the script then ends with 1.
Files of equal bytes are drafted from once and counted each.

Example:
    python -m benchmarks.contracts.drafts ../shared/data      # archives (.tar.gz) are opened; two processes work side by side
"""

from __future__ import annotations

import argparse
import json
import os
import tarfile
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from headgate.cli.commands.project.contract_files import check_sample
from headgate.drafts.draft_contract import draft
from headgate.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCEPTED, SOME_REFUSED, NO_CONTRACT, BROKEN = "accepted", "some_rows_refused", "no_contract", "broken"


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of every file, those in archives too, in the order of their names."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.name.endswith(".tar.gz"):
            with tarfile.open(path) as archive:
                for member in archive:
                    if member.isfile() and (held := archive.extractfile(member)):
                        yield f"{path.name}/{member.name}", held.read()
        else:
            yield str(path.relative_to(folder)), path.read_bytes()


def outcome(body: bytes) -> tuple[str, str]:
    """What becomes of one file, and why."""
    try:
        drafted = draft(body, "sample", strict=False)
    except BadInputError as error:
        return NO_CONTRACT, error.rule
    except Exception as error:  # noqa: BLE001 every other error is a defect, to be counted
        return BROKEN, f"{type(error).__name__} at {traceback.extract_tb(error.__traceback__)[-1].name}"
    try:
        gated = check_sample(drafted, body).gated
    except click.ClickException:
        return NO_CONTRACT, "no row is a row of one table"
    except Exception as error:  # noqa: BLE001 the draft does not load, or refuses its own sample
        return BROKEN, f"{type(error).__name__}: {getattr(error, 'rule', error)}"
    return (SOME_REFUSED, ", ".join(gated.counts.reasons)) if gated.counts.quarantined else (ACCEPTED, "")


def main() -> int:
    """Draft from every file and print the counts; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path, nargs="?", default=Path(os.environ.get("HEADGATE_DATA", "../shared/data")))
    parser.add_argument("--every", type=int, default=1, help="take one file of so many")
    parser.add_argument("--match", default="", help="take files with this text in their names")
    parser.add_argument("--workers", type=int, default=2, help="processes that draft side by side")
    args = parser.parse_args()
    found: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    named: dict[bytes, list[str]] = {}
    for name, body in islice(((name, body) for name, body in files(args.data) if args.match in name), 0, None, args.every):
        named.setdefault(body, []).append(name)
    with ProcessPoolExecutor(args.workers) as processes:
        for names, (became, why) in zip(named.values(), processes.map(outcome, named, chunksize=8), strict=True):
            found[became] += len(names)
            reasons[became, why] += len(names)
            if became == BROKEN:
                click.echo("\n".join(f"broken: {name}: {why}" for name in names))
    for (became, why), count in sorted(reasons.items()):
        click.echo(f"{count:6}  {became}  {why}")
    every = {name: found[name] for name in (ACCEPTED, SOME_REFUSED, NO_CONTRACT, BROKEN)}
    click.echo(json.dumps({"files": found.total(), **every}))
    return 1 if found[BROKEN] else 0


if __name__ == "__main__":
    raise SystemExit(main())
