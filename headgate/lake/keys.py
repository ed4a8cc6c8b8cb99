"""Build and parse the keys of objects in the lake, which docs/how-it-works/keys.md lists. No I/O."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime

MASKED_ORIGINALS = "_masked"
SENT_FILES = "_sent"
LOAD_STATE = "_dlt"  # folder in raw of the state of dlt's pipelines
UPLOADS = "uploads"  # folder in raw of uploads without a dataset, which the gate infers from their columns
_NO_DATASET = f"{UPLOADS}/no_dataset/"
_CONTENT_DIGITS = 12  # of a SHA-256, for a folder
INCREMENTS = "increments"
SNAPSHOTS = "snapshots"
QUARANTINE_ROWS = "rows"
TABLES = "tables"
PROFILES = "processed"
MAPPINGS = "mappings"
EDITS = "edits"
_NO_DIGITS = str.maketrans("0123456789", "ghijklmnop")  # ids are hexadecimal
_DIGITS = str.maketrans("ghijklmnop", "0123456789")
CONTRACT_DRAFTS = "contract_drafts"
QUESTIONS = "questions"  # questions that people saved
DECIDED_ITEMS = "decided_items"  # dataset in a snapshot: closed items of label queues
ANNOTATIONS = "annotations"  # notes of people on days
MAILS = "mails"  # answers that people receive by mail, and when
SENT_MAILS = "sent_mails"  # the last day on which each was sent
CORRECTIONS = "corrections"
UPLOADERS = "uploaders"
REPORTS = "reports"
MODELS = "models"
DATA_DOCS = "data_docs"
ERASURES = "erasures"
PARQUET = ".parquet"
RUN_DELETIONS = "_deleted.parquet"  # beside the manifest, which certifies it: keys of deleted rows
RUN_MANIFEST = "_manifest.json"  # written last; names the parts of the run, which are pending until then
LAKE_MANIFESTS = f"{SNAPSHOTS}/_lake/"
CURRENT = "current"
UNCHANGED_SYSTEMS = "runs/unchanged/"
BUILT_SYSTEMS = f"{UNCHANGED_SYSTEMS}built/"
NEWEST_RUNS = "runs/newest/"
STAGE_RECORDS = "runs/stages/"
DEFINITIONS = "definitions"  # pushed versions
WRITTEN_DASHBOARDS = "dashboards"  # written in the console; versioned like definitions
DEPLOYED_CODE = "code/headgate.zip"
LINEAGE_EVENTS = "openlineage"
FACTS = "facts/"
ICEBERG = "iceberg/"
CURRENT_FACTS = f"{FACTS}current.json"

_EXPORT = re.compile(r"(?P<dataset>[^/]+)/dt=(?P<on>\d{4}-\d{2}-\d{2})/run=(?P<run>[^/]+)/(?P<name>[^/]+)")

# A time of a source, UTC: its texts have the order of the times.
_MOMENT = "%Y%m%dT%H%M%S.%fZ"
_DECIDED = "%Y%m%dT%H%M%S%f"
_SIGHTING = re.compile(rf"(?P<increment>{INCREMENTS}/[^/]+/[^/]+)\.seen-(?P<moment>[0-9T.]+Z)")
_DELETIONS = re.compile(rf"{INCREMENTS}/[^/]+/(?P<moment>[0-9T.]+Z)\.deleted\.parquet")
_LOAD = re.compile(rf"{INCREMENTS}/[^/]+/(?P<moment>[0-9T.]+Z)\.load-(?P<files>\d+)")
_MODEL_OF_DAY = re.compile(rf"{MODELS}/[^/]+/[^/]+/days/as_of=(?P<on>\d{{4}}-\d{{2}}-\d{{2}})/card\.json")
_FAILED_TABLE = re.compile(rf"{LINEAGE_EVENTS}/dt=[^/]+/[^/]+/[0-9a-f-]{{36}}-(?P<table>[^/]+)-fail\.json")

# Objects that the lake names by a hash: rows of a fact, a version of a table, Iceberg metadata of a version.
_NAMED_BY_HASH = re.compile(
    rf"(?<![\w.-])(?:(?P<fact>{FACTS}\w+/)[0-9a-f]{{32}}(?=\{PARQUET}(?!\w))"
    rf"|(?P<version>(?:{TABLES}|{SNAPSHOTS})/\w+/)[0-9a-f]{{16}}(?=/(?:$|part-))"
    rf"|(?P<metadata>{ICEBERG}\w+/metadata/\d{{1,8}}-)[0-9a-f]{{16}}(?=[.-]))"
)

_EDITION = re.compile(rf"(?P<increment>{INCREMENTS}/[^/]+/[^/]+)\.edition-(?P<edition>[0-9a-f]+)")


@dataclass(frozen=True)
class ExportKey:
    """Key of one object of an export run in raw."""

    dataset: str
    exported_on: date
    run: str
    name: str

    def path(self) -> str:
        """Return the object's key."""
        return f"{self.dataset}/dt={self.exported_on.isoformat()}/run={self.run}/{self.name}"

    @classmethod
    def parse(cls, path: str) -> ExportKey | None:
        """Parse the key of an object; return None if it is not in an export run."""
        match = _EXPORT.fullmatch(path)
        if not match:
            return None
        try:
            exported_on = date.fromisoformat(match["on"])
        except ValueError:
            return None
        return cls(match["dataset"], exported_on, match["run"], match["name"])


def export_folder(path: str) -> str:
    """Return the folder of the key's export run; empty for any other key."""
    return path.rpartition("/")[0] if ExportKey.parse(path) else ""


def file_id(bucket: str, key: str, version_id: str) -> str:
    """Return the id of an object version: the first 32 hex digits of the SHA-256 of its address."""
    return hashlib.sha256(f"{bucket}\n{key}\n{version_id}".encode()).hexdigest()[:32]


def dataset_of(raw_key: str) -> str:
    """Return the first folder of a raw key, which names the dataset; empty without a folder."""
    head, separator, _ = raw_key.partition("/")
    return head if separator else ""


def masked_original_key(raw_key: str, file_id: str, *, is_deleted: bool = False) -> str:
    """Return the key of an original's replacement in raw: its masked form, or the mark of its deletion."""
    return f"{MASKED_ORIGINALS}/{raw_key}/{file_id}.{'deleted' if is_deleted else 'zip'}"


def masked_originals_of(raw_key: str) -> str:
    """Return the prefix of the objects that replaced the versions of an original."""
    return f"{MASKED_ORIGINALS}/{raw_key}/"


def masked_original_of(key: str) -> str:
    """Return the file id in the key of a masked form or of a mark; empty for any other key."""
    folder, _, name = key.rpartition("/")
    file_id, _, ending = name.partition(".")
    return file_id if folder.startswith(f"{MASKED_ORIGINALS}/") and ending in {"zip", "deleted"} else ""


def sent_file_key(file_id: str, name: str) -> str:
    """Return the key in raw of the file that a person sent; the edited file is committed."""
    return f"{SENT_FILES}/{file_id}/{name}"


def sent_file_of(key: str) -> str:
    """Return the id of the edited file from the key of the sent one; empty for any other key."""
    folder, _, rest = key.partition("/")
    return rest.partition("/")[0] if folder == SENT_FILES and "/" in rest else ""


def increment_key(dataset: str, content_sha256: str) -> str:
    """Return the key of the accepted rows of a file.

    It depends only on the content, so a second delivery writes the same object.
    """
    return f"{INCREMENTS}/{dataset}/{content_sha256}.parquet"


def parse_increment_key(key: str) -> tuple[str, str] | None:
    """Return dataset and content hash from an increment's key; None for any other key."""
    parts = key.split("/")
    if len(parts) != 3 or parts[0] != INCREMENTS or not parts[2].endswith(".parquet"):  # noqa: PLR2004 the key has three parts
        return None
    return None if _DELETIONS.fullmatch(key) else (parts[1], parts[2].removesuffix(".parquet"))


def sighting_key(dataset: str, content_sha256: str, moment: datetime) -> str:
    """Return the key of the mark that the source had an increment's rows at a time, naive UTC."""
    return f"{INCREMENTS}/{dataset}/{content_sha256}.seen-{moment.strftime(_MOMENT)}"


def sighting_of(key: str) -> tuple[str, str] | None:
    """Return the increment's key and the time from the key of such a mark; None for any other key."""
    match = _SIGHTING.fullmatch(key)
    return (f"{match['increment']}.parquet", match["moment"]) if match else None


def deletions_key(dataset: str, moment: datetime) -> str:
    """Return the key of the list of keys that a source had deleted by a time, naive UTC."""
    return f"{INCREMENTS}/{dataset}/{moment.strftime(_MOMENT)}.deleted.parquet"


def deleted_by(key: str) -> str:
    """Return the time from the key of such a list; empty for any other key."""
    match = _DELETIONS.fullmatch(key)
    return match["moment"] if match else ""


def load_key(dataset: str, moment: datetime, files: int) -> str:
    """Return the key of the mark that a source sent all rows of a dataset at a time, in `files` files."""
    return f"{INCREMENTS}/{dataset}/{moment.strftime(_MOMENT)}.load-{files}"


def version_of(location: str) -> str:
    """Return the id of the version at a location, the name of its last folder."""
    return location.rstrip("/").rpartition("/")[2]


def load_of(key: str) -> tuple[str, int] | None:
    """Return the time and the number of files from the key of such a mark; None for any other key."""
    match = _LOAD.fullmatch(key)
    return (match["moment"], int(match["files"])) if match else None


def edition_key(dataset: str, content_sha256: str, edition: str) -> str:
    """Return the key of the mark of an increment that was written again.

    One listing returns both increment and mark.
    """
    return f"{INCREMENTS}/{dataset}/{content_sha256}.edition-{edition}"


def edition_of(key: str) -> tuple[str, str] | None:
    """Return the increment's key and its edition from the key of such a mark; None for any other key."""
    match = _EDITION.fullmatch(key)
    return (f"{match['increment']}.parquet", match["edition"]) if match else None


def quarantine_key(dataset: str, content_sha256: str) -> str:
    """Return the key of the quarantined rows of a file."""
    return f"{QUARANTINE_ROWS}/{dataset}/{content_sha256}.parquet"


def profile_key(dataset: str, content_sha256: str) -> str:
    """Return the key of a file's profile; files without a dataset are below `_unknown`."""
    return f"{PROFILES}/{dataset or '_unknown'}/{content_sha256}.json"


def summary_key(file_name: str) -> str:
    """Return the key of the summary of a file that no contract fits; the newest file of a name has it."""
    return f"{PROFILES}/{file_name.partition('.')[0] or 'file'}_summary.json"


def baseline_key(dataset: str) -> str:
    """Return the key of the figures with which a dataset's next file is compared."""
    return f"{PROFILES}/{dataset or '_unknown'}/_baseline.json"


def report_key(made_on: date) -> str:
    """Return the key of the report page of a day, UTC."""
    return f"{REPORTS}/{made_on.isoformat()}.html"


def definitions_prefix(deployment: str, folder: str = DEFINITIONS) -> str:
    """Return the folder of the definitions that were pushed to a deployment."""
    return f"{folder}/versions/{deployment}/"


def definitions_key(deployment: str, version: str, folder: str = DEFINITIONS) -> str:
    """Return the key of one version of the definitions."""
    return f"{definitions_prefix(deployment, folder)}{version}.json"


def created_contracts_key(version: str, folder: str = DEFINITIONS) -> str:
    """Return the key of the contracts of datasets that people created in the lake, as one object."""
    return f"{folder}/created/{version}.json"


def mapping_key(source: str, fingerprint: str) -> str:
    """Return the key of the decided mapping for files of a source with a header."""
    return f"{MAPPINGS}/{source}/{fingerprint}.json"


def edits_key(source: str, fingerprint: str) -> str:
    """Return the key of the remembered edits for uploads of a source with a header."""
    return f"{EDITS}/{source}/{fingerprint}.json"


def contract_draft_key(dataset: str) -> str:
    """Return the key of the contract that a person wrote for a dataset that the lake does not have."""
    return f"{CONTRACT_DRAFTS}/{dataset}.yaml"


def no_dataset_key(sha256: str, name: str) -> str:
    """Return the key in raw of a file whose sender decided that its rows are of no dataset.

    The gate recognises no dataset by the columns of a file in this folder. Each content has a folder of its
    own, so a later decision is about this content only.
    """
    return f"{_NO_DATASET}{sha256[:_CONTENT_DIGITS].translate(_NO_DIGITS)}/{name}"


def is_of_no_dataset(key: str) -> bool:
    """Return whether a raw key is that of a file of no dataset by its sender's decision."""
    return key.startswith(_NO_DATASET)


def edited_before_key(file_id: str) -> str:
    """Return the key of the note that a file was edited before its commit."""
    return f"{UPLOADERS}/{file_id}.edits.json"


def edited_copy_key(sent_sha256: str, part: str = "") -> str:
    """Return the key of the note which file of the lake is the newest edited copy of a sent content.

    A part, such as a sheet, has a key of its own. Its name is hashed, because it may have any characters.
    """
    suffix = f".{hashlib.sha256(part.encode()).hexdigest()[:32]}" if part else ""
    return f"{UPLOADERS}/sent/{sent_sha256}{suffix}.json"


def mapping_source(key: str) -> str:
    """Return the source from the key of a mapping."""
    return key.removeprefix(f"{MAPPINGS}/").rpartition("/")[0]


def corrected_rows_key(dataset: str, corrected: str, digest: str) -> str:
    """Return the key in raw of corrected rows of the file with the id `corrected`."""
    return f"{corrections_of(dataset, corrected)}{digest.translate(_NO_DIGITS)}.csv"


def corrections_of(dataset: str, corrected: str) -> str:
    """Return the prefix of the keys in raw of corrected rows of a file.

    The id is written without digits, because by chance it could look like a card number, which records mask.
    """
    return f"{dataset}/{CORRECTIONS}/{corrected.translate(_NO_DIGITS)}-"


def reference_of(file_id: str) -> str:
    """Return the id of a file without digits, for the references of its rows in a download."""
    return file_id.translate(_NO_DIGITS)


def file_of_reference(reference: str) -> str:
    """Return the id of a file from a reference to it."""
    return reference.translate(_DIGITS)


def has_corrected_rows(key: str) -> bool:
    """Return whether an object in raw has corrected rows of another file.

    These are a few selected rows, not a regular delivery.
    """
    return key.split("/")[1:2] == [CORRECTIONS]


def corrected_file(key: str) -> str:
    """Return the id of the file whose corrected rows an object in raw has; empty for any other object."""
    if not has_corrected_rows(key):
        return ""
    return key.split("/")[2].partition("-")[0].translate(_DIGITS)


def correction_key(corrected: str, sent: str) -> str:
    """Return the key in the artifacts bucket of the list of rows of a file that another file corrects."""
    return f"{CORRECTIONS}/{corrected}/{sent}.json"


def corrections_prefix(corrected: str) -> str:
    """Return the folder of these lists for a corrected file, with a slash at its end."""
    return f"{CORRECTIONS}/{corrected}/"


def corrected_by_note(key: str) -> str:
    """Return the id of the corrected file from a key below its `corrections_prefix`."""
    return key.removeprefix(f"{CORRECTIONS}/").partition("/")[0]


def sent_correction(key: str) -> str:
    """Return the id of the correcting file from a key below `corrections_prefix`."""
    return key.rpartition("/")[2].removesuffix(".json")


def ignored_rows_key() -> str:
    """Return the key in the artifacts bucket of the groups of refused rows that nobody has to correct."""
    return f"{CORRECTIONS}/ignored.json"


def decisions_prefix(queue: str) -> str:
    """Return the prefix of the decisions of a work queue; SQL reads all queues as one table."""
    return f"decisions/{queue}/"


def decision_key(queue: str, moment: datetime, decision_id: str) -> str:
    """Return the key of a decision; keys of a queue sort by time."""
    return f"{decisions_prefix(queue)}{moment.strftime(_DECIDED)}-{decision_id}{PARQUET}"


def decided_at(key: str) -> datetime:
    """Return the time from the key of a decision, naive UTC."""
    return datetime.strptime(key.rpartition("/")[2].partition("-")[0], _DECIDED)  # noqa: DTZ007 naive UTC


def annotation_key(day: date, moment: datetime, annotation_id: str) -> str:
    """Return the key of a note on a day; keys sort by the day, then by the time of writing."""
    return f"{ANNOTATIONS}/{day:%Y-%m-%d}/{moment:%Y%m%dT%H%M%S%f}-{annotation_id}.parquet"


def uploader_key(file_id: str) -> str:
    """Return the key in the artifacts bucket of the record of who sent a file through the API."""
    return f"{UPLOADERS}/{file_id}.json"


def uploader_of_content_key(key: str, sha256: str) -> str:
    """Return the artifacts key of the record of who sent a content under a raw key through the API."""
    return f"{UPLOADERS}/contents/{hashlib.sha256(f'{key} {sha256}'.encode()).hexdigest()[:32]}.json"


def model_key(system: str, model: str, version: str) -> str:
    """Return the key of one version of a fitted model."""
    return f"{MODELS}/{system}/{model}/versions/{version}/model.skops"


def scorer_key(system: str, model: str) -> str:
    """Return the key of the numbers of the newest run from which predictions of a model are computed."""
    return f"{MODELS}/{system}/{model}/scorer.npz"


def model_card_key(system: str, model: str, version: str) -> str:
    """Return the key of the record of one version of a model."""
    return f"{MODELS}/{system}/{model}/versions/{version}/card.json"


def models_of_days_prefix(system: str, model: str) -> str:
    """Return the folder of the records of a model's last run of each day, ending in a slash."""
    return f"{MODELS}/{system}/{model}/days/"


def model_of_day_key(system: str, model: str, as_of: date) -> str:
    """Return the key of the record of a model's last run of a day."""
    return f"{models_of_days_prefix(system, model)}as_of={as_of.isoformat()}/card.json"


def parse_model_of_day_key(key: str) -> date | None:
    """Return the day from the key of such a record; None for any other key."""
    match = _MODEL_OF_DAY.fullmatch(key)
    return date.fromisoformat(match["on"]) if match else None


def data_docs_key(snapshot_id: str, about: str, page: str) -> str:
    """Return the key of one page of the Data Docs of a run; its first page is `index.html`."""
    return f"{DATA_DOCS}/{snapshot_id}/{about}/{page}"


def checked_parts_key(dataset: str) -> str:
    """Return the key of the quality gate's results for the parts of a dataset's snapshot.

    Like the Data Docs, they include keys of rows.
    """
    return f"{DATA_DOCS}/checked_parts/{dataset}.json"


def lineage_events_prefix(published_on: date) -> str:
    """Return the folder of the OpenLineage events of a day, UTC, ending in a slash."""
    return f"{LINEAGE_EVENTS}/dt={published_on.isoformat()}/"


def lineage_event_key(on: date, publisher: str, run_id: str, table: str, kind: str = "") -> str:
    """Return the key of an OpenLineage event.

    Args:
        on: the day of the event, UTC.
        publisher: the system, or `merge_curated`: a job writes its own folder only.
        table: empty for an event of the job's own run.
        kind: the type of the event; empty for a table version that was published.
    """
    name = "-".join(part for part in (run_id, table, kind.lower()) if part)
    return f"{lineage_events_prefix(on)}{publisher}/{name}.json"


def failed_table_of(key: str) -> str:
    """Return the table that could not be built, from the key of its event; empty for any other event."""
    match = _FAILED_TABLE.fullmatch(key)
    return match["table"] if match else ""


def newest_run_key(publisher: str) -> str:
    """Return the key of the newest run of a system, or of `merge_curated`."""
    return f"{NEWEST_RUNS}{publisher}.json"


def stage_record_key(run: str, job: str) -> str:
    """Return the key of the record of a run's stage: of a system, or of `merge_curated` or `quality_gate`."""
    return f"{STAGE_RECORDS}{run}/{job}.json"


def snapshot_prefix(dataset: str, snapshot_id: str) -> str:
    """Return the folder of one merged snapshot of a dataset, ending in a slash."""
    return f"{SNAPSHOTS}/{dataset}/{snapshot_id}/"


def lake_snapshot_key(snapshot_id: str) -> str:
    """Return the key of the manifest with one snapshot per dataset, or with `CURRENT` of the pointer."""
    return f"{LAKE_MANIFESTS}{snapshot_id}.json"


def merged_increments_key(dataset: str, snapshot_id: str) -> str:
    """Return the key of the list of increments that a dataset's snapshot was merged from.

    It is not below the table, whose readers expect only Parquet.
    """
    return f"{LAKE_MANIFESTS}increments/{dataset}/{snapshot_id}.json"


def fresh_snapshot_key(dataset: str) -> str:
    """Return the key of the record of a dataset's snapshot that was published between two runs."""
    return f"{LAKE_MANIFESTS}fresh/{dataset}.json"


def snapshot_parts_key(dataset: str, snapshot_id: str) -> str:
    """Return the key of the record of a snapshot's parts: their ranges of keys and their figures."""
    return f"{LAKE_MANIFESTS}parts/{dataset}/{snapshot_id}{PARQUET}"


def checked_references_key(snapshot_id: str) -> str:
    """Return the key of a lake snapshot's counts of rows without their parent."""
    return f"{LAKE_MANIFESTS}references/{snapshot_id}.json"


def table_prefix(table: str, version: str) -> str:
    """Return the folder of one version of a prod table, ending in a slash."""
    return f"{TABLES}/{table}/{version}/"


def iceberg_prefix(table: str) -> str:
    """Return the folder of a table's Iceberg metadata, ending in a slash; readers of parts do not list it."""
    return f"{ICEBERG}{table}/metadata/"


def fact_prefix(fact: str) -> str:
    """Return the folder of the kept parts of a fact, ending in a slash."""
    return f"{FACTS}{fact}/"


def fact_key(fact: str, address: str) -> str:
    """Return the key of the rows of one part of a fact."""
    return f"{fact_prefix(fact)}{address}{PARQUET}"


def without_hashes(text: str) -> str:
    """Return a text without the hashes in keys of facts, versions of tables and Iceberg metadata."""
    return _NAMED_BY_HASH.sub(lambda key: "".join(filter(None, key.groups())), text)


def is_written_by_systems(key: str) -> bool:
    """Return whether a document lists facts or versions of a table, so that it has no text of a file."""
    return key == CURRENT_FACTS or key.startswith(ICEBERG)


def part(prefix: str, number: int = 0) -> str:
    """Return the key of a numbered Parquet part below a folder."""
    return f"{prefix}part-{number:05d}{PARQUET}"
