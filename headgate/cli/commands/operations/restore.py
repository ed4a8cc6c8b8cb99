from collections.abc import Iterable, Mapping
from datetime import datetime

import click

from headgate.aws.events import notification
from headgate.cli import command_deployment, options
from headgate.cli.command_deployment import Deployment
from headgate.errors import SettingsError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, ObjectVersion, SnapshotObjects, VersionedObjects
from headgate.settings import SystemNamesSettings
from headgate.wiring import operations, stores

FILES = "files"
_ZONES = ("raw", "curated", "quarantine", "artifacts")
_TIMES = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")


@click.command(epilog=options.example("headgate restore curated --since 2026-11-25T08:00"))
@click.argument("place")
@click.option(
    "--since",
    type=click.DateTime(_TIMES),
    metavar="TIME",
    help="Undo deletions since this time, in UTC, such as 2026-11-25T08:00.",
)
@click.option("--from", "source", metavar="BUCKET", help="Copy missing objects from this copy of the bucket.")
@options.as_json
@options.deployment
def restore(place: str, *, since: datetime | None, source: str | None) -> None:
    """Undo deletions in a bucket, fill it from its copy, or process files whose records were lost.

    PLACE is raw, curated, quarantine, artifacts or a system. PLACE `files`, after a restore of the ledger,
    processes the files in raw without a record. The command can be repeated.
    """
    if (since is not None) + (source is not None) != (place != FILES):
        raise click.UsageError(f"A bucket needs either --since or --from, and `{FILES}` needs neither.")
    deployed = command_deployment.activate()
    if place == FILES:
        facts = process_without_record(deployed)
    else:
        bucket, objects = bucket_of(deployed.environment, place), stores.objects()
        facts = undelete(objects, bucket, since) if since else copy_missing(objects, source or "", bucket)
    options.show(facts, lambda: _sentence(facts))


def undelete(objects: VersionedObjects, bucket: str, since: datetime) -> dict[str, object]:
    """Delete the delete markers since a time, so that the versions below them are current again."""
    markers = [
        version.ref
        for version in objects.versions(bucket, "")
        if version.is_marker and version.is_newest and version.modified_at >= since
    ]
    for marker in markers:
        objects.delete(marker)
    return {"bucket": bucket, "undeleted": len(markers)}


def copy_missing(objects: SnapshotObjects, source: str, bucket: str) -> dict[str, object]:
    """Copy objects of a replica that are missing in the bucket; they get new version ids."""
    there, copied = ({item.ref.key for item in objects.list(of, "")} for of in (bucket, source))
    missing = sorted(copied - there)
    for key in missing:
        objects.copy(ObjectRef(source, key), ObjectRef(bucket, key))
    return {"bucket": bucket, "copied": len(missing)}


def process_without_record(deployed: Deployment) -> dict[str, object]:
    """Send events for all versions in raw without a record, oldest first.

    Masked originals are only counted: the original is gone, and the rows are in the lake.
    """
    env = deployed.environment
    recorded = {record.file_id for record in stores.ledger(env).records()}
    versions = stores.objects().versions(env["HEADGATE_RAW_BUCKET"], "")
    missing, masked = unrecorded(oldest_first(versions), recorded)
    operations.queues().send(deployed.output("raw_queue_url"), [notification(ref) for ref in missing])
    return {"sent": len(missing), "masked_without_record": masked}


def oldest_first(versions: Iterable[ObjectVersion]) -> list[ObjectRef]:
    """Return the versions without delete markers, oldest first."""
    stored = [version for version in versions if not version.is_marker]
    return [version.ref for version in sorted(stored, key=lambda version: version.modified_at)]


def unrecorded(versions: list[ObjectRef], recorded: set[str]) -> tuple[list[ObjectRef], int]:
    """Return the versions without a record, and the number of masked originals without one."""
    forms = {ref: file_id for ref in versions if (file_id := keys.masked_original_of(ref.key))}
    missing = [
        ref
        for ref in versions
        if ref not in forms
        and not keys.sent_file_of(ref.key)
        and keys.file_id(ref.bucket, ref.key, ref.version_id) not in recorded
    ]
    return missing, len(set(forms.values()) - recorded)


def bucket_of(env: Mapping[str, str], place: str) -> str:
    """Return the bucket of a zone, or of a system."""
    zones = {name: env[f"HEADGATE_{name.upper()}_BUCKET"] for name in _ZONES}
    buckets = {**zones, **SystemNamesSettings.from_env(env).prod_buckets}
    if place not in buckets:
        raise SettingsError(f"There is no bucket {place}. Buckets: {', '.join(sorted(buckets))}.")
    return buckets[place]


def _sentence(facts: Mapping[str, object]) -> str:
    if "sent" in facts:
        masked = facts["masked_without_record"]
        return f"Sent {facts['sent']} files to the gate. Masked originals without a record: {masked}."
    done = f"Undeleted {facts['undeleted']}" if "undeleted" in facts else f"Copied {facts['copied']}"
    return f"{done} objects of {facts['bucket']}."
