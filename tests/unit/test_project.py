"""A lake project is what its `headgate.toml` states."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.contracts.registry import Registry
from headgate.domains.discovery import package_domains
from headgate.errors import SettingsError
from headgate.project import MODELS_SYSTEM, LakeProject, project, read_project

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]


def written(folder: Path, text: str) -> Path:
    path = folder / "headgate.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_this_repository_is_a_project_of_the_retail_domain() -> None:
    lake = project(ROOT / "docs")
    assert (lake.folder, lake.name, lake.domains) == (ROOT, "ecommerce", ("retail",))
    assert len(lake.systems) == 5


def test_without_a_file_a_lake_has_every_domain(tmp_path: Path) -> None:
    assert project(tmp_path) == LakeProject(domains=tuple(package_domains()))


def test_a_stated_folder_without_a_project_is_an_error_and_not_the_default_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path / "bikse"))
    with pytest.raises(SettingsError, match=r"bikse, where no headgate\.toml lies"):
        project()


def test_a_lake_without_a_domain_has_its_own_contracts_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, 'name = "sensors"\ndomains = []\n')
    contract = (ROOT / "headgate/domains/retail/contracts/source/calendar.yaml").read_text(encoding="utf-8")
    (tmp_path / "contracts" / "source").mkdir(parents=True)
    (tmp_path / "contracts" / "source" / "calendar.yaml").write_text(contract, encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    registry = Registry.load()
    assert (set(registry.source), set(registry.curated), registry.prod) == ({"calendar"}, {"calendar"}, {})
    assert project().systems == ()


def test_sql_models_are_a_system_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "daily.sql").write_text("select 1", encoding="utf-8")
    lake = read_project(written(tmp_path, 'name = "sensors"'))
    assert lake.systems == (MODELS_SYSTEM,)


@pytest.mark.parametrize("ignored", ["revenue.py", "revenue.SQL", "marts/revenue.sql"])
def test_a_file_that_no_model_is_read_from_is_named_with_the_remedy(tmp_path: Path, ignored: str) -> None:
    """A model in Python, or in a folder of its own, would be left out of the lake without a word."""
    path = tmp_path / "models" / ignored
    path.parent.mkdir(parents=True)
    path.write_text("select 1", encoding="utf-8")
    name = ignored.partition("/")[0]
    with pytest.raises(
        SettingsError,
        match=rf"models/{name} is not read: a file in models/ ends in \.sql\. .*models/<table>\.sql",
    ):
        _ = read_project(written(tmp_path, 'name = "sensors"')).systems


def test_notes_and_hidden_files_beside_models_are_allowed(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    for name in ("README.md", ".gitkeep", "daily.sql"):
        (tmp_path / "models" / name).touch()
    assert [path.name for path in read_project(written(tmp_path, 'name = "sensors"')).models] == ["daily.sql"]


def test_a_dashboard_with_another_ending_is_named(tmp_path: Path) -> None:
    (tmp_path / "dashboards").mkdir()
    (tmp_path / "dashboards" / "sales.yml").touch()
    with pytest.raises(SettingsError, match=r"dashboards/sales\.yml is not read"):
        _ = read_project(written(tmp_path, 'name = "sensors"')).dashboards


def test_terraform_gets_names_schedule_systems_and_settings_of_the_environment(tmp_path: Path) -> None:
    text = (
        'name = "sensors"\nregion = "eu-central-1"\nenvironment = "dev"\nalert_email = "ops@example.org"\n'
        "[settings]\nquiet_s = 30\n[environments.prod]\nquiet_s = 60\nname = 'sensorsprod'\n"
    )
    lake = read_project(written(tmp_path, text))
    assert lake.terraform_variables() == {
        "domain": "sensors",
        "region": "eu-central-1",
        "environment": "dev",
        "alert_email": "ops@example.org",
        "daily_schedule": "cron(0 3 * * ? *)",
        "quiet_s": 30,
        "systems": [],
    }
    assert lake.terraform_variables("prod") | {"systems": 0} == lake.terraform_variables() | {
        "domain": "sensorsprod",
        "environment": "prod",
        "quiet_s": 60,
        "systems": 0,
    }


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a = 1\nname = \n", "line 2"),
        ('name = "No Way"', "name is 'No Way'"),
        ('name = "M\u00fcller"', r"letters a to z.*for example muller\."),
        (
            '[environments.prod]\nname = "M\u00fcller"',
            r"environments.prod.name is 'M\u00fcller'.*for example muller\.",
        ),
        ("environments.prod = 3", "environments.prod is not a table"),
        ('domains = ["shop"]', "domains has 'shop'"),
        ('domains = "retail"', "domains is 'retail'"),
        ('nane = "x"', "unknown field nane"),
        ("settings = 3", "settings is not a table"),
        ("schedule = 3", "schedule is 3"),
        ("export_sources = 3", "export_sources is not a table"),
        ("[export_sources.Crm]", "export_sources has 'Crm'"),
        ("[export_sources]\ncrm = 1", "export_sources.crm is not a table"),
        ("[export_sources.crm]\ntables = ['a']", "export_sources.crm has the unknown field tables"),
    ],
)
def test_an_error_names_the_line_or_the_field(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read_project(written(tmp_path, text))


def test_further_databases_are_a_map_by_source_name(tmp_path: Path) -> None:
    lake = read_project(written(tmp_path, '[export_sources.crm]\nschedule = "cron(30 1 * * ? *)"\n'))
    assert lake.terraform_variables()["export_sources"] == {"crm": {"schedule": "cron(30 1 * * ? *)"}}
    assert "export_sources" not in read_project(written(tmp_path, "")).terraform_variables()
