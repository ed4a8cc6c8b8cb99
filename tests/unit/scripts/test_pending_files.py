"""A deployment takes up files that were pending for another version of their contract, and says what came of
it.
"""

from __future__ import annotations

import os

import pytest

from scripts.deployment.pending_files import summary, take_up

pytestmark = pytest.mark.unit


def test_accepted_files_name_the_next_step_and_others_say_what_keeps_them() -> None:
    results: list[dict[str, object]] = [
        {"outcome": "replayed"},
        {"outcome": "replayed"},
        {"outcome": "still_rejected"},
    ]
    assert summary(results) == (
        "2 files that were pending were accepted. `headgate run` builds the tables with them. "
        "Not accepted: still rejected: 1 file. `headgate files --state needs_mapping` and `--state "
        "rejected` list them."
    )


def test_one_accepted_file_is_named_in_the_singular() -> None:
    assert (
        summary([{"outcome": "replayed"}])
        == "1 file that was pending was accepted. `headgate run` builds the tables with it."
    )


def test_nothing_pending_says_nothing() -> None:
    assert summary([]) == ""


def test_a_failure_leaves_the_deployment_and_names_the_command() -> None:
    line = take_up({"PATH": os.environ["PATH"], "HEADGATE_RAW_BUCKET": "raw"})
    assert line.startswith("pending files were not taken up (")
    assert line.endswith("Run `headgate quarantine replay --pending`.")
