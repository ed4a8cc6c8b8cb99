"""Write the files of a dbt project over a lake."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from headgate.dbt_project.dbt_sources import SourceDatabase, source_of, sources_by_dataset

_TESTS = "generic_tests.sql"
_HEAD = "# Written by `headgate dbt init` from the lake's contracts. Run it again after a contract changed.\n"


@dataclass(frozen=True)
class DashboardExposure:
    """A dashboard, and the prod tables that its panels read."""

    name: str
    title: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class ProfileNames:
    """Names of a deployment for the profile.

    Attributes:
        folder: the project's folder, relative to the folder in which dbt is started.
    """

    deployment: str
    region: str
    folder: str


def project_files(
    profile: ProfileNames, sources: Sequence[SourceDatabase], dashboards: Sequence[DashboardExposure]
) -> dict[str, str]:
    """Return the files of the project: path below its folder → text.

    People may edit every file except those below `models/sources/` and `tests/generic/`.
    """
    datasets = sources_by_dataset(sources)
    texts = {
        "dbt_project.yml": _yaml(_PROJECT),
        "profiles.yml": _yaml(_profiles(profile)),
        ".gitignore": "target/\nlogs/\n*.duckdb*\n",
        "tests/generic/headgate.sql": files(__package__).joinpath(_TESTS).read_text("utf-8"),
        "models/sources/exposures.yml": _HEAD
        + _yaml({"version": 2, "exposures": [_exposure(dashboard) for dashboard in dashboards]}),
    }
    for source in sources:
        document = {"version": 2, "sources": [source_of(source, datasets)]}
        texts[f"models/sources/{source.name}.yml"] = _HEAD + _yaml(document)
    return texts


def is_generated(path: str) -> bool:
    """Return whether `headgate dbt init` replaces the file when it runs again."""
    return path.startswith(("models/sources/", "tests/generic/headgate.sql"))


_PROJECT = {
    "name": "headgate_lake",
    "version": "1.0.0",
    "profile": "headgate_lake",
    "model-paths": ["models"],
    "test-paths": ["tests"],
    "flags": {"require_generic_test_arguments_property": True, "send_anonymous_usage_stats": False},
    "models": {"headgate_lake": {"+materialized": "table"}},
}


def _profiles(names: ProfileNames) -> dict[str, Any]:
    parts = {
        "type": "duckdb",
        "path": f"{names.folder}/lake.duckdb",
        "threads": 1,
        "plugins": [
            {
                "module": "headgate.client.dbt_plugin",
                "alias": "headgate",
                "config": {"deployment": names.deployment},
            }
        ],
    }
    bucket = "s3://{{ env_var('DBT_ATHENA_BUCKET') }}"
    athena = {
        "type": "athena",
        "region_name": names.region,
        "work_group": "{{ env_var('DBT_ATHENA_WORKGROUP', 'primary') }}",
        "s3_staging_dir": f"{bucket}/results/",
        "s3_data_dir": f"{bucket}/tables/",
        "database": "awsdatacatalog",
        "schema": "{{ env_var('DBT_ATHENA_DATABASE', 'dbt') }}",
        "threads": 4,
    }
    return {"headgate_lake": {"target": "parts", "outputs": {"parts": parts, "athena": athena}}}


def _exposure(dashboard: DashboardExposure) -> dict[str, Any]:
    return {
        "name": dashboard.name.replace("-", "_"),
        "label": dashboard.title,
        "type": "dashboard",
        "maturity": "high",
        "owner": {"name": dashboard.name},
        "depends_on": [f"source('prod', '{table}')" for table in dashboard.tables],
    }


def _yaml(document: object) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)
