"""Intervals, fidelity and pages of experiments."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from benchmarks.experiments.fidelity import NOT_MEASURED, fidelity
from benchmarks.experiments.intervals import median_interval, wilson
from benchmarks.experiments.measures import file_sizes, parallel
from benchmarks.experiments.privileges import (
    Calls,
    Grant,
    Reason,
    expected_outcome,
    explanation,
    granted_actions,
    keep_grants,
    kept_grants,
    outdated_reasons,
    privileges,
    read_reasons,
    recorded_calls,
    spare_grants,
    unused_grants,
    used_grants,
)
from benchmarks.experiments.report import form, page
from benchmarks.experiments.results import CATEGORIES, Case, Measure, Results
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.experiments.deployed import Target

pytestmark = pytest.mark.unit


def results(target: str, *cases: Case) -> Results:
    sizes = [Measure("F", "time by file size", "s", (0.1 * at, 0.12 * at), at=10.0**at) for at in (3, 4, 5)]
    latency = Measure("B", "warm", "ms", tuple(range(1, 11)), headline="~50 ms a file")
    return Results(
        target,
        "2026-01-02T03:04:05",
        {"cores": 2},
        12.5,
        [latency, *sizes],
        list(cases),
        {"H": "It changes permissions."},
    )


def test_wilson_is_that_of_the_published_example() -> None:
    # Source: Newcombe (1998), Statistics in Medicine 17, 857-872, table I: 81 of 263.
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0) == (0, 1)


def test_the_interval_of_a_median_has_the_ranks_of_the_binomial_distribution() -> None:
    # Ten values: 2nd to 9th, with a confidence of 97.9 percent.
    assert median_interval([float(value) for value in range(1, 11)]) == (5.5, 2.0, 9.0)
    assert median_interval([3.0, 1.0]) == (2.0, 1.0, 3.0)
    assert median_interval([4.0]) == (4.0, 4.0, 4.0)


def test_results_are_read_back_as_they_were_written() -> None:
    found = results("emulator", Case("C", "events", "late", "done", "done"))
    assert Results.from_json(found.to_json()) == found
    document = json.loads(found.to_json())
    assert (
        document["measures"][0]["median"],
        document["measures"][0]["low"],
        document["measures"][0]["high"],
    ) == (
        5.5,
        2,
        9,
    )
    assert document["cases"][0]["passed"] is True


def test_without_a_run_on_aws_nothing_is_measured() -> None:
    vector = fidelity(results("emulator", Case("C", "events", "late", "done", "done")), None)
    assert [number.category for number in vector] == list(CATEGORIES)
    assert {number.agreement for number in vector} == {NOT_MEASURED}
    assert {number.coverage for number in vector} == {"0 of 0", "0 of 1"}


def test_a_case_that_passes_only_on_the_emulator_is_a_false_pass() -> None:
    here = results(
        "emulator", Case("C", "events", "late", "done", "done"), Case("C", "events", "twice", "done", "done")
    )
    there = results(
        "aws", Case("C", "events", "late", "done", "failed"), Case("C", "events", "twice", "done", "done")
    )
    (events,) = [one for one in fidelity(here, there) if one.category == "events"]
    assert (events.false_passes, events.agreement, events.coverage) == (
        ("late",),
        "50% (9% to 91%)",
        "2 of 2",
    )


class Tags(HTMLParser):
    """The tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.seen.append(tag)


def test_the_page_has_every_experiment_a_plot_and_no_markup_of_the_data() -> None:
    made = page(results("emulator", Case("C", "events", "<script>", "done", "failed")), results("aws"))
    parsed = Tags()
    parsed.feed(made)
    assert parsed.seen.count("h2") == 9
    assert (parsed.seen.count("svg"), parsed.seen.count("polyline"), parsed.seen.count("script")) == (1, 2, 0)
    assert "~50 ms a file" in made
    assert "not run. It changes permissions." in made


def test_granted_actions_are_those_of_all_policies_but_logging() -> None:
    class Iam:
        def list_role_policies(self, RoleName: str) -> dict[str, list[str]]:  # noqa: N803 boto3's interface
            return {"PolicyNames": [RoleName]}

        def get_role_policy(self, RoleName: str, PolicyName: str) -> dict[str, object]:  # noqa: N803 boto3's interface
            del RoleName, PolicyName
            return {
                "PolicyDocument": {
                    "Statement": [
                        {"Action": "s3:GetObject"},
                        {"Action": ["kms:Decrypt", "logs:PutLogEvents"]},
                    ]
                }
            }

    assert granted_actions(Iam(), "gate") == {"s3:GetObject", "kms:Decrypt"}


CALLS = Calls(
    frozenset({"s3:GetObject", "dynamodb:GetItem"}),
    frozenset({"s3:PutObject", "sns:Publish", "dynamodb:Scan"}),
)


def test_a_file_must_stop_without_an_action_that_its_processing_asks_for() -> None:
    assert expected_outcome("s3:PutObject", CALLS) == "stopped"
    assert expected_outcome("dynamodb:GetItem", CALLS) == "done"  # other work asked for it, this file did not
    assert expected_outcome("sns:Publish", CALLS) == "done"  # the gate works on without an alert


@pytest.mark.parametrize("action", ["kms:Decrypt", "sqs:ReceiveMessage"])
def test_an_action_that_aws_takes_with_the_role_is_a_false_pass_where_the_file_is_done(action: str) -> None:
    assert expected_outcome(action, CALLS) == "stopped"
    assert explanation(action, "done", CALLS).startswith("False pass of the emulator")


def test_a_role_has_granted_actions_that_nobody_used_and_calls_that_it_may_not_make() -> None:
    found = privileges(
        "gate", {"s3:GetObject", "s3:PutObject", "kms:Decrypt", "states:StartExecution"}, CALLS
    )
    assert (found.by_aws, found.unused) == (("kms:Decrypt",), ("states:StartExecution",))
    assert found.missing == ("dynamodb:Scan", "sns:Publish")


def test_recorded_calls_are_those_of_the_role(tmp_path: Path) -> None:
    lines = [
        ("gate", "s3:GetObject", "Allow"),
        ("gate", "s3:PutObject", "ImplicitDeny"),
        ("report", "s3:ListBucket", "Allow"),
    ]
    path = tmp_path / "calls.jsonl"
    path.write_text(
        "".join(
            json.dumps(dict(zip(("role", "action", "decision"), line, strict=True))) + "\n" for line in lines
        )
    )
    assert recorded_calls(path, "gate") == Calls(frozenset({"s3:GetObject"}), frozenset({"s3:PutObject"}))
    assert recorded_calls(tmp_path / "none", "gate") == Calls(frozenset(), frozenset())


# One role may do three things; a call used one of them.
READ, WRITE, DELETE = (
    Grant("ReadRaw", "s3:GetObject"),
    Grant("WriteRows", "s3:PutObject"),
    Grant("WriteRows", "s3:DeleteObject"),
)
GRANTED = {"gate": {READ, WRITE, DELETE}, "report": {READ}}
USED = {"gate": {READ}, "report": {READ}}


def reason(*grants: Grant, roles: tuple[str, ...] = ("gate",)) -> Reason:
    return Reason(roles, grants, "a rejected file", "The workload rejects none.")


def test_a_grant_without_a_recorded_call_and_without_a_reason_is_spare() -> None:
    unused = unused_grants(GRANTED, USED)
    assert unused == {"gate": {WRITE, DELETE}}
    assert spare_grants(unused, []) == ["gate: WriteRows s3:DeleteObject", "gate: WriteRows s3:PutObject"]
    assert spare_grants(unused, [reason(WRITE)]) == ["gate: WriteRows s3:DeleteObject"]
    assert spare_grants(unused, [reason(WRITE, DELETE, roles=("report",))]) == spare_grants(unused, [])
    assert spare_grants(unused, [reason(WRITE, DELETE, roles=("ga*",))]) == []


def test_the_same_action_of_another_statement_is_another_grant() -> None:
    twice = {"gate": {READ, Grant("ReadEverything", "s3:GetObject")}}
    assert spare_grants(unused_grants(twice, USED), []) == ["gate: ReadEverything s3:GetObject"]


def test_a_reason_is_outdated_when_a_call_used_the_grant_or_no_role_has_it() -> None:
    gone = Grant("Gone", "s3:GetObject")
    unused = unused_grants(GRANTED, USED)
    assert outdated_reasons(GRANTED, unused, [reason(WRITE, DELETE)]) == []
    assert outdated_reasons(GRANTED, unused, [reason(WRITE, READ, gone)]) == [
        "gate: ReadRaw s3:GetObject",
        "gate: Gone s3:GetObject",
    ]
    assert outdated_reasons(GRANTED, unused, [reason(gone, roles=("not-deployed",))]) == []
    assert outdated_reasons(GRANTED, unused, [reason(WRITE, roles=("gate", "report"))]) == [
        "report: WriteRows s3:PutObject"
    ]


def test_a_reason_for_a_grant_of_a_setting_is_outdated_only_where_the_setting_is_made() -> None:
    gone = Grant("WriteMaskedForms", "s3:PutObject")
    optional = Reason(
        ("gate",), (gone,), "a masked form", "No scenario writes one.", only_with="raw_originals is mask"
    )
    assert outdated_reasons(GRANTED, unused_grants(GRANTED, USED), [optional]) == []
    granted = {"gate": {gone}}
    assert outdated_reasons(granted, unused_grants(granted, {}), [optional]) == []
    assert outdated_reasons(granted, unused_grants(granted, granted), [optional]) == [
        "gate: WriteMaskedForms s3:PutObject"
    ]


def test_a_record_grows_by_used_grants_and_loses_those_that_a_role_has_lost(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    keep_grants({"gate": {READ, Grant("Gone", "s3:GetObject")}, "export": {READ}}, {}, path)
    keep_grants({"gate": {WRITE}}, GRANTED, path)
    assert kept_grants(path) == {"gate": {READ, WRITE}, "export": {READ}}
    assert kept_grants(tmp_path / "none") == {}


def test_a_recorded_call_names_the_statement_that_allowed_it(tmp_path: Path) -> None:
    names = ("role", "action", "decision", "sid")
    lines = [
        ("lake-gate", "s3:GetObject", "Allow", "ReadRaw"),
        ("lake-gate", "s3:PutObject", "ImplicitDeny", ""),
    ]
    path = tmp_path / "calls.jsonl"
    path.write_text("".join(json.dumps(dict(zip(names, line, strict=True))) + "\n" for line in lines))
    assert used_grants(path, {"gate": "lake-gate", "report": "lake-report"}) == {
        "gate": {READ},
        "report": set(),
    }


def test_every_written_reason_says_what_uses_the_grant_and_none_is_for_a_recorded_one() -> None:
    kept, reasons = kept_grants(), read_reasons()
    assert reasons
    assert kept
    for one in reasons:
        assert one.roles
        assert one.grants
        assert len(one.scenario.split()) > 1
        assert len(one.why.split()) > 3
    named = [(pattern, grant) for reason in reasons for pattern, grant in reason.pairs()]
    assert len(set(named)) == len(named)
    assert [(role, grant) for role, grant in named if grant in kept.get(role, ())] == []


@pytest.mark.parametrize(
    ("state", "outcome"), [(FileState.HANDED_OVER, "handed_over after 0 s"), (None, "no record after 0 s")]
)
def test_a_file_that_is_still_in_work_when_the_time_is_used_up_is_not_called_lost(
    state: FileState | None, outcome: str
) -> None:
    class Busy:
        """A lake whose workers end with no file."""

        safe = False
        lake = SimpleNamespace(settled=lambda *_: None)

        def send(self, _: bytes) -> ObjectRef:
            return ObjectRef("raw", "payments/a.csv", "1")

        def record(self, _: ObjectRef) -> SimpleNamespace | None:
            return SimpleNamespace(state=state) if state else None

    (case,) = file_sizes(cast("Target", Busy()), 0.0)
    assert isinstance(case, Case)
    assert (case.outcome, case.passed) == (outcome, False)


def test_a_form_to_send_back_has_figures_failures_and_no_account() -> None:
    arn = "arn:aws:iam::123456789012:role/gate"
    text = form(results("aws", Case("D", "IAM", "a file is accepted", "done", "stopped", f"denied to {arn}")))
    assert "- D: a file is accepted: stopped. denied to arn:aws:iam::ACCOUNT:role/gate" in text
    assert "- B warm 5.5" in text
    assert "- H Permissions" in text
    assert "## Please complete" in text


def test_a_safe_run_sends_no_more_than_16_files_at_once() -> None:
    done = SimpleNamespace(state=FileState.DONE)
    lake = SimpleNamespace(settled=lambda *_, **__: done)
    target = SimpleNamespace(safe=True, platform="aws", lake=lake, send=lambda _: None)
    measures = [one for one in parallel(cast("Target", target), 60.0) if isinstance(one, Measure)]
    assert [measure.at for measure in measures] == [1, 4, 16]
