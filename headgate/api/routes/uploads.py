from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from headgate.api.files import contract_drafts, earlier_edits, remembered_headers, removals, uploads
from headgate.api.http.access import Group
from headgate.api.http.routing import Routes
from headgate.api.http.url_parameters import Caller, Cursor, FileId, IfMatch, Lake, Limit, Name, UploadId
from headgate.api.shapes.remembered_headers import RememberedDecisions, RememberedDecisionsOfHeader
from headgate.api.shapes.removals import DatasetRemoval, RemovalProgress
from headgate.api.shapes.uploads import (
    AddedColumns,
    ColumnsAsked,
    ContractDraftAsked,
    ContractDrafts,
    DescriptionAsked,
    DraftCheck,
    DraftCheckAsked,
    DryRun,
    EarlierEditsOfRows,
    GridRows,
    OptionalColumnsAsked,
    StoredContractDraft,
    Upload,
    UploadAsked,
    UploadEdits,
    UploadMappingDecision,
    UploadParts,
)

Start = Annotated[int, Query(ge=0, le=2**40, description="Offset of the first row.")]
Shown = Annotated[
    str,
    Query(
        max_length=100,
        pattern="^[a-z0-9_]*(-[a-z0-9_]+)?$",
        description="`all`, `errors`, `duplicates`, `left_out`, a rule, `column_1`: refused cells of "
        "column 1, or `column_1-type`: those of one rule.",
    ),
]
Header = Annotated[str, Path(pattern="^[0-9a-f]{8,64}$", description="Fingerprint of a header.")]
CheckId = Annotated[
    str, Query(pattern="^([0-9a-f]{16})?$", description="`check_id` of a check; empty for the newest.")
]

routes = Routes("Uploads")


@routes.post("/v1/uploads", Group.UPLOADER, status=201, problems=[409])
def begin_upload(lake: Lake, caller: Caller, body: UploadAsked) -> Upload:
    """Start an upload, or continue it.

    The same caller, name, size and hash return the same upload, so a reloaded page continues with the missing
    parts. The state `duplicate` says that the content was accepted before and need not be sent.
    """
    return uploads.begin(lake, caller.name, body)


@routes.post("/v1/files/<file_id>/edit", Group.UPLOADER, status=201, problems=[404, 409])
def open_raw_file(lake: Lake, file_id: FileId) -> Upload:
    """Open a raw file that has no row in the lake as an upload, to edit, check and commit a new version.

    Repeating is safe. Only the file's sender and the group `personal-data` see values.
    """
    return uploads.open_raw_file(lake, file_id)


@routes.get("/v1/uploads/<upload_id>", Group.UPLOADER, problems=[404])
def get_upload(lake: Lake, caller: Caller, upload_id: UploadId) -> Upload:
    """The current state of an upload."""
    return uploads.shown(lake, caller, upload_id)


@routes.get("/v1/uploads/<upload_id>/parts", Group.UPLOADER, problems=[404, 409])
def list_parts(lake: Lake, caller: Caller, upload_id: UploadId, cursor: Cursor = "") -> UploadParts:
    """The parts of an open upload, with a URL for each part that is missing."""
    return uploads.parts(lake, caller, upload_id, cursor)


@routes.post("/v1/uploads/<upload_id>/complete", Group.UPLOADER, problems=[404, 409])
def complete_upload(lake: Lake, caller: Caller, upload_id: UploadId) -> Upload:
    """Assemble the file from its parts. Repeating is safe."""
    return uploads.complete(lake, caller, upload_id)


@routes.delete("/v1/uploads/<upload_id>", Group.UPLOADER, problems=[404, 409])
def abort_upload(lake: Lake, caller: Caller, upload_id: UploadId) -> Upload:
    """Delete an uncommitted upload with its parts. Repeating is safe."""
    return uploads.abort(lake, caller, upload_id)


@routes.post("/v1/uploads/<upload_id>/dry-run", Group.UPLOADER, status=202, problems=[404, 409])
def start_dry_run(lake: Lake, caller: Caller, upload_id: UploadId) -> DryRun:
    """Start a dry run: the gate checks the whole file without a trace in the lake. Repeating is safe."""
    return uploads.start_dry_run(lake, caller, upload_id)


@routes.get("/v1/uploads/<upload_id>/dry-run", Group.UPLOADER, problems=[404], cached=True)
def get_dry_run(lake: Lake, caller: Caller, upload_id: UploadId) -> DryRun:
    """Return the result of the dry run: counts, reasons, first rejected rows, profile and mapping."""
    return uploads.dry_run(lake, caller, upload_id)


@routes.put("/v1/uploads/<upload_id>/mapping", Group.UPLOADER, problems=[404, 409])
def decide_upload_mapping(
    lake: Lake, caller: Caller, upload_id: UploadId, body: UploadMappingDecision
) -> DryRun:
    """Map columns to fields, and start the dry run again."""
    return uploads.decide_mapping(lake, caller, upload_id, body)


@routes.put("/v1/uploads/<upload_id>/edits", Group.UPLOADER, problems=[404, 409])
def edit_upload(lake: Lake, caller: Caller, upload_id: UploadId, body: UploadEdits) -> DryRun:
    """Replace the edits of the file, and start the dry run again.

    Rows keep their order and number. A commit moves the edited file to raw.
    """
    return uploads.edit(lake, caller, upload_id, body)


@routes.post("/v1/uploads/<upload_id>/draft-check", Group.UPLOADER, problems=[404])
def check_contract_draft(
    lake: Lake, caller: Caller, upload_id: UploadId, body: DraftCheckAsked
) -> DraftCheck:
    """Count the rows that the gate would accept by a contract that is not stored yet. Stores nothing."""
    return contract_drafts.count_draft_rows(lake, caller, upload_id, body)


@routes.get("/v1/uploads/<upload_id>/rows", Group.UPLOADER, problems=[404])
def list_upload_rows(  # noqa: PLR0917 parameters of the request
    lake: Lake,
    caller: Caller,
    upload_id: UploadId,
    check: CheckId = "",
    show: Shown = "all",
    start: Start = 0,
    limit: Limit = 200,
) -> GridRows:
    """Rows of a checked upload, as in the file, with the flaws that the gate rejects."""
    return uploads.rows(lake, caller, upload_id, check=check, show=show, start=start, limit=limit)


@routes.get("/v1/uploads/<upload_id>/earlier-edits", Group.UPLOADER, problems=[404])
def list_earlier_edits(lake: Lake, caller: Caller, upload_id: UploadId) -> EarlierEditsOfRows:
    """Cells typed and rows left out in earlier files, for the rows of a checked upload with the same keys.

    Nothing is applied. The edits are of the newest file of the name and of those whose rows are replaced; a
    cell is listed if the file has the text again that was replaced then.
    """
    return earlier_edits.listed(lake, caller, upload_id)


@routes.get("/v1/datasets/<dataset>/remembered-headers", Group.UPLOADER, problems=[404])
def list_remembered_headers(lake: Lake, dataset: Name) -> RememberedDecisions:
    """Headers of files for which people's decisions are applied to the next file, newest first."""
    return remembered_headers.listed(lake, dataset)


@routes.delete("/v1/datasets/<dataset>/remembered-headers/<source>/<header>", Group.UPLOADER, problems=[404])
def forget_remembered_header(
    lake: Lake, dataset: Name, source: Name, header: Header
) -> RememberedDecisionsOfHeader:
    """Forget the decisions for a header. The next file with it is matched again; files in the lake stay."""
    return remembered_headers.forget(lake, dataset, source, header)


@routes.get("/v1/contract-drafts", Group.VIEWER)
def list_contract_drafts(lake: Lake, caller: Caller) -> ContractDrafts:
    """Contracts written for new datasets, whether they are in use, and why they need a deployment."""
    return contract_drafts.listed(lake, caller)


@routes.put("/v1/contract-drafts/<dataset>", Group.UPLOADER, problems=[409])
def store_contract_draft(
    lake: Lake, caller: Caller, dataset: Name, body: ContractDraftAsked
) -> StoredContractDraft:
    """Create a dataset: its contract is in use at once, and the next run creates its table.

    A contract with personal data, a mask, or an exemption from the search for card numbers needs a
    deployment; `needs_deployment` says why. Repeating is safe.
    """
    return contract_drafts.store(lake, caller, dataset, body.document)


@routes.put("/v1/contract-drafts/<dataset>/description", Group.UPLOADER, problems=[404, 409])
def describe_created_dataset(
    lake: Lake, caller: Caller, dataset: Name, body: DescriptionAsked
) -> StoredContractDraft:
    """Describe a dataset that the caller created (operators: that anybody created), and its columns.

    Repeating is safe.
    """
    return contract_drafts.describe(lake, caller, dataset, body)


@routes.post("/v1/contract-drafts/<dataset>/optional-columns", Group.UPLOADER, problems=[404, 409])
def make_columns_optional(
    lake: Lake, caller: Caller, dataset: Name, body: OptionalColumnsAsked
) -> StoredContractDraft:
    """Let files lack columns of a dataset that the caller created (operators: that anybody created).

    Columns by which rows are identified or ordered stay required. Repeating is safe.
    """
    return contract_drafts.make_optional(lake, caller, dataset, body.columns)


@routes.post("/v1/contract-drafts/<dataset>/columns", Group.UPLOADER, problems=[404, 409])
def add_columns_of_upload(lake: Lake, caller: Caller, dataset: Name, body: ColumnsAsked) -> AddedColumns:
    """Add columns of an upload to a dataset that the caller created (operators: that anybody created).

    Each gets the type that a draft of the file gives it, and may be missing in other files.
    """
    return contract_drafts.add_columns(lake, caller, dataset, body)


@routes.get("/v1/datasets/<dataset>/removal", Group.VIEWER, problems=[404])
def preview_removal(lake: Lake, caller: Caller, dataset: Name) -> DatasetRemoval:
    """The effects of removing a created dataset, and whether the caller may remove it or bring it back."""
    return removals.preview(lake, caller, dataset)


@routes.post("/v1/datasets/<dataset>/removal", Group.UPLOADER, problems=[404, 409])
def remove_dataset(lake: Lake, caller: Caller, dataset: Name) -> RemovalProgress:
    """Remove a dataset that a person created.

    Its contract leaves use at once, its files are reverted, and the next run drops its table. Originals stay
    in raw. Who created it and operators may remove it. Repeat the call while files are left.
    """
    return removals.remove(lake, caller, dataset)


@routes.delete("/v1/datasets/<dataset>/removal", Group.UPLOADER, problems=[404, 409])
def restore_dataset(lake: Lake, caller: Caller, dataset: Name) -> RemovalProgress:
    """Take the removal of a dataset back: the gate processes the originals again.

    Repeat the call while files are left.
    """
    return removals.restore(lake, caller, dataset)


@routes.post("/v1/uploads/<upload_id>/commit", Group.UPLOADER, status=202, problems=[404, 409, 412, 428])
def commit_upload(lake: Lake, caller: Caller, upload_id: UploadId, if_match: IfMatch = "") -> Upload:
    """Move the file to raw, where the gate processes it. Repeating is safe.

    Repeat the call while the state is `committing`, as for files of more than 8 GiB. A decided mapping is
    used for the next files. The answer is 409 until the dry run has checked this content with this mapping.
    With `If-Match`, the ETag of the dry run, the commit requires that check; a raw file needs it.
    """
    return uploads.commit(lake, caller, upload_id, if_match)
