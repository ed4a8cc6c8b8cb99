"""Five sources from clone to chart, by Headgate and by dlt, dbt and Great Expectations.

    make comparison

It writes the table of docs/comparison.md. Headgate: a fresh clone is set up, the sources are drafted, a lake
is deployed to an emulator of its own, files are sent, tables built, questions and a chart asked. Clone,
deployment and run are shared by the five sources and counted in full to each. The peers' code is in `peers/`;
its environment exists when the clock starts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.open_lake.unseen_sources import sources_in

if TYPE_CHECKING:
    from benchmarks.open_lake.unseen_sources import Source

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("HEADGATE_DATA", ROOT.parent / "shared" / "data"))
PEER = ROOT / ".headgate" / "peers-open" / "bin" / "python"
PEERS = Path(__file__).parent / "peers"
PAGE = ROOT / "docs" / "comparison.md"
BEGIN, END = "<!-- `make comparison` writes the lines below -->\n", "<!-- until here -->\n"
NAME = "compare"
_SOME_REFUSED_EXIT = 3
_NOTHING = "none"
_HEAD = (
    "## Five sources that nobody had seen",
    "",
    "`make comparison` brings five files from a fresh clone to a chart, and the same files through dlt into DuckDB, with a model and tests of dbt and a suite of Great Expectations. *Silently wrong* is an answer that differs from the known one and that no tool named.",  # noqa: E501 a line of the page
    "",
    "| source | Headgate: lines typed | seconds to the chart | named by the gate | silently wrong | dlt + dbt + Great Expectations: lines | seconds | named by a test | silently wrong |",  # noqa: E501 a line of the page
    "|---|---|---|---|---|---|---|---|---|",
)
_NOTES = """The peers share {shared} further lines (`benchmarks/open_lake/peers/peer.py`), draw no chart, and their seconds begin with an environment that is installed. Their code is what we write first for such a file; who knows the file better writes a test more. Headgate's seconds count the clone with `make setup`, one deployment to an emulator and one run in full to each source."""  # noqa: E501 a line of the page


@dataclass
class Outcome:
    """The result of one side for one source.

    Attributes:
        reported: how many of the source's defects the tools named.
    """

    lines: int = 0
    seconds: float = 0.0
    answers: list[str] = field(default_factory=list)
    reported: str = ""

    def wrong(self, source: Source) -> list[str]:
        """Return the questions with another answer than the known one."""
        return [
            f"{question.words}: {answer}, not {question.truth}"
            for question, answer in zip(source.questions, self.answers, strict=True)
            if answer != question.truth
        ]


class Lake:
    """A lake project and its deployment, driven by commands; each is a line that a person types."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *command: str, accepted: tuple[int, ...] = (0,)) -> tuple[str, float]:
        """Return what a command printed and its seconds."""
        project = {"HEADGATE_PROJECT": str(self.folder)} if self.folder.exists() else {}
        began = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | project, capture_output=True, text=True, check=False
        )
        if done.returncode not in accepted:
            raise SystemExit(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout, time.monotonic() - began

    def headgate(self, *arguments: str, accepted: tuple[int, ...] = (0,)) -> tuple[str, float]:
        """The same of a command of Headgate."""
        return self.run(sys.executable, "-m", "headgate.cli.main", *arguments, accepted=accepted)


def by_headgate(sources: tuple[Source, ...], folder: Path) -> dict[str, Outcome]:
    """Bring all sources to a chart in one lake."""
    lake, outcomes = Lake(folder / "lake"), {source.name: Outcome() for source in sources}
    shared = _set_up(folder)
    contracts = str(lake.folder / "contracts" / "source")
    for number, source in enumerate(sources):
        arguments = ("contract", "init", str(source.path), "--output", contracts) if number else (
            "init", str(lake.folder), str(source.path)
        )  # fmt: skip
        outcomes[source.name].seconds = lake.headgate(*arguments)[1]
        outcomes[source.name].lines = 1
    deploying = [sys.executable, "scripts/deploy.py"]
    shared += lake.run(*deploying, "apply", "emulator", "--name", NAME, "--own", "--yes")[1]
    try:
        for source in sources:
            _send(lake, source, outcomes[source.name])
        shared += lake.headgate("run", "--deployment", NAME)[1]
        for source in sources:
            _ask(lake, source, outcomes[source.name])
    finally:
        lake.run(*deploying, "destroy", "emulator", "--name", NAME, "--yes")
    for outcome in outcomes.values():
        outcome.seconds += shared
        outcome.lines += 4  # make setup, the environment, make deploy-localstack, headgate run
    return outcomes


def _set_up(folder: Path) -> float:
    """Clone and set up as a new user does; the environment of this clone does the rest."""
    began = time.monotonic()
    subprocess.run(["git", "clone", "-q", ROOT, folder / "clone"], check=True)
    subprocess.run(["make", "setup"], cwd=folder / "clone", check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def _send(lake: Lake, source: Source, outcome: Outcome) -> None:
    sent = ("upload", str(source.path), "--dataset", source.name, "--deployment", NAME, "--json")
    printed, seconds = lake.headgate(*sent, accepted=(0, _SOME_REFUSED_EXIT))
    outcome.seconds += seconds
    outcome.lines += 1
    (counts,) = json.loads(printed)["datasets"]
    named = {name: counts[name] for name in ("quarantined", "duplicates")}
    named["masked"] = sum(counts["masked"].values())
    outcome.reported = ", ".join(f"{value} {name}" for name, value in named.items() if value)


def _ask(lake: Lake, source: Source, outcome: Outcome) -> None:
    table = source.name
    for question in source.questions:
        printed, seconds = lake.headgate(
            "query", question.lake.format(table=table), "--json", "--deployment", NAME
        )
        ((answer,),) = [list(row.values()) for row in json.loads(printed)]
        outcome.answers.append(str(answer))
        outcome.seconds += seconds
        outcome.lines += 1
    printed, seconds = lake.headgate("query", source.chart.format(table=table), "--deployment", NAME)
    if "#" not in printed:
        raise SystemExit(f"{source.name} has no chart: {printed[-500:]}")
    outcome.seconds += seconds
    outcome.lines += 1


def by_peers(source: Source) -> Outcome:
    """Bring one source to tables by dlt, dbt and Great Expectations."""
    done = subprocess.run(
        [PEER, PEERS / "peer.py", source.name, source.path],
        input=json.dumps([question.peer for question in source.questions]),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{source.name}: {done.stderr[-2000:]}")
    facts = json.loads(done.stdout.splitlines()[-1])
    lines = sum(_lines(PEERS / f"{source.name}.{ending}") for ending in ("py", "sql", "yml"))
    return Outcome(lines, facts["seconds"], facts["answers"], ", ".join(facts["reported"]))


def _lines(path: Path) -> int:
    return sum(1 for line in path.read_text("utf-8").splitlines() if line.strip())


def _page(sources: tuple[Source, ...], lake: dict[str, Outcome], peers: dict[str, Outcome]) -> str:
    shared = _lines(PEERS / "peer.py")
    rows = [
        f"| {source.about} | {_cells(source, lake[source.name])} | {_cells(source, peers[source.name])} |"
        for source in sources
    ]
    return "\n".join([*_HEAD, *rows, "", _NOTES.format(shared=shared), ""])


def _cells(source: Source, outcome: Outcome) -> str:
    wrong = "; ".join(outcome.wrong(source))
    return f"{outcome.lines} | {outcome.seconds:.0f} | {outcome.reported or _NOTHING} | {wrong or _NOTHING}"


def main() -> None:
    """Measure both sides, write the table, and print the figures as JSON."""
    with tempfile.TemporaryDirectory(prefix="headgate-compare-") as name:
        folder = Path(name)
        sources = sources_in(folder, DATA)
        peers = {source.name: by_peers(source) for source in sources}
        lake = by_headgate(sources, folder)
        text = _page(sources, lake, peers)
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        written = before.rstrip("\n") + "\n\n" + BEGIN + text + END + rest.partition(END)[2]
        PAGE.write_text(written, "utf-8")
        silently = {
            side: sum(len(outcomes[source.name].wrong(source)) for source in sources)
            for side, outcomes in (("headgate", lake), ("peers", peers))
        }
        slowest = max(outcome.seconds for outcome in lake.values())
        print(json.dumps({"sources": len(sources), "slowest_s": round(slowest), "silently_wrong": silently}))


if __name__ == "__main__":
    main()
