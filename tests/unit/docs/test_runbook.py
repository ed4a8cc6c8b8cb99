"""The runbook is complete: what can ring or refuse stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


def alarm_names(terraform: str) -> set[str]:
    """The keys of `local.alarms`, as their alarms are named."""
    body = terraform[terraform.index("alarms = merge(") : terraform.index('resource "aws_cloudwatch_metric_alarm"')]
    plain = re.findall(r"^      (\w+) = \{$", body, flags=re.MULTILINE)
    looped = [key for keys in re.findall(r"in \{([^{}]*)\} :", body) for key in re.findall(r"(\w+) =", keys)]
    return {key.replace("_", "-") for key in (*plain, *looped)}


def test_every_alarm_stands_in_the_runbook() -> None:
    alarms = alarm_names((ROOT / "terraform" / "observability.tf").read_text(encoding="utf-8"))
    assert {"dead-letters", "gate-errors", "raw-age", "no-run-for-a-day"} <= alarms
    assert sorted(name for name in alarms if f"`{name}`" not in RUNBOOK) == []


def test_the_exports_alarms_stand_there_too() -> None:
    for name in ("export-failed", "export-timed-out", "export-aborted", "no-export-for-a-day"):
        assert f"`{name}`" in RUNBOOK


def test_an_alarm_that_nobody_described_would_be_seen() -> None:
    terraform = 'alarms = merge(\n    {\n      brand_new = {\n  }\n})\nresource "aws_cloudwatch_metric_alarm"'
    assert alarm_names(terraform) == {"brand-new"}
    assert "`brand-new`" not in RUNBOOK
