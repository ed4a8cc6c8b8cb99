"""How many lines a domain outside the package takes: those of an example's files, without data and lock
files.
"""

from __future__ import annotations

from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
_NOT_COUNTED = {"data", "__pycache__"}


def lines_of(example: Path) -> int:
    """Return the lines of an example's files, except its data and `requirements.txt`, which is a lock."""
    files = [path for path in example.rglob("*") if path.is_file() and path.name != "requirements.txt"]
    counted = [path for path in files if _NOT_COUNTED.isdisjoint(path.relative_to(example).parts)]
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in counted)
