"""Tables that a dashboard file of the lake project declares as blocks, as documents of prod contracts.

The documents are read and packed like those of `contracts/prod`, so every reader of contracts sees the
tables.
"""

from pathlib import Path
from typing import Any

from headgate.contracts.analytics_blocks import DECLARED_IN
from headgate.contracts.odcs_reader import NotYamlError, yaml_document
from headgate.errors import ContractError
from headgate.project import BLOCKS, DASHBOARD_TABLES, project

_DESCRIPTION = "description"


def dashboard_documents() -> dict[str, tuple[Path, dict[str, Any]]]:
    """Return table → its dashboard and its contract as an ODCS document, for the tables of dashboards."""
    documents: dict[str, tuple[Path, dict[str, Any]]] = {}
    for path in project().dashboards:
        text = path.read_text(encoding="utf-8")
        tables = _tables(path, text) if DASHBOARD_TABLES.search(text) else {}
        for table, declared in tables.items():
            if table in documents:
                raise ContractError(
                    f"dashboards/{path.name}: tables.{table} is declared by another dashboard too. "
                    "Remove one of them."
                )
            documents[table] = path, _document(table, declared, f"dashboards/{path.name}")
    return documents


def _tables(path: Path, text: str) -> dict[str, Any]:
    try:
        document = yaml_document(text)
    except NotYamlError as error:
        raise ContractError(f"dashboards/{path.name} is not YAML{error.line}. Correct it.") from None
    tables = document.get("tables") if isinstance(document, dict) else None
    if not isinstance(tables, dict) or not all(isinstance(table, str) for table in tables):
        raise ContractError(
            f"dashboards/{path.name}: tables is not a mapping. Declare each table by its name."
        )
    return tables


def _document(table: str, declared: object, file: str) -> dict[str, Any]:
    kinds = [kind for kind in declared if kind in BLOCKS] if isinstance(declared, dict) else []
    if not isinstance(declared, dict) or len(kinds) != 1 or set(declared) - {*kinds, _DESCRIPTION}:
        raise ContractError(
            f"{file}: tables.{table} must have one of {', '.join(BLOCKS)}, and may have a "
            f"{_DESCRIPTION}. Correct it."
        )
    own = [
        {"property": f"headgate.{kinds[0]}", "value": declared[kinds[0]]},
        {"property": DECLARED_IN, "value": file},
    ]
    schema = {"name": table, _DESCRIPTION: declared.get(_DESCRIPTION, ""), "customProperties": own}
    identity = {"id": f"{project().name}.prod.{table}", "name": table, "version": "1.0.0", "status": "active"}
    return {"apiVersion": "v3.1.0", "kind": "DataContract", **identity, "schema": [schema]}
