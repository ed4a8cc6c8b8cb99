"""The lake project: the folder with `headgate.toml`, `contracts/` and `models/` that one deployment uses.

The file is in the working directory or the nearest folder above it; HEADGATE_PROJECT names another folder.
Without a file, a lake has every domain of the package and the default names.
"""

from __future__ import annotations

import json
import os
import re
import sys
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.domains.discovery import domains_of, installed_domains, is_archive, package_domains
from headgate.domains.domain import Domain, System
from headgate.errors import SettingsError
from headgate.plain_names import LAKE_NAME, LAKE_NAME_RULE, for_example, lake_name_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable
    from types import ModuleType

FILE = "headgate.toml"
MODELS_SYSTEM = "own-models"  # the system that builds the tables of models/*.sql
MODEL_TESTS = "tests"  # folder beside the models with their unit tests
OWN_DOMAIN = "the lake project"  # the name of the project's own domain
OWN_SYSTEMS = "headgate.project_systems"  # the package of the project's Python systems
OWN_PARTS = {
    "questions": "_questions",
    "routes": "_routes",
    "card_figures": "_card_figures",
}  # its further modules, by Domain's attribute
PACKED = "_models"  # folder of a built archive that holds the project's models
PACKED_DASHBOARDS = "_dashboards"  # and the one that holds its dashboards
MODEL_CARDS = "model_cards"  # folder of a domain with its model cards, also of the project's in an archive
PACKED_SETTINGS = "_settings.json"  # and the file with the settings that code in the archive reads
BLOCKS = (
    "forecast",
    "anomalies",
    "trend",
    "segments",
)  # headgate.<block> of a prod contract, see headgate.contracts.analytics_blocks
_BLOCK = re.compile(rf"""property["']?: *["']?headgate\.(?:{"|".join(BLOCKS)})\b""")
DASHBOARD_TABLES = re.compile(r"^tables *:", re.MULTILINE)  # of a dashboard file that declares blocks
_TABLES = {"settings", "environments", "export_sources", "cards"}
_CARD_FIELDS = {"none", "declared_by", "declared_on", "reason"}
SYSTEM = r"[a-z][a-z0-9_]{1,29}"  # a Python system of the project: its module
_SOURCE = r"[a-z][a-z0-9_]{0,31}"
_SOURCE_FIELDS = {"schedule", "enabled", "mask_at_source", "network"}
_PATTERNS = {
    "name": (LAKE_NAME, LAKE_NAME_RULE),
    "currency": (r"|[A-Z]{3}", "a code of three capital letters, as in ISO 4217, or empty"),
    "region": (r"|[a-z]{2}(-[a-z]+)+-[0-9]", "an AWS region such as eu-central-1, or empty"),
    "environment": (
        r"[a-z][a-z0-9]{0,9}",
        "1 to 10 of the letters a to z, in lower case, and digits, beginning with a letter",
    ),
    "alert_email": (r"|[^@ ]+@[^@ ]+\.[^@ ]+", "an e-mail address, or empty"),
    "schedule": (r"(cron|rate)\(.+\)", "cron(...) or rate(...) of EventBridge Scheduler"),
}


@dataclass(frozen=True)
class LakeProject:
    """The statements of `headgate.toml`.

    Attributes:
        folder: the folder of `headgate.toml`; None if there is none.
        name: prefix of the lake's buckets and databases: `<name>_curated`.
        region: AWS region; if empty, that of the shell.
        environment: the environment that is deployed by default.
        domains: the lake's domains, from this package or installed ones, with their contracts and systems.
        analyst_tables: datasets that get a table without the columns about a person,
            `<dataset>_for_analysts`.
        currency: ISO 4217 code for amounts whose column and table name none; if empty, that of the domains.
        alert_email: address for alerts, or empty.
        schedule: when the daily run starts, in UTC.
        export_sources: source name → further database besides the deployment's own; docs/use/export.md lists
            the fields.
        cards: declaration that the lake has no card numbers (`none = true`), with `declared_by`,
            `declared_on` and `reason`.
        settings: further Terraform variables by name.
        environments: environment → its differences in the attributes above or in Terraform variables.
    """

    folder: Path | None = None
    name: str = "ecommerce"
    region: str = ""
    environment: str = "dev"
    domains: tuple[str, ...] = ()
    analyst_tables: tuple[str, ...] = ()
    currency: str = ""
    alert_email: str = ""
    schedule: str = "cron(0 3 * * ? *)"
    export_sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    cards: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def models(self) -> tuple[Path, ...]:
        """Return the project's SQL models by name; each builds the prod table with its name."""
        remedy = (
            "Write each table as one query in Athena's SQL, models/<table>.sql; a model in Python is "
            "systems/<name>.py"
        )
        return (
            _own_files(self.folder / "models", (".sql",), remedy, besides=MODEL_TESTS) if self.folder else ()
        )

    @property
    def model_tests(self) -> tuple[Path, ...]:
        """Return the unit tests of the SQL models by name; CSV files next to them have their rows."""
        remedy = "Write each test as models/tests/<name>.yaml, and its larger tables as CSV"
        paths = (
            _own_files(self.folder / "models" / MODEL_TESTS, (".yaml", ".csv"), remedy) if self.folder else ()
        )
        return tuple(path for path in paths if path.suffix == ".yaml")

    @property
    def dashboards(self) -> tuple[Path, ...]:
        """Return the project's own dashboards by name."""
        remedy = "Write each dashboard as dashboards/<name>.yaml"
        return _own_files(self.folder / "dashboards", (".yaml",), remedy) if self.folder else ()

    @property
    def own_domain(self) -> Domain:
        """Return the lake project as a domain: contracts, dashboards, systems, questions and routes."""
        return (
            Domain(OWN_DOMAIN, folder=self.folder, **_own_modules(self.folder / "systems"))
            if self.folder
            else Domain(OWN_DOMAIN)
        )

    @property
    def every_domain(self) -> tuple[Domain, ...]:
        """Return the lake's domains; the project itself is last."""
        every = (*domains_of(self.domains), *([self.own_domain] if self.folder else ()))
        owners: dict[str, str] = {MODELS_SYSTEM: "models/"}
        for owner_of, system in [(domain.name, system) for domain in every for system in domain.systems]:
            if owner := owners.get(system.name):
                raise SettingsError(
                    f"{owner} and {owner_of} both bring the system {system.name}. Rename one of them."
                )
            owners[system.name] = owner_of
        return every

    @property
    def systems(self) -> tuple[str, ...]:
        """Return the systems of the lake: those of its domains, and one for models, blocks and analysts."""
        own = (MODELS_SYSTEM,) if self.models or self.analyst_tables or self._declares_blocks else ()
        return (*(system.name for domain in self.every_domain for system in domain.systems), *own)

    @property
    def _declares_blocks(self) -> bool:
        """Return whether a contract or dashboard of the project declares a block for `headgate.contracts`."""
        folder = self.folder / "contracts" / "prod" if self.folder else None
        paths = [*folder.glob("*.yaml"), *folder.glob("*.json")] if folder else []
        in_contract = any(_BLOCK.search(path.read_text(encoding="utf-8")) for path in paths)
        return in_contract or any(
            DASHBOARD_TABLES.search(path.read_text(encoding="utf-8")) for path in self.dashboards
        )

    def terraform_variables(self, environment: str = "") -> dict[str, Any]:
        """Return the Terraform variables for an environment: numbers, texts, lists and maps.

        By default it is the project's environment.
        """
        variables = {
            "alert_email": self.alert_email,
            "daily_schedule": self.schedule,
            "domain": self.name,
            **self.settings,
        }
        if self.export_sources:
            variables["export_sources"] = self.export_sources
        renamed = {"name": "domain", "schedule": "daily_schedule"}
        differs = self.environments.get(environment or self.environment, {})
        variables |= {renamed.get(name, name): value for name, value in differs.items()}
        region = {"region": self.region} if self.region and "region" not in variables else {}
        return {
            **variables,
            **region,
            "environment": environment or self.environment,
            "systems": [*self.systems],
        }


def _own_files(folder: Path, suffixes: tuple[str, ...], remedy: str, besides: str = "") -> tuple[Path, ...]:
    """Return a folder's files with these suffixes by name.

    Notes (`.md`) and hidden files are ignored; any other entry is an error.
    """
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    named = [
        entry
        for entry in entries
        if not entry.name.startswith((".", "__")) and entry.suffix != ".md" and entry.name != besides
    ]
    if ignored := [entry.name for entry in named if entry.suffix not in suffixes or entry.is_dir()]:
        endings = " or ".join(suffixes)
        raise SettingsError(
            f"{folder.name}/{ignored[0]} is not read: a file in {folder.name}/ ends in {endings}. "
            f"{remedy}, or remove it."
        )
    return tuple(named)


def _own_systems(folder: Traversable) -> tuple[System, ...]:
    """Return the systems of a folder by name: its modules and packages.

    Modules whose names begin with _ are shared code, not systems.
    """
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name) if folder.is_dir() else []
    stems = [
        entry.name.removesuffix(".py")
        for entry in entries
        if entry.name.endswith(".py") or (entry / "__init__.py").is_file()
    ]
    stems = [stem for stem in stems if not stem.startswith("_")]
    if wrong := [stem for stem in stems if not re.fullmatch(SYSTEM, stem)]:
        raise SettingsError(
            f"systems/{wrong[0]} is not a valid name of a system. Use 2 to 30 of the letters a to z in lower "
            "case, digits and _, beginning with a letter."
        )
    return tuple(System(stem.replace("_", "-"), f"{OWN_SYSTEMS}.{stem}") for stem in stems)


def _own_modules(folder: Traversable) -> dict[str, Any]:
    """Return the modules of the project's domain in a folder: its systems, and its other parts that exist."""
    parts = {
        part: f"{OWN_SYSTEMS}.{stem}" for part, stem in OWN_PARTS.items() if (folder / f"{stem}.py").is_file()
    }
    return {"systems": _own_systems(folder), **parts}


def own_folder() -> Traversable:
    """Return the folder with the systems of the lake project or of this code's archive."""
    folder = None if is_archive() else project().folder
    return folder / "systems" if folder else files(OWN_SYSTEMS)


def load_module(module: str) -> ModuleType:
    """Import a module of a domain, for the lake project from its folder."""
    if module.startswith(OWN_SYSTEMS):
        _add_to_path(own_folder())
    return import_module(module)


def _add_to_path(folder: Traversable) -> None:
    """Let `headgate.project_systems` import from this folder instead of an earlier lake's."""
    package = import_module(OWN_SYSTEMS)
    if isinstance(folder, Path) and [*package.__path__] != [str(folder)]:
        package.__path__ = [str(folder)]
        for name in [name for name in sys.modules if name.startswith(f"{OWN_SYSTEMS}.")]:
            del sys.modules[name]


def lake_domains() -> tuple[Domain, ...]:
    """Return the lake's domains: those of the lake project, or all domains in the running archive."""
    if not is_archive():
        return project().every_domain
    own = Domain(OWN_DOMAIN, package="headgate", **_own_modules(files("headgate") / "project_systems"))
    return (*package_domains().values(), *installed_domains().values(), own)


def all_domains() -> tuple[Domain, ...]:
    """Return the domains of this package and of the lake."""
    return tuple(dict.fromkeys((*package_domains().values(), *lake_domains())))


def analyst_tables() -> tuple[str, ...]:
    """Return the datasets that get a table for analysts."""
    return tuple(packed_settings()["analyst_tables"])


def cards() -> Mapping[str, Any]:
    """Return the lake's declaration about card numbers."""
    return dict(packed_settings()["cards"])


def currency() -> str:
    """Return the lake's currency: that of headgate.toml, or the first one of a domain, or an empty text."""
    return str(packed_settings()["currency"])


def packed_settings() -> dict[str, Any]:
    """Return the settings for code in an archive, from the lake project or from the archive."""
    if is_archive():
        packed = files("headgate") / PACKED_SETTINGS
        return dict(json.loads(packed.read_text(encoding="utf-8")))
    lake = project()
    in_currency = (lake.currency, *(domain.currency for domain in lake.every_domain))
    return {
        "analyst_tables": [*lake.analyst_tables],
        "cards": dict(lake.cards),
        "currency": next(filter(None, in_currency), ""),
    }


def deployed_systems(env: Mapping[str, str]) -> tuple[str, ...]:
    """Return the systems of an environment's deployment, or without one those of the project, sorted."""
    buckets = env.get("HEADGATE_PROD_BUCKETS", "")
    return tuple(sorted(json.loads(buckets))) if buckets else project().systems


def project(start: Path | None = None) -> LakeProject:
    """Return the lake project of a folder, by default of HEADGATE_PROJECT or of the working directory."""
    named = os.environ.get("HEADGATE_PROJECT", "")
    nearest = _project_at(start or (Path(named) if named else Path.cwd()))
    if named and not start and not nearest.folder:
        raise SettingsError(
            f"HEADGATE_PROJECT is {named}, where no {FILE} lies. Correct the path, or write one with "
            "`headgate init`."
        )
    return nearest


@cache
def _project_at(start: Path) -> LakeProject:
    folder = start.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / FILE).is_file():
            return read_project(candidate / FILE)
    return LakeProject(domains=tuple(package_domains()))


def read_project(path: Path) -> LakeProject:
    """Return the project that a `headgate.toml` describes."""
    import tomllib  # noqa: PLC0415 a deployed function has its contracts packed and reads no project

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path.name} is not valid TOML: {error}. Correct it, or write a new one with `headgate init`."
        ) from None
    names = {field.name for field in fields(LakeProject)} - {"folder"}
    if unknown := sorted(set(values) - names):
        raise SettingsError(
            f"{path.name} has the unknown field {unknown[0]}. Its fields are {', '.join(sorted(names))}; "
            "Terraform variables go below [settings]."
        )
    for name, value in values.items():
        _check(path, name, value)
    if declared := values.get("cards"):
        values["cards"] = {**declared, "declared_on": declared["declared_on"].isoformat()}
    domains, copied = (tuple(values.pop(name, ())) for name in ("domains", "analyst_tables"))
    return LakeProject(folder=path.parent, domains=domains, analyst_tables=copied, **values)


def _check(path: Path, name: str, value: object) -> None:
    if name == "domains":
        _check_domains(path, value)
    elif name == "analyst_tables":
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise SettingsError(
                f"{path.name}: analyst_tables is {value!r}. It is a list of datasets, for example "
                '["customers"].'
            )
    elif name in _TABLES:
        if not isinstance(value, dict):
            raise SettingsError(
                f"{path.name}: {name} is not a table. Write its fields below a line [{name}]."
            )
        if name == "export_sources":
            _check_sources(path, value)
        elif name == "environments":
            _check_environments(path, value)
        elif name == "cards":
            _check_cards(path, value)
    else:
        _check_text(path, name, name, value)


def _check_domains(path: Path, value: object) -> None:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise SettingsError(
            f"{path.name}: domains is {value!r}. It is a list of domains, for example "
            f"{[*package_domains()]}, or []."
        )
    try:
        domains_of(value)
    except SettingsError as error:
        raise SettingsError(f"{path.name}: {error}") from error


def _check_cards(path: Path, table: Mapping[str, object]) -> None:
    """Check that the declaration of a lake without card numbers has author, day and reason."""
    texts = [table.get(name) for name in ("declared_by", "reason")]
    is_complete = (
        all(isinstance(text, str) and text.strip() for text in texts)
        and type(table.get("declared_on")) is date
    )
    if set(table) != _CARD_FIELDS or table["none"] is not True or not is_complete:
        raise SettingsError(
            f"{path.name}: cards must have none = true, declared_by, declared_on (a date such as "
            "2026-01-31, without a time) and reason. "
            "Complete it, or remove it: card numbers are then searched."
        )


def _check_environments(path: Path, environments: Mapping[str, object]) -> None:
    """Check an environment's fields as those of the project; other fields are Terraform variables."""
    for environment, settings in environments.items():
        if not isinstance(settings, dict):
            raise SettingsError(
                f"{path.name}: environments.{environment} is not a table. Write its fields below "
                f"[environments.{environment}]."
            )
        for name in sorted(set(settings) & set(_PATTERNS)):
            _check_text(path, f"environments.{environment}.{name}", name, settings[name])


def _check_text(path: Path, shown: str, name: str, value: object) -> None:
    pattern, rule = _PATTERNS[name]
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        example = for_example(lake_name_of(value)) if name == "name" and isinstance(value, str) else ""
        raise SettingsError(f"{path.name}: {shown} is {value!r}. It must be {rule}{example}.")


def _check_sources(path: Path, sources: Mapping[str, object]) -> None:
    """Check names and fields, because Terraform ignores unknown fields."""
    for source, settings in sources.items():
        if not re.fullmatch(_SOURCE, source):
            raise SettingsError(
                f"{path.name}: export_sources has {source!r}. "
                "A source has 1 to 32 lower-case letters, digits and _, beginning with a letter."
            )
        if not isinstance(settings, dict):
            raise SettingsError(
                f"{path.name}: export_sources.{source} is not a table. Write its fields below "
                f"[export_sources.{source}]."
            )
        if unknown := sorted(set(settings) - _SOURCE_FIELDS):
            raise SettingsError(
                f"{path.name}: export_sources.{source} has the unknown field {unknown[0]}. "
                f"Its fields are {', '.join(sorted(_SOURCE_FIELDS))}."
            )
