"""Parameters that several routes share."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from headgate.api import lake_ports
from headgate.api.http import access

Lake = Annotated[lake_ports.LakePorts, Depends(lake_ports.lake)]
Caller = Annotated[access.CallerIdentity, Depends(access.caller)]

Cursor = Annotated[
    str, Query(max_length=4_000, pattern="^[A-Za-z0-9_-]*$", description="`next_cursor` of the page before.")
]
Limit = Annotated[int, Query(ge=1, le=500, description="At most so many entries.")]
IfNoneMatch = Annotated[
    str, Header(alias="If-None-Match", max_length=1_000, description="ETag of what the caller has.")
]
IfMatch = Annotated[
    str,
    Header(alias="If-Match", max_length=1_000, description="ETag of what the caller read before the edit."),
]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        pattern=r"^[\x21-\x7e]*$",
        description="The same key starts the same thing once; use a random UUID per attempt of a person.",
    ),
]

Name = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,100}$")]
FileId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of one version of one file.")]
AnnotationId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of a note on a day.")]
UploadId = Annotated[
    str,
    Path(pattern="^(file-)?[0-9a-f]{32}$", description="Id of an upload, also of a file that was opened."),
]
BoardName = Annotated[
    str, Path(pattern="^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, description="Name of a dashboard.")
]
BoardVersion = Annotated[
    str, Path(pattern="^[0-9a-f]{16}$", description="A version of the dashboards that people wrote.")
]
QueryId = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,64}$", description="Id of a query.")]
