"""`headgate.toml` is the one settings file: a deployment takes its Terraform variables from it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.project import project
from scripts.deploy import MissingError, from_project, refuse_another_lake, stated_region

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


def test_the_region_of_headgate_toml_is_deployed_to_unless_a_variable_states_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lake whose file names Frankfurt never lands in the region that the shell happens to have."""
    (tmp_path / "headgate.toml").write_text('name = "bikes"\nregion = "eu-central-1"\n', encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    for platform in ("aws", "emulator"):
        assert stated_region(tmp_path / "shop", platform, {}) == "eu-central-1"
        assert stated_region(tmp_path / "shop", platform, {"region": "eu-west-1"}) == "eu-west-1"


def test_a_region_given_once_with_a_variable_is_that_of_later_deployments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "headgate.toml").write_text('name = "bikes"\n', encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    assert stated_region(tmp_path / "shop", "aws", {}) == ""
    (tmp_path / "deployments").mkdir()
    (tmp_path / "deployments" / "shop.json").write_text('{"region": "eu-west-1"}', encoding="utf-8")
    assert stated_region(tmp_path / "shop", "aws", {}) == "eu-west-1"
    assert stated_region(tmp_path / "shop", "emulator", {}) == ""


def test_a_deployment_keeps_its_region_where_nothing_states_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its project `make clean-localstack` asked the buckets of Frankfurt in Virginia, and S3 answered
    301.
    """
    (tmp_path / "headgate.toml").write_text('name = "bikes"\n', encoding="utf-8")
    monkeypatch.setenv("HEADGATE_PROJECT", str(tmp_path))
    (tmp_path / "deployment.json").write_text(
        '{"environment": {"AWS_REGION": "eu-central-1"}}', encoding="utf-8"
    )
    assert stated_region(tmp_path, "emulator", {}) == "eu-central-1"
    assert stated_region(tmp_path, "emulator", {"region": "eu-west-1"}) == "eu-west-1"


def test_a_deployment_never_replaces_a_lake_of_another_name(tmp_path: Path) -> None:
    """Terraform would delete the buckets of the first lake."""
    refuse_another_lake(tmp_path, "bikes", "emulator")
    for database in ("bikes_curated", "bikes_dev_curated"):
        note = {"environment": {"HEADGATE_CURATED_DATABASE": database}}
        (tmp_path / "deployment.json").write_text(json.dumps(note), encoding="utf-8")
        refuse_another_lake(tmp_path, "bikes", "emulator")
        with pytest.raises(MissingError, match=r"holds the lake bikes, .* apply emulator --name library"):
            refuse_another_lake(tmp_path, "library", "emulator")
