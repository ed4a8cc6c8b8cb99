"""`headgate contract init|check|diff` work on files alone, and end with 3 when something is refused or
breaks.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import openpyxl
import pyarrow as pa
import pytest
import yaml
from click.testing import CliRunner

from headgate.cli.commands.files import export
from headgate.cli.commands.project import contract_files
from headgate.cli.commands.project.contract import contract
from headgate.contracts import odcs_reader
from headgate.contracts.no_cards import NoCards
from headgate.contracts.registry import Registry, folders
from headgate.errors import ContractError, UnreadableFileError
from headgate.masking.card_columns import is_issued_card
from headgate.python_api import draft_contract

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

pytestmark = pytest.mark.unit

CONTRACTS = next(folder for folder in folders("source") if "retail" in folder.parts)
HEADER = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,"
    "updated_at\n"
)
GOOD = "1,A1,card,4111111111111111,917,2026-01,10.50,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"
BAD = "2,A2,card,4111111111111112,917,2026-01,ten,GBP,2024-01-01 10:00:00,captured,,2024-01-01 10:00:00\n"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(contract, [str(argument) for argument in arguments], catch_exceptions=False)


def payments(folder: Path, *rows: str) -> Path:
    path = folder / "payments" / "p.csv"
    path.parent.mkdir()
    path.write_text(HEADER + "".join(rows))
    return path


def test_init_prints_a_contract_that_check_then_keeps(tmp_path: Path) -> None:
    sample = payments(tmp_path, GOOD, GOOD.replace("1,A1", "3,A3"))
    made = run("init", sample, "--dataset", "pay")
    (tmp_path / "pay.yaml").write_text(made.stdout)
    assert odcs_reader.load(tmp_path / "pay.yaml").dataset == yaml.safe_load(made.stdout)["name"] == "pay"
    assert "card numbers" in made.stderr
    assert run("check", sample, "--contract", tmp_path / "pay.yaml").exit_code == 0


def test_init_names_the_key_and_says_once_what_concerns_many_columns(tmp_path: Path) -> None:
    sample = tmp_path / "survey.csv"
    sample.write_text(
        ";".join(["id", *(f"no. {n}" for n in range(50))])
        + "\n"
        + "".join(f"{row}{';x' * 50}\n" for row in range(3))
    )
    said = run("init", sample).stderr
    assert "key: id" in said
    assert (said.count("double quotes"), said.count("and 46 more")) == (1, 1)


def test_check_finds_the_contract_by_the_folder(tmp_path: Path) -> None:
    result = run("check", payments(tmp_path, GOOD), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["contract"] == "headgate.source.payments@1.0.0"


def test_check_counts_reasons_and_shows_refused_rows_masked(tmp_path: Path) -> None:
    result = run("check", payments(tmp_path, GOOD, GOOD, BAD), "--json")
    reported = json.loads(result.stdout)
    assert result.exit_code == 3
    assert {name: reported[name] for name in ("received", "accepted", "quarantined", "duplicates")} == {
        "received": 3,
        "accepted": 1,
        "quarantined": 1,
        "duplicates": 1,
    }
    assert reported["reasons"] == {"card_number": 1, "duplicate_row": 1}
    assert reported["masked"] == {"card_number": 2, "card_cvv": 2}  # of the row that repeats, too
    assert [(row["source_row"], row["rule"], row["column_name"]) for row in reported["refused_rows"]] == [
        (3, "card_number", "card_number")
    ]
    assert [(row["source_row"], row["rule"]) for row in reported["duplicate_rows"]] == [(2, "duplicate_row")]
    assert "411111111111111" not in result.stdout


@pytest.mark.parametrize(("row", "cells"), [("7\n", "1 cell where"), ("7,A7\n", "2 cells where")])
def test_check_counts_the_cells_of_a_row_that_is_too_short(tmp_path: Path, row: str, cells: str) -> None:
    (refused,) = json.loads(run("check", payments(tmp_path, GOOD, row), "--json").stdout)["refused_rows"]
    assert refused["reason"].startswith(f"The row has {cells} the header has 12. Put quotes around cells ")


def test_check_names_the_row_of_a_duplicate_key_on_a_screen_too(tmp_path: Path) -> None:
    newer = GOOD.replace("2024-01-01", "2024-01-02")
    shown = " ".join(run("check", payments(tmp_path, newer, GOOD)).stdout.split())
    assert "First duplicate rows" in shown
    assert "Row 1 has the same key" in shown


def test_check_shows_how_many_values_masking_changed(tmp_path: Path) -> None:
    assert "values that masking changed" in run("check", payments(tmp_path, GOOD)).stdout


def test_check_shows_no_more_rows_than_asked_for_on_a_screen_too(tmp_path: Path) -> None:
    result = run("check", payments(tmp_path, BAD, BAD.replace("2,A2", "4,A4")), "--rows", "1")
    assert result.exit_code == 3
    assert "4111" not in result.stdout


def test_a_file_that_would_be_refused_as_a_whole_ends_with_three(tmp_path: Path) -> None:
    path = payments(tmp_path)
    path.write_text("payment_id\n1\n")
    result = run("check", path, "--json")
    assert (result.exit_code, json.loads(result.stdout)["refused"]["rule"]) == (3, "missing_column")


def test_a_file_of_no_known_dataset_names_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a\n1\n")
    result = run("check", path)
    assert result.exit_code == 1
    assert "--dataset" in result.stderr


def test_check_takes_a_contract_or_a_dataset_and_not_both(tmp_path: Path) -> None:
    reported = run(
        "check", payments(tmp_path, GOOD), "--contract", CONTRACTS / "payments.yaml", "--dataset", "orders"
    )
    assert reported.exit_code == 2
    assert "Give either --contract or --dataset" in reported.stderr


def test_diff_of_equal_contracts_is_no_change() -> None:
    result = run("diff", CONTRACTS / "orders.yaml", CONTRACTS / "orders.yaml", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (
        0,
        {"breaking": False, "changes": [], "stored_rows": []},
    )


def test_diff_ends_with_three_when_something_breaks(tmp_path: Path) -> None:
    document = yaml.safe_load((CONTRACTS / "orders.yaml").read_text())
    del document["schema"][0]["properties"][-1]
    del document["schema"][0]["customProperties"]
    document["schema"][0].pop("quality", None)
    (tmp_path / "orders.yaml").write_text(yaml.safe_dump(document))
    result = run("diff", CONTRACTS / "orders.yaml", tmp_path / "orders.yaml", "--json")
    assert result.exit_code == 3
    assert any("is gone" in change["message"] for change in json.loads(result.stdout)["changes"])


@pytest.mark.parametrize(
    "first",
    [
        "4111111111111111,Jane",
        "1,4111 1111 1111 1111",
        "1,078-05-1120",
        "1,card 4111111111111111",
        "1,4111111111111112",
    ],
)
def test_init_of_a_sample_without_a_header_shows_no_value(tmp_path: Path, first: str) -> None:
    sample = tmp_path / "a.csv"
    sample.write_text(f"{first}\n{first}\n")
    shown = run("init", sample)
    assert shown.exit_code == 0
    assert "the file has no header" in shown.stderr
    assert not re.search(r"[0-9]{4}", re.sub(r"v3\.\d\.\d", "", shown.stdout + shown.stderr))


def test_init_of_a_file_named_for_a_card_asks_for_another_name(tmp_path: Path) -> None:
    sample = tmp_path / "4111111111111111.csv"
    sample.write_text("id,name\n1,a\n")
    with pytest.raises(ContractError, match="--dataset") as refused:
        run("init", sample)
    assert "1111" not in str(refused.value)
    assert yaml.safe_load(run("init", sample, "--dataset", "people").stdout)["name"] == "people"


@pytest.mark.parametrize("name", ["../../etc", "Re turns", "9"])
def test_init_drafts_no_contract_that_could_not_be_loaded_for_its_name(tmp_path: Path, name: str) -> None:
    sample = tmp_path / "people.csv"
    sample.write_text("id,name\n1,a\n")
    with pytest.raises(ContractError, match=r"the dataset's name .* Remedy: .* order_items"):
        run("init", sample, "--dataset", name)


def test_a_draft_of_a_table_whose_name_no_contract_can_have_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    orders = Registry.load().source["orders"]
    export._warn_about_name(orders)
    assert capsys.readouterr().err == ""
    export._warn_about_name(replace(orders, dataset="order-lines"))
    assert "headgate.table" in capsys.readouterr().err


def test_a_file_that_is_no_contract_is_an_error_without_a_traceback(tmp_path: Path) -> None:
    words = tmp_path / "words.yaml"
    words.write_text("only words")
    with pytest.raises(ContractError, match="not a mapping"):
        run("check", payments(tmp_path, GOOD), "--contract", words)


@pytest.mark.parametrize(
    ("name", "text"), [("broken.yaml", "a: [1"), ("broken.json", "{"), ("4111111111111111.json", "")]
)
def test_a_file_that_is_neither_yaml_nor_json_gives_a_message_with_a_remedy(
    tmp_path: Path, name: str, text: str
) -> None:
    broken = tmp_path / name
    broken.write_text(text)
    answer = run("diff", broken, broken)
    assert (answer.exit_code, "Name a contract file" in answer.output, "1111111" in answer.output) == (
        1,
        True,
        False,
    )


def test_check_of_a_file_named_for_a_card_shows_no_number(tmp_path: Path) -> None:
    sample = tmp_path / "paid 4111111111111111.csv"
    sample.write_text(HEADER + BAD)
    shown = [
        run("check", sample, "--dataset", "payments"),
        run("check", sample, "--dataset", "payments", "--json"),
        run("check", sample),
    ]
    assert [result.exit_code for result in shown] == [3, 3, 1]
    assert not [result.output for result in shown if "4111" in result.output]


def test_check_takes_other_names_of_columns_as_the_lake_does(tmp_path: Path) -> None:
    document = yaml.safe_load((CONTRACTS / "payments.yaml").read_text())
    document["schema"][0]["customProperties"].append(
        {"property": "headgate.aliases", "value": {"order_id": ["Bestellung"]}}
    )
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(document))
    sample = tmp_path / "p.csv"
    sample.write_text(HEADER.replace("order_id", "Bestellung") + GOOD)
    checked = run("check", sample, "--contract", tmp_path / "own.yaml", "--json")
    assert (checked.exit_code, json.loads(checked.stdout)["accepted"]) == (0, 1)
    assert "order_id" in str(json.loads(checked.stdout)["mapping"])
    assert re.search(
        r"p\.csv\s+│ Bestellung\s+│ order_id",
        run("check", sample, "--contract", tmp_path / "own.yaml").output,
    )
    sample.write_text(HEADER.replace("card_number", "ref").replace("card_cvv", "x") + GOOD)
    asked = run("check", sample, "--dataset", "payments", "--json")
    assert (asked.exit_code, json.loads(asked.stdout)["refused"]["rule"]) == (3, "needs_mapping")
    remedy = json.loads(asked.stdout)["refused"]["remedy"]
    assert "headgate mapping" not in remedy, "the file is in no lake"
    assert "card_number, card_cvv" in remedy
    assert "headgate.aliases" in remedy
    assert "declare a column in the contract if it lacks it" in remedy


PRICES = """id: headgate.source.prices
kind: DataContract
apiVersion: v3.0.2
version: 0.1.0
status: active
schema:
- name: prices
  properties:
  - {name: id, logicalType: integer, physicalType: BIGINT, required: true, primaryKey: true, primaryKeyPosition: 1}
  - {name: name, logicalType: string, physicalType: TEXT}
  - {name: price, logicalType: number, physicalType: "DECIMAL(10,2)"}
"""  # noqa: E501 a file's text


def test_check_counts_rows_above_the_header_and_shows_the_lines_that_it_skips(tmp_path: Path) -> None:
    (tmp_path / "prices.yaml").write_text(PRICES)
    (tmp_path / "prices.csv").write_text(
        "Prices of May\n1,ann,1.50\n2,bob,2.50\nid,name,price\n3,cy,3.50\n4,dee,x\n"
    )
    result = run("check", tmp_path / "prices.csv", "--contract", tmp_path / "prices.yaml", "--json")
    reported = json.loads(result.stdout)
    assert (
        reported["received"],
        reported["accepted"],
        reported["quarantined"],
        reported["skipped_lines"],
    ) == (4, 3, 1, 1)
    assert (
        "skipped_lines"
        in run("check", tmp_path / "prices.csv", "--contract", tmp_path / "prices.yaml").stdout
    )


@pytest.mark.parametrize(
    ("sample", "columns"),
    [
        ("a,b,\n1,2,3\n4,5,6\n", ["a", "b", "column_3"]),
        ("1,ann\n1,ann\n2,bob\n", ["column_1", "column_2"]),
        ("a,b\n" + "25-09-2001, bla\n" * 40, ["a", "b"]),
        ("x;note\n1;one, two\n2;three, four\n3;five, six\n", ["x", "note"]),
    ],
    ids=[
        "a last column without a name",
        "no header",
        "a blank before each last cell",
        "blanks behind commas within cells",
    ],
)
def test_init_writes_a_contract_that_accepts_its_sample(
    tmp_path: Path, sample: str, columns: list[str]
) -> None:
    (tmp_path / "sample.csv").write_text(sample)
    drafted = run("init", tmp_path / "sample.csv", "--output", tmp_path / "sample.yaml")
    assert "The sample against this contract" in " ".join(drafted.stderr.split())
    assert [
        entry["name"]
        for entry in yaml.safe_load((tmp_path / "sample.yaml").read_text())["schema"][0]["properties"]
    ] == columns
    reported = json.loads(
        run("check", tmp_path / "sample.csv", "--contract", tmp_path / "sample.yaml", "--json").stdout
    )
    assert (reported["quarantined"], reported["received"]) == (
        0,
        len(sample.splitlines()) - (columns[0] != "column_1"),
    )


def test_init_that_drafts_nothing_writes_no_file(tmp_path: Path) -> None:
    (tmp_path / "sample.csv").write_text("a,b\n1,2,3\n4,5,6\n7,8,9\n")
    with pytest.raises(UnreadableFileError, match="the header has 2 names, but most rows have 3 cells"):
        run("init", tmp_path / "sample.csv", "--output", tmp_path / "sample.yaml")
    assert not (tmp_path / "sample.yaml").exists()


def test_check_lists_every_failing_column_and_the_suggested_contract_accepts_the_rows(tmp_path: Path) -> None:
    file, edited = (
        payments(tmp_path, GOOD.replace(",card,", ",barter,").replace("captured", "lost")),
        tmp_path / "edited.yaml",
    )
    refused = run("check", file, "--dataset", "payments", "--suggest", edited, "--json")
    assert refused.exit_code == 3
    failing = json.loads(refused.stdout)["failing_columns"]
    assert [(one["column"], one["examples"]) for one in failing] == [
        ("method", ["barter"]),
        ("status", ["lost"]),
    ]
    assert run("check", file, "--contract", edited).exit_code == 0


def test_check_names_what_it_warns_about(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("id,name,price\n1,a,2.50\n2,,3.50\n")
    run("init", tmp_path / "prices.csv", "--output", tmp_path)
    (tmp_path / "next.csv").write_text("id,price\n3,3.50\n")
    arguments = ("check", tmp_path / "next.csv", "--contract", tmp_path / "prices.yaml")
    checked = json.loads(run(*arguments, "--json").stdout)
    assert (checked["warnings"], checked["warned"]) == (
        1,
        [{"column": "name", "rule": "absent_or_left_out", "rows": 1}],
    )
    assert re.search(r"name\s+│ absent_or_left_out\s+│ 1", run(*arguments).output)


def test_a_new_column_that_refuses_no_row_is_not_among_what_fails(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("id,name,price\n1,a,2.50\n")
    run("init", tmp_path / "prices.csv", "--output", tmp_path)
    (tmp_path / "next.csv").write_text("id,name,price,shop\n2,b,3.50,x\n")
    shown = run("check", tmp_path / "next.csv", "--contract", tmp_path / "prices.yaml").output
    assert "kept as text" in shown
    assert "Broken rules" not in shown


def test_what_to_do_about_values_of_another_type_is_what_each_row_says(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("id,is_active\n1,true\n2,false\n")
    run("init", tmp_path / "prices.csv", "--output", tmp_path)
    (tmp_path / "next.csv").write_text("id,is_active\n3,yes\n4,ja\n")
    shown = run("check", tmp_path / "next.csv", "--contract", tmp_path / "prices.yaml").output
    words = " ".join(re.sub("[│┃]", " ", shown).split())
    assert "Is active is neither yes nor no. Write true or false." in words
    assert "is_active: correct the values in the file. Write true or false or keep it as text" in words
    assert "sheet_row" not in words, "a column without a value"


def test_check_of_a_file_without_rows_says_so(tmp_path: Path) -> None:
    (tmp_path / "prices.csv").write_text("id,price\n1,2.50\n")
    run("init", tmp_path / "prices.csv", "--output", tmp_path)
    (tmp_path / "prices.csv").write_text("id,price\n")
    assert (
        "The file has no rows."
        in run("check", tmp_path / "prices.csv", "--contract", tmp_path / "prices.yaml").output
    )


def test_init_drafts_a_contract_from_each_of_several_samples(tmp_path: Path) -> None:
    (tmp_path / "Orders 2026.csv").write_text("id;day\n1;31.12.2026\n")
    (tmp_path / "items.json").write_text('[{"id": 1, "name": "bell"}]')
    made = run("init", tmp_path / "Orders 2026.csv", tmp_path / "items.json", "--output", tmp_path)
    assert made.exit_code == 0
    assert odcs_reader.load(tmp_path / "orders.yaml").dataset == "orders"  # without the time of one delivery
    assert odcs_reader.load(tmp_path / "items.yaml").names == ("id", "name")


def test_a_dataset_is_named_from_any_name_that_a_file_has(tmp_path: Path) -> None:
    (tmp_path / "2026 Öffnungszeiten & Besucher.csv").write_text("id;name\n1;a\n")
    assert run("init", tmp_path / "2026 Öffnungszeiten & Besucher.csv", "--output", tmp_path).exit_code == 0
    assert odcs_reader.load(tmp_path / "dataset_2026_offnungszeiten_besucher.yaml").names == ("id", "name")


def test_two_samples_of_one_name_are_not_drafted_over_each_other(tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text("id\n1\n")
    (tmp_path / "loans.json").write_text('[{"barcode": 1}]')
    with pytest.raises(ContractError, match=r"loans\.csv and loans\.json are both called loans as a dataset"):
        run("init", tmp_path / "loans.csv", tmp_path / "loans.json", "--output", tmp_path)
    assert not list(tmp_path.glob("*.yaml"))


def test_a_contract_that_exists_is_replaced_only_on_request(tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text("id,title\n1,a\n")
    edited = tmp_path / "loans.yaml"
    edited.write_text("edited")
    refused = run("init", tmp_path / "loans.csv", "--output", tmp_path)
    assert (refused.exit_code, edited.read_text()) == (1, "edited")
    assert "exists and may have edits. --overwrite replaces it" in refused.output
    assert run("init", tmp_path / "loans.csv", "--output", edited, "--overwrite").exit_code == 0
    assert odcs_reader.load(edited).names == ("id", "title")


@pytest.mark.parametrize("options", [[], ["--output", "{0}/new.yaml"], ["--output", "{0}", "--dataset", "x"]])
def test_several_samples_need_a_folder_and_no_dataset(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "b.csv").write_text("id\n1\n")
    refused = run(
        "init", tmp_path / "a.csv", tmp_path / "b.csv", *(option.format(tmp_path) for option in options)
    )
    assert (refused.exit_code, "--output FOLDER" in refused.output) == (2, True)
    assert not list(tmp_path.glob("*.yaml"))


def test_init_names_the_sample_that_cannot_be_drafted_from(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(UnreadableFileError, match=r"empty\.csv"):
        run("init", tmp_path / "a.csv", tmp_path / "empty.csv", "--output", tmp_path)


def own_lake(folder: Path, *datasets: str) -> Path:
    """A lake project with a contract per dataset; returns a file that fits each of them."""
    (folder / "headgate.toml").write_text('name = "bikes"\ndomains = []\n')
    (folder / "contracts" / "source").mkdir(parents=True)
    file = folder / "today.csv"
    file.write_text("ride_id,km\n1,2.5\n2,3.5\n")
    for dataset in datasets:
        run(
            "init",
            file,
            "--dataset",
            dataset,
            "--output",
            folder / "contracts" / "source" / f"{dataset}.yaml",
        )
    return file


def test_check_takes_the_only_contract_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = own_lake(tmp_path, "rides")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    checked = run("check", file, "--json")
    assert (checked.exit_code, json.loads(checked.output)["accepted"]) == (0, 2)


@pytest.mark.parametrize(
    ("datasets", "arguments", "message"),
    [
        (["rides", "trips"], [], "Choose a contract with --dataset, or give --contract. Contracts of"),
        (
            ["rides", "trips"],
            ["--dataset", "ride"],
            "There is no contract for ride. Did you mean rides? Contracts of",
        ),
        ([], [], "The project has no contract."),
    ],
)
def test_check_asks_for_the_dataset_by_name(
    datasets: list[str], arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_lake(tmp_path, *datasets)
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    checked = run("check", file, *arguments)
    assert checked.exit_code == 1
    assert message in " ".join(checked.output.split())


def test_contracts_of_the_project_and_of_the_console_are_one_list_and_named_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_lake(tmp_path, "rides", "trips")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    batches = replace(Registry.load().source["rides"], dataset="batches")
    monkeypatch.setattr(contract_files, "created_contracts", lambda _: {"batches": batches})
    listed = json.loads(run("list", "--json").stdout)
    origins = {row["dataset"]: row["origin"] for row in listed if row["zone"] == "source"}
    assert origins == {"rides": "project", "trips": "project", "batches": "console"}
    for arguments in ([], ["--dataset", "sales"]):
        said = " ".join(run("check", file, *arguments).stderr.split())
        assert said.endswith(": rides, trips. Created in the console: batches.")
    assert "### batches" in run("docs", "batches").stdout
    assert "### rides" not in run("docs", "batches").stdout
    assert "Did you mean batches?" in run("docs", "batchs").stderr


def test_without_another_wish_the_contracts_are_those_of_the_deployed_project(
    tmp_path: Path, deployments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADGATE_PROJECT", raising=False)
    file = own_lake(tmp_path, "rides", "trips")
    (deployments / "local").mkdir()
    note = {"environment": {"HEADGATE_PROJECT": str(tmp_path)}}
    (deployments / "local" / "deployment.json").write_text(json.dumps(note), encoding="utf-8")
    checked = run("check", file, "--dataset", "rides", "--json")
    assert (checked.exit_code, json.loads(checked.stdout)["accepted"]) == (0, 2)
    assert (
        f"Contracts of {tmp_path}, the project of deployment local; HEADGATE_PROJECT names another folder."
        in checked.stderr
    )
    missing = run("check", file, "--dataset", "sales")
    assert f"Contracts of {tmp_path} (HEADGATE_PROJECT names another folder): rides, trips." in " ".join(
        missing.stderr.split()
    )
    assert "HEADGATE_PROJECT" not in os.environ


def dirty_orders(folder: Path) -> Path:
    rows = [f"R-{at:03};{at % 28 + 1:02}.03.2026;{at % 9}" for at in range(100)]
    rows[5] = "R-005;soon;5"
    path = folder / "orders.csv"
    path.write_text("\n".join(["order_id;day;pieces", *rows]), encoding="utf-8")
    return path


def test_init_types_a_dirty_column_and_says_which_rows_it_refuses_on_purpose(tmp_path: Path) -> None:
    made = run("init", dirty_orders(tmp_path), "--output", tmp_path / "lake" / "contracts" / "orders.yaml")
    drafted = odcs_reader.load(tmp_path / "lake" / "contracts" / "orders.yaml")
    assert (drafted.column("day").type.kind, drafted.key) == ("date", ("order_id",))
    said = " ".join(made.stderr.replace("│", " ").split())
    assert "1 of 100 values do not read as dd.MM.yyyy" in said
    assert "99 accepted, 1 quarantined (type 1). The notes above count these rows" in said


def test_a_duplicate_of_the_sample_is_counted_apart_from_its_quarantined_rows(tmp_path: Path) -> None:
    path = dirty_orders(tmp_path)
    rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*rows, rows[1]]), encoding="utf-8")
    said = " ".join(run("init", path).stderr.split())
    assert "101 received, 99 accepted, 1 quarantined (type 1), 1 duplicate (duplicate_row 1)." in said


def test_init_accepts_all_rows_of_its_sample_with_strict(tmp_path: Path) -> None:
    made = run("init", dirty_orders(tmp_path), "--strict")
    assert "logicalType: date" not in made.stdout
    assert "100 accepted." in made.stderr


def test_a_person_names_the_key_of_a_draft(tmp_path: Path) -> None:
    sample = dirty_orders(tmp_path)
    assert "primaryKeyPosition: 2" in run("init", sample, "--key", "order_id,day").stdout
    assert "primaryKey" not in run("init", sample, "--no-key").stdout
    assert "Give one of them" in run("init", sample, "--key", "day", "--no-key").output


def test_init_and_check_name_the_sheets_of_a_workbook_that_are_not_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    prices, shops = book.active, book.create_sheet("Shops")
    assert prices is not None
    prices.title = "Prices"
    for row in (("article", "price"), ("A", 1.5), ("B", 2.5)):
        prices.append(row)
    for row in (("shop", "city", "phone"), ("North", "Oslo", "1"), ("South", "Rome", "2")):
        shops.append(row)
    book.save(tmp_path / "prices.xlsx")
    assert "Prices (rows: 3)" in " ".join(
        re.sub(r"[│\s]+", " ", run("init", tmp_path / "prices.xlsx").stderr).split()
    )
    made = run("init", tmp_path / "prices.xlsx", "--sheet", "Prices")
    (tmp_path / "prices.yaml").write_text(made.stdout)
    assert odcs_reader.load(tmp_path / "prices.yaml").properties["headgate.sheet"] == "Prices"
    checked = run("check", tmp_path / "prices.xlsx", "--contract", tmp_path / "prices.yaml")
    assert (checked.exit_code, "Shops (rows: 3)" in " ".join(checked.stdout.split())) == (0, True)


def test_init_takes_the_first_row_as_a_person_states_it(tmp_path: Path) -> None:
    sample = tmp_path / "people.csv"
    sample.write_text("ann,rome\nbob,oslo\n")
    assert [
        column["name"] for column in yaml.safe_load(run("init", sample).stdout)["schema"][0]["properties"]
    ] == ["column_1", "column_2"]
    named = yaml.safe_load(run("init", sample, "--header").stdout)["schema"][0]["properties"]
    assert [column["name"] for column in named] == ["ann", "rome"]


DECLARED = {"declared_by": "R. Meyer", "declared_on": "2026-01-31", "reason": "ids of meters"}


def declared_meters(folder: Path) -> Path:
    """A contract whose column `meter` is declared to hold no card data."""
    columns = [
        {
            "name": "id",
            "logicalType": "integer",
            "physicalType": "BIGINT",
            "primaryKey": True,
            "primaryKeyPosition": 1,
            "required": True,
        },
        {
            "name": "meter",
            "logicalType": "string",
            "physicalType": "VARCHAR(19)",
            "customProperties": [{"property": "headgate.no_cards", "value": DECLARED}],
        },
    ]
    table = {
        "name": "meters",
        "physicalType": "table",
        "dataGranularityDescription": "One row per meter",
        "properties": columns,
    }
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "meters",
        "name": "meters",
        "version": "1.0.0",
        "status": "active",
    }
    path = folder / "meters.yaml"
    path.write_text(yaml.safe_dump({**document, "schema": [table]}))
    return path


@pytest.mark.parametrize(("are_cards", "warned"), [(True, ["meter"]), (False, [])])
def test_check_warns_of_cards_in_a_column_declared_to_hold_none(
    tmp_path: Path, are_cards: bool, warned: list[str]
) -> None:
    """The declaration counts, so the rows are accepted; a share of card numbers above chance is reported."""
    candidates = [f"4{row * 104_729:015d}" for row in range(1_000)]
    numbers = (
        [number for number in candidates if is_issued_card(pa.array([number]))[0]]
        if are_cards
        else candidates
    )
    sample = tmp_path / "meters.csv"
    sample.write_text("id,meter\n" + "".join(f"{row},{number}\n" for row, number in enumerate(numbers)))
    contract_file = declared_meters(tmp_path)
    checked = run("check", sample, "--contract", contract_file, "--json")
    assert checked.exit_code == 0
    assert json.loads(checked.stdout)["may_hold_cards"] == warned
    assert ("Column meter is declared to hold no card data" in checked.stderr) is are_cards


def test_show_names_who_declared_that_columns_hold_no_cards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "headgate.toml").write_text(
        'name = "sensors"\ndomains = ["retail"]\n[cards]\nnone = true\n'
        'declared_by = "R. Meyer"\ndeclared_on = 2026-01-31\nreason = "ids of meters"\n'
    )
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    assert (
        next(iter(json.loads(run("show", "curated", "calendar", "--json").stdout).values()))["no_cards"]
        == DECLARED
    )
    shown = run("show", "curated", "calendar").stdout
    assert "R. Meyer" in shown
    assert "ids of meters" in shown
    sample = tmp_path / "m.csv"
    sample.write_text("id,reading\n1,2\n")
    assert {column.no_cards for column in draft_contract(sample).columns} == {NoCards(**DECLARED)}


def test_an_imported_contract_does_not_replace_a_file(tmp_path: Path) -> None:
    schema, edited = tmp_path / "orders.avsc", tmp_path / "orders.yaml"
    fields = [{"name": "order_id", "type": "string"}]
    schema.write_text(json.dumps({"type": "record", "name": "orders", "fields": fields}), encoding="utf-8")
    assert run("import", "avro", schema, "--output", edited).exit_code == 0
    written = edited.read_text(encoding="utf-8")
    again = run("import", "avro", schema, "--output", edited)
    assert again.exit_code == 1
    assert "exists already" in again.output
    assert edited.read_text(encoding="utf-8") == written
