"""Build what Terraform deploys, into build/: the same input gives the same bytes.

- build/lambdas/<name>.zip: the handler, what functions need of the package, compiled too, and the contracts
  as JSON
- build/headgate.zip: the package, compiled too where jobs import it, and the contracts, for Glue jobs
- build/jobs/<name>.py: the Glue jobs' scripts
- build/requirements/<name>.txt: the packages that a Glue job installs on AWS, at locked versions with hashes
- build/graphql.json: schema and fields of the GraphQL API of records, from the contracts that are models
- build/catalog.json: tables and columns, from the contracts
- build/reads.json: the datasets that each system reads, from its code; the role of its job is limited to them
- build/systems.json: models, options and archives of each system, from its code; other jobs may write no
  models
- build/sentence_model.zip: for the jobs of systems that name it, where it is installed and a deployment
  wants it

Libraries are not in the archives: on AWS the layers of scripts/packages/layer.py bring them, and the emulator
runs with this environment's own.

The last builds are kept by their inputs (scripts/packages/kept_builds.py).

Example:
    python scripts/packages/build.py
"""

from __future__ import annotations

import argparse
import io
import json
import marshal
import os
import re
import sys
import tempfile
import zipfile
import zlib
from importlib import metadata
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from headgate.contracts.registry import Registry
from headgate.contracts.types import glue_columns
from headgate.errors import SettingsError
from headgate.local_files.check_statements import statement_problems
from headgate.onboarding.record_models import record_models
from headgate.project import (
    MODEL_CARDS,
    MODELS_SYSTEM,
    PACKED,
    PACKED_DASHBOARDS,
    lake_domains,
    project,
)
from headgate.systems import system_registry as systems
from headgate.systems.packed_files import package_files
from headgate.systems.sql_models import sql_models

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.systems.system_registry import SystemPackage

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # the scripts are run by path and know each other as `scripts`

from scripts.packages.graphql_schema import field_names, graphql_schema
from scripts.packages.job_packages import imports_as_json, job_lock, job_modules, keep_imports
from scripts.packages.kept_builds import (
    build_key,
    compressed_files,
    delete_unused,
    modules,
    read_kept,
    shared_key,
)
from scripts.terraform_cli import STATE

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
KEPT = STATE / "builds"
MODEL_LOCK = ROOT / "requirements" / "model.lock"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip entry can have
MAX_CACHED_BYTES = 1_000_000  # larger files are in one archive only
UNCHECKED = (1).to_bytes(4, "little")  # it is right without a look at its source
# Of this build and earlier ones: bytecode by its module's path in an archive, compressed files by their
# bytes.
_compiled: dict[str, bytes] = {}
_compressed: dict[bytes, tuple[int, bytes]] = {}
# Rooms that no function enters; a cold start unpacks the archive.
NOT_FOR_FUNCTIONS = {
    MODEL_CARDS,
    PACKED,
    PACKED_DASHBOARDS,
    "api",
    "cli",
    "client",
    "domains",
    "engines",
    "export",
    "learning",
    "local_files",
    "merge",
    "project_systems",
    "quality",
    "query",
    "reports",
    "scoring",
    "systems",
    "uploads",
}
ALSO_FOR = {
    "api": {
        MODEL_CARDS,
        PACKED_DASHBOARDS,
        "api",
        "domains",
        "learning",  # the records of kept models
        "project_systems",
        "query",
        "reports",
        "scoring",
        "systems",
        "uploads",
    },
    "dry_run": {"drafts", "local_files", "uploads"},
    "report": {PACKED_DASHBOARDS, "api", "domains", "query", "reports", "systems"},
}


def build(out: Path = BUILD, kept: Path | None = KEPT) -> list[Path]:
    """Write everything that Terraform reads to `out`; return the paths that changed.

    Args:
        kept: the folder of kept builds; files that were built from the same inputs are taken from it. None
            builds them again.

    Raises:
        SettingsError: a statement of the project's dashboards or saved questions cannot be shown.
    """
    if problems := statement_problems():
        raise SettingsError("The console could not show these:\n" + "\n".join(problems))
    package = package_files()
    wanted = _kept(kept, package) if kept else _built(package)
    return [out / name for name, body in wanted.items() if write(out / name, body)]


def _built(package: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files that Terraform reads, by path below the build's folder."""
    wanted = {
        f"lambdas/{folder.name}.zip": archive(
            {"handler.py": _bytes(folder / "handler.py")} | _for_function(folder.name, package)
        )
        for folder in functions()
    }
    wanted |= {f"jobs/{script.name}": _bytes(script) for script in _jobs()}
    wanted["headgate.zip"] = archive(package | bytecode_in_archive(package))
    wanted |= {f"requirements/{script.stem}.txt": job_lock(script).encode() for script in _jobs()}
    wanted["graphql.json"] = (json.dumps(graphql(Registry.load()), indent=1, sort_keys=True) + "\n").encode()
    wanted["catalog.json"] = (json.dumps(catalog(Registry.load()), indent=1, sort_keys=True) + "\n").encode()
    wanted["reads.json"] = (
        json.dumps(datasets_by_system(Registry.load()), indent=1, sort_keys=True) + "\n"
    ).encode()
    wanted["systems.json"] = (
        json.dumps(needs_by_system(Registry.load()), indent=1, sort_keys=True) + "\n"
    ).encode()
    return wanted


def _kept(folder: Path, package: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files that a build of the same inputs kept; build and keep them if none did."""
    path = folder / f"{build_key(package)}.zip"
    if files := read_kept(path):
        return files
    _take_shared(folder / "shared")
    files = _built(package)
    write(path, archive(files, zipfile.ZIP_STORED))
    delete_unused(folder)
    return files


def _take_shared(folder: Path) -> None:
    """Take what no lake project changes from an earlier build; keep it for later ones if there is none."""
    path = folder / f"{shared_key()}.zip"
    if kept := read_kept(path):
        for script in _jobs():
            keep_imports(script, kept[script.name])
        _compiled.update((name[:-1], body) for name, body in kept.items() if name.endswith(".pyc"))
        _compressed.update(compressed_files(path))
        return
    compiled = {f"{name}c": _bytecode(name, body) for name, body in modules().items()}
    write(path, archive({script.name: imports_as_json(script) for script in _jobs()} | modules() | compiled))
    delete_unused(folder)


def _jobs() -> list[Path]:
    return sorted((ROOT / "glue_jobs").glob("*.py"))


def _for_function(name: str, package: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the rooms of the package that a function imports, with their bytecode."""
    left_out = NOT_FOR_FUNCTIONS - ALSO_FOR.get(name, set())
    entered = {path: body for path, body in package.items() if _room_of(path) not in left_out}
    return entered | bytecode(entered)


def _room_of(path: str) -> str:
    """Return the room of the package that contains a path of an archive; other packages are domains.

    The modules that list the package's domains are separate rooms, which every function has.
    """
    package, room, *inside = path.split("/")
    if package != "headgate":
        return "domains"
    return room if room != "domains" or len(inside) > 1 else inside[0]


def sentence_model(out: Path = BUILD) -> Path | None:
    """Pack the installed sentence model into an archive in `out` from which Python imports it.

    Return None if the locked one is not installed. It is not packed as a wheel, because Glue handles a job's
    files like PySpark, which accepts archives named .zip and no wheels. docs/adr/0029-sentence-model.md
    """
    name, version = _locked(MODEL_LOCK).popitem()
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    if distribution.version != version:
        return None
    files = [
        path
        for path in distribution.files or ()
        if path.parts[0] == name.replace("-", "_") and "__pycache__" not in path.parts
    ]
    packed = archive(
        {path.as_posix(): path.read_binary() for path in files}, zipfile.ZIP_STORED
    )  # weights do not compress
    write(out / "sentence_model.zip", packed)
    return out / "sentence_model.zip"


def functions() -> list[Path]:
    """Return the folders of the Lambda functions."""
    return sorted(handler.parent for handler in (ROOT / "lambdas").glob("*/handler.py"))


def bytecode(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the bytecode of modules, which a function could not store in its read-only folder.

    Source: PEP 552, unchecked hash-based files. Another version of Python ignores them.
    """
    return {
        cache_from_source(name): _bytecode(name, body) for name, body in files.items() if name.endswith(".py")
    }


def bytecode_in_archive(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the bytecode of the modules that jobs import: from an archive, no process can store it.

    Python's `zipimport` looks for it beside the source.
    """
    imported = set().union(*map(job_modules, _jobs()))
    return {
        f"{name}c": _bytecode(name, body)
        for name, body in files.items()
        if name.endswith(".py") and name[:-3].replace("/", ".").removesuffix(".__init__") in imported
    }


def _bytecode(name: str, source: bytes) -> bytes:
    """Return a module's bytecode in marshal format 2, the newest whose bytes depend only on the module.

    Kept, because several archives contain the same modules. Tracebacks of modules in an archive have the file
    name that they are compiled with.
    """
    head = MAGIC_NUMBER + UNCHECKED + source_hash(source)
    if not _compiled.get(name, b"").startswith(head):
        code = compile(source, f"headgate.zip/{name}", "exec", dont_inherit=True)
        _compiled[name] = head + marshal.dumps(code, 2)
    return _compiled[name]


def catalog(registry: Registry) -> dict[str, dict[str, Any]]:
    """Return tables by database and name: columns in Glue's form, system, and columns about people.

    `predictions` marks the tables that routes of a domain read.
    """
    databases = {"curated": {**registry.curated, **registry.lake}, "prod": registry.prod}
    answering = {table for domain in lake_domains() for table in domain.route_tables}
    return {
        database: {
            name: {
                "columns": glue_columns(contract),
                "system": contract.system,
                "personal": list(contract.personal),
            }
            | ({"predictions": True} if database == "prod" and name in answering else {})
            for name, contract in contracts.items()
        }
        for database, contracts in databases.items()
    }


def datasets_by_system(registry: Registry) -> dict[str, list[str]]:
    """Return the datasets of the lake that each of its systems may read, sorted.

    For `own-models`, they are the datasets that its SQL reads.
    """
    datasets = registry.curated | registry.lake
    return {
        name: sorted(datasets.keys() & systems.may_read(package))
        for name, package in _packages(registry).items()
    }


def needs_by_system(registry: Registry) -> dict[str, dict[str, list[str]]]:
    """Return the needs of each system's job: its use of models, its options, and archives on its path.

    `learns` reads and writes models, `exports` writes them.
    """
    return {
        name: {
            "models": [kind for kind in ("exports", "learns") if systems.declared(package, kind.upper())],
            "options": [*systems.declared(package, "OPTIONS")],
            "archives": [*systems.declared(package, "ARCHIVES")],
        }
        for name, package in _packages(registry).items()
    }


def _packages(registry: Registry) -> dict[str, SystemPackage]:
    return {
        name: _own_models(registry) if name == MODELS_SYSTEM else systems.system(name)
        for name in project().systems
    }


def _own_models(registry: Registry) -> SystemPackage:
    return cast(
        "SystemPackage", sql_models(registry.prod, registry.curated, lambda text, _: text)
    )  # nothing is built, so nothing is translated


def graphql(registry: Registry) -> dict[str, Any]:
    """Return the GraphQL schema of the models, and the fields that a resolver answers.

    Without a model contract, there are no fields.
    """
    models = record_models(registry.source)
    fields = [{"type": kind, "name": name} for kind, name in field_names(models)]
    return {"schema": graphql_schema(models) if models else "", "fields": fields}


def _locked(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def archive(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of the files whose bytes depend only on them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in sorted(files):
            entry, body = zipfile.ZipInfo(name, EPOCH), files[name]
            entry.compress_type = compression
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # the mode above is Unix's, wherever this runs
            if compression == zipfile.ZIP_DEFLATED and len(body) <= MAX_CACHED_BYTES:
                _append(packed, out, entry, body)
            else:
                packed.writestr(entry, body)
    return out.getvalue()


def _append(packed: zipfile.ZipFile, out: io.BytesIO, entry: zipfile.ZipInfo, body: bytes) -> None:
    """Append a file as `packed.writestr` does; a file of several archives is compressed once."""
    entry.CRC, deflated = _deflated(body)
    entry.file_size, entry.compress_size = len(body), len(deflated)
    entry.header_offset = out.tell()
    out.write(entry.FileHeader(zip64=False) + deflated)
    packed.filelist.append(entry)
    packed.NameToInfo[entry.filename] = entry
    packed.start_dir = out.tell()
    packed._didModify = True  # type: ignore[attr-defined]  # noqa: SLF001 no public way writes compressed bytes


def _deflated(body: bytes) -> tuple[int, bytes]:
    """Return the checksum and the compressed bytes of a file."""
    if body not in _compressed:
        compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)  # without a header
        _compressed[body] = zlib.crc32(body), compressor.compress(body) + compressor.flush()
    return _compressed[body]


def _bytes(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, body: bytes) -> bool:
    """Write the file, and return True if it has changed. A parallel build never reads half a file."""
    if path.is_file() and path.read_bytes() == body:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(body)
    Path(name).chmod(0o644)
    Path(name).replace(path)
    return True


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=BUILD, help="folder to build into (default: build/)")
    out = parser.parse_args().out
    changed = build(out)
    print("\n".join(f"built {path}" for path in changed) or f"{out} is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
