"""How much processor time a command takes to start: `headgate --help`, and `headgate files` up to its first
request.

The reference is `python -c "import click, botocore.session"`: the two libraries that every command of the
lake needs.
Bytecode is compiled first, as an installation compiles it. Each figure is the least of five processes.

Prints one JSON object in its last line: help_cpu_s, list_cpu_s, reference_cpu_s, all in seconds of processor
time.
"""

from __future__ import annotations

import compileall
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROUNDS = 5
TIMEOUT_S = 60
COMMAND = [sys.executable, "-c", "import sys; from headgate.cli.entry import main; sys.exit(main())"]


def main() -> None:
    """Print the three figures."""
    compileall.compile_dir(ROOT / "headgate", quiet=1)
    figures = {
        "help_cpu_s": least(lambda: until_end([*COMMAND, "--help"])),
        "list_cpu_s": least(until_first_request),
        "reference_cpu_s": least(lambda: until_end([sys.executable, "-c", "import click, botocore.session"])),
    }
    print(json.dumps(figures))


def least(measure) -> float:  # noqa: ANN001 any function without arguments
    """Return the least of a few measurements after one that warms the file cache, in seconds."""
    measure()
    return round(min(measure() for _ in range(ROUNDS)), 3)


def until_end(command: list[str]) -> float:
    """Return the processor time of a process, in seconds."""
    before = os.times()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def until_first_request() -> float:
    """Return the processor time of `headgate files` when its first connection arrives, in seconds."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(TIMEOUT_S)
        lake = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.getsockname()[1]}",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "HEADGATE_RAW_BUCKET": "raw",
            "HEADGATE_FILES_TABLE": "files",
        }
        process = subprocess.Popen(
            [*COMMAND, "files"], cwd=ROOT, env=os.environ | lake, stdout=subprocess.DEVNULL
        )
        try:
            server.accept()
            return cpu_s(process.pid)
        finally:
            process.kill()
            process.wait()


def cpu_s(pid: int) -> float:
    """Return the user and system time that a running process has used, in seconds.

    Source: proc(5), /proc/<pid>/stat.
    """
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
