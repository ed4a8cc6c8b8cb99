"""Schemathesis: requests that docs/openapi.json permits, and requests that it forbids, sent to an API."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
RULES = Path(__file__).parent / "schemathesis.toml"


def failures(url: str, headers: dict[str, str], folder: Path, *options: str, timeout_s: int) -> str:
    """Return what the API answered otherwise than its document says; empty when every answer fits.

    Args:
        headers: sent with each request.
        folder: where Schemathesis keeps its files.
        options: phases, number of examples and operations to leave out, as `st run --help` lists them.
    """
    program = shutil.which("st", path=str(Path(sys.executable).parent))
    assert program
    sent = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    bounds = ["--seed", "1", "--no-shrink", "--no-color", "--request-timeout", "20", "--warnings", "off"]
    command = [
        program,
        "--config-file",
        str(RULES),
        "run",
        str(ROOT / "docs" / "openapi.json"),
        "--url",
        url,
        *sent,
        *bounds,
        *options,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout_s, check=False)
    # A request may be a megabyte of one line; what the API answered stands in short ones.
    lines = [line[:400] for line in (done.stdout + done.stderr).splitlines()]
    return "" if done.returncode == 0 else "\n".join(lines)[-8_000:]
