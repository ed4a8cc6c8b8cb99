"""List the locked packages with versions and licences: CycloneDX 1.5 JSON, or a table in Markdown.

Examples:
    python scripts/packages/package_list.py > build/sbom.json
    python scripts/packages/package_list.py --markdown
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # the scripts are run by path and know each other as `scripts`

from scripts.packages.job_packages import ROOT, locked_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

REQUIREMENTS = ROOT / "requirements"
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Package:
    """One locked version; `used_by` names the lock files that have it."""

    name: str
    version: str
    licence: str
    used_by: tuple[str, ...]


def packages(folder: Path = REQUIREMENTS) -> list[Package]:
    """Return the packages of all lock files, by name and version."""
    users: dict[tuple[str, str], list[str]] = {}
    for lock in sorted(folder.glob("*.lock")):
        for name, line in locked_lines(lock).items():
            version = line.partition("==")[2].partition(" ")[0].rstrip(";")
            users.setdefault((name, version), []).append(lock.stem)
    return [
        Package(name, version, licence(name), tuple(locks))
        for (name, version), locks in sorted(users.items())
    ]


def licence(name: str) -> str:
    """Return the licence that an installed package states, or `unknown`."""
    try:
        facts = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return _UNKNOWN
    expression = _first(facts.get_all("License-Expression", []))
    classified = [
        classifier.rpartition(" :: ")[2]
        for classifier in facts.get_all("Classifier", [])
        if classifier.startswith("License ::")
    ]
    return (
        expression
        or "; ".join(classified)
        or _first(facts.get_all("License", [])).strip().partition("\n")[0]
        or _UNKNOWN
    )


def _first(texts: Iterable[str]) -> str:
    return next(iter(texts), "")


def bill_of_materials(listed: Iterable[Package]) -> dict[str, object]:
    """Return the packages as a CycloneDX 1.5 document. Source: cyclonedx.org/docs/1.5/json."""
    components = [
        {
            "type": "library",
            "name": package.name,
            "version": package.version,
            "purl": f"pkg:pypi/{package.name}@{package.version}",
            "licenses": [{"license": {"name": package.licence}}],
            "properties": [{"name": "headgate:lock", "value": lock} for lock in package.used_by],
        }
        for package in listed
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


def markdown(listed: Iterable[Package]) -> str:
    """Return the packages as a table."""
    rows = [
        f"| {package.name} | {package.version} | {package.licence} | {', '.join(package.used_by)} |"
        for package in listed
    ]
    return "\n".join(["| package | version | licence | locks |", "|---|---|---|---|", *rows])


def main() -> None:
    """Print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--markdown", action="store_true", help="a table instead of CycloneDX")
    listed = packages()
    print(
        markdown(listed) if parser.parse_args().markdown else json.dumps(bill_of_materials(listed), indent=1)
    )


if __name__ == "__main__":
    main()
