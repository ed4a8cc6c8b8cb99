"""How much of a domain lies outside it: the engine's words, and the lake projects of examples/.

The example of a bike share needs no line of the engine: its lines are counted, and files outside it that have
a word of it. Its system and the models of the airports are built from local files. Their SQL, and then a rule
of a contract, is edited and pushed to a deployed lake. Last, a copy of the repository without the retail
domain deploys a lake.

Prints one JSON object in its last line: engine_words (lines of the engine with a word of a domain),
lines_bike_share, files_edited_outside, models_local_s (the slower of both, wall time, the least of three
processes), push_s and push_contract_s (from an edit of SQL, and of a contract, until it is in use in a lake,
wall time, the least of three), deploy_without_retail (1 or 0).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.domains.discovery import package_domains
from tests.e2e.lakes import deployed
from tests.unit.test_engine_words import engine_files, lines_with_words

if TYPE_CHECKING:
    from tests.e2e.lakes import Lake

ROOT = Path(__file__).parents[2]
BIKES, AIRPORTS = ROOT / "examples" / "bike-share", ROOT / "examples" / "airports"
WORDS_OF_BIKES = ("bike-share", "hourly-demand", "demand-quality", "rentals")
ROUNDS = 3
HEADGATE = [sys.executable, "-m", "headgate.cli.main"]


def main() -> None:
    """Print the figures."""
    words = tuple(word for domain in package_domains().values() for word in domain.words)
    figures = {
        "engine_words": sum(lines_with_words(engine_files(), words).values()),
        "lines_bike_share": sum(
            len(path.read_text(encoding="utf-8").splitlines()) for path in files_of(BIKES)
        ),
        "files_edited_outside": len(lines_with_words(engine_files(), WORDS_OF_BIKES)),
        "models_local_s": models_local_s(),
        **pushes_s(),
        "deploy_without_retail": deploys_without_retail(),
    }
    print(json.dumps(figures))


def files_of(project: Path) -> list[Path]:
    """Return the files that a lake project consists of, without its page."""
    kinds = {".csv", ".py", ".sql", ".toml", ".txt", ".yaml"}
    return [
        path
        for path in sorted(project.rglob("*"))
        if path.suffix in kinds and "__pycache__" not in path.parts
    ]


def models_local_s() -> float:
    """Return the seconds until the tables of an example are built from local files, of the slower one."""
    with tempfile.TemporaryDirectory() as folder:
        rentals = Path(folder) / "rentals.csv"
        subprocess.run(
            [sys.executable, str(BIKES / "generate.py"), str(rentals)],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        system = least_s(BIKES, "systems", "run", "hourly-demand", "--local", "--data", folder)
        models = least_s(AIRPORTS, "models", "run", "--local", "--data", str(AIRPORTS / "data"))
    return max(system, models)


def least_s(project: Path, *arguments: str) -> float:
    """Return the wall time of a command in a lake project, in seconds: the least of a few processes."""
    environment = {**os.environ, "HEADGATE_PROJECT": str(project)}
    durations = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        subprocess.run(
            [*HEADGATE, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True
        )
        durations.append(time.perf_counter() - begun)
    return round(min(durations), 2)


def pushes_s() -> dict[str, float]:
    """Return the seconds from an edit until its version is in use in a lake: of SQL, and of a rule."""
    with tempfile.TemporaryDirectory() as folder:
        project = shutil.copytree(AIRPORTS, Path(folder) / "lake")
        (model,) = (project / "models").glob("*.sql")
        contract = project / "contracts" / "source" / "weather.yaml"
        rule = "physicalType: DECIMAL(10,2)\n    logicalTypeOptions: {{maximum: {} }}\n"
        with deployed("bench-push", "quiet_s=3600", project=project) as lake:
            return {
                "push_s": _push_s(lake, model, "a.name,", "'{}' as name,"),
                "push_contract_s": _push_s(lake, contract, "physicalType: DECIMAL(10,2)\n", rule),
            }


def _push_s(lake: Lake, file: Path, old: str, new: str) -> float:
    """Return the least wall time of a few pushes, each with a number of its own in the new text."""
    text, durations = file.read_text(encoding="utf-8"), []
    for number in range(1, ROUNDS + 1):
        file.write_text(text.replace(old, new.format(number), 1), encoding="utf-8")
        begun = time.perf_counter()
        version = lake.headgate("push", "--yes")["version"]
        durations.append(time.perf_counter() - begun)
        if lake.headgate("push", "--list")["current"]["version"] != version:
            raise SystemExit("The pushed version is not in use.")
    return round(min(durations), 2)


def deploys_without_retail() -> int:
    """Return 1 if a copy without the retail domain deploys a lake, which publishes tables."""
    test = [sys.executable, "-m", "pytest", "-q", "tests/e2e/test_without_retail.py", "-k", "publishes"]
    return int(subprocess.run(test, cwd=ROOT, stdout=sys.stderr, check=False).returncode == 0)


if __name__ == "__main__":
    main()
