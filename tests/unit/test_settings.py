"""Settings come from the environment, and what is missing is named at once."""

from __future__ import annotations

import pytest

from headgate.errors import SettingsError
from headgate.settings import GateSettings, LogSettings, Settings, SystemJobsSettings, SystemSettings

pytestmark = pytest.mark.unit

GATE = {
    "HEADGATE_CURATED_BUCKET": "curated",
    "HEADGATE_ARTIFACTS_BUCKET": "artifacts",
    "HEADGATE_QUARANTINE_BUCKET": "quarantine",
    "HEADGATE_FILES_TABLE": "files",
    "HEADGATE_MASKING_KEY_SECRET": "masking",
}


def test_settings_are_the_environments() -> None:
    settings = GateSettings.from_env({**GATE, "HEADGATE_LEASE_S": "20", "HOME": "/"})
    assert vars(settings) == {
        "curated_bucket": "curated",
        "quarantine_bucket": "quarantine",
        "files_table": "files",
        "masking_key_secret": "masking",
        "artifacts_bucket": "artifacts",
        "lease_s": 20,
        "raw_originals": "mask",
        "records_table": "",
    }


def test_a_variable_with_a_default_may_be_left_out() -> None:
    assert GateSettings.from_env(GATE).lease_s == 300


def test_every_missing_variable_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        GateSettings.from_env({"HEADGATE_FILES_TABLE": "files", "HEADGATE_CURATED_BUCKET": ""})
    assert str(caught.value) == (
        "missing environment variables: HEADGATE_CURATED_BUCKET, HEADGATE_QUARANTINE_BUCKET, "
        "HEADGATE_MASKING_KEY_SECRET, "
        "HEADGATE_ARTIFACTS_BUCKET"
    )


@pytest.mark.parametrize(
    ("settings", "variable", "text"),
    [
        (GateSettings, "HEADGATE_LEASE_S", "soon"),
        (SystemSettings, "HEADGATE_PROD_BUCKETS", "{"),
        (SystemJobsSettings, "HEADGATE_SYSTEM_ARGUMENTS", "{"),
    ],
)
def test_a_variable_that_cannot_be_read_is_named(settings: type[Settings], variable: str, text: str) -> None:
    env = {
        **GATE,
        "HEADGATE_PROD_DATABASE": "prod",
        "HEADGATE_PROD_BUCKETS": "{}",
        "HEADGATE_SYSTEM_ROLES": "{}",
        variable: text,
    }
    with pytest.raises(SettingsError, match=variable):
        settings.from_env(env)


def test_buckets_of_the_systems_are_a_json_object() -> None:
    env = {
        "HEADGATE_CURATED_BUCKET": "curated",
        "HEADGATE_PROD_DATABASE": "prod",
        "HEADGATE_PROD_BUCKETS": '{"retail-copilot": "retail-copilot-prod-0"}',
    }
    assert SystemSettings.from_env(env).prod_buckets == {"retail-copilot": "retail-copilot-prod-0"}


def test_audited_logs_are_a_json_list_and_may_be_none() -> None:
    assert LogSettings.from_env({"HEADGATE_LOG_GROUPS": '["/aws/lambda/a", "/aws-glue/b"]'}).log_groups == [
        "/aws/lambda/a",
        "/aws-glue/b",
    ]
    assert not LogSettings.from_env({}).log_groups
