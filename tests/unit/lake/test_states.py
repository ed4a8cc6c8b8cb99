"""States of files: one list, one table of transitions, and the spelling of ledgers written before."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headgate.lake.states import (
    CHECKED,
    TRANSITIONS,
    UNDER_WAY,
    Action,
    ClaimAnswer,
    Condition,
    Disposition,
    FileState,
    answer_to_claim,
    finished_from,
    permits,
    permits_new,
    states_by_condition,
)

pytestmark = pytest.mark.unit

GLOSSARY = Path(__file__).parents[3] / "docs" / "glossary.md"
CLAIMS = [Action.CLAIM, Action.HAND_OVER, Action.TAKE_OVER]


def defined(after: str, before: str) -> set[str]:
    section = GLOSSARY.read_text(encoding="utf-8").partition(after)[2].partition(before)[0]
    return set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))


def test_the_glossary_defines_every_state_and_disposition() -> None:
    assert defined("## Files", "## Rows") == {state.value for state in FileState}
    assert defined("## Rows", "## Masking") == {disposition.value for disposition in Disposition}


def test_an_unknown_state_is_an_error() -> None:
    with pytest.raises(ValueError, match="lost"):
        FileState("lost")


@pytest.mark.parametrize("action", CLAIMS)
def test_a_new_or_failed_file_can_be_claimed_at_once(action: Action) -> None:
    assert permits_new(action)
    assert permits(action, FileState.FAILED, lease_ended=False)


@pytest.mark.parametrize("action", CLAIMS)
@pytest.mark.parametrize("ended", [False, True])
def test_a_file_under_work_can_be_claimed_when_its_lease_has_ended(action: Action, *, ended: bool) -> None:
    assert permits(action, FileState.PROCESSING, lease_ended=ended, other_run=True) is ended


def test_a_handed_over_file_belongs_to_one_run_of_the_larger_worker() -> None:
    assert not permits(Action.CLAIM, FileState.HANDED_OVER, lease_ended=False)
    assert permits(Action.TAKE_OVER, FileState.HANDED_OVER, lease_ended=False)
    assert not permits(Action.TAKE_OVER, FileState.HANDED_OVER, lease_ended=True, other_run=True)


@pytest.mark.parametrize("state", sorted(set(FileState) - UNDER_WAY - {FileState.FAILED}))
@pytest.mark.parametrize("action", CLAIMS)
def test_a_file_that_the_gate_has_ended_with_is_never_claimed_again(action: Action, state: FileState) -> None:
    assert not permits(action, state, lease_ended=True)
    assert answer_to_claim(action, state) is ClaimAnswer.DONE


def test_checked_and_reverted_files_can_be_replayed_and_no_other() -> None:
    replayable = {state for state in FileState if permits(Action.REOPEN, state, lease_ended=True)}
    assert replayable == {*CHECKED, FileState.REVERTED, FileState.REPLAYING}
    assert not permits(Action.REOPEN, FileState.REPLAYING, lease_ended=False)
    assert not permits_new(Action.REOPEN)


def test_finished_files_can_be_reverted_once_and_no_worker_loses_its_file() -> None:
    at_once = {state for state in FileState if permits(Action.REVERT, state, lease_ended=False)}
    assert at_once == {*CHECKED, FileState.SKIPPED_DUPLICATE}
    died = {state for state in FileState if permits(Action.REVERT, state, lease_ended=True)} - at_once
    assert died == {FileState.REPLAYING, FileState.REVERTING}


@pytest.mark.parametrize("end", [FileState.DONE, FileState.REJECTED, FileState.NEEDS_MAPPING])
def test_a_checked_file_was_worked_on_and_was_not_reverted_meanwhile(end: FileState) -> None:
    assert {FileState.PROCESSING, FileState.HANDED_OVER, FileState.REPLAYING, end} <= finished_from(end)
    assert not finished_from(end) & {
        None,
        FileState.REVERTING,
        FileState.REVERTED,
        FileState.IGNORED,
        FileState.SKIPPED_DUPLICATE,
    }
    assert finished_from(end) & CHECKED == {end}


@pytest.mark.parametrize("state", sorted(UNDER_WAY | {FileState.WAITING}))
def test_a_state_that_a_worker_holds_finishes_nothing(state: FileState) -> None:
    assert finished_from(state) == frozenset()


@pytest.mark.parametrize("action", Action)
def test_the_states_by_condition_are_the_whole_table(action: Action) -> None:
    listed = {(state, condition) for condition, states in states_by_condition(action) for state in states}
    assert listed == {(step.before, step.condition) for step in TRANSITIONS[action] if step.before}
    assert all(isinstance(condition, Condition) for _, condition in listed)


def test_only_the_larger_worker_hears_that_a_handed_over_file_is_busy() -> None:
    assert answer_to_claim(Action.CLAIM, FileState.HANDED_OVER) is ClaimAnswer.HANDED_OVER
    assert answer_to_claim(Action.TAKE_OVER, FileState.HANDED_OVER) is ClaimAnswer.BUSY
