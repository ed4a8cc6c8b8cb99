"""Run experiments A to H on a deployed lake, or compare two runs. The last line is JSON.

Examples:
    python -m benchmarks.experiments run emulator
    python -m benchmarks.experiments run aws --name aws --safe
    python -m benchmarks.experiments privileges --name local
    python -m benchmarks.experiments compare build/experiments/emulator.json build/experiments/aws.json
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.deployed.deployed_lake import ROOT
from benchmarks.experiments import faults, measures, report
from benchmarks.experiments.deployed import Target
from benchmarks.experiments.fidelity import fidelity
from benchmarks.experiments.privileges import (
    grants_of,
    keep_grants,
    kept_grants,
    outdated_reasons,
    privileges,
    read_reasons,
    reason_for,
    recorded_calls,
    roles_of,
    spare_grants,
    unused_grants,
    used_grants,
)
from benchmarks.experiments.results import Case, Measure, Results, environment
from benchmarks.experiments.workload import work
from headgate.errors import HeadgateError
from scripts.emulator import emulator
from scripts.terraform_cli import STATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

OUT = ROOT / "build" / "experiments"
OWN = "experiments"  # the deployment on an emulator that the experiments make and destroy
# Seconds that each may take on an emulator; together with the deployment they fit into 15 minutes on two
# cores.
BUDGETS_S = {"B": 45, "C": 45, "D": 60, "F": 120, "G": 90, "H": 150, "E": 10}
EXPERIMENTS: dict[str, Callable[[Target, float], Iterable[Measure | Case]]] = {
    "B": measures.latency,
    "C": faults.deliveries,
    "D": faults.failures,
    "F": measures.file_sizes,
    "G": measures.parallel,
    "H": faults.permissions,
    "E": measures.cost,  # last: from what the others used
}
UNSAFE = {"D": "It sends broken messages, which raise alarms.", "H": "It changes permissions."}
AWS_USD = (
    2.0  # more than a run on AWS costs: about 300 MB of CSV through the gate, and less than 10,000 requests
)


def run(target: Target, only: set[str]) -> Results:
    """Run the experiments; one that fails is noted and does not stop the others."""
    began = time.monotonic()
    results = Results(target.platform, datetime.now(UTC).isoformat(timespec="seconds")[:-6], environment())
    if target.name == OWN:
        for result in _deployment(target.name):
            results.add(result)
    else:
        results.not_run["A"] = (
            "The lake was deployed before; `make deploy-localstack` and `make deploy-aws` print their time."
        )
    for letter, experiment in EXPERIMENTS.items():
        if only and letter not in only:
            results.not_run[letter] = "It was not asked for."
        elif target.safe and letter in UNSAFE:
            results.not_run[letter] = UNSAFE[letter]
        else:
            _run_one(letter, lambda of=experiment, key=letter: of(target, BUDGETS_S[key]), results)  # type: ignore[misc]
    results.seconds = round(time.monotonic() - began, 1)
    return results


def _run_one(letter: str, experiment: Callable[[], Iterable[Measure | Case]], results: Results) -> None:
    began = time.monotonic()
    try:
        for result in experiment():
            results.add(result)
    except (HeadgateError, OSError) as error:
        results.not_run[letter] = f"It stopped: {error}"
    print(f"{letter}  {report.NAMES[letter]}: {time.monotonic() - began:.0f} s", flush=True)


def _deployment(name: str) -> Iterator[Measure | Case]:
    """A: time of a first deployment, and of one that changes nothing."""
    for what in ("first deployment", "deployment without changes"):
        began = time.monotonic()
        command = [sys.executable, "scripts/deploy.py", "apply", "emulator", "--name", name, "--own"]
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        yield Case("A", "control", f"{what} succeeds", "0", str(done.returncode))
        if done.returncode:
            raise SystemExit(f"The lake was not deployed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        yield Measure(
            "A", what, "s", (time.monotonic() - began,), headline="~30 s" if what.startswith("first") else ""
        )
        print(f"A  {what}: {time.monotonic() - began:.0f} s", flush=True)


def _agree(name: str, limit_usd: float) -> None:
    if limit_usd < AWS_USD:
        raise SystemExit(
            f"A run on AWS may cost up to {AWS_USD} USD; the ceiling is {limit_usd} USD. Give "
            f"--ceiling-usd {AWS_USD}."
        )
    answer = input(
        f"Send test files into the lake {name} on AWS, for at most {AWS_USD} USD? They stay in it. (yes/no) "
    )
    if answer.strip().lower() != "yes":
        raise SystemExit("Nothing was done.")


def _write(results: Results) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{results.target}.json").write_text(results.to_json(), encoding="utf-8")
    (OUT / f"{results.target}.html").write_text(report.page(results), encoding="utf-8")
    (OUT / f"{results.target}.md").write_text(report.form(results), encoding="utf-8")
    failed = [
        f"{item.experiment}: {item.name}: {item.outcome}. {item.reason}".rstrip(". ")
        for item in results.cases
        if not item.passed
    ]
    print("\n".join(f"not as expected: {item}" for item in failed))
    print(f"{OUT / results.target}.html")
    if results.target == "aws":
        print(f"Complete {OUT / results.target}.md and send it: docs/operate/experiments.md says how.")
    medians = {
        f"{item.experiment} {item.name}" + (f" {item.at:.0f}" if item.at else ""): round(item.median, 3)
        for item in results.measures
    }
    print(
        json.dumps(
            {
                "seconds": results.seconds,
                "cases": len(results.cases),
                "not_as_expected": len(failed),
                **medians,
            }
        )
    )


def compare(emulator: Path, aws: Path) -> None:
    """Write the page of both runs; without a run on AWS every agreement is `not measured`."""
    here = Results.from_json(emulator.read_text(encoding="utf-8"))
    there = Results.from_json(aws.read_text(encoding="utf-8")) if aws.is_file() else None
    (OUT / "compared.html").write_text(report.page(here, there), encoding="utf-8")
    print(OUT / "compared.html")
    vector = fidelity(here, there)
    summary = {
        comparison.category: {
            "false_passes": comparison.false_passes,
            "agreement": comparison.agreement,
            "coverage": comparison.coverage,
        }
        for comparison in vector
    }
    print(json.dumps(summary))


def compare_privileges(target: Target, *, keep: bool) -> int:
    """Print, for each role of a function or job, its grants beside the calls that our own emulator recorded.

    Args:
        keep: add what was used to the record in the repository.

    Returns:
        How many calls were refused for want of a grant, grants are spare, and reasons are outdated.
    """
    iam, roles = target.client("iam"), roles_of(target.outputs, target.client("glue"))
    granted = {name: grants_of(iam, role) for name, role in sorted(roles.items())}
    here = used_grants(target.calls_path, roles)
    if keep:
        keep_grants(here, granted)
    kept, reasons = kept_grants(), read_reasons()
    unused = unused_grants(granted, {name: here[name] | kept.get(name, set()) for name in granted})
    missing = {}
    for name, role in roles.items():
        calls = recorded_calls(target.calls_path, role)
        if refused := privileges(
            role, {granted_action.action for granted_action in granted[name]}, calls
        ).missing:
            missing[name] = refused
    for name, grants in granted.items():
        print(
            f"{name}: {len(grants)} grants, {len(here[name])} used here, "
            f"{len(grants) - len(unused.get(name, ()))} in a record"
        )
        for grant in sorted(unused.get(name, ())):
            reason = reason_for(name, grant, reasons)
            print(f"  {grant}: " + (f"not exercised; used by {reason.scenario}" if reason else "SPARE"))
    spare, outdated = spare_grants(unused, reasons), outdated_reasons(granted, unused, reasons)
    counts = {"roles": len(granted), "grants": sum(map(len, granted.values()))}
    not_exercised = sum(map(len, unused.values())) - len(spare)
    print(
        json.dumps(
            {
                **counts,
                "not_exercised": not_exercised,
                "missing": missing,
                "spare": spare,
                "outdated_reasons": outdated,
            }
        )
    )
    return len(missing) + len(spare) + len(outdated)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run")
    running.add_argument("platform", choices=["emulator", "aws"])
    running.add_argument(
        "--name", default="", help="deployment below .headgate/; on an emulator one of its own by default"
    )
    running.add_argument("--only", default="", help="letters, for example BFG")
    running.add_argument(
        "--safe",
        action="store_true",
        help="break nothing, change no permission, and send no file above 10 MB and no more than 16 at once",
    )
    running.add_argument(
        "--ceiling-usd", type=float, default=5.0, help="refuse a run on AWS that may cost more"
    )
    least = commands.add_parser("privileges")
    least.add_argument("--name", required=True, help="deployment on our own emulator")
    least.add_argument(
        "--work",
        action="store_true",
        help="first do work that a usual day does not; it needs a deployment of its own",
    )
    least.add_argument(
        "--keep", action="store_true", help="add the calls of this deployment to the record in the repository"
    )
    comparing = commands.add_parser("compare")
    comparing.add_argument("emulator", type=Path, nargs="?", default=OUT / "emulator.json")
    comparing.add_argument("aws", type=Path, nargs="?", default=OUT / "aws.json")
    asked = parser.parse_args()
    if asked.command == "compare":
        compare(asked.emulator, asked.aws)
        return
    if asked.command == "privileges":
        if asked.work:
            for step, seconds in work(Target(asked.name, "emulator")):
                print(f"{step}: {seconds:.0f} s", flush=True)
        raise SystemExit(1 if compare_privileges(Target(asked.name, "emulator"), keep=asked.keep) else 0)
    if asked.platform == "aws":
        _agree(asked.name or "aws", asked.ceiling_usd)
    target = Target(
        asked.name or (OWN if asked.platform == "emulator" else "aws"), asked.platform, asked.safe
    )
    try:
        _write(run(target, set(asked.only)))
    finally:
        if target.platform == "emulator" and target.name == OWN:
            emulator.stop(STATE / OWN)  # the lake ends with it; a destroy would take minutes
            shutil.rmtree(STATE / OWN, ignore_errors=True)


if __name__ == "__main__":
    main()
