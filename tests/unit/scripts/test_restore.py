"""The command that restores parts of a lake names what it cannot find."""

from __future__ import annotations

import pytest

from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from scripts.restore import RestoreError, bucket_of, unrecorded

pytestmark = pytest.mark.unit

ENVIRONMENT = {
    **{f"HEADGATE_{zone}_BUCKET": zone.lower() for zone in ("RAW", "CURATED", "QUARANTINE", "ARTIFACTS")},
    "HEADGATE_PROD_BUCKETS": '{"own-models": "shop-own-models"}',
}


@pytest.mark.parametrize(("zone", "bucket"), [("raw", "raw"), ("own-models", "shop-own-models")])
def test_a_zone_and_a_system_have_a_bucket(zone: str, bucket: str) -> None:
    assert bucket_of(ENVIRONMENT, zone) == bucket


def test_another_name_is_an_error_with_the_names_there_are() -> None:
    with pytest.raises(RestoreError) as caught:
        bucket_of(ENVIRONMENT, "staging")
    assert str(caught.value) == (
        "There is no bucket staging. Buckets: artifacts, curated, own-models, quarantine, raw."
    )


def test_versions_without_a_record_are_processed_and_masked_forms_without_one_are_counted() -> None:
    first, second = (ObjectRef("raw", "products/a.csv", version) for version in ("1", "2"))
    recorded, lost = (
        ObjectRef("raw", keys.masked_original_key("orders/a.csv", file_id), "1") for file_id in ("f1", "f2")
    )
    records = {"f1", keys.file_id("raw", "products/a.csv", "1")}
    assert unrecorded([first, second, recorded, lost], records) == ([second], 1)
    assert unrecorded([first, recorded], records) == ([], 0)
