from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from headgate.project import OWN_PARTS, OWN_SYSTEMS, own_folder

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

# Files beside the lake project's systems whose change rebuilds no table; an archive has the __init__.py that
# the project has not.
_BUILD_NO_TABLES = {"__init__.py", *(f"{stem}.py" for stem in OWN_PARTS.values())}
_NO_CODE = re.compile(rb"#[^\n]*|\\\n")  # comments and ends of lines that continue
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b[ \t]*(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))", re.MULTILINE
)


def source_version(package: str) -> str:
    """Return a hash of a package's source, and of the modules beside it that it imports."""
    return hashlib.sha256(_listed(_with_modules_beside(package))).hexdigest()[:16]


def listed_source(module: str, *, is_package: bool) -> bytes:
    """Return the files of a system's source with the hash of each, a line each.

    The source of a package has the modules beside it that it imports. The source of a system that is a module
    has all modules beside it, which it may use.
    """
    if module.startswith(OWN_SYSTEMS):
        return _listed(item for item in _sources(own_folder(), "") if item[0] not in _BUILD_NO_TABLES)
    if is_package:
        return _listed(_with_modules_beside(module))
    return _listed(_sources(files(module.rpartition(".")[0]), ""))


def _listed(sources: Iterator[tuple[str, bytes]]) -> bytes:
    return "".join(f"{path}\0{hashlib.sha256(body).hexdigest()}\n" for path, body in sources).encode()


def _with_modules_beside(package: str) -> Iterator[tuple[str, bytes]]:
    own = [*_sources(files(package), "")]
    yield from own
    parent = package.rpartition(".")[0]
    beside = {item.name: item for item in files(parent).iterdir() if item.is_file()} if parent else {}
    used: dict[str, bytes] = {}
    unread = [body for _, body in own]
    while unread:
        for name in sorted(_imported(unread.pop(), parent)):
            file = f"{name}.py"
            if file in beside and file not in used:
                used[file] = beside[file].read_bytes()
                unread.append(used[file])
    yield from ((f"../{file}", body) for file, body in sorted(used.items()))


@lru_cache(maxsize=1024)  # a run asks for the version of a package several times
def _imported(source: bytes, parent: str) -> frozenset[str]:
    """Return the names of the modules directly below `parent` that a source imports by their whole name.

    A line of a text that reads like an import counts as one. Python's parser takes thirty times as long.
    """
    names: set[str] = set()
    for package, of_package, modules in _IMPORT.findall(_NO_CODE.sub(b"", source)):
        listed = [
            part.split()[0] for part in (of_package or modules).strip(b"() \t").split(b",") if part.split()
        ]
        names.update((b".".join([package, name]) if package else name).decode() for name in listed)
    return frozenset(name[len(parent) + 1 :].split(".")[0] for name in names if name.startswith(f"{parent}."))


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _sources(item, f"{path}{item.name}/")
        elif item.name.endswith(".py"):
            yield path + item.name, item.read_bytes()
