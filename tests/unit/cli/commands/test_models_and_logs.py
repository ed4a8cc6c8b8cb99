"""What `headgate models` marks, and which logs `headgate logs` reads."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

import click
import pytest

from headgate.aws.logs import LogLine
from headgate.cli.commands.operations.logs import followed, log_groups
from headgate.cli.commands.tables.models import lost_to
from headgate.cli.deployment import Deployment
from headgate.learning.champion_challenger import Decision, Result
from headgate.learning.store import Card

pytestmark = pytest.mark.unit

CONTEST = Decision("boosted", "boosted", 400, (Result("boosted", 0.31, 0.0), Result("constant", 0.29, 1.1)))
CARD = Card("churn", "demand-insights-engine", "v1", "boosted", "s", "2026-01-02", "c", (), 10, {"auc": 0.5}, asdict(CONTEST), {}, {}, "0")


def test_a_model_that_loses_to_another_recipe_is_marked() -> None:
    assert lost_to(CARD) == "! loses to constant: 0.31 against 0.29"


def test_a_model_that_wins_or_had_no_contest_is_not_marked() -> None:
    assert lost_to(replace(CARD, recipe="constant")) == ""
    assert lost_to(replace(CARD, contest=None)) == ""


def test_logs_are_those_that_the_deployment_states() -> None:
    assert log_groups(Deployment("x", {}, {"log_groups": ["/aws/lambda/shop-raw", "/aws-glue/shop"]})) == [
        "/aws/lambda/shop-raw",
        "/aws-glue/shop",
    ]
    with pytest.raises(click.ClickException, match=r"has no output log_groups\. Deploy again"):
        log_groups(Deployment("x", {}, {}))


def test_following_logs_shows_each_line_once_also_one_that_appears_late() -> None:
    began = datetime(2026, 1, 2, tzinfo=UTC)
    first, late, second = (LogLine("g", began + timedelta(seconds=at), f"line at {at}") for at in (10, 5, 20))
    looks = iter([[first], [first], [late, first], [late, first, second]])
    lines = followed(lambda since: [line for line in next(looks) if line.written_at >= since], began, sleep=lambda _: None)
    assert list(islice(lines, 3)) == [first, late, second]
