"""A clinic: a small domain outside the package, as an installed package and as a lake project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SYSTEM = '''"""Visits by day."""

READS = ("visits",)


def build(tables, as_of):
    visits = tables["visits"]
    return {"visits_by_day": visits.group_by("day").aggregate(visits=visits.count()).order_by("day").to_pandas()}
'''  # noqa: E501 a file's text
_DOMAIN = """
from headgate.domains.domain import Command, Domain, System

DOMAIN = Domain(
    "clinic",
    package=__name__,
    systems=(System("visit-counts", f"{__name__}.visit_counts"),),
    questions=f"{__name__}.questions",
    routes=f"{__name__}.routes",
    commands=(Command("clinic-sample", f"{__name__}.commands:sample", "Write a generated clinic."),),
)
"""
QUESTIONS = """
from headgate.query.questions import SavedQuestion

QUESTIONS = {"busy_days": SavedQuestion("busy_days", "visit-counts", "Which days were busy?", "SELECT * FROM visits_by_day")}
QUALITY, ANSWERS = {}, {"visit-counts": SavedQuestion("days", "visit-counts", "How many days?", "SELECT count(*) FROM visits_by_day")}
"""  # noqa: E501 SQL
ROUTES = """
from headgate.api.http.access import Group
from headgate.api.http.url_parameters import Lake
from headgate.api.http.routing import Routes
from headgate.api.shapes.base import Shape

routes = Routes("Predictions")


class Waiting(Shape):
    \"\"\"A time.\"\"\"

    minutes: int


@routes.get("/v1/predictions/waiting", Group.VIEWER)
def waiting(lake: Lake) -> Waiting:
    \"\"\"Time until the next visit.\"\"\"
    return Waiting(minutes=5)
"""
_COMMANDS = """
import click


@click.command("clinic-sample")
def sample():
    \"\"\"Write a generated clinic.\"\"\"
    click.echo("no patients today")
"""
DASHBOARD = "system: visit-counts\ntitle: Visits\npanels: []\n"


def contract(name: str, *columns: tuple[str, str, str], system: str = "") -> str:
    """Return a contract.

    Each column is a name with ODCS's logical and physical type, the first one is the key.
    """
    key = {"primaryKey": True, "primaryKeyPosition": 1}
    properties = [
        {
            "name": column,
            "logicalType": logical,
            "physicalType": physical,
            "required": True,
            "description": column,
        }
        | (key if not position else {})
        for position, (column, logical, physical) in enumerate(columns)
    ]
    own = {"customProperties": [{"property": "headgate.system", "value": system}]} if system else {}
    stamps = [("as_of", "date", "DATE"), ("snapshot_id", "string", "VARCHAR(16)")] if system else []
    properties += [
        {
            "name": column,
            "logicalType": logical,
            "physicalType": physical,
            "required": True,
            "description": column,
        }
        for column, logical, physical in stamps
    ]
    table = {
        "name": name,
        "description": name,
        "dataGranularityDescription": "One row per key",
        "properties": properties,
        **own,
    }
    head = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"clinic.{name}",
        "name": name,
        "version": "1.0.0",
        "status": "active",
    }
    return json.dumps({**head, "schema": [table]})


VISITS = contract("visits", ("visit_id", "string", "TEXT"), ("day", "date", "DATE"))
VISITS_BY_DAY = contract(
    "visits_by_day", ("day", "date", "DATE"), ("visits", "integer", "BIGINT"), system="visit-counts"
)


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder, by path."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def installed(folder: Path, entry_point: str = "clinic = clinic_ext:DOMAIN") -> Path:
    """Write the domain as an installed package; the folder goes to Python's path."""
    return write(
        folder,
        {
            "clinic_ext-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: clinic-ext\nVersion: 1.0\n",
            "clinic_ext-1.0.dist-info/entry_points.txt": f"[headgate.domains]\n{entry_point}\n",
            "clinic_ext/__init__.py": _DOMAIN,
            "clinic_ext/visit_counts.py": SYSTEM,
            "clinic_ext/questions.py": QUESTIONS,
            "clinic_ext/routes.py": ROUTES,
            "clinic_ext/commands.py": _COMMANDS,
            "clinic_ext/contracts/source/visits.yaml": VISITS,
            "clinic_ext/contracts/prod/visits_by_day.yaml": VISITS_BY_DAY,
            "clinic_ext/dashboards/visit-counts.yaml": DASHBOARD,
        },
    )


def lake(folder: Path, domains: str = "[]") -> Path:
    """Write the clinic as a lake project with a Python system of its own."""
    return write(
        folder,
        {
            "headgate.toml": f'name = "clinic"\ndomains = {domains}\n',
            "systems/visit_counts.py": SYSTEM,
            "systems/_questions.py": QUESTIONS,
            "systems/_routes.py": ROUTES,
            "contracts/source/visits.yaml": VISITS,
            "contracts/prod/visits_by_day.yaml": VISITS_BY_DAY,
            "dashboards/visit-counts.yaml": DASHBOARD,
        },
    )
