"""The files in a lake's archive: the package, the lake project's own files, and its settings."""

import json
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from headgate.contracts.dashboard_tables import dashboard_documents
from headgate.contracts.odcs_reader import NotYamlError, yaml_document
from headgate.contracts.registry import folders
from headgate.domains.discovery import PACKED_DOMAINS, entry_points, package_domains
from headgate.errors import ContractError
from headgate.project import (
    MODEL_CARDS,
    OWN_SYSTEMS,
    PACKED,
    PACKED_DASHBOARDS,
    PACKED_SETTINGS,
    packed_settings,
    project,
)

_MAX_CACHED = 256  # contracts and dashboards: a process packs those of several projects
_OF_DOMAINS = ("dashboards", MODEL_CARDS)  # folders of a domain whose YAML files functions read


def package_files() -> dict[str, bytes]:
    """Return the package and what the project adds, by path inside an archive.

    Contracts, dashboards and model cards are JSON: a function has no YAML parser.
    """
    root = Path(str(files("headgate")))
    return (
        _sources(root)
        | {
            f"headgate/_contracts/{zone}/{path.stem}.json": _as_json(path)
            for zone in ("source", "prod", "lake")
            for folder in folders(zone)
            for path in sorted(folder.glob("*.yaml"))
        }
        | {
            f"headgate/_contracts/prod/{table}.json": _json(document)
            for table, (_, document) in dashboard_documents().items()
        }
        | {
            path.with_suffix(".json").relative_to(root.parent).as_posix(): _as_json(path)
            for folder in _OF_DOMAINS
            for path in sorted((root / "domains").glob(f"*/{folder}/*.yaml"))
        }
        | _installed_domains()
        | _own_systems()
        | {f"headgate/{PACKED_DASHBOARDS}/{path.stem}.json": _as_json(path) for path in project().dashboards}
        | {f"headgate/{MODEL_CARDS}/{path.stem}.json": _as_json(path) for path in _own_model_cards()}
        | {f"headgate/{PACKED}/{path.name}": path.read_bytes() for path in project().models}
        | {f"headgate/{PACKED_SETTINGS}": json.dumps(packed_settings(), sort_keys=True).encode()}
    )


@cache
def _sources(root: Path) -> dict[str, bytes]:
    """Return the package's own files. They are read once, because a process does not change its package."""
    sources = [path for path in sorted(root.rglob("*")) if _is_source(path) and path.suffix != ".yaml"]
    return {path.relative_to(root.parent).as_posix(): path.read_bytes() for path in sources}


def _installed_domains() -> dict[str, bytes]:
    """Return the packages and entry points of installed domains, because an archive has no metadata."""
    wanted = set(project().domains) - {*package_domains()}
    chosen = {name: value for name, value in entry_points() if name in wanted} if wanted else {}
    packed = {f"headgate/{PACKED_DOMAINS}": json.dumps(chosen).encode()} if chosen else {}
    for top in sorted({value.partition(":")[0].partition(".")[0] for value in chosen.values()}):
        root = Path(str(files(top)))
        for path in filter(_is_source, sorted(root.rglob("*"))):
            inside = path.relative_to(root.parent)
            if path.suffix != ".yaml":
                packed[inside.as_posix()] = path.read_bytes()
            elif path.parent.name in _OF_DOMAINS:
                packed[inside.with_suffix(".json").as_posix()] = _as_json(path)
    return packed


def _own_model_cards() -> list[Path]:
    return sorted((lake / MODEL_CARDS).glob("*.yaml")) if (lake := project().folder) else []


def _own_systems() -> dict[str, bytes]:
    """Return the lake project's Python systems and the files beside them."""
    if not (lake := project().folder):
        return {}
    folder = lake / "systems"
    packed = OWN_SYSTEMS.replace(".", "/")
    return {
        f"{packed}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if _is_source(path)
    }


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and path.suffix != ".zip"


def _as_json(path: Path) -> bytes:
    try:
        return _converted(path.read_text(encoding="utf-8"))
    except NotYamlError as error:
        raise ContractError(f"{path} is not YAML{error.line}. Correct it.") from None


@lru_cache(_MAX_CACHED)
def _converted(text: str) -> bytes:
    return _json(yaml_document(text))


def _json(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, default=str).encode()  # YAML reads a day as a date
