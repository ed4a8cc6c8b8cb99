"""Draft a contract from every file below a folder, as `headgate contract init` does, and check that each
record is counted.

A file is `accepted` when the contract that was drafted from it accepts all of its rows, `some_rows_refused`
when it refuses some (rows of another width, or values that the draft names), and `no_contract` when the
reason why none can be drafted is given in one error message. `broken` is a contract that does not load or
refuses its own sample, and any other error.

Another reader counts the records of each file (`independent_rows`). `lost` are records that are neither
received rows nor counted as header lines, skipped lines or rows of left out sheets. `unexplained` are records
that the file does not have, and lines above the rows that are no header of the file: rows that were taken for
a header. The script ends with 1 unless all three are 0 and no file takes more than 25 seconds. Pollock's
archive states for each file how it is written, and has its clean version, whose number of records is right,
too. Files of equal bytes are drafted from once and counted each. Seconds are CPU time.

Example:
    python -m benchmarks.contracts.drafts ../shared/data      # archives (.tar.gz) are opened; two processes
    work side by side
"""

from __future__ import annotations

import argparse
import json
import os
import re
import tarfile
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmarks.contracts.independent_rows import count_records
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import BadInputError
from headgate.local_files.draft_file import NoRowFitsError, check_sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WORTH_A_LINE_S, _LONGEST_S = 1.0, 25.0
ACCEPTED, SOME_REFUSED, NO_CONTRACT, BROKEN = "accepted", "some_rows_refused", "no_contract", "broken"
# The only files of the shared data without a header; their publishers say so.
NO_HEADER = {"cdnow/CDNOW_sample.txt", "queries/excite-small.log"}


@dataclass(frozen=True)
class Account:
    """The outcome of one file with its reason, its rows, and its records outside the table."""

    outcome: str
    why: str = ""
    received: int = 0
    lines_above: int = 0
    left_out: int = 0
    cpu_s: float = 0.0


@dataclass(frozen=True)
class Records:
    """The possible numbers of a file's records, and of the lines above its rows, header included."""

    totals: frozenset[int]
    lines_above: int


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of every file, those in archives too, in the order of their names."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.name.endswith(".tar.gz"):
            with tarfile.open(path) as archive:
                for member in archive:
                    if member.isfile() and (opened := archive.extractfile(member)):
                        yield f"{path.name}/{member.name}", opened.read()
        else:
            yield str(path.relative_to(folder)), path.read_bytes()


def account_of(body: bytes) -> Account:
    """Draft a contract from one file, check the file against it, and return what became of its records."""
    try:
        drafted = draft_from_sample(body, "sample", strict=False)
    except BadInputError as error:
        return Account(NO_CONTRACT, error.rule)
    except Exception as error:  # noqa: BLE001 every other error is a defect, to be counted
        return Account(
            BROKEN, f"{type(error).__name__} at {traceback.extract_tb(error.__traceback__)[-1].name}"
        )
    try:
        gated = check_sample(drafted, body).gated
    except NoRowFitsError:
        return Account(NO_CONTRACT, "no row is a row of one table")
    except Exception as error:  # noqa: BLE001 the draft does not load, or refuses its own sample
        return Account(BROKEN, f"{type(error).__name__}: {getattr(error, 'rule', error)}")
    counts, form = gated.counts, gated.counts.written_as
    if gated.accepted.num_rows + gated.quarantine_rows.num_rows != counts.received:
        return Account(BROKEN, "rows received are neither accepted nor in quarantine")
    above = int(form.get("header_lines", 0)) + int(form.get("skipped_lines", 0))
    left_out = sum(map(int, re.findall(r"\(rows: (\d+)\)", form.get("left_out", ""))))
    outcome, why = (SOME_REFUSED, ", ".join(counts.reasons)) if counts.quarantined else (ACCEPTED, "")
    return Account(outcome, why, counts.received, above, left_out)


def timed_account(body: bytes) -> Account:
    """Return the account of one file with the CPU time that it took."""
    started = time.process_time()
    account = account_of(body)
    return Account(**{**vars(account), "cpu_s": time.process_time() - started})


def records_of(name: str, contents: Mapping[str, bytes]) -> Records:
    """Count the records of a file by other readers, as its publisher says that it is written."""
    body, parameters = (
        contents[name],
        contents.get(f"{name.replace('/csv/', '/parameters/')}_parameters.json"),
    )
    if "/csv/" not in name or parameters is None:
        return Records(frozenset({count_records(body)} - {None}), 0 if name in NO_HEADER else 1)
    facts = json.loads(parameters)
    dialect: dict[str, Any] = {}
    if facts["delimiter"]:  # an empty file has none
        dialect = {"delimiter": facts["delimiter"].strip(" ") or " ", "quotechar": facts["quotechar"]}
        dialect |= {"skipinitialspace": True} if len(facts["delimiter"]) > 1 else {}
        dialect |= (
            {"escapechar": facts["escapechar"]} if facts["escapechar"] not in {"", facts["quotechar"]} else {}
        )
    clean = count_records(contents[name.replace("/csv/", "/clean/")])
    return Records(
        frozenset({count_records(body, dialect), clean} - {None}),
        facts["header_lines"] + facts["preamble_lines"],
    )


def imbalance(account: Account, records: Records) -> tuple[int, int]:
    """Return how many records of a file are lost, and how many that the account has are unexplained.

    A rejected file has neither.
    """
    if account.outcome in {NO_CONTRACT, BROKEN}:
        return 0, 0
    counted = account.received + account.lines_above + account.left_out
    eaten = max(0, account.lines_above - records.lines_above)
    if counted in records.totals or not records.totals:
        return 0, eaten
    return max(0, min(records.totals) - counted), eaten + max(0, counted - max(records.totals))


def report_progress(name: str, account: Account, done: int, total: int) -> None:
    """Write one line on the error stream for a slow file, and for every hundredth one."""
    if account.cpu_s > _WORTH_A_LINE_S or done % 100 == 0 or done == total:
        click.echo(
            f"{done}/{total} {name}: {account.outcome}, {account.received} rows, {account.cpu_s:.1f} s",
            err=True,
        )


def main() -> int:
    """Draft from every file and print the counts; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "data", type=Path, nargs="?", default=Path(os.environ.get("HEADGATE_DATA", "../shared/data"))
    )
    parser.add_argument("--every", type=int, default=1, help="take one file of so many")
    parser.add_argument("--match", default="", help="take files with this text in their names")
    parser.add_argument("--workers", type=int, default=2, help="processes that draft side by side")
    args = parser.parse_args()
    contents = dict(files(args.data))
    named: dict[bytes, list[str]] = {}
    chosen = [*islice((name for name in contents if args.match in name), 0, None, args.every)]
    records = {name: records_of(name, contents) for name in chosen}
    for name in chosen:
        named.setdefault(contents[name], []).append(name)
    accounts: dict[str, Account] = {}
    with ProcessPoolExecutor(args.workers) as processes:
        for names, account in zip(named.values(), processes.map(timed_account, named), strict=True):
            accounts |= dict.fromkeys(names, account)
            report_progress(names[0], account, len(accounts), len(chosen))
    wrong = {name: imbalance(account, records[name]) for name, account in accounts.items()}
    for (outcome, why), count in sorted(
        Counter((drafted.outcome, drafted.why) for drafted in accounts.values()).items()
    ):
        click.echo(f"{count:6}  {outcome}  {why}")
    for name, (lost, unexplained) in wrong.items():
        account = accounts[name]
        if lost or unexplained or account.outcome == BROKEN:
            click.echo(
                f"{name}: {account.outcome} {account.why}; {lost} lost, {unexplained} unexplained; {account}"
            )
    slowest = max(accounts, key=lambda name: accounts[name].cpu_s, default="")
    outcomes = Counter(account.outcome for account in accounts.values())
    verdict = {
        "files": len(accounts),
        "rows": sum(account.received for account in accounts.values()),
        "lost": sum(lost for lost, _ in wrong.values()),
        "unexplained": sum(unexplained for _, unexplained in wrong.values()),
        **{outcome: outcomes[outcome] for outcome in (ACCEPTED, SOME_REFUSED, NO_CONTRACT, BROKEN)},
        "slowest_s": round(accounts[slowest].cpu_s, 1) if slowest else 0.0,
        "slowest": slowest,
    }
    click.echo(json.dumps(verdict))
    too_slow = verdict["slowest_s"] > _LONGEST_S
    return 1 if verdict["lost"] or verdict["unexplained"] or verdict[BROKEN] or too_slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
