"""The runbook is complete: what can ring or refuse stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
RUNBOOK = (ROOT / "docs" / "operate" / "runbook.md").read_text(encoding="utf-8")


def alarm_names(terraform: str) -> set[str]:
    """The keys of `local.alarms`, as their alarms are named."""
    body = terraform[
        terraform.index("alarms = merge(") : terraform.index('resource "aws_cloudwatch_metric_alarm"')
    ]
    plain = re.findall(r"^      (\w+) = \{$", body, flags=re.MULTILINE)
    looped = [key for keys in re.findall(r"in \{([^{}]*)\} :", body) for key in re.findall(r"(\w+) =", keys)]
    return {key.replace("_", "-") for key in (*plain, *looped)}


def machine_alarm_names(terraform: str) -> set[str]:
    """The keys of `local.machine_alarms`: each watched machine with each way to end, and the successes that
    are awaited.
    """
    ends = re.findall(r'(\w+) = "', re.findall(r"^  ends = .*$", terraform, flags=re.MULTILINE)[0])
    exports = re.findall(
        r'source == "" \? "(\w+)"', terraform
    )  # those of the deployment's own database; others add their source
    block = terraform.split("  watched = merge(", 1)[1].split("\n  })", 1)[0]
    watched = [
        *re.findall(r"^    (\w+) +=", block, flags=re.MULTILINE),
        *(key for key in exports if not key.startswith("no_")),
    ]
    awaited = [
        *re.findall(r"^ +(no_\w+) = \{$", terraform, flags=re.MULTILINE),
        *(key for key in exports if key.startswith("no_")),
    ]
    return {
        name.replace("_", "-")
        for name in (*awaited, *(f"{machine}_{end}" for machine in watched for end in ends))
    }


def missing(alarms: set[str]) -> list[str]:
    return sorted(name for name in alarms if f"`{name}`" not in RUNBOOK)


def test_every_alarm_stands_in_the_runbook() -> None:
    alarms = alarm_names((ROOT / "terraform" / "observability.tf").read_text(encoding="utf-8"))
    assert {"dead-letters", "gate-errors", "raw-age"} <= alarms
    assert missing(alarms) == []


def test_every_alarm_on_a_state_machine_stands_there_too() -> None:
    alarms = machine_alarm_names((ROOT / "terraform" / "machines.tf").read_text(encoding="utf-8"))
    assert {"pipeline-failed", "export-timed-out", "large-aborted", "no-check", "no-export"} <= alarms
    assert missing(alarms) == []


def test_an_alarm_that_nobody_described_would_be_seen() -> None:
    terraform = 'alarms = merge(\n    {\n      brand_new = {\n  }\n})\nresource "aws_cloudwatch_metric_alarm"'
    assert alarm_names(terraform) == {"brand-new"}
    assert "`brand-new`" not in RUNBOOK
