"""Build a wheel that deploys a lake without a clone, into build/dist/: the package, and in one archive the
Terraform root, functions, jobs, scripts and the built console.

Example:
    python scripts/packages/release.py
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # the scripts are run by path and know each other as `scripts`

from headgate.release import ARCHIVE
from scripts import console
from scripts.packages.build import ROOT, archive

DIST = ROOT / "build" / "dist"
PACKED = (
    "console",
    "crawlers",
    "glue_jobs",
    "lambdas",
    "pyproject.toml",
    "requirements",
    "scripts",
    "terraform",
)
LEFT_OUT = ("scripts/drills/", "terraform/tests/")


def deployment_archive() -> bytes:
    """Return the archive of a deployment's files in git, and of the built console."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *PACKED], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    names = [name for name in listed if not name.startswith(LEFT_OUT) and (ROOT / name).is_file()]
    console.build()
    built = [path.relative_to(ROOT).as_posix() for path in console.OUT.rglob("*") if path.is_file()]
    return archive({name: (ROOT / name).read_bytes() for name in [*names, *built]})


def build(out: Path = DIST) -> Path:
    """Write the wheel into `out` and return its path."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, source)
        shutil.copytree(ROOT / "headgate", source / "headgate", ignore=shutil.ignore_patterns("__pycache__"))
        (source / "headgate" / ARCHIVE).write_bytes(deployment_archive())
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        subprocess.run([*pip, "-w", folder, folder], check=True)
        [wheel] = source.glob("*.whl")
        out.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(wheel, out))


def main() -> int:
    """Run the command line."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    wheel = build()
    print(f"wheel: {wheel.relative_to(ROOT)}, {wheel.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
