"""The examples are lakes of other domains: small, outside the package, and as good as their pages say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import ibis
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from benchmarks.systems.example_lines import EXAMPLES, lines_of
from headgate import python_api
from headgate.cli.main import cli
from headgate.contracts.references import Reference, references
from headgate.contracts.registry import Registry
from headgate.learning.store import Shelf
from headgate.project import load_module, project
from headgate.query.saved_questions import saved_questions
from headgate.systems import system_registry
from headgate.systems.dashboards import dashboards
from headgate.systems.model_cards import description
from headgate.systems.run import build

if TYPE_CHECKING:
    from headgate.scoring.scorer import Scorer

pytestmark = pytest.mark.unit

ROOT = EXAMPLES.parent
DATA = Path(os.environ.get("HEADGATE_DATA", ROOT.parent / "shared" / "data"))
BIKES, AIRPORTS = EXAMPLES / "bike-share", EXAMPLES / "airports"
MOST_LINES = 600
LAKE_DAY = date(2013, 1, 31)
WORDS = re.compile(
    r"bike.?share|hourly.demand|demand.quality|daily.rentals|weekly.profile|weather.of.airports",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def rentals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rentals that the example generates."""
    file = tmp_path_factory.mktemp("bikes") / "rentals.csv"
    subprocess.run([sys.executable, str(BIKES / "generate.py"), str(file)], check=True, capture_output=True)
    return file


@pytest.fixture
def bikes(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bike share as the lake project of this test."""
    monkeypatch.setenv("HEADGATE_PROJECT", str(BIKES))
    return BIKES


@pytest.fixture
def airports(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The airports as the lake project of this test."""
    monkeypatch.setenv("HEADGATE_PROJECT", str(AIRPORTS))
    return AIRPORTS


def real(path: str) -> Path:
    if not (DATA / path).is_file():
        pytest.skip(f"{path} is not in {DATA}; set HEADGATE_DATA to where it is")
    return DATA / path


def built(file: Path, days: int = 10_000, as_of: date = LAKE_DAY) -> tuple[dict[str, pd.DataFrame], Shelf]:
    """The tables of the first days of a file, in a lake that reaches further, and the shelf with
    the scorer.
    """
    rows = pd.read_csv(file)
    rows["dteday"] = pd.to_datetime(rows["dteday"], format="%m/%d/%Y").dt.date
    rows = rows[rows["dteday"] < min(rows["dteday"]) + timedelta(days=days)]
    shelf = Shelf()
    made: Any = build(
        system_registry.system("hourly-demand"), _Opened({"rentals": ibis.memtable(rows)}), as_of, shelf
    )
    return made, shelf


def scorer_of(shelf: Shelf) -> Scorer:
    scorer = shelf.exported["demand"]
    assert scorer
    return scorer


class _Opened(dict[str, ibis.Table]):
    """Tables that need no closing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def test_a_domain_takes_at_most_600_lines() -> None:
    assert 0 < lines_of(BIKES) <= MOST_LINES
    assert 0 < lines_of(AIRPORTS) <= MOST_LINES


def test_all_files_are_counted_but_data_and_locks(tmp_path: Path) -> None:
    for path in (
        "data/rows.csv",
        "requirements.txt",
        "systems/__pycache__/a.pyc",
        "systems/a.py",
        "README.md",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("one\ntwo\n", encoding="utf-8")
    assert lines_of(tmp_path) == 4


def test_the_package_does_not_name_the_examples() -> None:
    files = [
        path for path in (ROOT / "headgate").rglob("*") if path.suffix in {".py", ".toml", ".yaml", ".json"}
    ]
    assert [path for path in files if WORDS.search(path.read_text(encoding="utf-8"))] == []
    assert WORDS.search((BIKES / "systems" / "hourly_demand.py").read_text(encoding="utf-8"))


def test_the_contract_is_the_one_that_the_draft_command_writes(rentals: Path, tmp_path: Path) -> None:
    drafted = tmp_path / "drafted.yaml"
    result = CliRunner().invoke(
        cli, ["contract", "init", str(rentals), "--key", "dteday,hr", "--output", str(drafted)]
    )
    assert result.exit_code == 0, result.output
    assert drafted.read_text(encoding="utf-8") == (BIKES / "contracts" / "source" / "rentals.yaml").read_text(
        encoding="utf-8"
    )


@pytest.mark.usefixtures("bikes")
def test_a_lake_project_brings_all_that_a_domain_brings() -> None:
    own = project().own_domain
    assert (own.questions, own.routes) == (
        "headgate.project_systems._questions",
        "headgate.project_systems._routes",
    )
    assert [*Registry.load().tables_of("hourly-demand")] == ["demand_quality", "hourly_demand"]
    assert set(saved_questions(["hourly-demand"])) == {
        "busiest_hours",
        "forecast_against_naive",
        "why_refused",
    }
    assert [rule.name for rule in dashboards()["hourly-demand"].alerts] == ["worse_than_naive"]
    assert system_registry.declared(system_registry.system("hourly-demand"), "EXPORTS") == ("demand",)
    assert description("hourly-demand").quality == "demand_quality"


@pytest.mark.usefixtures("bikes")
def test_the_tables_have_the_columns_of_their_contracts(rentals: Path) -> None:
    made, _ = built(rentals)
    contracts = Registry.load().prod
    assert {name: (*frame.columns, "as_of", "snapshot_id") for name, frame in made.items()} == {
        name: contracts[name].names for name in ("hourly_demand", "demand_quality")
    }
    hours = made["hourly_demand"]
    assert (len(hours), hours["mean"].notna().sum(), hours["hour_at"].is_unique) == (16 * 24, 48, True)
    ahead = hours[hours["mean"].notna()]
    assert (
        ahead[["lower_95", "lower_80", "mean", "upper_80", "upper_95"]].diff(axis=1).iloc[:, 1:] >= 0
    ).all(axis=None)


@pytest.mark.usefixtures("bikes")
def test_the_forecast_is_better_than_the_naive_rule_and_its_intervals_hold(rentals: Path) -> None:
    figures = built(rentals)[0]["demand_quality"].set_index("metric")
    check_figures(figures)
    assert (round(figures.value["mae"], 1), round(figures.baseline["mae"], 1)) == (
        14.4,
        18.3,
    )  # as the example's page has them


@pytest.mark.usefixtures("bikes")
def test_the_forecast_of_the_real_rentals_is_better_than_the_naive_rule() -> None:
    file = real("bike_sharing/hour.csv")
    contract = python_api.load_contract(BIKES / "contracts" / "source" / "rentals.yaml")
    checked = python_api.check(file, contract)
    assert checked.complete
    assert int(pd.read_csv(file)["cnt"].sum()) == 3_292_679
    figures = built(file)[0]["demand_quality"].set_index("metric")
    check_figures(figures)
    assert (round(figures.value["mae"], 1), round(figures.baseline["mae"], 1)) == (50.8, 66.1)


def check_figures(figures: pd.DataFrame) -> None:
    assert figures.value["mae"] < 0.85 * figures.baseline["mae"]
    assert figures.value["coverage_80"] == pytest.approx(0.8, abs=0.05)
    assert figures.value["coverage_95"] == pytest.approx(0.95, abs=0.03)


@pytest.mark.usefixtures("bikes")
def test_rows_after_the_day_of_a_run_are_not_known_to_it(rentals: Path) -> None:
    (earlier, _), (cut, _) = built(rentals, as_of=date(2011, 9, 30)), built(rentals, days=273)
    for name, frame in cut.items():
        pd.testing.assert_frame_equal(earlier[name], frame)


@pytest.mark.usefixtures("bikes")
def test_the_same_rentals_give_the_same_bytes(rentals: Path) -> None:
    (first, kept), (second, again) = built(rentals), built(rentals)
    assert {name: frame.to_csv() for name, frame in first.items()} == {
        name: frame.to_csv() for name, frame in second.items()
    }
    assert scorer_of(kept).to_bytes() == scorer_of(again).to_bytes()


@pytest.mark.usefixtures("bikes")
def test_the_scorer_gives_the_forecast_of_the_table(rentals: Path) -> None:
    made, shelf = built(rentals)
    profile = load_module("headgate.project_systems._profile").Profile(**scorer_of(shelf).arrays)
    for row in made["hourly_demand"].tail(48).itertuples():
        mean, bounds = profile.at(row.hour_at.weekday(), row.hour_at.hour)
        assert np.round([mean, *bounds], 2) == pytest.approx(
            [row.mean, row.lower_95, row.lower_80, row.upper_80, row.upper_95]
        )


@pytest.mark.usefixtures("bikes")
def test_a_history_that_is_too_short_gives_no_forecast_and_no_scorer(rentals: Path) -> None:
    made, shelf = built(rentals, days=62)
    assert (len(made["hourly_demand"]), len(made["demand_quality"]), shelf.exported) == (
        0,
        0,
        {"demand": None},
    )
    assert len(built(rentals, days=63)[0]["demand_quality"]) == 4


@pytest.mark.usefixtures("airports")
def test_the_airports_need_no_python() -> None:
    assert not list(AIRPORTS.rglob("*.py"))
    assert project().systems == ("own-models",)
    assert [*Registry.load().tables_of("own-models")] == ["weather_of_airports"]
    assert references(Registry.load().source) == (Reference("weather", "origin", "airports", "faa"),)


@pytest.mark.usefixtures("airports")
def test_the_sql_model_of_the_airports_passes_its_test() -> None:
    result = CliRunner().invoke(cli, ["models", "test", "--json"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("dataset", ["airlines", "airports", "planes", "weather"])
@pytest.mark.parametrize("folder", ["examples", "original"])
def test_the_tables_of_the_airports_are_accepted_and_na_is_null(dataset: str, folder: str) -> None:
    file = AIRPORTS / "data" / f"{dataset}.csv" if folder == "examples" else real(f"airports/{dataset}.csv")
    checked = python_api.check(
        file, python_api.load_contract(AIRPORTS / "contracts" / "source" / f"{dataset}.yaml")
    )
    assert checked.complete
    texts = pd.read_csv(file, dtype=str, keep_default_na=False)
    assert {name: checked.accepted[name].null_count for name in texts.columns} == (
        texts == "NA"
    ).sum().to_dict()
