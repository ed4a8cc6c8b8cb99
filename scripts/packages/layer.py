"""Build the Lambda layers that functions carry on AWS, into build/layers/: the same lock gives the same
bytes.

    build/layers/tools.zip   Powertools, for every function
    build/layers/api.zip     pydantic and the SQL parser, for the HTTP API's functions
    build/layers/arrow.zip   numpy, Arrow with all its codecs, and time zones, for functions that read and
    write data

The wheels are those of requirements/layer.lock, by their hashes, and are downloaded. Only a deployment to AWS
needs them: an emulator runs functions with its own environment. docs/adr/0014-own-lambda-layer.md says why
AWS's managed layers do not do.

Example:
    python scripts/packages/layer.py
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
import zipfile
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # the scripts are run by path and know each other as `scripts`

from scripts.packages import build as archives
from scripts.packages.job_packages import locked_lines
from scripts.packages.locked_archive import WheelsError, build_once, download_wheels

LOCK = archives.ROOT / "requirements" / "layer.lock"
with (archives.ROOT / "pyproject.toml").open("rb") as _file:
    PACKAGES: dict[str, set[str]] = {
        name: set(packages) for name, packages in tomllib.load(_file)["tool"]["headgate"]["layers"].items()
    }
# Lambda's Python 3.11 runs on Amazon Linux 2, whose C library is glibc 2.26: wheels for a newer one
# (manylinux_2_28) do not load.
TARGET = ("--platform", "manylinux2014_x86_64", "--python-version", "3.11", "--implementation", "cp")
# A function's archive and its layers together, unpacked. Source: AWS Lambda, "Lambda quotas".
LIMIT_BYTES = 250 * 1024 * 1024
# Files that the gate does not load: tests, files for compilers, Arrow's network service, and the second and
# third copies of a library in a wheel (Arrow finds its libraries by the name with one number, as `readelf -d`
# shows).
UNUSED = re.compile(
    r"/tests/|\.(h|hpp|pxd|pxi|pyx|pyi|a|cc)$|^numpy/(f2py|distutils)/|^pyarrow/(include|includes|src)/"
    r"|_flight|^pyarrow/flight\.py$"
    r"|^pyarrow/lib\w+\.so(\.\d+\.\d+\.\d+)?$"
)


class LayerError(Exception):
    """A layer could not be built, or is too large. The message says why, in one line."""


def build(out: Path = archives.BUILD) -> list[Path]:
    """Build every layer of the lock in `out`/layers; return the paths of those that were built again.

    Raises:
        LayerError: a function would be too large with its layers.
        WheelsError: a wheel could not be downloaded, or does not have its locked hash.
    """
    built = [path for name in PACKAGES if (path := _built(name, out / "layers"))]
    for function in sorted((out / "lambdas").glob("*.zip")):
        fits(unpacked_bytes(function) + sum(unpacked_bytes(layer_path(out, name)) for name in PACKAGES))
    return built


def layer_path(out: Path, name: str) -> Path:
    """Return the path of that layer's archive."""
    return out / "layers" / f"{name}.zip"


def locked(name: str) -> str:
    """Return the lock's lines of one layer.

    Raises:
        LayerError: the lock does not have exactly the layer's packages.
    """
    lines = {package: line for package, line in locked_lines(LOCK).items() if package in PACKAGES[name]}
    if lines.keys() != PACKAGES[name]:
        raise LayerError(f"{LOCK.name} does not lock all of {', '.join(sorted(PACKAGES[name]))}.")
    return "".join(f"{line}\n" for line in lines.values())


def layered(wheels: list[Path]) -> dict[str, bytes]:
    """Return the useful files of the wheels, where Lambda's Python finds them."""
    opened = [zipfile.ZipFile(wheel) for wheel in wheels]
    return {
        f"python/{name}": wheel.read(name)
        for wheel in opened
        for name in wheel.namelist()
        if not UNUSED.search(name)
    }


def unpacked_bytes(archive: Path) -> int:
    """Return the unpacked size of the archive's files."""
    with zipfile.ZipFile(archive) as packed:
        return sum(entry.file_size for entry in packed.infolist())


def fits(size_bytes: int) -> None:
    """Check that Lambda accepts a function of this size with its layers.

    Raises:
        LayerError: it is too large.
    """
    if size_bytes >= LIMIT_BYTES:
        raise LayerError(
            f"A function and its layers are {size_bytes:,} bytes unpacked; Lambda takes less than "
            f"{LIMIT_BYTES:,}."
        )


def _built(name: str, folder: Path) -> Path | None:
    """Return None if the layer was already built from the same lock in the same way."""
    lock = locked(name)

    def packed(workspace: Path) -> bytes:
        return archives.archive(layered(download_wheels(lock, workspace, TARGET)))

    return build_once(folder / f"{name}.zip", f"{lock}{UNUSED.pattern}\n", packed)


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
    except (LayerError, WheelsError) as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(f"built {path}" for path in built) or f"{out}/layers is up to date")
    for name in PACKAGES:
        print(
            f"{name}: {unpacked_bytes(layer_path(out, name)):,} bytes unpacked, "
            f"{layer_path(out, name).stat().st_size:,} packed"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
