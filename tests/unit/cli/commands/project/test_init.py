"""`headgate init` makes a folder that a deployment can use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from headgate.cli.main import cli
from headgate.contracts.registry import Registry
from headgate.errors import SettingsError
from headgate.project import project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def test_a_new_project_is_a_lake_without_a_ready_made_domain(tmp_path: Path) -> None:
    folder = tmp_path / "Bike Shop"
    done = CliRunner().invoke(
        cli, ["init", str(folder), "--region", "eu-central-1", "--json"], catch_exceptions=False
    )
    assert json.loads(done.output)["name"] == "bikeshop"
    lake = project(folder)
    assert (lake.name, lake.region, lake.domains, lake.systems) == ("bikeshop", "eu-central-1", (), ())


def test_a_drafted_contract_in_the_project_is_a_contract_of_the_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sensors"
    CliRunner().invoke(cli, ["init", str(folder)], catch_exceptions=False)
    (tmp_path / "readings.csv").write_text("reading_id,sensor,value\n1,a,2.50\n2,b,3.25\n", encoding="utf-8")
    drafted = CliRunner().invoke(
        cli, ["contract", "init", str(tmp_path / "readings.csv")], catch_exceptions=False
    )
    (folder / "contracts" / "source" / "readings.yaml").write_text(drafted.stdout, encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(folder))
    assert set(Registry.load().curated) == {"readings"}


def test_samples_give_contracts_as_contract_init_drafts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, readings, sensors = tmp_path / "sensors", tmp_path / "readings.csv", tmp_path / "places.csv"
    readings.write_text("reading_id,sensor,value\n1,a,2.50\n2,b,3.25\n", encoding="utf-8")
    sensors.write_text("sensor,place\na,roof\nb,cellar\n", encoding="utf-8")
    done = CliRunner().invoke(
        cli, ["init", str(folder), str(readings), str(sensors), "--json"], catch_exceptions=False
    )
    assert json.loads(done.stdout)["written"][2:] == [
        "contracts/source/readings.yaml",
        "contracts/source/places.yaml",
    ]
    assert "The sample against this contract" in done.stderr
    drafted = CliRunner().invoke(cli, ["contract", "init", str(readings)], catch_exceptions=False)
    assert (folder / "contracts" / "source" / "readings.yaml").read_text(encoding="utf-8") == drafted.stdout
    monkeypatch.setenv("HEADGATE_PROJECT", str(folder))
    assert set(Registry.load().curated) == {"places", "readings"}


def test_with_a_sample_the_next_step_is_the_deployment(tmp_path: Path) -> None:
    (tmp_path / "readings.csv").write_text("reading_id,value\n1,2.50\n", encoding="utf-8")
    done = CliRunner().invoke(
        cli, ["init", str(tmp_path / "lake"), str(tmp_path / "readings.csv")], catch_exceptions=False
    )
    assert done.stdout.splitlines()[-1].endswith("headgate deploy localstack")


def test_samples_of_the_same_columns_may_be_one_dataset(tmp_path: Path) -> None:
    names = ("north", "south", "places")
    for name in names:
        (tmp_path / f"{name}.csv").write_text(
            f"reading_id,{'place' if name == 'places' else 'value'}\n1,2.50\n2,3.25\n", encoding="utf-8"
        )
    done = CliRunner().invoke(
        cli, ["init", str(tmp_path / "lake"), *(str(tmp_path / f"{name}.csv") for name in names)]
    )
    shown = " ".join(done.stdout.split())  # as wide as the terminal is
    assert shown.count("have the same columns") == 1
    assert (
        "README.md. north and south have the same columns. If they are one dataset, keep "
        "contracts/source/north.yaml" in shown
    )
    assert "send all files with `headgate upload FILE... --dataset north`. Next:" in shown


def test_a_sample_that_cannot_be_read_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    done = CliRunner().invoke(cli, ["init", str(tmp_path / "lake"), str(tmp_path / "empty.csv")])
    assert done.exit_code == 1
    assert not (tmp_path / "lake").exists()


def test_the_retail_domain_is_there_when_it_is_wanted(tmp_path: Path) -> None:
    CliRunner().invoke(cli, ["init", str(tmp_path / "shop"), "--domain", "retail"], catch_exceptions=False)
    assert len(project(tmp_path / "shop").systems) == 5


def test_an_existing_project_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / "headgate.toml").write_text('name = "mine"\n', encoding="utf-8")
    done = CliRunner().invoke(cli, ["init", str(tmp_path)])
    assert done.exit_code == 1
    assert "exists already" in done.output
    assert (tmp_path / "headgate.toml").read_text(encoding="utf-8") == 'name = "mine"\n'


def test_a_name_that_no_bucket_can_have_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="name is 'My Lake'"):
        CliRunner().invoke(cli, ["init", str(tmp_path / "x"), "--name", "My Lake"], catch_exceptions=False)
    assert not (tmp_path / "x" / "headgate.toml").exists()


def test_a_refused_name_leaves_nothing_behind(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["init", str(tmp_path / "2rad")])
    assert isinstance(done.exception, SettingsError) or done.exit_code != 0
    assert not (tmp_path / "2rad").exists()


@pytest.mark.parametrize(("folder", "name"), [("M\u00fcller", "muller"), ("Stra\u00dfe 7", "strasse7")])
def test_a_folder_with_accents_gives_a_name_that_keeps_its_letters_and_says_so(
    tmp_path: Path, folder: str, name: str
) -> None:
    done = CliRunner().invoke(cli, ["init", str(tmp_path / folder)], catch_exceptions=False)
    assert project(tmp_path / folder).name == name
    assert f"The lake is called {name}" in done.stderr


@pytest.mark.parametrize(
    ("folder", "like"), [("\u92b7\u552e", "sales"), ("2026 Verk\u00e4ufe", "verkaufe"), ("a" * 21, "a" * 20)]
)
def test_a_folder_that_gives_no_name_leaves_nothing_behind_and_suggests_one(
    tmp_path: Path, folder: str, like: str
) -> None:
    done = CliRunner().invoke(cli, ["init", str(tmp_path / folder)])
    assert done.exit_code == 1
    assert "letters a to z" in done.stderr
    assert f"--name {like}." in done.stderr
    assert not (tmp_path / folder).exists()


def test_a_file_of_sales_becomes_tables_that_can_be_built_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids are text, one has as many digits as a card number, and a file without customers has no groups."""
    file, folder = tmp_path / "orders.csv", tmp_path / "sales"
    days = [f"2026-0{1 + n // 28}-{1 + n % 28:02}" for n in range(140)]
    rows = [f"O{67497 + n}-716-190127,{day},SKU-{n % 3},{n + 1}.25 €" for n, day in enumerate(days)]
    file.write_text("\n".join(["Order,Sold on,Article,Total", *rows]) + "\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["init", str(folder), str(file), "--as", "sales"], catch_exceptions=False)
    assert "Sales: date: sold on, amount: total, item: article." in done.stdout
    assert "Without the customer, these tables are missing: buyers, buyer_groups." in done.stdout
    assert "add --column customer=NAME" in done.stdout
    monkeypatch.setenv("HEADGATE_PROJECT", str(folder))
    run = ["models", "run", "--local", "--data", str(tmp_path)]
    built = CliRunner().invoke(cli, run, catch_exceptions=False)
    assert built.exit_code == 0, built.stderr
    assert "sales_ahead: 13 rows" in built.stdout
    assert "item_sales: 140 rows" in built.stdout


def test_a_german_file_with_guests_goes_from_init_to_all_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Umlauts, decimal commas, fractions, euros, ids with dashes; one order in three is of a guest."""
    file, folder = tmp_path / "bestellungen.csv", tmp_path / "laden"
    header = (
        "Bestellnummer;Bestelldatum;Kundennummer;Artikelbezeichnung;Menge;St\u00fcckpreis (EUR);Gesamtbetrag"
    )
    rows = [
        f"O{67497 + n}-716-190127;{1 + n % 28:02}.{1 + n // 28:02}.2026;{f'K-{n % 20}' if n % 3 else ''};"
        f"Tee {n % 4};0,25;{4 * (n % 7 + 1)},00;{n % 7 + 1},00"
        for n in range(196)
    ]
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["init", str(folder), str(file), "--as", "sales"], catch_exceptions=False)
    screen = " ".join(done.stdout.split())  # a long path breaks lines
    assert "amount: gesamtbetrag, customer: kundennummer, item: artikelbezeichnung" in screen
    assert "Without the category, these tables are missing: category_sales" in screen
    assert "Without the customer" not in screen
    monkeypatch.setenv("HEADGATE_PROJECT", str(folder))
    run = ["models", "run", "--local", "--data", str(tmp_path)]
    built = CliRunner().invoke(cli, run, catch_exceptions=False)
    assert built.exit_code == 0, built.stderr
    for rows_of in ("daily_sales: 196 rows", "buyers: 20 rows", "buyer_groups: 20 rows", "sales_ahead: 13"):
        assert rows_of in built.stdout


def test_without_a_folder_the_first_file_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text("day,amount,item\n2024-01-01,2.50,a\n", encoding="utf-8")
    CliRunner().invoke(cli, ["init", "--as", "sales", "orders.csv"], catch_exceptions=False)
    assert project(tmp_path / "orders").name == "orders"
    again = CliRunner().invoke(cli, ["init", "--as", "sales", "orders.csv"])
    assert (again.exit_code, "orders/headgate.toml exists already" in again.output) == (1, True)


def test_files_that_are_no_sales_are_named_with_the_lacking_column(tmp_path: Path) -> None:
    file = tmp_path / "readings.csv"
    file.write_text("sensor,place\na,roof\nb,cellar\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["init", str(tmp_path / "sales"), str(file), "--as", "sales"])
    assert done.exit_code == 1
    assert "No column of the file is the date or the amount of a sale." in done.stderr
    assert not (tmp_path / "sales").exists()


def test_an_amount_that_is_not_recognized_is_named_in_an_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file's own name gives the folder and the dataset; the rows are read beside the project."""
    monkeypatch.chdir(tmp_path)
    rows = [f"2026-0{1 + n // 28}-{1 + n % 28:02},{n}.25,{n}.50" for n in range(140)]
    (tmp_path / "till-1.csv").write_text("\n".join(["date,xa,xb", *rows]) + "\n", encoding="utf-8")
    init = ["init", "--as", "sales", "till-1.csv"]
    refused = CliRunner().invoke(cli, init)
    assert refused.exit_code == 1
    assert "Name the amount with --column amount=xa; it may be one of xa, xb." in refused.stderr
    unknown = CliRunner().invoke(cli, [*init, "--column", "sum=xa"])
    assert (unknown.exit_code, "write ROLE=COLUMN" in unknown.stderr) == (2, True)
    CliRunner().invoke(cli, [*init, "--column", "amount=xb"], catch_exceptions=False)
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path / "till-1"))
    run = ["models", "run", "--local", "--data", ".", "daily_sales"]
    built = CliRunner().invoke(cli, run, catch_exceptions=False)
    assert built.exit_code == 0, built.stderr
    assert "daily_sales: 140 rows" in " ".join(built.stdout.split())


def test_a_project_beside_a_file_of_its_name_has_no_rows_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "till.csv").write_text("day,amount\n2026-01-01,2.50\n2026-01-02,3.50\n", encoding="utf-8")
    CliRunner().invoke(cli, ["init", "--as", "sales", "till.csv"], catch_exceptions=False)
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path / "till"))
    run = ["models", "run", "--local", "--data", ".", "daily_sales"]
    built = CliRunner().invoke(cli, run, catch_exceptions=False)
    assert built.exit_code == 0, built.stderr
