"""No deployment forgets what an earlier one set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.deployment.deployment_settings import DeploymentSettings, StateBucket, described

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def test_a_variable_that_was_given_once_applies_to_later_deployments(tmp_path: Path) -> None:
    DeploymentSettings.of(tmp_path, "aws").keep({"alert_email": "ops@example.com", "export_enabled": "true"})
    DeploymentSettings.of(tmp_path, "aws").keep({"quiet_s": "30"})
    assert DeploymentSettings.of(tmp_path, "aws").read() == {
        "alert_email": "ops@example.com",
        "export_enabled": "true",
        "quiet_s": "30",
    }


def test_deployments_do_not_share_settings(tmp_path: Path) -> None:
    DeploymentSettings.of(tmp_path, "prod").keep({"environment": "prod"})
    assert DeploymentSettings.of(tmp_path, "dev").read() == {}


def test_an_empty_value_forgets_a_variable(tmp_path: Path) -> None:
    settings = DeploymentSettings.of(tmp_path, "aws")
    settings.keep({"alert_email": "ops@example.com"})
    settings.keep({"alert_email": ""})
    assert settings.read() == {}


def test_a_file_that_is_no_object_of_texts_is_named(tmp_path: Path) -> None:
    settings = DeploymentSettings.of(tmp_path, "aws")
    settings.path.parent.mkdir()
    settings.path.write_text("[1]", encoding="utf-8")
    with pytest.raises(ValueError, match=r"aws\.json is no JSON object of texts"):
        settings.read()


def test_settings_are_shown_one_per_line() -> None:
    assert described({"region": "eu-central-1", "name": "shop"}) == "  name    shop\n  region  eu-central-1"


def test_each_deployment_has_its_own_state_in_the_bucket(tmp_path: Path) -> None:
    assert StateBucket.of(tmp_path) is None
    StateBucket("headgate-state-123456789012-eu-central-1", "eu-central-1").keep(tmp_path)
    found = StateBucket.of(tmp_path)
    assert found is not None
    assert found.backend("prod")["key"] == "prod/terraform.tfstate"
    assert found.backend("prod")["use_lockfile"] is True
