"""`headgate.toml` is the one settings file: a deployment takes its Terraform variables from it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.project import project
from scripts.deploy import MissingError, from_project

pytestmark = pytest.mark.unit

LAKE = project(Path(__file__).parents[2])


def test_the_lakes_name_schedule_and_systems_are_variables() -> None:
    stated = from_project(LAKE)
    assert (stated["domain"], stated["daily_schedule"]) == ("ecommerce", "cron(0 3 * * ? *)")
    assert json.loads(stated["systems"]) == list(LAKE.systems)


def test_a_setting_is_passed_and_one_that_is_no_variable_is_named() -> None:
    assert from_project(replace(LAKE, settings={"quiet_s": 30}))["quiet_s"] == "30"
    with pytest.raises(MissingError, match="quite_s, which is no Terraform variable"):
        from_project(replace(LAKE, settings={"quite_s": 30}))
