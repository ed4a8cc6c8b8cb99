"""Cache the files of a build by all inputs that decide their bytes.

The key is a hash of contents and versions, so nothing is invalidated: other inputs have another key.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys
import zipfile
import zlib
from dataclasses import replace
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.contracts.registry import folders
from headgate.domains.discovery import entry_points
from headgate.project import lake_domains, project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
KEPT_BUILDS = 4  # of 29 MB each: the files before an edit, and those of another lake, are often built again


def build_key(package: Mapping[str, bytes], root: Path = ROOT) -> str:
    """Return a hash of all inputs of a build.

    They are the files of the package and of the lake project, the scripts of functions and jobs, the builder,
    the locks, the project's settings, and the versions of Python and of all installed packages.
    """
    return _hash_of([*sorted(package.items()), *_files(root), *_of_project(), *_installed()])


def shared_key(root: Path = ROOT) -> str:
    """Return a hash of all inputs of what no lake project changes, so all lake projects share it.

    That are the imports and packages of jobs, and the compiled and compressed modules.
    """
    return _hash_of([*modules(root).items(), *_files(root), *_installed()])


def modules(root: Path = ROOT) -> dict[str, bytes]:
    """Return the modules of the package by their paths in an archive."""
    paths = sorted((root / "headgate").rglob("*.py"))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def _hash_of(named: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in named:
        for text in (name.encode(), content):
            digest.update(len(text).to_bytes(8, "big") + text)
    return digest.hexdigest()


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the clone, outside of the package, that a build reads, by name."""
    places = ("lambdas", "glue_jobs", "requirements", "scripts/packages")
    paths = [path for place in places for path in sorted((root / place).rglob("*"))]
    for path in [*paths, root / "pyproject.toml"]:
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(root).as_posix(), path.read_bytes()


def _of_project() -> Iterator[tuple[str, bytes]]:
    """Yield the lake project's files and settings that a build reads, by name."""
    for zone in ("source", "prod", "lake"):
        for path in [contract for folder in folders(zone) for contract in sorted(folder.glob("*.yaml"))]:
            yield f"{zone}/{path.name}", path.read_bytes()  # the packed ones have lost the order of keys
    for domain in lake_domains():
        if (requirements := domain.part("requirements.txt")).is_file():
            yield f"requirements of {domain.name}", requirements.read_bytes()
    yield "project", repr(replace(project(), folder=None)).encode()


def _installed() -> Iterator[tuple[str, bytes]]:
    """Yield the versions that decide the output of a build.

    A package's folder is named by its version: to read its metadata takes a hundred times as long.
    """
    installed = {path.name for folder in sys.path for path in Path(folder).glob("*.dist-info")}
    yield "packages", "\n".join(sorted(installed)).encode()
    yield "entry points", repr(sorted(entry_points())).encode()
    yield "python", f"{sys.version} {zlib.ZLIB_RUNTIME_VERSION}".encode() + MAGIC_NUMBER


def read_kept(path: Path) -> dict[str, bytes]:
    """Return the files of a kept build, by name, and record the use; none if it is missing or damaged."""
    try:
        body = path.read_bytes()
        os.utime(path)
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            return {name: packed.read(name) for name in packed.namelist()}
    except (OSError, zipfile.BadZipFile):
        return {}


def compressed_files(path: Path) -> Iterator[tuple[bytes, tuple[int, bytes]]]:
    """Yield the bytes of each file of a kept archive, with their checksum and their compressed form."""
    body = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        for entry in packed.infolist():
            start = entry.header_offset + zipfile.sizeFileHeader + len(entry.filename.encode())  # type: ignore[attr-defined]  # not in typeshed
            yield packed.read(entry), (entry.CRC, body[start : start + entry.compress_size])


def delete_unused(folder: Path) -> None:
    """Delete all kept builds except those that were used last."""
    for path in sorted(folder.glob("*.zip"), key=_last_use, reverse=True)[KEPT_BUILDS:]:
        path.unlink(missing_ok=True)


def _last_use(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another deployment deleted it
        return 0.0
