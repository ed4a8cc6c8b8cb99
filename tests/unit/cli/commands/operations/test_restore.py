"""`headgate restore` takes deletions back, fills a bucket from its copy, and names what it cannot find."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
from click.testing import CliRunner

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.cli.commands.operations.restore import (
    bucket_of,
    copy_missing,
    oldest_first,
    restore,
    undelete,
    unrecorded,
)
from headgate.errors import SettingsError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef

pytestmark = pytest.mark.unit

ENVIRONMENT = {
    **{f"HEADGATE_{zone}_BUCKET": zone.lower() for zone in ("RAW", "CURATED", "QUARANTINE", "ARTIFACTS")},
    "HEADGATE_PROD_BUCKETS": '{"own-models": "shop-own-models"}',
}


@pytest.mark.parametrize(("zone", "bucket"), [("raw", "raw"), ("own-models", "shop-own-models")])
def test_a_zone_and_a_system_have_a_bucket(zone: str, bucket: str) -> None:
    assert bucket_of(ENVIRONMENT, zone) == bucket


def test_another_name_is_an_error_with_the_names_there_are() -> None:
    with pytest.raises(SettingsError) as caught:
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
    sent = ObjectRef("raw", keys.sent_file_key("f1", "preise.csv"), "1")  # its edited file has the record
    assert unrecorded([first, second, recorded, lost, sent], records) == ([second], 1)
    assert unrecorded([first, recorded], records) == ([], 0)


def ticking() -> MemoryObjects:
    """Return buckets in which each write and deletion is a second later."""
    seconds = count()
    return MemoryObjects(clock=lambda: datetime(2026, 11, 25) + timedelta(seconds=next(seconds)))


def test_deletions_are_taken_back_from_the_stated_time_on_and_older_ones_stay() -> None:
    objects = ticking()
    for key in ("old.csv", "new.csv", "kept.csv"):
        objects.write(ObjectRef("curated", key), b"1")
    for key in ("old.csv", "new.csv"):
        objects.delete(ObjectRef("curated", key))
    (newer,) = (
        version.modified_at for version in objects.versions("curated", "new.csv") if version.is_marker
    )
    assert undelete(objects, "curated", newer + timedelta(seconds=1)) == {"bucket": "curated", "undeleted": 0}
    assert undelete(objects, "curated", newer) == {"bucket": "curated", "undeleted": 1}
    assert [item.ref.key for item in objects.list("curated", "")] == ["kept.csv", "new.csv"]


def test_a_copy_fills_what_the_bucket_lacks_and_replaces_nothing() -> None:
    objects = MemoryObjects()
    objects.write(ObjectRef("curated", "a"), b"current")
    for key in ("a", "b"):
        objects.write(ObjectRef("copy", key), b"copied")
    assert copy_missing(objects, "copy", "curated") == {"bucket": "curated", "copied": 1}
    assert [objects.read(ObjectRef("curated", key)) for key in ("a", "b")] == [b"current", b"copied"]


def test_versions_are_processed_in_the_order_in_which_they_came_without_markers() -> None:
    objects = ticking()
    for key in ("b.csv", "a.csv", "b.csv"):
        objects.write(ObjectRef("raw", key), b"1")
    objects.delete(ObjectRef("raw", "a.csv"))
    assert [ref.key for ref in oldest_first(objects.versions("raw", ""))] == ["b.csv", "a.csv", "b.csv"]


@pytest.mark.parametrize(
    "words", ["raw", "raw --since 2026-11-25 --from copy", "files --from copy", "raw --since yesterday"]
)
def test_a_wrong_choice_of_options_is_refused_before_anything_is_read(words: str) -> None:
    result = CliRunner().invoke(restore, words.split())
    assert result.exit_code == 2, result.output
