"""The draft of an SQL model's contract has the columns and types that the statement gives."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from headgate.cli.local_lake import local_models
from headgate.cli.main import cli

if TYPE_CHECKING:
    from click.testing import Result

pytestmark = pytest.mark.unit

EXAMPLE = Path(__file__).parents[3] / "examples" / "airports"
MODEL = "weather_of_airports"


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example without the contract of its model."""
    made = shutil.copytree(EXAMPLE, tmp_path / "lake", ignore=shutil.ignore_patterns("data"))
    (made / "contracts" / "prod" / f"{MODEL}.yaml").unlink()
    monkeypatch.setenv("HEADGATE_PROJECT", str(made))
    return made


def drafted(name: str = MODEL) -> Result:
    return CliRunner().invoke(cli, ["models", "init", name])


def reason(done: Result) -> str:
    return str(done.exception)


def columns_of(lake: Path, name: str = MODEL) -> dict[str, dict[str, Any]]:
    document = yaml.safe_load((lake / "contracts" / "prod" / f"{name}.yaml").read_text("utf-8"))
    return {column["name"]: column for column in document["schema"][0]["properties"]}


def test_a_draft_has_the_columns_and_types_of_the_statement(lake: Path) -> None:
    assert drafted().exit_code == 0
    made, written = columns_of(lake), columns_of(EXAMPLE)
    assert {name: column["physicalType"] for name, column in made.items()} == {
        name: column["physicalType"] for name, column in written.items()
    }
    assert [*local_models().queries] == [MODEL]


def test_the_columns_of_the_group_by_are_the_key(lake: Path) -> None:
    drafted()
    key = {name: of["primaryKeyPosition"] for name, of in columns_of(lake).items() if of.get("primaryKey")}
    assert key == {"origin": 1, "name": 2, "month_on": 3}


def test_a_draft_reads_other_models_and_counts_sums_of_integers_as_integers(lake: Path) -> None:
    shutil.copy(EXAMPLE / "contracts" / "prod" / f"{MODEL}.yaml", lake / "contracts" / "prod")
    sql = "SELECT name AS airport, sum(hours) AS hours FROM {{ ref('weather_of_airports') }} GROUP BY name"
    (lake / "models" / "hours.sql").write_text(sql, encoding="utf-8")
    assert drafted("hours").exit_code == 0
    types = {name: column["physicalType"] for name, column in columns_of(lake, "hours").items()}
    assert types == {"airport": "TEXT", "hours": "BIGINT"}
    assert columns_of(lake, "hours")["airport"]["primaryKey"]


def test_a_statement_without_a_group_by_has_its_first_column_as_the_key(lake: Path) -> None:
    (lake / "models" / "names.sql").write_text("SELECT faa, name FROM airports", encoding="utf-8")
    assert drafted("names").exit_code == 0
    assert [name for name, of in columns_of(lake, "names").items() if of.get("primaryKey")] == ["faa"]


def test_what_cannot_be_drafted_is_refused_with_the_reason(lake: Path) -> None:
    assert f"Models: {MODEL}" in reason(drafted("no_such_model"))
    (lake / "models" / "broken.sql").write_text("SELECT no_such_column FROM airports", encoding="utf-8")
    assert "models/broken.sql cannot be run" in reason(drafted("broken"))
    assert drafted().exit_code == 0
    assert "has a contract" in reason(drafted())


def test_a_contract_of_another_table_of_the_draft_is_kept(lake: Path) -> None:
    (lake / "models" / "hours.sql").write_text("SELECT faa, name FROM airports", encoding="utf-8")
    other = lake / "contracts" / "prod" / "hours.yaml"
    shutil.copy(EXAMPLE / "contracts" / "prod" / f"{MODEL}.yaml", other)
    done = drafted("hours")
    assert (done.exit_code, "is a contract of another table" in done.output) == (1, True)
    assert other.read_bytes() == (EXAMPLE / "contracts" / "prod" / f"{MODEL}.yaml").read_bytes()


def test_a_model_without_a_contract_names_the_command(lake: Path) -> None:
    assert lake
    done = CliRunner().invoke(cli, ["models", "test"])
    assert f"`headgate models init {MODEL}`" in reason(done)
