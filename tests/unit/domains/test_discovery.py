"""Domains of the package, of installed packages and of the lake project are one list, which every consumer
reads.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from datetime import date
from typing import TYPE_CHECKING

import ibis
import pandas as pd
import pytest
from click.testing import CliRunner

from headgate.cli.local_lake import local_models
from headgate.cli.main import cli
from headgate.contracts.registry import Registry
from headgate.domains import discovery
from headgate.errors import ContractError, SettingsError
from headgate.learning.store import Shelf
from headgate.project import all_domains, load_module, project
from headgate.query.saved_questions import quality_and_answer, saved_questions
from headgate.systems import system_registry
from headgate.systems.dashboards import dashboards
from tests import clinic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.unit


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the lake project of this test."""
    folder = tmp_path / "lake"
    folder.mkdir()
    monkeypatch.setenv("HEADGATE_PROJECT", str(folder))
    return folder


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install the clinic as a package, for this test."""

    def installed(entry_point: str = "clinic = clinic_ext:DOMAIN") -> None:
        monkeypatch.syspath_prepend(clinic.installed(tmp_path / "site", entry_point))
        importlib.invalidate_caches()
        discovery.installed_domains.cache_clear()

    yield installed
    discovery.installed_domains.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "clinic_ext"]:
        del sys.modules[name]


def built(system: str) -> pd.DataFrame:
    visits = pd.DataFrame(
        {"visit_id": ["a", "b", "c"], "day": [date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 2)]}
    )
    tables = {"visits": ibis.memtable(visits)}
    made = system_registry.built(system_registry.system(system), tables, date(2026, 1, 2), Shelf(), {})[
        "visits_by_day"
    ]
    assert isinstance(made, pd.DataFrame)
    return made


def check_clinic_is_served() -> None:
    """All that a domain brings is there: contracts, system, dashboard, questions and routes of the API."""
    assert set(Registry.load().source) == {"visits"}
    assert [*Registry.load().tables_of("visit-counts")] == ["visits_by_day"]
    assert project().systems == ("visit-counts",)
    assert built("visit-counts")["visits"].tolist() == [2, 1]
    assert system_registry.may_read(system_registry.system("visit-counts")) == ("visits",)
    assert dashboards()["visit-counts"].title == "Visits"
    assert set(saved_questions(["visit-counts"])) == {"busy_days", "why_refused"}
    assert [question and question.name for question in quality_and_answer("visit-counts")] == [None, "days"]
    (routes,) = [load_module(domain.routes).routes for domain in project().every_domain if domain.routes]
    assert [access.path for access in routes.access] == ["/v1/predictions/waiting"]


def test_an_installed_package_brings_a_domain(lake: Path, install: Callable[..., None]) -> None:
    install()
    clinic.write(lake, {"headgate.toml": 'name = "clinic"\ndomains = ["clinic"]\n'})
    check_clinic_is_served()
    assert "no patients today" in CliRunner().invoke(cli, ["clinic-sample"]).output
    assert "clinic-sample" in CliRunner().invoke(cli, ["--help"]).output


def test_a_lake_project_is_a_domain_itself(lake: Path) -> None:
    clinic.lake(lake)
    check_clinic_is_served()


def test_a_lake_has_the_domains_of_the_package_and_its_own(lake: Path) -> None:
    clinic.lake(lake, '["retail"]')
    assert [domain.name for domain in all_domains()] == ["onboarding", "retail", "the lake project"]
    assert {"visits", "orders"} <= set(Registry.load().source)
    assert len(project().systems) == 6


def test_systems_of_two_lakes_in_one_process_are_not_mixed(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.lake(lake)
    version = system_registry.code_version("visit-counts")
    assert built("visit-counts")["visits"].tolist() == [2, 1]
    clinic.write(
        clinic.lake(tmp_path / "other"),
        {"systems/visit_counts.py": clinic.SYSTEM.replace("visits.count()", "visits.count() * 10")},
    )
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path / "other"))
    assert built("visit-counts")["visits"].tolist() == [20, 10]
    assert system_registry.code_version("visit-counts") != version


def test_what_systems_share_is_no_system_and_part_of_their_version(lake: Path) -> None:
    clinic.lake(lake)
    clinic.write(
        lake,
        {
            "systems/_days.py": "DAY = 'day'\n",
            "systems/visit_counts.py": f"from headgate.project_systems._days import DAY\n{clinic.SYSTEM}",
        },
    )
    version = system_registry.code_version("visit-counts")
    assert project().systems == ("visit-counts",)
    assert system_registry.system("visit-counts").DAY == "day"  # type: ignore[attr-defined] # imported by this one
    clinic.write(lake, {"systems/_days.py": "DAY = 'day'  # UTC\n"})
    assert system_registry.code_version("visit-counts") != version


def test_questions_and_routes_are_no_part_of_a_systems_version(lake: Path) -> None:
    """An edited question rebuilds no table."""
    clinic.lake(lake)
    version = system_registry.code_version("visit-counts")
    clinic.write(lake, {"systems/_questions.py": "QUESTIONS = {}\n", "systems/_routes.py": ""})
    assert system_registry.code_version("visit-counts") == version


def test_a_lake_of_sql_models_alone_may_have_questions(lake: Path) -> None:
    """They need neither QUALITY nor ANSWERS, nor a system in Python."""
    question = 'QUESTIONS = {"visits": SavedQuestion("visits", "own-models", "Which visits?", "SELECT 1")}\n'
    clinic.write(
        lake,
        {
            "headgate.toml": "domains = []\n",
            "systems/_questions.py": f"from headgate.query.questions import SavedQuestion\n{question}",
        },
    )
    assert set(saved_questions(["own-models"])) == {"visits", "why_refused"}
    assert quality_and_answer("own-models") == (None, None)


def test_an_unknown_domain_is_an_error_that_lists_the_domains_and_how_to_add_one(
    lake: Path, install: Callable[..., None]
) -> None:
    install()
    clinic.write(lake, {"headgate.toml": 'domains = ["hospital"]\n'})
    with pytest.raises(
        SettingsError,
        match=(
            r"'hospital', .*there are clinic, onboarding, retail\. Install .*entry point "
            r".*headgate\.domains"
        ),
    ):
        project()


def test_domains_of_one_contract(lake: Path) -> None:
    """Two domains that bring the same contract are an error that names both, not a silent overwrite."""
    clinic.lake(lake, '["retail"]')
    clinic.write(lake, {"contracts/source/customers.yaml": clinic.VISITS.replace("visits", "customers")})
    with pytest.raises(
        ContractError,
        match=r"source contract customers: .*domains/retail/contracts/source and .*lake/contracts/source\.",
    ):
        Registry.load()


def test_domains_of_one_system(lake: Path, install: Callable[..., None]) -> None:
    install()
    clinic.lake(lake, '["clinic"]')
    with pytest.raises(SettingsError, match="clinic and the lake project both bring the system visit-counts"):
        _ = project().systems


def test_domains_of_one_name(lake: Path, install: Callable[..., None]) -> None:
    install("retail = clinic_ext:DOMAIN")
    clinic.write(lake, {"headgate.toml": 'domains = ["clinic"]\n'})
    with pytest.raises(SettingsError, match="Two packages bring a domain retail"):
        project()


@pytest.mark.parametrize(
    "entry_point",
    ["hospital = clinic_ext:DOMAIN", "hospital = clinic_ext:NOTHING", "hospital = no_such_package:DOMAIN"],
)
def test_an_entry_point_without_its_domain_is_named(
    lake: Path, install: Callable[..., None], entry_point: str
) -> None:
    install(entry_point)
    clinic.write(lake, {"headgate.toml": 'domains = ["hospital"]\n'})
    with pytest.raises(SettingsError, match=entry_point.partition(" = ")[2]):
        project()


def test_a_system_without_a_table_is_an_error_and_not_a_success(lake: Path) -> None:
    clinic.lake(lake)
    (lake / "contracts" / "prod" / "visits_by_day.yaml").unlink()
    with pytest.raises(ContractError, match=r"visit-counts owns no table.*headgate\.system: visit-counts"):
        Registry.load()


def test_a_model_without_a_contract_is_named_with_the_file_to_write(lake: Path) -> None:
    clinic.lake(lake)
    shutil.rmtree(lake / "systems")
    (lake / "contracts" / "prod" / "visits_by_day.yaml").unlink()
    (lake / "models").mkdir(exist_ok=True)
    (lake / "models" / "stays.sql").write_text("select 1 as one")
    with pytest.raises(ContractError, match=r"models/stays\.sql has no contract.*contracts/prod/stays\.yaml"):
        local_models()


def test_a_table_of_a_system_that_nobody_brings_is_an_error(lake: Path) -> None:
    clinic.lake(lake)
    shutil.rmtree(lake / "systems")
    with pytest.raises(
        ContractError,
        match=r"visits_by_day\.yaml names the system visit-counts.*add systems/visit_counts\.py",
    ):
        Registry.load()


def test_a_system_has_a_name_that_buckets_can_have(lake: Path) -> None:
    clinic.write(clinic.lake(lake), {"systems/Visits.py": clinic.SYSTEM})
    with pytest.raises(SettingsError, match="systems/Visits is not a valid name of a system"):
        _ = project().systems
