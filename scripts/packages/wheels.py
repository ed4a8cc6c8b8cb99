"""Build the archive of wheels that each Glue job installs on AWS, into build/wheels/: the same lock gives the
same bytes.

    build/wheels/<job>.gluewheels.zip   what the job imports, as wheels

The wheels are those of requirements/dev.lock, by their hashes, and are downloaded once. A job installs them
without an index, so it needs no internet. Only a deployment to AWS needs them: an emulator runs jobs with its
own environment (docs/adr/0014-own-lambda-layer.md).

Example:
    python scripts/packages/wheels.py
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # the scripts are run by path and know each other as `scripts`

from scripts.packages import build as archives
from scripts.packages.job_packages import ROOT, job_lock
from scripts.packages.locked_archive import WheelsError, build_once, download_wheels
from scripts.terraform_cli import STATE

CACHE = STATE / "wheels"
# Glue 5 runs Python 3.11 on Amazon Linux 2023, whose C library is glibc 2.34.
# Source: AWS Glue developer guide, "Using Python libraries with AWS Glue", appendix "AWS Glue environment
# details".
_GLIBC = ("2014", "_2_17", "_2_24", "_2_26", "_2_27", "_2_28", "_2_31", "_2_34")
TARGET = tuple(token for glibc in _GLIBC for token in ("--platform", f"manylinux{glibc}_x86_64"))
PYTHON = (
    "--python-version",
    "3.11",
    "--implementation",
    "cp",
    "--abi",
    "cp311",
    "--abi",
    "abi3",
    "--abi",
    "none",
)


def build(out: Path = archives.BUILD) -> list[Path]:
    """Build every job's archive in `out`/wheels and return the paths of those that changed.

    Raises:
        WheelsError: a wheel could not be downloaded, or does not have its locked hash.
    """
    return [
        path
        for script in sorted((ROOT / "glue_jobs").glob("*.py"))
        if (path := _built(script, out / "wheels"))
    ]


def _built(script: Path, folder: Path) -> Path | None:
    """Return None if the archive was already built from the same lock."""
    lock = job_lock(script)

    def packed(workspace: Path) -> bytes:
        wheels = {wheel.name: wheel.read_bytes() for wheel in downloaded(lock, workspace)}
        return archives.archive(wheels, zipfile.ZIP_STORED)

    return build_once(folder / f"{script.stem}.gluewheels.zip", lock, packed)


def downloaded(lock: str, folder: Path) -> list[Path]:
    """Return the wheels of a lock, each with its locked hash.

    Wheels of an earlier download are taken from a cache.

    Raises:
        WheelsError: a wheel could not be downloaded, or has another hash.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    wheels = download_wheels(lock, folder, (*TARGET, *PYTHON), cache=CACHE)
    for wheel in wheels:
        archives.write(CACHE / wheel.name, wheel.read_bytes())
    return wheels


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, default=archives.BUILD, help="folder to build into (default: build/)"
    )
    out = parser.parse_args().out
    try:
        built = build(out)
    except WheelsError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        "\n".join(f"built {path}: {path.stat().st_size:,} bytes" for path in built)
        or f"{out}/wheels is up to date"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
