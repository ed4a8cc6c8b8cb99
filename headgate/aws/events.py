"""Read S3 notifications from SQS messages."""

import json
from collections.abc import Iterator
from urllib.parse import quote_plus, unquote_plus

from headgate.lake.ports import ObjectRef


def created_objects(body: str) -> Iterator[ObjectRef]:
    """Yield the created objects of a notification, None for S3's test event and other events.

    Raises:
        ValueError: the body is not an S3 notification; the message does not repeat it.

    Source:
        Amazon S3 user guide, "Event message structure": keys are URL-encoded; `s3:TestEvent` has no records.
    """
    try:
        entry = json.loads(body)
        records = [] if entry.get("Event") == "s3:TestEvent" else entry["Records"]
        yield from [
            _object(record["s3"]) for record in records if record["eventName"].startswith("ObjectCreated:")
        ]
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise ValueError("the message is no S3 notification") from None


def notification(ref: ObjectRef) -> str:
    """Return the S3 event of a new object, for `created_objects`, to process an object again."""
    entry = {
        "bucket": {"name": ref.bucket},
        "object": {"key": quote_plus(ref.key)} | ({"versionId": ref.version_id} if ref.version_id else {}),
    }
    return json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "s3": entry}]})


def _object(entry: dict[str, dict[str, str]]) -> ObjectRef:
    return ObjectRef(
        entry["bucket"]["name"], unquote_plus(entry["object"]["key"]), entry["object"].get("versionId", "")
    )
