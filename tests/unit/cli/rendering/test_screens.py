"""The output of commands: every id complete, data's words as text, no command accepts a number that makes no
sense.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from headgate.aws.athena.queries import Answer, AnswerColumn
from headgate.cli import command_deployment, options
from headgate.cli.command_deployment import Deployment, find
from headgate.cli.commands.files import files, mapping, quarantine
from headgate.cli.commands.files.files import upload
from headgate.cli.commands.operations import keys, pipeline
from headgate.cli.commands.operations.logs import logs
from headgate.cli.commands.project.contract import contract
from headgate.cli.commands.project.contract_files import diff
from headgate.cli.main import cli
from headgate.cli.rendering import screens, system_facts
from headgate.contracts.dictionary import dictionary
from headgate.contracts.registry import Registry
from headgate.errors import HeadgateError, NotFoundError, QueryError, ThrottledError
from headgate.intake.files.replay_file import Replayed
from headgate.intake.quarantine.corrected_files import Closed
from headgate.intake.quarantine.list_quarantine import count_quarantined
from headgate.lake.ports import FileRecord
from headgate.matching.mappings import Suggested
from headgate.reports import summary
from headgate.uploads.folder_files import objects_in

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType
from headgate.query import only_reading
from headgate.query.catalog_queries import Databases

pytestmark = pytest.mark.unit

KEY = "payments/dt=2026-01-02/run=20260102T000000-0123456789abcdef/part-00000-of-a-rather-long-name.csv"
FILE_ID = "0123456789abcdef0123456789abcdef"
RECORD = FileRecord(
    FILE_ID,
    "raw",
    KEY,
    "v1",
    "payments",
    "done",
    received=3,
    accepted=2,
    quarantined=1,
    contract="headgate.source.payments@1.0.0",
)
ROW = {
    "source_row": 2,
    "sheet_row": None,
    "byte_offset": 261,
    "rule": "type",
    "column_name": "amount",
    "masked_value": "[b]x[/b] :x:",
    "reason": "is no decimal(14,4)",
    "record": '{"payment_id": "2"}',
}


def printed(screen: RenderableType, width: int = 80) -> str:
    """Return the screen of a terminal of that width."""
    out = io.StringIO()
    Console(file=out, width=width, markup=False, emoji=False).print(screen, crop=False)
    return out.getvalue()


@pytest.mark.parametrize(
    "screen",
    [
        files.rejections([FileRecord(**{**vars(RECORD), "state": "rejected"})]),
        screens.answer(["file", "n"], [(KEY, 1)]),
        keys._screen([{"dataset": "payments", "key": KEY, "outcome": "old_tokens"}]),
        mapping._table(Suggested("payments", "s", "f", (KEY,), ("payment_id",), (0.5,), ("order_id",))),
        quarantine._lines_table(
            count_quarantined([FileRecord(**{**vars(RECORD), "reasons": {"type": 1}})], {}, by_file=True),
            by_file=True,
        ),
    ],
)
def test_ids_and_keys_are_in_one_piece_on_a_narrow_screen(screen: RenderableType) -> None:
    assert KEY in printed(screen)


@pytest.mark.parametrize(
    ("refusal", "outcome"), [(ThrottledError("held by a worker"), "held"), (None, "settled")]
)
def test_a_file_that_a_worker_holds_is_not_settled_and_named(refusal: Exception | None, outcome: str) -> None:
    class Closer:
        def settle(self, old: FileRecord, by: FileRecord) -> Closed:
            if refusal:
                raise refusal
            return Closed(old.file_id, old.key, by.file_id, 1)

    closer: Any = Closer()
    result = quarantine._settle(closer, RECORD, FileRecord(**{**vars(RECORD), "file_id": "f" * 32}))
    assert result["outcome"] == outcome
    assert KEY in printed(quarantine._settled_table([result]))


def test_commands_to_copy_are_in_one_line_on_a_narrow_screen() -> None:
    command = f"headgate files show {'x' * 90}"
    assert command in printed(screens.next_steps([command]))


def test_what_data_says_is_text_and_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    options.show({}, lambda: screens.answer(["word"], [("[b]x[/b] :x:",)]))
    assert "[b]x[/b] :x:" in capsys.readouterr().out


def test_every_reason_of_a_quarantined_row_is_shown() -> None:
    row = ROW | {"all_rules": '["type:amount", "required:order_id", "width"]'}
    shown = printed(quarantine._rows_table(RECORD, [row], 1, whole=False), 140)
    assert "also: required:order_id, width" in shown
    assert shown.count("type") == 1


def test_a_quarantined_row_is_a_line_and_its_cells_are_shown_when_asked_for() -> None:
    short, whole = (
        printed(quarantine._rows_table(RECORD, [ROW] * 3, 3, whole=asked), 140) for asked in (False, True)
    )
    assert short.count("is no decimal(14,4)") == 3
    assert len(short.splitlines()) <= 10
    assert "261" in short
    assert '"payment_id"' not in short
    assert whole.count('{"payment_id": "2"}') == 3


@pytest.mark.parametrize(
    ("outcome", "accepted", "merges"),
    [("replayed", 2, True), ("replayed", 0, False), ("raw_gone", 2, False), ("still_rejected", 0, False)],
)
def test_a_merge_is_advised_only_where_a_replay_let_something_in(
    outcome: str, accepted: int, *, merges: bool
) -> None:
    shown = printed(quarantine.replayed_screen([{"key": KEY, "outcome": outcome, "accepted": accepted}]), 200)
    assert ("headgate run" in shown) == merges


def test_a_replay_names_the_column_that_rejects_the_file_again() -> None:
    why = {"column": "branch", "message": "a required column is not in the file"}
    row = quarantine._outcome(Replayed("still_rejected", RECORD, reason=why))
    assert "column branch: a required column is not in the file" in printed(
        quarantine.replayed_screen([row]), 200
    )


def test_a_run_that_does_not_exist_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoRuns:
        def arn_of(self, name: str) -> str:
            return f"arn:{name}"

        def describe(self, arn: str) -> None:
            raise NotFoundError(f"look up {arn}: ExecutionDoesNotExist on DescribeExecution")

    monkeypatch.setattr(command_deployment, "activate", lambda: Deployment("x", {}, {}))
    monkeypatch.setattr(pipeline.operations, "pipeline", lambda _: NoRuns())
    shown = CliRunner().invoke(cli, ["runs", "show", "nope"], catch_exceptions=False)
    assert (shown.exit_code, shown.output) == (
        1,
        "Error: There is no run nope. `headgate runs` lists the newest runs.\n",
    )


def test_the_list_of_files_names_the_column_that_rejects_one() -> None:
    rejected = replace(
        RECORD,
        error={
            "rule": "missing_column",
            "column": "branch",
            "message": "a required column is not in the file",
        },
    )
    assert "Column branch: a required column is not in the file." in printed(
        files._listed([rejected], 0.05, None), 260
    )


@pytest.mark.parametrize(
    ("outcome", "merges"), [("replayed", True), ("raw_gone", False), ("old_tokens", False)]
)
def test_a_merge_is_advised_only_where_tokens_were_replaced(outcome: str, *, merges: bool) -> None:
    shown = printed(keys._screen([{"dataset": "payments", "key": KEY, "outcome": outcome}]), 200)
    assert ("headgate run" in shown) == merges


def test_files_that_were_refused_and_those_that_wait_are_counted_and_titled_alike() -> None:
    states = ["done", "rejected", "needs_mapping", "needs_mapping"]
    made = [
        FileRecord(str(at), "raw", f"payments/{at}.csv", "v1", "payments", state)
        for at, state in enumerate(states)
    ]
    assert "4 (1 rejected, 2 need a mapping)" in printed(screens.received(summary.by_dataset(made)), 140)
    assert "Files that were rejected or need a mapping" in printed(files.rejections(made[1:]), 140)
    assert "Files that need a mapping" in printed(files.rejections(made[2:]), 140)
    assert "Files that were rejected;" in printed(files.rejections(made[1:2]), 140)


def test_duplicates_are_no_refusals() -> None:
    (counted,) = summary.by_dataset(
        [FileRecord("1", "raw", KEY, "v1", "payments", "done", reasons={"minimum": 3, "duplicate_row": 6865})]
    )
    refused, duplicates = (printed(table, 140) for table in screens.reasons([counted]))
    assert "Why rows were refused" in refused
    assert "6,865" not in refused
    assert "Why rows are duplicates" in duplicates
    assert "6,865" in duplicates
    assert screens.reasons([replace(counted, reasons=Counter())]) == []


def test_a_file_whose_mapping_is_settled_is_not_counted_among_those_that_wait() -> None:
    waited = FileRecord("1", "raw", KEY, "v1", "payments", "needs_mapping", received_at="2026-01-01T00:00:00")
    later = FileRecord(
        "2", "raw", KEY, "v2", "payments", "done", content_sha256="b", received_at="2026-01-01T00:00:01"
    )
    (counted,) = summary.by_dataset([waited, later])
    assert (counted.files, counted.files_needing_mapping) == (2, 0)


def test_of_a_file_everything_is_shown_also_what_cannot_be_seen() -> None:
    form = {
        "format": "csv",
        "delimiter": "\t",
        "line_end": "\r\n",
        "confidence": "1.0",
        "compression": "gzip",
    }
    statistics = json.dumps({"amount": {"type": "decimal", "min": "1.00"}, "id": {"type": "int"}})
    shown = printed(
        files._all_facts(
            FileRecord(**{**vars(RECORD), "written_as": form, "profile": {"statistics": statistics}})
        ),
        200,
    )
    for reported in (r"'\t'", r"'\r\n'", "gzip", "amount: type decimal, min 1.00", "id: type int"):
        assert reported in shown


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (pipeline.run, ["--timeout-s", "0"]),
        (upload, [".", "--timeout-s", "0"]),
        (logs, ["--minutes", "0"]),
        (quarantine.show, ["f", "--rows", "0"]),
        (files.files, ["--state", "lost"]),
    ],
)
def test_numbers_and_words_that_make_no_sense_are_misspelt(
    command: click.Command, arguments: list[str]
) -> None:
    ran = CliRunner().invoke(command, arguments)
    assert ran.exit_code == 2
    assert "Invalid value" in ran.output


def test_the_dictionary_is_printed_as_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.deployment.FOLDER", tmp_path)
    assert CliRunner().invoke(contract, ["docs"]).output == dictionary(Registry.load())


@pytest.mark.parametrize(
    "sql",
    [
        "drop table x",
        "-- note\n(insert into x values (1)",
        "/* */ Update x set a = 1",
        "CREATE TABLE a AS SELECT 1",
    ],
)
def test_a_query_that_would_change_the_lake_is_refused(sql: str) -> None:
    with pytest.raises(QueryError, match="would change the lake"):
        CliRunner().invoke(cli, ["query", "--", sql], catch_exceptions=False)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "with a as (select 1) select * from a",
        "show tables",
        "describe orders",
        "(select 'drop table x')",
    ],
)
def test_a_query_that_reads_is_asked(sql: str) -> None:
    only_reading(sql)  # which raises for all others


def test_help_says_that_a_query_only_reads() -> None:
    assert "only read" in " ".join(CliRunner().invoke(cli, ["query", "--help"]).output.split())


def test_where_nothing_is_deployed_the_folder_and_the_remedy_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEADGATE_RAW_BUCKET", raising=False)
    with pytest.raises(click.ClickException) as reported:
        find(None)
    assert str(tmp_path.resolve()) in str(reported.value)
    assert "make deploy-localstack" in str(reported.value)


def test_a_contract_that_is_no_yaml_is_reported_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\nb: [\n")
    ran = CliRunner().invoke(diff, [str(tmp_path / "a.yaml"), str(tmp_path / "a.yaml")])
    assert (ran.exit_code, "is neither YAML nor JSON (line" in ran.output) == (1, True)


def test_a_link_to_nothing_is_an_error_and_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders/good.csv").write_text("x")
    (tmp_path / "orders/link.csv").symlink_to(tmp_path / "orders/good.csv")
    assert [key for key, _ in objects_in(tmp_path)] == ["orders/good.csv", "orders/link.csv"]
    (tmp_path / "orders/lost.csv").symlink_to(tmp_path / "nowhere.csv")
    with pytest.raises(HeadgateError, match=r"lost\.csv is a link to nothing"):
        objects_in(tmp_path)


def test_a_file_name_that_s3_cannot_have_is_reported(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "caf\udce9.csv").write_text("x")
    with pytest.raises(HeadgateError, match="is not UTF-8"):
        objects_in(tmp_path)


PROD = tuple(Registry.load().prod)


class Prod:
    """Answers for the tables that are there; the real adapter's only other answer is a QueryError."""

    def __init__(self, *tables: str) -> None:
        self.tables = set(tables)

    def run(self, sql: str) -> Answer:
        asked = {name for name in PROD if f"ecommerce_prod.{name}" in sql or f"FROM {name}" in sql}
        if asked - self.tables:
            raise QueryError(f"TABLE_NOT_FOUND: Table '{min(asked - self.tables)}' does not exist")
        rows = [(name, 7) for name in sorted(asked)] if "as counted" in sql else [("good",)]
        return Answer("q", (AnswerColumn("a", "varchar"),), tuple(rows))


def facts_of(*tables: str) -> dict[str, system_facts.SystemFacts]:
    prod: Any = Prod(*tables)
    return {fact.system: fact for fact in system_facts.facts(prod, Registry.load(), Databases())}


def test_a_table_that_is_missing_does_not_hide_the_others() -> None:
    every = Registry.load().tables_of("compliance-guardian")
    fact = facts_of(*[name for name in every if name != "risk_scores"])["compliance-guardian"]
    assert (fact.missing, sorted(fact.rows)) == (("risk_scores",), sorted({*every} - {"risk_scores"}))
    shown = printed(screens.systems_table([fact]), 200)
    assert "fraud_scores 7" in shown
    assert "risk_scores" in shown


def test_a_system_of_which_nothing_is_there_says_so() -> None:
    fact = facts_of()["retail-copilot"]
    assert (fact.rows, fact.quality) == ({}, system_facts.NOT_PUBLISHED)
