"""S3's notifications are read as S3 writes them."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.events import created_objects
from headgate.aws.events import notification as notification_of
from headgate.lake.ports import ObjectRef
from tests.examples import examples

pytestmark = pytest.mark.unit

FIXTURES = Path(__file__).parent / "events"


def notification(key: str, event: str = "ObjectCreated:Put", **more: str) -> str:
    return json.dumps(
        {"Records": [{"eventName": event, "s3": {"bucket": {"name": "raw"}, "object": {"key": key, **more}}}]}
    )


def test_a_real_notification_names_bucket_decoded_key_and_version() -> None:
    body = json.loads((FIXTURES / "sqs_s3_put.json").read_text())["Records"][0]["body"]
    assert list(created_objects(body)) == [
        ObjectRef(
            "ecommerce-raw-000000000000",
            "orders/dt=2024-05-01/run=r 1/part+é.csv.gz",
            "096fKKXTRTtl3on89fVO.nfljtsv6qko",
        )
    ]


def test_the_test_event_that_s3_sends_first_is_ignored() -> None:
    body = json.loads((FIXTURES / "sqs_s3_test_event.json").read_text())["Records"][0]["body"]
    assert list(created_objects(body)) == []


def test_an_unversioned_bucket_gives_no_version() -> None:
    assert next(iter(created_objects(notification("orders/a.csv")))).version_id == ""


def test_other_events_are_ignored() -> None:
    assert list(created_objects(notification("orders/a.csv", event="ObjectRemoved:Delete"))) == []


@pytest.mark.parametrize("body", ["", "not json", "[]", "{}", "null", '{"Records": [{}]}', '{"Records": 4}'])
def test_another_message_is_an_error_that_does_not_repeat_it(body: str) -> None:
    with pytest.raises(ValueError, match=r"^the message is no S3 notification$"):
        list(created_objects(body))


@examples(12)
@given(st.text(min_size=1))
def test_every_key_survives_s3s_encoding(key: str) -> None:
    try:
        encoded = quote_plus(key, safe="/")
    except UnicodeEncodeError:  # a lone surrogate, which S3 takes no more than we do
        return
    assert [ref.key for ref in created_objects(notification(encoded))] == [key]


@given(st.text(min_size=1), st.text())
def test_a_notification_of_our_own_is_read_as_one_of_s3s(key: str, version_id: str) -> None:
    ref = ObjectRef("raw", key, version_id)
    assert list(created_objects(notification_of(ref))) == [ref]
